import pyoxigraph as ox
import pytest

from publisher.validation.shacl.rewriting import with_constants

CHOICE = "?x a/rdfs:subClassOf* ?k . FILTER (?k IN (ex:A, <http://e/B>))"
HEAD = "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX ex: <http://e/> SELECT ?x "
DATA = """@prefix ex: <http://e/> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
ex:A1 rdfs:subClassOf ex:A . ex:a a ex:A1 . ex:b a ex:B . ex:c a ex:C ; a ex:A . ex:d a ex:C . ex:e ex:p ex:A .
"""


@pytest.mark.parametrize("word", ["EXISTS", "NOT EXISTS", "not exists"])
def test_a_choice_of_classes_gives_the_same_solutions(word):
    """The query with constants has the solutions of the query that was written."""
    store = ox.Store()
    store.load(DATA.encode(), format=ox.RdfFormat.TURTLE)
    query = f"{HEAD} {{ ?x a|ex:p ?any FILTER {word} {{ {CHOICE} }} }}"
    made = with_constants(query)

    assert made != query
    assert sorted(map(str, store.query(made))) == sorted(map(str, store.query(query)))


@pytest.mark.parametrize(
    "body",
    [
        "{ ?x a ?k FILTER EXISTS { ?x a ?k . FILTER (?k IN (ex:A, ex:B)) } }",  # the variable is bound outside
        "{ ?x a ?c FILTER EXISTS { ?x a ?k . FILTER (?k IN (ex:A, 7)) } }",  # a number is equal to other numbers
        "{ ?x a ?c FILTER EXISTS { ?x a ?k . FILTER (?k IN (ex:A, ?c)) } }",
        "{ ?x a ?c FILTER EXISTS { ?x a ?k . BIND (?k AS ?l) FILTER (?k IN (ex:A)) } }",
        "{ ?x a ?c FILTER EXISTS { ?x a ?k . FILTER (?k NOT IN (ex:A)) } }",
        "{ ?x a ?c FILTER EXISTS { ?x ex:p 'FILTER (?k IN (ex:A))' } }",
        "{ ?x a ?c FILTER EXISTS { ?x a ?c . FILTER (?k IN (ex:A)) } }",  # the variable is bound nowhere
        "{ ?x a ?k . FILTER (?k IN (ex:A, ex:B)) }",
    ],
)
def test_any_other_form_stays_as_it_is(body):
    """What is not surely the same is not touched."""
    assert with_constants(HEAD + body) == HEAD + body
