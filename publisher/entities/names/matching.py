"""Which thing a name in someone's table may mean: candidates with scores that say why, a match only where it is sure.

A score is out of 100: an identifier or a label as written 100, a synonym 95; 10 less with other hyphens or spelling, 15
less with its words in another order; a looser name 75, a misprint 60 to 80; below 50 stand things that are only found
by their words. ``match`` is true only for an identifier, for the label of one thing alone, and where a type was
asked for a synonym of five letters or more as written: short symbols and words mean other things elsewhere, and so do
synonyms spelt a little otherwise. Properties must fit. It refuses to call a misprint a match, words in another order,
one of two namesakes, and a number without its prefix.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from publisher.entities.names.lookup import IDENTIFIER, LABEL, PRINTED, RELATED, SYNONYM, Hit, Lookup, Named
from publisher.entities.names.orthography import joined, likeness

SURE = 80.0
PROPOSED = 50.0
_TIERS = (0.0, 10.0, 15.0)
_RANKS = {LABEL: 100.0, IDENTIFIER: 100.0, SYNONYM: 95.0, RELATED: 75.0, PRINTED: 75.0}
_NEAR = 0.8
_FOUND = 40.0
_BARE = 45.0
_MOST = 100
_TELLING = 5
_SPELT = 100.0 - _TIERS[1]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A thing that a name may mean: its classes, the score, whether it is sure, and the features behind the score."""

    hit: Hit
    classes: tuple[str, ...]
    score: float
    match: bool
    features: Mapping[str, float | bool] = field(default_factory=dict)


def candidates(lookup: Lookup, text: str, *, classes: Sequence[str] = (), limit: int = 10) -> tuple[Candidate, ...]:
    """Give what a name or an identifier may mean, the best first; only things of one of the classes, where given.

    A name that two things bear is no match; things of other classes than those asked for are not counted.
    """
    text = text.strip()
    wanted = frozenset(classes)
    found = _by_identifier(lookup, text, wanted)
    if not found:
        found = _by_name(lookup, text, wanted)
    best = _decided(sorted(found, key=_order), telling=bool(wanted) and len(joined(text)) >= _TELLING)
    if not best or best[0].score < SURE:
        best = sorted((*best, *_near(lookup, text, wanted, {item.hit.iri for item in best})), key=_order)
    if len(best) < limit:
        best = [*best, *_by_words(lookup, text, wanted, {item.hit.iri for item in best}, limit)]
    return tuple(sorted(best, key=_order)[: min(limit, _MOST)])


def constrained(candidate: Candidate, held: Sequence[bool]) -> Candidate:
    """Give a candidate with the share of property constraints that it fulfils worked into its score."""
    if not held:
        return candidate
    share = sum(held) / len(held)
    return replace(
        candidate,
        score=round(candidate.score * (0.5 + share / 2), 1),
        match=candidate.match and all(held),
        features={**candidate.features, "properties": round(share * 100, 1)},
    )


def ranked(found: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Give candidates by score, then by how many facts use them."""
    return tuple(sorted(found, key=_order))


def _by_identifier(lookup: Lookup, text: str, wanted: frozenset[str]) -> list[Candidate]:
    identified = lookup.identify(text)
    known = {item.hit.iri: item.classes for item in lookup.things([item.hit.iri for item in identified])}
    return [
        Candidate(item.hit, known.get(item.hit.iri, ()), 100.0 if item.own else 95.0, True, {"identifier": True})  # noqa: FBT003 - match
        for item in identified
        if _fits(known.get(item.hit.iri, ()), wanted)
    ]


def _by_name(lookup: Lookup, text: str, wanted: frozenset[str]) -> list[Candidate]:
    found: dict[str, Candidate] = {}
    for lost, tier in zip(_TIERS, lookup.named(text), strict=True):
        for item in tier:
            if not _fits(item.classes, wanted):
                continue
            bare = item.rank == IDENTIFIER and text.isdigit()
            score = _BARE if bare else _RANKS[item.rank] - lost
            sure = item.rank in (LABEL, SYNONYM, IDENTIFIER) and not bare
            told = {
                "label": item.rank == LABEL,
                "synonym": item.rank in (SYNONYM, RELATED, PRINTED),
                "identifier": item.rank == IDENTIFIER,
                "as_written": lost == 0,
            }
            best = found.get(item.hit.iri)
            if best is None or best.score < score:
                found[item.hit.iri] = Candidate(
                    item.hit, item.classes, score, sure, {**told, "similarity": 100.0 - lost}
                )
    return list(found.values())


def _decided(found: list[Candidate], *, telling: bool) -> list[Candidate]:
    """Let a match stand only where one thing alone bears the name; names that are only printed so count for nothing."""
    alone = sum(item.match for item in found) == 1
    return [
        replace(item, match=alone and item.match and item.score >= SURE and _sure(item, telling=telling))
        for item in found
    ]


def _sure(item: Candidate, *, telling: bool) -> bool:
    if item.features.get("label"):
        return item.features["similarity"] >= _SPELT
    return bool(item.features.get("identifier") or (telling and item.features["as_written"]))


def _near(lookup: Lookup, text: str, wanted: frozenset[str], known: set[str]) -> list[Candidate]:
    best: dict[str, Candidate] = {}
    for item in lookup.near(text):
        share = likeness(text, item.hit.matched) if _spelt(item, wanted, known) else 0.0
        if share < _NEAR:
            continue
        score = round(60.0 + (share - _NEAR) * 100, 1)
        near = Candidate(
            item.hit, item.classes, score, match=False, features={"similarity": round(share * 100, 1), "misprint": True}
        )
        if item.hit.iri not in best or best[item.hit.iri].score < score:
            best[item.hit.iri] = near
    return list(best.values())


def _by_words(lookup: Lookup, text: str, wanted: frozenset[str], known: set[str], limit: int) -> list[Candidate]:
    hits = [hit for hit in lookup.words(text, limit=limit * 2, kinds=tuple(wanted)) if hit.iri not in known]
    classes = {item.hit.iri: item.classes for item in lookup.things([hit.iri for hit in hits])}
    longest = max(len(text), 1)
    return [
        Candidate(
            hit,
            classes.get(hit.iri, ()),
            round(_FOUND * min(1.0, longest / max(len(hit.matched), 1)), 1),
            match=False,
            features={"words": True},
        )
        for hit in hits[:limit]
    ]


def _spelt(item: Named, wanted: frozenset[str], known: set[str]) -> bool:
    return item.rank in (LABEL, SYNONYM, RELATED) and item.hit.iri not in known and _fits(item.classes, wanted)


def _fits(classes: Sequence[str], wanted: frozenset[str]) -> bool:
    return not wanted or not wanted.isdisjoint(classes)


def _order(item: Candidate) -> tuple[float, int, str]:
    return (-item.score, -item.hit.uses, item.hit.iri)
