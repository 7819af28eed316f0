"""A dataset's own classes and properties in the Biolink Model, as far as its ontology and its alignments state it.

It refuses to know any domain: a class is what is stated above it, a property likewise, or what it is aligned with.
See the Biolink Model, classes NamedThing and Association, and slot related_to.
"""

from collections.abc import Callable, Iterable
from functools import cached_property

from publisher.editions.records import Records
from publisher.rdf.names import SKOS
from publisher.rdf.prefixes import Prefixes

BIOLINK = "https://w3id.org/biolink/vocab/"
NAMED_THING, ASSOCIATION, RELATED_TO = (BIOLINK + name for name in ("NamedThing", "Association", "related_to"))
_PREFIX = "biolink:"
_MATCHES = tuple(SKOS + name for name in ("exactMatch", "closeMatch", "broadMatch"))


def expand(text: str, prefixes: Prefixes) -> str:
    """Give the IRI of a CURIE, in the Biolink Model or the dataset's; what is no CURIE stays as it is."""
    return BIOLINK + text.removeprefix(_PREFIX) if text.startswith(_PREFIX) else prefixes.expand(text) or text


class Biolink:
    """What one dataset's terms are in the Biolink Model."""

    def __init__(self, records: Records):
        """Take the records whose ontology and alignments tell it."""
        self._records = records
        self._predicates: dict[str, str] = {}
        self._classes: dict[tuple[frozenset[str], str], list[str]] = {}

    def short(self, iri: str) -> str:
        """Give the CURIE of an IRI, or the IRI where no prefix fits."""
        if iri.startswith(BIOLINK):
            return _PREFIX + iri.removeprefix(BIOLINK)
        return self._records.about.prefixes.compress(iri) or iri

    def shorts(self, iris: Iterable[str | None]) -> list[str]:
        """Give the CURIEs of IRIs, each once."""
        return [self.short(iri) for iri in dict.fromkeys(iris) if iri]

    def key(self, iri: str) -> str:
        """Give the name of a property on a node or an edge: a Biolink slot's own, else a CURIE."""
        return iri.removeprefix(BIOLINK) if iri.startswith(BIOLINK) else self.short(iri)

    def classes(self, types: Iterable[str], root: str) -> list[str]:
        """Give the Biolink classes at and above some types and at or under a root, the narrowest first."""
        wanted = frozenset(types), root
        if wanted not in self._classes:
            ancestors = self._records.ontology.ancestors
            every = {above for kind in wanted[0] for above in (kind, *ancestors(kind)) if above.startswith(BIOLINK)}
            kept = {kind for kind in every if root in ancestors(kind)} | {root}
            ordered = sorted(kept, key=lambda kind: (-len(ancestors(kind)), kind))
            self._classes[wanted] = [self.short(kind) for kind in ordered]
        return list(self._classes[wanted])

    def predicate(self, iri: str) -> str:
        """Give the Biolink predicate that says most of a property: nearest above it, aligned with it, or by both.

        What is stated above it counts before what it is aligned with, and that before what its alignments or the
        properties above it are aligned with; the broadest predicate stands where nothing says more.
        """
        if iri not in self._predicates:
            found = self._nearest(iri, self._broader) or self._match(iri) or self._nearest(iri, self._wider)
            self._predicates[iri] = self.short(found or RELATED_TO)
        return self._predicates[iri]

    def exact(self, iri: str) -> list[str]:
        """Give the CURIEs of what a thing is an exact match of."""
        return self._exact.get(iri, [])

    def _nearest(self, iri: str, up: Callable[[str], Iterable[str]]) -> str | None:
        """Give the first predicate of Biolink on the way up that says more than that things are related."""
        seen, level = {iri}, [iri]
        while level:
            found = {each for each in level if each.startswith(BIOLINK)} - {RELATED_TO}
            if found:
                return min(found, key=lambda each: (-len(self._above(each)), each))
            level = sorted({wider for each in level for wider in up(each)} - seen)
            seen.update(level)
        return None

    def _broader(self, iri: str) -> Iterable[str]:
        return self._records.ontology.broader.get(iri, ())

    def _wider(self, iri: str) -> Iterable[str]:
        aligned = self._aligned.get(iri, {})
        return {*self._broader(iri), *(aligned[match] for match in _MATCHES if match in aligned)}

    def _above(self, iri: str) -> set[str]:
        found: set[str] = set()
        pending = [iri]
        while pending:
            new = set(self._broader(pending.pop())) - found
            found |= new
            pending.extend(new)
        return found

    def _match(self, iri: str) -> str | None:
        found = self._aligned.get(iri, {})
        matches = (found[match] for match in _MATCHES if match in found)
        return next((each for each in matches if each.startswith(BIOLINK)), None)

    @cached_property
    def _aligned(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for row in self._records.rows("alignments"):
            if row["predicate"] in _MATCHES and row["direct_object"]:
                found.setdefault(row["subject"] or "", {}).setdefault(row["predicate"] or "", row["object"] or "")
        return found

    @cached_property
    def _exact(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for row in self._records.rows("alignments"):
            if row["predicate"] == _MATCHES[0] and row["subject"] and row["object"]:
                found.setdefault(row["subject"], []).append(self.short(row["object"]))
        return found
