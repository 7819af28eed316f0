"""Links as a set (RFC 9264): those of the dataset for Signposting, and those of one thing, from it and to it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from flask import Blueprint, Response, request

from publisher.entities.linked import linked
from publisher.entities.reader import literal, term
from publisher.rdf.media import TURTLE, Family, Media
from publisher.rdf.prefixes import is_iri
from publisher.web import headers
from publisher.web.linking import answers, resolving
from publisher.web.site import Site
from publisher.web.views.discovery import chosen, links_of

LINKSET_JSON = Media(
    "application/linkset+json", "json", Family.RESULTS, "Linkset (JSON)", ("json",), ("application/json",)
)
LINKSET = Media("application/linkset", "linkset", Family.RESULTS, "Linkset", ("linkset", "txt"), ("text/plain",))
_RELATION = "http://www.iana.org/assignments/relation/"
_FORMAT = "http://purl.org/dc/terms/format"
_TRIPLES = "http://rdfs.org/ns/void#triples"


@dataclass(frozen=True, slots=True)
class Stated:
    """One link of a set: from where, by which relation (registered, or an IRI), to where, and what is there."""

    anchor: str
    rel: str
    href: str
    type: str = ""
    profile: str = ""
    title: str = ""
    triples: int = 0


def blueprint(site: Site) -> Blueprint:
    """Give the route of linksets."""
    views = Blueprint("linksets", __name__)

    @views.get("/linkset")
    @views.get("/linkset.<suffix>")
    def linkset(suffix: str = "") -> Response:
        """Give the links of the dataset, or those of one thing, as one set (RFC 9264)."""
        media = chosen(site, suffix, (LINKSET_JSON, LINKSET, TURTLE), "/linkset")
        if isinstance(media, Response):
            return media
        text = request.args.get("iri")
        if text is None:
            stated = _of_dataset(site, answers.root(site, request))
            return _answered(site, media, stated, here=not site.settings.text("public_url"))
        asked = resolving.asked(site, "iri", text)
        if isinstance(asked, Response):
            return asked
        things = sorted({item.hit.iri for item in asked} | ({text} if is_iri(text) else set()))
        stated = [Stated(item.source, item.relation, item.target) for item in linked(site.reader, things)]
        return _answered(site, media, stated)

    return views


def _of_dataset(site: Site, root: str) -> list[Stated]:
    links = [Stated(f"{root}/", link.rel, link.href, link.type, link.profile) for link in links_of(site, root)]
    files = [file for file in site.files.values() if file.part.startswith("linkset:")]
    folder = f"{root}/dumps/{site.about.version}"
    links += [
        Stated(f"{root}/", "item", f"{folder}/{file.name}", file.sent_as, title=file.title, triples=file.quads)
        for file in files
    ]
    return links


def _answered(site: Site, media: Media, links: list[Stated], *, here: bool = False) -> Response:
    body = {LINKSET_JSON: _json, LINKSET: _text, TURTLE: _turtle}[media](links)
    response = Response(body, content_type=media.content_type)
    if here:
        response.headers["Cache-Control"] = "no-cache"  # it names the host that was asked
        response.vary.add("Accept")
        return response
    return headers.cached(response, request, seconds=site.settings.count("page_seconds"))


def _json(links: Iterable[Stated]) -> str:
    contexts: dict[str, dict[str, list[dict[str, object]]]] = {}
    for link in links:
        target: dict[str, object] = {"href": link.href}
        told = {"type": link.type, "profile": link.profile, "title": link.title}
        target.update({name: value for name, value in told.items() if value})
        if link.triples:
            target["triples"] = [str(link.triples)]
        contexts.setdefault(link.anchor, {}).setdefault(link.rel, []).append(target)
    rows = [{"anchor": anchor, **relations} for anchor, relations in contexts.items()]
    return json.dumps({"linkset": rows}, indent=1, ensure_ascii=False) + "\n"


def _text(links: Iterable[Stated]) -> str:
    rows = []
    for link in links:
        told = {"rel": link.rel, "type": link.type, "profile": link.profile, "title": link.title,
                "triples": str(link.triples or "")}  # fmt: skip
        attributes = "".join(f'; {name}="{value}"' for name, value in told.items() if value)
        rows.append(f'<{link.href}>{attributes}; anchor="{link.anchor}"')
    return ",\n".join(rows) + "\n" if rows else ""


def _turtle(links: Iterable[Stated]) -> str:
    lines: dict[str, None] = {}
    for link in links:
        if not is_iri(link.href):
            continue
        relation = link.rel if is_iri(link.rel) else f"{_RELATION}{link.rel}"
        lines[f"{term(link.anchor)} {term(relation)} {term(link.href)} .\n"] = None
        if link.type:
            lines[f"{term(link.href)} <{_FORMAT}> {literal(link.type)} .\n"] = None
        if link.triples:
            lines[f"{term(link.href)} <{_TRIPLES}> {link.triples} .\n"] = None
    return "".join(lines)
