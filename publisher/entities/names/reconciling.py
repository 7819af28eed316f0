"""Answering one question of a reconciliation client: a name, an identifier, classes and conditions in, candidates out.

It knows neither version of the protocol; both are read into the values here. It refuses a class or a relation that
the dataset does not have, by naming it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from publisher.entities.names.extending import holders, holds, relation_of, values_of
from publisher.entities.names.lookup import Lookup
from publisher.entities.names.matching import Candidate, candidates, constrained, ranked
from publisher.entities.reader import Reader
from publisher.errors import UsageError

_WIDE = 3


@dataclass(frozen=True, slots=True)
class Condition:
    """What a candidate should have: a relation, wanted values, whether it must, and how many of the values (any …)."""

    relation: str
    values: tuple[object, ...]
    required: bool = False
    quantifier: str = "any"


@dataclass(frozen=True, slots=True)
class Question:
    """One row of someone's table: a name or identifier, the classes it may be of, conditions, how many candidates."""

    text: str = ""
    identifiers: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    every_class: bool = False
    conditions: tuple[Condition, ...] = ()
    limit: int = 10


def reconcile(reader: Reader, lookup: Lookup, question: Question) -> tuple[Candidate, ...]:
    """Give the candidates of a question; raise UsageError for an unknown class or relation."""
    classes = tuple(_class(lookup, text) for text in question.classes)
    conditions = tuple((_relation(reader, lookup, item.relation), item) for item in question.conditions)
    found = _first(reader, lookup, question, classes, conditions)
    if question.every_class:
        found = tuple(item for item in found if set(classes) <= set(item.classes))
    if conditions and found:
        found = _conditioned(reader, lookup, found, conditions)
    return ranked(found)[: question.limit]


def _first(
    reader: Reader,
    lookup: Lookup,
    question: Question,
    classes: Sequence[str],
    conditions: Sequence[tuple[str, Condition]],
) -> tuple[Candidate, ...]:
    wide = question.limit * _WIDE if conditions else question.limit
    if question.identifiers:
        found = [item for text in question.identifiers for item in candidates(lookup, text, classes=classes)]
        return tuple({item.hit.iri: item for item in found if item.features.get("identifier")}.values())
    if question.text:
        return candidates(lookup, question.text, classes=classes, limit=wide)
    if not conditions:
        return ()
    relation, condition = conditions[0]
    iris = holders(reader, lookup, relation, list(condition.values))
    things = [item for item in lookup.things(iris) if not classes or set(classes) & set(item.classes)]
    return tuple(
        Candidate(item.hit, item.classes, 90.0, match=len(things) == 1, features={"property_only": True})
        for item in things
    )


def _conditioned(
    reader: Reader, lookup: Lookup, found: Sequence[Candidate], conditions: Sequence[tuple[str, Condition]]
) -> tuple[Candidate, ...]:
    graph = values_of(reader, [item.hit.iri for item in found], [relation for relation, _ in conditions])
    kept = []
    for item in found:
        met = []
        for relation, condition in conditions:
            each = [holds(graph, lookup, item.hit.iri, relation, value) for value in condition.values]
            met.append(_enough(each, condition.quantifier))
        if all(one or not condition.required for one, (_, condition) in zip(met, conditions, strict=True)):
            kept.append(constrained(item, met))
    return tuple(kept)


def _enough(each: Sequence[bool], quantifier: str) -> bool:
    if quantifier == "all":
        return all(each)
    return not any(each) if quantifier == "none" else any(each)


def _class(lookup: Lookup, text: str) -> str:
    found = lookup.class_named(text)
    if found is None:
        raise UsageError(f"there is no type {text[:200]!r}", fix="ask /reconcile/suggest/type for those there are")
    return found


def _relation(reader: Reader, lookup: Lookup, text: str) -> str:
    found = relation_of(reader, lookup, text)
    if found is None:
        raise UsageError(
            f"there is no property {text[:200]!r}", fix="ask /reconcile/suggest/property for those there are"
        )
    return found
