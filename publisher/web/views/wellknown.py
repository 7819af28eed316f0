"""What machines ask first: is it alive, what may be read, where are the pages, how is it searched."""

import json
from collections.abc import Iterable
from xml.sax.saxutils import escape

from flask import Blueprint, Response, render_template, request
from prometheus_client import CONTENT_TYPE_LATEST

from publisher.errors import StoreError
from publisher.rdf.media import JSON
from publisher.store.port import Limits
from publisher.web import headers, problems
from publisher.web.meters import Meters, status_of
from publisher.web.site import Site

_MOST = 50_000
_LINKSET = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'


def blueprint(site: Site, meters: Meters) -> Blueprint:
    """Give the routes that monitors, crawlers and browsers ask for by name."""
    views = Blueprint("wellknown", __name__)
    seconds = site.settings.count("page_seconds")

    @views.get("/healthz")
    def healthz() -> Response:
        """Say that the process answers."""
        return _plain("ok\n")

    @views.get("/readyz")
    def readyz() -> Response:
        """Say whether the store answers a query."""
        try:
            site.store.query("ASK {}", JSON, limits=Limits(seconds=2.0, rows=1))
        except StoreError as error:
            return problems.respond(problems.from_error(error), request, base=site.about.base)
        return _plain(_readiness(site))

    @views.get("/metrics")
    def metrics() -> Response:
        """Give what the site counts, for Prometheus."""
        response = Response(meters.text(), content_type=CONTENT_TYPE_LATEST)
        response.headers["Cache-Control"] = "no-store"
        return response

    @views.get("/robots.txt")
    def robots() -> Response:
        """Let crawlers read everything but the query service."""
        text = "User-agent: *\nDisallow: /sparql?\nDisallow: /query?\nDisallow: /search?\nDisallow: /suggest\n"
        response = _plain(f"{text}Sitemap: {_root(site)}/sitemap.xml\n")
        response.headers["Cache-Control"] = "no-cache"
        return response

    @views.get("/sitemap.xml")
    def sitemap() -> Response:
        """List the page of every thing, with the date of the release."""
        iris = site.lookup.all_iris() if site.lookup else ()
        addresses = dict.fromkeys(["/", "/browse", "/sparql", *(site.paths.page(iri) for iri in iris)])
        shown = [address for address in addresses if "#" not in address][:_MOST]
        response = Response(_sitemap(_root(site), shown, site.about.version), content_type="application/xml")
        response.headers["Cache-Control"] = "no-cache"
        return response

    @views.get("/search.xml")
    def opensearch() -> Response:
        """Describe the search to browsers (OpenSearch 1.1)."""
        body = render_template("opensearch.xml", root=_root(site))
        response = Response(body, content_type="application/opensearchdescription+xml")
        response.headers["Cache-Control"] = "no-cache"
        return response

    @views.get("/.well-known/api-catalog")
    def catalog() -> Response:
        """List the interfaces of the site (RFC 9727) as a linkset (RFC 9264)."""
        response = Response(json.dumps(_catalog(site), indent=1) + "\n", content_type=_LINKSET)
        response.headers["Cache-Control"] = "no-cache"
        return response

    @views.get("/favicon.ico")
    def favicon() -> Response:
        """Lead to the picture of the site."""
        response = headers.redirected(f"{request.script_root}/static/pore.svg", 308)
        response.headers["Cache-Control"] = f"public, max-age={seconds}"
        return response

    return views


def _readiness(site: Site) -> str:
    """Tell what is served, and what its store says of itself."""
    lines = [f"ready: {site.about.name} {site.about.version}".rstrip()]
    status = status_of(site)
    if "workers" in status:
        busy = sum(1 for worker in status["workers"] if worker["busy"])
        lines.append(f"workers: {len(status['workers'])}, busy: {busy}, queries that wait: {status['queue']}")
        lines.append(f"data: {'in memory' if status['in_memory'] else 'on disk'}")
        lines.append(f"sockets barred from workers: {'yes' if status['sockets_barred'] else 'no'}")
    return "\n".join(lines) + "\n"


def _catalog(site: Site) -> dict[str, object]:
    root = _root(site)
    sparql = {
        "anchor": f"{root}/sparql",
        "service-desc": [{"href": f"{root}/sparql", "type": "text/turtle"}],
        "service-doc": [{"href": f"{root}/sparql", "type": "text/html"}],
        "service-meta": [{"href": f"{root}/void.ttl", "type": "text/turtle"}],
        "status": [{"href": f"{root}/readyz", "type": "text/plain"}],
    }
    search = {
        "anchor": f"{root}/search",
        "service-desc": [{"href": f"{root}/search.xml", "type": "application/opensearchdescription+xml"}],
    }
    items = [{"href": f"{root}/sparql"}, {"href": f"{root}/search"}]
    return {"linkset": [{"anchor": f"{root}/.well-known/api-catalog", "item": items}, sparql, search]}


def _root(site: Site) -> str:
    return site.settings.text("public_url").rstrip("/") or request.url_root.rstrip("/")


def _plain(text: str) -> Response:
    response = Response(text, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response


def _sitemap(root: str, addresses: Iterable[str], version: str) -> str:
    dated = len(version) == len("2026-11-20") and version.replace("-", "").isdigit()
    modified = f"<lastmod>{version}</lastmod>" if dated else ""
    rows = "".join(f"<url><loc>{escape(root + address)}</loc>{modified}</url>\n" for address in addresses)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    return f"{head}{rows}</urlset>\n"
