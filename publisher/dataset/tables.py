"""The tables that a dataset is flattened into: what a mapping document reads as ``facts.csv`` and so on.

Every cell is text or None, every IRI is written in full, and every row ends with the file and the line it came from.
It refuses to interpret: what a row means in RDF is the mapping's to say.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

Row = tuple[str | None, ...]

_VALUE = ("property", "iri", "lexical", "datatype", "text", "language")

COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        name: (*columns, "file", "line")
        for name, columns in {
            "facts": (
                *("id", "iri", "type", "label", "language", "subject", "predicate", "object", "direct_object"),
                *("certainty", "negated", "complete", "knowledge_level", "agent_type", "comment", "document"),
                *("created", "curator", "status", "flag"),
            ),
            "fact_types": ("fact", "type"),
            "qualifiers": ("fact", *_VALUE),
            "about": ("fact", "entity"),
            "mentions": ("fact", "role", "property", "text"),
            "parts": ("fact", "link", "part", "label", "language"),
            "part_types": ("part", "type"),
            "part_values": ("part", *_VALUE),
            "evidence": ("id", "iri", "fact", "document", "code", "cue", "note"),
            "evidence_values": ("evidence", *_VALUE),
            "passages": (
                *("evidence", "number", "suffix", "target", "position", "document", "start", "end", "sha256"),
                *("section", "sentence", "segment"),
            ),
            "citations": ("evidence", "reference"),
            "entities": ("id", "iri", "label", "language", "name", "minted"),
            "entity_types": ("entity", "type"),
            "entity_values": ("entity", *_VALUE),
            "aliases": ("entity", "alias"),
            "documents": ("id", "iri", "title", "type", "sha256", "length"),
            "document_values": ("document", *_VALUE),
            "references": ("id", "iri", "document", "title", "type"),
            "reference_values": ("reference", *_VALUE),
            "segments": ("document", "ordinal", "section", "sentence", "kind", "start", "end"),
            "alignments": (
                *("record", "set", "label", "subject_id", "subject", "subject_label", "subject_type", "predicate"),
                *("object_id", "object", "object_label", "direct_object", "justification", "confidence", "comment"),
                *("author", "reviewer", "mapping_date", "subject_source", "subject_source_version"),
                *("object_source", "object_source_version"),
            ),
            "retired": ("id", "iri", "kind", "was", "reason", "since", "replaced_by", "merged_into"),
        }.items()
    }
)


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its name, its columns in order and its rows in the order of the files; None is an empty cell."""

    name: str
    columns: tuple[str, ...]
    rows: list[Row]


def write_tables(tables: Mapping[str, Table], directory: Path) -> list[Path]:
    """Write each table as ``<name>.csv`` (RFC 4180, UTF-8, lines ended by LF) into the directory and give the paths."""
    directory.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, table in sorted(tables.items()):
        path = directory / f"{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(table.columns)
            writer.writerows(table.rows)
        paths.append(path)
    return paths
