"""What a document says, as triples to look things up in; and XML as a list of elements, without document types."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from xml.parsers import expat

from publisher.audit.wire import Reply, failed
from publisher.rdf.media import GRAPHS, Media
from publisher.rdf.names import RDF
from publisher.rdf.quads import Term, parse_terms

Triple = tuple[Term, Term, Term]


@dataclass(frozen=True)
class Graph:
    """The triples of one or more documents, found by subject without looking through all of them."""

    triples: tuple[Triple, ...] = ()

    @cached_property
    def table(self) -> dict[str, dict[str, list[str]]]:
        """Give the values by subject and property."""
        table: dict[str, dict[str, list[str]]] = {}
        for s, p, o in self.triples:
            table.setdefault(s.value, {}).setdefault(p.value, []).append(o.value)
        return table

    def __len__(self) -> int:
        """Give the number of triples."""
        return len(self.triples)

    def __add__(self, other: "Graph") -> "Graph":
        """Give both together."""
        return Graph((*self.triples, *other.triples))

    def objects(self, *predicates: str, of: str | None = None) -> list[str]:
        """Give the values of any of the properties, of one subject or of all."""
        rows = self.table.values() if of is None else [self.table.get(of, {})]
        return [value for row in rows for predicate in predicates for value in row.get(predicate, ())]

    def of_type(self, *types: str) -> list[str]:
        """Give the subjects that have one of the types."""
        wanted = set(types)
        return [subject for subject, row in self.table.items() if wanted & set(row.get(f"{RDF}type", ()))]

    def mentions(self, iri: str) -> bool:
        """Tell whether any triple has the IRI as its subject or object."""
        return iri in self.table or any(iri == o.value for _, _, o in self.triples)

    def lacking(self, wanted: Iterable[tuple[str, tuple[str, ...]]], subjects: Iterable[str]) -> list[str]:
        """Give the names of those wanted properties that none of the subjects has."""
        has = {predicate for each in subjects for predicate in self.table.get(each, ())}
        return [name for name, properties in wanted if not has & set(properties)]


def media_of(type_: str) -> Media | None:
    """Give the RDF syntax of a registered media type."""
    return next((media for media in GRAPHS if media.type == type_), None)


def graph_of(reply: Reply) -> Graph:
    """Parse the body of an answer by its own media type; raise AuditFailed where it is no RDF or not whole."""
    media = media_of(reply.media)
    if reply.status != 200:  # noqa: PLR2004 - OK
        raise failed(reply.url, f"answered {reply}")
    if media is None or not reply.whole:
        raise failed(reply.url, f"answered {reply}, which is no RDF" if media is None else "is longer than the cap")
    return Graph(tuple(parse_terms(reply.body, media=media, file=reply.url, base=reply.url)))


def elements(body: bytes, place: str) -> list[tuple[str, str]]:
    """Give the elements of an XML document as local name and text; raise AuditFailed for bad XML or a DOCTYPE."""
    found: list[list[str]] = []
    open_: list[list[str]] = []

    def start(name: str, _: dict[str, str]) -> None:
        open_.append([name.rpartition(" ")[2].rpartition(":")[2], ""])
        found.append(open_[-1])

    def text(words: str) -> None:
        if open_:
            open_[-1][1] += words

    def refuse(*_: object) -> None:
        raise failed(place, "is XML with a document type", "leave the DOCTYPE out")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: open_.pop()
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(body, True)  # noqa: FBT003 - expat takes it by position only
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise failed(place, f"is not well-formed XML: {error}", "mend the XML") from None
    return [(name, words.strip()) for name, words in found]


def named(graph: Graph, *predicates: str) -> Iterator[str]:
    """Give those values of the properties that are web addresses, each once."""
    yield from dict.fromkeys(each for each in graph.objects(*predicates) if each.startswith(("http://", "https://")))
