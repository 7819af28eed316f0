"""Sheets read back into the tables that they were written from.

It refuses to guess: a sheet, a column, a row or a cell that is wrong is told with its sheet and line.
See :mod:`publisher.editions.csv` for the form of a cell.
"""

import csv
import io
import zipfile
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from publisher.dataset.tables import COLUMNS, Row, Table
from publisher.editions.records import Cells
from publisher.editions.sheets import (
    BETWEEN,
    PLACE,
    PREFIXES,
    SHEETS,
    SHORT,
    TERM,
    TEXT,
    Sheet,
    columns,
    is_iri,
    tables,
)
from publisher.errors import DatasetUnreadable, Where
from publisher.rdf.names import XSD
from publisher.rdf.prefixes import Prefixes
from publisher.rdf.terms import text_of


def from_csv(path: Path) -> dict[str, Table]:
    """Give the tables of facts, parts, evidence, passages, entities and documents, and all that hangs on their rows.

    ``file`` and ``line`` are those of the sheet. Raises DatasetUnreadable where a sheet, a column or a cell is wrong.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise DatasetUnreadable(
            f"this is no file of sheets: {error}", where=Where(str(path)), fix="name the .csv.zip of a release"
        ) from None
    with archive:
        with closing(_read(archive, "prefixes", PREFIXES)) as rows:
            prefixes = Prefixes({row["prefix"]: row["namespace"] for _, row in rows})
        found = {name: Table(name, COLUMNS[name], []) for sheet in SHEETS for name in tables(sheet)}
        for sheet in SHEETS:
            with closing(_read(archive, sheet.name, columns(sheet.name))) as rows:
                _Reader(prefixes, sheet, found).read(rows)
            _check_owners(sheet, found)
    return found


def _check_owners(sheet: Sheet, found: Mapping[str, Table]) -> None:
    """Refuse a row that hangs on a row of another sheet that is not there."""
    if sheet.of is None:
        return
    column, other = sheet.of
    own, above = found[sheet.name], found[other]
    known = {row[above.columns.index("iri")] for row in above.rows}
    for row in own.rows:
        owner = row[own.columns.index(column)]
        if owner not in known:
            where = Where(f"{sheet.name}.csv", int(row[-1] or 0))
            raise _wrong(f"{owner} is in no row of {other}.csv", where, "put it back there, or remove this row")


def _read(archive: zipfile.ZipFile, name: str, wanted: Sequence[str]) -> Generator[tuple[Where, Mapping[str, str]]]:
    """Give each row of a sheet by its heading, with the line that it begins on."""
    file = f"{name}.csv"
    if file not in archive.namelist():
        raise _wrong(f"the sheet {file} is missing", Where(str(archive.filename)), "put it back beside the others")
    with archive.open(file) as raw, io.TextIOWrapper(raw, encoding="utf-8-sig", newline="") as stream:
        reader = csv.reader(stream, strict=True)
        try:
            head = next(reader, [])
            _check_head(head, wanted, Where(file, 1))
            end = reader.line_num
            for cells in reader:
                where, end = Where(file, end + 1), reader.line_num
                if len(cells) != len(head):
                    message = f"this row has {len(cells)} cells, the heading has {len(head)}"
                    raise _wrong(message, where, "fill or cut the row")
                yield where, dict(zip(head, cells, strict=True))
        except (csv.Error, UnicodeDecodeError, zipfile.BadZipFile) as error:
            where = Where(file, reader.line_num)
            raise _wrong(f"this is not CSV in UTF-8: {error}", where, "save the sheet as CSV, UTF-8") from None


def _check_head(head: Sequence[str], wanted: Sequence[str], where: Where) -> None:
    missing = [column for column in wanted if column not in head]
    if missing:
        raise _wrong(f"the column {missing[0]!r} is missing", where, "put it back, under its old name")
    twice = [column for number, column in enumerate(head) if column in head[:number]]
    if twice:
        raise _wrong(f"two columns are called {twice[0]!r}", where, "remove one of them")


def _wrong(message: str, where: Where, fix: str) -> DatasetUnreadable:
    return DatasetUnreadable(message, where=where, fix=fix)


class _Reader:
    """Reads the rows of one sheet into tables."""

    def __init__(self, prefixes: Prefixes, sheet: Sheet, tables: Mapping[str, Table]):
        self._prefixes = prefixes
        self._sheet = sheet
        self._tables = tables
        self._single = {many.table: many for many in sheet.folded if many.column}
        self._headed = {many.table: many for many in sheet.folded if many.names}

    def read(self, rows: Iterable[tuple[Where, Mapping[str, str]]]) -> None:
        for where, row in rows:
            own = {column: self._plain(column, row[column], where) for column in columns(self._sheet.name)}
            self._add(self._sheet.name, own, where)
            owner = own[self._sheet.key]
            if owner is None:
                raise _wrong(f"the cell {self._sheet.key!r} is empty", where, "write what the row is about")
            for head, cell in row.items():
                if head not in own and not head.startswith("("):
                    self._unfold(head, cell, owner, where)

    def _unfold(self, head: str, cell: str, owner: str, where: Where) -> None:
        table, _, names = head.partition(" ")
        many = self._single.get(table) or self._headed.get(table)
        if many is None or len(names.split()) != len(many.names):
            message = f"{head!r} is no column of this sheet"
            raise _wrong(message, Where(where.file, 1), "remove it, or put it in parentheses")
        for term in self._terms(cell, where):
            if many.column:
                self._add(table, {many.key: owner, many.column: self._iri(term, where)}, where)
                continue
            said = {name: self._iri(text, where) if name == "property" else text for name, text in
                    zip(many.names, names.split(), strict=True)}  # fmt: skip
            self._add(table, {many.key: owner, **said, **self._value(term, where)}, where)

    def _add(self, table: str, cells: Cells, where: Where) -> None:
        found = self._tables[table]
        row: Row = tuple(cells.get(column) for column in found.columns[: -len(PLACE)])
        found.rows.append((*row, where.file, str(where.line)))

    def _plain(self, column: str, cell: str, where: Where) -> str | None:
        if not cell:
            return None
        if is_iri(self._sheet.name, column):
            return self._iri(cell, where)
        return cell.removeprefix("'")

    def _terms(self, cell: str, where: Where) -> list[str]:
        terms, end = [], 0
        while end < len(cell):
            match = TERM.match(cell, end)
            after = match.end() if match else end
            if match is None or not (after == len(cell) or cell.startswith(BETWEEN, after)):
                raise _wrong(
                    f"{cell!r} is not a list of terms", where, 'write CURIEs, numbers or "texts", parted by " | "'
                )
            terms.append(match[0])
            end = after + len(BETWEEN)
        return terms

    def _value(self, term: str, where: Where) -> dict[str, str | None]:
        if SHORT.match(term):
            return {"lexical": term, "datatype": XSD + "integer"}
        if not term.startswith('"'):
            return {"iri": self._iri(term, where)}
        quoted, sign, datatype = term.rpartition("^^")
        if sign and quoted.endswith('"'):
            if datatype == TEXT:
                return {"text": text_of(quoted).value}
            return {"lexical": text_of(quoted).value, "datatype": self._iri(datatype, where)}
        text = text_of(term)
        if text.language:
            return {"text": text.value, "language": text.language}
        return {"lexical": text.value, "datatype": XSD + "string"}

    def _iri(self, term: str, where: Where) -> str:
        iri = term[1:-1] if term.startswith("<") and term.endswith(">") else self._prefixes.expand(term)
        if iri is None:
            raise _wrong(
                f"{term!r} is no CURIE with a prefix of prefixes.csv", where, "mend it, or add its prefix there"
            )
        return iri
