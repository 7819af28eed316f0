"""Sheets for spreadsheet programs: one row for each fact, part, evidence and passage, and a lossless way back.

Cells that hold IRIs are CURIEs, those of qualifiers are terms as SPARQL 1.1 TSV writes them, several of them are parted
by `` | ``, and a text that a spreadsheet would run as a formula begins with an apostrophe. A column with its name in
parentheses is for reading only. The way back is :mod:`publisher.editions.csv_reading`.
See RFC 4180, and SPARQL 1.1 Query Results CSV and TSV Formats, section 4.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from publisher.editions.records import Cells, Records
from publisher.editions.sheets import (
    BETWEEN,
    FORMULA,
    PREFIXES,
    SHEETS,
    SHORT,
    TERM,
    TEXT,
    Many,
    Sheet,
    columns,
    is_iri,
)
from publisher.rdf.names import XSD
from publisher.rdf.quads import literal

_EPOCH = (1980, 1, 1, 0, 0, 0)


def write_csv(records: Records, path: Path) -> None:
    """Write the sheets of a dataset as one ZIP file; the same records give the same bytes."""
    with zipfile.ZipFile(path, "w") as archive:
        for sheet in SHEETS:
            _write(archive, sheet.name, _Writer(records, sheet).rows())
        _write(archive, "prefixes", (PREFIXES, *records.about.prefixes))


class _Writer:
    """The rows of one sheet."""

    def __init__(self, records: Records, sheet: Sheet):
        self._records = records
        self._sheet = sheet
        self._prefixes = records.about.prefixes
        self._folded = {many.table: records.grouped(many.table, many.key) for many in sheet.folded}
        self._names = {many.table: self._headings(many) for many in sheet.folded}

    def rows(self) -> Iterator[Sequence[str]]:
        heads = [head for many in self._sheet.folded for head in self._names[many.table]]
        read = [f"({column})" for column in self._sheet.read]
        yield [*columns(self._sheet.name), *read, *heads]
        labels = self._labels() if read else {}
        for row in self._records.rows(self._sheet.name):
            cells = [self._cell(column, row[column]) for column in columns(self._sheet.name)]
            cells += [_guarded(labels.get(row[column] or "", "")) for column in self._sheet.read]
            for many in self._sheet.folded:
                cells += self._fold(many, self._folded[many.table].get(row[self._sheet.key] or "", ()))
            yield cells

    def _headings(self, many: Many) -> list[str]:
        if many.column:
            return [many.table]
        names = {self._heading(many, row) for row in self._records.rows(many.table)}
        return sorted(names)

    def _heading(self, many: Many, row: Cells) -> str:
        return " ".join([many.table, *(self._cell(name, row[name], listed=True) for name in many.names)])

    def _fold(self, many: Many, rows: Iterable[Cells]) -> Iterator[str]:
        found: dict[str, list[str]] = {}
        for row in rows:
            if many.column:
                found.setdefault(many.table, []).append(self._short(row[many.column] or ""))
            else:
                found.setdefault(self._heading(many, row), []).append(self._term(row))
        return (BETWEEN.join(found.get(head, ())) for head in self._names[many.table])

    def _cell(self, column: str, value: str | None, *, listed: bool = False) -> str:
        if value is None:
            return ""
        if is_iri(self._sheet.name, column) or (listed and column == "property"):
            return self._short(value)
        return _guarded(value) or "'"

    def _term(self, row: Cells) -> str:
        if row.get("iri"):
            return self._short(row["iri"] or "")
        lexical, datatype = row.get("lexical"), row.get("datatype")
        if lexical is None:
            text = literal(row["text"] or "", language=row.get("language"))
            # Without this a text that has no language, as a mention has none, would come back as a typed value.
            return text if row.get("language") else f"{text}^^{TEXT}"
        if datatype == XSD + "integer" and SHORT.match(lexical):
            return lexical
        quoted = literal(lexical)
        return quoted if datatype == XSD + "string" else f"{quoted}^^{self._short(datatype or '')}"

    def _short(self, iri: str) -> str:
        curie = self._prefixes.compress(iri)
        return curie if curie and TERM.fullmatch(curie) and self._prefixes.expand(curie) == iri else f"<{iri}>"

    def _labels(self) -> dict[str, str]:
        own = {row["iri"] or "": row["label"] or "" for row in self._records.rows("entities")}
        return dict(self._records.ontology.labels) | own


def _guarded(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


def _write(archive: zipfile.ZipFile, name: str, rows: Iterable[Sequence[str]]) -> None:
    entry = zipfile.ZipInfo(f"{name}.csv", _EPOCH)
    entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
    # The mark at the beginning tells spreadsheet programs that the letters are UTF-8.
    with archive.open(entry, "w") as raw, io.TextIOWrapper(raw, encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
