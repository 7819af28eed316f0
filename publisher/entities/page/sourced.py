"""Where a piece of evidence stands, with the checksums by which the text of its document is known."""

import re
from dataclasses import dataclass

from publisher.entities.graph import Graph
from publisher.entities.naming import Naming
from publisher.entities.page.ahead import links
from publisher.entities.page.facts import Facts
from publisher.entities.reader import Reader, term
from publisher.entities.values import Evidence, Link

_SHA256 = re.compile(r"[0-9a-fA-F]{64}")


@dataclass(frozen=True, slots=True)
class Sourced:
    """One piece of evidence, the facts that it supports, and the SHA-256 checksums stated for its documents."""

    evidence: Evidence
    facts: tuple[Link, ...]
    checksums: tuple[str, ...]


def sourced(reader: Reader, iri: str) -> Sourced | None:
    """Give where a piece of evidence stands, or None where that is no evidence with passages."""
    graph = reader.graph("page", things=term(iri), **links(20))
    documents = graph.iris(iri, reader.role("document"))
    about = Graph()
    for document in documents:
        reader.graph("page", about, things=term(document), **links(1))
    supports = tuple(subject for subject in graph if iri in graph.iris(subject, reader.role("evidence")))
    naming = Naming(reader, graph.mentioned())
    evidence = Facts(reader, graph, naming).evidence(iri)
    if not evidence.passages:
        return None
    return Sourced(evidence, tuple(naming.link(fact) for fact in supports), _checksums(about, documents))


def _checksums(graph: Graph, documents: tuple[str, ...]) -> tuple[str, ...]:
    found = [
        item.value
        for subject in graph
        if subject.partition("#")[0] in documents
        for _, terms in graph.of(subject)
        for item in terms
        if item.is_literal and _SHA256.fullmatch(item.value)
    ]
    return tuple(dict.fromkeys(found))
