"""The many spellings of one identifier, brought to the same keys.

A thing is asked for by its IRI with http or https, by a CURIE whose prefix is written in any case, through one of the
general resolvers, or in an address that the dataset's data declare as another form of a prefix. It knows no prefix
by itself: those come from the dataset. It refuses to say which thing is meant; that is the index's work.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import unquote

from publisher.rdf.prefixes import Prefixes

_SCHEME = re.compile(r"^https?://(?:www\.)?", re.IGNORECASE)
_HOST = re.compile(r"^[^/?#]+")
_RESOLVERS = (
    re.compile(r"^(?:identifiers\.org|bioregistry\.io|n2t\.net)/(?:[^/:]+/)*([A-Za-z][\w.\-]*):(.+)$"),
    re.compile(r"^(?:identifiers\.org|bioregistry\.io)/([A-Za-z][\w.\-]*)/([^/]+)$"),
    re.compile(r"^purl\.obolibrary\.org/obo/([A-Za-z][A-Za-z0-9]*)_(.+)$"),
)
_HOSTED = re.compile(r"^(?:www\.)?[a-z0-9\-]+(?:\.[a-z0-9\-]+)+/", re.IGNORECASE)
_CURIE = re.compile(r"^([A-Za-z][\w.\-]*):(?!//)(\S+)$")
_UNDERSCORED = re.compile(r"^([A-Za-z][A-Za-z0-9]*)_(\S+)$")
_WRAPPED = re.compile(r"^<(.*)>$|^\[(.*)\]$")
_URN = "urn:miriam:"


@dataclass(frozen=True, slots=True)
class Space:
    """What a prefix stands for besides its namespace: other names of it, other namespaces of the same identifiers."""

    prefix: str
    names: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Spelling:
    """The prefixes of a dataset and all that its data declare about them, ready to give keys."""

    names: Mapping[str, str]
    namespaces: tuple[tuple[str, str], ...] = field(default=())
    declared: frozenset[str] = frozenset()

    def keys(self, text: str) -> tuple[str, ...]:
        """Give the keys of an identifier in any spelling, the most telling first; texts of one thing share one.

        >>> spelling_of(Prefixes({"ex": "http://example.org/"})).keys("EX:a")
        ('ex:a',)
        """
        text = text.strip()
        wrapped = _WRAPPED.match(text)
        bare = (wrapped[1] or wrapped[2] or "") if wrapped else text
        found: dict[str, None] = {}
        for spelt in dict.fromkeys((bare, unquote(bare))):
            found.update(dict.fromkeys(self._keys(spelt)))
        return tuple(found)

    def _keys(self, text: str) -> Iterator[str]:
        rest = _SCHEME.sub("", text)
        if rest != text or _HOSTED.match(text):
            yield from self._address(rest.rstrip("/"))
            return
        text = text.removeprefix(_URN)
        curie = _CURIE.match(text)
        if curie:
            yield from self._curie(curie[1], curie[2])
            return
        underscored = _UNDERSCORED.match(text)
        if underscored and underscored[1].casefold() in self.names:
            yield from self._curie(underscored[1], underscored[2])

    def _address(self, rest: str) -> Iterator[str]:
        host = _HOST.match(rest)
        rest = ((host[0].lower() + rest[host.end() :]) if host else rest).removeprefix("www.")
        for namespace, prefix in self.namespaces:
            if rest.startswith(namespace) and len(rest) > len(namespace):
                local = rest[len(namespace) :]
                yield from self._curie(prefix, local)
                if namespace in self.declared and "/" in local:  # a page about the thing, such as …/O14980/entry
                    yield from self._curie(prefix, local.partition("/")[0])
                break
        for pattern in _RESOLVERS:
            match = pattern.match(rest)
            if match:
                yield from self._curie(match[1], match[2])
                break
        yield f"//{rest}"

    def _curie(self, prefix: str, local: str) -> Iterator[str]:
        known = self.names.get(prefix.casefold(), prefix.casefold())
        again = _CURIE.match(local)
        if again and self.names.get(again[1].casefold(), again[1].casefold()) == known:
            local = again[2]
        if local:
            yield f"{known.casefold()}:{local}"


def spelling_of(prefixes: Prefixes, spaces: Iterable[Space] = ()) -> Spelling:
    """Give the spellings that a table of prefixes and the declarations of a dataset allow."""
    names = {prefix.casefold(): prefix for prefix, _ in prefixes}
    namespaces = {_stripped(namespace): prefix for prefix, namespace in reversed(tuple(prefixes))}
    for space in spaces:
        for name in space.names:
            names.setdefault(name.casefold(), space.prefix)
        for namespace in space.namespaces:
            namespaces.setdefault(_stripped(namespace), space.prefix)
    declared = frozenset(namespaces) - {_stripped(namespace) for _, namespace in prefixes}
    longest = sorted(namespaces.items(), key=lambda item: (-len(item[0]), item[0]))
    return Spelling(MappingProxyType(names), tuple(longest), declared)


def _stripped(namespace: str) -> str:
    return _SCHEME.sub("", namespace)
