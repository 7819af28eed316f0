"""XSD datatypes in SQL: what a column's type implies, how its values are written, and what a datatype allows.

Natural datatypes and lexical forms are those of R2RML section 10.2, canonical numbers those of XML Schema 1.0.
"""

from sqlglot import exp

from publisher.mapping.plan import sql
from publisher.rdf.names import XSD

_TRIMMED = r"REGEXP_REPLACE(REGEXP_REPLACE({place}, '([.][0-9]*?)0+$', '\1'), '[.]$', '')"
_INTEGERS = {
    "INT",
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
    "UHUGEINT",
}
_TEXTS = {"VARCHAR", "STRING", "CHAR", "UUID", "ENUM"}
_CANONICAL_DOUBLE = r"""
CASE WHEN {place} IN ('inf', 'Infinity', '+inf') THEN 'INF'
     WHEN {place} IN ('-inf', '-Infinity') THEN '-INF'
     WHEN LOWER({place}) = 'nan' THEN 'NaN'
     WHEN REGEXP_MATCHES({place}, '^[+-]?[0.]+(?:[eE].*)?$') THEN '0.0E0'
     ELSE CONCAT(
       CASE WHEN {place} LIKE '-%' THEN '-' ELSE '' END,
       SUBSTR({digits}, 1, 1), '.',
       CASE WHEN REGEXP_REPLACE(SUBSTR({digits}, 2), '0+$', '') = '' THEN '0'
            ELSE REGEXP_REPLACE(SUBSTR({digits}, 2), '0+$', '') END,
       'E', CAST({exponent} AS VARCHAR))
END"""
_WHOLE = r"REGEXP_REPLACE(REGEXP_REPLACE({place}, '[.eE].*$', ''), '^[+-]?0*', '')"
_FRACTION = r"REGEXP_REPLACE(REGEXP_REPLACE({place}, '[eE].*$', ''), '^[^.]*[.]?', '')"
_POWER = (
    r"CAST(CASE WHEN REGEXP_MATCHES({place}, '[eE]') THEN REGEXP_REPLACE({place}, '^.*[eE][+]?', '') "
    r"ELSE '0' END AS INTEGER)"
)
_ZONE = "(?:Z|[+-][0-9]{2}:[0-9]{2})?"
_DAY = "-?[0-9]{4,}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
# Patterns of the texts that a datatype allows, as far as one pattern tells it.
LEXICAL = {
    "integer": "[+-]?[0-9]+",
    "decimal": _NUMBER,
    "double": f"{_NUMBER}(?:[eE][+-]?[0-9]+)?|[+-]?INF|NaN",
    "float": f"{_NUMBER}(?:[eE][+-]?[0-9]+)?|[+-]?INF|NaN",
    "boolean": "true|false|0|1",
    "date": _DAY + _ZONE,
    "dateTime": rf"{_DAY}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}(?:\.[0-9]+)?{_ZONE}",
    "gYear": f"-?[0-9]{{4,}}{_ZONE}",
}
# The datatype of a value of JSON, by the name that DuckDB has for its type.
JSON_TYPES = (
    ("BIGINT", "integer"),
    ("UBIGINT", "integer"),
    ("HUGEINT", "integer"),
    ("UHUGEINT", "integer"),
    ("DOUBLE", "double"),
    ("BOOLEAN", "boolean"),
)
# What these write stands in IRIs and literals as it is.
PLAIN = {"integer", "decimal", "boolean", "date", "hexBinary"}


def canonical_double(lexical: exp.Expr) -> exp.Expr:
    """Give the canonical form of a floating-point number written in any form (XML Schema 1.0, 3.2.5.2)."""
    digits = f"REGEXP_REPLACE(CONCAT({_WHOLE}, {_FRACTION}), '^0+', '')"
    whole_length = f"LENGTH({_WHOLE})"
    leading = f"(LENGTH({_FRACTION}) - LENGTH(REGEXP_REPLACE({_FRACTION}, '^0+', '')))"
    exponent = f"({_POWER} + CASE WHEN {whole_length} > 0 THEN {whole_length} - 1 ELSE -1 - {leading} END)"
    pattern = _CANONICAL_DOUBLE.replace("{digits}", digits).replace("{exponent}", exponent)
    return sql.filled(pattern, lexical)


def natural(value: exp.Expr, kind: str) -> tuple[exp.Expr, str | None]:
    """Give the natural lexical form of a column of a SQL type, and the IRI of its datatype (None: a plain text)."""
    name = kind.upper().split("(")[0].strip()
    if name in _TEXTS:
        return value, None
    if name in _INTEGERS:
        return sql.as_text(value), XSD + "integer"
    if name in ("DECIMAL", "NUMERIC"):
        return sql.filled(_TRIMMED, sql.as_text(value)), XSD + "decimal"
    if name in ("DOUBLE", "FLOAT", "REAL"):
        return canonical_double(sql.as_text(value)), XSD + "double"
    return _natural_other(value, name)


def _natural_other(value: exp.Expr, name: str) -> tuple[exp.Expr, str | None]:
    if name == "BOOLEAN":
        true = exp.Is(this=value, expression=exp.true())
        return sql.case((true, sql.text("true")), (sql.present(value), sql.text("false"))), XSD + "boolean"
    if name in ("BLOB", "BINARY", "VARBINARY"):
        return sql.call("HEX", value), XSD + "hexBinary"
    return _natural_time(value, name)


def _natural_time(value: exp.Expr, name: str) -> tuple[exp.Expr, str | None]:
    if name == "DATE":
        return sql.as_text(value), XSD + "date"
    if name == "TIME":
        return sql.as_text(value), XSD + "time"
    if name.startswith("TIMESTAMP"):
        zoned = name.endswith(("WITH TIME ZONE", "TZ"))
        lexical = sql.call("REPLACE", sql.as_text(value), sql.text(" "), sql.text("T"))
        if zoned:
            lexical = sql.filled(
                r"REGEXP_REPLACE(REGEXP_REPLACE({place}, '[+]00(:00)?$', 'Z'), '([+-][0-9][0-9])$', '\1:00')", lexical
            )
        return lexical, XSD + "dateTime"
    return sql.as_text(value), None
