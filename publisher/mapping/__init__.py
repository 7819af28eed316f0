"""Rows to quads: R2RML and RML documents compiled to SQL, one query per triples map, run by DuckDB or Spark."""

from publisher.mapping.run.mappings import (
    Explanation,
    MappingCounts,
    explain,
    map_document,
    mapped,
    plan_mappings,
    run_mappings,
    show_sql,
)
from publisher.mapping.run.sources import Sources
from publisher.mapping.run.spark import run_on_spark

__all__ = [
    "Explanation",
    "MappingCounts",
    "Sources",
    "explain",
    "map_document",
    "mapped",
    "plan_mappings",
    "run_mappings",
    "run_on_spark",
    "show_sql",
]
