"""Quads as canonical N-Quads lines, and reading any RDF file into them.

A quad travels through a build as one line of text, because lines can be sorted, merged and hashed without
parsing. Literals are emitted in the lexical form that the store keeps (integers without leading zeros, dates with
``Z``, lower-case language tags). It refuses blank nodes nowhere and names them nowhere: that is the caller's choice.
See RDF 1.1 N-Quads and RDF Dataset Canonicalization 1.0, section 5 (canonical N-Quads form).
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from publisher.errors import DatasetUnreadable, Where
from publisher.rdf.media import Media

_ESCAPES = {
    "\\": "\\\\",
    '"': '\\"',
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\b": "\\b",
    "\f": "\\f",
    "\x7f": "\\u007F",
}
_CONTROLS = {chr(code): f"\\u{code:04X}" for code in range(0x20) if chr(code) not in _ESCAPES}
_TABLE = str.maketrans({**_CONTROLS, **_ESCAPES})
_XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"


def iri(value: str) -> str:
    """Give an IRI as an N-Quads term."""
    return f"<{value}>"


def literal(value: str, *, datatype: str | None = None, language: str | None = None) -> str:
    """Give a literal as a canonical N-Quads term.

    >>> literal("a", language="EN")
    '"a"@en'
    """
    quoted = f'"{value.translate(_TABLE)}"'
    if language:
        return f"{quoted}@{language.lower()}"
    return quoted if datatype is None or datatype == _XSD_STRING else f"{quoted}^^<{datatype}>"


def line(subject: str, predicate: str, object_: str, graph: str | None = None) -> str:
    """Give one N-Quads line, without its end, from terms already written as N-Quads."""
    return f"{subject} {predicate} {object_} {graph} ." if graph else f"{subject} {predicate} {object_} ."


def lines_of(quads: Iterable[ox.Quad | ox.Triple], graph: str | None = None) -> Iterator[str]:
    """Give canonical N-Quads lines of parsed quads; ``graph`` (an IRI) replaces their graph."""
    for quad in quads:
        name = f"<{graph}>" if graph else _graph_of(quad)
        yield line(_term(quad.subject), _term(quad.predicate), _term(quad.object), name)


def read(path: Path, *, base: str | None = None) -> Iterator[ox.Quad]:
    """Parse an RDF file by its suffix (``.gz`` not allowed here), strictly; raise DatasetUnreadable with the line."""
    try:
        yield from ox.parse(path=str(path), base_iri=base)
    except SyntaxError as error:
        raise DatasetUnreadable(
            f"this is not valid RDF: {error.msg}",
            where=Where(str(path), error.lineno or 0, error.offset or 0),
            fix="mend the syntax at that place",
        ) from None
    except (OSError, ValueError) as error:
        raise DatasetUnreadable(
            f"cannot read this file as RDF: {error}", where=Where(str(path)), fix="check its name and rights"
        ) from None


class Term(NamedTuple):
    """One RDF term as plain text: ``kind`` is ``iri``, ``blank`` or ``literal``; ``datatype`` is an IRI."""

    kind: str
    value: str
    datatype: str | None = None
    language: str | None = None


def read_terms(path: Path, *, base: str | None = None) -> Iterator[tuple[Term, Term, Term]]:
    """Parse an RDF file as :func:`read` does, and give each triple as plain terms."""
    for quad in read(path, base=base):
        yield _plain(quad.subject), _plain(quad.predicate), _plain(quad.object)


def parse_terms(data: bytes, *, media: Media, file: str, base: str | None = None) -> Iterator[tuple[Term, Term, Term]]:
    """Parse bytes of a triples format, strictly, as plain terms; raise DatasetUnreadable naming ``file`` and line."""
    try:
        for quad in ox.parse(input=data, format=ox.RdfFormat.from_media_type(media.type), base_iri=base):
            yield _plain(quad.subject), _plain(quad.predicate), _plain(quad.object)
    except SyntaxError as error:
        raise DatasetUnreadable(
            f"this is not valid {media.label}: {error.msg}",
            where=Where(file, error.lineno or 0, error.offset or 0),
            fix="mend the syntax at that place",
        ) from None


def converted(data: bytes, *, media: Media) -> Iterator[str]:
    """Give the N-Quads lines of bytes in a syntax of RDF that are known to be valid."""
    return lines_of(ox.parse(input=data, format=ox.RdfFormat.from_media_type(media.type)))


def _plain(term: object) -> Term:
    if isinstance(term, ox.NamedNode):
        return Term("iri", term.value)
    if isinstance(term, ox.Literal):
        return Term("literal", term.value, term.datatype.value, term.language)
    return Term("blank", str(term))


def _graph_of(quad: ox.Quad | ox.Triple) -> str | None:
    name = getattr(quad, "graph_name", None)
    return None if name is None or isinstance(name, ox.DefaultGraph) else _term(name)


def _term(term: object) -> str:
    if isinstance(term, ox.NamedNode):
        return f"<{term.value}>"
    if isinstance(term, ox.Literal):
        return literal(term.value, datatype=term.datatype.value, language=term.language)
    return str(term)
