"""What to call things: the best label for an IRI, and words for one that has none."""

import re
from collections.abc import Iterable

from publisher.entities.graph import Graph
from publisher.entities.reader import Reader, terms
from publisher.entities.values import Link
from publisher.rdf import names

LABELS = (
    f"{names.SKOS}prefLabel",
    f"{names.RDFS}label",
    f"{names.SCHEMA}name",
    "https://schema.org/name",
    f"{names.FOAF}name",
    f"{names.DCTERMS}title",
    "http://purl.org/dc/elements/1.1/title",
)
TYPE = f"{names.RDF}type"
_UNDER = f"{names.RDFS}subClassOf"
_BORING = (
    f"{names.OWL}NamedIndividual",
    f"{names.OWL}Thing",
    f"{names.RDFS}Resource",
    f"{names.SKOS}Concept",
    f"{names.OA}Annotation",
    f"{names.FOAF}Agent",
)
_CHUNK = 1500
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_LAST = re.compile(r"([^/#:]+)[/#]?$")


class Naming:
    """Labels and kinds of everything a page mentions, read once."""

    __slots__ = ("_graph", "_links", "_reader")

    def __init__(self, reader: Reader, iris: Iterable[str]):
        """Read what the IRIs are called, and what their kinds are called."""
        self._reader = reader
        self._graph = Graph()
        self._links: dict[str, Link] = {}
        asked: set[str] = set()
        wanted = set(iris)
        for _ in range(2):
            self._read(sorted(wanted - asked))
            asked |= wanted
            wanted = {kind for iri in asked for kind in self._graph.iris(iri, TYPE)}

    def _read(self, iris: list[str]) -> None:
        memory = self._reader.memory.names
        missing = memory.missing(iris)
        for begin in range(0, len(missing), _CHUNK):
            chunk = missing[begin : begin + _CHUNK]
            found = self._reader.graphs("names", "s", things=terms(chunk))
            for iri in chunk:
                fresh = found.get(iri, Graph())
                self._graph.merge(fresh)
                memory.keep(iri, fresh)
        for iri in iris:
            kept = memory.get(iri)
            if kept is not None:
                self._graph.merge(kept)

    def name(self, iri: str) -> str:
        """Give what a thing is called: its label, else its CURIE, else the last words of its IRI."""
        short = self._reader.role("name")
        label = self._graph.text(iri, (short, *LABELS), self._reader.about.language)
        return label or self.words(iri)

    def long(self, iri: str) -> str:
        """Give the full name of a thing, also where it has a short one."""
        return self._graph.text(iri, LABELS, self._reader.about.language) or self.words(iri)

    def words(self, iri: str) -> str:
        """Give a name made from the IRI alone: ``exports from nucleus`` for ``…#exportsFromNucleus``."""
        found = _LAST.search(iri)
        if not found or found[1].replace(".", "").isdigit():
            return iri.partition("://")[2] or iri
        last = found[1]
        if any(letter.isdigit() for letter in last):
            return self._reader.about.prefixes.compress(iri) or last
        return _CAMEL.sub(" ", last).replace("_", " ").strip().lower() if last[0].islower() else _spaced(last)

    def link(self, iri: str) -> Link:
        """Give a link to a thing, with the name of its first telling kind."""
        known = self._links.get(iri)
        if known is None:
            kinds = self.kinds(iri)
            known = self._links[iri] = Link(iri, self.name(iri), kinds[0].name if kinds else "")
        return known

    def kinds(self, iri: str) -> tuple[Link, ...]:
        """Give the most specific classes of a thing, without those that say nothing."""
        found = telling(self._reader, self._graph.iris(iri, TYPE))
        above = {higher for kind in found for higher in self._above(kind)}
        return tuple(Link(kind, self.name(kind)) for kind in found if kind not in above or len(found) == 1)

    def _above(self, kind: str) -> set[str]:
        """Give the classes over a class, as far as they were read."""
        found: set[str] = set()
        left = [kind]
        while left:
            fresh = set(self._graph.iris(left.pop(), _UNDER)) - found - {kind}
            found |= fresh
            left.extend(fresh)
        return found


def telling(reader: Reader, kinds: Iterable[str]) -> list[str]:
    """Give the classes that tell something, the dataset's own first; all of them where none does."""
    own = reader.about.vocabulary or "urn:"
    found = sorted(kinds, key=lambda kind: (not kind.startswith(own), kind))
    dull = {*_BORING, reader.role("entity"), reader.role("fact")}
    return [kind for kind in found if kind not in dull] or found


def _spaced(text: str) -> str:
    return _CAMEL.sub(" ", text).replace("_", " ").strip()
