"""Nanopublications: one for each fact, in four graphs, under an IRI that holds the hash of its content.

The assertion of a fact that may not stand by itself (negated, hypothesised, incomplete …) is the fact's own node and
never the bare triple. It refuses to sign: a signature is a person's. See Guidelines for Nanopublication, and Trusty
URI Specification, version 1.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from publisher.editions.records import Cells, Mapped
from publisher.editions.trusty import BLANK, artifact_code
from publisher.rdf.names import PROV, RDF, RDFS
from publisher.rdf.prefixes import Prefixes
from publisher.rdf.quads import iri, line, literal
from publisher.rdf.terms import Statement, split, subjects
from publisher.rdf.turtle import Name, block, declarations, writer
from publisher.release.content import Description
from publisher.release.describe.lines import Lines, moment, node

NP = "http://www.nanopub.org/nschema#"
NPX = "http://purl.org/nanopub/x/"
PATH = "np/"
_DAY = 10
_PARTS = {"assertion": "hasAssertion", "provenance": "hasProvenance", "pubinfo": "hasPublicationInfo"}


@dataclass(frozen=True, slots=True)
class Nanopub:
    """One nanopublication: its IRI, the fact that it publishes, and each graph's IRI with its sorted lines."""

    iri: str
    fact: str
    graphs: tuple[tuple[str, tuple[str, ...]], ...]


def nanopubs(facts: Iterable[Mapped], about: Description) -> Iterator[Nanopub]:
    """Give the nanopublication of each fact."""
    return (_nanopub(fact, about) for fact in facts if fact.row is not None)


def nanopub_trig(publications: Iterable[Nanopub], about: Description) -> Iterator[str]:
    """Give a TriG document, in pieces, of nanopublications; the prefix ``sub`` names the graphs of each anew."""
    taken = dict(about.prefixes)
    prefixes = Prefixes(taken | {name: space for name, space in (("np", NP), ("npx", NPX)) if name not in taken})
    own = next(name for name in ("sub", *(f"sub{number}" for number in range(len(taken) + 1))) if name not in taken)
    yield declarations(prefixes)
    name = writer(prefixes)
    for publication in publications:
        yield f"\n@prefix {own}: <{publication.iri}#> .\n"
        within = _within(name, publication.iri, own)
        for graph, lines in publication.graphs:
            yield f"\n{within(f'<{graph}>')} {{\n"
            for subject, table in subjects(map(split, lines)):
                yield "\n" + block(subject, table, within, indent="    ")
            yield "}\n"


def statements_of(lines: Iterable[str]) -> Iterator[str]:
    """Give back, as lines without a graph, what nanopublications say of facts and evidence; the way back.

    ``lines`` are the N-Quads lines of the publications. What only the form of a nanopublication needs is left out.
    """
    for statement in map(split, lines):
        part = statement.graph.rpartition("#")[2]
        of_itself = part == "provenance>" and statement.subject == _sibling(statement.graph, "assertion")
        if part in {"assertion>", "provenance>"} and not of_itself:
            yield line(statement.subject, statement.predicate, statement.object)


def _nanopub(fact: Mapped, about: Description) -> Nanopub:
    row = fact.row or {}
    own = f"{about.base}{PATH}{BLANK}"
    graphs = {
        "Head": _head(own),
        "assertion": _assertion(fact),
        "provenance": _provenance(fact, f"{own}#assertion", about),
        "pubinfo": _pubinfo(row, own, about),
    }
    statements = {name: [_placed(text, f"<{own}#{name}>") for text in lines] for name, lines in graphs.items()}
    code = artifact_code(statement for group in statements.values() for statement in group)
    named = own.replace(BLANK, code)
    return Nanopub(
        named,
        row["iri"] or "",
        tuple((f"{named}#{name}", _written(group, own, named)) for name, group in statements.items()),
    )


def _head(own: str) -> list[str]:
    links = [line(iri(own), iri(NP + link), iri(f"{own}#{name}")) for name, link in _PARTS.items()]
    return [line(iri(own), iri(RDF + "type"), iri(NP + "Nanopublication")), *links]


def _assertion(fact: Mapped) -> list[str]:
    row = fact.row or {}
    # A dataset whose mappings leave a fact without a node still has something to assert of it.
    own = fact.own or (line(iri(row["iri"] or ""), iri(RDFS + "label"), literal(row["label"] or "")),)
    return [*own, fact.stands] if fact.stands else list(own)


def _provenance(fact: Mapped, assertion: str, about: Description) -> list[str]:
    sources = fact.documents or (about.iri,)
    read = [line(iri(assertion), iri(PROV + "wasDerivedFrom"), iri(source)) for source in sources]
    cited = [line(iri(assertion), iri(PROV + "hadPrimarySource"), iri(work)) for work in fact.cited]
    return [*read, *cited, *fact.evidence]


def _pubinfo(row: Cells, own: str, about: Description) -> list[str]:
    lines = Lines(None)
    created = _created(row["created"]) or _created(about.version)
    if created:
        lines.say(own, "dcterms:created", created)
    lines.say(own, "dcterms:license", node(about.licence))
    lines.say(own, "dcterms:isPartOf", iri(about.iri))
    lines.say(own, "rdfs:label", literal(row["label"] or row["id"] or "", language=row["language"]))
    lines.said.add(line(iri(own), iri(NPX + "introduces"), iri(row["iri"] or "")))
    curator = row["curator"]
    known = [agent for agent in about.creators if curator in {None, agent.iri}]
    for agent in known:
        lines.agent(own, "dcterms:creator", agent, about)
    if curator and not known:
        lines.say(own, "dcterms:creator", iri(curator))
    return list(lines.said)


def _created(day: str | None) -> str | None:
    """Give the beginning of a day as a moment, or None where the text begins with no date.

    Its zone is written ``+00:00``, not ``Z``: rdflib rewrites ``Z`` while it reads, and the hash would not hold there.
    """
    found = moment((day or "")[:_DAY])
    return found and found.replace('Z"', '+00:00"')


def _placed(text: str, graph: str) -> Statement:
    subject, rest = text.split("> ", 1)
    predicate, object_ = rest.split("> ", 1)
    return Statement(f"{subject}>", f"{predicate}>", object_[:-2], graph)


def _written(statements: Iterable[Statement], own: str, named: str) -> tuple[str, ...]:
    found = (line(*(term.replace(f"<{own}", f"<{named}") for term in statement[:3])) for statement in statements)
    return tuple(sorted(set(found)))


def _within(name: Name, publication: str, prefix: str) -> Name:
    stem = f"<{publication}#"
    return lambda term: f"{prefix}:{term[len(stem) : -1]}" if term.startswith(stem) else name(term)


def _sibling(graph: str, part: str) -> str:
    return f"{graph.rpartition('#')[0]}#{part}>"
