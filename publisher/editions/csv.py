"""Sheets for spreadsheet programs: one row for each fact, part, evidence and passage, and a lossless way back.

Cells that hold IRIs are CURIEs, those of qualifiers are terms as SPARQL 1.1 TSV writes them, several of them are parted
by `` | ``, and a text that a spreadsheet would run as a formula begins with an apostrophe. A column with its name in
parentheses is for reading only. It refuses to guess on the way back: what it cannot read is told with sheet and line.
See RFC 4180, and SPARQL 1.1 Query Results CSV and TSV Formats, section 4.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from publisher.dataset.tables import COLUMNS, Row, Table
from publisher.editions.records import Cells, Records
from publisher.errors import DatasetUnreadable, Where
from publisher.rdf.names import XSD
from publisher.rdf.prefixes import Prefixes
from publisher.rdf.quads import literal
from publisher.rdf.terms import text_of

_BETWEEN = " | "
_FORMULA = ("=", "+", "-", "@", "'", "\t", "\r")
_SHORT = re.compile(r"(?:0|[1-9][0-9]{0,14})\Z")
_TERM = re.compile(r'"(?:[^"\\]|\\.)*"(?:@[A-Za-z0-9-]+|\^\^[^\s|]+)?|[^\s|"]\S*', re.DOTALL)
_PLACE = ("file", "line")
_TEXT = "text"
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class _Many:
    """Rows of another table, folded into the row they belong to: into one column, or a column for each ``names``."""

    table: str
    key: str
    names: tuple[str, ...] = ()
    column: str = ""


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One sheet: the table whose rows it holds, the key of those rows, and what is folded into them.

    ``read`` are the columns whose labels are shown beside; ``of`` is the column that names a row of another sheet.
    """

    name: str
    key: str
    folded: tuple[_Many, ...] = ()
    read: tuple[str, ...] = ()
    of: tuple[str, str] | None = None


_SHEETS = (
    _Sheet(
        "facts",
        "iri",
        (
            _Many("fact_types", "fact", column="type"),
            _Many("about", "fact", column="entity"),
            _Many("mentions", "fact", ("role", "property")),
            _Many("qualifiers", "fact", ("property",)),
        ),
        ("subject", "predicate", "object"),
    ),
    _Sheet(
        "parts",
        "part",
        (_Many("part_types", "part", column="type"), _Many("part_values", "part", ("property",))),
        of=("fact", "facts"),
    ),
    _Sheet(
        "evidence",
        "iri",
        (_Many("citations", "evidence", column="reference"), _Many("evidence_values", "evidence", ("property",))),
        of=("fact", "facts"),
    ),
    _Sheet("passages", "evidence", of=("evidence", "evidence")),
    _Sheet(
        "entities",
        "iri",
        (_Many("entity_types", "entity", column="type"), _Many("entity_values", "entity", ("property",))),
    ),
    _Sheet("documents", "iri", (_Many("document_values", "document", ("property",)),)),
    _Sheet("references", "iri", (_Many("reference_values", "reference", ("property",)),)),
)
# The columns of those tables that hold IRIs.
_IRIS = frozenset(
    {
        *("iri", "type", "subject", "predicate", "object", "direct_object", "certainty", "curator", "fact", "link"),
        *("part", "code", "evidence", "target", "position"),
    }
)
_IRI_BY_TABLE = frozenset((table, "document") for table in ("evidence", "passages", "references"))


def write_csv(records: Records, path: Path) -> None:
    """Write the sheets of a dataset as one ZIP file; the same records give the same bytes."""
    with zipfile.ZipFile(path, "w") as archive:
        for sheet in _SHEETS:
            _write(archive, sheet.name, _Writer(records, sheet).rows())
        _write(archive, "prefixes", (("prefix", "namespace"), *records.about.prefixes))


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
        prefixes = Prefixes({row["prefix"]: row["namespace"] for _, row in _read(archive, "prefixes")})
        tables = {name: Table(name, COLUMNS[name], []) for sheet in _SHEETS for name in _tables(sheet)}
        for sheet in _SHEETS:
            _Reader(prefixes, sheet, tables).read(_read(archive, sheet.name))
            _check_owners(sheet, tables)
    return tables


def _check_owners(sheet: _Sheet, tables: Mapping[str, Table]) -> None:
    if sheet.of is None:
        return
    column, other = sheet.of
    own, above = tables[sheet.name], tables[other]
    known = {row[above.columns.index("iri")] for row in above.rows}
    for row in own.rows:
        owner = row[own.columns.index(column)]
        if owner not in known:
            where = Where(f"{sheet.name}.csv", int(row[-1] or 0))
            raise _wrong(f"{owner} is in no row of {other}.csv", where, 0, "put it back there, or remove this row")


def _tables(sheet: _Sheet) -> tuple[str, ...]:
    return (sheet.name, *(many.table for many in sheet.folded))


def _columns(table: str) -> tuple[str, ...]:
    return tuple(column for column in COLUMNS[table] if column not in _PLACE)


def _is_iri(table: str, column: str) -> bool:
    return column in _IRIS or (table, column) in _IRI_BY_TABLE


# Writing ----------------------------------------------------------------------------------------------------------


class _Writer:
    """The rows of one sheet."""

    def __init__(self, records: Records, sheet: _Sheet):
        self._records = records
        self._sheet = sheet
        self._prefixes = records.about.prefixes
        self._folded = {many.table: records.grouped(many.table, many.key) for many in sheet.folded}
        self._names = {many.table: self._headings(many) for many in sheet.folded}

    def rows(self) -> Iterator[Sequence[str]]:
        heads = [head for many in self._sheet.folded for head in self._names[many.table]]
        read = [f"({column})" for column in self._sheet.read]
        yield [*_columns(self._sheet.name), *read, *heads]
        labels = self._labels() if read else {}
        for row in self._records.rows(self._sheet.name):
            cells = [self._cell(column, row[column]) for column in _columns(self._sheet.name)]
            cells += [_guarded(labels.get(row[column] or "", "")) for column in self._sheet.read]
            for many in self._sheet.folded:
                cells += self._fold(many, self._folded[many.table].get(row[self._sheet.key] or "", ()))
            yield cells

    def _headings(self, many: _Many) -> list[str]:
        if many.column:
            return [many.table]
        names = {self._heading(many, row) for row in self._records.rows(many.table)}
        return sorted(names)

    def _heading(self, many: _Many, row: Cells) -> str:
        return " ".join([many.table, *(self._cell(name, row[name], listed=True) for name in many.names)])

    def _fold(self, many: _Many, rows: Iterable[Cells]) -> Iterator[str]:
        found: dict[str, list[str]] = {}
        for row in rows:
            if many.column:
                found.setdefault(many.table, []).append(self._short(row[many.column] or ""))
            else:
                found.setdefault(self._heading(many, row), []).append(self._term(row))
        return (_BETWEEN.join(found.get(head, ())) for head in self._names[many.table])

    def _cell(self, column: str, value: str | None, *, listed: bool = False) -> str:
        if value is None:
            return ""
        if _is_iri(self._sheet.name, column) or (listed and column == "property"):
            return self._short(value)
        return _guarded(value) or "'"

    def _term(self, row: Cells) -> str:
        if row.get("iri"):
            return self._short(row["iri"] or "")
        lexical, datatype = row.get("lexical"), row.get("datatype")
        if lexical is None:
            text = literal(row["text"] or "", language=row.get("language"))
            # Without this a text that has no language, as a mention has none, would come back as a typed value.
            return text if row.get("language") else f"{text}^^{_TEXT}"
        if datatype == XSD + "integer" and _SHORT.match(lexical):
            return lexical
        quoted = literal(lexical)
        return quoted if datatype == XSD + "string" else f"{quoted}^^{self._short(datatype or '')}"

    def _short(self, iri: str) -> str:
        curie = self._prefixes.compress(iri)
        return curie if curie and _TERM.fullmatch(curie) and self._prefixes.expand(curie) == iri else f"<{iri}>"

    def _labels(self) -> dict[str, str]:
        own = {row["iri"] or "": row["label"] or "" for row in self._records.rows("entities")}
        return dict(self._records.ontology.labels) | own


def _guarded(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _write(archive: zipfile.ZipFile, name: str, rows: Iterable[Sequence[str]]) -> None:
    entry = zipfile.ZipInfo(f"{name}.csv", _EPOCH)
    entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
    # The mark at the beginning tells spreadsheet programs that the letters are UTF-8.
    with archive.open(entry, "w") as raw, io.TextIOWrapper(raw, encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)


# Reading ----------------------------------------------------------------------------------------------------------


def _read(archive: zipfile.ZipFile, name: str) -> Iterator[tuple[Where, Mapping[str, str]]]:
    where = Where(f"{name}.csv")
    try:
        raw = archive.open(where.file)
    except KeyError:
        raise DatasetUnreadable(
            f"the sheet {where.file} is missing",
            where=Where(str(archive.filename)),
            fix="put it back beside the others",
        ) from None
    with raw, io.TextIOWrapper(raw, encoding="utf-8-sig", newline="") as stream:
        try:
            reader = csv.reader(stream, strict=True)
            head = next(reader, [])
            end = reader.line_num
            for cells in reader:
                line, end = end + 1, reader.line_num
                if len(cells) != len(head):
                    raise _wrong(
                        f"this row has {len(cells)} cells, the heading has {len(head)}",
                        where,
                        line,
                        "fill or cut the row",
                    )
                yield Where(where.file, line), dict(zip(head, cells, strict=True))
        except (csv.Error, UnicodeDecodeError) as error:
            raise _wrong(f"this is not CSV in UTF-8: {error}", where, 0, "save the sheet as CSV, UTF-8") from None


def _wrong(message: str, where: Where, line: int, fix: str) -> DatasetUnreadable:
    return DatasetUnreadable(message, where=Where(where.file, line or where.line), fix=fix)


class _Reader:
    """Reads the rows of one sheet into tables."""

    def __init__(self, prefixes: Prefixes, sheet: _Sheet, tables: Mapping[str, Table]):
        self._prefixes = prefixes
        self._sheet = sheet
        self._tables = tables
        self._single = {many.table: many for many in sheet.folded if many.column}
        self._headed = {many.table: many for many in sheet.folded if many.names}

    def read(self, rows: Iterable[tuple[Where, Mapping[str, str]]]) -> None:
        for where, row in rows:
            missing = [column for column in _columns(self._sheet.name) if column not in row]
            if missing:
                raise _wrong(f"the column {missing[0]!r} is missing", where, 1, "put it back, under its old name")
            own = {column: self._plain(column, row[column], where) for column in _columns(self._sheet.name)}
            self._add(self._sheet.name, own, where)
            owner = own[self._sheet.key]
            if owner is None:
                raise _wrong(f"the cell {self._sheet.key!r} is empty", where, 0, "write what the row is about")
            for head, cell in row.items():
                if head not in own and not head.startswith("("):
                    self._unfold(head, cell, owner, where)

    def _unfold(self, head: str, cell: str, owner: str, where: Where) -> None:
        table, _, names = head.partition(" ")
        many = self._single.get(table) or self._headed.get(table)
        if many is None or len(names.split()) != len(many.names):
            raise _wrong(f"{head!r} is no column of this sheet", where, 1, "remove it, or put it in parentheses")
        for term in self._terms(cell, where):
            if many.column:
                self._add(table, {many.key: owner, many.column: self._iri(term, where)}, where)
                continue
            said = {name: self._iri(text, where) if name == "property" else text for name, text in
                    zip(many.names, names.split(), strict=True)}  # fmt: skip
            self._add(table, {many.key: owner, **said, **self._value(term, where)}, where)

    def _add(self, table: str, cells: Cells, where: Where) -> None:
        found = self._tables[table]
        row: Row = tuple(cells.get(column) for column in found.columns[: -len(_PLACE)])
        found.rows.append((*row, where.file, str(where.line)))

    def _plain(self, column: str, cell: str, where: Where) -> str | None:
        if not cell:
            return None
        if _is_iri(self._sheet.name, column):
            return self._iri(cell, where)
        return cell.removeprefix("'")

    def _terms(self, cell: str, where: Where) -> list[str]:
        terms, end = [], 0
        while end < len(cell):
            match = _TERM.match(cell, end)
            after = match.end() if match else end
            if match is None or not (after == len(cell) or cell.startswith(_BETWEEN, after)):
                raise _wrong(
                    f"{cell!r} is not a list of terms", where, 0, 'write CURIEs, numbers or "texts", parted by " | "'
                )
            terms.append(match[0])
            end = after + len(_BETWEEN)
        return terms

    def _value(self, term: str, where: Where) -> dict[str, str | None]:
        if _SHORT.match(term):
            return {"lexical": term, "datatype": XSD + "integer"}
        if not term.startswith('"'):
            return {"iri": self._iri(term, where)}
        quoted, sign, datatype = term.rpartition("^^")
        if sign and quoted.endswith('"'):
            if datatype == _TEXT:
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
                f"{term!r} is no CURIE with a prefix of prefixes.csv", where, 0, "mend it, or add its prefix there"
            )
        return iri
