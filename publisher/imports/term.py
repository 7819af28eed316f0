"""One term of an outside ontology or table, as a value that no file format shows through."""

import enum
from dataclasses import dataclass


class Scope(enum.Enum):
    """How near a synonym is to the label, as oboInOwl tells it."""

    EXACT = "hasExactSynonym"
    BROAD = "hasBroadSynonym"
    NARROW = "hasNarrowSynonym"
    RELATED = "hasRelatedSynonym"


class Kind(enum.Enum):
    """What a term is: a class or a property of OWL, an individual, or a record of a table."""

    CLASS = "owl:Class"
    OBJECT_PROPERTY = "owl:ObjectProperty"
    DATATYPE_PROPERTY = "owl:DatatypeProperty"
    ANNOTATION_PROPERTY = "owl:AnnotationProperty"
    INDIVIDUAL = "owl:NamedIndividual"
    RECORD = "skos:Concept"


@dataclass(frozen=True, slots=True)
class Synonym:
    """Another name of a term, and how near it is to the label."""

    text: str
    scope: Scope

    def __lt__(self, other: "Synonym") -> bool:
        """Sort by scope, then by text."""
        return (self.scope.name, self.text) < (other.scope.name, other.text)


@dataclass(frozen=True, slots=True, order=True)
class Link:
    """A statement about a term whose object is an IRI; ``follow`` brings the object into the slices too."""

    property: str
    target: str
    follow: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """A term with all its IRIs in full.

    ``parents`` are its superclasses, superproperties or broader records; ``wholes`` are what it is part of;
    ``xrefs`` are CURIEs as the source writes them; ``merged`` marks an identifier that lives on in another term.
    """

    iri: str
    kind: Kind
    label: str | None = None
    synonyms: tuple[Synonym, ...] = ()
    parents: tuple[str, ...] = ()
    wholes: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    xrefs: tuple[str, ...] = ()
    branch: str | None = None
    obsolete: bool = False
    merged: bool = False
    replaced_by: tuple[str, ...] = ()
    consider: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Refused:
    """A line of a source that is not valid in its format: it was dropped."""

    line: int
    text: str
    reason: str
