"""The terms of the dataset's own ontology, read for its page: what each is called, means, and stands under."""

from dataclasses import dataclass

from publisher.entities.graph import Graph
from publisher.entities.naming import TYPE, Naming
from publisher.entities.reader import Reader, term
from publisher.entities.values import Link
from publisher.rdf import names

_MEANINGS = (f"{names.SKOS}definition", f"{names.RDFS}comment", f"{names.DCTERMS}description")
_PARENTS = (f"{names.RDFS}subClassOf", f"{names.RDFS}subPropertyOf")
_DOMAIN, _RANGE = f"{names.RDFS}domain", f"{names.RDFS}range"
_SECTIONS = (
    ("Classes", (f"{names.OWL}Class", f"{names.RDFS}Class")),
    ("Relations", (f"{names.OWL}ObjectProperty",)),
    ("Attributes", (f"{names.OWL}DatatypeProperty",)),
    ("Notes", (f"{names.OWL}AnnotationProperty", f"{names.RDF}Property")),
)


@dataclass(frozen=True, slots=True)
class Definition:
    """One term: its fragment, meaning, what it stands under, and between what it holds."""

    thing: Link
    fragment: str
    meaning: str
    parents: tuple[Link, ...]
    domain: tuple[Link, ...]
    range: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """The terms of one kind, by name."""

    title: str
    terms: tuple[Definition, ...]


def terms_of(reader: Reader, iri: str) -> tuple[Section, ...]:
    """Give the terms of an ontology whose terms are fragments of its IRI, by kind and name."""
    graph = reader.graph("terms", thing=term(iri))
    naming = Naming(reader, {name for name in graph.mentioned() if "://" in name})
    left = set(graph)
    sections = []
    for title, kinds in _SECTIONS:
        members = {name for name in left if set(graph.iris(name, TYPE)) & set(kinds)}
        left -= members
        sections.append(Section(title, _definitions(graph, naming, members)))
    sections.append(Section("Individuals", _definitions(graph, naming, left)))
    return tuple(section for section in sections if section.terms)


def _definitions(graph: Graph, naming: Naming, members: set[str]) -> tuple[Definition, ...]:
    def links(name: str, *predicates: str) -> tuple[Link, ...]:
        return tuple(naming.link(found) for predicate in predicates for found in graph.iris(name, predicate))

    found = [
        Definition(
            Link(name, naming.name(name)),
            name.partition("#")[2],
            graph.text(name, _MEANINGS) or "",
            links(name, *_PARENTS),
            links(name, _DOMAIN),
            links(name, _RANGE),
        )
        for name in members
    ]
    return tuple(sorted(found, key=lambda item: (item.thing.name.casefold(), item.thing.iri)))
