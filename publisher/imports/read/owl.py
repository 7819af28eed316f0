"""OWL ontologies in RDF/XML or Turtle, read through ``publisher.rdf``.

Annotations that tell a label, a synonym or an obsolete mark are taken by the conventions of the OBO Foundry, SKOS and
Dublin Core; of the axioms only named superclasses, superproperties, *part of some* and the
datatypes of values are taken.
"""

from collections.abc import Iterator

from publisher.errors import DatasetUnreadable, ImportFailed
from publisher.imports.read.obo import OBO_PURL
from publisher.imports.read.terms import Terms
from publisher.imports.sources import Source
from publisher.imports.term import Kind, Link, Scope, Synonym, Term
from publisher.rdf import names
from publisher.rdf.media import Media
from publisher.rdf.quads import Term as Node
from publisher.rdf.quads import parse_terms

_TYPE = names.RDF + "type"
_LABELS = (names.RDFS + "label", names.SKOS + "prefLabel")
_SYNONYMS = {
    **{names.OBO_IN_OWL + scope.value: scope for scope in Scope},
    OBO_PURL + "IAO_0000118": Scope.RELATED,
    names.SKOS + "altLabel": Scope.EXACT,
    names.DCTERMS + "alternative": Scope.RELATED,
}
_PARENTS = (names.RDFS + "subClassOf", names.RDFS + "subPropertyOf")
_PART_OF = OBO_PURL + "BFO_0000050"
_REPLACED = (OBO_PURL + "IAO_0100001", names.DCTERMS + "isReplacedBy")
_CONSIDER = (names.OBO_IN_OWL + "consider",)
_RANGE = names.RDFS + "range"
_MATCHES = {names.SKOS + f"{how}Match" for how in ("exact", "close", "broad", "narrow", "related")}
_KINDS = {
    names.OWL + "Class": Kind.CLASS,
    names.RDFS + "Class": Kind.CLASS,
    names.OWL + "ObjectProperty": Kind.OBJECT_PROPERTY,
    names.OWL + "DatatypeProperty": Kind.DATATYPE_PROPERTY,
    names.OWL + "AnnotationProperty": Kind.ANNOTATION_PROPERTY,
    names.RDF + "Property": Kind.ANNOTATION_PROPERTY,
    names.OWL + "NamedIndividual": Kind.INDIVIDUAL,
}

_Raw = dict[str, list[Node]]


def read_owl(data: bytes, source: Source, *, media: Media) -> Terms[_Raw]:
    """Read an ontology whole; raise ImportFailed with the line where it is not valid."""
    nodes: dict[str, _Raw] = {}
    try:
        for subject, predicate, object_ in parse_terms(data, media=media, file=source.file, base=source.home):
            nodes.setdefault(subject.value, {}).setdefault(predicate.value, []).append(object_)
    except DatasetUnreadable as error:
        raise ImportFailed(error.message, where=error.where, fix="get the file again, or another edition") from None
    terms = {iri: node for iri, node in nodes.items() if not iri.startswith("_:") and _kind(node)}

    def parse(iri: str, node: _Raw) -> Term:
        return _parse(iri, node, nodes=nodes, source=source)

    return Terms(terms, parse)


def _kind(node: _Raw) -> Kind | None:
    for type_ in node.get(_TYPE, ()):
        if type_.value in _KINDS:
            return _KINDS[type_.value]
    return None


def _parse(iri: str, node: _Raw, *, nodes: dict[str, _Raw], source: Source) -> Term:
    kind = _kind(node) or Kind.CLASS
    if kind is Kind.DATATYPE_PROPERTY and _below(iri, nodes, source.object_properties_below):
        kind = Kind.OBJECT_PROPERTY
    label = _label(node)
    return Term(
        iri=iri,
        kind=kind,
        label=label,
        synonyms=tuple(
            Synonym(text, scope)
            for property_, scope in _SYNONYMS.items()
            for text in _texts(node, property_)
            if text != label
        ),
        parents=tuple(_parents(node)),
        wholes=tuple(_wholes(node, nodes)),
        links=tuple(
            Link(property_, target)
            for property_ in _MATCHES
            for target in _iris(node, property_)
            if any(target.startswith(namespace) for namespace in source.xrefs)
        )
        + tuple(Link(_RANGE, target) for target in _iris(node, _RANGE) if target.startswith(names.XSD)),
        obsolete="true" in _texts(node, names.OWL + "deprecated"),
        replaced_by=tuple(target for property_ in _REPLACED for target in _iris(node, property_)),
        consider=tuple(target for property_ in _CONSIDER for target in _iris(node, property_)),
    )


def _label(node: _Raw) -> str | None:
    """Give the label: English or of no language before others, the first in sort order among equals."""
    for property_ in _LABELS:
        found = sorted(
            (text.language not in {None, "en"}, text.language or "", text.value)
            for text in node.get(property_, ())
            if text.kind == "literal"
        )
        if found:
            return " ".join(found[0][2].split())
    return None


def _texts(node: _Raw, property_: str) -> list[str]:
    return [" ".join(text.value.split()) for text in node.get(property_, ()) if text.kind == "literal"]


def _iris(node: _Raw, property_: str) -> list[str]:
    return [target.value for target in node.get(property_, ()) if target.kind == "iri"]


def _parents(node: _Raw) -> Iterator[str]:
    for property_ in _PARENTS:
        yield from (target for target in _iris(node, property_) if target != names.OWL + "Thing")


def _wholes(node: _Raw, nodes: dict[str, _Raw]) -> Iterator[str]:
    for target in node.get(names.RDFS + "subClassOf", ()):
        restriction = nodes.get(target.value, {}) if target.kind == "blank" else {}
        if _PART_OF in _iris(restriction, names.OWL + "onProperty"):
            yield from _iris(restriction, names.OWL + "someValuesFrom")


def _below(iri: str, nodes: dict[str, _Raw], tops: frozenset[str]) -> bool:
    seen: set[str] = set()
    waiting = [iri] if tops else []
    while waiting:
        current = waiting.pop()
        if current in tops:
            return True
        if current not in seen:
            seen.add(current)
            waiting.extend(_iris(nodes.get(current, {}), names.RDFS + "subPropertyOf"))
    return False
