"""The SHACL engine beyond the suite: literals as written, queries joined, the reference, single files."""

from pathlib import Path

import pytest

from publisher.errors import DatasetUnreadable, Where
from publisher.rdf.names import SH, XSD
from publisher.validation import terms, validate_file
from publisher.validation.graph import Graph, read_graph, split
from publisher.validation.shacl import sparql
from publisher.validation.shacl.reference import reference_results
from publisher.validation.shapes import validate_graphs, validate_shapes

PREFIXES = f"@prefix sh: <{SH}> .\n@prefix xsd: <{XSD}> .\n@prefix ex: <http://e/> .\n"
QUERY = '''
ex: sh:declare [ sh:prefix "ex" ; sh:namespace "http://e/"^^xsd:anyURI ] .
ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:sparql [ sh:prefixes ex: ; sh:message "{?value} is too much" ;
  sh:select """SELECT $this ?value
    WHERE { $this ex:p ?value FILTER (?value > 90) FILTER NOT EXISTS { $this ex:q true } }""" ] .
'''


def shapes_of(tmp_path: Path, text: str) -> Graph:
    """Give a shapes graph of Turtle without its prefixes."""
    path = tmp_path / "shapes.ttl"
    path.write_text(PREFIXES + text)
    return read_graph([path])


def numbers() -> Graph:
    """Give a hundred instances of ex:C with a number each, every third excused."""
    lines = []
    for number in range(100):
        lines.append(f"<http://e/{number}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://e/C> .")
        lines.append(f'<http://e/{number}> <http://e/p> "{number}"^^<{XSD}integer> .')
        if number % 3 == 0:
            lines.append(f'<http://e/{number}> <http://e/q> "true"^^<{XSD}boolean> .')
    return Graph(lines)


def test_many_focus_nodes_and_one_by_one_give_the_same(tmp_path, monkeypatch):
    """The query that joins all focus nodes finds what one query for each finds."""
    shapes = shapes_of(tmp_path, QUERY)
    joined = validate_graphs(numbers(), shapes).results
    monkeypatch.setattr(sparql, "_FEW", 1000)
    assert joined == validate_graphs(numbers(), shapes).results
    assert [terms.text_of(each.messages[0]) for each in joined] == [
        f"{number} is too much" for number in range(91, 100) if number % 3
    ]


def test_derived_integers_keep_their_datatype(tmp_path):
    """A literal is judged as written, which a store would have rewritten."""
    shapes = shapes_of(tmp_path, "ex:S sh:targetNode ex:i ; sh:property [ sh:path ex:p ; sh:datatype xsd:int ] .")
    data = Graph([f'<http://e/i> <http://e/p> "{value}"^^<{XSD}int> .' for value in ("01", "5000000000")])
    assert [each.value for each in validate_graphs(data, shapes).results] == [f'"5000000000"^^<{XSD}int>']


def test_the_union_of_all_graphs_is_judged(tmp_path):
    """A triple in two graphs counts once."""
    shapes = shapes_of(tmp_path, "ex:S sh:targetNode ex:i ; sh:property [ sh:path ex:p ; sh:maxCount 1 ] .")
    data = Graph(['<http://e/i> <http://e/p> "a" <http://e/g> .', '<http://e/i> <http://e/p> "a" <http://e/h> .'])
    assert validate_graphs(data, shapes).conforms


def test_a_shape_that_leads_back_to_itself_ends(tmp_path):
    """Recursive shapes hold while they are being asked."""
    shapes = shapes_of(
        tmp_path, "ex:S a sh:NodeShape ; sh:targetNode ex:a ; sh:property [ sh:path ex:p ; sh:node ex:S ] ."
    )
    data = Graph(["<http://e/a> <http://e/p> <http://e/b> .", "<http://e/b> <http://e/p> <http://e/a> ."])
    assert validate_graphs(data, shapes).conforms


def test_ours_and_the_reference_agree_on_a_damaged_dataset(workshop):
    """PySHACL finds the same results on the lighthouses with three things damaged."""
    types = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    vocab = "https://example.org/lights/vocab#"
    extra = [
        f"<https://example.org/lights/claim/x> {types} <{vocab}Claim> .",
        f"<https://example.org/lights/thing/y> {types} <{vocab}Lighthouse> .",
        f'<https://example.org/lights/thing/y> <{vocab}builtOf> "wood" .',
    ]
    quads, dataset = workshop.built(extra)
    shapes = sorted((dataset.root / "shapes").glob("*.ttl"))
    ours = validate_shapes(quads, shapes)
    with quads.open(encoding="utf-8") as lines:
        theirs = list(reference_results(Graph(lines), read_graph(shapes)))

    def keys(results):
        return sorted((each.focus, each.component, each.value or "", each.shape, each.severity) for each in results)

    assert len(ours.results) > 4
    assert keys(theirs) == keys(ours.results)


def test_one_file_against_one_shapes_file(tmp_path):
    """``exportin validate`` needs no dataset: data in any syntax, shapes, a format."""
    data, shapes = tmp_path / "data.ttl", tmp_path / "shapes.ttl"
    data.write_text(PREFIXES + "\nex:i ex:p 5 .\n")
    shapes.write_text(PREFIXES + "ex:S sh:targetNode ex:i ; sh:property [ sh:path ex:p ; sh:maxExclusive 5 ] .")
    report, text = validate_file(data, [shapes], "text")
    assert not report.conforms
    assert [each.code for each in report.findings] == ["shape.max-exclusive"]
    assert "the value 5 of ex:p should be a value < 5" in text
    assert report.findings[0].where == Where(str(data), 5, 11)


def test_the_line_of_a_property_is_found_in_turtle(tmp_path):
    """A value on a line of its own is found there, not at its subject."""
    data, shapes = tmp_path / "data.ttl", tmp_path / "shapes.ttl"
    data.write_text(PREFIXES + 'ex:i a ex:C ;\n  ex:q "ex:p is not here" ;\n  ex:p "x" .\n')
    shapes.write_text(PREFIXES + "ex:S sh:targetClass ex:C ; sh:property [ sh:path ex:p ; sh:nodeKind sh:IRI ] .")
    report, text = validate_file(data, [shapes], "text")
    assert [each.where for each in report.findings] == [Where(str(data), 6, 9)]
    assert '6 |   ex:p "x" .' in text


def test_a_node_without_a_name_has_the_place_of_the_one_it_hangs_on(tmp_path):
    """What is wrong inside brackets is found at the line of the brackets, and its shape by the shape with a name."""
    data, shapes = tmp_path / "data.ttl", tmp_path / "shapes.ttl"
    data.write_text(PREFIXES + 'ex:i a ex:C ;\n  ex:q [ ex:p "x" ] .\n')
    shapes.write_text(PREFIXES + "\nex:S sh:targetObjectsOf ex:q ; sh:property [ sh:path ex:p ; sh:nodeKind sh:IRI ] .")
    (finding,) = validate_file(data, [shapes], "text")[0].findings
    assert finding.where == Where(str(data), 5, 16)
    assert f"({shapes}:5:1)" in (finding.fix or "")


BEYOND = """
ex: sh:declare [ sh:prefix "ex" ; sh:namespace "http://e/"^^xsd:anyURI ] .
ex:twice a sh:SPARQLFunction ; sh:parameter [ sh:path ex:op ; sh:datatype xsd:integer ] ; sh:returnType xsd:integer ;
  sh:select "SELECT ($op * 2 AS ?result) WHERE {}" .
ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:sparql [ sh:prefixes ex: ; sh:message "too much" ;
  sh:select "SELECT $this ?value WHERE { $this ex:p ?value FILTER (ex:twice(?value) > 90) }" ] .
ex:T a sh:NodeShape ; sh:targetClass ex:C ;
  sh:property [ sh:path ex:p ; sh:maxCount 1 ] , [ sh:path ex:q ; sh:minCount 1 ; sh:expression [ sh:path ex:r ] ] .
ex:U a sh:NodeShape ; sh:targetClass ex:C ; sh:property [ sh:path ex:s ; sh:minCount 1 ] .
"""


def test_what_does_not_compile_is_judged_by_the_reference_alone_and_whole(tmp_path):
    """A function in a query, and a shape with a part beyond SHACL Core, go to pySHACL; no result is given twice."""
    data, shapes = tmp_path / "data.ttl", tmp_path / "shapes.ttl"
    data.write_text(PREFIXES + 'ex:i a ex:C ; ex:p 50 , 51 ; ex:d "2020-13-01"^^xsd:date .\n')
    shapes.write_text(PREFIXES + BEYOND)
    outcome = validate_graphs(read_graph([data]), read_graph([shapes]))
    assert outcome.by_reference == ("<http://e/S>", "<http://e/T>")
    found = sorted((each.component.rsplit("#", 1)[-1], each.value or "") for each in outcome.results)
    assert found == [
        ("MaxCountConstraintComponent>", ""),
        ("MinCountConstraintComponent>", ""),
        ("MinCountConstraintComponent>", ""),
        ("SPARQLConstraintComponent>", f'"50"^^<{XSD}integer>'),
        ("SPARQLConstraintComponent>", f'"51"^^<{XSD}integer>'),
    ]


@pytest.mark.parametrize(
    "shape",
    [
        'sh:targetClass ex:Nothing ; sh:property [ sh:path ex:p ; sh:minCount "one" ]',
        'sh:targetClass ex:Nothing ; sh:sparql [ sh:select "SELEC $this WHERE { $this ?p ?o }" ]',
    ],
)
def test_a_shape_that_nobody_could_ask_is_malformed_without_data(tmp_path, shape):
    """A malformed shape is an error at its line also where no node is in its focus."""
    data, shapes = tmp_path / "data.ttl", tmp_path / "shapes.ttl"
    data.write_text(PREFIXES + "ex:i a ex:C .\n")
    shapes.write_text(PREFIXES + f"ex:S a sh:NodeShape ; {shape} .\n")
    with pytest.raises(DatasetUnreadable, match="http://e/S") as caught:
        validate_file(data, [shapes], "text")
    assert caught.value.where == Where(str(shapes), 4, 1)


def test_data_that_cannot_be_read_is_an_error_with_its_line(tmp_path):
    """A syntax error in the data is told with its line."""
    data = tmp_path / "data.ttl"
    data.write_text("<a> <b> .\n")
    with pytest.raises(DatasetUnreadable, match="not valid RDF"):
        validate_file(data, [data], "text")


@pytest.mark.parametrize(
    ("left", "right", "order"),
    [
        (f'"1"^^<{XSD}integer>', f'"1.0"^^<{XSD}decimal>', 0),
        (f'"2"^^<{XSD}byte>', f'"1e1"^^<{XSD}double>', -1),
        (f'"NaN"^^<{XSD}double>', f'"1"^^<{XSD}double>', None),
        ('"b"', '"a"', 1),
        ('"a"@en', '"a"', None),
        (f'"2020-02-30"^^<{XSD}date>', f'"2020-03-01"^^<{XSD}date>', None),
        (f'"2020-02-28Z"^^<{XSD}date>', f'"2020-03-01"^^<{XSD}date>', -1),
        (f'"2020-01-01T24:00:00Z"^^<{XSD}dateTime>', f'"2020-01-02T00:00:00Z"^^<{XSD}dateTime>', 0),
        ("<http://e/a>", '"a"', None),
    ],
)
def test_values_compare_as_in_sparql(left, right, order):
    """Literals are compared by value, and what cannot be compared gives nothing."""
    assert terms.compare(left, right) == order


def test_a_line_is_taken_to_pieces():
    """Quotes, spaces and dots inside a literal do not end it."""
    line = '_:a <http://e/p> "say \\"x .\\" <y>"^^<http://e/t> <http://e/g> .'
    assert split(line) == ("_:a", "<http://e/p>", '"say \\"x .\\" <y>"^^<http://e/t>')
