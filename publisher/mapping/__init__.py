"""Rows to quads: R2RML and RML documents compiled to SQL, one query per triples map, run by DuckDB."""

from publisher.mapping.run import (
    Explanation,
    MappingCounts,
    explain,
    map_document,
    mapped,
    plan_mappings,
    run_mappings,
    show_sql,
)
from publisher.mapping.sources import Sources

__all__ = [
    "Explanation",
    "MappingCounts",
    "Sources",
    "explain",
    "map_document",
    "mapped",
    "plan_mappings",
    "run_mappings",
    "show_sql",
]
