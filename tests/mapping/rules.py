"""Rules and rows of which the tests of mapping are made."""

from dataclasses import dataclass, field
from pathlib import Path

from publisher.mapping import Sources, run_mappings

PREFIXES = """@prefix rml: <http://w3id.org/rml/> .
@prefix rr: <http://www.w3.org/ns/r2rml#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix ex: <http://example.org/> .
"""
NAMES = """<#names> a rml:TriplesMap ;
  rml:logicalSource [ rml:source "things.csv" ; rml:referenceFormulation rml:CSV ] ;
  rml:subjectMap [ rml:template "http://example.org/{id}" ] ;
  rml:predicateObjectMap [ rml:predicate ex:name ; rml:objectMap [ rml:reference "name" ] ] .
"""


@dataclass(frozen=True)
class Rows:
    """A table as the dataset gives it."""

    name: str
    columns: tuple[str, ...]
    rows: list[tuple[str | None, ...]] = field(default_factory=list)


def write(folder: Path, rules: str) -> Path:
    """Write a mapping document."""
    path = folder / "mapping.rml.ttl"
    path.write_text(PREFIXES + rules, encoding="utf-8")
    return path


def run(folder: Path, rules: str, *tables: Rows) -> list[str]:
    """Run a mapping document over tables and files and give its lines, sorted."""
    out = folder / "out.nq"
    sources = Sources(tables={table.name: table for table in tables}, root=folder)
    run_mappings([write(folder, rules)], sources, out, base="http://example.org/", memory_mb=256)
    return sorted(out.read_text(encoding="utf-8").splitlines())


def things(*rows: tuple[str | None, ...]) -> Rows:
    """Give a table of things with id and name."""
    return Rows("things", ("id", "name", "file", "line"), [(*row, "seeds/things.yaml", "7") for row in rows])
