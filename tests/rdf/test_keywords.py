"""Bare words: a misspelt one is found, and no word of the grammar is taken for one."""

import pytest

from publisher.rdf.keywords import misspelt
from publisher.rdf.query import tokens


@pytest.mark.parametrize(
    ("query", "word", "meant"),
    [
        ("SELEC * {}", "SELEC", "SELECT"),
        ("SELECT * { ?s ?p ?o OPTONAL { ?s a ?c } }", "OPTONAL", "OPTIONAL"),
        ("SELECT * { ?s ?p ?o } LIMT 3", "LIMT", "LIMIT"),
        ("SELECT (CONT(*) AS ?n) {}", "CONT", "COUNT"),
        ("SELECT * { ?s label ?o }", "label", None),
    ],
)
def test_a_misspelt_word_is_found(query: str, word: str, meant: str | None) -> None:
    """The word itself is told, and the keyword that is near it."""
    found = misspelt(tokens(query))
    assert found is not None
    assert (found[0].text, found[1]) == (word, meant)


@pytest.mark.parametrize(
    "query",
    [
        "PREFIX e: <http://e/> SELECT DISTINCT ?s FROM e:g { ?s a e:C ; e:p true . FILTER(isIRI(?s) && !BOUND(?x)) }",
        "SELECT * { ?s ?p \"SELEC\", 'OPTONAL'@en } # LIMT",
        "ASK { <http://e/SELEC> <http://e/p> _:WHER . ?OPTONAL ?p ?o }",
    ],
)
def test_no_word_is_imagined(query: str) -> None:
    """Keywords in any case, names, texts, variables and remarks are not misspelt."""
    assert misspelt(tokens(query)) is None
