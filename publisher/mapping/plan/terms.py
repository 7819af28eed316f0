"""Term maps to SQL: each term of a quad as an expression over a row, in N-Quads.

What a reference gives depends on its source: a column with its SQL type, or a JSONPath with the type of each value.
A reference that may give several values takes a list apart; which lists a term needs is told with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from publisher.errors import MappingFailed
from publisher.mapping.plan import sql
from publisher.mapping.plan.datatypes import JSON_TYPES, LEXICAL, PLAIN, canonical_double, natural
from publisher.mapping.plan.quoting import undelimited
from publisher.mapping.rml.references import Malformed, near_miss, parse_json_path
from publisher.mapping.rml.values import (
    Constant,
    Expression,
    Formulation,
    Reference,
    Template,
    TermMap,
    TermType,
    TriplesMap,
)
from publisher.rdf.names import XSD

_ABSOLUTE = r"^[A-Za-z][A-Za-z0-9+.-]*:"
_NOT_IN_IRI = r'\x00-\x20<>"{}|^`\\'
_LANGUAGE = r"^([A-Za-z]{2,3}|[xXiI])(-[A-Za-z0-9]{1,8})*\z"


@dataclass(frozen=True, slots=True)
class Relation:
    """The rows of a logical source as the engine knows them: a table name and its columns with their SQL types.

    ``folds``: case tells names apart, and one without quotes may be in small letters there, as on PostgreSQL.
    ``twice``: names that more than one column has.
    """

    name: str
    columns: Mapping[str, str]
    formulation: Formulation
    shown: str
    folds: bool = False
    twice: frozenset[str] = frozenset()

    def lacks(self, name: str, each: TriplesMap) -> MappingFailed:
        """Give the failure of a triples map that names a column which is not there, with the nearest that is."""
        columns = [column for column in self.columns if not column.endswith("#")]
        return MappingFailed(
            f"triples map {each.name}: {self.shown} has no column {name!r}",
            where=each.where,
            fix=f"{near_miss(name, columns)}its columns are: {', '.join(columns)}",
            code="mapping.column",
        )


@dataclass(frozen=True, slots=True)
class _Value:
    """What a reference gives: its text, and the datatype that its source implies, as ``^^<iri>`` or an expression.

    ``plain``: letters, digits, hyphens and dots alone, which stand in IRIs and literals as they are.
    """

    text: exp.Expr
    suffix: "str | exp.Expr" = ""
    plain: bool = False
    laterals: "frozenset[Lateral]" = frozenset()


@dataclass(frozen=True, slots=True)
class Lateral:
    """A list of a row that is taken apart: the alias of its values, the relation and the path."""

    alias: str
    relation: str
    path: str


@dataclass(frozen=True, slots=True)
class Term:
    """A term of a quad as N-Quads text in parts: constants, and expressions over a row, each of which may be NULL.

    ``unsafe``: its IRI may hold anything, also what ends an IRI.
    """

    parts: "tuple[str | exp.Expr, ...]"
    laterals: "frozenset[Lateral]" = frozenset()
    unsafe: bool = False

    @property
    def edges(self) -> tuple[str, str]:
        """Give the texts that the term begins and ends with for every row."""
        return _edge(self.parts[0]), _edge(self.parts[-1])


def _edge(part: "str | exp.Expr") -> str:
    if isinstance(part, str):
        return part
    return '"' if sql.is_quoted(part) else ""


@dataclass(slots=True)
class Compiler:
    """Compiles one triples map over its relation; parents are compiled in the same way under another alias."""

    map: TriplesMap
    relation: Relation
    alias: str
    base: str | None
    laterals: dict[tuple[str, str], Lateral] = field(default_factory=dict)
    fresh: bool = False
    paths: set[str] = field(default_factory=set)

    def fail(self, message: str, fix: str | None = None, code: str = "mapping.failed") -> MappingFailed:
        """Give the failure of this triples map, for the caller to raise."""
        return MappingFailed(f"triples map {self.map.name}: {message}", where=self.map.where, fix=fix, code=code)

    def _stop(self, kind: str, value: exp.Expr) -> exp.Expr:
        return sql.failed(kind, self.map.name, value.copy())

    def _value(self, reference: Reference) -> _Value:
        if self.relation.formulation is Formulation.JSON:
            return self._json_value(reference)
        kind = self.relation.columns.get(name := self._column_name(reference))
        if kind is None:
            raise self.relation.lacks(name, self.map)
        if name in self.relation.twice:
            fix = "give each column a name of its own"
            raise self.fail(f"{self.relation.shown} has more than one column {name!r}", fix, "mapping.column")
        found = sql.column(self.alias, name)
        if kind == "JSON":
            return self._json_scalar(found, sql.text("$"), reference)
        lexical, datatype = natural(found, kind)
        plain = (datatype or "").removeprefix(XSD) in PLAIN
        return _Value(lexical, f"^^<{datatype}>" if datatype else "", plain)

    def _column_name(self, reference: Reference) -> str:
        name = reference.name
        if self.relation.formulation is Formulation.SQL:
            folded = undelimited(name) if name.startswith('"') else name.lower()
            name = undelimited(name)
            if self.relation.folds:
                return name if name in self.relation.columns else folded
        if name in self.relation.columns:
            return name
        same = [column for column in self.relation.columns if column.casefold() == name.casefold()]
        return same[0] if same and self.relation.formulation is Formulation.SQL else name

    def _json_value(self, reference: Reference) -> _Value:
        try:
            path = parse_json_path(reference.name)
        except Malformed as error:
            raise self.fail(str(error), code="mapping.path") from None
        row = sql.column(self.alias, "row")
        self.paths.add(path.path)
        if not path.many:
            return self._json_scalar(row, sql.text(path.path), reference)
        key = (self.alias, path.path)
        if key not in self.laterals:
            self.laterals[key] = Lateral(f"{self.alias}_{len(self.laterals)}", self.alias, path.path)
        lateral = self.laterals[key]
        value = self._json_scalar(sql.column(lateral.alias, "v"), sql.text("$"), reference)
        return _Value(value.text, value.suffix, laterals=frozenset({lateral}))

    def _json_scalar(self, json: exp.Expr, path: exp.Expr, reference: Reference) -> _Value:
        raw = sql.call("JSON_EXTRACT_STRING", json, path)
        kind = sql.call("JSON_TYPE", json.copy(), path.copy())
        nested = exp.and_(
            sql.matches(raw, r"^[\[{]"), exp.In(this=kind, expressions=[sql.text("ARRAY"), sql.text("OBJECT")])
        )
        if self.map.older:
            return _Value(sql.case((nested, self._stop("nested", raw)), otherwise=raw.copy()))
        number = exp.EQ(this=kind.copy(), expression=sql.text("DOUBLE"))
        lexical = sql.case(
            (nested, self._stop("nested", raw)),
            (number, canonical_double(raw)),
            otherwise=raw.copy(),
        )
        suffix = exp.Case(
            this=kind.copy(),
            ifs=[exp.If(this=sql.text(name), true=sql.text(f"^^<{XSD}{datatype}>")) for name, datatype in JSON_TYPES],
            default=sql.text(""),
        )
        return _Value(lexical, suffix)

    def plain(self, expression: Expression) -> _Value:
        """Give an expression as text without any encoding: literals, languages and the sides of joins."""
        if isinstance(expression, Constant):
            return _Value(sql.text(expression.value))
        if isinstance(expression, Reference):
            return self._value(expression)
        parts, laterals = self._parts(expression, encode=None)
        return _Value(sql.guarded(parts), laterals=laterals)

    def _parts(self, template: Template, *, encode: bool | None) -> tuple[list[str | exp.Expr], frozenset[Lateral]]:
        """Give the parts of a template as SQL; ``encode``: None keeps all, False keeps letters, True keeps ASCII."""
        made: list[str | exp.Expr] = []
        laterals: frozenset[Lateral] = frozenset()
        for part in template.parts:
            if isinstance(part, str):
                made.append(part)
                continue
            value = self._value(part)
            laterals |= value.laterals
            kept = encode is None or value.plain
            made.append(value.text if kept else sql.encoded(value.text, ascii_only=bool(encode)))
        return made, laterals

    def term(self, term_map: TermMap) -> Term:
        """Give the term that a term map makes; raise MappingFailed for a column that the row does not have."""
        if isinstance(term_map.expression, Constant):
            return self._constant(term_map)
        if term_map.type is TermType.LITERAL:
            return self._literal(term_map)
        if term_map.type is TermType.BLANK:
            return self._blank(term_map.expression)
        return self._iri(term_map)

    def _constant(self, term_map: TermMap) -> Term:
        expression = term_map.expression
        if not isinstance(expression, Constant) or term_map.language or term_map.datatype:
            return self._literal(term_map)
        return Term((expression.term,))

    def _literal(self, term_map: TermMap) -> Term:
        value = self.plain(term_map.expression)
        tail, laterals, unsafe = value.suffix, value.laterals, False
        written: list[str | exp.Expr] = ['"', value.text, '"'] if value.plain else [sql.quoted(value.text)]
        if term_map.language is not None:
            language, more = self._language(term_map.language)
            return _term([*written, "@", language], laterals | more)
        if term_map.datatype is not None:
            datatype = self.term(term_map.datatype)
            name = _datatype_name(datatype)
            if name in LEXICAL and not self.map.older:
                written = ['"', self._typed(value.text, name), '"']
            tail, laterals, unsafe = _datatype_tail(datatype), laterals | datatype.laterals, datatype.unsafe
        return _term([*written, tail], laterals, unsafe=unsafe)

    def _typed(self, value: exp.Expr, datatype: str) -> exp.Expr:
        """Stop the run at a text that is none of a datatype's (R2RML section 10.2), as far as one pattern tells it.

        What matches a pattern holds nothing that a literal would have to escape.
        """
        valid = sql.matches(value, rf"^(?:{LEXICAL[datatype]})\z")
        return sql.case((valid, value.copy()), (sql.present(value), self._stop(datatype, value)))

    def _language(self, expression: Expression) -> tuple["str | exp.Expr", frozenset[Lateral]]:
        if isinstance(expression, Constant):
            return expression.value.lower(), frozenset()
        value = self.plain(expression)
        lower = exp.Lower(this=value.text)
        valid = sql.case(
            (sql.matches(value.text.copy(), _LANGUAGE), lower),
            (sql.present(value.text), self._stop("language", value.text)),
        )
        return valid, value.laterals

    def _blank(self, expression: Expression) -> Term:
        if isinstance(expression, Template) and not expression.parts:
            self.fresh = True
            number = sql.as_text(sql.column(self.alias, "#row"))
            return _term([f"_:r{_hex(self.map.name)}x", number])
        value = self.plain(expression)
        return _term(["_:b", exp.Lower(this=sql.call("HEX", value.text))], value.laterals)

    def _iri(self, term_map: TermMap) -> Term:
        encode = {TermType.URI: True, TermType.IRI: False}.get(term_map.type)
        if isinstance(term_map.expression, Template):
            parts, laterals = self._parts(term_map.expression, encode=encode)
            return _term(["<", *self._resolved(parts, encode=encode), ">"], laterals, unsafe=encode is None)
        value = self.plain(term_map.expression)
        checked = self._checked_iri(value.text, unsafe=encode is None)
        return _term(["<", checked, ">"], value.laterals, unsafe=encode is None)

    def _resolved(self, parts: list[str | exp.Expr], *, encode: bool | None) -> list[str | exp.Expr]:
        """Put the base in front of a template that makes a relative IRI (R2RML section 7.4: by concatenation)."""
        first = parts[0] if parts else ""
        if isinstance(first, str):
            scheme, colon, _ = first.partition(":")
            if colon and scheme[:1].isalpha() and all(letter.isalnum() or letter in "+.-" for letter in scheme):
                return parts
            if not colon or "/" in scheme:
                return [self._known_base(), *parts]
        if encode is not None and not any(isinstance(part, str) and ":" in part for part in parts):
            return [self._known_base(), *parts]
        whole = sql.guarded(parts)
        relative = sql.case((sql.matches(whole, _ABSOLUTE), sql.text("")), otherwise=sql.text(self._known_base()))
        return [relative, *parts]

    def _known_base(self) -> str:
        base = self.map.base or self.base
        if base is None:
            raise self.fail("it makes relative IRIs and no base is known", "give --base or rml:baseIRI", "mapping.base")
        return base

    def _checked_iri(self, value: exp.Expr, *, unsafe: bool) -> exp.Expr:
        base = self.map.base or self.base
        based = sql.joined([base, value.copy()]) if base is not None else self._stop("relative", value)
        absolute = sql.matches(value, _ABSOLUTE if unsafe else rf"{_ABSOLUTE}[^{_NOT_IN_IRI}]*\z")
        refused = exp.Null() if self.map.older else self._stop("iri", value)
        checks = [] if unsafe else [(sql.matches(value.copy(), f"[{_NOT_IN_IRI}]"), refused)]
        return sql.case((absolute, value.copy()), *checks, (sql.present(value), based))


def _term(parts: "list[str | exp.Expr]", laterals: "frozenset[Lateral]" = frozenset(), *, unsafe: bool = False) -> Term:
    return Term(tuple(sql.merged(parts)), laterals, unsafe)


def _datatype_name(datatype: Term) -> str:
    first = datatype.parts[0]
    return first.removeprefix(f"<{XSD}").removesuffix(">") if isinstance(first, str) else ""


def _datatype_tail(datatype: Term) -> "str | exp.Expr":
    string = f"<{XSD}string>"
    if isinstance(datatype.parts[0], str) and len(datatype.parts) == 1:
        return "" if datatype.parts[0] == string else f"^^{datatype.parts[0]}"
    written = sql.guarded(datatype.parts)
    same = exp.EQ(this=written, expression=sql.text(string))
    return sql.case((same, sql.text("")), (sql.present(written), sql.joined(["^^", written.copy()])))


def _hex(name: str) -> str:
    return name.encode().hex()
