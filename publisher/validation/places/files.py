"""Where the triples of one RDF file stand, for data that no seeds are behind: Turtle, TriG, N-Triples, N-Quads.

The parser gives no lines, so the file is read once more as text: a subject begins a line, and a property is found on
the line where it is written. What is written otherwise has the line of its subject, or none.
"""

import re
from pathlib import Path

from publisher.errors import Where
from publisher.rdf.names import RDF
from publisher.rdf.prefixes import Prefixes
from publisher.validation.places.rows import Places

_PREFIX = re.compile(r"^\s*@?prefix\s+([\w.\-]*):\s*<([^>]*)>", re.IGNORECASE)
_NAME = re.compile(r"<([^<>\"{}|^`\\\s]*)>|(?<![\w:<\"])([A-Za-z_][\w.\-]*)?:([\w.\-%]*\w)|(?<=\s)a(?=\s)")
_TEXTS = {".ttl", ".trig", ".nt", ".nq", ".n3"}


def places_in(path: Path) -> tuple[Places, Prefixes]:
    """Give the lines of subjects and of their properties, and the prefixes that the file declares."""
    nodes: dict[str, Where] = {}
    keys: dict[tuple[str, str], Where] = {}
    table: dict[str, str] = {}
    subject: str | None = None
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.suffix in _TEXTS else []
    for number, line in enumerate(lines, start=1):
        declared = _PREFIX.match(line)
        if declared:
            table[declared[1]] = declared[2]
            continue
        names = [_iri(match, table) for match in _NAME.finditer(_without_texts(line))]
        if names and line[:1].strip() and line[0] not in "#[_":
            subject, names = names[0], names[1:]
            if subject:
                nodes.setdefault(subject, Where(str(path), number, 1))
        for name in names:
            if subject and name:
                keys.setdefault((subject, name), Where(str(path), number))
    return Places(nodes, keys), Prefixes(table)


def _iri(match: re.Match[str], table: dict[str, str]) -> str | None:
    if match[1] is not None:
        return match[1]
    if match[3] is None:
        return RDF + "type"
    namespace = table.get(match[2] or "")
    return None if namespace is None else namespace + match[3]


def _without_texts(line: str) -> str:
    return re.sub(r'"(?:[^"\\]|\\.)*"', '""', line)
