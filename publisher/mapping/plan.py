"""Triples maps to SQL: one query for each, that gives N-Quads lines.

A plan knows no engine: it is a tree that sqlglot renders for DuckDB or Spark. Each query has three steps: the terms
of a row as columns, the lines of a row as a list, and the list as rows. References that may give several values
and joins form branches of their own, so that they multiply no other quads.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from publisher.errors import MappingFailed
from publisher.mapping import sql
from publisher.mapping.references import Malformed, parse_json_path
from publisher.mapping.values import (
    Constant,
    Expression,
    Formulation,
    Join,
    PredicateObject,
    Reference,
    ReferencingMap,
    TermMap,
    Template,
    TermType,
    TriplesMap,
)
from publisher.rdf.names import RDF, XSD

_DEFAULT_GRAPHS = ("http://w3id.org/rml/defaultGraph", "http://www.w3.org/ns/r2rml#defaultGraph")
_ABSOLUTE = r"^[A-Za-z][A-Za-z0-9+.-]*:"
_NOT_IN_IRI = r'[\x00-\x20<>"{}|^`\\]'
_LANGUAGE = r"^([A-Za-z]{2,3}|[xXiI])(-[A-Za-z0-9]{1,8})*$"


@dataclass(frozen=True, slots=True)
class Relation:
    """The rows of a logical source as the engine knows them: a table name and its columns with their SQL types."""

    name: str
    columns: Mapping[str, str]
    formulation: Formulation
    shown: str


@dataclass(frozen=True, slots=True)
class MapPlan:
    """The query of one triples map; ``sql`` writes it for an engine."""

    name: str
    map: TriplesMap
    query: exp.Expression
    relation: Relation
    paths: tuple[str, ...]

    def sql(self, dialect: str = "duckdb", *, pretty: bool = False) -> str:
        """Give the query as text in a dialect of sqlglot: ``duckdb`` or ``spark``."""
        tree = self.query
        if dialect != "duckdb":
            tree = tree.transform(_for_spark)
        return tree.sql(dialect=dialect, pretty=pretty)


def _for_spark(node: exp.Expression) -> exp.Expression:
    if isinstance(node, exp.Anonymous) and node.name == "ERROR":
        return exp.Anonymous(this="RAISE_ERROR", expressions=node.expressions)
    return node


@dataclass(frozen=True, slots=True)
class _Value:
    """What a reference gives: its text, and the datatype that its source implies, as ``^^<iri>`` or an expression."""

    text: exp.Expression
    suffix: "str | exp.Expression" = ""
    laterals: "frozenset[_Lateral]" = frozenset()


@dataclass(frozen=True, slots=True)
class _Lateral:
    """A list of a row that is taken apart: the alias of its values, the relation and the path."""

    alias: str
    relation: str
    path: str


@dataclass(frozen=True, slots=True)
class _Term:
    """A term of a quad as N-Quads text: a constant, or an expression over a row."""

    written: "str | exp.Expression"
    laterals: "frozenset[_Lateral]" = frozenset()


@dataclass(frozen=True, slots=True)
class _Branch:
    """Quads that come from the same rows: the join and the lists that make these rows."""

    join: int | None
    laterals: "frozenset[_Lateral]"


@dataclass(slots=True)
class _Compiler:
    """Compiles one triples map over its relation; parents are compiled in the same way under another alias."""

    map: TriplesMap
    relation: Relation
    alias: str
    base: str | None
    laterals: dict[tuple[str, str], _Lateral] = field(default_factory=dict)
    fresh: bool = False
    paths: set[str] = field(default_factory=set)

    def fail(self, message: str, fix: str | None = None, code: str = "mapping.failed") -> MappingFailed:
        return MappingFailed(f"triples map {self.map.name}: {message}", where=self.map.where, fix=fix, code=code)

    def stop(self, kind: str, value: exp.Expression) -> exp.Expression:
        return sql.failed(kind, self.map.name, value.copy())

    def value(self, reference: Reference) -> _Value:
        if self.relation.formulation is Formulation.JSON:
            return self.json_value(reference)
        kind = self.relation.columns.get(name := self.column_name(reference))
        if kind is None:
            raise self.missing(name)
        found = sql.column(self.alias, name)
        if kind == "JSON":
            return self.json_scalar(found, sql.text("$"), reference)
        lexical, datatype = sql.natural(found, kind)
        return _Value(lexical, f"^^<{datatype}>" if datatype else "")

    def column_name(self, reference: Reference) -> str:
        name = reference.name
        if self.relation.formulation is Formulation.SQL:
            name = unquoted(name)
        if name in self.relation.columns:
            return name
        same = [column for column in self.relation.columns if column.casefold() == name.casefold()]
        return same[0] if same and self.relation.formulation is Formulation.SQL else name

    def missing(self, name: str) -> MappingFailed:
        columns = list(self.relation.columns)
        near = difflib.get_close_matches(name, columns, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        return self.fail(
            f"{self.relation.shown} has no column {name!r}",
            f"{hint}its columns are: {', '.join(columns)}",
            "mapping.column",
        )

    def json_value(self, reference: Reference) -> _Value:
        try:
            path = parse_json_path(reference.name)
        except Malformed as error:
            raise self.fail(str(error), code="mapping.path") from None
        row = sql.column(self.alias, "row")
        self.paths.add(path.path)
        if not path.many:
            return self.json_scalar(row, sql.text(path.path), reference)
        key = (self.alias, path.path)
        if key not in self.laterals:
            self.laterals[key] = _Lateral(f"{self.alias}_{len(self.laterals)}", self.alias, path.path)
        lateral = self.laterals[key]
        value = self.json_scalar(sql.column(lateral.alias, "v"), sql.text("$"), reference)
        return _Value(value.text, value.suffix, frozenset({lateral}))

    def json_scalar(self, json: exp.Expression, path: exp.Expression, reference: Reference) -> _Value:
        raw = sql.call("JSON_EXTRACT_STRING", json, path)
        kind = sql.call("JSON_TYPE", json.copy(), path.copy())
        nested = exp.and_(
            sql.matches(raw, r"^[\[{]"), exp.In(this=kind, expressions=[sql.text("ARRAY"), sql.text("OBJECT")])
        )
        if self.map.older:
            return _Value(sql.case((nested, self.stop("nested", raw)), otherwise=raw.copy()))
        number = exp.EQ(this=kind.copy(), expression=sql.text("DOUBLE"))
        lexical = sql.case(
            (nested, self.stop("nested", raw)),
            (number, sql.canonical_double(raw)),
            otherwise=raw.copy(),
        )
        suffix = exp.Case(
            this=kind.copy(),
            ifs=[exp.If(this=sql.text(name), true=sql.text(f"^^<{XSD}{datatype}>")) for name, datatype in _JSON_TYPES],
            default=sql.text(""),
        )
        return _Value(lexical, suffix)

    def plain(self, expression: Expression) -> _Value:
        """Give an expression as text without any encoding: literals, languages and the sides of joins."""
        if isinstance(expression, Constant):
            return _Value(sql.text(expression.value))
        if isinstance(expression, Reference):
            return self.value(expression)
        parts, laterals = self.parts(expression, encode=None)
        return _Value(sql.guarded(parts), laterals=laterals)

    def parts(
        self, template: Template, *, encode: bool | None
    ) -> tuple[list[str | exp.Expression], frozenset[_Lateral]]:
        """Give the parts of a template as SQL; ``encode`` None keeps them, False keeps letters, True encodes to ASCII."""
        made: list[str | exp.Expression] = []
        laterals: frozenset[_Lateral] = frozenset()
        for part in template.parts:
            if isinstance(part, str):
                made.append(part)
                continue
            value = self.value(part)
            laterals |= value.laterals
            made.append(value.text if encode is None else sql.encoded(value.text, ascii_only=encode))
        return made, laterals

    def term(self, term_map: TermMap) -> _Term:
        if isinstance(term_map.expression, Constant):
            return self.constant(term_map)
        if term_map.type is TermType.LITERAL:
            return self.literal(term_map)
        if term_map.type is TermType.BLANK:
            return self.blank(term_map.expression)
        return self.iri(term_map)

    def constant(self, term_map: TermMap) -> _Term:
        expression = term_map.expression
        if not isinstance(expression, Constant) or term_map.language or term_map.datatype:
            return self.literal(term_map)
        return _Term(expression.term)

    def literal(self, term_map: TermMap) -> _Term:
        value = self.plain(term_map.expression)
        laterals, suffix = value.laterals, value.suffix
        if isinstance(term_map.expression, Template):
            suffix = ""
        tail: list[str | exp.Expression] = [suffix]
        if term_map.language is not None:
            language, more = self.language(term_map.language)
            tail, laterals = ["@", language], laterals | more
        elif term_map.datatype is not None:
            datatype = self.term(term_map.datatype)
            tail, laterals = _datatype_tail(datatype.written), laterals | datatype.laterals
        return _Term(sql.guarded(['"', sql.escaped(value.text), '"', *tail]), laterals)

    def language(self, expression: Expression) -> tuple["str | exp.Expression", frozenset[_Lateral]]:
        if isinstance(expression, Constant):
            return expression.value.lower(), frozenset()
        value = self.plain(expression)
        lower = exp.Lower(this=value.text)
        valid = sql.case(
            (sql.matches(value.text.copy(), _LANGUAGE), lower),
            (sql.present(value.text), self.stop("language", value.text)),
        )
        return valid, value.laterals

    def blank(self, expression: Expression) -> _Term:
        if isinstance(expression, Template) and not expression.parts:
            self.fresh = True
            number = sql.as_text(sql.column(self.alias, "#row"))
            return _Term(sql.joined([f"_:r{_hex(self.map.name)}x", number]))
        value = self.plain(expression)
        return _Term(sql.guarded(["_:b", exp.Lower(this=sql.call("HEX", value.text))]), value.laterals)

    def iri(self, term_map: TermMap) -> _Term:
        encode = {TermType.URI: True, TermType.IRI: False}.get(term_map.type)
        if isinstance(term_map.expression, Template):
            parts, laterals = self.parts(term_map.expression, encode=encode)
            return _Term(sql.guarded(["<", *self.resolved(parts, encode), ">"]), laterals)
        value = self.plain(term_map.expression)
        return _Term(self.checked_iri(value.text, unsafe=encode is None), value.laterals)

    def resolved(self, parts: list[str | exp.Expression], encode: bool | None) -> list[str | exp.Expression]:
        """Put the base in front of a template that makes a relative IRI (R2RML section 7.4: by concatenation)."""
        first = parts[0] if parts else ""
        if isinstance(first, str):
            scheme, colon, _ = first.partition(":")
            if colon and scheme[:1].isalpha() and all(letter.isalnum() or letter in "+.-" for letter in scheme):
                return parts
            if not colon or "/" in scheme:
                return [self.known_base(), *parts]
        if encode is not None and not any(isinstance(part, str) and ":" in part for part in parts):
            return [self.known_base(), *parts]
        whole = sql.guarded(parts)
        relative = sql.case((sql.matches(whole, _ABSOLUTE), sql.text("")), otherwise=sql.text(self.known_base()))
        return [relative, *parts]

    def known_base(self) -> str:
        base = self.map.base or self.base
        if base is None:
            raise self.fail("it makes relative IRIs and no base is known", "give --base or rml:baseIRI", "mapping.base")
        return base

    def checked_iri(self, value: exp.Expression, *, unsafe: bool) -> exp.Expression:
        absolute = sql.matches(value, _ABSOLUTE)
        whole = sql.joined(["<", value.copy(), ">"])
        base = self.map.base or self.base
        based = sql.joined([f"<{base}", value.copy(), ">"]) if base is not None else self.stop("relative", value)
        refused = exp.Null() if self.map.older else self.stop("iri", value)
        checks = [] if unsafe else [(sql.matches(value.copy(), _NOT_IN_IRI), refused)]
        return sql.case(*checks, (absolute, whole), (sql.present(value), based))


_JSON_TYPES = (
    ("BIGINT", "integer"),
    ("UBIGINT", "integer"),
    ("HUGEINT", "integer"),
    ("UHUGEINT", "integer"),
    ("DOUBLE", "double"),
    ("BOOLEAN", "boolean"),
)


def _datatype_tail(written: "str | exp.Expression") -> list["str | exp.Expression"]:
    string = f"<{XSD}string>"
    if isinstance(written, str):
        return ["" if written == string else f"^^{written}"]
    same = exp.EQ(this=written, expression=sql.text(string))
    return [sql.case((same, sql.text("")), (sql.present(written), sql.joined(["^^", written.copy()])))]


def _hex(name: str) -> str:
    return name.encode().hex()


def unquoted(name: str) -> str:
    """Give a SQL identifier without the double quotes that R2RML wants around it.

    >>> unquoted('"first name"')
    'first name'
    """
    if len(name) > 1 and name.startswith('"') and name.endswith('"'):
        return name[1:-1].replace('""', '"')
    return name


@dataclass(frozen=True, slots=True)
class _Quad:
    branch: _Branch
    line: tuple["str | exp.Expression", ...]


@dataclass(slots=True)
class _MapBuilder:
    """Collects the quads of one triples map by branch and writes the query."""

    compiler: _Compiler
    maps: Mapping[str, TriplesMap]
    relations: Mapping[str, Relation]
    located: bool = False
    parents: list[tuple[_Compiler, ReferencingMap]] = field(default_factory=list)
    branches: dict[_Branch, list[tuple["str | exp.Expression", ...]]] = field(default_factory=dict)

    def build(self) -> exp.Expression:
        subject = self.compiler.term(self.compiler.map.subject)
        for each in self.compiler.map.classes:
            self.add(subject, _Term(f"<{RDF}type>"), _Term(each.term), (), None)
        for each in self.compiler.map.predicate_objects:
            self.add_all(subject, each)
        queries = [self.branch_query(branch, lines) for branch, lines in self.branches.items()]
        if not queries:
            return exp.select(exp.alias_(sql.as_text(exp.Null()), "line")).where(exp.false())
        whole = queries[0]
        for query in queries[1:]:
            whole = exp.union(whole, query, distinct=False)
        return whole

    def add_all(self, subject: _Term, each: PredicateObject) -> None:
        predicates = [self.compiler.term(predicate) for predicate in each.predicates]
        for object_map in each.objects:
            if isinstance(object_map, ReferencingMap):
                object_, join = self.referenced(object_map)
            else:
                object_, join = self.compiler.term(object_map), None
            for predicate in predicates:
                self.add(subject, predicate, object_, each.graphs, join)

    def referenced(self, object_map: ReferencingMap) -> tuple[_Term, int | None]:
        parent = self.maps.get(object_map.parent)
        if parent is None:
            raise self.compiler.fail(
                f"it joins the triples map {object_map.parent}, which the document does not have",
                f"the triples maps are: {', '.join(each.name for each in self.maps.values())}",
            )
        if not object_map.joins:
            return self.same_row(parent), None
        number = len(self.parents)
        compiler = _Compiler(parent, self.relations[parent.key], f"p{number}", self.compiler.base)
        self.parents.append((compiler, object_map))
        return compiler.term(parent.subject), number

    def same_row(self, parent: TriplesMap) -> _Term:
        child = self.compiler
        compiler = _Compiler(parent, child.relation, child.alias, child.base, child.laterals)
        return compiler.term(parent.subject)

    def add(
        self, subject: _Term, predicate: _Term, object_: _Term, graphs: tuple[TermMap, ...], join: int | None
    ) -> None:
        chosen = (*self.compiler.map.graphs, *graphs)
        for graph in [self.graph(each) for each in chosen] or [_Term("")]:
            laterals = subject.laterals | predicate.laterals | object_.laterals | graph.laterals
            if join is not None:
                laterals |= self.join_laterals(join)
            tail = [" ", graph.written, " ."] if graph.written != "" else [" ."]
            line = (subject.written, " ", predicate.written, " ", object_.written, *tail)
            self.branches.setdefault(_Branch(join, laterals), []).append(line)

    def graph(self, term_map: TermMap) -> _Term:
        expression = term_map.expression
        if isinstance(expression, Constant) and expression.value in _DEFAULT_GRAPHS:
            return _Term("")
        return self.compiler.term(term_map)

    def join_laterals(self, join: int) -> frozenset[_Lateral]:
        parent, object_map = self.parents[join]
        found: frozenset[_Lateral] = frozenset()
        for each in object_map.joins:
            found |= self.compiler.plain(each.child).laterals | parent.plain(each.parent).laterals
        return found

    def branch_query(self, branch: _Branch, lines: list[tuple["str | exp.Expression", ...]]) -> exp.Expression:
        names: dict[str, str] = {}
        columns: list[exp.Expression] = []
        written: list[exp.Expression] = []
        for line in lines:
            parts: list[str | exp.Expression] = []
            for part in line:
                if isinstance(part, str):
                    parts.append(part)
                    continue
                text = part.sql("duckdb")
                if text not in names:
                    names[text] = f"t{len(names)}"
                    columns.append(exp.alias_(part.copy(), names[text]))
                parts.append(exp.column(names[text]))
            written.append(sql.guarded(parts))
        places = self.places()
        terms = self.rows(branch, columns + places)
        made = exp.Explode(this=exp.Array(expressions=written)) if len(written) > 1 else written[0]
        kept = [each.alias for each in places]
        listed = exp.select(exp.alias_(made, "line"), *kept).from_(terms.subquery("terms"))
        return exp.select("line", *kept).from_(listed.subquery("lines")).where(sql.present(exp.column("line")))

    def places(self) -> list[exp.Expression]:
        if not self.located:
            return []
        known = {"file", "line"} <= set(self.compiler.relation.columns)
        file = sql.as_text(sql.column(self.compiler.alias, "file")) if known else sql.text(self.compiler.relation.shown)
        row = sql.as_text(sql.column(self.compiler.alias, "line") if known else exp.Null())
        return [exp.alias_(file, "row_file"), exp.alias_(row, "row_line")]

    def rows(self, branch: _Branch, columns: list[exp.Expression]) -> exp.Select:
        source = _from(self.compiler)
        query = exp.select(*(columns or [exp.alias_(exp.Literal.number(1), "one")])).from_(source)
        if branch.join is not None:
            parent, object_map = self.parents[branch.join]
            query = query.join(_from(parent), join_type="cross")
        for lateral in sorted(branch.laterals, key=lambda each: each.alias):
            query = query.join(_unnest(lateral), join_type="cross")
        if branch.join is not None:
            query = query.where(*(self.condition(each, parent) for each in object_map.joins))
        return query

    def condition(self, join: Join, parent: _Compiler) -> exp.Expression:
        return exp.EQ(
            this=sql.as_text(self.compiler.plain(join.child).text),
            expression=sql.as_text(parent.plain(join.parent).text),
        )


def _from(compiler: _Compiler) -> exp.Expression:
    table = exp.to_table(exp.to_identifier(compiler.relation.name, quoted=True).sql())
    if not compiler.fresh:
        return exp.alias_(table, compiler.alias, table=True)
    number = exp.alias_(exp.Window(this=exp.RowNumber()), "#row", quoted=True)
    return exp.select("*", number).from_(table).subquery(compiler.alias)


def _unnest(lateral: _Lateral) -> exp.Expression:
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
    compiler = _Compiler(triples_map, relations[triples_map.key], "c", base)
    builder = _MapBuilder(compiler, maps, relations, located)
    return MapPlan(triples_map.name, triples_map, builder.build(), compiler.relation, tuple(sorted(compiler.paths)))
