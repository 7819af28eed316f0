"""Tables as sources of terms: TSV, CSV, and JSON objects keyed by identifier.

Which column is what stands in ``ontology/sources.toml``. Rows with the same identifier are one term; a source may have
several tables, of which the first says which terms there are and the others add to them.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from publisher.errors import ImportFailed, Where
from publisher.imports.read.terms import Terms
from publisher.imports.sources import Column, Layout, Source
from publisher.imports.term import Kind, Link, Refused, Synonym, Term
from publisher.rdf import names

_BROADER = names.SKOS + "broader"
_SUBCLASS = names.RDFS + "subClassOf"
_CODE = re.compile(r"^(EC \d|Cleaved into|Includes)")

_Row = Mapping[str, Any]


@dataclass(slots=True)
class _Rows:
    """The rows that tell of one term, each with the layout of its table."""

    rows: list[tuple[Layout, _Row]] = field(default_factory=list)


def read_tables(texts: Mapping[str, str], source: Source) -> Terms[_Rows]:
    """Read the tables of a source; raise ImportFailed where a table lacks a column that was named."""
    terms: dict[str, _Rows] = {}
    refused: list[Refused] = []
    for number, layout in enumerate(source.layouts):
        for row in _rows(texts[layout.file], layout, source, refused):
            if any(row.get(column) != value for column, value in layout.where.items()):
                continue
            for iri in _iris(row, layout.id):
                if number == 0 or iri in terms:
                    terms.setdefault(iri, _Rows()).rows.append((layout, row))
    kind = Kind.CLASS if source.classes else Kind.RECORD

    def parse(iri: str, entry: _Rows) -> Term:
        return _parse(iri, entry, kind)

    return Terms(terms, parse, refused=tuple(refused))


def _rows(text: str, layout: Layout, source: Source, refused: list[Refused]) -> Iterator[_Row]:
    """Give the rows of a table; one that has not the cells of the header is refused."""
    if source.format == "json":
        yield from _objects(text, layout)
        return
    stream = io.StringIO(text, newline="")
    tabs = source.format == "tsv"
    lines = csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE) if tabs else csv.reader(stream)
    try:
        header = layout.columns or tuple(next(lines, ()))
        _check(header, layout, source)
        for cells in lines:
            if layout.columns or len(cells) == len(header):
                yield dict(zip(header, cells, strict=False))
            elif cells:
                reason = f"the row has {len(cells)} cells, the header {len(header)}"
                refused.append(Refused(lines.line_num, cells[0], reason))
    except csv.Error as error:
        raise ImportFailed(
            f"this table cannot be read: {error}",
            where=Where(layout.file, lines.line_num),
            fix="mend the row, or its quotes",
        ) from None


def _check(header: Sequence[str], layout: Layout, source: Source) -> None:
    for column in _named(layout):
        if column not in header:
            raise ImportFailed(
                f"{layout.file} has no column {column!r}; it has: {', '.join(header)}",
                where=Where(layout.file, 1),
                fix=f"mend the columns of [sources.{source.name}] in ontology/sources.toml",
            )


def _objects(text: str, layout: Layout) -> Iterator[_Row]:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise ImportFailed(
            f"this is not valid JSON: {error.msg}", where=Where(layout.file, error.lineno), fix="get the file again"
        ) from None
    if not isinstance(document, dict) or not all(isinstance(value, dict) for value in document.values()):
        raise ImportFailed("this is not a JSON object of objects, one for each identifier", where=Where(layout.file, 1))
    for key, value in document.items():
        yield {"@key": key, **value}


def _named(layout: Layout) -> Iterator[str]:
    columns = (layout.id, *layout.synonyms, *layout.parents, *layout.links)
    yield from (column.column for column in columns)
    yield from layout.where
    if layout.label:
        yield layout.label


def _parse(iri: str, entry: _Rows, kind: Kind) -> Term:
    label: str | None = None
    synonyms: list[Synonym] = []
    parents: list[str] = []
    links: list[Link] = []
    replaced_by: list[str] = []
    consider: list[str] = []
    obsolete = False
    for layout, row in entry.rows:
        if layout.label and row.get(layout.label):
            label = label or str(row[layout.label])
            synonyms.append(Synonym(str(row[layout.label]), layout.id.scope))
        for column in layout.synonyms:
            synonyms.extend(Synonym(text, column.scope) for text in _names(row, column))
        for column in layout.parents:
            broader = column.property or _BROADER
            parents.extend(_iris(row, column) if broader == _SUBCLASS else ())
            links.extend(Link(broader, target, follow=True) for target in _iris(row, column) if broader != _SUBCLASS)
        for column in layout.links:
            property_ = column.property or names.SKOS + "exactMatch"
            links.extend(Link(property_, target, follow=column.follow) for target in _iris(row, column))
        obsolete = obsolete or (layout.obsolete is not None and bool(row.get(layout.obsolete)))
        replaced_by.extend(_iris(row, layout.replaced_by) if layout.replaced_by else ())
        consider.extend(_iris(row, layout.consider) if layout.consider else ())
    return Term(
        iri=iri,
        kind=kind,
        label=label,
        synonyms=tuple(each for each in synonyms if each.text != label),
        parents=tuple(parents),
        links=tuple(links),
        obsolete=obsolete,
        replaced_by=tuple(replaced_by),
        consider=tuple(consider),
    )


def _values(row: _Row, column: Column) -> Iterator[str]:
    """Give the values of a cell: text split by the separator, a list's items, or a mapping's keys at distance 1."""
    cell = row.get(column.column)
    if isinstance(cell, str):
        yield from (part.strip() for part in (cell.split(column.separator) if column.separator else [cell]))
    elif isinstance(cell, list):
        yield from (str(item) for item in cell)
    elif isinstance(cell, dict):
        yield from (str(key) for key, distance in cell.items() if distance == 1)


def _iris(row: _Row, column: Column) -> Iterator[str]:
    for value in _values(row, column):
        found = column.match.match(value) if column.match else None
        if value and (column.match is None or found):
            identifier = found[1] if found else value
            yield column.iri.replace("{id}", identifier) if column.iri else identifier


def _names(row: _Row, column: Column) -> Iterator[str]:
    for value in _values(row, column):
        if column.brackets:
            yield from bracketed(value)
        elif value and (column.match is None or column.match.match(value)):
            yield value


def bracketed(text: str) -> Iterator[str]:
    """Give the names in the round brackets at the end of a name, brackets inside brackets kept; codes left out.

    >>> list(bracketed("Alpha (Beta(2)) (EC 1.1.1.1) (Gamma)"))
    ['Beta(2)', 'Gamma']
    """
    depth, start = 0, 0
    for at, letter in enumerate(text):
        if letter == "(":
            depth += 1
            if depth == 1:
                start = at
        elif letter == ")" and depth:
            depth -= 1
            alone = start > 0 and text[start - 1] == " " and text[at + 1 : at + 2] in {"", " "}
            name = text[start + 1 : at]
            if depth == 0 and alone and name and not _CODE.match(name):
                yield name
