"""The headers of an answer: caching, validators, links for machines, and what a browser may do with a page."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from flask import Request, Response

from publisher.rdf.media import HTML, Media
from publisher.release.content import Description
from publisher.web.paths import suffixed

EXPOSED = (
    "Link, Location, ETag, Content-Location, Vary, Retry-After, SPARQL-Truncated, Server-Timing, Query-Id, Repr-Digest"
)
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
COMMON = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", EXPOSED),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
)
_PLAIN = re.compile(r"[!#-;=?-\[\]-~]*")


@dataclass(frozen=True, slots=True)
class WebLink:
    """One link of RFC 8288: where to, what for, and the media type there."""

    href: str
    rel: str
    type: str = ""
    profile: str = ""

    def __str__(self) -> str:
        """Give the link as a header writes it."""
        more = "".join(
            f'; {name}="{value}"' for name, value in (("type", self.type), ("profile", self.profile)) if value
        )
        return f'<{_safe(self.href)}>; rel="{self.rel}"{more}'


def link(response: Response, links: Iterable[WebLink]) -> None:
    """Put links on an answer, as one header."""
    text = ", ".join(str(item) for item in links)
    if text:
        response.headers["Link"] = text


def links_of_document(
    about: Description, iri: str, address: str, *, root: str, others: Iterable[Media], described_by: Media | None = None
) -> list[WebLink]:
    """Give the links of a document about a thing: its other variants, what it is about, and what it belongs to.

    ``others`` are the media types of the other variants, ``root`` is the path under which the site is mounted.
    """
    links = [WebLink(root + suffixed(address, other), "alternate", other.type) for other in others]
    if described_by:
        links.append(WebLink(root + suffixed(address, described_by), "describedby", described_by.type))
    links.append(WebLink(root + suffixed(address, HTML), "canonical"))
    links.extend([WebLink(iri, "describes"), WebLink(iri, "cite-as")])
    if about.licence:
        links.append(WebLink(about.licence, "license"))
    links.append(WebLink(about.iri, "collection"))
    links.append(WebLink(f"{root}/linkset", "linkset", "application/linkset+json"))
    links.append(WebLink("https://schema.org/AboutPage", "type"))
    return links


def cached(
    response: Response, request: Request, *, seconds: int, etag: str | None = None, vary: str = "Accept"
) -> Response:
    """Let an answer be kept: a strong validator (of its bytes, where none is given), its age, and 304 where it fits."""
    if vary:
        response.vary.add(vary)
    response.headers["Cache-Control"] = fresh(seconds)
    if response.status_code == 200:  # noqa: PLR2004 - only a whole answer has a validator
        response.set_etag(etag or hashlib.sha256(response.get_data()).hexdigest())
        response.make_conditional(request)
    return response


def fresh(seconds: int) -> str:
    """Give the Cache-Control of what is good for so many seconds without asking again."""
    return f"public, max-age={seconds}, stale-while-revalidate={seconds}"


def redirected(address: str, status: int) -> Response:
    """Give an answer that leads to another address of this site, without a body."""
    return Response(status=status, headers={"Location": _safe(address)})


def common(response: Response) -> Response:
    """Put on what every answer carries: it may be read from anywhere, and a page runs nothing that is not ours."""
    private = "private" in response.headers.get("Cache-Control", "")
    for name, value in COMMON[1:] if private else COMMON:
        response.headers.setdefault(name, value)
    if response.mimetype in ("text/html", "image/svg+xml"):
        response.headers.setdefault("Content-Security-Policy", POLICY)
    return response


def _safe(address: str) -> str:
    if _PLAIN.fullmatch(address):
        return address
    return "".join(
        letter if letter.isascii() and letter not in '<>" \\' and letter.isprintable() else _percent(letter)
        for letter in address
    )


def _percent(letter: str) -> str:
    return "".join(f"%{byte:02X}" for byte in letter.encode("utf-8", "replace"))
