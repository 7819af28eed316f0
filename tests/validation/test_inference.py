"""What follows by rule: roll-up, types, and the consequences of bare triples."""

from publisher.rdf.names import OWL, RDF, RDFS
from publisher.validation import inferred
from publisher.validation.graph import Graph
from publisher.validation.reasoning.inference import consequences, rolled_up, types

P, Q, R = "<http://e/p>", "<http://e/q>", "<http://e/r>"
A, B, C = "<http://e/a>", "<http://e/b>", "<http://e/c>"
SUB = f"<{RDFS}subClassOf>"
TYPE = f"<{RDF}type>"


def graph(*triples: tuple[str, str, str]) -> Graph:
    """Give a graph of triples."""
    return Graph(f"{subject} {predicate} {object_} ." for subject, predicate, object_ in triples)


def test_roll_up_follows_every_property_and_ends_in_a_circle():
    """Ancestors along several properties are found once, and a circle does not lead back to the node."""
    data = graph((A, SUB, B), (B, P, C), (C, SUB, A))
    found = set(rolled_up(data, Q, (SUB, P)))
    assert found == {(x, Q, y) for x in (A, B, C) for y in (A, B, C) if x != y}


def test_types_reach_superclasses():
    """A thing has every class above its own."""
    assert set(types(graph((A, TYPE, B), (B, SUB, C), (C, SUB, f"<{OWL}Thing>")))) == {(A, TYPE, C)}


def test_bare_triples_have_super_properties_inverses_and_mirrors():
    """Each rule is applied to what the others give."""
    data = graph((P, f"<{RDFS}subPropertyOf>", Q), (Q, f"<{OWL}inverseOf>", R), (R, TYPE, f"<{OWL}SymmetricProperty>"))
    found = set(consequences(data, [(A, P, B)]))
    assert found == {(A, P, B), (A, Q, B), (B, R, A), (A, R, B), (B, Q, A)}


def test_a_guess_leaves_nothing_in_the_inferred_graph(workshop):
    """Only facts that stand as bare triples have consequences, and the lines are sorted."""
    quads, dataset = workshop.built()
    lines = [line for line in quads.read_text().splitlines() if line.endswith("graph/inferred> .")]
    assert lines == sorted(lines)
    assert not any("damagedBy" in line for line in lines)
    assert list(inferred(quads, dataset)) == []
