"""Triples maps to SQL: one query for each, that gives N-Quads lines.

A plan knows no engine: it is a tree that sqlglot renders for DuckDB or Spark. Each query has three steps: the terms
of a row as columns, the lines of a row as a list, and the list as rows. References that may give several values
and joins form branches of their own, so that they multiply no other quads.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from publisher.mapping import sql
from publisher.mapping.terms import Compiler, Lateral, Relation, Term
from publisher.mapping.values import Constant, Join, PredicateObject, ReferencingMap, TermMap, TriplesMap
from publisher.rdf.names import RDF

_DEFAULT_GRAPHS = ("http://w3id.org/rml/defaultGraph", "http://www.w3.org/ns/r2rml#defaultGraph")


@dataclass(frozen=True, slots=True)
class MapPlan:
    """The query of one triples map; ``sql`` writes it for an engine."""

    name: str
    map: TriplesMap
    query: exp.Expr
    relation: Relation
    paths: tuple[str, ...]

    def sql(self, dialect: str = "duckdb", *, pretty: bool = False) -> str:
        """Give the query as text in a dialect of sqlglot: ``duckdb`` or ``spark``."""
        tree = self.query
        if dialect != "duckdb":
            tree = tree.transform(_for_spark)
        return tree.sql(dialect=dialect, pretty=pretty, copy=False)


def _for_spark(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Anonymous) and node.name == "ERROR":
        return exp.Anonymous(this="RAISE_ERROR", expressions=node.expressions)
    if isinstance(node, exp.Literal) and node.this == r"\1":
        return exp.Literal.string("$1")
    return node


@dataclass(frozen=True, slots=True)
class _Branch:
    """Quads that come from the same rows: the join and the lists that make these rows."""

    join: int | None
    laterals: "frozenset[Lateral]"


@dataclass(slots=True)
class _MapBuilder:
    """Collects the quads of one triples map by branch and writes the query."""

    compiler: Compiler
    maps: Mapping[str, TriplesMap]
    relations: Mapping[str, Relation]
    located: bool = False
    parents: list[tuple[Compiler, ReferencingMap]] = field(default_factory=list)
    branches: dict[_Branch, list[tuple["str | exp.Expr", ...]]] = field(default_factory=dict)

    def build(self) -> exp.Expr:
        subject = self.compiler.term(self.compiler.map.subject)
        for name in self.compiler.map.classes:
            self.add(subject, Term(f"<{RDF}type>"), Term(name.term), (), None)
        for each in self.compiler.map.predicate_objects:
            self.add_all(subject, each)
        queries = [self.branch_query(branch, lines) for branch, lines in self.branches.items()]
        if not queries:
            return exp.select(exp.alias_(sql.as_text(exp.Null()), "line")).where(exp.false())
        whole = queries[0]
        for query in queries[1:]:
            whole = exp.union(whole, query, distinct=False, copy=False)
        return whole

    def add_all(self, subject: Term, each: PredicateObject) -> None:
        predicates = [self.compiler.term(predicate) for predicate in each.predicates]
        for object_map in each.objects:
            if isinstance(object_map, ReferencingMap):
                object_, join = self.referenced(object_map)
            else:
                object_, join = self.compiler.term(object_map), None
            for predicate in predicates:
                self.add(subject, predicate, object_, each.graphs, join)

    def referenced(self, object_map: ReferencingMap) -> tuple[Term, int | None]:
        parent = self.maps.get(object_map.parent)
        if parent is None:
            raise self.compiler.fail(
                f"it joins the triples map {object_map.parent}, which the document does not have",
                f"the triples maps are: {', '.join(each.name for each in self.maps.values())}",
            )
        if not object_map.joins:
            return self.same_row(parent), None
        number = len(self.parents)
        compiler = Compiler(parent, self.relations[parent.key], f"p{number}", self.compiler.base)
        self.parents.append((compiler, object_map))
        return compiler.term(parent.subject), number

    def same_row(self, parent: TriplesMap) -> Term:
        child = self.compiler
        compiler = Compiler(parent, child.relation, child.alias, child.base, child.laterals)
        return compiler.term(parent.subject)

    def add(self, subject: Term, predicate: Term, object_: Term, graphs: tuple[TermMap, ...], join: int | None) -> None:
        chosen = (*self.compiler.map.graphs, *graphs)
        for graph in [self.graph(each) for each in chosen] or [Term("")]:
            laterals = subject.laterals | predicate.laterals | object_.laterals | graph.laterals
            if join is not None:
                laterals |= self.join_laterals(join)
            tail = [" ", graph.written, " ."] if graph.written != "" else [" ."]
            line = (subject.written, " ", predicate.written, " ", object_.written, *tail)
            self.branches.setdefault(_Branch(join, laterals), []).append(line)

    def graph(self, term_map: TermMap) -> Term:
        expression = term_map.expression
        if isinstance(expression, Constant) and expression.value in _DEFAULT_GRAPHS:
            return Term("")
        return self.compiler.term(term_map)

    def join_laterals(self, join: int) -> frozenset[Lateral]:
        parent, object_map = self.parents[join]
        found: frozenset[Lateral] = frozenset()
        for each in object_map.joins:
            found |= self.compiler.plain(each.child).laterals | parent.plain(each.parent).laterals
        return found

    def branch_query(self, branch: _Branch, lines: list[tuple["str | exp.Expr", ...]]) -> exp.Expr:
        names: dict[str, str] = {}
        columns: list[exp.Expr] = []
        written: list[exp.Expr] = []
        for line in lines:
            parts: list[str | exp.Expr] = []
            for part in line:
                if isinstance(part, str):
                    parts.append(part)
                    continue
                text = part.sql("duckdb", copy=False)
                if text not in names:
                    names[text] = f"t{len(names)}"
                    columns.append(exp.alias_(part, names[text], copy=False))
                parts.append(exp.column(names[text]))
            written.append(sql.line(parts))
        places = self.places()
        terms = self.rows(branch, columns + places)
        made = exp.Explode(this=exp.Array(expressions=written)) if len(written) > 1 else written[0]
        kept = [each.alias for each in places]
        inner = terms.subquery("terms", copy=False)
        listed = exp.select(exp.alias_(made, "line", copy=False), *kept, copy=False).from_(inner, copy=False)
        outer = exp.select("line", *kept).from_(listed.subquery("lines", copy=False), copy=False)
        return outer.where(sql.present(exp.column("line")), copy=False)

    def places(self) -> list[exp.Expr]:
        if not self.located:
            return []
        known = {"file", "line"} <= set(self.compiler.relation.columns)
        file = sql.as_text(sql.column(self.compiler.alias, "file")) if known else sql.text(self.compiler.relation.shown)
        row = sql.as_text(sql.column(self.compiler.alias, "line") if known else exp.Null())
        return [exp.alias_(file, "row_file"), exp.alias_(row, "row_line")]

    def rows(self, branch: _Branch, columns: list[exp.Expr]) -> exp.Select:
        source = _from(self.compiler)
        query = exp.select(*(columns or [exp.alias_(exp.Literal.number(1), "one")]), copy=False).from_(source)
        if branch.join is not None:
            parent, object_map = self.parents[branch.join]
            query = query.join(_from(parent), join_type="cross")
        for lateral in sorted(branch.laterals, key=lambda each: each.alias):
            query = query.join(_unnest(lateral), join_type="cross")
        if branch.join is not None:
            query = query.where(*(self.condition(each, parent) for each in object_map.joins))
        return query

    def condition(self, join: Join, parent: Compiler) -> exp.Expr:
        return exp.EQ(
            this=sql.as_text(self.compiler.plain(join.child).text),
            expression=sql.as_text(parent.plain(join.parent).text),
        )


def _from(compiler: Compiler) -> exp.Expr:
    table = exp.to_table(exp.to_identifier(compiler.relation.name, quoted=True).sql())
    if not compiler.fresh:
        return exp.alias_(table, compiler.alias, table=True)
    number = exp.alias_(exp.Window(this=exp.RowNumber()), "#row", quoted=True)
    return exp.select("*", number).from_(table).subquery(compiler.alias)


def _unnest(lateral: Lateral) -> exp.Expr:
    values = sql.call("JSON_EXTRACT", sql.column(lateral.relation, "row"), sql.text(lateral.path))
    alias = exp.TableAlias(this=exp.to_identifier(lateral.alias), columns=[exp.to_identifier("v")])
    return exp.Unnest(expressions=[values], alias=alias)


def plan_map(
    triples_map: TriplesMap,
    *,
    maps: Mapping[str, TriplesMap],
    relations: Mapping[str, Relation],
    base: str | None,
    located: bool = False,
) -> MapPlan:
    """Compile one triples map; ``relations`` holds the rows of each map of its document by key.

    With ``located`` the query also gives the columns ``file`` and ``row`` of each line, as far as the source has them.

    Raises MappingFailed for a column that the source does not have, a parent that is not there, or a relative IRI
    without a base.
    """
    compiler = Compiler(triples_map, relations[triples_map.key], "c", base)
    builder = _MapBuilder(compiler, maps, relations, located)
    return MapPlan(triples_map.name, triples_map, builder.build(), compiler.relation, tuple(sorted(compiler.paths)))
