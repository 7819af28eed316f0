"""The query of a triples map: rows, joins, and the SQL that is shown."""

import os
import subprocess
import sys
from pathlib import Path

import duckdb

from publisher.mapping import Sources, plan_mappings, show_sql
from tests.mapping.rules import NAMES, Rows, run, things, write


def test_a_row_becomes_a_line_and_null_becomes_none(tmp_path: Path) -> None:
    """A row makes its quads, and an empty cell makes no quad."""
    lines = run(tmp_path, NAMES, things(("a", "Anna"), ("b", None), (None, "Nobody")))
    assert lines == ['<http://example.org/a> <http://example.org/name> "Anna" .']


def test_equal_rows_make_one_line(tmp_path: Path) -> None:
    """A quad that two rows make is written once."""
    assert len(run(tmp_path, NAMES, things(("a", "Anna"), ("a", "Anna")))) == 1


def test_joins_pair_rows_by_their_values(tmp_path: Path) -> None:
    """A referencing object map pairs the rows whose values are equal, and no others."""
    rules = """<#child> rml:logicalSource [ rml:source "c.csv" ] ; rml:subjectMap [ rml:template "c/{id}" ] ;
      rml:predicateObjectMap [ rml:predicate ex:of ; rml:objectMap [ rml:parentTriplesMap <#parent> ;
        rml:joinCondition [ rml:child "k" ; rml:parent "id" ] ] ] .
    <#parent> rml:logicalSource [ rml:source "p.csv" ] ; rml:subjectMap [ rml:template "p/{id}" ; rml:class ex:P ] ."""
    lines = run(
        tmp_path, rules, Rows("c", ("id", "k"), [("1", "x"), ("2", "z"), ("3", None)]), Rows("p", ("id",), [("x",)])
    )
    assert "<http://example.org/c/1> <http://example.org/of> <http://example.org/p/x> ." in lines
    assert len(lines) == 2


def test_a_plan_is_one_query_for_each_map_in_every_dialect(tmp_path: Path) -> None:
    """A plan shows its SQL for DuckDB and for Spark."""
    (plan,) = plan_mappings([write(tmp_path, NAMES)], Sources(tables={"things": things(("a", "b"))}), base=None)
    assert (plan.name, "UNNEST" in plan.sql("duckdb"), "RLIKE" in plan.sql("spark")) == ("names", False, True)


def test_the_sql_of_a_document_names_its_rules(tmp_path: Path) -> None:
    """The shown SQL names triples map and line of each query, and DuckDB runs it as it is."""
    (tmp_path / "things.csv").write_text('id,name\na b,"say ""x"""\n', encoding="utf-8")
    shown = show_sql(write(tmp_path, NAMES), root=tmp_path, base=None, database=None)
    assert "-- names, " in shown
    assert "mapping.rml.ttl:5: things.csv\nSELECT" in shown
    with duckdb.connect() as connection:
        rows = connection.execute(shown).fetchall()
    assert rows == [(r'<http://example.org/a%20b> <http://example.org/name> "say \"x\"" .',)]


def test_the_sql_of_a_document_is_the_same_in_every_process(tmp_path: Path) -> None:
    """Terms, joins and columns stand in the order of the document, whatever seed the process hashes with."""
    (tmp_path / "c.csv").write_text("id,k,l,name,other,third\n1,x,y,a,b,c\n", encoding="utf-8")
    (tmp_path / "p.csv").write_text("id,m\nx,y\n", encoding="utf-8")
    mapping = write(
        tmp_path,
        """<#child> rml:logicalSource [ rml:source "c.csv" ] ; rml:subjectMap [ rml:template "http://e.example/{id}" ] ;
      rml:predicateObjectMap [ rml:predicate ex:of ; rml:objectMap [ rml:parentTriplesMap <#parent> ;
        rml:joinCondition [ rml:child "l" ; rml:parent "m" ], [ rml:child "k" ; rml:parent "id" ] ] ] ;
      rml:predicateObjectMap [ rml:predicate ex:p, ex:q ;
        rml:objectMap [ rml:reference "third" ], [ rml:reference "name" ], [ rml:reference "other" ] ] .
    <#parent> rml:logicalSource [ rml:source "p.csv" ] ; rml:subjectMap [ rml:template "http://e.example/{id}" ] .""",
    )
    command = [sys.executable, "-m", "publisher", "map", str(mapping), "--root", str(tmp_path), "--show-sql"]
    shown = {
        subprocess.run(
            command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    (text,) = shown
    columns = [text.index(f'QUOTED("c"."{name}")') for name in ("third", "name", "other")]
    assert sorted(columns) == columns
