"""Example queries with parameters: a value from outside takes the place of a term, and never of any text.

A query file declares a parameter in its header, ``#+ param: gene iri EX:1 the gene that is asked about``: its name, its
type, the term in the query that it stands for, and words. The file runs as it is; a client's value replaces the tokens
that are that term. It refuses a value that is not of the type.
"""

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from publisher.errors import UsageError
from publisher.rdf import names, quads
from publisher.rdf.prefixes import is_iri
from publisher.rdf.query import tokens

_PARAMETER = re.compile(
    r"^#\+\s*param:\s*([A-Za-z][A-Za-z0-9_]*)\s+([a-z]+)\s+(\"(?:[^\"\\]|\\.)*\"|\S+)\s*(.*)$", re.MULTILINE
)
_DECIMAL = re.compile(r"^[+-]?\d{1,30}(\.\d{1,30})?$")
_INTEGER = re.compile(r"^[+-]?\d{1,30}$")
_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a query: name, type (iri, string, integer, decimal, boolean, date), default term, and words."""

    name: str
    type: str
    default: str
    words: str = ""


def parameters_of(text: str) -> tuple[Parameter, ...]:
    """Give the parameters that a query file's header declares, in order; those of an unknown type are left out."""
    found = (Parameter(*match.groups()) for match in _PARAMETER.finditer(text))
    return tuple(item for item in found if item.type in _WRITERS)


def bound(
    text: str, parameters: tuple[Parameter, ...], given: Mapping[str, str], expand: Callable[[str], str | None]
) -> str:
    """Give a query with the terms of the given parameters replaced; ``expand`` gives the IRI of an identifier.

    Raises UsageError for a value that is not of its type.
    """
    terms = {item.default: _written(item, given[item.name], expand) for item in parameters if item.name in given}
    parts: list[str] = []
    done = 0
    for token in tokens(text):
        new = terms.get(token.text) if token.kind in ("iri", "name", "string", "number", "word") else None
        if new is not None and not _declared(text, token.start):
            parts += [text[done : token.start], new]
            done = token.end
    return "".join((*parts, text[done:]))


def _declared(text: str, start: int) -> bool:
    """Tell whether a token stands in the prologue, as a namespace does."""
    return bool(re.search(r"\b(PREFIX\s+\S*|BASE)\s*$", text[:start], re.IGNORECASE))


def _written(parameter: Parameter, value: str, expand: Callable[[str], str | None]) -> str:
    if len(value) > _LONGEST:
        raise UsageError(f"the {parameter.name} has {len(value)} characters, the limit is {_LONGEST}")
    written = _WRITERS[parameter.type](value.strip(), expand)
    if written is None:
        raise UsageError(
            f"the {parameter.name} {value[:100]!r} is not of the type {parameter.type}",
            fix=f"the example in the query is {parameter.default}",
        )
    return written


def _iri(value: str, expand: Callable[[str], str | None]) -> str | None:
    iri = expand(value)
    return f"<{iri}>" if iri and is_iri(iri) else None


def _string(value: str, expand: Callable[[str], str | None]) -> str | None:
    return quads.literal(value)


def _integer(value: str, expand: Callable[[str], str | None]) -> str | None:
    return quads.literal(value, datatype=f"{names.XSD}integer") if _INTEGER.match(value) else None


def _decimal(value: str, expand: Callable[[str], str | None]) -> str | None:
    return quads.literal(value, datatype=f"{names.XSD}decimal") if _DECIMAL.match(value) else None


def _boolean(value: str, expand: Callable[[str], str | None]) -> str | None:
    return value if value in ("true", "false") else None


def _date(value: str, expand: Callable[[str], str | None]) -> str | None:
    try:
        return quads.literal(datetime.date.fromisoformat(value).isoformat(), datatype=f"{names.XSD}date")
    except ValueError:
        return None


_WRITERS: Mapping[str, Callable[[str, Callable[[str], str | None]], str | None]] = {
    "iri": _iri, "string": _string, "integer": _integer, "decimal": _decimal, "boolean": _boolean, "date": _date,
}  # fmt: skip
