"""What a query says of itself, read from its tokens."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.rdf.prefixes import Prefixes
from publisher.rdf.query import Form, read, suggestion, tokens

KNOWN = Prefixes({"up": "http://purl.uniprot.org/core/", "GO": "http://e/GO_"})


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("select * {}", Form.SELECT),
        ("BASE <http://e/> PREFIX insert: <http://e/> ASK {}", Form.ASK),
        ("# SELECT\nCONSTRUCT WHERE {}", Form.CONSTRUCT),
        ("PREFIX a: <select> DESCRIBE a:b", Form.DESCRIBE),
        ("INSERT DATA {}", Form.UPDATE),
        ("WITH <g> DELETE {} WHERE {}", Form.UPDATE),
        ("PREFIX a: <b> LOAD <x>", Form.UPDATE),
        ("SELECT ('DELETE' AS ?x) {}", Form.SELECT),
        ("", Form.UNKNOWN),
        ("{}", Form.UNKNOWN),
    ],
)
def test_the_form(text: str, form: Form) -> None:
    """The form is the first keyword of a form, not a word in a comment, an IRI, a prefix or a string."""
    assert read(text).form == form


def test_the_dataset_has_its_prefixes_expanded() -> None:
    """FROM and FROM NAMED are IRIs, with prefixes and escapes resolved."""
    query = read("PREFIX e: <http://e/> SELECT * FROM <g\\u0041> FROM e:a\\-b FROM NAMED e: { ?from ?named 'FROM' }")
    assert query.default_graphs == ("gA", "http://e/a-b")
    assert query.named_graphs == ("http://e/",)


@pytest.mark.parametrize(
    "text",
    [
        "ASK { SERVICE <http://x/> {} }",
        "ASK{service silent<http://x/>{}}",
        "ASK { SERVICE # <http://y/>\n <http://x/> {} }",
        "ASK { FILTER(?a<?b) SERVICE <http://x/> {} }",
        "ASK { FILTER(?a<?b&&?c>?d) SERVICE <http://x/> {} }",
        "ASK { ?s ?p '''it's''' SERVICE <http://x/> {} }",
        'ASK { ?s ?p "\\"" SERVICE <http://x/> {} }',
        'ASK { ?s ?p """a"b""c""" SERVICE <http://x/> {} }',
        "ASK { ?s ?p 'unfinished\n SERVICE <http://x/> {} }",
        "ASK { ?s <a#b> ?o SERVICE <http://x/> {} }",
        "PREFIX x: <http://x/> ASK { SERVICE x: {} }",
        "ASK { SERVICE <http://\\u0078/> {} }",
    ],
)
def test_service_is_seen(text: str) -> None:
    """No string, comment or IRI hides a SERVICE clause, and its target is told."""
    assert [target.name for target in read(text).services] == ["http://x/"]
    assert read(text).volatile


@pytest.mark.parametrize(
    "text",
    [
        "ASK { ?s ?p 'SERVICE <http://x/>' }",
        "ASK { ?s ?p '''\n'SERVICE <http://x/>''' }",
        "ASK { } # SERVICE <http://x/>",
        "ASK { <SERVICE> ?service $SERVICE }",
        "PREFIX SERVICE: <http://x/> ASK { ?s SERVICE:SERVICE _:SERVICE }",
    ],
)
def test_service_is_not_imagined(text: str) -> None:
    """The word in a string, a comment, an IRI, a variable or a prefixed name is no clause."""
    assert read(text).services == ()


def test_a_variable_target_has_no_name() -> None:
    """SERVICE with a variable is told as a target without a name."""
    assert [target.name for target in read("ASK { SERVICE ?where {} }").services] == [None]


def test_undeclared_prefixes_have_their_place() -> None:
    """Each undeclared prefix is told once, with line and column; declared, blank and quoted names are not."""
    query = read('PREFIX a: <x>\nASK { a:b up:c _:d "up:e" ;\n :x up:y <z:z> }')
    assert [(missing.name, missing.at.line, missing.at.column) for missing in query.undeclared] == [
        ("up", 2, 11),
        ("", 3, 2),
    ]


@pytest.mark.parametrize(
    ("prefix", "words"),
    [
        ("up", "PREFIX up: <http://purl.uniprot.org/core/>"),
        ("go", "PREFIX go: <http://e/GO_>"),
        ("skos", "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>"),
        ("upp", "did you mean up:?"),
        ("nothing", "says what it stands for"),
    ],
)
def test_a_prefix_is_suggested(prefix: str, words: str) -> None:
    """The dataset's own prefixes come first, then the standards', then a near spelling."""
    assert words in suggestion(prefix, KNOWN)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT * {}", "SELECT * {} LIMIT 9"),
        ("SELECT * {} # end", "SELECT * {} LIMIT 9 # end"),
        ("SELECT * {} LIMIT 5", "SELECT * {} LIMIT 5"),
        ("SELECT * {} LIMIT 50 OFFSET 2", "SELECT * {} LIMIT 9 OFFSET 2"),
        ("SELECT * {} OFFSET 2", "SELECT * {} OFFSET 2 LIMIT 9"),
        ("SELECT * {} ORDER BY ?x", "SELECT * {} ORDER BY ?x LIMIT 9"),
        ("SELECT * {} VALUES ?x { 1 }", "SELECT * {} LIMIT 9 VALUES ?x { 1 }"),
        ("SELECT * {} LIMIT 50 VALUES ?x { 1 }", "SELECT * {} LIMIT 9 VALUES ?x { 1 }"),
        ("SELECT * { { SELECT * {} LIMIT 50 } }", "SELECT * { { SELECT * {} LIMIT 50 } } LIMIT 9"),
        ("SELECT * { VALUES ?x { 1 } }", "SELECT * { VALUES ?x { 1 } } LIMIT 9"),
    ],
)
def test_the_cap(text: str, expected: str) -> None:
    """The LIMIT goes behind the query's own modifiers, before VALUES, and only ever lowers."""
    assert read(text).capped(9) == expected


@pytest.mark.parametrize("nested", ["(" * 600, "{" * 600, "[(" * 300, "!" * 600, "- " * 600])
def test_depth_counts_brackets_and_signs(nested: str) -> None:
    """Brackets of any kind and chains of signs are nesting, and reading stops where it is too deep."""
    assert read("ASK { FILTER(" + nested).depth == 501


def test_brackets_in_strings_are_no_nesting() -> None:
    """What is quoted, and what is closed again, does not add up."""
    assert read("ASK { ?s ?p '" + "(" * 900 + "' }" + " {} () []" * 900).depth == 1


@pytest.mark.alone
@pytest.mark.parametrize(
    "text",
    ['"' * 200_000, "'''" + "''a" * 60_000, "<" * 200_000, "a." * 100_000, "a" * 200_000 + ":", "_:a" + "." * 99_999],
)
def test_reading_takes_linear_time(text: str) -> None:
    """A text made to be slow to read is read in a moment."""
    started = time.perf_counter()
    read(text)
    assert time.perf_counter() - started < 3.0


@given(st.text(alphabet="abS:?<>\"'\\#{}()|^&= \n.\u00e9-@_1", max_size=60))
def test_tokens_lose_nothing(text: str) -> None:
    """Every text is read; tokens follow one another and hold their own text."""
    last = 0
    for token in tokens(text):
        assert token.start >= last
        assert token.text == text[token.start : token.end]
        last = token.end
    read(text)
