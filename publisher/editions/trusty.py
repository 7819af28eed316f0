"""Trusty URIs of sets of RDF graphs: IRIs that hold the hash of what they name.

It refuses blank nodes: what is published has none. See Trusty URI Specification, version 1, module RA.
"""

import base64
import hashlib
import re
from collections.abc import Iterable

from publisher.rdf.terms import Statement, text_of

BLANK = " "
_CODE = re.compile(r"RA[A-Za-z0-9_-]{43}")
_ORDERED = tuple[str, str, str, tuple[str, ...]]


def artifact_code(statements: Iterable[Statement]) -> str:
    """Give the code (``RA`` and 43 characters) of statements whose own IRIs hold a blank where the code will stand."""
    ordered = sorted({_order(statement) for statement in statements})
    text = "".join(f"{graph}\n{subject}\n{predicate}\n{_object(key)}\n" for graph, subject, predicate, key in ordered)
    digest = hashlib.sha256(text.encode()).digest()
    return "RA" + base64.urlsafe_b64encode(digest).decode().rstrip("=")


def code_of(iri: str) -> str | None:
    """Give the code that an IRI ends in, or None where it is no trusty URI.

    >>> code_of("https://example.org/np/RA" + "x" * 43)[:4]
    'RAxx'
    """
    code = iri[-45:]
    return code if _CODE.fullmatch(code) and re.search(r"[^A-Za-z0-9_-]\Z", iri[:-45]) else None


def holds(iri: str, statements: Iterable[Statement]) -> bool:
    """Tell whether statements are what a trusty URI was made from."""
    code = code_of(iri)
    return code is not None and code == artifact_code(blanked(statement, code) for statement in statements)


def blanked(statement: Statement, code: str) -> Statement:
    """Give the statement with a blank for the code in each of its IRIs."""
    return Statement(*(term.replace(code, BLANK) if term.startswith("<") else term for term in statement))


def _order(statement: Statement) -> _ORDERED:
    graph, subject, predicate = statement.graph[1:-1], statement.subject[1:-1], statement.predicate[1:-1]
    return graph, subject, predicate, _object_key(statement.object)


def _object_key(term: str) -> tuple[str, ...]:
    """Give what objects are ordered by: things before texts, then by value, those with a language first."""
    if term.startswith("<"):
        return "0", term[1:-1]
    value, datatype, language = text_of(term)
    return ("1", value, "0", language) if language else ("1", value, "1", datatype)


def _object(key: tuple[str, ...]) -> str:
    if key[0] == "0":
        return key[1]
    _, value, kind, name = key
    escaped = value.replace("\\", "\\\\").replace("\n", "\\n")
    return f"{'@' if kind == '0' else '^'}{name} {escaped}"
