"""SHACL validation of a data graph against shapes graphs, with pySHACL for the few things that do not compile.

The data graph is the union of all graphs of the N-Quads. Implements SHACL Core and SHACL-SPARQL; SHACL Advanced
Features (SPARQL targets, expressions, rules) and SHACL-JS go to the reference validator, and the outcome says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from publisher.rdf.names import SH
from publisher.validation import terms
from publisher.validation.graph import TYPE, Graph, collector_paused, read_graph
from publisher.validation.shacl.compile import Compiler, beyond
from publisher.validation.shacl.shape import ShapeResult


@dataclass(frozen=True, slots=True)
class Outcome:
    """The results of all shapes in a fixed order, the shapes judged by pySHACL, and how many shapes were read."""

    results: tuple[ShapeResult, ...]
    by_reference: tuple[str, ...] = ()
    shapes: int = 0

    @property
    def conforms(self) -> bool:
        """Tell whether no shape gave a result (SHACL section 3.1)."""
        return not self.results


def validate_graphs(data: Graph, shapes: Graph) -> Outcome:
    """Validate a graph against a shapes graph; raise DatasetUnreadable where a shape is malformed."""
    compiler = Compiler(data, shapes)
    others = beyond(shapes) & set(compiler.shape_nodes())
    with collector_paused():
        results = compiler.run(without=others)
    if others:
        # pySHACL takes a fifth of a second to import, which only such shapes should cost
        from publisher.validation.shacl.reference import reference_results  # noqa: PLC0415

        results.extend(reference_results(data, shapes, only=others))
    return Outcome(
        tuple(sorted(results, key=_order)),
        tuple(sorted(filter(terms.is_iri, others)) or sorted(others)),
        len(compiler.shape_nodes()),
    )


def validate_shapes(data: Path, shapes: Sequence[Path]) -> Outcome:
    """Validate an N-Quads file of a build, in canonical form, against Turtle files of shapes."""
    with data.open(encoding="utf-8", newline="\n") as lines:
        graph = Graph(line for line in lines if not line.isspace())
    return validate_graphs(graph, read_graph(shapes))


def shapes_of_class(shapes: Graph) -> frozenset[str]:
    """Give the classes that a shapes graph has a target for."""
    implicit = [node for node in shapes.of(TYPE) if shapes.has(node, TYPE, f"<{SH}NodeShape>")]
    aimed = {terms.iri_of(each) for each in shapes.to(f"<{SH}targetClass>")}
    return frozenset(aimed | {terms.iri_of(each) for each in implicit})


def _order(result: ShapeResult) -> tuple[str, ...]:
    path = result.path.turtle() if result.path else ""
    value = result.value or ""
    return (result.focus, path, result.component, value, result.shape, result.constraint or "", *result.messages)
