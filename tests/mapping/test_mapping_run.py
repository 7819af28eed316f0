"""The public calls of the mapping package: whole runs, failures for people, explanations, plans."""

import io
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest

from publisher.errors import MappingFailed
from publisher.mapping import Sources, explain, map_document, plan_mappings, run_mappings, show_sql
from publisher.rdf import quads

PREFIXES = """@prefix rml: <http://w3id.org/rml/> .
@prefix rr: <http://www.w3.org/ns/r2rml#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix ex: <http://example.org/> .
"""
NAMES = """<#names> a rml:TriplesMap ;
  rml:logicalSource [ rml:source "things.csv" ; rml:referenceFormulation rml:CSV ] ;
  rml:subjectMap [ rml:template "http://example.org/{id}" ] ;
  rml:predicateObjectMap [ rml:predicate ex:name ; rml:objectMap [ rml:reference "name" ] ] .
"""


@dataclass(frozen=True)
class Rows:
    """A table as the dataset gives it."""

    name: str
    columns: tuple[str, ...]
    rows: list[tuple[str | None, ...]] = field(default_factory=list)


def write(folder: Path, rules: str) -> Path:
    """Write a mapping document."""
    path = folder / "mapping.rml.ttl"
    path.write_text(PREFIXES + rules, encoding="utf-8")
    return path


def run(folder: Path, rules: str, *tables: Rows) -> list[str]:
    """Run a mapping document over tables and files and give its lines, sorted."""
    out = folder / "out.nq"
    sources = Sources(tables={table.name: table for table in tables}, root=folder)
    run_mappings([write(folder, rules)], sources, out, base="http://example.org/", memory_mb=256)
    return sorted(out.read_text(encoding="utf-8").splitlines())


def things(*rows: tuple[str | None, ...]) -> Rows:
    """Give a table of things with id and name."""
    return Rows("things", ("id", "name", "file", "line"), [(*row, "seeds/things.yaml", "7") for row in rows])


def test_a_row_becomes_a_line_and_null_becomes_none(tmp_path: Path) -> None:
    """A row makes its quads, and an empty cell makes no quad."""
    lines = run(tmp_path, NAMES, things(("a", "Anna"), ("b", None), (None, "Nobody")))
    assert lines == ['<http://example.org/a> <http://example.org/name> "Anna" .']


def test_equal_rows_make_one_line(tmp_path: Path) -> None:
    """A quad that two rows make is written once."""
    assert len(run(tmp_path, NAMES, things(("a", "Anna"), ("a", "Anna")))) == 1


@pytest.mark.parametrize("text", ['say "x"', "back\\slash", "tab\tline\nreturn\r", "\b\f\x01\x1f\x7f", "é 日 😀", ""])
def test_literals_are_escaped_as_the_rdf_package_escapes_them(tmp_path: Path, text: str) -> None:
    """The bytes of a mapped literal are those of the RDF package."""
    expected = f"<http://example.org/a> <http://example.org/name> {quads.literal(text)} ."
    assert run(tmp_path, NAMES, things(("a", text))) == [expected]


@pytest.mark.parametrize(
    ("value", "safe"),
    [
        ("plain-1._~", "plain-1._~"),
        ("a b/c?d#e", "a%20b%2Fc%3Fd%23e"),
        ("*+'(),;:@&=$!", "%2A%2B%27%28%29%2C%3B%3A%40%26%3D%24%21"),
        ("Zoë 日本", "Zoë%20日本"),
        ("a%20b", "a%2520b"),
        ("\ufffd\ue000", "%EF%BF%BD%EE%80%80"),
    ],
)
def test_templates_encode_all_but_unreserved_letters(tmp_path: Path, value: str, safe: str) -> None:
    """A template keeps letters of every script and percent-encodes the rest (R2RML section 7.3)."""
    lines = run(tmp_path, NAMES, things((value, "x")))
    assert lines == [f'<http://example.org/{safe}> <http://example.org/name> "x" .']


def test_graphs_languages_and_datatypes_may_come_from_the_row(tmp_path: Path) -> None:
    """Graph, language and datatype maps read the row, and language tags are written small."""
    rules = """<#all> rml:logicalSource [ rml:source "t.csv" ] ;
      rml:subjectMap [ rml:reference "s" ; rml:graphMap [ rml:template "http://example.org/g/{g}" ] ] ;
      rml:predicateObjectMap [ rml:predicate ex:p ;
        rml:objectMap [ rml:reference "text" ; rml:languageMap [ rml:reference "lang" ] ] ,
          [ rml:reference "value" ; rml:datatypeMap [ rml:reference "type" ] ] ] ."""
    xsd = "http://www.w3.org/2001/XMLSchema#"
    table = Rows(
        "t",
        ("s", "g", "text", "lang", "value", "type"),
        [
            ("http://example.org/a", "1", "hi", "en-GB", None, None),
            ("b", "2", None, None, "5", f"{xsd}integer"),
            ("c", "2", None, None, "5", f"{xsd}string"),
        ],
    )
    assert run(tmp_path, rules, table) == [
        '<http://example.org/a> <http://example.org/p> "hi"@en-gb <http://example.org/g/1> .',
        f'<http://example.org/b> <http://example.org/p> "5"^^<{xsd}integer> <http://example.org/g/2> .',
        '<http://example.org/c> <http://example.org/p> "5" <http://example.org/g/2> .',
    ]


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


def test_a_missing_column_names_mapping_line_and_near_miss(tmp_path: Path) -> None:
    """A reference to a column that is not there fails with the file, the line, the map and the nearest column."""
    rules = NAMES.replace('"name"', '"nmae"')
    with pytest.raises(MappingFailed, match=r"triples map names: the table things.csv has no column 'nmae'") as caught:
        run(tmp_path, rules, things(("a", "Anna")))
    assert caught.value.where is not None
    assert (caught.value.where.line, caught.value.reason) == (5, "mapping.column")
    assert "did you mean 'name'?" in (caught.value.fix or "")


def test_a_missing_file_names_the_files_there_are(tmp_path: Path) -> None:
    """A source that is not there fails with what is there."""
    (tmp_path / "thing.csv").write_text("id,name\n", encoding="utf-8")
    with pytest.raises(MappingFailed, match=r"the file 'things.csv' does not exist") as caught:
        run(tmp_path, NAMES)
    assert "did you mean 'thing.csv'?" in (caught.value.fix or "")


def test_a_value_that_is_no_iri_stops_the_run_and_leaves_no_file(tmp_path: Path) -> None:
    """A value with a blank where an IRI is wanted fails by its value, and nothing is written."""
    rules = NAMES.replace('rml:template "http://example.org/{id}"', 'rml:reference "id"')
    with pytest.raises(MappingFailed, match=r"the value 'two words' cannot stand in an IRI"):
        run(tmp_path, rules, things(("two words", "x")))
    assert not (tmp_path / "out.nq").exists()
    assert not (tmp_path / "out.nq.partial").exists()


def test_a_broken_line_of_a_file_is_named(tmp_path: Path) -> None:
    """A CSV line that cannot be read fails with its number."""
    (tmp_path / "things.csv").write_text('id,name\na,Anna\n"b,Bert\n', encoding="utf-8")
    with pytest.raises(MappingFailed, match=r"things.csv, line 3 cannot be read"):
        run(tmp_path, NAMES)


def test_lines_may_end_as_on_windows_and_begin_with_a_mark(tmp_path: Path) -> None:
    """A byte order mark and CRLF are no part of names and values."""
    (tmp_path / "things.csv").write_bytes("\ufeffid,name\r\na,Anna\r\n".encode())
    assert run(tmp_path, NAMES) == ['<http://example.org/a> <http://example.org/name> "Anna" .']


@pytest.mark.parametrize("bad", [b"\xff\xfeid", "id,name\nä,b\n".encode("latin-1")])
def test_a_wrong_encoding_is_a_failure_for_people(tmp_path: Path, bad: bytes) -> None:
    """A file that is not UTF-8 fails with its name."""
    (tmp_path / "things.csv").write_bytes(bad)
    with pytest.raises(MappingFailed, match=r"things.csv"):
        run(tmp_path, NAMES)


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        (
            "<#a> rml:subjectMap [ rml:template 'x{' ] ; rml:logicalSource [ rml:source 'a.csv' ] .",
            "without its partner",
        ),
        ("<#a> rml:subjectMap [ rml:template 'x' ] .", "0 logical sources"),
        (
            "<#a> rml:subjectMap [ rml:termType rml:No ; rml:constant ex:a ] ; rml:logicalSource [ rml:query 'a' ] .",
            "no term type",
        ),
        ("<#a> rml:subjectMap [ rml:gather 1 ] ; rml:logicalSource [ rml:source 'a.csv' ] .", "collections"),
        ("<#a> rml:subjectMap [ ", "not valid RDF"),
        ("", "there is no triples map"),
    ],
)
def test_a_mapping_that_is_not_valid_is_refused_with_its_reason(tmp_path: Path, rules: str, message: str) -> None:
    """What is wrong in a mapping document is said, with the document."""
    with pytest.raises(MappingFailed, match=message):
        run(tmp_path, rules)


def test_a_document_maps_by_itself_or_writes_nothing(tmp_path: Path) -> None:
    """A stand-alone run writes N-Quads to a stream, and not a byte where it fails."""
    (tmp_path / "things.csv").write_text("id,name\na,Anna\n", encoding="utf-8")
    out, nothing = io.BytesIO(), io.BytesIO()
    counts = map_document(write(tmp_path, NAMES), out, root=tmp_path, base=None, database=None)
    assert (counts.quads, out.getvalue()) == (1, b'<http://example.org/a> <http://example.org/name> "Anna" .\n')
    with pytest.raises(MappingFailed):
        map_document(write(tmp_path, NAMES.replace("id}", "no}")), nothing, root=tmp_path, base=None, database=None)
    assert nothing.getvalue() == b""


def test_an_explanation_leads_to_rule_file_and_line(tmp_path: Path) -> None:
    """A quad is explained by its triples map and the row that made it."""
    table = things(("a", "Anna"), ("b", "Bert"))
    sources = Sources(tables={"things": table})
    found = list(explain("http://example.org/a", [write(tmp_path, NAMES)], sources, base=None))
    assert [(each.triples_map, each.file, each.row) for each in found] == [("names", "seeds/things.yaml", "7")]


def test_a_triple_is_explained_with_or_without_its_graph(tmp_path: Path) -> None:
    """A triple is found in whatever graph it stands, as it is copied from a page or a dump, and no other is."""
    rules = NAMES.replace('{id}" ]', '{id}" ; rml:graph ex:g ]')
    sources, document = Sources(tables={"things": things(("a", "Anna"), ("b", "Bert"))}), write(tmp_path, rules)
    triple = '<http://example.org/a> <http://example.org/name> "Anna"'
    for wanted in (triple, f"{triple} .", f"{triple} <http://example.org/g> ."):
        found = list(explain(wanted, [document], sources, base=None))
        assert [(each.line, each.mapping) for each in found] == [
            (f"{triple} <http://example.org/g> .", f"{document}:5")
        ]


def test_a_plan_is_one_query_for_each_map_in_every_dialect(tmp_path: Path) -> None:
    """A plan shows its SQL for DuckDB and for Spark."""
    (plan,) = plan_mappings([write(tmp_path, NAMES)], Sources(tables={"things": things(("a", "b"))}), base=None)
    assert (plan.name, "UNNEST" in plan.sql("duckdb"), "RLIKE" in plan.sql("spark")) == ("names", False, True)


def test_parquet_and_typed_columns_get_natural_datatypes(tmp_path: Path) -> None:
    """Columns of a Parquet file have the datatypes of R2RML section 10.2, in canonical form."""
    duckdb.sql(
        "COPY (SELECT 7 AS i, 1.50::DECIMAL(5,2) AS d, -0.00125::DOUBLE AS f, true AS b, DATE '2026-11-20' AS t, "
        f"TIMESTAMP '2026-11-20 10:00:00' AS ts, 'x' AS s) TO '{tmp_path}/t.parquet' (FORMAT parquet)"
    )
    objects = " , ".join(f'[ rml:reference "{name}" ]' for name in ("i", "d", "f", "b", "t", "ts", "s"))
    rules = f"""<#t> rml:logicalSource [ rml:source "t.parquet" ] ; rml:subjectMap [ rml:constant ex:a ] ;
      rml:predicateObjectMap [ rml:predicate ex:p ; rml:objectMap {objects} ] ."""
    found = {line.split("> ", 2)[2].removesuffix(" .") for line in run(tmp_path, rules)}
    xsd = "http://www.w3.org/2001/XMLSchema#"
    assert found == {
        f'"7"^^<{xsd}integer>',
        f'"1.5"^^<{xsd}decimal>',
        f'"-1.25E-3"^^<{xsd}double>',
        f'"true"^^<{xsd}boolean>',
        f'"2026-11-20"^^<{xsd}date>',
        f'"2026-11-20T10:00:00"^^<{xsd}dateTime>',
        '"x"',
    }


def test_a_limit_holds_for_each_triples_map(tmp_path: Path) -> None:
    """A limit gives so many quads of each triples map, to look at a mapping before it is run in full."""
    (tmp_path / "things.csv").write_text("id,name\n" + "".join(f"{n},x\n" for n in range(50)), encoding="utf-8")
    other = NAMES.replace("#names", "#more").replace("ex:name", "ex:also")
    out = io.BytesIO()
    counts = map_document(write(tmp_path, NAMES + other), out, root=tmp_path, base=None, database=None, limit=3)
    assert (counts.quads, counts.triples_maps) == (6, 2)


def test_the_sql_of_a_document_names_its_rules(tmp_path: Path) -> None:
    """The shown SQL names triples map and line of each query, and DuckDB runs it as it is."""
    (tmp_path / "things.csv").write_text('id,name\na b,"say ""x"""\n', encoding="utf-8")
    shown = show_sql(write(tmp_path, NAMES), root=tmp_path, base=None, database=None)
    assert "-- names, " in shown
    assert "mapping.rml.ttl:5: things.csv\nSELECT" in shown
    with duckdb.connect() as connection:
        rows = connection.execute(shown).fetchall()
    assert rows == [(r'<http://example.org/a%20b> <http://example.org/name> "say \"x\"" .',)]


def test_sqlite_tables_keep_their_types(tmp_path: Path) -> None:
    """A SQLite file is read through Python's driver, its integers as integers."""
    path = tmp_path / "data.sqlite"
    with sqlite3.connect(path) as source:
        source.execute("CREATE TABLE things (id INTEGER, name TEXT)")
        source.execute("INSERT INTO things VALUES (7, 'seven')")
    rules = """<#t> rr:logicalTable [ rr:tableName "things" ] ;
      rr:subjectMap [ rr:template "http://example.org/{id}" ] ;
      rr:predicateObjectMap [ rr:predicate ex:id ; rr:objectMap [ rr:column "id" ] ] ."""
    out = io.BytesIO()
    map_document(write(tmp_path, rules), out, root=tmp_path, base=None, database=str(path))
    assert out.getvalue().decode() == (
        '<http://example.org/7> <http://example.org/id> "7"^^<http://www.w3.org/2001/XMLSchema#integer> .\n'
    )


def test_yaml_is_read_as_the_tree_it_is(tmp_path: Path) -> None:
    """A YAML file is a source of JSONPath, lists and all; a broken one fails with its line."""
    rules = """<#t> rml:logicalSource [ rml:source "t.yaml" ; rml:iterator "$.things[*]" ] ;
      rml:subjectMap [ rml:template "http://example.org/{$.id}" ] ;
      rml:predicateObjectMap [ rml:predicate ex:tag ; rml:objectMap [ rml:reference "$.tags[*]" ] ] ."""
    (tmp_path / "t.yaml").write_text("things:\n- {id: a, tags: [x, 2]}\n- {id: b, tags: []}\n", encoding="utf-8")
    assert run(tmp_path, rules) == [
        '<http://example.org/a> <http://example.org/tag> "2"^^<http://www.w3.org/2001/XMLSchema#integer> .',
        '<http://example.org/a> <http://example.org/tag> "x" .',
    ]
    (tmp_path / "t.yaml").write_text("things:\n- {id: a\n", encoding="utf-8")
    with pytest.raises(MappingFailed, match=r"t.yaml, line \d is not valid YAML"):
        run(tmp_path, rules)
