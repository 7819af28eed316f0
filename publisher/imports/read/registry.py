"""A registry of prefixes, read from the JSON of Bioregistry: one record a prefix, address formats nested in it.

Formats that end where the identifier goes, or go on with a slash, are beginnings of addresses; the others are left out.
What the registry calls deprecated still says what a prefix stands for.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from publisher.errors import ImportFailed, Where
from publisher.rdf.prefixes import is_iri

_SLOT = "$1"
_SCHEME = re.compile(r"^https?://(?:www\.)?")


@dataclass(frozen=True, slots=True)
class Record:
    """What a registry says of a prefix: its other names, and the beginnings of addresses, the preferred one first."""

    prefix: str
    names: tuple[str, ...]
    namespaces: tuple[str, ...]

    def called(self, prefix: str) -> bool:
        """Tell whether a prefix, in any case, is a name of this record."""
        return prefix.casefold() in {name.casefold() for name in (self.prefix, *self.names)}

    def holds(self, namespace: str) -> bool:
        """Tell whether a namespace is one of the record's, with http or https."""
        return stripped(namespace) in {stripped(each) for each in self.namespaces}


def read_registry(text: str, file: str) -> tuple[Record, ...]:
    """Give the records of a registry, by prefix; raise ImportFailed where the text is not such JSON."""
    try:
        document = json.loads(text)
    except ValueError as error:
        raise _unreadable(file, str(error)) from None
    if not isinstance(document, dict) or not all(isinstance(record, dict) for record in document.values()):
        raise _unreadable(file, "it is no JSON object of records")
    return tuple(_record(prefix, entry) for prefix, entry in sorted(document.items()))


def stripped(namespace: str) -> str:
    """Give the beginning of an address without scheme and ``www.``, by which two forms of one are the same."""
    return _SCHEME.sub("", namespace)


def _unreadable(file: str, why: str) -> ImportFailed:
    return ImportFailed(f"cannot read the registry {file}: {why}", where=Where(file), fix="get the file again")


def _record(prefix: str, entry: Mapping[str, Any]) -> Record:
    names = sorted({each for each in (entry.get("preferred_prefix"), *(entry.get("synonyms") or ())) if each})
    formats = [str(entry.get("uri_format") or ""), *sorted(_formats(entry))]
    parted = [each.split(_SLOT) for each in formats if each.count(_SLOT) == 1]
    beginnings = [begin for begin, end in parted if not end or end.startswith("/")]
    unique: dict[str, str] = {}
    for each in filter(is_iri, beginnings):
        unique.setdefault(stripped(each), each)
    return Record(prefix, tuple(name for name in names if name != prefix), tuple(unique.values()))


def _formats(entry: object) -> Iterator[str]:
    if isinstance(entry, Mapping):
        for key, value in entry.items():
            if key == "uri_format" and isinstance(value, str):
                yield value
            else:
                yield from _formats(value)
    elif isinstance(entry, list):
        for each in entry:
            yield from _formats(each)
