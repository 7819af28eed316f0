"""Mapping documents run to N-Quads: read, planned, executed, written whole or not at all."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import duckdb

from publisher.errors import MappingFailed
from publisher.mapping.plan import sql
from publisher.mapping.plan.distinct import distinct_query
from publisher.mapping.plan.query import MapPlan
from publisher.mapping.plan.quoting import identifier, literal
from publisher.mapping.plan.triples_map import plan_map
from publisher.mapping.rml.read import read_mapping
from publisher.mapping.rml.values import MappingDocument
from publisher.mapping.run import faults
from publisher.mapping.run.engine import Engine
from publisher.mapping.run.sources import Sources, Table

_FEW_MB = 256
# A line is written as it is: with quotation forced and no sign for it, none of its letters is looked at.
_COPY = "(FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01', FORCE_QUOTE (line))"


@dataclass(frozen=True, slots=True)
class MappingCounts:
    """What a run made: distinct quads, and how many triples maps made them."""

    quads: int
    triples_maps: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a quad is there: its line, the triples map that made it, and the row, where the source tells it."""

    line: str
    triples_map: str
    mapping: str
    file: str | None
    row: str | None


def run_mappings(
    documents: Sequence[Path],
    sources: Sources,
    out: Path,
    *,
    base: str | None,
    memory_mb: int,
    limit: int | None = None,
) -> None:
    """Run mapping documents over sources and write distinct N-Quads lines to ``out``, in no order.

    ``limit`` takes at most so many lines of each triples map.

    The file appears only when the run is complete. Raises MappingFailed naming mapping, source and value.
    """
    partial = out.with_name(out.name + ".partial")
    with Engine(sources, memory_mb) as engine:
        plans = plans_of(engine, documents, base)
        try:
            _write(engine, plans, partial, limit)
            partial.replace(out)
        finally:
            partial.unlink(missing_ok=True)


def map_document(
    mapping: Path,
    out: IO[bytes],
    *,
    root: Path,
    base: str | None,
    database: str | None,
    memory_mb: int = 2048,
    limit: int | None = None,
) -> MappingCounts:
    """Run one R2RML or RML document by itself and write its N-Quads to a stream, whole or not at all."""
    with Engine(_alone(root, database), memory_mb) as engine:
        plans = plans_of(engine, [mapping], base)
        made = engine.folder / "mapped.nq"
        _write(engine, plans, made, limit)
        count = 0
        with made.open("rb") as lines:
            while block := lines.read(1 << 20):
                count += block.count(b"\n")
                out.write(block)
    return MappingCounts(count, len(plans))


def mapped(
    mapping: Path, tables: Mapping[str, Sequence[Mapping[str, str | None]]], *, base: str | None = None
) -> set[str]:
    """Give the quads that a mapping document makes of a few rows, as N-Quads lines: a mapping is tested with it.

    ``tables`` holds the rows of each table by name, all with the same columns: ``{"lamps": [{"id": "L1"}]}`` stands
    for ``lamps.csv``. Raises MappingFailed as a run does.
    """
    given = {name: _table(name, rows) for name, rows in tables.items()}
    with Engine(Sources(tables=given), _FEW_MB) as engine:
        made = engine.folder / "mapped.nq"
        _write(engine, plans_of(engine, [mapping], base), made, None)
        return set(made.read_text(encoding="utf-8").split("\n")[:-1])


def _table(name: str, rows: Sequence[Mapping[str, str | None]]) -> Table:
    columns = tuple(rows[0]) if rows else ()
    return Table(name, columns, [tuple(row[column] for column in columns) for row in rows])


def _alone(root: Path, database: str | None) -> Sources:
    if not root.is_dir():
        raise MappingFailed(
            f"the folder {root} does not exist", fix="name the folder of the sources", code="mapping.source"
        )
    return Sources(root=root, database=database)


def plan_mappings(documents: Sequence[Path], sources: Sources, *, base: str | None) -> tuple[MapPlan, ...]:
    """Give the plan of each triples map, for ``--show-sql`` and for other engines; nothing is run."""
    with Engine(sources, _FEW_MB) as engine:
        return tuple(plans_of(engine, documents, base))


def show_sql(mapping: Path, *, root: Path, base: str | None, database: str | None, dialect: str = "duckdb") -> str:
    """Give the query of each triples map of a document as text, each under a comment that names its rule.

    Before them stands what they call: DuckDB runs the text as it is, beside the files of its sources.
    """
    with Engine(_alone(root, database), _FEW_MB) as engine:
        plans = plans_of(engine, [mapping], base)
        queries = [
            f"-- {plan.name}, {plan.map.where}: {plan.relation.shown}\n{plan.sql(dialect, pretty=True)};\n"
            for plan in plans
        ]
        if dialect != "duckdb":
            return "\n".join(queries)
        called = [macro for name, macro in sql.macros().items() if any(f"{name}(" in query for query in queries)]
        return "\n".join([*(f"{each};\n" for each in (*called, *engine.definitions)), *queries])


def explain(
    wanted: str, documents: Sequence[Path], sources: Sources, *, base: str | None, limit: int = 100
) -> Iterator[Explanation]:
    """Give each quad that names an IRI, or is the N-Quads triple or quad given, with its triples map and source row."""
    term = wanted.strip() if wanted.startswith(("<", "_:")) else f"<{wanted}>"
    term = re.sub(r"\s*\.$", "", term)  # a triple is in a graph or not, and its end tells
    with Engine(sources, 1024) as engine:
        for plan in plans_of(engine, documents, base, located=True):
            query = f"SELECT DISTINCT * FROM ({plan.sql()}) WHERE contains(line, ?) LIMIT {int(limit)}"
            try:
                rows = engine.connection.execute(query, [term]).fetchall()
            except duckdb.Error as error:
                raise _failure(engine, [plan], error) from None
            for row in rows:
                yield Explanation(row[0], plan.name, str(plan.map.where), *(row[1:] or (None, None)))


def plans_of(engine: Engine, documents: Sequence[Path], base: str | None, *, located: bool = False) -> list[MapPlan]:
    """Give the plans of mapping documents on an open engine, their sources registered."""
    plans: list[MapPlan] = []
    for path in documents:
        document = read_mapping(path, base=base)
        plans += _document_plans(engine, document, base or document.base, located=located)
    if not plans:
        names = ", ".join(str(path) for path in documents)
        raise MappingFailed(f"there is no triples map in {names or 'no document'}", fix="name a mapping document")
    return plans


def _document_plans(engine: Engine, document: MappingDocument, base: str | None, *, located: bool) -> list[MapPlan]:
    maps = {each.key: each for each in document.maps}
    relations = {each.key: engine.relation(each) for each in document.maps}
    return [plan_map(each, maps=maps, relations=relations, base=base, located=located) for each in document.maps]


def _check_paths(engine: Engine, plan: MapPlan) -> None:
    """Refuse a JSONPath that no row has: JSON has no header, and a misspelt name would quietly make nothing."""
    if not plan.paths:
        return
    counts = ", ".join(f'count(json_extract("row", {literal(path)}))' for path in plan.paths)
    rows = engine.numbers(f"SELECT count(*), {counts} FROM {identifier(plan.relation.name)}")
    absent = [path for path, count in zip(plan.paths, rows[1:], strict=True) if rows[0] and not count]
    if absent:
        raise MappingFailed(
            f"triples map {plan.name}: no row of {plan.relation.shown} has {absent[0]}",
            where=plan.map.where,
            fix="mend the reference",
            code="mapping.column",
        )


def _write(engine: Engine, plans: list[MapPlan], out: Path, limit: int | None) -> None:
    try:
        for plan in plans:
            _check_paths(engine, plan)
        whole = distinct_query(plans, engine.numbers) if limit is None else _first(plans, limit)
        engine.connection.execute(f"COPY ({whole}) TO {literal(str(out))} {_COPY}")
    except duckdb.Error as error:
        raise _failure(engine, plans, error) from None


def _first(plans: list[MapPlan], limit: int) -> str:
    whole = "\nUNION ALL\n".join(f"(SELECT * FROM ({plan.sql()}) LIMIT {int(limit)})" for plan in plans)
    return f"SELECT DISTINCT line FROM ({whole})"


def _failure(engine: Engine, plans: list[MapPlan], error: duckdb.Error) -> MappingFailed:
    fault = faults.data_fault(str(error), [plan.map for plan in plans], engine.place)
    if fault is not None:
        return fault
    for plan in plans:
        try:
            engine.connection.execute(f"SELECT count(*) FROM ({plan.sql()}) WHERE length(line) < 0").fetchall()
        except duckdb.Error as own:
            shown = f"{plan.relation.shown}{engine.broken_json(plan.map)}"
            return faults.engine_fault(str(own), plan.map, shown)
    return MappingFailed(f"the mapping cannot be run: {error}", fix="give it more memory or mend the source")
