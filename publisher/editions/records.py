"""The records that every edition is written from: the tables of a dataset, and what its mappings made of each fact.

It refuses to map anything itself: the triples of a fact are those that the dataset's own mappings gave.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from publisher.dataset import Ontology, Table
from publisher.rdf import terms
from publisher.release import sort
from publisher.release.content import Description
from publisher.release.dumps import lines_of

Cells = Mapping[str, str | None]
_FACT, _EVIDENCE, _STANDS, _BESIDE = "f", "e", "s", "z"


@dataclass(frozen=True, slots=True)
class Records:
    """What editions read: the description of the release, the tables, the ontology, and files of mapped N-Quads."""

    about: Description
    tables: Mapping[str, Table]
    ontology: Ontology
    quads: tuple[Path, ...] = ()

    def rows(self, table: str) -> Iterator[Cells]:
        """Give each row of a table as column → cell."""
        found = self.tables[table]
        return (dict(zip(found.columns, row, strict=True)) for row in found.rows)

    def grouped(self, table: str, key: str) -> dict[str, list[Cells]]:
        """Give the rows of a table by the cell of one column, in their order; rows without it are left out."""
        groups: dict[str, list[Cells]] = {}
        for row in self.rows(table):
            value = row[key]
            if value is not None:
                groups.setdefault(value, []).append(row)
        return groups

    def text(self, row: Cells, column: str) -> str:
        """Give a cell, empty where it holds nothing."""
        return row[column] or ""


@dataclass(frozen=True, slots=True)
class Mapped:
    """One fact with the triples that were mapped from it, as sorted N-Quads lines without a graph.

    ``own`` are those of the fact and its parts, ``evidence`` those of its evidence and passages; ``row`` is None for
    the statements that belong to no fact (entities, documents), which are in ``own``. ``stands`` is the bare triple as
    a line, where the fact may stand by itself and its mapping gave it. ``documents`` and ``cited`` are IRIs.
    """

    row: Cells | None
    own: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    stands: str | None = None
    documents: tuple[str, ...] = ()
    cited: tuple[str, ...] = ()


def sort_by_fact(records: Records, work: Path) -> Path:
    """Write what was mapped, each statement with the fact it belongs to, into a sorted file of the folder ``work``."""
    keyed, ordered = work / "keyed.txt", work / "by-fact.txt"
    with keyed.open("w", encoding="utf-8", newline="\n") as stream:
        stream.writelines(line + "\n" for line in _keyed(records))
    sort.sort_lines([keyed], ordered)
    return ordered


def mapped(records: Records, ordered: Path) -> Iterator[Mapped]:
    """Give what belongs to no fact, then each fact in the order of its IRI, from the file of :func:`sort_by_fact`."""
    facts = {row["iri"] or "": row for row in records.rows("facts")}
    sources = _Sources.of(records)
    rest = iter(sorted(facts))
    for key, group in groupby((line.split("\t", 2) for line in lines_of(ordered)), key=lambda parts: parts[0]):
        if not key:
            yield Mapped(None, tuple(line for _, _, line in group))
            continue
        kinds: dict[str, list[str]] = {_FACT: [], _EVIDENCE: [], _STANDS: []}
        for _, kind, line in group:
            kinds[kind].append(line)
        yield from (sources.mapped(facts[missing], {}) for missing in iter(lambda: next(rest), key))
        yield sources.mapped(facts[key], kinds)
    yield from (sources.mapped(facts[missing], {}) for missing in rest)


@dataclass(frozen=True, slots=True)
class _Sources:
    """Which evidence belongs to which fact, where it was read and what it cites."""

    fact_of: dict[str, str] = field(default_factory=dict)
    documents: dict[str, list[str]] = field(default_factory=dict)
    cited: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, records: Records) -> "_Sources":
        found = cls()
        for row in records.rows("evidence"):
            if row["iri"] and row["fact"]:
                found.fact_of[row["iri"]] = row["fact"]
                found.documents.setdefault(row["fact"], []).extend([row["document"]] if row["document"] else [])
        for row in records.rows("citations"):
            fact = found.fact_of.get(row["evidence"] or "")
            if fact and row["reference"]:
                found.cited.setdefault(fact, []).append(row["reference"])
        return found

    def mapped(self, row: Cells, kinds: Mapping[str, Sequence[str]]) -> Mapped:
        iri = row["iri"] or ""
        return Mapped(
            row,
            own=tuple(kinds.get(_FACT, ())),
            evidence=tuple(kinds.get(_EVIDENCE, ())),
            stands=next(iter(kinds.get(_STANDS, ())), None),
            documents=tuple(dict.fromkeys(self.documents.get(iri, ()))),
            cited=tuple(dict.fromkeys(self.cited.get(iri, ()))),
        )


def _keyed(records: Records) -> Iterator[str]:
    facts = {row["iri"] or "": row for row in records.rows("facts")}
    fact_of = {row["iri"] or "": row["fact"] or "" for row in records.rows("evidence")}
    graphs = {f"<{records.about.graphs[name]}>" for name in ("facts", "evidence")}
    bare: dict[str, list[str]] = {}
    for iri, row in facts.items():
        if row["direct_object"]:
            bare.setdefault(f"<{row['subject']}> <{row['predicate']}> <{row['object']}> .", []).append(iri)
    for statement in _statements(records.quads):
        if statement.graph not in graphs:
            continue
        line = f"{statement.subject} {statement.predicate} {statement.object} ."
        thing = statement.subject[1:-1]
        stem = thing if thing in facts or thing in fact_of else thing.partition("#")[0]
        if stem in facts:
            yield f"{stem}\t{_FACT}\t{line}"
        elif stem in fact_of:
            yield f"{fact_of[stem]}\t{_EVIDENCE}\t{line}"
        else:
            yield from (f"{fact}\t{_STANDS}\t{line}" for fact in bare.get(line, ()))
            if line not in bare:
                yield f"\t{_BESIDE}\t{line}"


def _statements(paths: Iterable[Path]) -> Iterator[terms.Statement]:
    for path in paths:
        yield from map(terms.split, lines_of(path))
