"""The rows of a finished answer as the embedded engine writes it, counted without parsing it.

Most answers are far below every limit, and nobody asks how many rows they have: so they are counted where the bytes
alone do not show that they are few, and where a log wants to know.
"""

import mmap
import re
from collections.abc import Mapping
from pathlib import Path

import pyoxigraph as ox

from publisher.rdf.media import CSV, JSON, TSV, XML, Media

_ROWS: Mapping[Media, re.Pattern[bytes]] = {
    # A row begins after "},{" with the name of a variable; inside a string a quote is escaped, so the same bytes
    # there can only end the string, and then a punctuation mark follows.
    JSON: re.compile(rb'(?:"bindings":\[|\},)\{"[^,}\]:]'),
    XML: re.compile(rb"<result>"),
    CSV: re.compile(rb'"[^"]*"|(\r\n)'),
    TSV: re.compile(rb"\n"),
}
_LEAST: Mapping[Media, int] = {JSON: 2, XML: 17, CSV: 2, TSV: 1}  # bytes of a row in which nothing is bound


def are_few(size: int, media: Media, limit: int) -> bool:
    """Tell whether so many bytes cannot hold more rows than the limit."""
    return size <= limit * _LEAST[media]


def rows_in(content: bytes | Path, media: Media) -> int:
    """Count the rows of a SELECT, in memory or in a file."""
    if isinstance(content, bytes):
        return _count(content, media)
    with content.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        return _count(mapped, media)


def _count(content: bytes | mmap.mmap, media: Media) -> int:
    if media is JSON and content.find(b"{}") >= 0:  # perhaps a row without any value: only a parser can tell
        parsed = ox.parse_query_results(bytes(content), format=ox.QueryResultsFormat.JSON)
        return sum(1 for _ in parsed) if isinstance(parsed, ox.QuerySolutions) else 1
    matches = _ROWS[media].finditer(content)
    if media is CSV:
        return sum(1 for match in matches if match[1]) - 1
    return sum(1 for _ in matches) - (1 if media is TSV else 0)
