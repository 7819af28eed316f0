"""All editions of a release: which files, and how long they take."""

import gzip
import time
from pathlib import Path

import pytest

from publisher.editions import Records, write_editions
from publisher.editions.sheets import SHEETS
from tests.editions.conftest import Built, records


def test_a_release_holds_every_edition_with_its_media_type(lights: Built) -> None:
    """Five files are listed in the record of the release, under the folder of editions."""
    stem = "editions/lighthouses-2026-03-01"
    expected = {
        f"{stem}.nanopubs.trig.gz": ("application/trig", "gzip"),
        f"{stem}.rdf12.ttl.gz": ("text/turtle", "gzip"),
        f"{stem}.kgx.nodes.jsonl.gz": ("application/jsonl", "gzip"),
        f"{stem}.kgx.edges.jsonl.gz": ("application/jsonl", "gzip"),
        f"{stem}.csv.zip": ("application/zip", ""),
    }
    files = lights.release.files

    assert expected == {name: (files[name].media, files[name].compression) for name in files if name.startswith(stem)}


def test_a_dataset_without_facts_has_no_editions(tmp_path: Path) -> None:
    """Nothing is written for a dataset that says nothing yet."""
    assert [] == list(write_editions(records(), tmp_path))


def test_facts_that_no_mapping_reached_are_published_all_the_same(tmp_path: Path) -> None:
    """A fact without a single mapped statement still has a nanopublication that is whole."""
    given = records(facts=[("F1", "https://example.org/x/F1", None, "one", "en", *["https://example.org/x/a"] * 3)])
    written = {item.name.split(".", 1)[1]: item for item in write_editions(given, tmp_path)}

    assert {"nanopubs.trig.gz", "rdf12.ttl.gz", "kgx.nodes.jsonl.gz", "kgx.edges.jsonl.gz", "csv.zip"} == set(written)


@pytest.mark.slow
def test_all_editions_of_our_facts_take_less_than_two_seconds(ours: Built, tmp_path: Path) -> None:
    """Five hundred facts are written in every form within two seconds."""
    stem = f"{ours.release.name}-{ours.release.version}"
    dumps = [ours.release.path / f"{stem}-{graph}.nq.gz" for graph in ("facts", "evidence")]
    lines = tmp_path / "mapped.nq"
    lines.write_bytes(b"".join(gzip.decompress(dump.read_bytes()) for dump in dumps))
    records_of_ours = Records(ours.release, ours.dataset.tables, ours.dataset.ontology, (lines,))
    start = time.process_time()
    written = list(write_editions(records_of_ours, tmp_path))

    assert 5 == len(written)
    assert time.process_time() - start < 2


def test_the_reference_page_names_every_file_sheet_and_variable(lights: Built, root: Path) -> None:
    """What the editions are called in the code is what the page calls them."""
    page = (root / "docs" / "reference" / "editions.md").read_text(encoding="utf-8")
    suffixes = [name.partition("2026-03-01")[2] for name in lights.release.files if name.startswith("editions/")]
    names = [*(f"<stem>{suffix}" for suffix in suffixes), *(sheet.name for sheet in SHEETS), "prefixes"]
    names += ["nanopub", "kgx", "sssom"]

    assert [] == [name for name in names if f"`{name}`" not in page]
