"""Where a search begins: what may be typed, shown by the dataset's own examples, and what else leads to its things."""

from collections.abc import Mapping
from dataclasses import dataclass

from publisher.entities.names.lookup import IDENTIFIER, LABEL, SYNONYM, Hit, Lookup
from publisher.release.content import Description

_WAYS = {LABEL: "a name", SYNONYM: "a synonym", IDENTIFIER: "an identifier"}
_MISPRINT = "with a misprint"
_TRIED = 3
_SPOKEN = 10
_KINDS = 14
_LONGEST = 40
_SHORTEST = 6


@dataclass(frozen=True, slots=True)
class Start:
    """What an empty search shows: ways to name a thing with words to try, things in most facts, classes with counts."""

    ways: tuple[tuple[str, tuple[str, ...]], ...]
    spoken: tuple[Hit, ...]
    kinds: tuple[tuple[str, str, int], ...]


def start_of(lookup: Lookup, about: Description) -> Start:
    """Give where a search in a dataset begins; all of it is read from the index of names."""
    spelt = {iri: lookup.spellings(iri) for iri in about.examples}
    found = {way: _texts(spelt, rank) for rank, way in _WAYS.items()}
    found[_MISPRINT] = tuple(_misprinted(lookup, spelt))[:_TRIED]
    ways = tuple((way, words) for way, words in found.items() if words)
    return Start(ways, lookup.most_used(_SPOKEN), lookup.kinds()[:_KINDS])


def _texts(spelt: Mapping[str, Mapping[int, str]], rank: int) -> tuple[str, ...]:
    texts = (names[rank] for names in spelt.values() if rank in names)
    return tuple(dict.fromkeys(text for text in texts if len(text) <= _LONGEST))[:_TRIED]


def _misprinted(lookup: Lookup, spelt: Mapping[str, Mapping[int, str]]) -> list[str]:
    """Give labels with two letters that changed places, where the search finds their things all the same."""
    made = []
    for iri, names in spelt.items():
        label = names.get(LABEL, "")
        middle = len(label) // 2
        wrong = label[: middle - 1] + label[middle] + label[middle - 1] + label[middle + 1 :]
        if label.isalpha() and len(label) >= _SHORTEST and wrong != label:
            hits = lookup.search(wrong, limit=1)
            made.extend([wrong] if hits and hits[0].iri == iri else [])
    return made
