"""Logical sources and logical views: where the rows of a triples map come from.

Reads RML-Core and RML-IO sources, the plain file names and D2RQ databases of older RML, the logical tables of R2RML,
CSVW tables with a dialect, and the logical views of RML-LV.
"""

import re

from publisher.mapping.rml.expressions import Fail, ordered, read_expression, read_side
from publisher.mapping.rml.graph import Graph, Node, folded
from publisher.mapping.rml.values import (
    Field,
    FileSource,
    Formulation,
    Join,
    LogicalSource,
    TableSource,
    ViewJoin,
    ViewSource,
)

_CSVW = "http://www.w3.org/ns/csvw#"
_D2RQ = "http://www.wiwiss.fu-berlin.de/suhl/bizer/D2RQ/0.1#"
_FORMULATIONS = {
    "CSV": Formulation.COLUMN,
    "JSONPath": Formulation.JSON,
    "SQL2008": Formulation.SQL,
    "SQL2008Table": Formulation.SQL,
    "SQL2008Query": Formulation.SQL,
}
_SUFFIXES = {
    ".json": Formulation.JSON,
    ".yaml": Formulation.JSON,
    ".yml": Formulation.JSON,
    ".geojson": Formulation.JSON,
    ".jsonl": Formulation.JSON,
    ".ndjson": Formulation.JSON,
}
_COMPRESSIONS = {
    "none": None,
    "gzip": "gzip",
    "zip": "zip",
    "targz": "tar",
    "targzip": "tar",
    "tarxz": "tar",
    "xz": "xz",
    "zstd": "zstd",
}


def read_source(graph: Graph, node: Node, fail: Fail, above: tuple[str, ...] = ()) -> LogicalSource:
    """Give the logical source of a triples map; ``above`` holds the views that led here, to find a cycle."""
    if graph.objects(node.value, "viewOn"):
        return _view(graph, node, fail, above)
    formulation = _formulation(graph, node, fail)
    iterator = _one(graph, node, "iterator", fail)
    table, query = _one(graph, node, "tableName", fail), _one(graph, node, "query", fail)
    sources = graph.objects(node.value, "source")
    if len(sources) > 1:
        fail(f"a logical source has {len(sources)} sources", "keep one rml:source")
    name = folded(next(iter(graph.objects(node.value, "referenceFormulation")), node).value)
    if formulation is Formulation.SQL and iterator is not None:
        table, query = (table, iterator) if name == "SQL2008Query" else (iterator, query)
    if table is not None or query is not None:
        table = None if graph.older and query is not None else table
        return _table(table, query, _database(graph, sources), fail)
    if not sources:
        fail("a logical source names no rml:source, table or query", "add rml:source, rr:tableName or rml:query")
    source = _file(graph, sources[0], fail, nulls=_nulls(graph, node))
    if formulation is None:
        suffix = re.search(r"\.\w+$", source.path)
        formulation = _SUFFIXES.get(suffix[0].lower() if suffix else "", Formulation.COLUMN)
    if formulation is Formulation.SQL:
        return LogicalSource(TableSource(table=source.path), Formulation.SQL)
    return LogicalSource(source, formulation, iterator)


def _table(table: str | None, query: str | None, database: str | None, fail: Fail) -> LogicalSource:
    if table is not None and query is not None:
        fail("a logical source has both a table and a query", "keep one of them")
    return LogicalSource(TableSource(table, query, database), Formulation.SQL)


def _formulation(graph: Graph, node: Node, fail: Fail) -> Formulation | None:
    found = graph.objects(node.value, "referenceFormulation")
    if not found:
        return None
    name = folded(found[0].value)
    if found[0].kind == "blank":
        name = " ".join(sorted(folded(each.value) for each in graph.objects(name, "type"))) or "without a type"
    if name not in _FORMULATIONS:
        known = ", ".join(_FORMULATIONS)
        fail(f"the reference formulation {name} is not supported", f"choose one of: {known}", "mapping.unsupported")
    return _FORMULATIONS[name]


def _database(graph: Graph, sources: list[Node]) -> str | None:
    for source in sources:
        if source.kind == "literal":
            return source.value
        for each in graph.objects(source.value, f"{_D2RQ}jdbcDSN"):
            return each.value
    return None


def _nulls(graph: Graph, *nodes: Node) -> tuple[str, ...]:
    return tuple(sorted({each.value for node in nodes for each in graph.objects(node.value, "null")}))


def _file(graph: Graph, node: Node, fail: Fail, *, nulls: tuple[str, ...]) -> FileSource:
    if node.kind == "literal":
        return FileSource(node.value, nulls=nulls)
    if graph.objects(node.value, f"{_CSVW}url"):
        return _csvw(graph, node, fail, nulls)
    paths = graph.objects(node.value, "path")
    if len(paths) != 1 or paths[0].kind != "literal":
        kinds = ", ".join(sorted(folded(each.value) for each in graph.objects(node.value, "type"))) or node.value
        fail(f"the source ({kinds}) is not a file", 'name a file: rml:source "rows.csv"', "mapping.unsupported")
    roots = [folded(each.value) for each in graph.objects(node.value, "root")]
    encoding = _local(graph, node, "encoding") or "UTF-8"
    compression = _local(graph, node, "compression") or "none"
    if compression not in _COMPRESSIONS:
        fail(f"the compression {compression} is not supported", "unpack the file", "mapping.unsupported")
    return FileSource(
        paths[0].value,
        beside_mapping="MappingDirectory" in roots,
        encoding=encoding,
        compression=_COMPRESSIONS[compression],
        nulls=tuple(sorted({*nulls, *_nulls(graph, node)})),
        keep_empty=True,
    )


def _csvw(graph: Graph, node: Node, fail: Fail, nulls: tuple[str, ...]) -> FileSource:
    url = graph.objects(node.value, f"{_CSVW}url")[0].value
    dialect = {}
    for each in graph.objects(node.value, f"{_CSVW}dialect"):
        for name in graph.names(each.value):
            dialect[name.removeprefix(_CSVW)] = graph.objects(each.value, name)[0].value
    encoding = dialect.get("encoding") or _local(graph, node, "encoding") or "UTF-8"
    more = tuple(each.value for each in graph.objects(node.value, f"{_CSVW}null"))
    skip = dialect.get("skipRows", "0")
    if not skip.isdigit():
        fail(f"csvw:skipRows wants a number, not {skip!r}")
    return FileSource(
        url.removeprefix("file://"),
        beside_mapping=True,
        encoding=encoding,
        nulls=tuple(sorted({*nulls, *_nulls(graph, node), *more})),
        delimiter=dialect.get("delimiter"),
        quote=dialect.get("quoteChar", '"'),
        header=dialect.get("header", "true") in ("true", "1"),
        comment=dialect.get("commentPrefix"),
        skip=int(skip),
        trim=dialect.get("trim", "false") in ("true", "1") or dialect.get("skipInitialSpace", "false") in ("true", "1"),
    )


def _local(graph: Graph, node: Node, name: str) -> str | None:
    found = graph.objects(node.value, name)
    return folded(found[0].value) if found else None


def _one(graph: Graph, node: Node, name: str, fail: Fail) -> str | None:
    found = graph.objects(node.value, name)
    if len(found) > 1:
        fail(f"a logical source has {len(found)} values for rml:{name}", "keep one of them")
    return found[0].value if found else None


def _view(graph: Graph, node: Node, fail: Fail, above: tuple[str, ...]) -> LogicalSource:
    if node.value in above:
        fail("a logical view leads back to itself", "break the cycle of rml:viewOn and joins")
    path = (*above, node.value)
    on = read_source(graph, graph.objects(node.value, "viewOn")[0], fail, path)
    fields = tuple(_field(graph, each, fail) for each in ordered(graph.objects(node.value, "field")))
    joins = tuple(
        _join(graph, each, fail, path, keep_unmatched=name == "leftJoin")
        for name in ("innerJoin", "leftJoin")
        for each in ordered(graph.objects(node.value, name))
    )
    _unique([field.name for field in (*fields, *(each for join in joins for each in join.fields))], fail)
    return LogicalSource(ViewSource(on, fields, joins), Formulation.COLUMN)


def _join(graph: Graph, node: Node, fail: Fail, above: tuple[str, ...], *, keep_unmatched: bool) -> ViewJoin:
    parents = graph.objects(node.value, "parentLogicalView")
    if len(parents) != 1:
        fail(f"a join of a view names {len(parents)} parent views", "give it one rml:parentLogicalView")
    joins = tuple(
        Join(read_side(graph, each, "child", fail), read_side(graph, each, "parent", fail))
        for each in ordered(graph.objects(node.value, "joinCondition"))
    )
    if not joins:
        fail("a join of a view has no condition", "add rml:joinCondition")
    fields = tuple(_field(graph, each, fail) for each in ordered(graph.objects(node.value, "field")))
    return ViewJoin(read_source(graph, parents[0], fail, above), joins, fields, keep_unmatched)


def _field(graph: Graph, node: Node, fail: Fail) -> Field:
    name = _one(graph, node, "fieldName", fail)
    if name is None:
        fail("a field of a view has no name", "add rml:fieldName")
    fields = tuple(_field(graph, each, fail) for each in ordered(graph.objects(node.value, "field")))
    _unique([field.name for field in fields], fail)
    iterator = _one(graph, node, "iterator", fail)
    formulation = _formulation(graph, node, fail)
    iterates = any(folded(each.value) == "IterableField" for each in graph.objects(node.value, "type"))
    if iterator is not None or iterates:
        return Field(name, iterator=iterator or "$", formulation=formulation, fields=fields)
    expression = read_expression(graph, node, "field", fail)[0]
    return Field(name, expression=expression, formulation=formulation, fields=fields)


def _unique(names: list[str], fail: Fail) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        fail(f"a view has more than one field named {twice[0]!r}", "give each field a name of its own")
