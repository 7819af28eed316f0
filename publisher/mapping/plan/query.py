"""The query of a triples map: its branches, the lines of each row, and the whole as text for an engine.

A plan knows no engine: it is a tree that sqlglot renders for DuckDB or Spark. Each query has three steps: the parts
of the terms of a row as columns, the lines of a row as a list, and the list as rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from publisher.mapping.plan import sql
from publisher.mapping.plan.terms import Relation, Term
from publisher.mapping.rml.values import TriplesMap


@dataclass(frozen=True, slots=True)
class Line:
    """One quad of a row: its text in constants and columns, and its terms (subject, predicate, object, graph)."""

    parts: "tuple[str | exp.Expr, ...]"
    terms: tuple[Term, Term, Term, Term]

    @property
    def columns(self) -> list[exp.Expr]:
        """Give the columns that the line is made of; it is no line where one of them is NULL."""
        return [part for part in self.parts if isinstance(part, exp.Expr)]


@dataclass(frozen=True, slots=True)
class Branch:
    """Lines that come from the same rows, and the query of these rows.

    ``keys`` are the triples maps whose subjects, if no two rows share one, make every line of the branch differ from
    the same line of any other row; there are none where a row is multiplied by a list.
    """

    rows: exp.Select
    lines: tuple[Line, ...]
    places: tuple[str, ...] = ()
    keys: tuple[TriplesMap, ...] = ()

    def select(self, lines: Sequence[Line]) -> exp.Query:
        """Give some of the lines as rows, one for each quad."""
        written = [sql.line(line.parts) for line in lines]
        made = exp.Explode(this=exp.Array(expressions=written)) if len(written) > 1 else written[0]
        return self._present(exp.alias_(made, "line", copy=False))

    def blocks(self, lines: Sequence[Line], *, never_empty: bool) -> exp.Query:
        """Give some of the lines as rows, one for all the lines of a row of the source, with line breaks between them.

        ``never_empty``: each row is known to have a line.
        """
        break_ = sql.call("CHR", exp.Literal.number(10))
        apart = sql.call("CONCAT_WS", break_, *(sql.line(line.parts) for line in lines))
        columns = {part.sql(): part for line in lines for part in line.columns}
        whole: list[str | exp.Expr] = []
        for line in lines:
            whole += [*(["\n"] if whole else []), *line.parts]
        full = exp.and_(*(sql.present(column) for column in columns.values())) if columns else exp.true()
        block = sql.case((full, sql.joined(whole)), otherwise=apart)
        if never_empty:
            return exp.select(exp.alias_(block, "line", copy=False)).from_(self._terms(), copy=False)
        # Taken apart, though it is one: a condition would move below, and every expression be evaluated twice.
        one = exp.Explode(this=exp.Array(expressions=[sql.call("NULLIF", block, sql.text(""))]))
        return self._present(exp.alias_(one, "line", copy=False))

    def _present(self, made: exp.Expr) -> exp.Select:
        listed = exp.select(made, *self.places, copy=False).from_(self._terms(), copy=False)
        outer = exp.select("line", *self.places).from_(listed.subquery("lines", copy=False), copy=False)
        return outer.where(sql.present(exp.column("line")), copy=False)

    def _terms(self) -> exp.Subquery:
        return self.rows.copy().subquery("terms", copy=False)


@dataclass(frozen=True, slots=True)
class MapPlan:
    """The query of one triples map; ``sql`` writes it for an engine.

    ``key`` gives the subject of each row, NULL where it has none; None where a row may have several.
    """

    name: str
    map: TriplesMap
    relation: Relation
    branches: tuple[Branch, ...]
    paths: tuple[str, ...]
    key: exp.Select | None

    def sql(self, dialect: str = "duckdb", *, pretty: bool = False) -> str:
        """Give the query as text in a dialect of sqlglot: ``duckdb`` or ``spark``."""
        queries: list[exp.Expr] = [branch.select(branch.lines) for branch in self.branches]
        if not queries:
            queries = [exp.select(exp.alias_(sql.as_text(exp.Null()), "line")).where(exp.false())]
        whole = queries[0]
        for query in queries[1:]:
            whole = exp.union(whole, query, distinct=False, copy=False)
        return written(whole, dialect, pretty=pretty)


def written(query: exp.Expr, dialect: str, *, pretty: bool = False) -> str:
    """Give a query of a plan as text in a dialect: ``duckdb`` or ``spark``."""
    if dialect != "duckdb":
        query = query.transform(sql.inlined).transform(_for_spark)
    return query.sql(dialect=dialect, pretty=pretty, copy=False)


def _for_spark(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Anonymous) and node.name == "ERROR":
        return exp.Anonymous(this="RAISE_ERROR", expressions=node.expressions)
    if isinstance(node, exp.Literal) and node.this == r"\1":
        return exp.Literal.string("$1")
    return node
