from pathlib import Path

from publisher.dataset import open_dataset
from publisher.dataset.coverage import as_tsv, coverage

LIGHTHOUSES = Path(__file__).resolve().parents[1] / "datasets" / "lighthouses"


def test_every_segment_is_in_the_table_once_with_its_facts() -> None:
    """Each segment of each document is a row, and a sentence has the facts whose passages touch it."""
    dataset = open_dataset(LIGHTHOUSES)
    rows = {(each.document, each.segment.ordinal): each.facts for each in coverage(dataset)}

    assert len(dataset.tables["segments"].rows) == len(rows)
    assert ("LC0000001",) == rows["P1", 2]


def test_a_segment_without_a_fact_says_why() -> None:
    """A heading is reason enough; a sentence that nobody read is told as such."""
    reasons = {each.segment.kind: each.none_because for each in coverage(open_dataset(LIGHTHOUSES)) if not each.facts}

    assert "heading" == reasons["heading"]
    assert reasons.get("sentence", "no fact") == "no fact"


def test_the_table_is_written_as_tsv() -> None:
    """The head names the columns, and every line has all of them."""
    head, *lines = as_tsv(open_dataset(LIGHTHOUSES)).splitlines()

    assert head.split("\t")[-2:] == ["facts", "none_because"]
    assert {line.count("\t") for line in lines} == {head.count("\t")}
