"""Sorting and counting statements that need not fit in memory: the only place of a release that holds DuckDB.

Lines are sorted by their UTF-8 bytes, whatever the locale, and each is kept once. Little is sorted in memory; more is
sorted and counted on disk, within the memory that is given.
"""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from publisher.errors import ReleaseError, Where

SMALL = 32 << 20
_MEMORY_MB = 512
_LINES = "read_csv({sources}, columns={{'line': 'VARCHAR'}}, delim='\x01', quote='', escape='', header=false, {rest})"
_REST = (
    "auto_detect=false, max_line_size=4194304, buffer_size=16777216, new_line='\\n', null_padding=false, "
    "allow_quoted_nulls=false"
)
_PARTS = r"^(<[^>]*>|_:\S+) (<[^>]*>) (.*?) ?(<[^>]*>)? \.$"


def sort_lines(sources: Sequence[Path], out: Path, *, small: int | None = None, memory_mb: int = _MEMORY_MB) -> int:
    """Write the distinct lines of the sources to ``out`` in the order of their bytes and give how many there are."""
    filled = [source for source in sources if source.stat().st_size]
    if not filled or sum(source.stat().st_size for source in filled) <= (SMALL if small is None else small):
        return _sort_in_memory(filled, out)
    with _engine(out.with_name(out.name + ".spill"), memory_mb) as connection:
        select = f"SELECT DISTINCT line FROM {_reader(filled)} WHERE line IS NOT NULL ORDER BY line"  # noqa: S608 - quoted paths
        copy = f"COPY ({select}) TO {_quoted(out)} (FORMAT csv, HEADER false, DELIMITER '\x01', QUOTE '', ESCAPE '')"
        [(count,)] = connection.execute(copy).fetchall()
        return int(count)


class Statements:
    """The statements of a file as a table ``q`` of ``s``, ``p``, ``o``, ``g`` (terms as N-Quads writes them)."""

    __slots__ = ("_connection",)

    def __init__(self, connection: duckdb.DuckDBPyConnection):
        """Take an open connection that holds the table."""
        self._connection = connection

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Give the rows of a query over ``q``."""
        return self._connection.execute(sql, list(parameters)).fetchall()

    def table(self, name: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Add a small table of texts, such as the prefixes, to join with."""
        self._connection.execute(f"CREATE TABLE {name} ({', '.join(f'{column} VARCHAR' for column in columns)})")
        if rows:
            self._connection.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(columns))})", rows)  # noqa: S608 - our names

    def export(self, sql: str, out: Path) -> int:
        """Write the one column of a query as lines to a file and give how many there are."""
        copy = f"COPY ({sql}) TO {_quoted(out)} (FORMAT csv, HEADER false, DELIMITER '\x01', QUOTE '', ESCAPE '')"
        [(count,)] = self._connection.execute(copy).fetchall()
        return int(count)


@contextmanager
def statements(path: Path, *, memory_mb: int = _MEMORY_MB) -> Iterator[Statements]:
    """Open a file of N-Quads lines as a table, on disk beside the file, for as long as the context lasts."""
    with _engine(path.with_name(path.name + ".table"), memory_mb) as connection:
        connection.execute("CREATE TABLE q (s VARCHAR, p VARCHAR, o VARCHAR, g VARCHAR)")
        if path.stat().st_size:
            parts = "regexp_extract(line, $1, ['s', 'p', 'o', 'g'])"
            insert = f"INSERT INTO q SELECT unnest({parts}) FROM {_reader([path])}"  # noqa: S608 - quoted paths
            connection.execute(insert, [_PARTS])
        yield Statements(connection)


def _sort_in_memory(sources: Sequence[Path], out: Path) -> int:
    distinct: set[bytes] = set()
    for source in sources:
        distinct.update(source.read_bytes().split(b"\n"))
    distinct.discard(b"")
    with out.open("wb") as stream:
        stream.writelines(line + b"\n" for line in sorted(distinct))
    return len(distinct)


@contextmanager
def _engine(folder: Path, memory_mb: int) -> Iterator[duckdb.DuckDBPyConnection]:
    folder.mkdir()
    connection = duckdb.connect(str(folder / "work.duckdb"))
    try:
        connection.execute(f"SET memory_limit = '{memory_mb}MB'")
        connection.execute(f"SET temp_directory = {_quoted(folder)}")
        connection.execute("SET preserve_insertion_order = false")
        connection.execute("SET default_collation = ''")
        yield connection
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        raise ReleaseError(
            f"sorting and counting ended: {str(error).partition(chr(10))[0]}",
            where=Where(str(folder.parent)),
            fix="give a folder that has room; nothing that was there is changed",
            code="release.unwritable",
        ) from None
    finally:
        connection.close()
        shutil.rmtree(folder, ignore_errors=True)


def _reader(sources: Sequence[Path]) -> str:
    return _LINES.format(sources=f"[{', '.join(_quoted(source) for source in sources)}]", rest=_REST)


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
