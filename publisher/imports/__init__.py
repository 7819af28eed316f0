"""Outside ontologies and tables: what a dataset uses of them, cut into slices that travel with it.

It reads full sources that lie in a folder, never the network, and knows nothing of the dataset but the text of its
files and ``ontology/sources.toml``.
"""

from publisher.imports.align import (
    MappingSet,
    Suggestion,
    format_mappings,
    merge_sssom,
    read_sssom,
    sssom_text,
    suggest,
    unformatted,
    unmapped,
    write_sssom,
)
from publisher.imports.cut import Cut, Cutting, Library, cut_slices
from publisher.imports.drift import drift
from publisher.imports.find import Match, find, find_each
from publisher.imports.sources import Source, Sources, read_sources
from publisher.imports.used import used_iris

__all__ = [
    "Cut",
    "Cutting",
    "Library",
    "MappingSet",
    "Match",
    "Source",
    "Sources",
    "Suggestion",
    "cut_slices",
    "drift",
    "find",
    "find_each",
    "format_mappings",
    "merge_sssom",
    "read_sources",
    "read_sssom",
    "sssom_text",
    "suggest",
    "unformatted",
    "unmapped",
    "used_iris",
    "write_sssom",
]
