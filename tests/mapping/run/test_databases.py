"""Database files as sources."""

import io
import sqlite3
from pathlib import Path

from publisher.mapping import map_document
from tests.mapping.rules import write


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
