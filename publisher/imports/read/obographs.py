"""OBO Graphs JSON: nodes with their metadata, and edges between them.

See the OBO Graphs specification of the GO consortium (``graphs``, ``nodes``, ``edges``, ``meta``).
"""

import json
from collections.abc import Mapping
from typing import Any

from publisher.errors import ImportFailed, Where
from publisher.imports.read.obo import OBO_PURL, iri_of
from publisher.imports.read.terms import Terms
from publisher.imports.sources import Source
from publisher.imports.term import Kind, Link, Scope, Synonym, Term
from publisher.rdf import names
from publisher.rdf.prefixes import Prefixes

_IS_A = ("is_a", "subPropertyOf", names.RDFS + "subClassOf", names.RDFS + "subPropertyOf")
_PART_OF = ("part_of", OBO_PURL + "BFO_0000050")
_SCOPES = {scope.value: scope for scope in Scope}
_PROPERTIES = {
    "ANNOTATION": Kind.ANNOTATION_PROPERTY,
    "DATA": Kind.DATATYPE_PROPERTY,
}
_REPLACED_BY = OBO_PURL + "IAO_0100001"
_CONSIDER = names.OBO_IN_OWL + "consider"

_Node = tuple[Mapping[str, Any], list[tuple[str, str]]]


def read_obographs(text: str, source: Source, prefixes: Prefixes) -> Terms[_Node]:
    """Read a document of one or more graphs; raise ImportFailed where it is not OBO Graphs JSON."""
    try:
        graphs = json.loads(text)["graphs"]
        nodes: dict[str, _Node] = {node["id"]: (node, []) for graph in graphs for node in graph.get("nodes", ())}
        for graph in graphs:
            for edge in graph.get("edges", ()):
                if edge["sub"] in nodes:
                    nodes[edge["sub"]][1].append((edge["pred"], edge["obj"]))
    except json.JSONDecodeError as error:
        raise _unreadable(source, f"this is not valid JSON: {error.msg}", error.lineno) from None
    except (KeyError, TypeError, AttributeError):
        raise _unreadable(
            source, "this is JSON, but not OBO Graphs: it wants graphs, nodes with id, edges", 0
        ) from None

    def parse(iri: str, entry: _Node) -> Term:
        return _parse(iri, entry, source=source, prefixes=prefixes)

    return Terms(nodes, parse)


def _unreadable(source: Source, message: str, line: int) -> ImportFailed:
    return ImportFailed(message, where=Where(source.file, line), fix="get the file again, or name its real format")


def _parse(iri: str, entry: _Node, *, source: Source, prefixes: Prefixes) -> Term:
    node, edges = entry
    meta = node.get("meta", {})
    properties = [(each.get("pred", ""), each.get("val", "")) for each in meta.get("basicPropertyValues", ())]
    return Term(
        iri=iri,
        kind=_kind(node),
        label=node.get("lbl"),
        synonyms=tuple(
            Synonym(each["val"], _SCOPES.get(each.get("pred", ""), Scope.RELATED)) for each in meta.get("synonyms", ())
        ),
        parents=tuple(target for relation, target in edges if relation in _IS_A),
        wholes=tuple(target for relation, target in edges if relation in _PART_OF),
        links=tuple(
            Link(source.relations[relation], target, follow=True)
            for relation, target in edges
            if relation in source.relations
        ),
        xrefs=tuple(each["val"] for each in meta.get("xrefs", ()) if each["val"].partition(":")[0] in source.xrefs),
        obsolete=bool(meta.get("deprecated", False)),
        replaced_by=tuple(iri_of(value, prefixes) for property_, value in properties if property_ == _REPLACED_BY),
        consider=tuple(iri_of(value, prefixes) for property_, value in properties if property_ == _CONSIDER),
    )


def _kind(node: Mapping[str, Any]) -> Kind:
    if node.get("type") == "PROPERTY":
        return _PROPERTIES.get(node.get("propertyType", ""), Kind.OBJECT_PROPERTY)
    return Kind.INDIVIDUAL if node.get("type") == "INDIVIDUAL" else Kind.CLASS
