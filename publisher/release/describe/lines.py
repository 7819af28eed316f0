"""Saying things as N-Quads lines of one graph, with the short names of the standards.

It refuses a prefix that is not a standard's: what a dataset calls its own things comes in as full IRIs.
"""

import hashlib
import re
from urllib.parse import quote

from publisher.rdf.names import FORMATS, STANDARD_PREFIXES, XSD
from publisher.rdf.prefixes import Prefixes, is_iri
from publisher.rdf.quads import line, literal
from publisher.release.content import Agent, Description

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
STANDARD = Prefixes(
    STANDARD_PREFIXES
    | {
        "formats": FORMATS,
        "dctypes": "http://purl.org/dc/dcmitype/",
        "ent": "http://www.w3.org/ns/entailment/",
        "spex": "https://purl.expasy.org/sparql-examples/ontology#",
        "voidext": "http://ldf.fi/void-ext#",
        "cs": "http://purl.org/vocab/changeset/schema#",
        "vann": "http://purl.org/vocab/vann/",
    }
)


class Lines:
    """A growing set of lines of one graph."""

    __slots__ = ("_graph", "said")

    def __init__(self, graph: str | None):
        """Take the graph's IRI; None leaves the lines without a graph."""
        self._graph = f"<{graph}>" if graph else None
        self.said: set[str] = set()

    def say(self, subject: str, predicate: str, *objects: str) -> None:
        """Add a statement for each object: the subject is an IRI, the predicate a short name, objects are terms."""
        for term in objects:
            self.said.add(line(f"<{subject}>", name(predicate), term, self._graph))

    def kind(self, subject: str, *classes: str) -> None:
        """Say of which classes, given by short names, the subject is."""
        self.say(subject, "rdf:type", *map(name, classes))

    def agent(self, subject: str, predicate: str, agent: Agent, about: Description) -> None:
        """Say that an agent plays a part, and the agent's name."""
        iri = agent.iri or f"{about.iri}#agent-{short_hash(agent.name)}"
        self.say(subject, predicate, node(iri))
        self.kind(iri, "foaf:Agent", *([f"foaf:{agent.class_name}"] if agent.class_name else []))
        self.say(iri, "foaf:name", literal(agent.name))


def name(curie: str) -> str:
    """Give the term of a standard's short name; KeyError where the prefix is no standard's."""
    prefix, _, local = curie.partition(":")
    return f"<{STANDARD[prefix]}{local}>"


def node(iri: str) -> str:
    """Give the term of an IRI; what is not an IRI becomes a text, so that no line is ever broken."""
    return f"<{iri}>" if is_iri(iri) else literal(iri)


def integer(value: int) -> str:
    """Give the term of a whole number."""
    return literal(str(value), datatype=f"{XSD}integer")


def text(value: str, about: Description) -> str:
    """Give the term of a text in the dataset's language."""
    return literal(value, language=about.language or None)


def day(value: str) -> str | None:
    """Give the term of a date, or None where the text is not one."""
    return literal(value, datatype=f"{XSD}date") if _DATE.match(value) else None


def moment(value: str) -> str | None:
    """Give the term of the beginning of a day, or None where the text is not a date."""
    return literal(f"{value}T00:00:00Z", datatype=f"{XSD}dateTime") if _DATE.match(value) else None


def short_hash(value: str) -> str:
    """Give twelve hexadecimal digits that stand for a text in an IRI."""
    return hashlib.sha256(value.encode()).hexdigest()[:12]


def dump_iri(about: Description, file_name: str) -> str:
    """Give the IRI, which is the download URL too, of a file of this version."""
    return f"{about.base}dumps/{about.version}/{quote(file_name, safe='/._~-+:@')}"
