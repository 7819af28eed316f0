"""A few hundred triples in memory, indexed by subject: what a page is read from.

It refuses to be a store: no patterns, no parsing, no more than one page's worth.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple


class Term(NamedTuple):
    """An IRI, a literal or a blank node, as the SPARQL JSON results give it (``kind``: iri, literal, blank).

    A tuple, since a large page makes and compares tens of thousands of them.
    """

    value: str
    kind: str = "iri"
    datatype: str | None = None
    language: str | None = None

    @property
    def is_iri(self) -> bool:
        """Tell whether the term names a thing."""
        return self.kind == "iri"

    @property
    def is_literal(self) -> bool:
        """Tell whether the term is a value."""
        return self.kind == "literal"


def term_of(binding: Mapping[str, Any]) -> Term:
    """Give the term of one binding of the SPARQL 1.1 Query Results JSON Format, section 3.2.2."""
    kind = binding["type"]
    if kind == "uri":
        return Term(str(binding["value"]))
    if kind == "bnode":
        return Term(f"_:{binding['value']}", "blank")
    return Term(str(binding["value"]), "literal", binding.get("datatype"), binding.get("xml:lang"))


def name_of(binding: Mapping[str, Any]) -> str:
    """Give the name of a node: its IRI, or ``_:label`` for a blank node."""
    return f"_:{binding['value']}" if binding["type"] == "bnode" else str(binding["value"])


class Graph:
    """Triples by subject and predicate; objects keep no order but are given sorted."""

    __slots__ = ("_index",)

    def __init__(self) -> None:
        """Begin empty."""
        self._index: dict[str, dict[str, set[Term]]] = {}

    def add(self, subject: str, predicate: str, object_: Term) -> None:
        """Keep one triple; blank subjects are written ``_:name``."""
        self._index.setdefault(subject, {}).setdefault(predicate, set()).add(object_)

    def merge(self, other: "Graph") -> None:
        """Take what another graph says; subjects that are new here are shared with it, and not to be added to."""
        for subject, table in other._index.items():
            mine = self._index.get(subject)
            if mine is None:
                self._index[subject] = table
            elif mine is not table:
                both = {predicate: set(objects) for predicate, objects in mine.items()}
                for predicate, objects in table.items():
                    both.setdefault(predicate, set()).update(objects)
                self._index[subject] = both

    def __contains__(self, subject: object) -> bool:
        """Tell whether anything is said about a subject."""
        return subject in self._index

    def __iter__(self) -> Iterator[str]:
        """Give each subject."""
        return iter(self._index)

    def of(self, subject: str) -> Iterator[tuple[str, tuple[Term, ...]]]:
        """Give each predicate of a subject with its objects."""
        for predicate, objects in self._index.get(subject, {}).items():
            yield predicate, tuple(sorted(objects, key=_order))

    def triples(self) -> Iterator[tuple[str, str, Term]]:
        """Give each triple."""
        for subject, table in self._index.items():
            for predicate, objects in table.items():
                for object_ in objects:
                    yield subject, predicate, object_

    def objects(self, subject: str, predicate: str | None) -> tuple[Term, ...]:
        """Give the objects of a subject and predicate, sorted; none where the predicate is None."""
        found = self._index.get(subject, {}).get(predicate or "", ())
        return tuple(sorted(found, key=_order)) if len(found) > 1 else tuple(found)

    def iris(self, subject: str, predicate: str | None) -> tuple[str, ...]:
        """Give the IRIs among the objects."""
        return tuple(term.value for term in self.objects(subject, predicate) if term.is_iri)

    def text(self, subject: str, predicates: Iterable[str | None], language: str = "en") -> str | None:
        """Give the first literal of the first predicate that has one, the wanted language before others."""
        for predicate in predicates:
            found = [term for term in self.objects(subject, predicate) if term.is_literal]
            if found:
                return min(found, key=lambda term: (_strangeness(term, language), term.value)).value
        return None

    def mentioned(self) -> set[str]:
        """Give every IRI in any place of a triple."""
        found = {subject for subject in self._index if not subject.startswith("_:")}
        for table in self._index.values():
            found.update(table)
            found.update(term.value for objects in table.values() for term in objects if term.is_iri)
        return found


def _order(term: Term) -> tuple[str, str, str]:
    return (term.value, term.language or "", term.datatype or "")


def _strangeness(term: Term, language: str) -> int:
    if term.language is None:
        return 1
    return 0 if term.language.partition("-")[0] == language.partition("-")[0] else 2
