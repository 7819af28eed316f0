"""Sheets for spreadsheets: nothing is lost on the way there and back, and what is wrong in them is told by line."""

import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher.dataset import Table
from publisher.editions import from_csv
from publisher.editions.csv import write_csv
from publisher.errors import DatasetUnreadable
from publisher.rdf.names import XSD
from tests.editions.conftest import BASE, Built, records

Sheet = list[list[str]]


def _said(table: Table) -> list[tuple[str, ...]]:
    """Give the rows of a table in one order, without the place that they were read from."""
    return sorted(tuple("\0" if cell is None else cell for cell in row[:-2]) for row in table.rows)


def test_every_table_comes_back(each: Built) -> None:
    """Facts, qualifiers, mentions, parts, evidence, passages, entities and documents are as they were."""
    back = from_csv(each.path("csv.zip"))

    assert {"facts", "qualifiers", "evidence", "passages", "citations", "parts", "entities"} <= set(back)
    assert {name: _said(each.dataset.tables[name]) for name in back} == {
        name: _said(table) for name, table in back.items()
    }


def test_the_sheet_of_facts_reads_well(lights: Built) -> None:
    """A row has the labels of what it names, CURIEs, and a column for each qualifier."""
    rows = _sheet(lights.path("csv.zip"), "facts")
    first = dict(zip(rows[0], rows[1], strict=True))

    assert ("lx:LX0000001", "Skårholm Light") == (first["subject"], first["(subject)"])
    assert ("lv:standsIn", "stands in") == (first["predicate"], first["(predicate)"])
    assert "qualifiers lv:untilYear" in rows[0]


def _sheet(path: Path, name: str) -> Sheet:
    with zipfile.ZipFile(path) as archive:
        return list(csv.reader(io.StringIO(archive.read(f"{name}.csv").decode("utf-8-sig"), newline="")))


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    """A label that a spreadsheet would run begins with an apostrophe in the sheet, and comes back without it."""
    labels = ["=1+1", "+x", "-catenin", "@home", "'quoted", "\tx"]
    facts = [(f"F{n}", f"{BASE}F{n}", None, label) for n, label in enumerate(labels)]
    write_csv(records(facts=facts), tmp_path / "x.zip")

    assert [f"'{label}" for label in labels] == [row[3] for row in _sheet(tmp_path / "x.zip", "facts")[1:]]
    assert labels == [row[3] for row in from_csv(tmp_path / "x.zip")["facts"].rows]


_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
_IRI = st.sampled_from(
    [f"{BASE}{local}" for local in ("a", "a|b", "a/b,c", "/x", "'x", '"x')] + ["urn:x:1", "mailto:a@b.c"]
)
_LITERAL = st.one_of(
    st.tuples(_TEXT, st.just(XSD + "string")),
    st.tuples(st.sampled_from(["5", "-5", "007", "+1", "1" * 20]), st.just(XSD + "integer")),
    st.tuples(st.just("2015"), st.just(XSD + "gYear")),
)
# The cells iri, lexical, datatype, text and language of a value.
_VALUES = st.one_of(
    _IRI.map(lambda iri: (iri, None, None, None, None)),
    _LITERAL.map(lambda literal: (None, *literal, None, None)),
    st.tuples(_TEXT, st.sampled_from(["en", "de-ch", None])).map(lambda text: (None, None, None, *text)),
)


@given(values=st.lists(_VALUES, max_size=4), comment=_TEXT)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_any_value_comes_back(values: list[tuple[str | None, ...]], comment: str, tmp_path: Path) -> None:
    """Whatever stands in a qualifier or a text, separators, quotes and line ends included, is the same afterwards."""
    fact = ("F1", f"{BASE}F1", None, comment)
    rows = records(facts=[fact], qualifiers=[(f"{BASE}F1", f"{BASE}p", *value) for value in values])
    write_csv(rows, tmp_path / "x.zip")
    back = from_csv(tmp_path / "x.zip")

    assert _said(rows.tables["qualifiers"]) == _said(back["qualifiers"])
    assert _said(rows.tables["facts"]) == _said(back["facts"])


def _damaged(path: Path, name: str, change: Callable[[Sheet], Sheet | None]) -> Path:
    """Copy a file of sheets with one of them changed, or left out."""
    target = path.with_name("damaged.zip")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as archive:
        for entry in source.namelist():
            body = source.read(entry)
            if entry == f"{name}.csv":
                rows = change(_sheet(path, name))
                if rows is None:
                    continue
                stream = io.StringIO(newline="")
                csv.writer(stream).writerows(rows)
                body = stream.getvalue().encode()
            archive.writestr(entry, body)
    return target


def _put(line: int, column: str, cell: str) -> Callable[[Sheet], Sheet]:
    def change(rows: Sheet) -> Sheet:
        rows[line - 1][rows[0].index(column)] = cell
        return rows

    return change


@pytest.mark.parametrize(
    ("name", "change", "place", "said"),
    [
        ("parts", lambda _: None, "", "the sheet parts.csv is missing"),
        ("facts", lambda rows: [row[1:] for row in rows], "facts.csv:1", "the column 'id' is missing"),
        ("facts", _put(3, "subject", "nix:1"), "facts.csv:3", "'nix:1' is no CURIE"),
        ("facts", _put(2, "iri", ""), "facts.csv:2", "the cell 'iri' is empty"),
        ("facts", _put(2, "fact_types", "lv:Claim, lv:Other"), "facts.csv:2", "is not a list of terms"),
        ("facts", _put(4, "qualifiers lv:untilYear", '"1904'), "facts.csv:4", "is not a list of terms"),
        ("facts", _put(1, "label", "Label"), "facts.csv:1", "the column 'label' is missing"),
        ("facts", _put(1, "qualifiers lv:untilYear", "flag"), "facts.csv:1", "two columns are called 'flag'"),
        ("facts", lambda rows: [[*row, "x"] for row in rows], "facts.csv:1", "'x' is no column of this sheet"),
        ("facts", lambda rows: [*rows[:5], rows[5][:-2]], "facts.csv:6", "cells, the heading has"),
        ("evidence", _put(2, "fact", "lc:LC0000099"), "evidence.csv:2", "LC0000099 is in no row of facts.csv"),
        ("passages", _put(3, "evidence", "lw:LW9"), "passages.csv:3", "LW9 is in no row of evidence.csv"),
        ("prefixes", lambda rows: [["name", "iri"], *rows[1:]], "prefixes.csv:1", "the column 'prefix' is missing"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_sheet_is_told_by_line(
    lights: Built, name: str, change: Callable[[Sheet], Sheet | None], place: str, said: str
) -> None:
    """A damaged sheet gives the sheet, the line, the value seen and what to do, and never a traceback."""
    with pytest.raises(DatasetUnreadable) as caught:
        from_csv(_damaged(lights.path("csv.zip"), name, change))

    assert said in caught.value.message
    assert place in str(caught.value.where)
    assert caught.value.fix


def test_a_file_that_is_no_archive_is_told(tmp_path: Path) -> None:
    """Another file, or none, is refused with what to name instead."""
    wrong = tmp_path / "facts.csv"
    wrong.write_text("id,iri\n", encoding="utf-8")

    for path in (wrong, tmp_path / "missing.zip"):
        with pytest.raises(DatasetUnreadable, match="no file of sheets"):
            from_csv(path)


def test_what_a_spreadsheet_program_writes_is_read(lights: Built) -> None:
    """Sheets saved again without a byte order mark, with fewer quotes and other line ends, are the same."""

    def same(rows: Sheet) -> Sheet:
        return rows

    again = _damaged(lights.path("csv.zip"), "facts", same)

    assert _said(from_csv(lights.path("csv.zip"))["facts"]) == _said(from_csv(again)["facts"])
