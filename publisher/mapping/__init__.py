"""Rows to quads: R2RML and RML documents compiled to SQL, one query per triples map, run by DuckDB."""

from publisher.mapping.run import (
    Explanation,
    MappingCounts,
    Sources,
    explain,
    map_document,
    plan_mappings,
    run_mappings,
)

__all__ = ["Explanation", "MappingCounts", "Sources", "explain", "map_document", "plan_mappings", "run_mappings"]
