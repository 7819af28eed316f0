"""The command `exportin map` as a person types it, on what people get wrong: a message, status 1, no quad."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

RULES = """@prefix rml: <http://w3id.org/rml/> .
@prefix rr: <http://www.w3.org/ns/r2rml#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix ex: <http://example.org/> .
<#lamps> rml:logicalSource [ rml:source "lamps.csv" ; rml:referenceFormulation rml:CSV ] ;
  rml:subjectMap [ rml:template "http://example.org/{id}" ] ;
  rml:predicateObjectMap [ rml:predicate ex:name ; rml:objectMap [ rml:reference "name" ] ] ;
  rml:predicateObjectMap [ rml:predicate ex:range ;
    rml:objectMap [ rml:reference "range" ; rml:datatype xsd:integer ] ] .
"""
ROWS = "id,name,range\na,Anna,18\nb,Bert,\n"


def _map(folder: Path, *options: object, memory: int = 1024) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "publisher", "map", folder / "lamps.rml.ttl", "--root", folder, *options]
    environment = os.environ | {"EXPORTIN_MAPPING_MEMORY_MB": str(memory)}
    return subprocess.run(
        [str(each) for each in command], capture_output=True, check=False, timeout=600, env=environment
    )


@pytest.fixture(name="lamps")
def _lamps(tmp_path: Path) -> Path:
    (tmp_path / "lamps.rml.ttl").write_text(RULES, encoding="utf-8")
    (tmp_path / "lamps.csv").write_text(ROWS, encoding="utf-8")
    return tmp_path


def test_a_mapping_that_can_be_run_gives_n_quads_and_status_0(lamps: Path) -> None:
    """The quads are on standard output, nothing is on standard error."""
    done = _map(lamps)

    assert (done.returncode, done.stderr) == (0, b"")
    assert sorted(done.stdout.decode().splitlines()) == [
        '<http://example.org/a> <http://example.org/name> "Anna" .',
        '<http://example.org/a> <http://example.org/range> "18"^^<http://www.w3.org/2001/XMLSchema#integer> .',
        '<http://example.org/b> <http://example.org/name> "Bert" .',
    ]


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("lamps.rml.ttl", "rml:subjectMap [", "rml:subjectMap", "lamps.rml.ttl:6"),  # not Turtle
        ("lamps.rml.ttl", "{id}", "{id", "without its partner"),
        ("lamps.rml.ttl", '"lamps.csv"', '"lamp.csv"', "did you mean 'lamps.csv'?"),
        ("lamps.rml.ttl", 'reference "name"', 'reference "nmae"', "did you mean 'name'?"),
        ("lamps.rml.ttl", 'template "http://example.org/{id}"', 'reference "name"', "no base is known"),
        ("lamps.csv", "Anna,18", "Anna,eighteen", "lamps.csv, line 2: the value 'eighteen' is no xsd:integer"),
        ("lamps.csv", "a,Anna,18", 'a,"Anna,18', "lamps.csv, line"),
        ("lamps.csv", "a,Anna,18", "a,Anna,18,19", "lamps.csv, line 2"),
        ("lamps.csv", "b,Bert,", "b", "lamps.csv, line 3 cannot be read: it has not 3 cells"),
        ("lamps.csv", ROWS, "", "lamps.csv is empty"),
        ("lamps.csv", ROWS, "id,name,name,range\na,Anna,Ann,18\n", "more than one column 'name'"),
        ("lamps.rml.ttl", 'rml:source "lamps.csv"', 'rml:query "SELECT 1 FROM lamps"', "the query cannot be read"),
        ("lamps.rml.ttl", 'rml:source "lamps.csv" ; rml:reference', "rr:tableName 'lamps' ; ex:a", "--database"),
        ("lamps.rml.ttl", "rml:CSV", "rml:XPath", "the reference formulation XPath is not supported"),
    ],
)
def test_what_cannot_be_run_is_a_message_and_no_quad(lamps: Path, file: str, old: str, new: str, told: str) -> None:
    """Whatever is wrong, there is a message with the next step, status 1, and nothing on standard output."""
    text = (lamps / file).read_text(encoding="utf-8")
    assert old in text
    (lamps / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    done = _map(lamps)

    assert (done.returncode, done.stdout) == (1, b"")
    assert told in done.stderr.decode()
    assert "next: " in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_an_iri_with_illegal_characters_is_named(lamps: Path) -> None:
    """A value with angle brackets or blanks is no IRI: the value is told, and nothing is written."""
    rules = RULES.replace('rml:template "http://example.org/{id}"', 'rml:reference "name"')
    (lamps / "lamps.rml.ttl").write_text(rules, encoding="utf-8")
    (lamps / "lamps.csv").write_text("id,name,range\na,http://example.org/<a b>,1\n", encoding="utf-8")

    done = _map(lamps)

    assert (done.returncode, done.stdout) == (1, b"")
    assert "lamps.csv, line 2: the value 'http://example.org/<a b>' cannot stand in an IRI" in done.stderr.decode()


@pytest.mark.parametrize(
    ("text", "line"), [('[{"id": "a"},\n {"id" "b"}]', 2), ('[{"id": "a"},\n {"id": "b"}\n', 3), ('[\n{"id": "a"]', 2)]
)
def test_a_broken_line_of_json_is_named(lamps: Path, text: str, line: int) -> None:
    """A file that is not JSON fails with the line on which it stops to be."""
    rules = RULES.replace("lamps.csv", "lamps.json").replace("rml:CSV", 'rml:JSONPath ; rml:iterator "$[*]"')
    (lamps / "lamps.rml.ttl").write_text(rules, encoding="utf-8")
    (lamps / "lamps.json").write_text(text, encoding="utf-8")

    done = _map(lamps)

    assert (done.returncode, done.stdout) == (1, b"")
    assert f"lamps.json, line {line} cannot be read: this is not valid JSON" in done.stderr.decode()


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "cp1252"])
def test_a_wrong_encoding_is_named(lamps: Path, encoding: str) -> None:
    """A table that is not UTF-8 is told with its name, never as wrong letters."""
    (lamps / "lamps.csv").write_bytes("id,name,range\na,Zoë lamp,1\n".encode(encoding, errors="replace"))

    done = _map(lamps)

    assert (done.returncode, done.stdout) == (1, b"")
    assert "lamps.csv" in done.stderr.decode()
    assert "it is not UTF-8" in done.stderr.decode()
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--database", "lamps.csv", "is neither a DuckDB nor a SQLite database"),
        ("--root", "nowhere", "the folder nowhere does not exist"),
        ("--base", "no base", "the base 'no base' is not an absolute IRI"),
    ],
)
def test_an_option_that_cannot_be_is_told(lamps: Path, option: str, value: str, told: str) -> None:
    """What an option names is looked at before anything is read."""
    done = _map(lamps, option, lamps / value if option == "--database" else value)

    assert (done.returncode, done.stdout) == (1, b"")
    assert told in done.stderr.decode()
    assert "next: " in done.stderr.decode()


def test_a_type_that_does_not_cast_in_a_query_is_told(lamps: Path) -> None:
    """A CAST that fails in a database is told with the triples map and the value."""
    with duckdb.connect(str(lamps / "lamps.duckdb")) as database:
        database.execute("CREATE TABLE lamps AS SELECT 'a' AS id, 'eighteen' AS name, '1' AS range")
    source = 'rr:logicalTable [ rr:sqlQuery "SELECT id, name, CAST(name AS INTEGER) AS range FROM lamps" ] ;'
    first, rest = RULES.split("<#lamps> ", maxsplit=1)[0], RULES.split("rml:CSV ] ;")[1]
    (lamps / "lamps.rml.ttl").write_text(f"{first}<#lamps> {source}{rest}", encoding="utf-8")

    done = _map(lamps, "--database", lamps / "lamps.duckdb")

    assert (done.returncode, done.stdout) == (1, b"")
    assert "triples map lamps" in done.stderr.decode()
    assert "eighteen" in done.stderr.decode()


@pytest.mark.parametrize(
    ("count", "broken"),
    [(900_000, 612_345), pytest.param(36_000_000, 27_654_321, marks=pytest.mark.soak)],
    ids=["fifty megabytes", "two gigabytes"],
)
def test_one_broken_line_of_a_big_table_is_named_by_its_number(lamps: Path, count: int, broken: int) -> None:
    """In a big table one broken line is found by its number, within the memory set, and no quad is written."""
    block = "abcdefgh,the name of a lamp that is of middling length,12\n" * 1_000
    line = block[: len(block) // 1_000]
    with (lamps / "lamps.csv").open("w", encoding="utf-8") as table:
        table.write("id,name,range\n")
        for rows in (broken - 2, count - broken):
            table.writelines(block for _ in range(rows // 1_000))
            table.write(line * (rows % 1_000) + ("x,one,1,cell too many\n" if rows == broken - 2 else ""))
    memory, before = 256, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024

    done = _map(lamps, memory=memory)

    assert (done.returncode, done.stdout) == (1, b"")
    assert f"lamps.csv, line {broken} cannot be read" in done.stderr.decode()
    # Python and its libraries are beside what DuckDB takes.
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024 < max(before + 1, memory + 300)


def test_a_database_that_is_not_there_is_told(lamps: Path) -> None:
    """A database file that does not exist is status 1 with its name."""
    done = _map(lamps, "--database", lamps / "no.duckdb")

    assert (done.returncode, done.stdout) == (1, b"")
    assert "no.duckdb does not exist" in done.stderr.decode()
