"""Terms of quads made of rows: escapes, encodings, languages, datatypes."""

from pathlib import Path

import duckdb
import pytest

from publisher.errors import MappingFailed
from publisher.rdf import quads
from tests.mapping.rules import NAMES, Rows, run, things


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


def test_a_missing_column_names_mapping_line_and_near_miss(tmp_path: Path) -> None:
    """A reference to a column that is not there fails with the file, the line, the map and the nearest column."""
    rules = NAMES.replace('"name"', '"nmae"')
    with pytest.raises(MappingFailed, match=r"triples map names: the table things.csv has no column 'nmae'") as caught:
        run(tmp_path, rules, things(("a", "Anna")))
    assert caught.value.where is not None
    assert (caught.value.where.line, caught.value.reason) == (5, "mapping.column")
    assert "did you mean 'name'?" in (caught.value.fix or "")
