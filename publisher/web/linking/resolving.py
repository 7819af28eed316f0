"""Look-up: from an identifier in any spelling to its thing, one by one with a redirect or thousands at once."""

import re
from urllib.parse import quote

from flask import Blueprint, Response, request

from publisher.entities.names.lookup import Found, Hit
from publisher.rdf.media import HTML, JSON
from publisher.rdf.prefixes import is_iri
from publisher.web import headers, negotiation, problems
from publisher.web.linking import answers
from publisher.web.site import Site

MOST = 100_000
_LONGEST = 2000
_SHOWN = 200
_SUGGESTED = 5
_FORM = re.compile(r'^[<\[]?[^\x00-\x20\x7f<>"{}|^`\\]+[>\]]?$')


def blueprint(site: Site) -> Blueprint:
    """Give the routes that lead from identifiers and names to things."""
    views = Blueprint("resolving", __name__)
    retired = _retired(site)

    @views.get("/resolve")
    @views.get("/lookup")
    def resolve() -> Response:
        """Lead from a CURIE, an IRI in any of its forms, or an exact name to its thing: 303, or JSON."""
        named = [(name, request.args[name].strip()) for name in ("curie", "iri", "q") if request.args.get(name)]
        if len(named) != 1 or not named[0][1]:
            return answers.refused(
                site, request, "give one CURIE, IRI or name: /resolve?curie=… or /lookup?iri=… or ?q=…"
            )
        name, text = named[0]
        found = asked(site, name, text)
        return found if isinstance(found, Response) else _one(site, name, text, found)

    @views.post("/resolve")
    @views.post("/lookup")
    def resolve_many() -> Response:
        """Give what each of many identifiers leads to: a JSON array of texts in, one object for each out."""
        texts = answers.body_of(request)
        if isinstance(texts, problems.Problem):
            return problems.respond(texts, request, base=site.about.base)
        if not isinstance(texts, list) or not all(isinstance(item, str) for item in texts):
            return answers.refused(site, request, "send a JSON array of texts, each a CURIE or an IRI")
        if len(texts) > MOST:
            detail = f"{len(texts)} identifiers were sent, the limit is {MOST}"
            return answers.refused(site, request, detail, kind="request-too-large")
        rows = []
        for text in texts:
            found = _found(site, text) if len(text) <= _LONGEST else ()
            row: dict[str, object] = {"asked": text, "found": [_told(site, item) for item in found]}
            gone = None if found else retired.get(_key(site, text))
            rows.append({**row, "retired": gone} if gone else row)
        return answers.given(site, request, rows)

    return views


def asked(site: Site, name: str, text: str) -> tuple[Found, ...] | Response:
    """Give what the parameter ``name`` leads to: things, or the answer that says why there is none.

    What cannot be an identifier is 400, a retired thing leads to its tombstone, and what is not known is 404 with what
    was tried.
    """
    text = text.strip()
    if not text or len(text) > _LONGEST:
        told = "is empty" if not text else f"has {len(text)} characters, the limit is {_LONGEST}"
        return answers.refused(site, request, f"the {name} {told}")
    found = _found(site, text) or (_by_name(site, text) if name == "q" else _asked_store(site, text))
    gone = None if found else _retired(site).get(_key(site, text))
    if found:
        return found
    if gone:
        response = headers.redirected(request.script_root + site.paths.page(gone), 303)
        return headers.cached(response, request, seconds=site.settings.count("page_seconds"))
    if name != "q" and not _identifying(site, text):
        detail = f"{text[:_SHOWN]!r} is neither an IRI nor a CURIE; ?q=… takes names"
        return answers.refused(site, request, detail)
    detail = f"no thing is known by {text[:_SHOWN]!r}"
    return answers.refused(site, request, detail, kind="unknown-entity", **_tried(site, text))


def _identifying(site: Site, text: str) -> bool:
    """Tell whether a text has the form of an identifier: no blanks and no letters that IRIs may not have."""
    return _FORM.match(text) is not None and (site.lookup is None or bool(site.lookup.spelling.keys(text)))


def _one(site: Site, name: str, text: str, found: tuple[Found, ...]) -> Response:
    media = problems.variant(
        request, (HTML, JSON), lambda form: f"/resolve?{name}={quote(text)}&format={form.suffix}", default=HTML
    )
    if isinstance(media, problems.Problem):
        named = negotiation.choose(request.headers.get("Accept"), site.graphs())
        if named is None:
            return problems.respond(media, request, base=site.about.base)
        media = HTML
    rows = [_told(site, item) for item in found]
    if media is JSON or len(found) > 1:
        status = 200 if media is JSON else 300
        response = answers.given(site, request, {"asked": text, "found": rows}, status=status)
        response.vary.add("Accept")
        return response
    response = headers.redirected(request.script_root + site.paths.page(found[0].hit.iri), 303)
    return headers.cached(response, request, seconds=site.settings.count("page_seconds"))


def _found(site: Site, text: str) -> tuple[Found, ...]:
    """Give what an identifier leads to: one read of the index, or one question to the store where there is no index."""
    return site.lookup.identify(text) if site.lookup else _asked_store(site, text)


def _asked_store(site: Site, text: str) -> tuple[Found, ...]:
    """Find an IRI that data only use, such as a graph's or that of a thing nothing is said of."""
    iri = site.about.prefixes.expand(text)
    if not iri or not is_iri(iri) or not site.reader.holds("known", thing=f"<{iri}>"):
        return ()
    return (Found(Hit(iri, iri, "", iri, 0), own=True),)


def _by_name(site: Site, text: str) -> tuple[Found, ...]:
    hits = site.lookup.resolve(text)[:1] if site.lookup else ()
    return tuple(Found(hit, own=False) for hit in hits)


def _told(site: Site, item: Found) -> dict[str, object]:
    hit = item.hit
    return {
        "iri": hit.iri,
        "curie": site.about.prefixes.compress(hit.iri),
        "label": hit.label,
        "type": hit.kind,
        "facts": hit.uses,
        "by": "identifier" if item.own else "alignment",
        "href": request.script_root + site.paths.page(hit.iri),
    }


def _tried(site: Site, text: str) -> dict[str, object]:
    lookup = site.lookup
    if lookup is None:
        return {"tried": [], "suggestions": []}
    last = text.rstrip("/").rpartition("/")[2].rpartition(":")[2][:_SHOWN]
    near = {hit.iri: hit for words in (text[:_SHOWN], last) for hit in lookup.suggest(words, limit=_SUGGESTED)}
    suggestions = [{"iri": hit.iri, "label": hit.label, "href": site.paths.page(hit.iri)} for hit in near.values()]
    return {"tried": list(lookup.spelling.keys(text)), "suggestions": suggestions[:_SUGGESTED]}


def _retired(site: Site) -> dict[str, str]:
    return {_key(site, iri): iri for iri in site.retired}


def _key(site: Site, text: str) -> str:
    keys = site.lookup.spelling.keys(text) if site.lookup else ()
    return keys[0].casefold() if keys else text
