"""From an IRI to its address on this site, and back: the one place that knows both.

IRIs in data are never rewritten; only links in pages and redirects use the site's own addresses. An address is the
path below the place where the site is mounted, percent-encoded. It refuses to guess an IRI that RFC 3987 would not
allow: what a client sends is an IRI after encoding, or nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from publisher.rdf.media import DOCUMENTS, Media
from publisher.rdf.prefixes import Prefixes, is_iri

QUERY_ADDRESS = "/sparql"
QUERY_ADDRESSES = (QUERY_ADDRESS, f"{QUERY_ADDRESS}/", "/query", "/query/")
_SAFE = "/:@!$&'()*+,;=~-._"
_FORBIDDEN = ' <>"{}|^`\\'
_SUFFIXES = {media.suffix: media for media in DOCUMENTS}


@dataclass(frozen=True, slots=True)
class Paths:
    """The base of a dataset and its prefixes, as addresses."""

    base: str
    prefixes: Prefixes

    def own(self, iri: str) -> bool:
        """Tell whether an IRI lies under the dataset's base, so that this site answers for it."""
        return bool(self.base) and self.base.endswith("/") and iri.startswith(self.base) and len(iri) > len(self.base)

    def page(self, iri: str) -> str:
        """Give the address of the page about a thing: its own path, or ``/entity/{CURIE}``, or ``/entity?iri=``."""
        fragment = iri.partition("#")[2]
        if self.own(iri) and not fragment:
            return self._own(iri)
        curie = self.prefixes.compress(iri)
        namespace = self.prefixes[curie.partition(":")[0]] if curie else ""
        if curie and not (self.own(iri) and not namespace.endswith("#")):
            return f"/entity/{quote(curie, safe=_SAFE)}"
        if self.own(iri):
            return f"{self._own(iri.partition('#')[0])}#{quote(fragment, safe=_SAFE)}"
        return f"/entity?iri={quote(iri, safe='')}"

    def variant(self, iri: str, media: Media) -> str:
        """Give the address of the document about a thing in one media type."""
        return suffixed(self.page(iri).partition("#")[0], media)

    def document(self, iri: str, media: Media) -> str:
        """Give the IRI of the document about a thing in one media type, as data names it."""
        root = self.base if self.base.endswith("/") else "urn:exportin:"
        return root + self.variant(iri, media).lstrip("/")

    def iris(self, path: str) -> Iterator[str]:
        """Give the IRIs under the base that a decoded path may stand for, the likeliest first.

        A server hands over the path decoded once, so data with ``%20``, with ``%C3%A9`` and with ``é`` are all tried.
        """
        rest = path.lstrip("/")
        for spelt in dict.fromkeys((rest, _encoded(rest), quote(rest, safe=_SAFE), quote(rest, safe="/:-._~"))):
            if self.base.endswith("/") and rest and is_iri(self.base + spelt):
                yield self.base + spelt

    def _own(self, iri: str) -> str:
        return "/" + quote(iri[len(self.base) :], safe=_SAFE + "%")


def suffixed(address: str, media: Media) -> str:
    """Give an address with a media type's suffix on its path, before any query string."""
    path, mark, query = address.partition("?")
    return f"{path.rstrip('/')}.{media.suffix}{mark}{query}"


def split_suffix(path: str) -> tuple[str, Media | None]:
    """Give a path without the suffix of a document, and the media type that the suffix stands for."""
    stem, dot, suffix = path.rpartition(".")
    media = _SUFFIXES.get(suffix) if dot and stem and not stem.endswith("/") else None
    return (stem, media) if media else (path, None)


def _encoded(text: str) -> str:
    return "".join(f"%{ord(letter):02X}" if letter in _FORBIDDEN or ord(letter) < 32 else letter for letter in text)  # noqa: PLR2004 - C0 controls end at 32
