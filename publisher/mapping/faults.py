"""What an engine says when a query fails, turned into a failure that names mapping, value and next step."""

import difflib
import re
from collections.abc import Iterable

from publisher.errors import MappingFailed, Where
from publisher.mapping.values import TriplesMap

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


def data_fault(message: str, maps: Iterable[TriplesMap]) -> MappingFailed | None:
    """Give the failure for a value that a query refused, or None where the message is not ours."""
    match = _DATA.search(message)
    if match is None:
        return None
    kind, name, value = match.groups()
    wrong, fix = _KINDS.get(kind) or (
        f"the value {{value!r}} is no xsd:{kind}",
        "mend the value, or the datatype of its map",
    )
    where = next((each.where for each in maps if each.name == name), None)
    shown = value.splitlines()[0][:200] if value else value
    return MappingFailed(
        f"triples map {name}: {wrong.format(value=shown)}",
        where=where,
        fix=fix,
        code=f"mapping.{kind if kind in _KINDS else 'datatype'}",
    )


def engine_fault(message: str, each: TriplesMap, shown: str) -> MappingFailed:
    """Give the failure for rows that the engine could not read: a broken line, a wrong encoding, a bad query."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    line = re.search(r"CSV Error on Line: (\d+)", message)
    place = f", line {line[1]}" if line else ""
    reason = " ".join(lines[:2])[:400]
    return MappingFailed(
        f"triples map {each.name}: {shown}{place} cannot be read: {reason}",
        where=each.where,
        fix="mend the source at that place, or the query that reads it",
        code="mapping.source",
    )


def missing(kind: str, name: str, known: Iterable[str], where: Where, map_name: str) -> MappingFailed:
    """Give the failure for a table or file that is not there, with the nearest name that is."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    listed = f"there are: {', '.join(names[:20])}" if names else f"there is no {kind} at all"
    return MappingFailed(
        f"triples map {map_name}: the {kind} {name!r} does not exist",
        where=where,
        fix=f"{hint}{listed}",
        code="mapping.source",
    )
