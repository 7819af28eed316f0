"""The terms of an N-Quads line, taken apart without a parser.

It refuses nothing: the lines are canonical already (see :mod:`publisher.rdf.quads`), so where a term ends is certain.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

_XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"
_LANG_STRING = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_NAMED = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}


class Statement(NamedTuple):
    """The terms of one line as they are written; ``graph`` is empty for the default graph."""

    subject: str
    predicate: str
    object: str
    graph: str


class Text(NamedTuple):
    """A literal: its value without escapes, its datatype IRI, and its language tag (empty where it has none)."""

    value: str
    datatype: str
    language: str


def split(line: str) -> Statement:
    """Give the terms of a canonical N-Quads line.

    >>> split('<s> <p> "a b"@en <g> .').object
    '"a b"@en'
    """
    subject, predicate, rest = line.split(" ", 2)
    end = rest.find(" ", rest.rfind('"') + 1 if rest[0] == '"' else 0)
    return Statement(subject, predicate, rest[:end], rest[end + 1 : -2] if rest[end + 1] != "." else "")


def text_of(term: str) -> Text:
    """Give the parts of a literal term.

    >>> text_of('"5"^^<http://www.w3.org/2001/XMLSchema#integer>').value
    '5'
    """
    end = term.rindex('"')
    value = term[1:end]
    if "\\" in value:
        value = _ESCAPE.sub(_character, value)
    suffix = term[end + 1 :]
    if suffix.startswith("@"):
        return Text(value, _LANG_STRING, suffix[1:])
    return Text(value, suffix[3:-1] if suffix else _XSD_STRING, "")


def triples(lines: Iterable[str]) -> Iterator[Statement]:
    """Give the statements of sorted lines without their graph, each once."""
    last: tuple[str, str, str] | None = None
    for line in lines:
        subject, predicate, object_, _ = split(line)
        if (subject, predicate, object_) != last:
            last = (subject, predicate, object_)
            yield Statement(subject, predicate, object_, "")


def subjects(statements: Iterable[Statement]) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """Give each subject of sorted statements with its predicates and their objects, in order."""
    for subject, group in groupby(statements, key=lambda statement: statement.subject):
        table: dict[str, list[str]] = {}
        for statement in group:
            table.setdefault(statement.predicate, []).append(statement.object)
        yield subject, table


def _character(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _NAMED[match[3]]
