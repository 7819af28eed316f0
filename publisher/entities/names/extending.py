"""Values of things for a table: what is said of them by chosen relations, and whether a given value is among them.

It refuses to guess a relation: an IRI or a CURIE of the dataset, or nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from publisher.entities.graph import Graph, Term
from publisher.entities.names.lookup import Lookup
from publisher.entities.names.orthography import joined
from publisher.entities.naming import Naming
from publisher.entities.reader import Reader, literal, terms
from publisher.rdf.prefixes import is_iri

_MOST = 200


@dataclass(frozen=True, slots=True)
class Relation:
    """A property that things have: its IRI, its name, and how many things have it where that was asked."""

    iri: str
    name: str
    count: int = 0


def relation_of(reader: Reader, lookup: Lookup, text: str) -> str | None:
    """Give the IRI of a property from its IRI or CURIE (prefix in any case), or None."""
    iri = reader.about.prefixes.expand(text)
    if iri is None:
        found = lookup.identify(text)
        iri = found[0].hit.iri if found else None
    return iri if iri and is_iri(iri) else None


def values_of(reader: Reader, things: Sequence[str], properties: Sequence[str]) -> Graph:
    """Give what is said of things by properties."""
    graph = Graph()
    for begin in range(0, len(things), _MOST):
        chosen = terms(things[begin : begin + _MOST])
        if chosen and terms(properties):
            reader.graph("values", graph, things=chosen, properties=terms(properties))
    return graph


def holds(graph: Graph, lookup: Lookup, thing: str, property_: str, wanted: object) -> bool:
    """Tell whether one of the values of a thing is the wanted one: a thing by any spelling or name, or a text."""
    objects = graph.objects(thing, property_)
    if isinstance(wanted, list):
        return any(holds(graph, lookup, thing, property_, item) for item in wanted)
    return bool(objects) and any(_same(lookup, term, wanted) for term in objects)


def holders(reader: Reader, lookup: Lookup, property_: str, wanted: object) -> tuple[str, ...]:
    """Give the things of which a value is said by a property."""
    texts = wanted if isinstance(wanted, list) else [wanted]
    tests = [test for text in texts for test in _tests(lookup, text)]
    if not tests:
        return ()
    rows = reader.rows("holders", property=f"<{property_}>", wanted=" || ".join(tests))
    return tuple(row["s"].value for row in rows)


def proposals(reader: Reader, class_: str, *, limit: int = 50) -> tuple[Relation, ...]:
    """Give the properties that things of a class have, the commonest first."""
    rows = reader.rows("proposals", **{"class": f"<{class_}>"})
    naming = Naming(reader, [row["s"].value for row in rows if "s" in row])
    return tuple(
        Relation(row["s"].value, naming.name(row["s"].value), int(row["count"].value)) for row in rows if "s" in row
    )[:limit]


def properties(reader: Reader) -> tuple[Relation, ...]:
    """Give every property in use, by name."""
    rows = [row for row in reader.rows("properties") if "s" in row]
    naming = Naming(reader, [row["s"].value for row in rows])
    found = [Relation(row["s"].value, naming.name(row["s"].value), int(row["count"].value)) for row in rows]
    return tuple(sorted(found, key=lambda item: (item.name.casefold(), item.iri)))


def names_of(reader: Reader, iris: Iterable[str]) -> Mapping[str, str]:
    """Give what things are called."""
    wanted = sorted(set(iris))
    naming = Naming(reader, wanted)
    return {iri: naming.name(iri) for iri in wanted}


def _same(lookup: Lookup, term: Term, wanted: object) -> bool:
    text = _text(wanted)
    if term.is_iri:
        return term.value in _things(lookup, text)
    return joined(term.value) == joined(text) or term.value == text


def _tests(lookup: Lookup, wanted: object) -> list[str]:
    text = _text(wanted)
    tests = [f"?o = <{iri}>" for iri in _things(lookup, text) if is_iri(iri)]
    if not isinstance(wanted, dict) and text:
        tests.append(f"LCASE(STR(?o)) = {literal(text.lower())}")
    return tests


def _things(lookup: Lookup, text: str) -> tuple[str, ...]:
    identified = tuple(item.hit.iri for item in lookup.identify(text))
    return identified or tuple(item.hit.iri for tier in lookup.named(text)[:2] for item in tier)


def _text(wanted: object) -> str:
    value = wanted.get("id", "") if isinstance(wanted, dict) else wanted
    return str(value).lower() if isinstance(value, bool) else str(value)
