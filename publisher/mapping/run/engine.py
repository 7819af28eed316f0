"""DuckDB as the engine: sources registered as relations, queries run within a memory limit."""

import csv
import re
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import duckdb
import pyarrow as pa

from publisher.errors import ExportinError, MappingFailed
from publisher.mapping.plan import sql
from publisher.mapping.plan.quoting import identifier, literal, undelimited
from publisher.mapping.plan.terms import Relation
from publisher.mapping.plan.views import view_query
from publisher.mapping.rml.values import (
    FileSource,
    Formulation,
    LogicalSource,
    TableSource,
    TriplesMap,
    ViewSource,
)
from publisher.mapping.run import databases, faults, postgresql, rows
from publisher.mapping.run.files import readable
from publisher.mapping.run.sources import Rows, Sources


@dataclass(slots=True)
class Engine:
    """One DuckDB connection with its sources; a context manager that leaves no file behind."""

    sources: Sources
    memory_mb: int
    folder: Path = field(init=False)
    connection: duckdb.DuckDBPyConnection = field(init=False)
    server: postgresql.Server | None = field(init=False, default=None)
    definitions: list[str] = field(init=False, default_factory=list)
    _relations: dict[tuple[LogicalSource, str], Relation] = field(init=False, default_factory=dict)
    _twice: dict[FileSource, frozenset[str]] = field(init=False, default_factory=dict)

    def __enter__(self) -> "Engine":
        """Open the connection, set its limits and register the tables."""
        self.folder = Path(tempfile.mkdtemp(prefix="exportin-mapping-"))
        self.connection = duckdb.connect(":memory:")
        self.connection.execute(f"SET memory_limit = '{max(self.memory_mb, 64)}MiB'")
        self.connection.execute(f"SET temp_directory = {literal(str(self.folder / 'spill'))}")
        self.connection.execute("SET preserve_insertion_order = false")
        self.connection.execute("SET autoinstall_known_extensions = false")
        for macro in sql.macros().values():
            self.connection.execute(macro)
        for table in self.sources.tables.values():
            self.connection.register(table.name, _arrow(table))
        if self.sources.database is not None:
            self._attach(self.sources.database)
        return self

    def _attach(self, database: str) -> None:
        try:
            if database.partition("://")[0] in postgresql.SCHEMES:
                self.server = postgresql.Server(database, self.folder)
            else:
                databases.attach(self.connection, database)
        except ExportinError:
            self.__exit__(None, None, None)
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection and remove what it spilled."""
        self.connection.close()
        if self.server is not None:
            self.server.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def known(self) -> list[tuple[Relation, LogicalSource]]:
        """Give each relation that has been asked for, with its logical source."""
        return [(relation, logical) for (logical, _), relation in self._relations.items()]

    def relation(self, each: TriplesMap, source: LogicalSource | None = None) -> Relation:
        """Give the relation of a logical source, registering it when it is first asked for."""
        logical = source or each.source
        key = (logical, each.where.file)
        if key not in self._relations:
            self._relations[key] = self._register(each, logical)
        return self._relations[key]

    def numbers(self, query: str) -> tuple[int, ...]:
        """Give the numbers of the one row of a query."""
        return self.connection.execute(query).fetchone() or ()

    def _register(self, each: TriplesMap, logical: LogicalSource) -> Relation:
        source = logical.source
        if isinstance(source, FileSource) and Path(source.path).stem in self.sources.tables:
            table = Path(source.path).stem
            return Relation(table, self._columns(table), Formulation.COLUMN, f"the table {source.path}")
        if isinstance(source, TableSource):
            query, formulation, shown = self._table_query(each, source), logical.formulation, _shown_table(source)
        elif isinstance(source, ViewSource):
            query, formulation, shown = self._view_query(each, source), Formulation.COLUMN, "the logical view"
        else:
            query, formulation, shown = self._read_file(each, source, logical), logical.formulation, source.path
        name = f"source_{len(self._relations)}"
        try:
            self.connection.execute(definition := f"CREATE TEMP VIEW {identifier(name)} AS {query}")
            self.definitions.append(definition)
            columns = self._columns(name)
        except duckdb.Error as error:
            raise faults.engine_fault(str(error), each, shown) from None
        if isinstance(source, FileSource) and _columnar(source.path):
            formulation = Formulation.COLUMN
        folds = self.server is not None and isinstance(source, TableSource)
        twice = self._twice.get(source, frozenset()) if isinstance(source, FileSource) else frozenset[str]()
        return Relation(name, columns, formulation, shown, folds=folds, twice=twice)

    def _columns(self, name: str) -> dict[str, str]:
        described = self.connection.execute(f"DESCRIBE FROM {identifier(name)}").fetchall()
        return {str(row[0]): str(row[1]) for row in described}

    def _table_query(self, each: TriplesMap, source: TableSource) -> str:
        if self.server is not None:
            return self._server_query(self.server, each, source)
        if source.query is not None:
            return self._query(each, source.query.strip().rstrip(";"))
        names = [undelimited(part) for part in _parts(source.table)]
        known = [str(row[0]) for row in self.connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        known += [
            str(row[0])
            for row in self.connection.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()
        ]
        if names[-1].casefold() not in {name.casefold() for name in known}:
            if not known and self.sources.database is None:
                raise faults.no_database(names[-1], each.where, each.name)
            raise faults.missing("table", names[-1], known, each.where, each.name)
        return "SELECT * FROM " + ".".join(map(identifier, names))

    def _server_query(self, server: postgresql.Server, each: TriplesMap, source: TableSource) -> str:
        """Copy a table or a query of the server; a name without quotes may be in small letters there."""
        if source.query is not None:
            return server.rows(source.query.strip().rstrip(";"), each.where, each.name)
        names = [undelimited(part) for part in _parts(source.table)]
        known = server.tables()
        if source.table and '"' not in source.table and names[-1] not in known:
            names = [name.lower() for name in names]
        if len(names) == 1 and names[0] not in known:
            raise faults.missing("table", names[0], known, each.where, each.name)
        return server.rows("SELECT * FROM " + ".".join(map(identifier, names)), each.where, each.name)

    def place(self, each: TriplesMap, value: str) -> str | None:
        """Find a value in the source of a triples map again: its file and line, None where nothing tells them."""
        source = each.source.source
        if not isinstance(source, FileSource):
            return None
        table = self.sources.tables.get(Path(source.path).stem)
        if table is not None:
            named = (dict(zip(table.columns, cells, strict=True)) for cells in table.rows if value in cells)
            return next((f"{each['file']}:{each['line']}" for each in named if {"file", "line"} <= set(each)), None)
        if each.source.formulation is Formulation.JSON or _columnar(source.path):
            return None
        line = rows.line_of(value, readable(source, each, self.sources.root, self.folder), source)
        return f"{source.path}, line {line}" if line else None

    def broken_json(self, each: TriplesMap) -> str:
        """Find the line of a JSON file that cannot be read, as far as it fits into memory."""
        source = each.source.source
        if each.source.formulation is not Formulation.JSON or not isinstance(source, FileSource):
            return ""
        line = rows.broken_json(readable(source, each, self.sources.root, self.folder), source)
        return f", line {line}" if line else ""

    def _view_query(self, each: TriplesMap, source: ViewSource) -> str:
        self.connection.execute("SET preserve_insertion_order = true")  # the numbers of rows follow the file
        parents = [self.relation(each, join.parent) for join in source.joins]
        return view_query(source, self.relation(each, source.on), parents, each)

    def _query(self, each: TriplesMap, query: str) -> str:
        try:
            names = [str(row[0]) for row in self.connection.execute(f"DESCRIBE {query}").fetchall()]
        except duckdb.Error as error:
            raise faults.engine_fault(str(error), each, "the query") from None
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise MappingFailed(
                f"triples map {each.name}: the query gives two columns named {twice[0]!r}",
                where=each.where,
                fix="give each column a name of its own with AS",
                code="mapping.source",
            )
        return query

    def _read_file(self, each: TriplesMap, source: FileSource, logical: LogicalSource) -> str:
        try:
            return self._file_query(each, source, logical)
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise faults.engine_fault(str(error), each, source.path) from None

    def _file_query(self, each: TriplesMap, source: FileSource, logical: LogicalSource) -> str:
        path = readable(source, each, self.sources.root, self.folder)
        shown = literal(str(path))
        suffix = Path(source.path).suffix.lower()
        if suffix == ".parquet":
            return f"SELECT * FROM read_parquet({shown})"
        if suffix in (".arrow", ".feather"):
            raise MappingFailed(f"triples map {each.name}: {source.path} is an Arrow file", fix="write it as Parquet")
        if logical.formulation is Formulation.JSON:
            return rows.json_query(path, logical.iterator, source, each)
        names = rows.header(path, source) if source.header and not source.comment else []
        self._twice[source] = frozenset(name for name in names if names.count(name) > 1)
        if source.header and not path.stat().st_size:
            raise faults.empty(source.path, each.where, each.name)
        return rows.csv_query(path, source, names)


def _parts(name: str | None) -> list[str]:
    """Give the parts of a table's name, each with the quotes it was written with."""
    return re.findall(r'"(?:[^"]|"")+"|[^.]+', name or "")


def _columnar(path: str) -> bool:
    return Path(path).suffix.lower() == ".parquet"


def _shown_table(source: TableSource) -> str:
    return f"the table {source.table}" if source.table is not None else "the query"


def _arrow(table: Rows) -> pa.Table:
    columns = list(zip(*table.rows, strict=True)) if table.rows else [() for _ in table.columns]
    return pa.table({name: pa.array(values, pa.string()) for name, values in zip(table.columns, columns, strict=True)})
