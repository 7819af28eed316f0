"""No sentence of a document is without a fact, but headings and page furniture."""

from pathlib import Path

import pytest

from publisher.dataset import Dataset, open_dataset

_ROOT = Path(__file__).parents[2]
_GIVES = {"sentence", "record", "reference", "duplicate"}


@pytest.fixture(name="dataset", scope="module")
def _dataset() -> Dataset:
    """Read the dataset of this repository."""
    return open_dataset(_ROOT)


def _rows(dataset: Dataset, name: str) -> list[dict[str, str | None]]:
    table = dataset.tables[name]
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def test_every_sentence_gave_a_fact(dataset: Dataset) -> None:
    """Each sentence, record and reference holds a passage of a fact."""
    held = {(row["document"], row["segment"]) for row in _rows(dataset, "passages")}
    bare = [
        (row["document"], row["section"], row["sentence"])
        for row in _rows(dataset, "segments")
        if row["kind"] in _GIVES and (row["document"], row["ordinal"]) not in held
    ]
    assert bare == []


def test_headings_and_furniture_gave_none(dataset: Dataset) -> None:
    """No passage lies in a heading or in page furniture."""
    kinds = {(row["document"], row["ordinal"]): row["kind"] for row in _rows(dataset, "segments")}
    astray = [
        row["evidence"]
        for row in _rows(dataset, "passages")
        if kinds.get((row["document"], row["segment"])) not in _GIVES
    ]
    assert astray == []


def test_a_second_printing_has_the_facts_of_the_first(dataset: Dataset) -> None:
    """The facts of a duplicate are those of the sentence that it repeats."""
    facts = {row["iri"]: row["fact"] for row in _rows(dataset, "evidence")}
    held: dict[tuple[str | None, str | None, str | None], set[str | None]] = {}
    for row in _rows(dataset, "passages"):
        held.setdefault((row["document"], row["section"], row["sentence"]), set()).add(facts[row["evidence"]])
    for row in _rows(dataset, "segments"):
        if row["kind"] == "duplicate":
            copy = (row["document"], row["section"], row["sentence"])
            first = (row["document"], str(row["section"]).removesuffix("-copy"), row["sentence"])
            assert held[first] == held[copy]
