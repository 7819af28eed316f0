"""RDF terms as canonical N-Quads texts: telling them apart, taking literals to pieces, comparing their values.

Values follow XML Schema 1.1 part 2 as far as SPARQL 1.1 operators compare them (SPARQL 1.1 Query, section 17.3);
what cannot be compared gives None, never an exception.
"""

import datetime as dt
import re
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from publisher.rdf.names import RDF, XSD

_LITERAL = re.compile(r'^"(.*)"(?:@([A-Za-z0-9\-]+)|\^\^<(.*)>)?$', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_PLAIN = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
_HALF_DAY = dt.timedelta(hours=14)

_INTEGERS: dict[str, tuple[int | None, int | None]] = {
    "integer": (None, None),
    "long": (-(2**63), 2**63 - 1),
    "int": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-128, 127),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 255),
}
_ZONE = r"(Z|[+\-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))?"
_DATE = r"(-?(?:[1-9]\d{3,}|0\d{3}))-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_TIME = r"(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?|24:00:00(?:\.0+)?)"
_LEXICAL = {
    name: re.compile(pattern)
    for name, pattern in {
        **dict.fromkeys(_INTEGERS, r"[+\-]?\d+"),
        "decimal": r"[+\-]?(?:\d+(?:\.\d*)?|\.\d+)",
        "double": r"(?:[+\-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+\-]?\d+)?|[+\-]?INF|NaN)",
        "float": r"(?:[+\-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+\-]?\d+)?|[+\-]?INF|NaN)",
        "boolean": r"true|false|1|0",
        "date": _DATE + _ZONE,
        "dateTime": _DATE + "T" + _TIME + _ZONE,
        "dateTimeStamp": _DATE + "T" + _TIME + _ZONE.rstrip("?"),
        "time": _TIME + _ZONE,
        "gYear": r"-?(?:[1-9]\d{3,}|0\d{3})" + _ZONE,
        "gYearMonth": r"-?(?:[1-9]\d{3,}|0\d{3})-(?:0[1-9]|1[0-2])" + _ZONE,
        "gMonth": r"--(?:0[1-9]|1[0-2])" + _ZONE,
        "gDay": r"---(?:0[1-9]|[12]\d|3[01])" + _ZONE,
        "gMonthDay": r"--(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])" + _ZONE,
        "duration": r"-?P(?=.)(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?",
        "dayTimeDuration": r"-?P(?=.)(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?",
        "yearMonthDuration": r"-?P(?=.)(?:\d+Y)?(?:\d+M)?",
        "hexBinary": r"(?:[0-9A-Fa-f]{2})*",
        "language": r"[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*",
    }.items()
}
_NUMERIC = {*_INTEGERS, "decimal", "double", "float"}


class Literal(NamedTuple):
    """A literal in pieces: lexical form, datatype IRI, language tag or None."""

    lexical: str
    datatype: str
    language: str | None


def is_iri(term: str) -> bool:
    """Tell whether a term is an IRI."""
    return term[0] == "<" and not term.startswith("<<")


def is_blank(term: str) -> bool:
    """Tell whether a term is a blank node."""
    return term[0] == "_"


def is_literal(term: str) -> bool:
    """Tell whether a term is a literal."""
    return term[0] == '"'


def iri_of(term: str) -> str:
    """Give the IRI of an IRI term, or any other term as it is written."""
    return term[1:-1] if is_iri(term) else term


@lru_cache(maxsize=100_000)
def parts(term: str) -> Literal:
    """Take a literal term to pieces.

    >>> parts('"a"@en')
    Literal(lexical='a', datatype='http://www.w3.org/1999/02/22-rdf-syntax-ns#langString', language='en')
    """
    match = _LITERAL.match(term)
    if match is None:
        return Literal(term, XSD + "string", None)
    lexical = _ESCAPE.sub(_unescape, match[1]) if "\\" in match[1] else match[1]
    if match[2]:
        return Literal(lexical, RDF + "langString", match[2])
    return Literal(lexical, match[3] or XSD + "string", None)


def text_of(term: str) -> str:
    """Give what SPARQL's STR gives: the lexical form of a literal, the IRI of an IRI term."""
    return parts(term).lexical if is_literal(term) else iri_of(term)


@lru_cache(maxsize=100_000)
def well_formed(term: str) -> bool:
    """Tell whether the lexical form of a literal is in the lexical space of its datatype, where that is known."""
    literal = parts(term)
    name = literal.datatype.removeprefix(XSD)
    pattern = _LEXICAL.get(name) if literal.datatype.startswith(XSD) else None
    if pattern is None:
        return True
    if pattern.fullmatch(literal.lexical) is None:
        return False
    if name in _INTEGERS:
        least, most = _INTEGERS[name]
        number = int(literal.lexical)
        return (least is None or number >= least) and (most is None or number <= most)
    return name not in {"date", "dateTime", "dateTimeStamp"} or _moment(literal.lexical) is not None


def compare(left: str, right: str) -> int | None:
    """Compare two literals by value: -1, 0 or 1; None where SPARQL cannot order them."""
    if not (is_literal(left) and is_literal(right)):
        return None
    first, second = _value(left), _value(right)
    if first is None or second is None or first[0] != second[0]:
        return None
    if isinstance(first[1], dt.datetime) and isinstance(second[1], dt.datetime):
        return _compare_moments(first[1], second[1])
    if first[1] == second[1]:
        return 0
    return 1 if first[1] > second[1] else -1 if first[1] < second[1] else None


def _unescape(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _PLAIN.get(match[3], match[3])


@lru_cache(maxsize=100_000)
def _value(term: str) -> tuple[str, Any] | None:
    literal = parts(term)
    if not literal.datatype.startswith(XSD) or not well_formed(term):
        return None
    name = literal.datatype.removeprefix(XSD)
    if name in _NUMERIC:
        return _number(literal.lexical)
    if name == "string":
        return "string", literal.lexical
    if name == "boolean":
        return "boolean", literal.lexical in {"true", "1"}
    if name == "gYear" and literal.lexical.isdigit():
        return "gYear", int(literal.lexical)
    moment = _moment(literal.lexical) if name in {"dateTime", "dateTimeStamp", "date"} else None
    return None if moment is None else ("date" if name == "date" else "dateTime", moment)


def _number(lexical: str) -> tuple[str, Decimal] | None:
    return None if lexical == "NaN" else ("number", Decimal(lexical.replace("INF", "Infinity")))


def _moment(lexical: str) -> dt.datetime | None:
    text = re.sub(r"(\.\d{6})\d+", r"\1", lexical)
    midnight = "T24:00:00" in text
    match = re.fullmatch(rf"(\d{{4}}-\d\d-\d\d)({_ZONE})", text)
    if match:
        text = f"{match[1]}T00:00:00{match[2]}"
    try:
        moment = dt.datetime.fromisoformat(text.replace("T24:", "T00:"))
    except ValueError:
        return None
    return moment + dt.timedelta(days=1) if midnight else moment


def _compare_moments(first: dt.datetime, second: dt.datetime) -> int | None:
    if (first.tzinfo is None) == (second.tzinfo is None):
        return (first > second) - (first < second)
    if first.tzinfo is None:
        other = _compare_moments(second, first)
        return None if other is None else -other
    early, late = (second.replace(tzinfo=dt.UTC) + step for step in (-_HALF_DAY, _HALF_DAY))
    if first < early:
        return -1
    return 1 if first > late else None
