"""The terms of public ontologies that the facts use, as trees: each with the facts about it and all that is under it.

A term may stand under several others; it is shown once, under the one with the fewest facts, while every number counts
all facts below. Steps in between that nothing uses, and that lead to a single branch, are left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from publisher.entities.naming import Naming
from publisher.entities.reader import Reader
from publisher.entities.values import Link


@dataclass(frozen=True, slots=True)
class Branch:
    """A term: how many facts are about it alone, how many about it or what is under it, and its branches."""

    thing: Link
    facts: int
    all_facts: int
    branches: "tuple[Branch, ...]"


@dataclass(frozen=True, slots=True)
class Ontology:
    """The branches whose roots share a prefix, and the number of facts about anything in them."""

    prefix: str
    facts: int
    branches: tuple[Branch, ...]


def ontologies(reader: Reader) -> tuple[Ontology, ...]:
    """Give the trees of the terms in use, the one with the most facts first; none where the dataset has no facts."""
    if reader.role("predicate") is None:
        return ()
    facts: dict[str, set[str]] = {}
    for row in reader.rows("uses"):
        facts.setdefault(row["s"].value, set()).add(row["fact"].value)
    above: dict[str, set[str]] = {}
    for row in reader.rows("under"):
        above.setdefault(row["s"].value, set()).add(row["o"].value)
    return _Forest(reader, facts, above).ontologies()


class _Forest:
    """The ancestors of all terms in use, with the facts below each."""

    def __init__(self, reader: Reader, facts: Mapping[str, set[str]], above: Mapping[str, set[str]]):
        self.reader = reader
        self.facts = facts
        self.below: dict[str, set[str]] = {}
        for used, told in facts.items():
            if used in above:
                for ancestor in _closure(used, above):
                    self.below.setdefault(ancestor, set()).update(told)
        self.under: dict[str, list[str]] = {}
        self.roots: list[str] = []
        for node in self.below:
            parents = [parent for parent in above.get(node, ()) if parent in self.below and parent != node]
            if parents:
                nearest = min(parents, key=lambda parent: (len(self.below[parent]), parent))
                self.under.setdefault(nearest, []).append(node)
            else:
                self.roots.append(node)
        self.naming = Naming(reader, self.below)

    def ontologies(self) -> tuple[Ontology, ...]:
        table: dict[str, list[str]] = {}
        for root in self.roots:
            prefix = (self.reader.about.prefixes.compress(root) or "").partition(":")[0]
            table.setdefault(prefix, []).append(root)
        found = [
            Ontology(prefix, len(set().union(*(self.below[root] for root in roots))), self._sorted(roots))
            for prefix, roots in table.items()
        ]
        return tuple(sorted(found, key=lambda item: (-item.facts, item.prefix)))

    def _sorted(self, nodes: list[str]) -> tuple[Branch, ...]:
        branches = [branch for branch in map(self._branch, nodes) if branch is not None]
        return tuple(sorted(branches, key=lambda item: (-item.all_facts, item.thing.name.casefold())))

    def _branch(self, node: str) -> Branch | None:
        branches = self._sorted(self.under.get(node, []))
        if node not in self.facts:
            if not branches:
                return None
            if len(branches) == 1:
                return branches[0]
        thing = Link(node, self.naming.name(node))
        return Branch(thing, len(self.facts.get(node, ())), len(self.below[node]), branches)


def _closure(node: str, above: Mapping[str, set[str]]) -> set[str]:
    found, left = {node}, [node]
    while left:
        fresh = above.get(left.pop(), set()) - found
        found |= fresh
        left.extend(fresh)
    return found
