"""The query service over HTTP: ``/sparql``, ``/sparql/`` and ``/query`` are one and the same."""

import json
from typing import Any

from flask import Blueprint, Request, Response, render_template, request

from publisher.entities.page.describe import service
from publisher.entities.reader import template, whole
from publisher.rdf.media import CSV, HTML, JSON, Media
from publisher.store.port import Answer
from publisher.web import headers, problems
from publisher.web.paths import QUERY_ADDRESS, QUERY_ADDRESSES
from publisher.web.site import Site
from publisher.web.sparql import protocol
from publisher.web.sparql.answers import ASKED, Asked, told

_ROWS_SHOWN = 1000
_CHARACTERS_SHOWN = 400_000


def blueprint(site: Site) -> Blueprint:
    """Give the views of the query service of a site: what people read of it, and what it says of itself."""
    views = Blueprint("sparql", __name__)

    def endpoint() -> Response:
        """Show what came of one request of the SPARQL protocol, which ``answers`` has read and run."""
        if request.method == "OPTIONS":
            return _options(request)
        asked: Asked = request.environ[ASKED]
        if asked.problem is not None:
            return problems.respond(asked.problem, request, base=site.about.base)
        if asked.answer is None:
            return _bare(site, request, asked.media)
        return _page(site, request, asked, asked.answer)

    for rule in QUERY_ADDRESSES:
        views.add_url_rule(
            rule,
            "endpoint",
            endpoint,
            methods=list(protocol.METHODS),
            strict_slashes=True,
            provide_automatic_options=False,
        )
    return views


def _options(asked: Request) -> Response:
    response = Response(status=204)
    allowed = ", ".join(protocol.METHODS)
    response.headers["Allow"] = allowed
    response.headers["Accept-Post"] = f"{protocol.FORM}, {protocol.DIRECT}"
    response.headers["Accept-Query"] = f"{protocol.DIRECT}, {protocol.FORM}"
    response.headers["Access-Control-Allow-Methods"] = allowed
    wanted = asked.headers.get("Access-Control-Request-Headers")
    response.headers["Access-Control-Allow-Headers"] = wanted or "Accept, Content-Type, Authorization"
    response.headers["Access-Control-Max-Age"] = "86400"
    response.vary.add("Access-Control-Request-Headers")
    return response


def _bare(site: Site, asked: Request, media: Media) -> Response:
    """Answer a request without a query: the editor for people, the description of the service for programs."""
    if media is HTML:
        response = Response(
            render_template("sparql.html", query="", starter_query=template("starter")), content_type=HTML.content_type
        )
        return headers.cached(response, asked, seconds=site.settings.count("page_seconds"))
    public = site.settings.text("public_url").rstrip("/")
    address = f"{public}{QUERY_ADDRESS}" if public else asked.base_url
    body = service(site.reader, media, endpoint=address, offered=(*site.results(), *site.graphs()), union=site.union)
    response = Response(body, content_type=media.content_type)
    response.vary.add("Accept")
    response.headers["Cache-Control"] = "no-cache"
    return response


def _page(site: Site, browser: Request, asked: Asked, answer: Answer) -> Response:
    """Show the rows, or the RDF as text."""
    table = _table(answer) if answer.media is JSON else None
    text = "" if table is not None else whole(answer).decode("utf-8", "replace")
    formats = site.graphs() if asked.request.graph else site.results()
    body = render_template(
        "results.html",
        query=asked.request.query,
        parsed=asked.request,
        table=table,
        text=text[:_CHARACTERS_SHOWN],
        cut=len(text) > _CHARACTERS_SHOWN,
        truncated=answer.truncated,
        formats=formats,
        shown=_ROWS_SHOWN,
        spreadsheet=CSV,
    )
    response = Response(body, content_type=HTML.content_type)
    response.headers.extend(told(answer, asked.entry(counted=False)))
    if answer.etag and browser.method in ("GET", "HEAD"):
        return headers.cached(response, browser, seconds=site.settings.count("page_seconds"))
    response.vary.add("Accept")
    response.headers["Cache-Control"] = "no-store"
    return response


def _table(answer: Answer) -> dict[str, Any]:
    found = json.loads(whole(answer))
    if "boolean" in found:
        return {"boolean": bool(found["boolean"]), "variables": [], "rows": [], "count": 1}
    rows = found["results"]["bindings"]
    return {"variables": found["head"].get("vars", []), "rows": rows[:_ROWS_SHOWN], "count": len(rows)}
