"""What was read of a release before: names, and facts as values, kept for the next page, since a release never changes.

One memory belongs to one site in one process; threads share it. It refuses to grow: what was kept first goes first.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from publisher.entities.graph import Graph
from publisher.entities.values import Fact

_NAMES = 50_000
_FACTS = 4_000
_AHEAD = 200


Kept = TypeVar("Kept")


class Shelf(Generic[Kept]):
    """What was made of an IRI, for as many IRIs as the bound allows."""

    __slots__ = ("_kept", "_lock", "_most")

    def __init__(self, most: int):
        """Take how many are kept; nought keeps none."""
        self._most = most
        self._kept: dict[str, Kept] = {}
        self._lock = threading.Lock()

    def missing(self, iris: Iterable[str]) -> list[str]:
        """Give those IRIs of which nothing is kept, in their order."""
        return [iri for iri in iris if iri not in self._kept]

    def get(self, iri: str) -> Kept | None:
        """Give what is kept of an IRI."""
        return self._kept.get(iri)

    def take(self, iri: str) -> Kept | None:
        """Give what is kept of an IRI, and keep it no longer."""
        with self._lock:
            return self._kept.pop(iri, None)

    def keep(self, iri: str, made: Kept) -> None:
        """Keep what was made of an IRI; nobody may change it from now on."""
        with self._lock:
            self._kept[iri] = made
            while len(self._kept) > self._most:
                del self._kept[next(iter(self._kept))]


@dataclass(frozen=True, slots=True)
class Memory:
    """The names of things, and facts with their evidence: their triples, and how a page tells them.

    ``pages`` (triples), ``lists`` (the IRIs of facts) and ``described`` (N-Triples lines) are what was read ahead for
    pages that are made next.
    """

    names: Shelf[Graph] = field(default_factory=lambda: Shelf(_NAMES))
    facts: Shelf[Graph] = field(default_factory=lambda: Shelf(_FACTS))
    told: Shelf[Fact] = field(default_factory=lambda: Shelf(_FACTS))
    pages: Shelf[Graph] = field(default_factory=lambda: Shelf(_AHEAD))
    lists: Shelf[tuple[str, ...]] = field(default_factory=lambda: Shelf(_AHEAD))
    described: Shelf[tuple[str, ...]] = field(default_factory=lambda: Shelf(_AHEAD))


def forgetful() -> Memory:
    """Give a memory that keeps nothing, for a store that may change."""
    return Memory(Shelf(0), Shelf(0), Shelf(0), Shelf(0), Shelf(0), Shelf(0))
