"""SQL expressions for RDF terms, each written once for every dialect that sqlglot renders.

IRI-safe encoding keeps what R2RML section 7.3 calls *iunreserved*; literals are escaped exactly as
:mod:`publisher.rdf.quads` escapes them.
"""

from collections.abc import Sequence

from sqlglot import exp, parse_one

_UCSCHAR = (
    r"\x{A0}-\x{D7FF}\x{F900}-\x{FDCF}\x{FDF0}-\x{FFEF}"
    + "".join(rf"\x{{{plane:X}0000}}-\x{{{plane:X}FFFD}}" for plane in range(1, 14))
    + r"\x{E1000}-\x{EFFFD}"
)
_ASCII = "A-Za-z0-9._~-"
_PLACE = "term_placeholder"
_ENCODED = (
    "REPLACE(REPLACE(ARRAY_TO_STRING(LIST_TRANSFORM(REGEXP_EXTRACT_ALL({place}, '[{keep}]+|[^{keep}]+'), "
    "s -> CASE WHEN REGEXP_MATCHES(s, '^[{keep}]') THEN s ELSE URL_ENCODE(s) END), ''), '+', '%20'), '*', '%2A')"
)
_RARE = r"\x00-\x08\x0B\x0C\x0E-\x1F\x7F"
_COMMON = r"""REPLACE(REPLACE(REPLACE(REPLACE(REPLACE({place}, '\', '\\'), '"', '\"'),
  CHR(10), '\n'), CHR(13), '\r'), CHR(9), '\t')"""
_ESCAPED = (
    rf"""CASE WHEN NOT REGEXP_MATCHES({{place}}, '[\x00-\x1F\x7F"\\]') THEN {{place}}
  WHEN NOT REGEXP_MATCHES({{place}}, '[{_RARE}]') THEN {_COMMON}
  ELSE ARRAY_TO_STRING(LIST_TRANSFORM(REGEXP_EXTRACT_ALL({_COMMON}, '[{_RARE}]|[^{_RARE}]+'),
    s -> CASE WHEN NOT REGEXP_MATCHES(s, '^[{_RARE}]') THEN s WHEN s = CHR(8) THEN '\b' WHEN s = CHR(12) THEN '\f' """
    r"ELSE CONCAT('\u00', HEX(s)) END), '') END"
)


def text(value: str) -> exp.Expr:
    """Give a string constant."""
    return exp.Literal.string(value)


def call(name: str, *arguments: exp.Expr) -> exp.Expr:
    """Give a function call that every dialect writes under the same name."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def column(alias: str, name: str) -> exp.Expr:
    """Give a column of a relation, quoted."""
    return exp.column(name, table=alias, quoted=True)


def as_text(value: exp.Expr) -> exp.Expr:
    """Give a value cast to text."""
    return exp.cast(value, "VARCHAR")


def matches(value: exp.Expr, pattern: str) -> exp.Expr:
    """Tell whether a regular expression is found in a text."""
    return exp.RegexpLike(this=value, expression=text(pattern))


def case(*branches: tuple[exp.Expr, exp.Expr], otherwise: exp.Expr | None = None) -> exp.Expr:
    """Give the value of the first condition that holds."""
    made = exp.Case(ifs=[exp.If(this=condition, true=value) for condition, value in branches])
    if otherwise is not None:
        made.set("default", otherwise)
    return made


def merged(parts: Sequence[str | exp.Expr]) -> list[str | exp.Expr]:
    """Give the parts with constants next to each other made one."""
    made: list[str | exp.Expr] = []
    for part in parts:
        if isinstance(part, str) and made and isinstance(made[-1], str):
            made[-1] += part
        elif part != "":
            made.append(part)
    return made or [""]


def joined(parts: Sequence[str | exp.Expr]) -> exp.Expr:
    """Give the concatenation of texts, none of which is NULL."""
    terms = [text(part) if isinstance(part, str) else part for part in merged(parts)]
    return terms[0] if len(terms) == 1 else call("CONCAT", *terms)


def line(parts: Sequence[str | exp.Expr]) -> exp.Expr:
    """Give the concatenation of columns and constants in one step, NULL where a column is NULL."""
    columns = [part for part in parts if isinstance(part, exp.Expr)]
    whole = joined(parts)
    return case((exp.and_(*(present(column) for column in columns)), whole)) if columns else whole


def guarded(parts: Sequence[str | exp.Expr]) -> exp.Expr:
    """Give the concatenation of texts, NULL where one of them is NULL."""
    terms = [text(part) if isinstance(part, str) else part for part in merged(parts)]
    whole = terms[0]
    for term in terms[1:]:
        whole = exp.DPipe(this=whole, expression=term)
    return whole


def present(value: exp.Expr) -> exp.Expr:
    """Tell whether a value is not NULL."""
    return exp.Not(this=exp.Is(this=value.copy(), expression=exp.Null()))


def failed(kind: str, name: str, value: exp.Expr) -> exp.Expr:
    """Stop the query with kind, triples map and value, that :mod:`publisher.mapping.run.faults` makes a failure of."""
    return call("ERROR", call("CONCAT", text(f"exportin|{kind}|{name}|"), value))


def filled(pattern: str, value: exp.Expr) -> exp.Expr:
    """Give an expression written as text in DuckDB's dialect, with a value in place of ``{place}``."""
    tree = parse_one(pattern.replace("{place}", _PLACE), read="duckdb")
    return tree.transform(lambda node: value.copy() if isinstance(node, exp.Column) and node.name == _PLACE else node)


def encoded(value: exp.Expr, *, ascii_only: bool = False) -> exp.Expr:
    """Give the IRI-safe form of a text: other than unreserved characters are percent-encoded as UTF-8."""
    return call(_URI_SAFE if ascii_only else _IRI_SAFE, value)


def quoted(value: exp.Expr) -> exp.Expr:
    """Give a text as canonical N-Quads writes it, in its quotes."""
    return call(_QUOTED, value)


def is_quoted(part: str | exp.Expr) -> bool:
    """Tell whether a part of a term is a text in its quotes."""
    return isinstance(part, exp.Anonymous) and part.name == _QUOTED


def macros() -> dict[str, str]:
    """Give the statements that define for DuckDB what :func:`encoded` and :func:`quoted` call, by name."""
    return {name: f"CREATE TEMP MACRO {name.lower()}(x) AS {body}" for name, body in _DUCKDB.items()}


def inlined(node: exp.Expr) -> exp.Expr:
    """Give what :func:`encoded` and :func:`quoted` call written out, for an engine that knows no macros."""
    if isinstance(node, exp.Anonymous) and node.name in _PORTABLE:
        return filled(_PORTABLE[node.name], node.expressions[0].transform(inlined))
    return node


_IRI_SAFE, _URI_SAFE, _QUOTED = "IRI_SAFE", "URI_SAFE", "QUOTED"
_KEPT = _UCSCHAR + _ASCII
_PORTABLE = {
    name: f"CASE WHEN REGEXP_MATCHES({{place}}, '[^{_ASCII}]') "
    f"THEN {_ENCODED.replace('{keep}', keep)} ELSE {{place}} END"
    for name, keep in ((_IRI_SAFE, _KEPT), (_URI_SAFE, _ASCII))
} | {_QUOTED: f"""'"' || {_ESCAPED} || '"'"""}
# DuckDB's own functions do the same in a fifth of the time: url_encode where all is ASCII, and to_json but for DEL.
_DUCKDB = {
    _IRI_SAFE: f"CASE WHEN STRLEN(x) = LENGTH(x) THEN URL_ENCODE(x) WHEN NOT REGEXP_MATCHES(x, '[^{_KEPT}]') THEN x "
    f"ELSE {_ENCODED.replace('{keep}', _KEPT).replace('{place}', 'x').replace('s ->', 'LAMBDA s:')} END",
    _URI_SAFE: "URL_ENCODE(x)",
    _QUOTED: r"CASE WHEN CONTAINS(x, CHR(127)) THEN REPLACE(CAST(TO_JSON(x) AS VARCHAR), CHR(127), '\u007F') "
    "ELSE CAST(TO_JSON(x) AS VARCHAR) END",
}
