"""Asking a store for a thing: the queries of this package, with terms put in safely.

It refuses every IRI that SPARQL's grammar would not take, so nothing that a client sends can change a query.
"""

import functools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import resources

from publisher.entities.graph import Graph, Term, name_of, term_of
from publisher.entities.memory import Memory, forgetful
from publisher.errors import UsageError
from publisher.rdf import quads
from publisher.rdf.media import JSON, Media
from publisher.rdf.prefixes import is_iri
from publisher.release.content import Description
from publisher.store.port import Answer, Limits, Store

_NEARLY_ALL = 0.9
NOTHING = "urn:exportin:nothing"
Bindings = list[dict[str, dict[str, str]]]
_SLOT = re.compile(r"\$([a-z_]+)")
_ROLES = (
    "name",
    "fact", "subject", "predicate", "object", "certainty", "negated", "evidence", "evidence_class", "evidence_code",
    "about", "cites", "cue", "document", "section", "sentence", "original_subject", "original_object", "entity",
)  # fmt: skip


@functools.cache
def template(name: str) -> str:
    """Give the text of one query of this package, with its slots still open."""
    return (resources.files("publisher.entities.queries") / f"{name}.rq").read_text(encoding="utf-8")


def term(iri: str) -> str:
    """Give an IRI as SPARQL writes it; raise UsageError where it is not one."""
    if not is_iri(iri):
        raise UsageError(f"{iri!r} is not an absolute IRI", code="usage.iri")
    return f"<{iri}>"


def terms(iris: Sequence[str]) -> str:
    """Give IRIs as the rows of a VALUES block; those that SPARQL could not take are left out."""
    return " ".join(f"<{iri}>" for iri in iris if is_iri(iri))


@dataclass(frozen=True, slots=True)
class Reader:
    """A store, and what its dataset says about itself: by that it knows which property plays which part.

    ``common`` are the properties that nearly every fact carries, which pages about other things leave out; ``memory``
    keeps what was read, where the store holds a release.
    """

    store: Store
    about: Description
    limits: Limits = field(default_factory=Limits)
    common: frozenset[str] = frozenset()
    memory: Memory = field(default_factory=forgetful)

    def role(self, name: str) -> str | None:
        """Give the IRI that plays a part in this dataset, or None."""
        return self.about.roles.get(name)

    def text(self, name: str, slots: Mapping[str, str]) -> str:
        """Give one of the package's queries, each slot replaced by a term that is written already."""
        roles = {f"role_{role}": f"<{self.about.roles.get(role, NOTHING)}>" for role in _ROLES}
        graphs = {f"graph_{graph}": f"<{iri}>" for graph, iri in self.about.graphs.items()}
        known = {**roles, **graphs, **slots}
        return _SLOT.sub(lambda match: known.get(match[1], f"<{NOTHING}>"), template(name))

    def rows(self, name: str, **slots: str) -> list[dict[str, Term]]:
        """Give the rows of one of the package's SELECT queries."""
        return rows_of(self.bindings(name, **slots))

    def bindings(self, name: str, **slots: str) -> Bindings:
        """Give the rows of one of the package's SELECT queries as the SPARQL JSON results have them."""
        answer = self.store.query(self.text(name, slots), JSON, limits=self.limits)
        found: Bindings = json.loads(whole(answer))["results"]["bindings"]
        return found

    def holds(self, name: str, **slots: str) -> bool:
        """Give the truth of one of the package's ASK queries."""
        answer = self.store.query(self.text(name, slots), JSON, limits=self.limits)
        return bool(json.loads(whole(answer))["boolean"])

    def graph(self, name: str, into: Graph | None = None, /, **slots: str) -> Graph:
        """Give the triples ``?s ?p ?o`` of one of the package's SELECT queries."""
        graph = into or Graph()
        for _, subject, predicate, object_ in self.triples(name, "s", **slots):
            graph.add(subject, predicate, object_)
        return graph

    def graphs(self, name: str, about: str, **slots: str) -> dict[str, Graph]:
        """Give the triples of one of the package's SELECT queries, those of each thing in a graph of its own.

        ``about`` is the variable that tells the thing.
        """
        found: dict[str, Graph] = {}
        for thing, subject, predicate, object_ in self.triples(name, about, **slots):
            found.setdefault(thing, Graph()).add(subject, predicate, object_)
        return found

    def triples(self, name: str, about: str, **slots: str) -> Iterator[tuple[str, str, str, Term]]:
        """Give the triples of one of the package's SELECT queries, each after the thing that ``about`` tells."""
        return triples_of(self.bindings(name, **slots), about)

    def construct(self, name: str, media: Media, **slots: str) -> bytes:
        """Give the answer to one of the package's CONSTRUCT queries in a media type."""
        return whole(self.store.query(self.text(name, slots), media, limits=self.limits))


def rows_of(bindings: Bindings) -> list[dict[str, Term]]:
    """Give the rows of a SELECT as terms."""
    return [{variable: term_of(binding) for variable, binding in row.items()} for row in bindings]


def triples_of(bindings: Bindings, about: str) -> Iterator[tuple[str, str, str, Term]]:
    """Give the triples ``?s ?p ?o`` of the rows of a SELECT, each after the thing that ``about`` tells."""
    terms: dict[tuple[str, ...], Term] = {}
    for row in bindings:
        if "s" in row and "o" in row:
            key = tuple(row["o"].values())
            object_ = terms.get(key)
            if object_ is None:
                object_ = terms[key] = term_of(row["o"])
            yield name_of(row[about]), name_of(row["s"]), row["p"]["value"], object_


def whole(answer: Answer) -> bytes:
    """Give all bytes of an answer and let go of its file."""
    try:
        return answer.read()
    finally:
        answer.discard()


def reader_of(store: Store, about: Description, limits: Limits) -> Reader:
    """Give the reader of a dataset, which knows what nearly all of its facts carry."""
    reader = Reader(store, about, limits)
    predicate = reader.role("predicate")
    if predicate is None:
        return reader
    counts = {row["s"].value: int(row["count"].value) for row in reader.rows("common") if "s" in row}
    most = counts.get(predicate, 0) * _NEARLY_ALL
    return replace(reader, common=frozenset(iri for iri, count in counts.items() if most and count >= most))


def literal(text: str, *, datatype: str | None = None) -> str:
    """Give a literal as SPARQL writes it."""
    return quads.literal(text, datatype=datatype)
