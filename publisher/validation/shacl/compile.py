"""A shapes graph compiled for one data graph: targets, shapes, and the constraints that lead to other shapes.

Shapes that lead back to themselves are taken to hold while they are being asked, which SHACL leaves open (3.4.3).
Implements SHACL sections 2.1 (shapes and targets), 4.6 (logical), 4.7 (shape-based) and 4.8.1 (closed).
"""

from collections.abc import Iterable, Iterator, Sequence

from publisher.rdf.names import OWL, RDFS, SH, XSD
from publisher.validation import terms
from publisher.validation.graph import TYPE, Graph
from publisher.validation.shacl.components import Component, component_batches, read_components
from publisher.validation.shacl.constraints import VALUE_CONSTRAINTS, Scope, members, number_of, sh
from publisher.validation.shacl.paths import Path, Predicate, read_path, walk
from publisher.validation.shacl.shape import VIOLATION, Check, Results, Shape, ShapeMalformed
from publisher.validation.shacl.sparql import Sparql, sparql_batch

_TRUE = f'"true"^^<{XSD}boolean>'
_SHAPE_LISTS = tuple(sh(name) for name in ("and", "or", "xone"))
_SHAPE_VALUES = tuple(sh(name) for name in ("node", "property", "not", "qualifiedValueShape"))
_NONE: list[str] = []
_CLASSES = (f"<{RDFS}Class>", f"<{OWL}Class>")
BEYOND = tuple(sh(name) for name in ("target", "js", "expression", "rule", "jsFunctionName"))


class Compiler:
    """Every shape of a shapes graph, compiled once, over one data graph."""

    def __init__(self, data: Graph, shapes: Graph):
        """Take both graphs; nothing is compiled before it is asked for."""
        self._data = data
        self._shapes = shapes
        self._compiled: dict[str, Shape] = {}
        self._held: dict[tuple[str, str], bool] = {}
        self._sparql = Sparql(data, shapes)
        self._components: list[Component] = read_components(shapes)

    def run(self, *, without: frozenset[str] = frozenset()) -> Results:
        """Validate every target of every shape but those in ``without``."""
        out: Results = []
        for node in self.shape_nodes():
            if node not in without:
                # Compiled also where it has no focus node today: a shape that nobody could ask says so at once.
                shape, foci = self.shape(node), self.targets(node)
                if foci:
                    self.validate(shape, foci, out)
        return out

    def shape_nodes(self) -> list[str]:
        """Give every node that is a shape, in order."""
        found: set[str] = set()
        for name in ("NodeShape", "PropertyShape"):
            found.update(self._shapes.instances(sh(name)))
        for name in ("targetClass", "targetNode", "targetObjectsOf", "targetSubjectsOf", "property", "target"):
            found.update(self._shapes.of(sh(name)))
        for parameter in VALUE_CONSTRAINTS:
            found.update(self._shapes.of(parameter))
        return sorted(found)

    def targets(self, node: str) -> list[str]:
        """Give the focus nodes of a shape, each once (SHACL 2.1.3)."""
        return list(dict.fromkeys(self._targets(node)))

    def _targets(self, node: str) -> Iterator[str]:
        yield from self._shapes.objects(node, sh("targetNode"))
        classes = list(self._shapes.objects(node, sh("targetClass")))
        if any(node in self._shapes.instances(class_) for class_ in _CLASSES):
            classes.append(node)
        for class_ in classes:
            yield from sorted(self._data.instances(class_))
        for predicate in self._shapes.objects(node, sh("targetSubjectsOf")):
            yield from self._data.of(predicate)
        for predicate in self._shapes.objects(node, sh("targetObjectsOf")):
            yield from self._data.to(predicate)

    def validate(self, shape: Shape, foci: Sequence[str], out: Results) -> None:
        """Add the results of a shape for its focus nodes."""
        if shape.deactivated:
            return
        path, checks, gathered = shape.path, shape.checks, bool(shape.properties)
        # One step forward is by far the most frequent path, and the time of large data.
        table = self._data.of(path.iri) if isinstance(path, Predicate) else None
        reached: list[str] = []
        for focus in foci:
            if table is not None:
                values = table.get(focus, _NONE)
            else:
                values = walk(self._data, path, focus) if path else [focus]
            for check in checks:
                check(focus, values, out)
            if gathered:
                reached.extend(values)
        for batch in shape.batches:
            batch(foci, out)
        for each in shape.properties:
            self.validate(each, reached, out)

    def conforms(self, shape: Shape, node: str) -> bool:
        """Tell whether a node conforms to a shape."""
        key = (shape.node, node)
        if key not in self._held:
            self._held[key] = True
            out: Results = []
            self.validate(shape, [node], out)
            self._held[key] = not out
        return self._held[key]

    def shape(self, node: str) -> Shape:
        """Compile the shape at a node of the shapes graph, or give it as compiled before."""
        known = self._compiled.get(node)
        if known is None:
            known = self._compiled[node] = self._blank_shape(node)
            if not known.deactivated:
                self._fill(known)
        return known

    def _blank_shape(self, node: str) -> Shape:
        path: Path | None = None
        at = self._shapes.one(node, sh("path"))
        if at is not None:
            path = read_path(self._shapes, at)
        if path is None and (at is not None or f"<{SH}PropertyShape>" in self._shapes.objects(node, TYPE)):
            name, _ = self._shapes.named(node)
            raise ShapeMalformed(
                f"a property shape of {terms.iri_of(name)} has no sh:path that can be read",
                shape=name,
                fix="give it one path, see https://www.w3.org/TR/shacl/#property-paths",
            )
        return Shape(
            node=node,
            path=path,
            severity=self._shapes.one(node, sh("severity")) or VIOLATION,
            messages=tuple(self._shapes.objects(node, sh("message"))),
            deactivated=self._shapes.one(node, sh("deactivated")) == _TRUE,
        )

    def _fill(self, shape: Shape) -> None:
        scope, shapes = Scope(shape, self._data, self._shapes), self._shapes
        for parameter, factory in VALUE_CONSTRAINTS.items():
            shape.checks.extend(factory(scope, value) for value in shapes.objects(shape.node, parameter))
        for value in shapes.objects(shape.node, sh("node")):
            shape.checks.append(self._node(scope, value))
        for value in shapes.objects(shape.node, sh("not")):
            shape.checks.append(self._not(scope, value))
        for name in ("and", "or", "xone"):
            for value in shapes.objects(shape.node, sh(name)):
                shape.checks.append(self._combined(scope, name, value))
        for value in shapes.objects(shape.node, sh("qualifiedValueShape")):
            shape.checks.append(self._qualified(scope, value))
        if shapes.one(shape.node, sh("closed")) == _TRUE:
            shape.checks.append(self._closed(scope))
        for constraint in shapes.objects(shape.node, sh("sparql")):
            shape.batches.extend(sparql_batch(self._sparql, shape, constraint))
        for component in self._components:
            shape.batches.extend(component_batches(self._sparql, shape, component))
        shape.properties.extend(self.shape(each) for each in shapes.objects(shape.node, sh("property")))

    def _node(self, scope: Scope, value: str) -> Check:
        inner, shape, component = self.shape(value), scope.shape, sh("NodeConstraintComponent")

        def check(focus: str, values: Sequence[str], out: Results) -> None:
            for each in values:
                if not self.conforms(inner, each):
                    out.append(shape.result(focus, component, value=each, wanted=f"what the shape {value} asks for"))

        return check

    def _not(self, scope: Scope, value: str) -> Check:
        inner, shape, component = self.shape(value), scope.shape, sh("NotConstraintComponent")

        def check(focus: str, values: Sequence[str], out: Results) -> None:
            for each in values:
                if self.conforms(inner, each):
                    out.append(
                        shape.result(focus, component, value=each, wanted=f"not what the shape {value} asks for")
                    )

        return check

    def _combined(self, scope: Scope, name: str, head: str) -> Check:
        inner = [self.shape(each) for each in members(scope, name, head)]
        component = sh({"and": "And", "or": "Or", "xone": "Xone"}[name] + "ConstraintComponent")
        wanted = {"and": "all", "or": "at least one", "xone": "exactly one"}[name]
        wanted = f"what {wanted} of {len(inner)} shapes asks for"
        shape = scope.shape

        def holds(node: str) -> bool:
            count = sum(self.conforms(each, node) for each in inner)
            return count == len(inner) if name == "and" else count > 0 if name == "or" else count == 1

        def check(focus: str, values: Sequence[str], out: Results) -> None:
            for each in values:
                if not holds(each):
                    out.append(shape.result(focus, component, value=each, wanted=wanted))

        return check

    def _qualified(self, scope: Scope, value: str) -> Check:
        shape, shapes, inner = scope.shape, self._shapes, self.shape(value)
        least = [
            number_of(scope, "qualifiedMinCount", each) for each in shapes.objects(shape.node, sh("qualifiedMinCount"))
        ]
        most = [
            number_of(scope, "qualifiedMaxCount", each) for each in shapes.objects(shape.node, sh("qualifiedMaxCount"))
        ]
        siblings = [self.shape(each) for each in self._siblings(shape.node, value)]

        def check(focus: str, values: Sequence[str], out: Results) -> None:
            count = sum(
                self.conforms(inner, each) and not any(self.conforms(other, each) for other in siblings)
                for each in values
            )
            for limit in least:
                if count < limit:
                    name = sh("QualifiedMinCountConstraintComponent")
                    out.append(shape.result(focus, name, wanted=f"at least {limit} such values, and has {count}"))
            for limit in most:
                if count > limit:
                    name = sh("QualifiedMaxCountConstraintComponent")
                    out.append(shape.result(focus, name, wanted=f"at most {limit} such values, and has {count}"))

        return check

    def _siblings(self, node: str, own: str) -> Iterable[str]:
        if self._shapes.one(node, sh("qualifiedValueShapesDisjoint")) != _TRUE:
            return []
        found: dict[str, None] = {}
        for parent in self._shapes.to(sh("property")).get(node, []):
            for each in self._shapes.objects(parent, sh("property")):
                found.update(dict.fromkeys(self._shapes.objects(each, sh("qualifiedValueShape"))))
        found.pop(own, None)
        return found

    def _closed(self, scope: Scope) -> Check:
        shape, component, data = scope.shape, sh("ClosedConstraintComponent"), self._data
        paths = [self._shapes.one(each, sh("path")) for each in self._shapes.objects(shape.node, sh("property"))]
        allowed = {path for path in paths if path is not None and terms.is_iri(path)}
        for head in self._shapes.objects(shape.node, sh("ignoredProperties")):
            allowed.update(members(scope, "ignoredProperties", head))
        tables = [(each, data.of(each)) for each in data.predicates() if each not in allowed]

        def check(focus: str, values: Sequence[str], out: Results) -> None:
            for node in values:
                for predicate, table in tables:
                    for each in table.get(node, ()):
                        path = Predicate(predicate)
                        out.append(shape.result(focus, component, value=each, path=path, wanted=""))

        return check


def beyond(shapes: Graph) -> frozenset[str]:
    """Give the shapes that use what only the reference validator can do (SHACL Advanced Features, SHACL-JS).

    A shape that leads to such a shape goes with it, so that no part of it is judged twice. Where functions are
    declared, every query may call them.
    """
    parameters = [*BEYOND]
    if shapes.instances(sh("SPARQLFunction")):
        parameters += [sh("sparql"), *(name for each in read_components(shapes) for name, _ in each.required)]
    found: set[str] = set()
    pending = [node for parameter in parameters for node in shapes.of(parameter)]
    while pending:
        node = pending.pop()
        if node not in found:
            found.add(node)
            pending.extend(subject for subject, _ in shapes.above(node))
    return frozenset(found)
