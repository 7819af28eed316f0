"""The shapes of a release, read from its files for people: what each wants of which class, in words.

It refuses to be complete: constraints that have a message of their own are told by it, the rest by their parameters.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from publisher.entities.naming import Naming
from publisher.entities.values import Link
from publisher.errors import DatasetUnreadable
from publisher.rdf import names
from publisher.rdf.quads import Term, read_terms
from publisher.release.record import Release

_SH = names.SH
_TYPE = f"{names.RDF}type"
_DESCRIPTIONS = (f"{names.DCTERMS}description", f"{names.RDFS}comment", f"{_SH}description", f"{names.RDFS}label")
_TARGETS = ("targetClass", "targetSubjectsOf", "targetObjectsOf", "targetNode")
_NUMBERS = {
    "minCount": "at least {}", "maxCount": "at most {}", "minInclusive": "from {}", "maxInclusive": "up to {}",
    "minLength": "at least {} characters", "maxLength": "at most {} characters", "pattern": "written like {}",
}  # fmt: skip
_TERMS = {"class": "of the class {}", "datatype": "a value of {}", "node": "fits {}", "hasValue": "has {}"}
_STEPS = {"inversePath": "inverse of {}", "zeroOrMorePath": "{}, any number of times",
          "oneOrMorePath": "{}, repeatedly", "zeroOrOnePath": "{}, or itself"}  # fmt: skip
_WAYS = {"or": "one of several ways", "xone": "exactly one of several ways", "not": "unlike another shape"}
_DEPTH = 6


@dataclass(frozen=True, slots=True)
class Rule:
    """One constraint: the path that it is about, in words (empty for the thing itself), and what is wanted there."""

    path: str
    wanted: tuple[str, ...]
    message: str


@dataclass(frozen=True, slots=True)
class Shape:
    """One node shape with the triples of its file, not yet in words."""

    iri: str
    file: str
    triples: "_Triples"

    def mentioned(self) -> Iterator[str]:
        """Give every IRI that its file mentions."""
        for table in self.triples.values():
            for predicate, terms in table.items():
                yield predicate
                yield from (term.value for term in terms if term.kind == "iri")


@dataclass(frozen=True, slots=True)
class Constrained:
    """One shape in words: its targets, what it is for, and its rules."""

    iri: str
    name: str
    file: str
    targets: tuple[Link, ...]
    description: str
    rules: tuple[Rule, ...]


_Triples = dict[str, dict[str, list[Term]]]


def shapes_of(release: Release) -> tuple[Shape, ...]:
    """Give the node shapes of a release, by file and IRI; a file that cannot be read is passed over."""
    found: list[Shape] = []
    for name in sorted(release.files):
        if not (name.startswith("shapes") and name.endswith(".ttl")):
            continue
        triples: _Triples = {}
        try:
            for subject, predicate, object_ in read_terms(release.path / name):
                triples.setdefault(subject.value, {}).setdefault(predicate.value, []).append(object_)
        except DatasetUnreadable:
            continue
        found.extend(Shape(iri, name, triples) for iri, table in triples.items() if _is_shape(table))
    return tuple(sorted(found, key=lambda shape: (shape.file, shape.iri)))


def _is_shape(table: dict[str, list[Term]]) -> bool:
    kinds = {term.value for term in table.get(_TYPE, ())}
    return f"{_SH}NodeShape" in kinds or any(f"{_SH}{target}" in table for target in _TARGETS)


def constrained(shapes: Iterable[Shape], naming: Naming) -> tuple[Constrained, ...]:
    """Give shapes in words."""
    return tuple(_Words(shape, naming).shape() for shape in shapes)


class _Words:
    """One shape and the names of what it mentions."""

    def __init__(self, shape: Shape, naming: Naming):
        self.source = shape
        self.naming = naming

    def shape(self) -> Constrained:
        iri = self.source.iri
        targets = [term.value for target in _TARGETS for term in self.all(iri, target) if term.kind == "iri"]
        return Constrained(
            iri,
            iri.rpartition("#")[2].rpartition("/")[2],
            self.source.file,
            tuple(Link(target, self.naming.name(target)) for target in targets),
            self.description(iri),
            tuple(self.rules(iri)),
        )

    def all(self, subject: str, local: str) -> list[Term]:
        return self.source.triples.get(subject, {}).get(_SH + local, [])

    def description(self, subject: str) -> str:
        table = self.source.triples.get(subject, {})
        return next((table[name][0].value for name in _DESCRIPTIONS if name in table), "")

    def rules(self, iri: str) -> Iterator[Rule]:
        own = tuple(self.wanted(iri))
        if own:
            yield Rule("", own, self.message(iri))
        for term in self.all(iri, "property"):
            path = next((self.path(step, _DEPTH) for step in self.all(term.value, "path")), "")
            yield Rule(path, tuple(self.wanted(term.value)), self.message(term.value))
            for constraint in self.all(term.value, "sparql"):
                yield Rule(path, (), self.message(constraint.value))
        for constraint in self.all(iri, "sparql"):
            yield Rule("", (), self.message(constraint.value))

    def message(self, subject: str) -> str:
        return next((term.value for term in self.all(subject, "message")), "")

    def wanted(self, subject: str) -> Iterator[str]:
        for local, words in _NUMBERS.items():
            yield from (words.format(term.value) for term in self.all(subject, local))
        for local, words in _TERMS.items():
            yield from (words.format(self.word(term)) for term in self.all(subject, local))
        for head in self.all(subject, "in"):
            yield "one of " + ", ".join(self.word(term) for term in self.members(head))
        yield from (words for local, words in _WAYS.items() if self.all(subject, local))

    def word(self, term: Term) -> str:
        return self.naming.name(term.value) if term.kind == "iri" else term.value if term.kind == "literal" else "…"

    def members(self, head: Term) -> Iterator[Term]:
        node = head.value
        for _ in range(1000):
            table = self.source.triples.get(node, {})
            first, rest = table.get(f"{names.RDF}first"), table.get(f"{names.RDF}rest")
            if not first or not rest:
                return
            yield first[0]
            node = rest[0].value

    def path(self, term: Term, depth: int) -> str:
        if term.kind == "iri" or not depth:
            return self.word(term)
        for local, words in _STEPS.items():
            for step in self.all(term.value, local):
                return words.format(self.path(step, depth - 1))
        for head in self.all(term.value, "alternativePath"):
            return " or ".join(self.path(step, depth - 1) for step in self.members(head))
        return ", then ".join(self.path(step, depth - 1) for step in self.members(term))
