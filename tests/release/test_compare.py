"""Two versions are compared fact by fact, whatever part of the fact differs."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest

from publisher.errors import ReleaseError
from publisher.release.compare import compare
from publisher.release.write import write_release

_EVIDENCE = "<https://example.org/birds/evidence/E2>"


@pytest.fixture(name="pair")
def _pair(make, tmp_path: Path):
    """Give two releases: F3 is withdrawn, F4 is new, the evidence of F2 begins elsewhere, tree 1 has another name."""
    old = make().quads[0].read_text(encoding="utf-8").split("\n")[:-1]
    new = [line for line in old if "/F3> " not in line and "/E3> " not in line]
    new += [
        line.replace("F3", "F4").replace("E3", "E4").replace("Finch 3", "Finch 4") for line in old if "/F3> " in line
    ]
    new = [line.replace('"14"', '"15"') if line.startswith(_EVIDENCE) else line for line in new]
    new = [line.replace('"tree 1"', '"oak"') for line in new]
    first = write_release(make(old), tmp_path / "shelf")
    second = write_release(make(new, version="2026-02-01", previous="2026-01-02"), tmp_path / "shelf")
    return first, second


def test_facts_are_compared(pair) -> None:
    """Added, withdrawn and changed facts are told apart; a change of evidence is a change of its fact."""
    changes = compare(*pair)
    assert changes.counts() == {"added": 1, "removed": 1, "changed": 1}
    assert [(change.kind, change.iri.rpartition("/")[2]) for change in changes.facts] == [
        ("changed", "F2"),
        ("removed", "F3"),
        ("added", "F4"),
    ]
    assert changes.facts[0].removed[0][1].startswith('"14"')
    assert changes.facts[0].added[0][1].startswith('"15"')
    assert "https://trees.example/T_1" in [change.iri for change in changes.things]
    assert changes.graphs["https://example.org/birds/graph/imports"] == (1, 1)


def test_the_release_tells_its_changes(pair) -> None:
    """``changes.md`` and ``changes.ttl`` are what the comparison gives."""
    changes = compare(*pair)
    assert (pair[1].path / "changes.md").read_text(encoding="utf-8") == changes.render("md")
    assert (pair[1].path / "changes.ttl").read_text(encoding="utf-8") == changes.render("ttl")
    assert "## Withdrawn facts: 1" in changes.render("md")
    assert "names no version before" in (pair[0].path / "changes.md").read_text(encoding="utf-8")
    kind = ox.NamedNode("http://purl.org/vocab/changeset/schema#ChangeSet")
    found = [quad for quad in ox.parse(changes.render("ttl"), format=ox.RdfFormat.TURTLE) if quad.object == kind]
    assert len(found) == len(changes.facts) + len(changes.things)


def test_forms_for_people_and_programs(pair) -> None:
    """The text has a sign for each fact, the JSON the same counts."""
    changes = compare(*pair)
    assert "+ https://example.org/birds/fact/F4  Finch 4" in changes.render("text")
    assert "- https://example.org/birds/fact/F3" in changes.render("text")
    assert json.loads(changes.render("json"))["counts"] == changes.counts()


def test_a_feed(pair) -> None:
    """The Atom feed has an entry for each fact that differs, dated by the version."""
    atom = "{http://www.w3.org/2005/Atom}"
    feed = ElementTree.fromstring((pair[1].path / "changes.atom").read_bytes())  # noqa: S314 - our own feed
    assert feed.findtext(f"{atom}updated") == "2026-02-01T00:00:00Z"
    titles = [entry.findtext(f"{atom}title") for entry in feed.iter(f"{atom}entry")]
    assert [title.partition(":")[0] for title in titles if title] == ["changed", "removed", "added"]


def test_a_release_does_not_differ_from_itself(pair) -> None:
    """The same release twice has no changes at all."""
    changes = compare(pair[0], pair[0])
    assert (changes.facts, changes.things, changes.graphs) == ((), (), {})


def test_unlike_datasets(pair, make, tmp_path: Path) -> None:
    """Two datasets are not compared: the error names both."""
    other = write_release(make(name="fish", folder="fish"), tmp_path / "fish-shelf")
    with pytest.raises(ReleaseError, match=r"birds at .* and fish at") as caught:
        compare(pair[0], other)
    assert caught.value.reason == "release.unlike"


def test_a_previous_version_that_is_not_there(make, tmp_path: Path) -> None:
    """A build that names a version before it needs that version, and says so."""
    with pytest.raises(ReleaseError) as caught:
        write_release(make(previous="2020-01-01"), tmp_path / "shelf")
    assert caught.value.reason == "release.missing"
