"""Each quad is written once, whether rows, rules or documents make it twice, and whatever the values are."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher.mapping import Sources, plan_mappings, run_mappings
from publisher.mapping.run.engine import Engine
from tests.mapping.rules import PREFIXES, Rows, run

SUBJECTS = (
    'rml:template "http://example.org/{a}"',
    'rml:template "http://example.org/{a}{b}"',
    'rml:template "http://example.org/{a}-{b}"',
    'rml:template "http://example.org/{a}/{b}"',
    'rml:template "http://example.org/x/{a}"',
    'rml:template "{a}" ; rml:termType rml:BlankNode',
    'rml:reference "a" ; rml:termType rml:UnsafeIRI',
    "rml:constant ex:c",
)
PREDICATES = ("rml:predicate ex:p", "rml:predicate ex:q", 'rml:predicateMap [ rml:template "http://example.org/{b}" ]')
OBJECTS = (
    '[ rml:reference "b" ]',
    '[ rml:reference "b" ; rml:language "en" ]',
    '[ rml:reference "b" ; rml:datatype ex:t ]',
    '[ rml:template "http://example.org/{b}" ]',
    '[ rml:template "http://example.org/{b}" ; rml:termType rml:UnsafeIRI ]',
    '[ rml:template "{a}{b}" ; rml:termType rml:Literal ]',
    '[ rml:constant "p" ]',
    "[ rml:constant ex:c ]",
    "[ rml:parentTriplesMap <#m0> ]",
    '[ rml:parentTriplesMap <#m0> ; rml:joinCondition [ rml:child "a" ; rml:parent "b" ] ]',
)
GRAPHS = ("", "rml:graph ex:g ;", 'rml:graphMap [ rml:template "http://example.org/{b}" ] ;', "rml:class ex:p ;")
CELLS = st.sampled_from(["p", "q", "x", "pq", "p-q", "x/p", "é", None])
PAIRS = st.tuples(st.sampled_from(PREDICATES), st.sampled_from(OBJECTS))
MAPS = st.tuples(st.sampled_from(SUBJECTS), st.sampled_from(GRAPHS), st.lists(PAIRS, min_size=1, max_size=3))


def _rule(number: int, rule: tuple[str, str, list[tuple[str, str]]]) -> str:
    subject, graph, pairs = rule
    objects = " ".join(f"; rml:predicateObjectMap [ {predicate} ; rml:objectMap {made} ]" for predicate, made in pairs)
    source = f'rml:logicalSource [ rml:source "t{number % 2}.csv" ]'
    return f"<#m{number}> {source} ; rml:subjectMap [ {graph} {subject} ] {objects} ."


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(MAPS, min_size=1, max_size=3),
    st.lists(st.tuples(CELLS, CELLS), max_size=5),
    st.lists(st.tuples(CELLS, CELLS), max_size=5),
)
def test_what_is_written_is_what_the_whole_query_gives_once(
    tmp_path: Path,
    rules: list[tuple[str, str, list[tuple[str, str]]]],
    one: list[tuple[str | None, str | None]],
    two: list[tuple[str | None, str | None]],
) -> None:
    """The lines of a run are those of its triples maps, each once, for any rules and rows."""
    document = tmp_path / "mapping.rml.ttl"
    document.write_text(PREFIXES + "\n".join(_rule(*each) for each in enumerate(rules)), encoding="utf-8")
    tables = {"t0": Rows("t0", ("a", "b"), list(one)), "t1": Rows("t1", ("a", "b"), list(two))}
    sources, out = Sources(tables=tables), tmp_path / "out.nq"
    run_mappings([document], sources, out, base="http://example.org/", memory_mb=256)
    plans = plan_mappings([document], sources, base="http://example.org/")
    with Engine(sources, 256) as engine:
        made = [row[0] for plan in plans for row in engine.connection.execute(plan.sql()).fetchall()]

    assert sorted(out.read_text(encoding="utf-8").split("\n")[:-1]) == sorted(set(made))


def test_two_columns_that_run_together_make_one_subject(tmp_path: Path) -> None:
    """Rows that differ make the same subject where a template puts two columns side by side."""
    rules = """<#m> rml:logicalSource [ rml:source "t.csv" ] ;
      rml:subjectMap [ rml:template "http://example.org/{a}{b}" ; rml:class ex:C ] ."""
    assert len(run(tmp_path, rules, Rows("t", ("a", "b"), [("x", "yz"), ("xy", "z")]))) == 1


def test_a_row_without_a_subject_leaves_no_empty_line(tmp_path: Path) -> None:
    """A row that makes no quad leaves nothing, not an empty line either."""
    rules = """<#m> rml:logicalSource [ rml:source "t.csv" ] ;
      rml:subjectMap [ rml:template "http://example.org/{a}" ] ;
      rml:predicateObjectMap [ rml:predicate ex:p , ex:q ; rml:objectMap [ rml:reference "b" ] ] ."""
    assert len(run(tmp_path, rules, Rows("t", ("a", "b"), [("1", "x"), ("2", None), (None, "x")]))) == 2
    assert "\n\n" not in (tmp_path / "out.nq").read_text(encoding="utf-8")
