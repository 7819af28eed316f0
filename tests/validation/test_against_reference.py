"""Random graphs through our engine and through pySHACL: the same results, constraint by constraint."""

import random
from pathlib import Path

import pytest

from publisher.rdf.names import RDF, SH, XSD
from publisher.validation.graph import Graph, read_graph
from publisher.validation.shacl.reference import reference_results
from publisher.validation.shapes import validate_graphs

SHAPES = f'''
@prefix sh: <{SH}> .
@prefix xsd: <{XSD}> .
@prefix ex: <http://e/> .
ex: sh:declare [ sh:prefix "ex" ; sh:namespace "http://e/"^^xsd:anyURI ] .
ex:A a sh:NodeShape ; sh:targetClass ex:C ; sh:targetSubjectsOf ex:p ; sh:property
  [ sh:path ex:p ; sh:minCount 1 ; sh:maxCount 2 ; sh:nodeKind sh:IRIOrLiteral ; sh:class ex:D ] ,
  [ sh:path ex:q ; sh:datatype xsd:integer ; sh:minInclusive 2 ; sh:maxExclusive 7 ; sh:lessThan ex:r ] ,
  [ sh:path ( ex:p ex:q ) ; sh:maxCount 1 ; sh:in ( 1 2 3 4 ) ] ,
  [ sh:path [ sh:inversePath ex:p ] ; sh:minCount 1 ] ,
  [ sh:path [ sh:zeroOrMorePath ex:p ] ; sh:maxCount 3 ; sh:hasValue ex:n1 ] ,
  [ sh:path [ sh:alternativePath ( ex:q ex:r ) ] ; sh:minCount 2 ; sh:disjoint ex:s ] ,
  [ sh:path ex:s ; sh:uniqueLang true ; sh:languageIn ( "en" "de" ) ; sh:minLength 2 ; sh:pattern "^[a-m]" ;
    sh:equals ex:t ] ,
  [ sh:path ex:p ; sh:qualifiedValueShape [ sh:class ex:D ] ; sh:qualifiedMinCount 1 ; sh:qualifiedMaxCount 1 ] .
ex:B a sh:NodeShape ; sh:targetObjectsOf ex:p ; sh:severity sh:Warning ;
  sh:or ( [ sh:class ex:C ] [ sh:property [ sh:path ex:q ; sh:minCount 1 ] ] ) ;
  sh:xone ( [ sh:nodeKind sh:IRI ] [ sh:property [ sh:path ex:r ; sh:minCount 2 ] ] ) ;
  sh:not [ sh:property [ sh:path ex:s ; sh:minCount 2 ] ] ; sh:node ex:N .
ex:N a sh:NodeShape ; sh:and ( [ sh:property [ sh:path ex:r ; sh:maxCount 1 ] ] ) .
ex:K a sh:NodeShape ; sh:targetClass ex:D ; sh:closed true ; sh:ignoredProperties ( <{RDF}type> ex:p ex:q ) ;
  sh:property [ sh:path ex:r ] .
ex:Q a sh:NodeShape ; sh:targetClass ex:C ; sh:sparql [ sh:prefixes ex: ; sh:message "twice {{?value}}" ;
  sh:select """SELECT $this ?value
    WHERE {{ $this ex:q ?value . $this ex:r ?value FILTER NOT EXISTS {{ $this a ex:D }} }}""" ] .
'''
OBJECTS = {
    "p": [f"<http://e/n{number}>" for number in range(8)] + ["_:b1", "_:b2"],
    "q": [f'"{number}"^^<{XSD}integer>' for number in range(9)] + [f'"2.5"^^<{XSD}decimal>', '"x"'],
    "r": [f'"{number}"^^<{XSD}integer>' for number in range(9)] + [f'"4.0"^^<{XSD}decimal>', '"y"'],
    "s": ['"alpha"@en', '"beta"@en', '"Gamma"@de', '"z"@fr', '"plain"', "<http://e/n1>"],
    "t": ['"alpha"@en', '"plain"'],
}


def random_graph(seed: int) -> Graph:
    """Give a graph of some forty triples, the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - test data, no secret
    nodes = OBJECTS["p"]
    lines = [f"{chance.choice(nodes)} <{RDF}type> <http://e/{chance.choice('CD')}> ." for _ in range(8)]
    for _ in range(34):
        predicate = chance.choice("ppqqrst")
        lines.append(f"{chance.choice(nodes)} <http://e/{predicate}> {chance.choice(OBJECTS[predicate])} .")
    return Graph(lines)


@pytest.mark.parametrize("seed", range(8))
def test_random_graphs_give_the_same_results(seed: int, tmp_path: Path) -> None:
    """Focus, path, value, component, severity and source of every result are those of the reference."""
    path = tmp_path / "shapes.ttl"
    path.write_text(SHAPES)
    shapes, data = read_graph([path]), random_graph(seed)

    def keys(results):
        return sorted(
            (
                each.focus,
                each.path.turtle() if each.path else "",
                each.value or "",
                each.component,
                each.severity,
                each.shape,
            )
            for each in results
        )

    assert keys(reference_results(data, shapes)) == keys(validate_graphs(data, shapes).results)
