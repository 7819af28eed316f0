"""The query service over HTTP: ``/sparql``, ``/sparql/`` and ``/query`` are one and the same."""

import json
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Request, Response, render_template, request
from werkzeug.wsgi import FileWrapper

from publisher.entities.describe import service
from publisher.entities.reader import template, whole
from publisher.rdf.media import CSV, HTML, JSON, TURTLE, Media
from publisher.store.port import Answer
from publisher.web import headers, negotiation, problems, sparql
from publisher.web.site import Site

ADDRESS = "/sparql"
_ROWS_SHOWN = 1000
_BLOCK = 256 * 1024
_CHARACTERS_SHOWN = 400_000


def blueprint(site: Site) -> Blueprint:
    """Give the routes of the query service of a site."""
    views = Blueprint("sparql", __name__)

    def endpoint() -> Response:
        """Answer one request of the SPARQL protocol."""
        if request.method == "OPTIONS":
            return _options(request)
        body = request.get_data(cache=False)
        longest = site.settings.count("max_request_kb") * 1024
        parsed = sparql.parse_request(
            request.method,
            request.headers.get("Content-Type"),
            request.query_string.decode("latin-1"),
            body,
            longest=longest,
        )
        if isinstance(parsed, problems.Problem):
            return problems.respond(parsed, request, base=site.about.base)
        return _bare(site, request, parsed) if parsed.query is None else _answer(site, request, parsed)

    for rule in (ADDRESS, f"{ADDRESS}/", "/query", "/query/"):
        views.add_url_rule(
            rule,
            "endpoint",
            endpoint,
            methods=list(sparql.METHODS),
            strict_slashes=True,
            provide_automatic_options=False,
        )
    return views


def _options(asked: Request) -> Response:
    response = Response(status=204)
    allowed = ", ".join(sparql.METHODS)
    response.headers["Allow"] = allowed
    response.headers["Accept-Post"] = f"{sparql.FORM}, {sparql.DIRECT}"
    response.headers["Accept-Query"] = f"{sparql.DIRECT}, {sparql.FORM}"
    response.headers["Access-Control-Allow-Methods"] = allowed
    wanted = asked.headers.get("Access-Control-Request-Headers")
    response.headers["Access-Control-Allow-Headers"] = wanted or "Accept, Content-Type, Authorization"
    response.headers["Access-Control-Max-Age"] = "86400"
    response.vary.add("Access-Control-Request-Headers")
    return response


def _bare(site: Site, asked: Request, parsed: sparql.SparqlRequest) -> Response:
    """Answer a request without a query: the editor for people, the description of the service for programs."""
    variants = (*site.graphs(), HTML)
    media = _variant(asked, parsed, variants, default=TURTLE)
    if not isinstance(media, Media):
        return problems.respond(media, asked, base=site.about.base)
    if media is HTML:
        response = Response(
            render_template("sparql.html", query="", starter_query=template("starter")), content_type=HTML.content_type
        )
        return headers.cached(response, asked, seconds=site.settings.count("page_seconds"))
    public = site.settings.text("public_url").rstrip("/")
    address = f"{public}{ADDRESS}" if public else asked.base_url
    body = service(site.reader, media, endpoint=address, offered=(*site.results(), *site.graphs()), union=site.union)
    response = Response(body, content_type=media.content_type)
    response.vary.add("Accept")
    response.headers["Cache-Control"] = "no-cache"
    return response


def _answer(site: Site, asked: Request, parsed: sparql.SparqlRequest) -> Response:
    offered = site.graphs() if parsed.graph else site.results()
    media = _variant(asked, parsed, (*offered, HTML), default=offered[0])
    if not isinstance(media, Media):
        return problems.respond(media, asked, base=site.about.base)
    limits = site.limits(asked.remote_addr, seconds=parsed.timeout, partial=parsed.partial)
    written = offered[0] if media is HTML else media
    answer = site.store.query(
        parsed.query or "",
        written,
        limits=limits,
        default_graphs=parsed.default_graphs,
        named_graphs=parsed.named_graphs,
    )
    response = _page(site, asked, parsed, answer) if media is HTML else _body(answer)
    response.vary.add("Accept")
    if answer.etag and asked.method in ("GET", "HEAD"):
        headers.cached(
            response, asked, seconds=site.settings.count("page_seconds"), etag=None if media is HTML else answer.etag
        )
    elif answer.etag:
        response.set_etag(answer.etag)
        response.headers["Cache-Control"] = f"public, max-age={site.settings.count('page_seconds')}"
    else:
        response.headers["Cache-Control"] = "no-store"
    return _told(response, answer)


def _variant(
    asked: Request, parsed: sparql.SparqlRequest, variants: Sequence[Media], *, default: Media
) -> Media | problems.Problem:
    if parsed.format:
        named = negotiation.asked_for({"format": parsed.format}, variants)
        if isinstance(named, Media):
            return named
        names = ", ".join(media.suffix for media in variants)
        return problems.Problem("bad-request", f"there is no format {parsed.format!r} here; there are: {names}")
    chosen = negotiation.choose(asked.headers.get("Accept"), variants, default=default)
    if chosen is HTML and not negotiation.is_browser(asked.headers.get("Accept")):
        others = [media for media in variants if media is not HTML]
        chosen = negotiation.choose(asked.headers.get("Accept"), others, default=default) or HTML
    return chosen or problems.not_acceptable({media.type: f"{ADDRESS}?format={media.suffix}" for media in variants})


def _body(answer: Answer) -> Response:
    if answer.path is not None and answer.body is None:
        blocks = FileWrapper(answer.path.open("rb"), _BLOCK)
        response = Response(blocks, content_type=answer.media.content_type)
        response.content_length = answer.path.stat().st_size
        response.call_on_close(answer.discard)
        return response
    return Response(whole(answer), content_type=answer.media.content_type)


def _told(response: Response, answer: Answer) -> Response:
    if answer.timings:
        timings = [f"{name};dur={milliseconds:.2f}" for name, milliseconds in answer.timings]
        response.headers["Server-Timing"] = ", ".join(timings)
    if answer.truncated is not None:
        response.headers["SPARQL-Truncated"] = f"rows={answer.truncated}"
        response.headers.add("Link", '</problems/result-too-large>; rel="help"')
    return response


def _page(site: Site, asked: Request, parsed: sparql.SparqlRequest, answer: Answer) -> Response:
    table = _table(answer) if answer.media is JSON else None
    text = "" if table is not None else whole(answer).decode("utf-8", "replace")
    formats = site.graphs() if parsed.graph else site.results()
    body = render_template(
        "results.html",
        query=parsed.query,
        parsed=parsed,
        table=table,
        text=text[:_CHARACTERS_SHOWN],
        cut=len(text) > _CHARACTERS_SHOWN,
        truncated=answer.truncated,
        formats=formats,
        shown=_ROWS_SHOWN,
        spreadsheet=CSV,
    )
    return Response(body, content_type=HTML.content_type)


def _table(answer: Answer) -> dict[str, Any]:
    found = json.loads(whole(answer))
    if "boolean" in found:
        return {"boolean": bool(found["boolean"]), "variables": [], "rows": [], "count": 1}
    rows = found["results"]["bindings"]
    return {"variables": found["head"].get("vars", []), "rows": rows[:_ROWS_SHOWN], "count": len(rows)}
