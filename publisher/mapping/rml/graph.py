"""A mapping document as a graph of nodes, with the three vocabularies folded into one.

R2RML (``rr:``), the older RML (``rml:`` at semweb.mmlab.be) and RML-Core name the same things; here a property is
known by its local name in RML-Core, so that :mod:`publisher.mapping.rml.read` reads them all alike.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from publisher.errors import DatasetUnreadable, MappingFailed, Where
from publisher.rdf import quads
from publisher.rdf.names import RDF, XSD

RML = "http://w3id.org/rml/"
_OLDER = "http://semweb.mmlab.be/ns/rml#"
_VOCABULARIES = (RML, "http://www.w3.org/ns/r2rml#", _OLDER, "http://semweb.mmlab.be/ns/ql#")
_RENAMED = {
    "logicalTable": "logicalSource",
    "column": "reference",
    "sqlQuery": "query",
    "joinCondition": "joinCondition",
}
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*\Z")
_BASE = re.compile(r"^\s*(?:@base|BASE)\s+<([^>]*)>", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Node:
    """One RDF term of a mapping document: an IRI, a blank node or a literal, with its canonical N-Quads form.

    Blank nodes are numbered as the document names them: the parser's own labels are others in each run.
    """

    kind: str
    value: str
    term: str
    datatype: str | None = None


@dataclass(slots=True)
class Graph:
    """The triples of one mapping document, by subject and folded property name; ``older``: it speaks older RML."""

    file: str
    text: str
    base: str | None
    older: bool = False
    properties: dict[str, dict[str, list[Node]]] = field(default_factory=dict)

    def objects(self, subject: str, name: str) -> list[Node]:
        """Give the objects of a property, in no order of their own."""
        return self.properties.get(subject, {}).get(name, [])

    def names(self, subject: str) -> set[str]:
        """Give the folded names of the properties that a subject has."""
        return set(self.properties.get(subject, {}))

    def subjects(self) -> Iterator[str]:
        """Give each subject in the order in which the document first names it."""
        return iter(self.properties)

    def where(self, subject: str) -> Where:
        """Give the line on which the document writes a subject as far as its name can be found."""
        if subject.startswith("_:"):
            return Where(self.file)
        local = re.split(r"[#/]", subject)[-1] or subject
        pattern = re.compile(rf"^\s*(?:<[^>\s]*{re.escape(local)}>|[\w.-]*:{re.escape(local)})(?=\s|$)", re.MULTILINE)
        match = pattern.search(self.text)
        return Where(self.file, self.text.count("\n", 0, match.end()) + 1 if match else 0)


def folded(iri: str) -> str:
    """Give the name of a term of a mapping vocabulary as RML-Core calls it, or the IRI as it is.

    >>> folded("http://www.w3.org/ns/r2rml#logicalTable")
    'logicalSource'
    """
    for namespace in _VOCABULARIES:
        if iri.startswith(namespace):
            local = iri[len(namespace) :]
            return _RENAMED.get(local, local)
    return "type" if iri == RDF + "type" else iri


def read_graph(path: Path, *, base: str | None) -> Graph:
    """Parse a mapping document; raise MappingFailed with the line where it is not valid RDF."""
    if base is not None and not _ABSOLUTE.match(base):
        raise MappingFailed(
            f"the base {base!r} is not an absolute IRI",
            fix="give one such as https://example.org/",
            code="mapping.base",
        )
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise MappingFailed(
            f"cannot read this mapping document: {reason}",
            where=Where(str(path)),
            fix="check its name, rights and UTF-8",
        ) from None
    declared = _BASE.search(text)
    graph = Graph(_shown(path), text, declared[1] if declared else None)
    labels: dict[str, str] = {}
    try:
        for quad in quads.read(path, base=base or "urn:exportin:mapping/"):
            subject, value = (_node(term, path.stem, labels) for term in (quad.subject, quad.object))
            table = graph.properties.setdefault(subject.value, {})
            table.setdefault(folded(quad.predicate.value), []).append(value)
            graph.older = graph.older or quad.predicate.value.startswith(_OLDER)
    except DatasetUnreadable as error:
        raise MappingFailed(error.message, where=error.where, fix=error.fix, code="mapping.syntax") from None
    return graph


def _shown(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_absolute() and path.is_relative_to(here) else str(path)


def _node(term: object, document: str, labels: dict[str, str]) -> Node:
    text = str(term)
    if text.startswith("_:"):
        label = labels.setdefault(text, f"_:{document}.{len(labels):06}")
        return Node("blank", label, label)
    value = str(getattr(term, "value", text))
    if text.startswith("<"):
        return Node("iri", value, quads.iri(value))
    datatype = str(getattr(getattr(term, "datatype", None), "value", XSD + "string"))
    language = getattr(term, "language", None)
    return Node("literal", value, quads.literal(value, datatype=datatype, language=language), datatype)
