"""``mappings/*.sssom.tsv``: what our terms are called elsewhere, one row of SSSOM per record, with file and line.

See the Simple Standard for Sharing Ontological Mappings, 1.1, TSV serialisation with an embedded metadata block.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from publisher.dataset.near import suggestion
from publisher.dataset.seeds.marked import Kind, parse
from publisher.dataset.seeds.rows import Rows
from publisher.dataset.seeds.values import canonical
from publisher.errors import Where
from publisher.rdf.names import OWL, RDF, RDFS, SKOS, SSSOM, XSD
from publisher.rdf.prefixes import Prefixes, is_iri

REQUIRED = ("predicate_id", "object_id", "mapping_justification")
NO_TERM = f"{SSSOM}NoTermFound"
# Prefixes that SSSOM builds in; a curie_map need not name them.
_BUILT_IN = {"semapv": "https://w3id.org/semapv/vocab/"}
_LITERAL = "rdfs literal"
# What a mapping may say, by the standards that say it (SSSOM 1.1, mapping predicates).
_PREDICATES = frozenset(
    {
        *(SKOS + f"{how}Match" for how in ("exact", "close", "broad", "narrow", "related")),
        *(OWL + name for name in ("sameAs", "equivalentClass", "equivalentProperty", "differentFrom")),
        *(RDFS + name for name in ("subClassOf", "subPropertyOf", "seeAlso")),
        RDF + "type",
    }
)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One file: its metadata, its prefixes, the names of its columns and the line on which they stand."""

    file: str
    stem: str
    slots: Mapping[str, str]
    prefixes: Prefixes
    columns: tuple[str, ...]
    head: int


def read_alignments(rows: Rows) -> None:
    """Read every SSSOM file of ``mappings/`` into the table of alignments."""
    for path in sorted((rows.root / "mappings").glob("*.sssom.tsv")):
        lines = rows.text(path).splitlines()
        if not lines:
            continue
        sheet = _sheet(rows, path, lines)
        missing = [column for column in REQUIRED if column not in (*sheet.columns, *sheet.slots)]
        if missing:
            rows.report(
                "alignment.missing-column",
                f"this file has no column {missing[0]}",
                Where(sheet.file, sheet.head),
                fix=suggestion(missing[0], sheet.columns, otherwise=f"add the column {missing[0]}"),
            )
            continue
        for places, row in _rows(rows, sheet, lines):
            _alignment(rows, sheet, places, row)


def _sheet(rows: Rows, path: Path, lines: list[str]) -> _Sheet:
    file = rows.file(path)
    count = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
    block = "\n".join(re.sub(r"^# ?", "", line) if line.startswith("# ") else line[1:] for line in lines[:count])
    # A header whose lines all begin with "# " is indented by one blank, which YAML does not mind.
    top, findings = parse(block, file)
    rows.findings.extend(findings)
    slots = {key: node.text for key, node in top.fields.items() if node.scalar}
    table = top.fields.get("curie_map")
    given = {key: node.text for key, node in table.fields.items()} if table and table.kind is Kind.TABLE else {}
    prefixes = Prefixes(_BUILT_IN | dict(rows.manifest.prefixes) | given)
    columns = tuple(lines[count].split("\t")) if count < len(lines) else ()
    return _Sheet(file, path.name.removesuffix(".sssom.tsv"), slots, prefixes, columns, count + 1)


@dataclass(frozen=True, slots=True)
class _Places:
    """Where a row of a file stands, and each of its cells by the name of the column."""

    row: Where
    cells: Mapping[str, int]

    def of(self, key: str) -> Where:
        """Give the place of a cell; that of the row where the value stands in the head of the file."""
        return Where(self.row.file, self.row.line, self.cells.get(key, 0))


def _rows(rows: Rows, sheet: _Sheet, lines: list[str]) -> Iterator[tuple[_Places, dict[str, str]]]:
    for number, line in enumerate(lines[sheet.head :], start=sheet.head + 1):
        if not line.strip():
            continue
        where, cells = Where(sheet.file, number), line.split("\t")
        if len(cells) > len(sheet.columns):
            rows.report(
                "alignment.wrong-row",
                f"this row has {len(cells)} cells, the file {len(sheet.columns)} columns",
                where,
                value=cells[-1],
                fix="separate the cells by one tab each",
            )
            continue
        columns = accumulate((len(cell) + 1 for cell in cells), initial=1)
        given = {key: value for key, value in zip(sheet.columns, cells, strict=False) if value}
        yield _Places(where, dict(zip(sheet.columns, columns, strict=False))), {**sheet.slots, **given}


def _alignment(rows: Rows, sheet: _Sheet, places: _Places, row: dict[str, str]) -> None:
    literal, where = row.get("subject_type") == _LITERAL, places.row
    needed = ("subject_label" if literal else "subject_id", *REQUIRED)
    for key in (key for key in needed if key not in row):
        place, step = places.of(key), f"fill the column {key}"
        rows.report("alignment.missing-value", f"this row has no {key}", place, fix=step)
        return
    expand = _Expander(rows, sheet, places, row)
    subject = None if literal else expand("subject_id")
    predicate, object_ = expand("predicate_id"), expand("object_id")
    _known_predicate(rows, places.of("predicate_id"), row["predicate_id"], predicate)
    stands = subject and object_ != NO_TERM and row.get("predicate_modifier", "") != "Not"
    record, set_ = _record_iri(rows, sheet, row, expand)
    shown = row.get("subject_label") or row.get("subject_id", "")
    rows.issue(record, where, focus=record)
    rows.origins.setdefault(record, where)
    for key in places.cells:
        rows.key_origins.setdefault((record, SSSOM + key), places.of(key))
    rows.add(
        "alignments",
        where,
        {
            **{key: row.get(key) for key in ("subject_id", "subject_label", "subject_type", "object_id")},
            **{key: row.get(key) for key in ("object_label", "comment", "mapping_date")},
            "confidence": _confidence(rows, places, row.get("confidence")),
            **{key: row.get(key) for key in ("subject_source_version", "object_source_version")},
            "record": record,
            "set": set_,
            "label": f"{shown} → {row.get('object_label') or row['object_id']}",
            "subject": subject,
            "predicate": predicate,
            "object": object_,
            "direct_object": object_ if stands else None,
            "justification": expand("mapping_justification"),
            **{key.removesuffix("_id"): expand(key) for key in ("author_id", "reviewer_id")},
            **{key: expand(key) for key in ("subject_source", "object_source")},
        },
    )


@dataclass(frozen=True, slots=True)
class _Expander:
    """Expands the CURIEs of one row with the prefixes of its file."""

    rows: Rows
    sheet: _Sheet
    places: _Places
    row: Mapping[str, str]

    def __call__(self, key: str) -> str | None:
        """Give the IRI of a cell, the first where it has several; None where it is empty or cannot be expanded."""
        text = self.row.get(key, "").split("|")[0]
        iri = self.sheet.prefixes.expand(text)
        if iri is None and text:
            names = [name for name, _ in self.sheet.prefixes]
            self.rows.report(
                "prefix.unknown",
                f"the prefix of {text} is not in the curie_map of this file",
                self.places.of(key),
                value=text,
                fix=suggestion(text.partition(":")[0], names, otherwise="add it to curie_map at the top of the file"),
            )
        return iri


def _known_predicate(rows: Rows, where: Where, text: str, iri: str | None) -> None:
    """Report a predicate that its vocabulary does not have: a misspelt one would align nothing."""
    known = {*_PREDICATES, *rows.ontology.properties}
    if iri is None or iri in known or rows.ontology_broken:
        return
    compress = rows.manifest.prefixes.compress
    namespaces = {(compress(each) or each).partition(":")[0] for each in known}
    if (compress(iri) or iri).partition(":")[0] in namespaces:
        message = f"there is no predicate {text}"
        step = rows.near(
            text, known, otherwise="use skos:exactMatch, closeMatch, broadMatch, narrowMatch or relatedMatch"
        )
        rows.report("alignment.unknown-predicate", message, where, value=text, fix=step)


def _confidence(rows: Rows, places: _Places, text: str | None) -> str | None:
    """Give the canonical form of a confidence; report one that is not a number from 0 to 1."""
    if text is None:
        return None
    if not re.fullmatch(r"0?\.\d+|[01](\.\d*)?", text) or not 0 <= float(text) <= 1:
        rows.report(
            "alignment.wrong-value",
            "a confidence is a number from 0 to 1",
            places.of("confidence"),
            value=text,
            fix="write it as 0.95",
        )
        return None
    return canonical(text, XSD + "decimal")


def _record_iri(rows: Rows, sheet: _Sheet, row: Mapping[str, str], expand: _Expander) -> tuple[str, str]:
    """Give the IRI of a row and of its set; a row without ``record_id`` is named by what it says."""
    given = row.get("mapping_set_id", "")
    set_ = given if is_iri(given) else f"{rows.manifest.base}mappings/{sheet.stem}"
    name = row.get("record_id")
    if name:
        return (expand("record_id") if ":" in name else f"{set_}#{name}") or set_, set_
    keys = ("subject_id", "subject_label", "predicate_id", "object_id", "mapping_justification")
    said = "\t".join(row.get(key, "") for key in keys)
    return f"{set_}#{hashlib.sha256(said.encode()).hexdigest()[:16]}", set_
