"""What an engine says when a query fails, turned into a failure that names mapping, value and next step."""

import re
from collections.abc import Callable, Iterable

from publisher.errors import MappingFailed, Where
from publisher.mapping.rml.references import near_miss
from publisher.mapping.rml.values import TriplesMap

_DATA = re.compile(r"exportin\|(\w+)\|([^|]*)\|(.*)", re.DOTALL)
_KINDS = {
    "iri": ("the value {value!r} cannot stand in an IRI", "use a template, which encodes it, or mend the value"),
    "relative": ("the value {value!r} is a relative IRI and no base is known", "give --base or rml:baseIRI"),
    "nested": (
        "a reference gives {value}, which is a list or an object",
        "end the reference with [*] or name a member",
    ),
    "quoted": ("the table inside the value {value!r} has quotation marks", "CSV in a field is read without quotes"),
    "language": ("the value {value!r} is not a language tag", "mend the value: a tag of BCP 47 such as en or pt-BR"),
}

_REASONS = (
    (
        re.compile(r"Expected Number of Columns: (\d+) Found: (\d+)"),
        "it has not {0} cells, as the header has",
        "mend the line: a cell that holds the delimiter or a line break stands in quotation marks",
    ),
    (
        re.compile(r"unterminated quote"),
        "a quotation mark opens here and nothing closes it",
        "close it, or write it twice where it is part of the text",
    ),
    (
        re.compile(r"Invalid unicode|invalid UTF-8|codec can't decode"),
        "it is not UTF-8",
        "write the file in UTF-8, or say how it is written with rml:encoding",
    ),
    (re.compile(r"Malformed JSON.*?: ([^:]+?)\.?\s*$", re.MULTILINE), "this is not valid JSON: {0}", "mend the file"),
)


def data_fault(
    message: str, maps: Iterable[TriplesMap], place: Callable[[TriplesMap, str], str | None]
) -> MappingFailed | None:
    """Give the failure for a value that a query refused, or None where the message is not ours.

    ``place`` finds a value in the source of a triples map again.
    """
    match = _DATA.search(message)
    if match is None:
        return None
    kind, name, value = match.groups()
    wrong, fix = _KINDS.get(kind) or (
        f"the value {{value!r}} is no xsd:{kind}",
        "mend the value, or the datatype of its map",
    )
    refused = next((each for each in maps if each.name == name), None)
    shown = value.splitlines()[0][:200] if value else value
    found = place(refused, value) if refused is not None else None
    return MappingFailed(
        f"triples map {name}: {f'{found}: ' if found else ''}{wrong.format(value=shown)}",
        where=refused.where if refused is not None else None,
        fix=fix,
        code=f"mapping.{kind if kind in _KINDS else 'datatype'}",
    )


def engine_fault(message: str, each: TriplesMap, shown: str) -> MappingFailed:
    """Give the failure for rows that the engine could not read: a broken line, a wrong encoding, a bad query."""
    line = re.search(r"CSV Error on Line: (\d+)(?:\s+Original Line: ?(.*))?", message)
    place = f", line {line[1]}" if line else ""
    reason, fix = _reason(message)
    text = f": {line[2][:120]!r}" if line and line[2] else ""
    return MappingFailed(
        f"triples map {each.name}: {shown}{place} cannot be read: {reason}{text}",
        where=each.where,
        fix=fix,
        code="mapping.source",
    )


def _reason(message: str) -> tuple[str, str]:
    for pattern, reason, fix in _REASONS:
        match = pattern.search(message)
        if match is not None:
            return reason.format(*match.groups()), fix
    said = [line.strip() for line in re.split(r"\n\s*LINE \d+:", message)[0].splitlines() if line.strip()]
    return " ".join(said[:2])[:400], "mend the source at that place, or the query that reads it"


def missing(kind: str, name: str, known: Iterable[str], where: Where, map_name: str) -> MappingFailed:
    """Give the failure for a table or file that is not there, with the nearest name that is."""
    names = sorted(known)
    listed = f"there are: {', '.join(names[:20])}" if names else f"there is no {kind} at all"
    return MappingFailed(
        f"triples map {map_name}: the {kind} {name!r} does not exist",
        where=where,
        fix=f"{near_miss(name, names)}{listed}",
        code="mapping.source",
    )


def no_database(name: str, where: Where, map_name: str) -> MappingFailed:
    """Give the failure for a table of a database where no database is named."""
    return MappingFailed(
        f"triples map {map_name}: it reads the table {name!r} of a database, and none is named",
        where=where,
        fix="name it with --database: a DuckDB or SQLite file, or a postgresql:// address",
        code="mapping.source",
    )


def empty(name: str, where: Where, map_name: str) -> MappingFailed:
    """Give the failure for a table without even a header."""
    return MappingFailed(
        f"triples map {map_name}: {name} is empty",
        where=where,
        fix="write the names of its columns on the first line, also where no row follows",
        code="mapping.source",
    )
