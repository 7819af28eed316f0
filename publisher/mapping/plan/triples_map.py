"""Triples maps to queries: which quads a row makes, and from which rows each comes.

References that may give several values and joins form branches of their own, so that they multiply no other quads.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from publisher.mapping.plan import sql
from publisher.mapping.plan.query import Branch, Line, MapPlan
from publisher.mapping.plan.terms import Compiler, Lateral, Relation, Term
from publisher.mapping.rml.values import Constant, Join, PredicateObject, ReferencingMap, TermMap, TriplesMap
from publisher.rdf.names import RDF

_DEFAULT_GRAPHS = ("http://w3id.org/rml/defaultGraph", "http://www.w3.org/ns/r2rml#defaultGraph")
_NO_GRAPH = Term(("",))


@dataclass(frozen=True, slots=True)
class _Rows:
    """What makes the rows of a branch: the number of a join, and the lists that are taken apart."""

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
    branches: dict[_Rows, list[tuple[Term, Term, Term, Term]]] = field(default_factory=dict)

    def build(self) -> MapPlan:
        each, compiler = self.compiler.map, self.compiler
        subject = compiler.term(each.subject)
        for name in each.classes:
            self.add(subject, Term((f"<{RDF}type>",)), Term((name.term,)), (), None)
        for predicate_object in each.predicate_objects:
            self.add_all(subject, predicate_object)
        branches = tuple(self.branch(rows, quads) for rows, quads in self.branches.items())
        paths = tuple(sorted(compiler.paths))
        return MapPlan(each.name, each, compiler.relation, branches, paths, self.key(subject))

    def key(self, subject: Term) -> exp.Select | None:
        if subject.laterals or subject.unsafe or self.compiler.fresh or len(subject.parts) < 2:  # noqa: PLR2004 - a constant
            return None
        return exp.select(exp.alias_(sql.guarded(subject.parts), "key")).from_(_from(self.compiler))

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
        for graph in [self.graph(each) for each in chosen] or [_NO_GRAPH]:
            quad = (subject, predicate, object_, graph)
            laterals = frozenset[Lateral]().union(*(term.laterals for term in quad))
            if join is not None:
                laterals |= self.join_laterals(join)
            self.branches.setdefault(_Rows(join, laterals), []).append(quad)

    def graph(self, term_map: TermMap) -> Term:
        expression = term_map.expression
        if isinstance(expression, Constant) and expression.value in _DEFAULT_GRAPHS:
            return _NO_GRAPH
        return self.compiler.term(term_map)

    def join_laterals(self, join: int) -> frozenset[Lateral]:
        parent, object_map = self.parents[join]
        found: frozenset[Lateral] = frozenset()
        for each in object_map.joins:
            found |= self.compiler.plain(each.child).laterals | parent.plain(each.parent).laterals
        return found

    def branch(self, rows: _Rows, quads: list[tuple[Term, Term, Term, Term]]) -> Branch:
        names: dict[str, str] = {}
        columns: list[exp.Expr] = []

        def named(part: "str | exp.Expr") -> "str | exp.Expr":
            if isinstance(part, str):
                return part
            text = part.sql("duckdb", copy=False)
            if text not in names:
                names[text] = f"t{len(names)}"
                columns.append(exp.alias_(part, names[text], copy=False))
            return exp.column(names[text])

        lines = tuple(Line(tuple(named(part) for part in _parts(quad)), quad) for quad in quads)
        places = self.places()
        keys = (self.compiler.map, *([self.parents[rows.join][0].map] if rows.join is not None else []))
        return Branch(
            self.rows(rows, columns + places),
            lines,
            tuple(each.alias for each in places),
            () if rows.laterals else keys,
        )

    def places(self) -> list[exp.Expr]:
        if not self.located:
            return []
        known = {"file", "line"} <= set(self.compiler.relation.columns)
        file = sql.as_text(sql.column(self.compiler.alias, "file")) if known else sql.text(self.compiler.relation.shown)
        row = sql.as_text(sql.column(self.compiler.alias, "line") if known else exp.Null())
        return [exp.alias_(file, "row_file"), exp.alias_(row, "row_line")]

    def rows(self, branch: _Rows, columns: list[exp.Expr]) -> exp.Select:
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


def _parts(quad: tuple[Term, Term, Term, Term]) -> list["str | exp.Expr"]:
    subject, predicate, object_, graph = (list(term.parts) for term in quad)
    tail = [" ."] if graph == [""] else [" ", *graph, " ."]
    return sql.merged([*subject, " ", *predicate, " ", *object_, *tail])


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
    return _MapBuilder(compiler, maps, relations, located).build()
