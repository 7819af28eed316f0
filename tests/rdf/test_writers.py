"""Whatever can be said in N-Quads is said by every writer, and read back by another parser, exactly."""

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import ReleaseError
from publisher.rdf.jsonld import jsonld
from publisher.rdf.prefixes import Prefixes
from publisher.rdf.quads import line, lines_of, literal
from publisher.rdf.rdfxml import rdfxml
from publisher.rdf.terms import Statement, split, text_of
from publisher.rdf.turtle import trig, turtle

_XSD = "http://www.w3.org/2001/XMLSchema#"
_PREFIXES = Prefixes(
    {
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "xsd": _XSD,
        "e": "http://e/",
        "t": "http://e/T_",
        "urn": "urn:",
    }
)
_local = st.lists(st.sampled_from([*"abZ09_-./?=&;,()é~:@!$'*+", "%20"]), max_size=8).map("".join)
_iri = st.sampled_from(["http://e/", "http://e/T_", "http://f/g#", "urn:x:"]).flatmap(
    lambda n: _local.map(lambda s: n + s)
)
_name = st.from_regex(r"[a-z][a-zA-Z0-9]{0,4}", fullmatch=True).map(lambda name: f"http://e/{name}")
_any = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12)
_xml = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=12)
_datatype = st.sampled_from([f"{_XSD}integer", f"{_XSD}decimal", f"{_XSD}boolean", f"{_XSD}date", "http://e/T_d", None])
_numbers = st.sampled_from(["5", "05", "+5", "5.0", ".5", "5.", "true", "false", "1", "TRUE", "5e0", ""])


def _literals(text: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    typed = st.tuples(st.one_of(text, _numbers), _datatype).map(lambda pair: literal(pair[0], datatype=pair[1]))
    return st.one_of(
        typed, st.tuples(text, st.sampled_from(["en", "en-gb"])).map(lambda p: literal(p[0], language=p[1]))
    )


def _lines(text: st.SearchStrategy[str], predicate: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    node = _iri.map(lambda iri: f"<{iri}>")
    kind = st.just("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    plain = st.tuples(node, predicate, st.one_of(node, _literals(text)))
    typed = st.tuples(node, kind, node)
    rows = st.one_of(plain, typed).map(lambda row: line(row[0], f"<{row[1]}>", row[2]))
    return st.lists(rows, max_size=12).map(lambda found: sorted(set(found)))


def _read(pieces: str, form: ox.RdfFormat) -> list[str]:
    return sorted(set(lines_of(ox.parse(pieces.encode(), format=form))))


@given(_lines(_any, _iri))
def test_turtle(lines: list[str]) -> None:
    """Turtle says every statement, once."""
    assert lines == _read("".join(turtle(lines, _PREFIXES)), ox.RdfFormat.TURTLE)


@given(_lines(_any, _iri))
def test_trig(lines: list[str]) -> None:
    """TriG says every statement in its graph."""
    graphs = {"": lines, "http://e/g": [f"{row[:-1]}<http://e/g> ." for row in lines]}
    wanted = sorted(row for rows in graphs.values() for row in rows)
    assert wanted == _read("".join(trig(graphs.items(), _PREFIXES)), ox.RdfFormat.TRIG)


@given(_lines(_any, _iri))
def test_json_ld(lines: list[str]) -> None:
    """JSON-LD says every statement, with the lexical forms kept."""
    assert lines == _read("".join(jsonld(lines, _PREFIXES)), ox.RdfFormat.JSON_LD)


@given(_lines(_xml, _name))
def test_rdf_xml(lines: list[str]) -> None:
    """RDF/XML says every statement that XML can hold."""
    assert lines == _read("".join(rdfxml(lines, _PREFIXES)), ox.RdfFormat.RDF_XML)


@given(_lines(_any, _iri))
def test_lines_are_taken_apart(lines: list[str]) -> None:
    """The terms of a line, joined, are the line; the text of a literal is what the parser finds."""
    for row in lines:
        statement = split(row)
        assert row == line(*statement[:3])
        assert split(f"{row[:-1]}<http://e/g> .") == Statement(*statement[:3], "<http://e/g>")
        if statement.object.startswith('"'):
            [quad] = ox.parse(row, format=ox.RdfFormat.N_QUADS)
            assert isinstance(quad.object, ox.Literal)
            assert text_of(statement.object)[:2] == (quad.object.value, quad.object.datatype.value)


def test_what_people_see() -> None:
    """Classes come first, short lists stay on a line, long ones do not, numbers and truth values are plain."""
    lines = sorted(
        [
            '<http://e/a> <http://e/n> "5"^^<http://www.w3.org/2001/XMLSchema#integer> .',
            "<http://e/a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://e/C> .",
            *(f"<http://e/a> <http://e/m> <http://long.example/{'x' * 40}/{i}> ." for i in range(2)),
        ]
    )
    rows = "".join(turtle(lines, Prefixes({"e": "http://e/"}))).split("\n")
    assert rows[2] == "e:a a e:C ;"
    assert rows[3] == "    e:m"
    assert rows[4].startswith("        <http://long.example/")
    assert rows[6] == "    e:n 5 ."


@pytest.mark.parametrize(
    "row",
    ['<http://e/a> <http://e/1> "x" .', '<http://e/a> <http://e/p> "\\u0001" .', '<http://e/a> <http://e/> "x" .'],
)
def test_what_xml_cannot_say(row: str) -> None:
    """A property without an XML name and a forbidden character are refused, not written wrongly."""
    with pytest.raises(ReleaseError) as caught:
        "".join(rdfxml([row], _PREFIXES))
    assert caught.value.reason == "release.not-xml"
