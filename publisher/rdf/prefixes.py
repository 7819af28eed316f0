"""CURIEs and IRIs: expanding and compressing with a fixed table of prefixes.

It refuses to guess: an unknown prefix is an error of the caller, told apart from an IRI.
See CURIE Syntax 1.0 (W3C Working Group Note, 2010) for the form ``prefix:reference``.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType

_CURIE = re.compile(r"^([A-Za-z][A-Za-z0-9_.\-]*):(?!//)(\S*)\Z")
_IRI = re.compile(r'^[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20<>"{}|^`\\]+\Z')
_NAMES = 1 << 15
_LOCAL = re.compile(r"^[A-Za-z0-9_](?:[A-Za-z0-9_.\-]*[A-Za-z0-9_\-])?\Z")


def is_iri(text: str) -> bool:
    """Tell whether a text is an absolute IRI as the IRIREF production of Turtle and RFC 3987 allow."""
    return _IRI.match(text) is not None


class Prefixes:
    """A fixed table of prefixes, longest namespace first when it compresses."""

    __slots__ = ("_by_length", "_folded", "_table", "turtle_name")

    def __init__(self, table: Mapping[str, str]):
        """Take the table ``prefix → namespace`` in the order in which it should be shown."""
        self._table = MappingProxyType(dict(table))
        self._folded = {prefix.casefold(): prefix for prefix in self._table}
        self._by_length = sorted(self._table.items(), key=lambda item: (-len(item[1]), item[0]))
        self.turtle_name = lru_cache(_NAMES)(self._turtle_name)

    def __eq__(self, other: object) -> bool:
        """Tell whether two tables have the same prefixes for the same namespaces, in any order."""
        return isinstance(other, Prefixes) and dict(self._table) == dict(other._table)

    def __hash__(self) -> int:
        """Give a hash that equal tables share."""
        return hash(frozenset(self._table.items()))

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Give each prefix with its namespace in the order of the table."""
        return iter(self._table.items())

    def __contains__(self, prefix: object) -> bool:
        """Tell whether the table has the prefix, spelled exactly so."""
        return prefix in self._table

    def __getitem__(self, prefix: str) -> str:
        """Give the namespace of a prefix; KeyError where it is unknown."""
        return self._table[prefix]

    def preferred(self, prefix: str) -> str | None:
        """Give the table's own spelling of a prefix written in any case, or None."""
        return self._folded.get(prefix.casefold())

    def expand(self, text: str) -> str | None:
        """Give the IRI of a CURIE with a known prefix (exact case), or an absolute IRI as it is, else None.

        >>> Prefixes({"ex": "http://example.org/"}).expand("ex:a")
        'http://example.org/a'
        """
        match = _CURIE.match(text)
        if match and match[1] in self._table:
            return self._table[match[1]] + match[2]
        return text if "://" in text and is_iri(text) else None

    def compress(self, iri: str) -> str | None:
        """Give the shortest CURIE of an IRI, or None where no namespace fits or nothing would remain.

        An identifier that repeats its prefix has none: registries take ``EX:EX:5`` for ``EX:5``, which is another IRI.

        >>> Prefixes({"EX": "http://example.org/"}).compress("http://example.org/EX:5") is None
        True
        """
        for prefix, namespace in self._by_length:
            if iri.startswith(namespace) and len(iri) > len(namespace):
                local = iri[len(namespace) :]
                if ":" not in local or not local.casefold().startswith(f"{prefix.casefold()}:"):
                    return f"{prefix}:{local}"
        return None

    def _turtle_name(self, iri: str) -> str:
        """Give the IRI as Turtle writes it: a prefixed name where its local part needs no escape, else ``<iri>``."""
        for prefix, namespace in self._by_length:
            if iri.startswith(namespace) and _LOCAL.match(iri[len(namespace) :]):
                return f"{prefix}:{iri[len(namespace) :]}"
        return f"<{iri}>"
