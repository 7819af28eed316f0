"""Expression maps and join sides: what triples maps and logical views both read."""

from typing import NoReturn, Protocol

from publisher.mapping.rml.graph import Graph, Node, folded
from publisher.mapping.rml.references import Malformed, parse_template
from publisher.mapping.rml.values import Constant, Expression, Reference, Template


class Fail(Protocol):
    """Raises MappingFailed for the triples map that is being read."""

    def __call__(self, message: str, fix: str | None = None, code: str = "mapping.invalid") -> NoReturn:
        """Say what is wrong and what to do next."""


def read_expression(graph: Graph, node: Node, role: str, fail: Fail) -> tuple[Expression, Node | None]:
    """Give the expression of an expression map, and the node of a constant; call ``fail`` where it is not one."""
    names = ("constant", "reference", "template")
    found = [(name, each) for name in names for each in graph.objects(node.value, name)]
    if not found and any(folded(each.value) == "BlankNode" for each in graph.objects(node.value, "termType")):
        return Template(()), None
    if len(found) != 1:
        said = ", ".join(name for name, _ in found) or "nothing"
        fail(f"the {role} map gives {said}", "give it exactly one of rml:constant, rml:reference and rml:template")
    name, value = found[0]
    if name == "constant":
        if value.kind == "blank":
            fail(f"the constant of the {role} map is a blank node", "name it with an IRI")
        return Constant(value.value, value.term), value
    if value.kind != "literal":
        fail(f"rml:{name} wants a text, not {value.value}")
    if name == "reference":
        return Reference(value.value), None
    try:
        return parse_template(value.value), None
    except Malformed as error:
        fail(str(error), "escape a brace that is meant as text: \\\\{", "mapping.template")


def read_side(graph: Graph, node: Node, side: str, fail: Fail) -> Expression:
    """Give one side of a join condition, ``child`` or ``parent``, as reference or expression map."""
    shorts, maps = graph.objects(node.value, side), graph.objects(node.value, f"{side}Map")
    if len(shorts) + len(maps) != 1:
        fail(f"a join condition has {len(shorts) + len(maps)} values for rml:{side}", f"give it one rml:{side}")
    return Reference(shorts[0].value) if shorts else read_expression(graph, maps[0], side, fail)[0]


def ordered(nodes: list[Node]) -> list[Node]:
    """Give distinct nodes in an order that does not depend on the run: blank nodes as written, others by value."""
    return sorted(set(nodes), key=lambda node: node.value) if len(nodes) > 1 else nodes
