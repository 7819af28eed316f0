"""Finding things: search with suggestions, resolving a name or an IRI, and lists by class, relation and document."""

import json
from urllib.parse import quote

from flask import Blueprint, Response, render_template, request

from publisher.entities.lists.browse import classes, documents, kinds, members, relations
from publisher.entities.names.lookup import Hit
from publisher.errors import UsageError
from publisher.rdf.media import HTML, JSON
from publisher.rdf.prefixes import is_iri
from publisher.web import headers, problems
from publisher.web.site import Site
from publisher.web.views.starting import start_of

_PAGE = 50
_LONGEST = 200
_REFUSED = 2000
_DIGITS = 4


def blueprint(site: Site) -> Blueprint:
    """Give the routes by which a site's things are found."""
    views = Blueprint("browse", __name__)
    seconds = site.settings.count("page_seconds")

    @views.get("/search")
    def search() -> Response:
        """Give the things whose names fit the words."""
        words = _words().strip()
        wanted = _kinds(site)
        number = _number()
        hits: tuple[Hit, ...] = ()
        if site.lookup and words:
            hits = site.lookup.search(words, limit=_PAGE + 1, offset=(number - 1) * _PAGE, kinds=wanted)
        media = problems.variant(request, (HTML, JSON), lambda found: f"/search?format={found.suffix}", default=HTML)
        if isinstance(media, problems.Problem):
            return problems.respond(media, request, base=site.about.base)
        if media is JSON:
            return _json([_hit(site, hit) for hit in hits[:_PAGE]], seconds)
        body = render_template(
            "search.html",
            words=words,
            hits=hits[:_PAGE],
            number=number,
            more=len(hits) > _PAGE,
            start=start_of(site.lookup, site.about) if site.lookup and not words else None,
        )
        return headers.cached(Response(body, content_type=HTML.content_type), request, seconds=seconds)

    @views.get("/suggest")
    def suggest() -> Response:
        """Give suggestions for the words typed so far, in the form of OpenSearch Suggestions 1.1."""
        words = _words()
        hits = site.lookup.suggest(words, limit=10, kinds=_kinds(site)) if site.lookup and words.strip() else ()
        addresses = [request.script_root + site.paths.page(hit.iri) for hit in hits]
        return _json([words, [hit.label for hit in hits], [hit.kind for hit in hits], addresses], seconds)

    @views.get("/browse")
    def browse() -> Response:
        """List the classes, the relations and the documents of the dataset with their counts."""
        reader = site.reader
        described = kinds(reader)
        things = {item.thing.iri for item in described}
        body = render_template(
            "browse.html",
            kinds=described,
            records=[item for item in classes(reader) if item.thing.iri not in things],
            relations=relations(reader),
            documents=documents(reader),
        )
        return headers.cached(Response(body, content_type=HTML.content_type), request, seconds=seconds)

    @views.get("/browse/class")
    def one_class() -> Response:
        """List the things of one class by name."""
        iri = request.args.get("iri", "")
        if not is_iri(iri):
            problem = problems.Problem("bad-request", "give the IRI of a class: /browse/class?iri=…")
            return problems.respond(problem, request, base=site.about.base)
        number = _number()
        found = members(site.reader, iri, limit=_PAGE + 1, offset=(number - 1) * _PAGE)
        body = render_template("class.html", kind=found.kind, things=found.things[:_PAGE], number=number,
                               more=len(found.things) > _PAGE, query=quote(iri, safe=""))  # fmt: skip
        return headers.cached(Response(body, content_type=HTML.content_type), request, seconds=seconds)

    return views


def _words() -> str:
    """Give the words that were asked for; what is too long for a name is refused, what is long for one is cut."""
    text = request.args.get("q", "")
    if len(text) > _REFUSED:
        raise UsageError(f"q has {len(text)} characters, the limit is {_REFUSED}", fix="ask for one name")
    return text[:_LONGEST]


def _kinds(site: Site) -> tuple[str, ...]:
    """Give the classes that things are wanted of, as ``class`` or ``type``: an IRI, a CURIE or a name."""
    asked = [text[:_LONGEST] for name in ("class", "type") for text in request.args.getlist(name) if text]
    found = {text: site.lookup.class_named(text) if site.lookup else text for text in asked}
    unknown = next((text for text, iri in found.items() if iri is None), None)
    if unknown is not None:
        raise UsageError(f"there is no type {unknown!r}", fix="ask /reconcile/suggest/type?prefix= for those there are")
    return tuple(iri for iri in found.values() if iri)


def _number() -> int:
    text = request.args.get("page", "1")
    if not text.isdecimal() or len(text) > _DIGITS or not int(text):
        raise UsageError(f"the page {text[:50]!r} is no number from 1 to {10**_DIGITS - 1}", fix="count pages from 1")
    return int(text)


def _json(value: object, seconds: int) -> Response:
    body = json.dumps(value, ensure_ascii=False) + "\n"
    return headers.cached(Response(body, content_type="application/json"), request, seconds=seconds)


def _hit(site: Site, hit: Hit) -> dict[str, object]:
    address = request.script_root + site.paths.page(hit.iri)
    return {
        "iri": hit.iri,
        "label": hit.label,
        "type": hit.kind,
        "matched": hit.matched,
        "facts": hit.uses,
        "href": address,
    }
