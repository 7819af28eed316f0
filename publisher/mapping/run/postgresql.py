"""PostgreSQL behind a mapping: each table or query is copied in bulk to a file that the engine reads as typed rows.

Queries run on the server, in its own dialect and in one read-only transaction, so that all sources are of one moment.
It writes nothing there, and never shows a password.
"""

import importlib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from publisher.errors import MappingFailed, UsageError, Where
from publisher.mapping.plan.quoting import identifier, literal

SCHEMES = ("postgresql", "postgres")
_WAIT_SECONDS = 10
_KINDS = {
    "bool": "BOOLEAN",
    "int2": "SMALLINT",
    "int4": "INTEGER",
    "int8": "BIGINT",
    "float4": "FLOAT",
    "float8": "DOUBLE",
    "date": "DATE",
    "time": "TIME",
    "timestamp": "TIMESTAMP",
    "timestamptz": "TIMESTAMPTZ",
    "uuid": "UUID",
    "bytea": "BLOB",
}
_DIGITS = 38


class Server:
    """One connection to a PostgreSQL server, for the time of one run."""

    __slots__ = ("_connection", "_driver", "_folder", "_taken", "shown")

    def __init__(self, address: str, folder: Path):
        """Connect, and keep ``folder`` for the copies; raise MappingFailed where the server does not answer."""
        self._driver = _driver()
        self._folder = folder
        self._taken = 0
        self.shown = _without_password(address)
        try:
            self._connection: Any = self._driver.connect(address, connect_timeout=_WAIT_SECONDS)
            self._connection.read_only = True
            self._connection.isolation_level = self._driver.IsolationLevel.REPEATABLE_READ
        except self._driver.Error as error:
            raise MappingFailed(
                f"cannot open the database {self.shown}: {_first(error)}",
                fix="check that the server runs, and the name, user and password of the address",
                code="mapping.source",
            ) from None

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def tables(self) -> list[str]:
        """Give the names of the tables and views that a query finds without naming a schema."""
        found = self._connection.execute(
            "SELECT c.relname FROM pg_class c WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')"
            " AND pg_table_is_visible(c.oid)"
            " AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)"
        )
        return [str(row[0]) for row in found.fetchall()]

    def rows(self, query: str, where: Where, map_name: str) -> str:
        """Copy what a query gives to a file, and give the DuckDB query that reads it.

        Raises MappingFailed with the server's reason where the query cannot be run, or gives a name twice.
        """
        try:
            columns = self._columns(query)
            path = self._folder / f"postgresql-{self._taken}.csv"
            self._taken += 1
            # The query is the mapping's own text, which it may run as it could run any other.
            with (
                self._connection.cursor().copy(f"COPY ({query}) TO STDOUT (FORMAT csv)") as copied,
                path.open("wb") as out,
            ):
                for block in copied:
                    out.write(block)
        except self._driver.Error as error:
            raise MappingFailed(
                f"triples map {map_name}: PostgreSQL cannot run its source: {_first(error)}",
                where=where,
                fix="mend the table name or the query; names in double quotes keep their case",
                code="mapping.source",
            ) from None
        names = [name for name, _ in columns]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise MappingFailed(
                f"triples map {map_name}: the query gives two columns named {twice[0]!r}",
                where=where,
                fix="give each column a name of its own with AS",
                code="mapping.source",
            )
        return _reading(path, columns)

    def _columns(self, query: str) -> list[tuple[str, str]]:
        """Give each column's name and type, those of a table row and not of a value."""
        cursor = self._connection.execute(f"SELECT * FROM ({query}) AS source LIMIT 0")
        types = self._driver.adapters.types
        columns = []
        for each in cursor.description:
            known = types.get(each.type_code)
            kind = known.name if known is not None else ""
            columns.append(
                (each.name, self._decimal(query, each) if kind == "numeric" else _KINDS.get(kind, "VARCHAR"))
            )
        return columns

    def _decimal(self, query: str, column: Any) -> str:
        """Give a decimal type that loses no digit: as declared, else as wide as the widest value."""
        if column.precision and column.scale is not None and column.precision <= _DIGITS:
            return f"DECIMAL({column.precision}, {column.scale})"
        name = identifier(column.name)
        widest = f"coalesce(max(scale({name})), 0), coalesce(max(length(trunc(abs({name}))::text)), 1)"
        row = self._connection.execute(f"SELECT {widest} FROM ({query}) AS source").fetchone() or (0, 1)
        scale, whole = int(row[0]), int(row[1])
        return f"DECIMAL({scale + whole}, {scale})" if scale + whole <= _DIGITS else "DOUBLE"


def _reading(path: Path, columns: list[tuple[str, str]]) -> str:
    read = {name: "VARCHAR" if kind == "BLOB" else kind for name, kind in columns}
    listed = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in read.items())
    bytes_ = [name for name, kind in columns if kind == "BLOB"]
    replaced = ", ".join(f"from_hex(substr({identifier(name)}, 3)) AS {identifier(name)}" for name in bytes_)
    chosen = f"* REPLACE ({replaced})" if bytes_ else "*"
    return (
        f"SELECT {chosen} FROM read_csv({literal(str(path))}, header = false, auto_detect = false, delim = ',', "
        f"quote = '\"', escape = '\"', nullstr = '', allow_quoted_nulls = false, columns = {{{listed}}})"
    )


def _driver() -> Any:
    try:
        return importlib.import_module("psycopg")
    except ImportError:
        raise UsageError("psycopg is not installed", fix="pip install 'exportin[postgresql]'") from None


def _without_password(address: str) -> str:
    parts = urlsplit(address)
    name = parts.path or ""
    return f"{parts.scheme}://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{name}"


def _first(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
