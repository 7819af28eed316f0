"""PostgreSQL as a source: types, decimals, bytes, empty texts, and what a person is told when it fails."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from publisher.errors import MappingFailed
from publisher.mapping import map_document

RULES = """@prefix rr: <http://www.w3.org/ns/r2rml#> . @prefix ex: <http://e/> .
<#t> rr:logicalTable [ rr:sqlQuery "SELECT * FROM kept ORDER BY id" ] ;
  rr:subjectMap [ rr:template "http://e/{id}" ] ;
  rr:predicateObjectMap [ rr:predicate ex:p ; rr:objectMap [ rr:column "exact" ] , [ rr:column "open" ] ,
    [ rr:column "bytes" ] , [ rr:column "moment" ] , [ rr:column "truth" ] , [ rr:column "text" ] ] .
"""
TABLE = """DROP TABLE IF EXISTS kept;
CREATE TABLE kept (id int, exact numeric(6, 2), open numeric, bytes bytea, moment timestamp, truth boolean, text text);
INSERT INTO kept VALUES (1, 12.50, 123456789012345678.000000001, '\\xCAFE', '2026-11-20 10:00:00', true, ''),
  (2, NULL, NULL, NULL, NULL, NULL, NULL), (3, 0, 7, NULL, NULL, false, 'say "x", and
on');
"""
XSD = "http://www.w3.org/2001/XMLSchema#"


@pytest.fixture(name="table")
def _table(postgresql: str) -> str:
    psycopg = pytest.importorskip("psycopg")
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute(TABLE)
    return postgresql


def _mapped(folder: Path, rules: str, address: str) -> set[str]:
    document, out = folder / "mapping.ttl", io.BytesIO()
    document.write_text(rules, encoding="utf-8")
    map_document(document, out, root=folder, base=None, database=address)
    return set(out.getvalue().decode().splitlines())


def test_values_keep_their_types_and_every_digit(table: str, tmp_path: Path) -> None:
    """A decimal without a declared scale loses no digit, an empty text is no NULL, and NULL makes no quad."""
    found = {line.removeprefix("<http://e/").removesuffix(" .") for line in _mapped(tmp_path, RULES, table)}

    assert found == {
        f'1> <http://e/p> "12.5"^^<{XSD}decimal>',
        f'1> <http://e/p> "123456789012345678.000000001"^^<{XSD}decimal>',
        f'1> <http://e/p> "CAFE"^^<{XSD}hexBinary>',
        f'1> <http://e/p> "2026-11-20T10:00:00"^^<{XSD}dateTime>',
        f'1> <http://e/p> "true"^^<{XSD}boolean>',
        '1> <http://e/p> ""',
        f'3> <http://e/p> "0"^^<{XSD}decimal>',
        f'3> <http://e/p> "7"^^<{XSD}decimal>',
        f'3> <http://e/p> "false"^^<{XSD}boolean>',
        '3> <http://e/p> "say \\"x\\", and\\non"',
    }


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("FROM kept", "FROM keept", 'relation "keept" does not exist'),
        ('rr:sqlQuery "SELECT * FROM kept ORDER BY id"', 'rr:tableName "keept"', "the table 'keept' does not exist"),
        ("SELECT *", "SELECT id, id", "two columns named 'id'"),
        ('rr:column "exact"', 'rr:column "exatc"', "has no column 'exatc'"),
    ],
)
def test_what_the_server_refuses_is_told_with_the_rule(
    table: str, tmp_path: Path, old: str, new: str, told: str
) -> None:
    """A table, column or query that is wrong fails by name, at the line of its triples map."""
    with pytest.raises(MappingFailed, match=told) as caught:
        _mapped(tmp_path, RULES.replace(old, new), table)
    assert caught.value.where is not None
    assert caught.value.where.line == 2


def test_a_source_cannot_write(table: str, tmp_path: Path) -> None:
    """The transaction is read-only: a query that changes the database is refused."""
    query = RULES.replace(
        "SELECT * FROM kept ORDER BY id", "WITH gone AS (DELETE FROM kept RETURNING *) SELECT * FROM gone"
    )
    with pytest.raises(MappingFailed, match="cannot run its source"):
        _mapped(tmp_path, query, table)


def test_a_server_that_does_not_answer_is_told_without_the_password(tmp_path: Path) -> None:
    """An address where nobody answers is a message and status 1, and the password is not in it."""
    pytest.importorskip("psycopg", reason="the extra exportin[postgresql] is not installed")
    (tmp_path / "mapping.ttl").write_text(RULES, encoding="utf-8")
    address = "postgresql://reader:secret@127.0.0.1:9/nothing"
    command = [sys.executable, "-m", "publisher", "map", str(tmp_path / "mapping.ttl"), "--database", address]

    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ})

    assert (done.returncode, done.stdout) == (1, "")
    assert "postgresql://127.0.0.1:9/nothing" in done.stderr
    assert "secret" not in done.stderr
    assert "Traceback" not in done.stderr
