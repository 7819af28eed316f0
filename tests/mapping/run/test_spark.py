"""The Spark engine gives the lines that DuckDB gives."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from publisher.errors import MappingFailed
from publisher.mapping import Sources, run_mappings, run_on_spark

RULES = """@prefix rml: <http://w3id.org/rml/> . @prefix ex: <http://e/> .
<#m> rml:logicalSource [ rml:source "t.parquet" ] ;
  rml:subjectMap [ rml:template "http://e/{id}" ; rml:class ex:C ; rml:graphMap [ rml:template "http://e/g/{i}" ] ] ;
  rml:predicateObjectMap [ rml:predicate ex:p ; rml:objectMap [ rml:reference "name" ] , [ rml:reference "f" ] ,
    [ rml:reference "d" ] , [ rml:reference "i" ] , [ rml:reference "b" ] , [ rml:reference "dt" ] ,
    [ rml:reference "ts" ] , [ rml:reference "iri" ; rml:termType rml:IRI ] ,
    [ rml:reference "name" ; rml:languageMap [ rml:reference "lang" ] ] ,
    [ rml:template "n{id}" ; rml:termType rml:BlankNode ] , [ rml:template "http://e/{id}" ; rml:termType rml:URI ] ,
    [ rml:parentTriplesMap <#p> ; rml:joinCondition [ rml:child "i" ; rml:parent "n" ] ] ] .
<#p> rml:logicalSource [ rml:source "p.csv" ] ; rml:subjectMap [ rml:template "http://p/{n}" ; rml:class ex:P ] .
"""
ROWS = r"""
('a b/c', 'say "x"' || chr(10) || chr(9) || chr(8) || chr(12) || chr(1) || chr(127) || '\', 1.5::DOUBLE,
  1.50::DECIMAL(8, 2), 7, true, DATE '2026-11-20', TIMESTAMP '2026-11-20 10:00:00', 'http://e/x', 'en-GB'),
('Zoë *+~''()日本', 'é日😀', -0.00125, 100.00, -3, false,
  DATE '1999-01-01', TIMESTAMP '1999-01-01 00:00:01', 'r', 'de'),
('x%20' || chr(65533), NULL, 1e20, 0.25, 0, NULL, NULL, NULL, NULL, NULL)
"""


@pytest.mark.java
@pytest.mark.slow
@pytest.mark.usefixtures("pyspark")
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # the gateway to Java keeps its sockets to the end
def test_spark_and_duckdb_write_the_same_lines(tmp_path: Path) -> None:
    """Both engines write the same bytes for hard texts, typed columns, joins, graphs and blank nodes."""
    names = "id, name, f, d, i, b, dt, ts, iri, lang"
    duckdb.sql(f"COPY (SELECT * FROM (VALUES {ROWS}) AS t({names})) TO '{tmp_path}/t.parquet' (FORMAT parquet)")  # noqa: S608
    (tmp_path / "p.csv").write_text("n\n7\n8\n", encoding="utf-8")
    document = tmp_path / "mapping.rml.ttl"
    document.write_text(RULES, encoding="utf-8")
    sources, one, two = Sources(root=tmp_path), tmp_path / "duckdb.nq", tmp_path / "spark.nq"
    run_mappings([document], sources, one, base="http://base/", memory_mb=256)
    run_on_spark([document], sources, two, base="http://base/", memory_mb=256)
    assert sorted(one.read_bytes().splitlines()) == sorted(two.read_bytes().splitlines())


@pytest.mark.java
@pytest.mark.slow
@pytest.mark.usefixtures("pyspark")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("engine", [run_mappings, run_on_spark])
def test_both_engines_refuse_the_same_value_in_the_same_words(tmp_path: Path, engine: Callable[..., None]) -> None:
    """A number with a line break after it is no number, to Java's regular expressions either."""
    (tmp_path / "t.csv").write_text('id,n\na,1\nb,"7\n"\n', encoding="utf-8")
    document = tmp_path / "mapping.rml.ttl"
    document.write_text(
        """@prefix rml: <http://w3id.org/rml/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
        <#m> rml:logicalSource [ rml:source "t.csv" ] ; rml:subjectMap [ rml:template "http://e/{id}" ] ;
          rml:predicateObjectMap [ rml:predicate <http://e/n> ;
            rml:objectMap [ rml:reference "n" ; rml:datatype xsd:integer ] ] .""",
        encoding="utf-8",
    )

    with pytest.raises(
        MappingFailed, match=r"triples map m: t\.csv, line 4: the value '7' is no xsd:integer"
    ) as caught:
        engine([document], Sources(root=tmp_path), tmp_path / "out.nq", base=None, memory_mb=256)

    assert caught.value.reason == "mapping.datatype"
    assert not (tmp_path / "out.nq").exists()
