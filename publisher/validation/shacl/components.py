"""SPARQL-based constraint components: parameters of a dataset's own, checked by ASK or SELECT validators.

Implements SHACL section 6.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from publisher.rdf.names import SH, XSD
from publisher.validation import terms
from publisher.validation.graph import Graph
from publisher.validation.shacl.paths import walk
from publisher.validation.shacl.shape import Batch, Results, Shape
from publisher.validation.shacl.sparql import Sparql, add_row, fill, prepare

_TRUE = {f'"true"^^<{XSD}boolean>', f'"1"^^<{XSD}boolean>'}
_LOCAL = re.compile(r"([^#/:>]+)>?$")


@dataclass(frozen=True, slots=True)
class Component:
    """A constraint component: its parameters (predicate → name) and its validators by the kind of shape."""

    node: str
    required: tuple[tuple[str, str], ...]
    optional: tuple[tuple[str, str], ...]
    for_nodes: str | None
    for_properties: str | None


def read_components(shapes: Graph) -> list[Component]:
    """Read the constraint components that a shapes graph declares with SPARQL validators."""
    found = []
    for node in sorted(shapes.instances(f"<{SH}ConstraintComponent>")):
        parameters: dict[bool, list[tuple[str, str]]] = {True: [], False: []}
        for parameter in shapes.objects(node, f"<{SH}parameter>"):
            predicate = shapes.one(parameter, f"<{SH}path>")
            match = _LOCAL.search(predicate or "")
            if predicate and match:
                parameters[shapes.one(parameter, f"<{SH}optional>") in _TRUE].append((predicate, match[1]))
        general = shapes.one(node, f"<{SH}validator>")
        component = Component(
            node,
            tuple(sorted(parameters[False])),
            tuple(sorted(parameters[True])),
            shapes.one(node, f"<{SH}nodeValidator>") or general,
            shapes.one(node, f"<{SH}propertyValidator>") or general,
        )
        if component.required and (component.for_nodes or component.for_properties):
            found.append(component)
    return found


def component_batches(sparql: Sparql, shape: Shape, component: Component) -> Iterator[Batch]:
    """Give one batch for each set of parameters that a shape has of a component."""
    shapes = sparql.shapes
    values = [shapes.objects(shape.node, predicate) for predicate, _ in component.required]
    validator = component.for_nodes if shape.path is None else component.for_properties
    if validator is None or not all(values):
        return
    names = [name for _, name in component.required]
    extra = {
        name: shapes.objects(shape.node, predicate)[0]
        for predicate, name in component.optional
        if shapes.objects(shape.node, predicate)
    }
    for chosen in product(*values):
        yield _batch(sparql, shape, component, validator, {**dict(zip(names, chosen, strict=True)), **extra})


def _batch(sparql: Sparql, shape: Shape, component: Component, validator: str, parameters: Mapping[str, str]) -> Batch:
    shapes = sparql.shapes
    ask, select = shapes.one(validator, f"<{SH}ask>"), shapes.one(validator, f"<{SH}select>")
    templates = (*shapes.objects(validator, f"<{SH}message>"), *shapes.objects(component.node, f"<{SH}message>"))
    messages = tuple(fill(template, parameters) for template in templates)
    text = re.sub(r"^\s*ASK(\s+WHERE)?", "SELECT ?this ?value WHERE", terms.text_of(ask or select or '""'), flags=re.I)
    query = prepare(sparql, shape, validator, text, {**parameters, **({"value": "?value"} if ask else {})})
    if ask is None:

        def batch(foci: Sequence[str], out: Results) -> None:
            for row in sparql.select(query, foci, of=shape.node):
                add_row(shape, row, out, component=component.node, constraint=None, messages=messages)

        return batch

    def batch_of_values(foci: Sequence[str], out: Results) -> None:
        for focus in foci:
            for value in walk(sparql.data, shape.path, focus) if shape.path else [focus]:
                if not any(True for _ in sparql.rows(query, {"this": focus, "value": value}, of=shape.node)):
                    out.append(shape.result(focus, component.node, value=value, messages=messages))

    return batch_of_values
