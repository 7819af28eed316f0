"""A release is written whole, once, and the same every time."""

import gzip
import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest
import zstandard

from publisher.errors import ReleaseError
from publisher.rdf.quads import lines_of
from publisher.release.content import Attachment
from publisher.release.read import lines, open_release, verify
from publisher.release.write import write_release


def test_a_release_holds_what_was_given(make, tmp_path: Path) -> None:
    """Every line that went in comes out, sorted, once, with the description and the examples beside it."""
    content = make()
    release = write_release(content, tmp_path / "shelf")
    found = list(lines(release))
    given = set(content.quads[0].read_text(encoding="utf-8").split("\n")) - {""}
    own = {"<https://example.org/birds/graph/description> .", "<https://example.org/birds/graph/examples> ."}
    assert sorted(found) == found
    assert given == {line for line in found if not any(line.endswith(graph) for graph in own)}
    assert len(found) == release.counts["quads"]
    assert hashlib.sha256("".join(f"{line}\n" for line in found).encode()).hexdigest() == release.identity


def test_opened_as_written(make, tmp_path: Path) -> None:
    """The record read back is the record that was given, and every checksum holds."""
    release = write_release(make(), tmp_path / "shelf")
    again = open_release(tmp_path / "shelf/2026-01-02")
    assert dict(again.prefixes) == dict(release.prefixes)
    for field in ("title", "base", "iri", "version", "creators", "graphs", "roles", "files", "counts", "retired"):
        assert getattr(again, field) == getattr(release, field)
    assert again.retired["https://example.org/birds/fact/F0"].replaced_by == "https://example.org/birds/fact/F1"
    assert (again.queries / "who-eats.rq").is_file()
    assert verify(again) == len(release.files) + 1
    assert not list((tmp_path / "shelf").glob(".new-*"))


@pytest.mark.parametrize(
    ("suffix", "form"),
    [
        ("nq", ox.RdfFormat.N_QUADS),
        ("trig", ox.RdfFormat.TRIG),
        ("ttl", ox.RdfFormat.TURTLE),
        ("nt", ox.RdfFormat.N_TRIPLES),
        ("jsonld", ox.RdfFormat.JSON_LD),
        ("rdf", ox.RdfFormat.RDF_XML),
    ],
)
def test_every_form_holds_the_same(make, tmp_path: Path, suffix: str, form: ox.RdfFormat) -> None:
    """Another parser reads from each dump exactly the statements of the release."""
    release = write_release(make(), tmp_path / "shelf")
    body = gzip.decompress((release.path / f"birds-2026-01-02.{suffix}.gz").read_bytes())
    packed = (release.path / f"birds-2026-01-02.{suffix}.zst").read_bytes()
    assert body == zstandard.ZstdDecompressor().decompressobj().decompress(packed)
    found = set(lines_of(ox.parse(body, format=form)))
    if suffix in {"nq", "trig"}:
        assert set(lines(release)) == found
    else:
        assert {" ".join(line.split(" ")[:-2]) + " ." for line in lines(release)} == found
        assert len(found) == release.counts["triples"]


def test_written_twice_is_the_same_release(make, tmp_path: Path) -> None:
    """A second build of the same content is not an error and changes nothing."""
    first = write_release(make(), tmp_path / "shelf")
    assert first.files == write_release(make(), tmp_path / "shelf").files


def test_a_version_never_changes(make, tmp_path: Path) -> None:
    """Other bytes for a version that is there are refused, and the old ones stay."""
    release = write_release(make(), tmp_path / "shelf")
    with pytest.raises(ReleaseError) as caught:
        write_release(make(title="Other"), tmp_path / "shelf")
    assert caught.value.reason == "release.exists"
    assert "another version" in str(caught.value)
    assert verify(release)


def test_a_blank_node_is_refused(make, tmp_path: Path) -> None:
    """A line with a blank node ends the build, names the line, and leaves nothing behind."""
    with pytest.raises(ReleaseError) as caught:
        write_release(make(['_:x <http://e/p> "o" .']), tmp_path / "shelf")
    assert caught.value.reason == "release.blank-node"
    assert "_:x <http://e/p>" in str(caught.value)
    assert [item.name for item in (tmp_path / "shelf").iterdir()] == [".lock"]


@pytest.mark.parametrize(
    ("field", "value"), [("version", "../x"), ("version", "current"), ("name", "a/b"), ("version", "")]
)
def test_names_stay_inside(make, tmp_path: Path, field: str, value: str) -> None:
    """A name or version that would lead out of the shelf is refused before anything is written."""
    with pytest.raises(ReleaseError) as caught:
        write_release(make(**{field: value}), tmp_path / "shelf")
    assert caught.value.reason == "release.name"
    assert not (tmp_path / "shelf").exists()


def test_what_xml_cannot_say_is_left_out_aloud(make, tmp_path: Path) -> None:
    """A property without an XML name costs the RDF/XML dump only, and the build says so."""
    said: list[str] = []
    release = write_release(make(['<http://e/s> <http://e/1> "o" .']), tmp_path / "shelf", progress=said.append)
    assert "birds-2026-01-02.rdf.gz" not in release.files
    assert any(line.startswith("left out birds-2026-01-02.rdf") and "http://e/1" in line for line in said)
    assert verify(release)


def test_graphs_of_any_name_are_kept(make, tmp_path: Path) -> None:
    """Quads of the default graph and of graphs that the dataset does not name are in the whole and in TriG."""
    extra = ['<http://e/s> <http://e/p> "o" .', '<http://e/s> <http://e/p> "o" <http://e/g> .']
    release = write_release(make(extra), tmp_path / "shelf")
    body = gzip.decompress((release.path / "birds-2026-01-02.trig.gz").read_bytes())
    assert set(extra) <= set(lines_of(ox.parse(body, format=ox.RdfFormat.TRIG)))


def test_an_empty_release(make, tmp_path: Path) -> None:
    """A dataset without a fact can be released: its counts are nought."""
    release = write_release(make([]), tmp_path / "shelf")
    assert release.counts["graph:facts"] == 0
    assert verify(release)


def test_the_record_is_plain_json(make, tmp_path: Path) -> None:
    """Other programs can read the record: files are a list with checksums, prefixes keep their order."""
    release = write_release(make(), tmp_path / "shelf")
    table = json.loads((release.path / "release.json").read_bytes())
    assert table["format"] == 1
    assert list(dict(release.prefixes)) == list(table["prefixes"])
    names = [file["name"] for file in table["files"]]
    assert sorted(names) == names
    assert "birds-2026-01-02-facts.ttl.zst" in names
    assert "linksets/tree.nt.gz" in names
    assert "CITATION.cff" in names


@pytest.mark.parametrize("name", ["void.ttl", "../x", "queries/who-eats.rq", "work/base.nq", "release.json"])
def test_no_attachment_takes_the_place_of_another_file(make, tmp_path: Path, name: str) -> None:
    """A file that would overwrite one of the release, or lie outside it, is refused by name."""
    content = replace(make(), attachments=(Attachment(name, "text/plain", body=b"x"),))
    with pytest.raises(ReleaseError, match=re.escape(name)):
        write_release(content, tmp_path / "shelf")


def test_each_graph_is_there_as_quads_and_as_trig(make, tmp_path: Path) -> None:
    """The TriG of one graph holds the quads of its N-Quads, the graph's name included."""
    release = write_release(make(), tmp_path / "shelf")
    for name in (
        each.name for each in release.files.values() if each.name.endswith(".trig.gz") and each.part != "whole"
    ):
        trig = gzip.decompress((release.path / name).read_bytes())
        quads = gzip.decompress((release.path / name.replace(".trig", ".nq")).read_bytes()).decode().splitlines()
        assert sorted(quads) == sorted(lines_of(ox.parse(input=trig, format=ox.RdfFormat.TRIG)))
    assert (release.path / f"birds-{release.version}-facts.trig.gz").is_file()
