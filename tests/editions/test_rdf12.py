"""RDF 1.2 Turtle: reifiers and annotations, and the way back to RDF 1.1."""

import pyoxigraph as ox

from publisher.editions import rdf12
from publisher.rdf import quads
from tests.editions.conftest import Built

REIFIES = "http://www.w3.org/1999/02/22-rdf-syntax-ns#reifies"


def _quads(made: Built) -> list[ox.Quad]:
    return list(ox.parse(path=str(made.path("rdf12.ttl.gz"))))


def test_the_way_back_gives_the_core_edition(each: Built) -> None:
    """Every statement of the graphs of facts and evidence comes back, and nothing that the release does not say."""
    lines = quads.lines_of(quads.read(each.path("rdf12.ttl.gz")))
    back = set(rdf12.statements_of(lines, each.release.roles))

    assert set() == each.core() - back
    assert set() == back - each.core() - each.core("imports", "ontology")


def test_each_fact_reifies_its_triple(each: Built) -> None:
    """There is one reifier for each fact, of the fact's subject, predicate and object."""
    expected = {row["iri"]: (row["subject"], row["predicate"], row["object"]) for row in each.rows("facts")}
    found = {
        quad.subject.value: tuple(
            term.value for term in (quad.object.subject, quad.object.predicate, quad.object.object)
        )
        for quad in _quads(each)
        if quad.predicate.value == REIFIES
    }

    assert expected == found


def test_a_triple_is_asserted_only_where_a_fact_may_stand_by_itself(each: Built) -> None:
    """The triple of a fact that is negated, doubtful or incomplete is no triple of the document by itself."""
    stated = {(q.subject.value, q.predicate.value, getattr(q.object, "value", "")) for q in _quads(each)}
    rows = list(each.rows("facts"))
    standing = {(row["subject"], row["predicate"], row["object"]) for row in rows if row["direct_object"]}
    elsewhere = {(row["entity"], row["property"], row["iri"]) for row in each.rows("entity_values")}
    doubtful = {(row["subject"], row["predicate"], row["object"]) for row in rows if not row["direct_object"]}

    assert standing <= stated
    assert set() == (doubtful - standing - elsewhere) & stated


def test_annotation_syntax_is_used_where_the_triple_stands(lights: Built) -> None:
    """A fact that stands is written as its triple, its name and an annotation; another as a reifier."""
    text = lights.path("rdf12.ttl.gz").read_text(encoding="utf-8")

    assert text.startswith('VERSION "1.2"\n')
    assert "lx:LX0000001 lv:designedBy lx:LX0000005 ~ lc:LC0000002 {|" in text
    assert "rdf:reifies <<( lx:LX0000001 lv:marks lx:LX0000006 )>>" in text
