"""Database files behind a mapping: DuckDB files attached, SQLite read through Python's driver."""

import sqlite3
from pathlib import Path

import duckdb

from publisher.errors import MappingFailed
from publisher.mapping.plan.quoting import identifier, literal

_SQLITE = b"SQLite format 3\x00"
_DUCKDB = b"DUCK"


def attach(connection: duckdb.DuckDBPyConnection, database: str) -> None:
    """Make the tables of a database known under their own names; raise MappingFailed where it cannot be read."""
    scheme, _, rest = database.partition("://")
    path = Path(
        rest.removeprefix("/") if scheme in ("duckdb", "sqlite") and rest.startswith("//") else rest or database
    )
    if not path.is_file():
        raise MappingFailed(
            f"the database {database} does not exist", fix="name a DuckDB or SQLite file, or a postgresql:// address"
        )
    with path.open("rb") as file:
        head = file.read(16)
    is_sqlite = head == _SQLITE
    if not is_sqlite and head[8:12] != _DUCKDB:
        raise MappingFailed(
            f"{database} is neither a DuckDB nor a SQLite database",
            fix="name such a file; a table in a file of its own is named by the mapping, with rml:source",
        )
    try:
        if is_sqlite:
            _copy_sqlite(connection, path)
        else:
            connection.execute(f"ATTACH {literal(str(path))} AS mapped_database (READ_ONLY)")
            connection.execute("USE mapped_database")
    except (duckdb.Error, sqlite3.Error) as error:
        raise MappingFailed(
            f"cannot open the database {database}: {error}", fix="name a DuckDB or SQLite file"
        ) from None


def _copy_sqlite(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    source = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        tables = source.execute(
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'"
        )
        for (name,) in tables.fetchall():
            columns = source.execute(f"PRAGMA table_info({identifier(name)})").fetchall()
            declared = ", ".join(f"{identifier(column[1])} {_duckdb_type(column[2])}" for column in columns)
            connection.execute(f"CREATE TABLE {identifier(name)} ({declared})")
            rows = source.execute(f"SELECT * FROM {identifier(name)}").fetchall()
            if rows:
                places = ", ".join("?" for _ in columns)
                connection.executemany(f"INSERT INTO {identifier(name)} VALUES ({places})", rows)
    finally:
        source.close()


def _duckdb_type(declared: str) -> str:
    name = declared.upper()
    if "INT" in name:
        return "BIGINT"
    for part, kind in (
        ("CHAR", "VARCHAR"),
        ("CLOB", "VARCHAR"),
        ("TEXT", "VARCHAR"),
        ("BLOB", "BLOB"),
        ("BINARY", "BLOB"),
    ):
        if part in name:
            return kind
    for kind in ("BOOLEAN", "DATE", "TIMESTAMP", "TIME"):
        if name.startswith(kind):
            return kind
    if any(part in name for part in ("REAL", "FLOA", "DOUB")):
        return "DOUBLE"
    return name if name.startswith(("DECIMAL", "NUMERIC")) else "VARCHAR"
