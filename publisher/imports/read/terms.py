"""The terms of one source, each parsed only when it is asked for.

A source may hold a hundred thousand terms of which a dataset uses twenty; what is kept is the raw text of each, found
by its IRI, and the function that turns it into a :class:`Term`.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Generic, TypeVar

from publisher.imports.term import Kind, Refused, Term

Raw = TypeVar("Raw")


class Terms(Generic[Raw]):
    """A source's terms by IRI; an alternative identifier gives a term that is marked as merged."""

    __slots__ = ("_alternatives", "_mergers", "_parse", "_raw", "refused")

    def __init__(
        self,
        raw: Mapping[str, Raw],
        parse: Callable[[str, Raw], Term],
        *,
        alternatives: Callable[[], Mapping[str, str]] = dict,
        refused: tuple[Refused, ...] = (),
    ):
        """Take the raw terms by IRI, how to parse one, where merged identifiers went, and the lines refused."""
        self._raw = raw
        self._parse = parse
        self._alternatives = alternatives
        self._mergers: Mapping[str, str] | None = None
        self.refused = refused

    def __iter__(self) -> Iterator[Term]:
        """Give every term, in the order of the source, merged identifiers left out."""
        return (self._parse(iri, raw) for iri, raw in self._raw.items())

    def __len__(self) -> int:
        """Tell how many terms the source has."""
        return len(self._raw)

    def get(self, iri: str) -> Term | None:
        """Give the term of an IRI, a merged stand-in for an alternative identifier, or None."""
        raw = self._raw.get(iri)
        if raw is not None:
            return self._parse(iri, raw)
        if self._mergers is None:
            self._mergers = self._alternatives()
        target = self._mergers.get(iri)
        if target is None:
            return None
        return Term(iri, Kind.CLASS, obsolete=True, merged=True, replaced_by=(target,))
