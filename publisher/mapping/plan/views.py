"""Logical views (RML-LV) as queries: fields become columns, iterators become rows, joins stay joins.

A field of an iterator is a column named with dots, ``item.type``; the place of a row in its iteration is ``#`` and
``item.#``, from 0. A row without items keeps one row with empty fields.
"""

from dataclasses import dataclass, field

from publisher.errors import MappingFailed
from publisher.mapping.plan.quoting import identifier, literal
from publisher.mapping.plan.terms import Relation
from publisher.mapping.rml.references import JsonPath, Malformed, parse_json_path
from publisher.mapping.rml.values import (
    Constant,
    Expression,
    Field,
    Formulation,
    Reference,
    TriplesMap,
    ViewJoin,
    ViewSource,
)


@dataclass(frozen=True, slots=True)
class _Scope:
    """What references of a field are read from: a JSON value, the cells of a line of CSV, or a relation's row."""

    sql: str
    formulation: Formulation
    relation: Relation | None = None


@dataclass(slots=True)
class _Flattener:
    """Collects the columns and the lists taken apart of one view."""

    each: TriplesMap
    columns: list[tuple[str, str]] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)

    def fail(self, message: str, fix: str, code: str = "mapping.view") -> MappingFailed:
        return MappingFailed(f"triples map {self.each.name}: {message}", where=self.each.where, fix=fix, code=code)

    def add(self, fields: tuple[Field, ...], scope: _Scope, prefix: str) -> None:
        for each in fields:
            name = prefix + each.name
            if each.iterator is not None:
                value, number = self.taken_apart(self.items(each, scope))
                formulation = each.formulation or scope.formulation
                self.columns.append((f"{name}.#", number))
                self.add(each.fields, _Scope(value, formulation), f"{name}.")
            else:
                self.add_expression(each, scope, name)

    def add_expression(self, each: Field, scope: _Scope, name: str) -> None:
        value, number = self.value(each.expression, scope), "0"
        if self.is_many(each.expression, scope):
            value, number = self.taken_apart(value)
        self.columns += [(name, value), (f"{name}.#", number)]
        for nested in each.fields:
            inner = f"({value} ->> '$')" if scope.formulation is Formulation.JSON else value
            self.add((nested,), _Scope(inner, Formulation.SQL), f"{name}.")

    def taken_apart(self, values: str) -> tuple[str, str]:
        alias = f"l{len(self.lists)}"
        self.lists.append(
            f"LEFT JOIN LATERAL (SELECT unnest({values}) AS v, unnest(range(len({values}))) AS i) AS {alias} ON true"
        )
        return f"{alias}.v", f"{alias}.i"

    def items(self, each: Field, scope: _Scope) -> str:
        """Give the list that an iterator goes through."""
        formulation = each.formulation or scope.formulation
        if formulation is Formulation.COLUMN:
            lines = f"string_split(replace({scope.sql}, chr(13), ''), chr(10))"
            header = f"string_split({lines}[1], ',')"
            told = f"error('exportin|quoted|{self.each.name}|' || {scope.sql})"
            quoted = f"CASE WHEN contains({scope.sql}, '\"') THEN {told} END"
            return (
                f"list_transform(list_filter({lines}[2:], lambda line: line <> ''), "
                f"lambda line: {{'names': {header}, 'cells': string_split(line, ','), 'check': {quoted}}})"
            )
        json = scope.sql if scope.formulation is Formulation.JSON else f"CAST({scope.sql} AS JSON)"
        path = self.path(each.iterator or "$")
        taken = f"json_extract({json}, {literal(path.path)})"
        return taken if path.many else f"CASE WHEN {taken} IS NOT NULL THEN [{taken}] END"

    def path(self, text: str) -> JsonPath:
        try:
            return parse_json_path(text)
        except Malformed as error:
            raise self.fail(str(error), "mend the reference or the iterator", "mapping.path") from None

    def is_many(self, expression: Expression | None, scope: _Scope) -> bool:
        return (
            scope.formulation is Formulation.JSON
            and isinstance(expression, Reference)
            and bool(self.path(expression.name).many)
        )

    def value(self, expression: Expression | None, scope: _Scope, *, text: bool = False) -> str:
        """Give an expression of a field as SQL; ``text`` wants JSON scalars as text."""
        if isinstance(expression, Constant):
            return literal(expression.value)
        if isinstance(expression, Reference):
            return self.reference(expression.name, scope, text=text)
        parts = expression.parts if expression is not None else ()
        written = [
            literal(part) if isinstance(part, str) else self.reference(part.name, scope, text=True) for part in parts
        ]
        return f"({' || '.join(written)})"

    def reference(self, name: str, scope: _Scope, *, text: bool) -> str:
        if scope.formulation is Formulation.JSON:
            taken = "json_extract_string" if text else "json_extract"
            return f"{taken}({scope.sql}, {literal(self.path(name).path)})"
        if scope.relation is None:
            return f"{scope.sql}.cells[list_position({scope.sql}.names, {literal(name)})]"
        if name not in scope.relation.columns:
            raise scope.relation.lacks(name, self.each)
        column = f"{scope.sql}.{identifier(name)}"
        return f"({column} ->> '$')" if text and scope.relation.columns[name] == "JSON" else column


def view_query(source: ViewSource, on: Relation, parents: list[Relation], each: TriplesMap) -> str:
    """Give the query of a view over its relation, with the relations of its joins in their order.

    Raises MappingFailed for a field that the source does not have.
    """
    flattener = _Flattener(each)
    flattener.add(source.fields, _scope("b", on), "")
    numbered = (
        f"SELECT * FROM {identifier(on.name)}"
        if "#" in on.columns
        else (f'SELECT *, row_number() OVER () - 1 AS "#" FROM {identifier(on.name)}')
    )
    columns = [("#", 'b."#"'), *flattener.columns]
    listed = ", ".join(f"{value} AS {identifier(name)}" for name, value in columns)
    query = f"SELECT {listed} FROM ({numbered}) AS b {' '.join(flattener.lists)}"
    own = Relation("", {name: "VARCHAR" for name, _ in columns}, Formulation.COLUMN, "the view")
    for number, (join, parent) in enumerate(zip(source.joins, parents, strict=True)):
        query, added = _joined(query, own, join, parent, each, number)
        own = Relation("", {**own.columns, **dict.fromkeys(added, "VARCHAR")}, Formulation.COLUMN, "the view")
    return query


def _joined(
    query: str, own: Relation, join: ViewJoin, parent: Relation, each: TriplesMap, number: int
) -> tuple[str, list[str]]:
    brought = _Flattener(each)
    alias = f"p{number}"
    scope = _scope(alias, parent)
    brought.add(join.fields, scope, "")
    ours = ", ".join(f"c.{identifier(name)}" for name in own.columns if name.endswith("#"))
    theirs = ", ".join(f"{alias}.{identifier(name)}" for name in parent.columns if name.endswith("#")) or "1"
    place = f"row_number() OVER (PARTITION BY {ours} ORDER BY {theirs}) - 1"
    pairs = [(name, place if name.endswith("#") else value) for name, value in brought.columns]
    listed = "".join(f", {value} AS {identifier(name)}" for name, value in pairs)
    conditions = " AND ".join(
        f"CAST({_plain(brought.value(one.child, _Scope('c', Formulation.COLUMN, own)))} AS VARCHAR) = "
        f"CAST({brought.value(one.parent, scope, text=True)} AS VARCHAR)"
        for one in join.joins
    )
    kind = "LEFT JOIN" if join.keep_unmatched else "JOIN"
    whole = f"SELECT c.*{listed} FROM ({query}) AS c {kind} {identifier(parent.name)} AS {alias} ON {conditions}"
    return whole, [name for name, _ in pairs]


def _plain(value: str) -> str:
    return f"json_extract_string(to_json({value}), '$')"


def _scope(alias: str, relation: Relation) -> _Scope:
    if relation.formulation is Formulation.JSON:
        return _Scope(f'{alias}."row"', Formulation.JSON)
    return _Scope(alias, Formulation.COLUMN, relation)
