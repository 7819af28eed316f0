"""The ontology of a dataset as plain values: properties with kind, domain and range; labels; classes above classes.

Reads ``ontology/*.ttl`` (our own terms) and ``ontology/imports/*.ttl`` (the slices of outside ontologies).
It refuses to reason: superclasses are those that are stated, followed upwards.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from publisher.errors import DatasetUnreadable, Finding, Where
from publisher.rdf.names import OWL, RDF, RDFS, SH, SKOS, XSD
from publisher.rdf.quads import Term, read_terms

_REPLACED_BY = "http://purl.obolibrary.org/obo/IAO_0100001"
_CLASSES = frozenset({OWL + "Class", RDFS + "Class"})


class PropertyKind(enum.Enum):
    """What a property's values are: things, literals, or whatever is given."""

    OBJECT = "ObjectProperty"
    DATATYPE = "DatatypeProperty"
    ANNOTATION = "AnnotationProperty"


@dataclass(frozen=True, slots=True)
class Property:
    """One declared property: its kind, its domains and ranges that are named, its inverse, its label."""

    iri: str
    kind: PropertyKind
    label: str | None = None
    domain: tuple[str, ...] = ()
    range: tuple[str, ...] = ()
    inverse: str | None = None
    symmetric: bool = False
    deprecated: bool = False

    @property
    def datatype(self) -> str | None:
        """Give the datatype of its values where one is declared as its range."""
        return next((iri for iri in self.range if iri.startswith(XSD) or iri == RDF + "langString"), None)


@dataclass(frozen=True, slots=True)
class Ontology:
    """The terms that a dataset knows: ``own`` are declared in ``ontology/*.ttl``, the others come from slices.

    ``parents`` are the classes stated above a class, ``broader`` the properties stated above a property;
    ``deprecated`` maps an obsolete term to the one that replaces it, or to None. ``prefixes`` are the names, in small
    letters, of the prefixes that are declared; none where no slice of a registry is there.
    """

    properties: Mapping[str, Property] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[str, frozenset[str]] = field(default_factory=dict)
    parents: Mapping[str, frozenset[str]] = field(default_factory=dict)
    broader: Mapping[str, frozenset[str]] = field(default_factory=dict)
    deprecated: Mapping[str, str | None] = field(default_factory=dict)
    own: frozenset[str] = frozenset()
    prefixes: frozenset[str] = frozenset()

    @property
    def classes(self) -> frozenset[str]:
        """Give every term that is declared as a class."""
        return frozenset(iri for iri, types in self.types.items() if types & _CLASSES)

    def is_class(self, iri: str) -> bool:
        """Tell whether a term is declared as a class."""
        return not self.types.get(iri, frozenset()).isdisjoint(_CLASSES)

    def label(self, iri: str) -> str | None:
        """Give the label of a term, in the dataset's language where there is one."""
        return self.labels.get(iri)

    def ancestors(self, iri: str) -> frozenset[str]:
        """Give every class above a class, without the class itself."""
        found: set[str] = set()
        waiting = list(self.parents.get(iri, ()))
        while waiting:
            parent = waiting.pop()
            if parent not in found:
                found.add(parent)
                waiting.extend(self.parents.get(parent, ()))
        return frozenset(found)


def read_ontology(root: Path, *, language: str = "en") -> tuple[Ontology, tuple[Finding, ...]]:
    """Read the ontology and the slices of a dataset directory, with the files that cannot be parsed as findings."""
    triples: list[tuple[Term, Term, Term]] = []
    own: set[str] = set()
    registry = False
    findings: list[Finding] = []
    folder = root / "ontology"
    for path in (*sorted(folder.glob("*.ttl")), *sorted((folder / "imports").glob("*.ttl"))):
        try:
            parsed = list(read_terms(path))
        except DatasetUnreadable as error:
            findings.append(_unreadable(error, path.relative_to(root).as_posix()))
            continue
        triples.extend(parsed)
        if path.parent == folder:
            own.update(s.value for s, p, _ in parsed if p.value == RDF + "type" and s.kind == "iri")
        else:
            registry = registry or any(p.value == SH + "prefix" for _, p, _ in parsed)
    ontology = _view(triples, own=frozenset(own), language=language)
    return replace(ontology, prefixes=_prefixes(triples) if registry else frozenset()), tuple(findings)


def _unreadable(error: DatasetUnreadable, file: str) -> Finding:
    where = Where(file, error.where.line, error.where.column) if error.where else Where(file)
    return Finding("ontology.syntax", error.message, where=where, fix=error.fix)


def _view(triples: list[tuple[Term, Term, Term]], *, own: frozenset[str], language: str) -> Ontology:
    types = _grouped(triples, RDF + "type")
    labels = _labels(triples, language)
    deprecated = {s.value for s, p, o in triples if p.value == OWL + "deprecated" and o.value in {"true", "1"}}
    replaced = {s.value: o.value for s, p, o in triples if p.value == _REPLACED_BY and o.kind == "iri"}
    return Ontology(
        properties=MappingProxyType(_properties(triples, types, labels, deprecated)),
        labels=MappingProxyType(labels),
        types=MappingProxyType(types),
        parents=MappingProxyType(_grouped(triples, RDFS + "subClassOf")),
        broader=MappingProxyType(_grouped(triples, RDFS + "subPropertyOf")),
        deprecated=MappingProxyType({iri: replaced.get(iri) for iri in deprecated}),
        own=own,
    )


def _prefixes(triples: list[tuple[Term, Term, Term]]) -> frozenset[str]:
    declared = {s.value for s, p, _ in triples if p.value == SH + "prefix"}
    told = {SH + "prefix", SKOS + "altLabel"}
    return frozenset(o.value.casefold() for s, p, o in triples if s.value in declared and p.value in told)


def _properties(
    triples: list[tuple[Term, Term, Term]],
    types: Mapping[str, frozenset[str]],
    labels: Mapping[str, str],
    deprecated: set[str],
) -> dict[str, Property]:
    domains, ranges = _grouped(triples, RDFS + "domain"), _grouped(triples, RDFS + "range")
    inverses = {s.value: o.value for s, p, o in triples if p.value == OWL + "inverseOf" and o.kind == "iri"}
    inverses = {o: s for s, o in inverses.items()} | inverses
    found = {}
    for iri, declared in types.items():
        kind = next((kind for kind in PropertyKind if OWL + kind.value in declared), None)
        if kind is None and RDF + "Property" in declared:
            kind = PropertyKind.ANNOTATION
        if kind is not None:
            found[iri] = Property(
                iri,
                kind,
                label=labels.get(iri),
                domain=tuple(sorted(domains.get(iri, ()))),
                range=tuple(sorted(ranges.get(iri, ()))),
                inverse=inverses.get(iri),
                symmetric=OWL + "SymmetricProperty" in declared,
                deprecated=iri in deprecated,
            )
    return found


def _grouped(triples: list[tuple[Term, Term, Term]], predicate: str) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for subject, property_, object_ in triples:
        if property_.value == predicate and subject.kind == object_.kind == "iri":
            found.setdefault(subject.value, set()).add(object_.value)
    return {iri: frozenset(values) for iri, values in found.items()}


def _labels(triples: list[tuple[Term, Term, Term]], language: str) -> dict[str, str]:
    best: dict[str, tuple[int, str]] = {}
    for subject, property_, object_ in triples:
        if property_.value == RDFS + "label" and object_.kind == "literal":
            spoken = (object_.language or "").partition("-")[0]
            rank = 0 if spoken == language else 1 if not spoken else 2
            best[subject.value] = min(best.get(subject.value, (9, "")), (rank, object_.value))
    return {iri: label for iri, (_, label) in best.items()}
