"""What pages are read from, for one thing or for many at once: reading ahead for a hundred costs what five cost singly.

What was read ahead is handed out once, to the page that it was read for, and is forgotten then. It refuses to guess
where a thing has more incoming links than its page shows: such a thing is read by itself, under the limit.
"""

from collections.abc import Iterable, Sequence

from publisher.entities.graph import Graph, Term
from publisher.entities.naming import Naming
from publisher.entities.page.telling import facts_read
from publisher.entities.reader import Reader, term, terms
from publisher.rdf import quads

_ALL = 1_000_000
_SORTED = 5000


def links(number: int) -> dict[str, str]:
    """Give the slots of a query that takes so many incoming links, and no more of them to sort than is quick."""
    return {"inbound": str(number), "among": str(max(number, _SORTED))}


def page_of(reader: Reader, iri: str, *, inbound: int) -> Graph:
    """Give the triples that the page about a thing is read from, with one incoming link more than it shows."""
    ready = reader.memory.pages.take(iri)
    if ready is not None:
        return ready
    return reader.graphs("page", "thing", things=term(iri), **links(inbound + 1)).get(iri) or Graph()


def listed(reader: Reader, iri: str, *, offset: int, limit: int) -> list[str]:
    """Give the IRIs of some of the facts that a thing plays a part in."""
    ready = reader.memory.lists.take(iri) if offset == 0 else None
    if ready is None:
        rows = reader.rows("listed", things=term(iri), offset=str(offset), limit=str(limit))
        return [row["fact"].value for row in rows]
    return list(ready[:limit])


def described(reader: Reader, iri: str, *, inbound: int) -> Sequence[str]:
    """Give the N-Triples lines of a thing's description."""
    ready = reader.memory.described.get(iri)
    return ready if ready is not None else _described(reader, (iri,), inbound).get(iri, ())


def read_pages(reader: Reader, iris: Sequence[str], *, inbound: int) -> None:
    """Read ahead what the pages about some things are read from, the names that they mention, and their facts."""
    pages = reader.graphs("page", "thing", things=terms(iris), **links(_ALL))
    lists: dict[str, list[str]] = {iri: [] for iri in iris}
    if reader.role("predicate") is not None:
        for row in reader.rows("listed", things=terms(iris), offset="0", limit=str(_ALL)):
            lists[row["thing"].value].append(row["fact"].value)
    for iri in iris:
        page = pages.get(iri) or Graph()
        reader.memory.lists.keep(iri, tuple(lists[iri]))
        if _pointing(page.triples(), iri) <= inbound:
            reader.memory.pages.keep(iri, page)
    facts = facts_read(reader, dict.fromkeys(fact for found in lists.values() for fact in found))
    Naming(reader, set(iris).union(*(graph.mentioned() for graph in (*pages.values(), *facts.values()))))


def read_descriptions(reader: Reader, iris: Sequence[str], *, inbound: int) -> None:
    """Read ahead the descriptions of some things."""
    single = [iri for iri in iris if iri != reader.about.vocabulary]  # which answers with its whole graph
    for iri, lines in _described(reader, single, _ALL).items():
        if sum(line.endswith(f" <{iri}> .") for line in lines) <= inbound:
            reader.memory.described.keep(iri, lines)


def _described(reader: Reader, iris: Sequence[str], inbound: int) -> dict[str, tuple[str, ...]]:
    about = reader.about
    query = "graph" if tuple(iris) == (about.vocabulary,) and "ontology" in about.graphs else "describe"
    found: dict[str, dict[str, None]] = {}
    for thing, subject, predicate, object_ in reader.triples(query, "thing", things=terms(iris), **links(inbound)):
        found.setdefault(thing, {})[quads.line(_node(subject), f"<{predicate}>", _written(object_))] = None
    return {thing: tuple(lines) for thing, lines in found.items()}


def _node(name: str) -> str:
    return name if name.startswith("_:") else f"<{name}>"


def _written(object_: Term) -> str:
    if object_.is_literal:
        return quads.literal(object_.value, datatype=object_.datatype, language=object_.language)
    return _node(object_.value)


def _pointing(triples: Iterable[tuple[str, str, Term]], iri: str) -> int:
    return sum(object_.value == iri for _, _, object_ in triples)
