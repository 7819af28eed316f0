"""The page about one thing, as a value: names, kinds, what is said, facts with their evidence, what points at it."""

from dataclasses import replace

from publisher.entities.graph import Graph
from publisher.entities.naming import LABELS, TYPE, Naming
from publisher.entities.page.ahead import listed, page_of
from publisher.entities.page.facts import CURATION, PAPERWORK, Facts
from publisher.entities.page.telling import Telling
from publisher.entities.reader import Reader, term
from publisher.entities.values import Fact, Group, Link, Page, Property, Text
from publisher.rdf import names

FACTS_PER_PAGE = 100
_KIN = 5
_SYNONYMS = (
    f"{names.SKOS}altLabel",
    f"{names.SCHEMA}alternateName",
    "https://schema.org/alternateName",
    f"{names.OBO_IN_OWL}hasExactSynonym",
    f"{names.OBO_IN_OWL}hasRelatedSynonym",
    f"{names.OBO_IN_OWL}hasBroadSynonym",
    f"{names.OBO_IN_OWL}hasNarrowSynonym",
)
_SUMMARY = (
    f"{names.SKOS}definition",
    "http://purl.obolibrary.org/obo/IAO_0000115",
    f"{names.DCTERMS}description",
    f"{names.SCHEMA}description",
    f"{names.RDFS}comment",
)
_ALIGNED = (
    *(f"{names.SKOS}{kind}Match" for kind in ("exact", "close", "broad", "narrow", "related")),
    f"{names.OWL}sameAs",
    f"{names.RDFS}seeAlso",
    f"{names.OBO_IN_OWL}hasDbXref",
)
_CATALOGUE = (names.VOID, names.DCAT, names.SD)
_CLASS = {f"{names.OWL}Class", f"{names.RDFS}Class"}
_PROPERTY = {f"{names.OWL}{kind}Property" for kind in ("Object", "Datatype", "Annotation")} | {f"{names.RDF}Property"}


def view(reader: Reader, iri: str, *, inbound: int = 100, page: int = 1) -> Page | None:
    """Give the page about a thing, or None where the dataset says nothing about it and does not use it.

    ``page`` counts from 1 where a thing has more facts than one page holds.
    """
    thing = term(iri)
    graph = page_of(reader, iri, inbound=inbound)
    found = _listed(reader, graph, iri, page)
    if not len(found) and not list(graph) and not reader.holds("known", thing=thing):
        return None
    kin = _kin(reader, graph, iri) if page == 1 else ()
    theirs = {
        other: [fact for fact in _listed(reader, graph, other, 1)[:FACTS_PER_PAGE] if fact not in found]
        for other in kin
    }
    telling = Telling(
        reader, graph, iri, [*found[:FACTS_PER_PAGE], *(fact for told in theirs.values() for fact in told)]
    )
    shown = _page(reader, graph, telling, iri, found)
    groups = [
        Group(telling.naming.link(other), "kin", tuple(map(telling.fact, told)))
        for other, told in theirs.items()
        if told
    ]
    return replace(shown, groups=(*shown.groups, *groups))


def _kin(reader: Reader, graph: Graph, iri: str) -> tuple[str, ...]:
    """Give what a thing makes and what makes it, whose facts its page shows too: the role ``product``."""
    product = reader.role("product")
    makers = [subject for subject in graph if iri in graph.iris(subject, product)]
    return tuple(dict.fromkeys((*graph.iris(iri, product), *makers)))[:_KIN]


def _listed(reader: Reader, graph: Graph, iri: str, page: int) -> list[str]:
    """Give the IRIs of one page's facts, and one more where there are more."""
    if reader.role("predicate") is None:
        return []
    offset, limit = (page - 1) * FACTS_PER_PAGE, FACTS_PER_PAGE + 1
    if not _is_document(reader, graph, iri):
        return listed(reader, iri, offset=offset, limit=limit)
    rows = reader.rows("reading", thing=term(iri), offset=str(offset), limit=str(limit))
    return [row["fact"].value for row in rows if "fact" in row]


def _page(reader: Reader, graph: Graph, telling: Telling, iri: str, found: list[str]) -> Page:
    naming = telling.naming
    facts = Facts(reader, graph, naming)
    part = _part(reader, graph, iri)
    others = [telling.fact(item) for item in found[:FACTS_PER_PAGE] if item != iri]
    hidden = {
        TYPE,
        *LABELS,
        reader.role("name"),
        *_SYNONYMS,
        *_SUMMARY,
        *_ALIGNED,
        *(_roles(reader) if part in ("fact", "evidence") else ()),
    }
    claim = [facts.fact(iri, whole=True)] if part == "fact" else []
    shown = {item.iri for fact in claim for item in fact.evidence}
    language = reader.about.language
    paperwork = CURATION if part in ("fact", "evidence") else PAPERWORK
    curie = reader.about.prefixes.compress(iri)
    return Page(
        thing=naming.link(iri),
        curie=curie or "",
        title=naming.long(iri),
        kinds=naming.kinds(iri),
        synonyms=tuple(
            text for text in _texts(graph, iri, _SYNONYMS) if text not in (naming.name(iri), naming.long(iri))
        ),
        summary=tuple(
            Text(item.value, item.language or "")
            for predicate in _SUMMARY
            for item in graph.objects(iri, predicate)
            if item.is_literal and (item.language or language).startswith(language[:2])
        ),
        properties=() if claim else _untold(facts.properties(iri, hidden=hidden, barred=paperwork), others, iri, "out"),
        record=claim[0].record if claim else facts.record(iri, hidden=hidden, begin=paperwork),
        aligned=_aligned(facts, graph, naming, iri),
        groups=_groups(others, iri, part),
        incoming=_untold(_incoming(graph, naming, iri, {*found, *_roles(reader), *shown}), others, iri, "in"),
        fact=claim[0] if claim else None,
        evidence=facts.evidence(iri) if part == "evidence" else None,
        number_of_facts=len(others),
        more=len(found) > FACTS_PER_PAGE,
        part=part,
        query=reader.text("shown" if found else "said", {"thing": term(iri)}),
    )


def _part(reader: Reader, graph: Graph, iri: str) -> str:
    """Give which part a thing plays on its page: fact, evidence, document, class, property or thing."""
    kinds = set(graph.iris(iri, TYPE))
    if graph.objects(iri, reader.role("predicate")) and graph.objects(iri, reader.role("subject")):
        return "fact"
    if reader.role("evidence_class") in kinds:
        return "evidence"
    if kinds & _CLASS:
        return "class"
    if kinds & _PROPERTY:
        return "property"
    return "document" if _is_document(reader, graph, iri) else "thing"


def _is_document(reader: Reader, graph: Graph, iri: str) -> bool:
    """Tell whether evidence was found in a thing."""
    document = reader.role("document")
    return any(iri in graph.iris(subject, document) for subject in graph) if document else False


def _untold(properties: tuple[Property, ...], facts: list[Fact], iri: str, direction: str) -> tuple[Property, ...]:
    """Give properties without the bare triples that facts on the same page already tell, with their evidence.

    ``direction`` is ``out`` for what is said of the thing, ``in`` for what is said of others with it.
    """
    told = {
        (fact.relation.iri, fact.object if direction == "out" else fact.subject)
        for fact in facts
        if fact.relation and _direction(fact, iri) == direction
    }
    left = [
        Property(item.relation, tuple(value for value in item.values if (item.relation.iri, value) not in told))
        for item in properties
    ]
    return tuple(item for item in left if item.values)


def _roles(reader: Reader) -> tuple[str, ...]:
    return tuple(reader.about.roles.values())


def _texts(graph: Graph, iri: str, predicates: tuple[str, ...]) -> tuple[str, ...]:
    found = {term.value: None for predicate in predicates for term in graph.objects(iri, predicate) if term.is_literal}
    return tuple(found)


def _aligned(facts: Facts, graph: Graph, naming: Naming, iri: str) -> tuple[Property, ...]:
    found = []
    for predicate in _ALIGNED:
        terms = graph.objects(iri, predicate)
        if terms:
            relation = Link(predicate, naming.name(predicate))
            found.append(Property(relation, tuple(facts.value(iri, item, 0) for item in terms)))
    return tuple(found)


def _groups(facts: list[Fact], iri: str, part: str) -> tuple[Group, ...]:
    if part == "document":
        return _by_section(facts, iri)
    table: dict[tuple[str, Link], list[Fact]] = {}
    for fact in facts:
        table.setdefault((_direction(fact, iri), fact.relation or Link("", "other")), []).append(fact)
    order = {"out": 0, "in": 1, "about": 2}
    groups = [Group(relation, direction, tuple(members)) for (direction, relation), members in table.items()]
    return tuple(sorted(groups, key=lambda group: (order[group.direction], -len(group.facts), group.heading.name)))


def _by_section(facts: list[Fact], iri: str) -> tuple[Group, ...]:
    """Give a document's facts in reading order, under the sections in which they stand."""
    table: dict[str, list[tuple[int, Fact]]] = {}
    for fact in facts:
        places = [
            passage
            for item in fact.evidence
            if iri in [link.iri for link in item.documents]
            for passage in item.passages
        ]
        first = min(places, default=None)
        table.setdefault(first.section if first else "", []).append((first.start if first else 0, fact))
    groups = []
    for section, members in sorted(table.items(), key=lambda item: min(start for start, _ in item[1])):
        ordered = tuple(fact for _, fact in sorted(members, key=lambda item: (item[0], item[1].iri)))
        groups.append(Group(Link("", section), "reading", ordered))
    return tuple(groups)


def _direction(fact: Fact, iri: str) -> str:
    if isinstance(fact.subject, Link) and fact.subject.iri == iri:
        return "out"
    if isinstance(fact.object, Link) and fact.object.iri == iri:
        return "in"
    return "about"


def _incoming(graph: Graph, naming: Naming, iri: str, barred: set[str]) -> tuple[Property, ...]:
    table: dict[str, list[Link]] = {}
    for subject in graph:
        if subject in barred or subject.startswith(("_:", f"{iri}#")) or subject == iri:
            continue
        for predicate, objects in graph.of(subject):
            if predicate in barred or predicate.startswith(_CATALOGUE):
                continue
            if any(term.value == iri and term.is_iri for term in objects):
                table.setdefault(predicate, []).append(naming.link(subject))
    ordered = {relation: sorted(links, key=lambda link: link.name) for relation, links in table.items()}
    found = [Property(Link(relation, naming.name(relation)), tuple(links)) for relation, links in ordered.items()]
    return tuple(sorted(found, key=lambda item: item.relation.name))
