"""Mapping documents read into values: RML-Core, R2RML and the older RML vocabulary.

Every rule of the specifications that can be checked without data is checked here, and a feature that is not
supported is refused by name, so that a mapping never runs as less than it says.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from publisher.errors import MappingFailed
from publisher.mapping.rml.expressions import ordered as _ordered
from publisher.mapping.rml.expressions import read_expression, read_side
from publisher.mapping.rml.graph import Graph, Node, folded, read_graph
from publisher.mapping.rml.logical import read_source
from publisher.mapping.rml.values import (
    Constant,
    Expression,
    Join,
    MappingDocument,
    PredicateObject,
    Reference,
    ReferencingMap,
    TermMap,
    TermType,
    TriplesMap,
)

_LANGUAGE = re.compile(r"^(?:[A-Za-z]{2,3}|[xXiI])(?:-[A-Za-z0-9]{1,8})*$")
_REFUSED = {
    "gather": "collections and containers (rml:gather)",
    "functionExecution": "functions (rml:functionExecution)",
    "functionValue": "functions (fnml:functionValue)",
    "quotedTriplesMap": "quoted triples (RML-star)",
    "logicalTarget": "logical targets: quads go where the command sends them",
    "condition": "conditions (rml:condition)",
}


def read_mapping(path: Path, *, base: str | None = None) -> MappingDocument:
    """Read one mapping document; raise MappingFailed with file, line and triples map for what is wrong in it."""
    graph = read_graph(path, base=base)
    keys = [subject for subject in graph.subjects() if _is_triples_map(graph, subject)]
    maps = tuple(_Reader(graph, key).triples_map() for key in keys)
    return MappingDocument(str(path), maps, graph.base)


def _is_triples_map(graph: Graph, subject: str) -> bool:
    names = graph.names(subject)
    if names & {"subjectMap", "subject", "predicateObjectMap"}:
        return True
    return any(folded(node.value) == "TriplesMap" for node in graph.objects(subject, "type"))


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the triples map of one key out of its document's graph."""

    graph: Graph
    key: str

    @property
    def name(self) -> str:
        return re.split(r"[#/]", self.key)[-1] or self.key

    def fail(self, message: str, fix: str | None = None, code: str = "mapping.invalid") -> NoReturn:
        raise MappingFailed(f"triples map {self.name}: {message}", where=self.graph.where(self.key), fix=fix, code=code)

    def triples_map(self) -> TriplesMap:
        sources = self.graph.objects(self.key, "logicalSource")
        if len(sources) != 1:
            self.fail(f"it has {len(sources)} logical sources", "give it exactly one rml:logicalSource")
        subjects = self.graph.objects(self.key, "subjectMap") + self.graph.objects(self.key, "subject")
        if len(subjects) != 1:
            self.fail(f"it has {len(subjects)} subject maps", "give it exactly one rml:subjectMap or rml:subject")
        is_map = bool(self.graph.objects(self.key, "subjectMap"))
        subject = self.term_map(subjects[0], "subject") if is_map else self.constant(subjects[0], "subject")
        node = subjects[0].value if is_map else ""
        bases = self.graph.objects(self.key, "baseIRI")
        return TriplesMap(
            key=self.key,
            name=self.name,
            where=self.graph.where(self.key),
            source=read_source(self.graph, sources[0], self.fail),
            subject=subject,
            classes=tuple(self._class(each) for each in _ordered(self.graph.objects(node, "class"))),
            graphs=self.graphs(node),
            predicate_objects=tuple(
                self.predicate_object(each) for each in _ordered(self.graph.objects(self.key, "predicateObjectMap"))
            ),
            base=bases[0].value if bases else None,
            older=self.graph.older,
        )

    def _class(self, node: Node) -> Constant:
        if node.kind != "iri":
            self.fail(f"rml:class wants an IRI, not {node.value!r}")
        return Constant(node.value, node.term)

    def graphs(self, node: str) -> tuple[TermMap, ...]:
        return (
            *(self.term_map(each, "graph") for each in _ordered(self.graph.objects(node, "graphMap"))),
            *(self.constant(each, "graph") for each in _ordered(self.graph.objects(node, "graph"))),
        )

    def predicate_object(self, node: Node) -> PredicateObject:
        predicates = (
            *(self.term_map(each, "predicate") for each in _ordered(self.graph.objects(node.value, "predicateMap"))),
            *(self.constant(each, "predicate") for each in _ordered(self.graph.objects(node.value, "predicate"))),
        )
        objects = (
            *(self.object_map(each) for each in _ordered(self.graph.objects(node.value, "objectMap"))),
            *(self.constant(each, "object") for each in _ordered(self.graph.objects(node.value, "object"))),
        )
        if not predicates or not objects:
            lacking = "predicate" if not predicates else "object"
            self.fail(f"a predicate-object map has no {lacking}", f"add rml:{lacking} or rml:{lacking}Map")
        return PredicateObject(predicates, objects, self.graphs(node.value))

    def object_map(self, node: Node) -> TermMap | ReferencingMap:
        parents = self.graph.objects(node.value, "parentTriplesMap")
        if not parents:
            return self.term_map(node, "object")
        if len(parents) > 1:
            self.fail("an object map names more than one parent triples map")
        joins = tuple(self.join(each) for each in _ordered(self.graph.objects(node.value, "joinCondition")))
        return ReferencingMap(parents[0].value, joins)

    def join(self, node: Node) -> Join:
        return Join(self._side(node, "child"), self._side(node, "parent"))

    def _side(self, node: Node, side: str) -> Expression:
        return read_side(self.graph, node, side, self.fail)

    def constant(self, node: Node, role: str) -> TermMap:
        kind = TermType.LITERAL if node.kind == "literal" else TermType.IRI
        if node.kind == "blank":
            self.fail(f"a constant {role} is a blank node", "name it with an IRI")
        self.check_role(kind, role)
        return TermMap(Constant(node.value, node.term), kind)

    def term_map(self, node: Node, role: str) -> TermMap:
        if node.kind == "literal":
            self.fail(f"the {role} map is the literal {node.value!r}", f"write rml:{role} for a constant")
        for name, feature in _REFUSED.items():
            if self.graph.objects(node.value, name):
                self.fail(f"it uses {feature}, which is not supported", "express it in a query or a view of the source")
        expression, constant = self.expression(node, role)
        datatypes, languages = self.companion(node, "datatype"), self.companion(node, "language")
        kind = self.term_type(node, role, expression, constant, literal=bool(datatypes or languages))
        if (datatypes or languages) and kind is not TermType.LITERAL:
            self.fail(f"the {role} map with term type {kind.value} has a language or a datatype")
        if datatypes and languages:
            self.fail(f"the {role} map has both a language and a datatype", "keep one of them")
        datatype = self.datatype(datatypes[0]) if datatypes else None
        return TermMap(expression, kind, self.language(languages[0]) if languages else None, datatype)

    def companion(self, node: Node, name: str) -> list[tuple[Node, bool]]:
        found = [(each, False) for each in self.graph.objects(node.value, name)]
        found += [(each, True) for each in self.graph.objects(node.value, f"{name}Map")]
        if len(found) > 1:
            self.fail(f"a term map has {len(found)} values for rml:{name}", "keep one of them")
        return found

    def datatype(self, given: tuple[Node, bool]) -> TermMap:
        node, is_map = given
        return self.term_map(node, "datatype") if is_map else self.constant(node, "datatype")

    def language(self, given: tuple[Node, bool]) -> Expression:
        node, is_map = given
        expression = self.expression(node, "language")[0] if is_map else Constant(node.value, node.term)
        if isinstance(expression, Constant) and not _LANGUAGE.match(expression.value):
            self.fail(
                f"{expression.value!r} is not a language tag",
                "write a tag of BCP 47 such as en or pt-BR",
                "mapping.language",
            )
        return expression

    def expression(self, node: Node, role: str) -> tuple[Expression, Node | None]:
        return read_expression(self.graph, node, role, self.fail)

    def term_type(
        self, node: Node, role: str, expression: Expression, constant: Node | None, *, literal: bool
    ) -> TermType:
        declared = self.graph.objects(node.value, "termType")
        if len(declared) > 1:
            self.fail(f"the {role} map has more than one term type", "keep one rml:termType")
        default = TermType.IRI
        if constant is not None:
            default = TermType.LITERAL if constant.kind == "literal" else TermType.IRI
        elif role == "object" and (literal or isinstance(expression, Reference)):
            default = TermType.LITERAL
        kind = self._declared(declared[0]) if declared else default
        if constant is not None and (kind is TermType.BLANK or kind.is_iri != default.is_iri):
            self.fail(f"the constant {constant.value!r} cannot be of term type {kind.value}", "leave rml:termType out")
        self.check_role(kind, role)
        return kind

    def _declared(self, node: Node) -> TermType:
        name = folded(node.value)
        try:
            return TermType(name)
        except ValueError:
            known = ", ".join(kind.value for kind in TermType)
            self.fail(f"there is no term type {name!r}", f"choose one of: {known}")

    def check_role(self, kind: TermType, role: str) -> None:
        if kind is TermType.LITERAL and role != "object":
            self.fail(f"a {role} cannot be a literal", "let it be an IRI: a template, or rml:termType rml:IRI")
        if kind is TermType.BLANK and role in ("predicate", "datatype"):
            self.fail(f"a {role} cannot be a blank node", "let it be an IRI")
