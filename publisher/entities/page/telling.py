"""The facts of one page: each is read once in the life of a release, and reads the same on every page.

A fact is told from its own triples alone, so that it may be kept. It refuses to ask a store for what it knows.
"""

from collections.abc import Iterable

from publisher.entities.graph import Graph
from publisher.entities.naming import Naming
from publisher.entities.page.facts import Facts
from publisher.entities.reader import Reader, terms
from publisher.entities.values import Fact


class Telling:
    """Reads the facts of a page, and the names of all that the page mentions."""

    __slots__ = ("_graphs", "_reader", "naming")

    def __init__(self, reader: Reader, graph: Graph, iri: str, facts: list[str]):
        """Take the page's own triples, which take up those of the fact that it is about, and the IRIs of its facts."""
        self._reader = reader
        self._graphs = facts_read(reader, facts)
        untold = {*reader.memory.told.missing(facts), iri}
        mentioned = graph.mentioned() | {iri}
        if iri in self._graphs:
            graph.merge(self._graphs[iri])
        for fact, told in self._graphs.items():
            if fact in untold:
                mentioned |= told.mentioned()
        self.naming = Naming(reader, mentioned)

    def fact(self, iri: str) -> Fact:
        """Give a fact with its context and evidence, without its paperwork."""
        known = self._reader.memory.told.get(iri)
        if known is not None:
            return known
        made = Facts(self._reader, self._graphs.get(iri, Graph()), self.naming).fact(iri)
        self._reader.memory.told.keep(iri, made)
        return made


def facts_read(reader: Reader, facts: Iterable[str]) -> dict[str, Graph]:
    """Give the triples of each fact, from memory where they are there."""
    facts = tuple(facts)
    memory = reader.memory.facts
    missing = memory.missing(facts)
    fresh = reader.graphs("facts", "fact", facts=terms(missing)) if missing else {}
    found = {fact: fresh.get(fact) or memory.get(fact) for fact in facts}
    for fact, graph in fresh.items():
        memory.keep(fact, graph)
    return {fact: graph for fact, graph in found.items() if graph is not None}
