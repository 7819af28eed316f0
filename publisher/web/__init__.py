"""The website and the query service of one release: a Flask application made from a site."""

import time
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, g, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from publisher.entities.page.structured import webpage
from publisher.entities.values import Link, Parts, Text
from publisher.errors import ExportinError
from publisher.rdf.media import HTML
from publisher.web import headers, linking, problems
from publisher.web.compiled import COMPILED
from publisher.web.headers import WebLink
from publisher.web.meters import Meters
from publisher.web.paths import suffixed
from publisher.web.site import Site
from publisher.web.sparql import endpoint
from publisher.web.sparql.answers import Answers
from publisher.web.sparql.query_log import QueryLog
from publisher.web.views import browse, discovery, dumps, home, overview, reading, things, wellknown

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_WHOLE = (200, 304)
_SIGNPOSTED = ("home", "dumps", "discovery", "overview", "browse", "things", "linksets")
_LINKSET = "application/linkset+json"
_ADDRESSES = 20_000
_NAMED = 5_000
_STATIC = Path(__file__).parent / "static"
_BUNDLE = "editor.bundle.js"
METERS = "exportin.meters"
ANSWERS = "exportin.answers"


class _Json(DefaultJSONProvider):
    """JSON with letters as they are, not escaped."""

    ensure_ascii = False


def create_app(site: Site) -> Flask:
    """Give the WSGI application that serves a site."""
    app = Flask(__name__)
    app.json = _Json(app)
    app.jinja_options = {"bytecode_cache": COMPILED}
    app.config["MAX_CONTENT_LENGTH"] = (site.settings.count("max_request_kb") + 1) * 1024
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    meters = Meters(site)
    blueprints = (
        endpoint.blueprint(site),
        dumps.blueprint(site),
        home.blueprint(site),
        discovery.blueprint(site),
        overview.blueprint(site),
        browse.blueprint(site),
        reading.blueprint(site),
    )
    linked = linking.blueprints(site, lambda: _routes(app))
    for views in (*blueprints, *linked, wellknown.blueprint(site, meters), things.blueprint(site)):
        app.register_blueprint(views)
    _templates(app, site)
    _errors(app, site)
    _around(app, site, meters)
    answers = Answers(site, app.wsgi_app, meters=meters, log=QueryLog(site.settings.text("query_log")))
    app.extensions[METERS], app.extensions[ANSWERS] = meters, answers
    _before(app, answers)
    proxies = site.settings.count("trusted_proxies")
    if proxies:
        _before(app, ProxyFix(app.wsgi_app, proxies, proxies, proxies, proxies, proxies))
    return app


def _before(app: Flask, layer: "WSGIApplication") -> None:
    """Put a layer in front of an application."""
    setattr(app, "wsgi_app", layer)  # noqa: B010 - the name of a method, as Flask's documentation has it


def _routes(app: Flask) -> Iterator[tuple[str, frozenset[str], str]]:
    """Give path, methods and first sentence of each route."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        words = getattr(view, "func", view).__doc__ or ""
        yield rule.rule, frozenset(rule.methods or ()), words.strip().partition("\n")[0]


def _templates(app: Flask, site: Site) -> None:
    page = lru_cache(_ADDRESSES)(site.paths.page)

    def href(iri: str) -> str:
        return request.script_root + page(iri)

    def labels(table: Mapping[str, Any]) -> dict[str, str]:
        iris = {term["value"] for row in table["rows"] for term in row.values() if term["type"] == "uri"}
        if site.lookup is None:
            return {}
        return {named.hit.iri: named.hit.label for named in site.lookup.things(sorted(iris)[:_NAMED])}

    stamps = {path.name: sha256(path.read_bytes()).hexdigest()[:12] for path in _STATIC.iterdir()}

    def static(name: str) -> str:
        return f"{request.script_root}/static/{name}?{stamps[name]}"

    app.jinja_env.globals["bundle"] = _BUNDLE in stamps  # the editor; without it the query page is a plain form
    app.jinja_env.globals.update(
        site=site,
        labels=labels,
        about=site.about,
        webpage=partial(webpage, site.about),
        href=href,
        static=static,
        suffixed=suffixed,
        root=lambda: request.script_root,
    )
    tests: dict[str, Callable[[object], bool]] = {
        "link": lambda value: isinstance(value, Link),
        "text": lambda value: isinstance(value, Text),
        "parts": lambda value: isinstance(value, Parts),
    }
    app.jinja_env.tests.update(tests)
    app.jinja_env.filters["grouped"] = lambda number: f"{number:,}".replace(",", "\u202f")
    app.jinja_env.filters["bytes"] = _bytes


def _errors(app: Flask, site: Site) -> None:
    def foreseen(error: ExportinError) -> Response:
        problem = problems.from_error(error)
        if problem.status == 500:  # noqa: PLR2004 - a bug, and only a bug
            app.logger.error("%s %s: %s", request.method, request.path, error)
        return problems.respond(problem, request, base=site.about.base)

    def framework(error: HTTPException) -> Response:
        if error.response is not None and isinstance(error.response, Response):
            return error.response
        if error.code is not None and 300 <= error.code < 400:  # noqa: PLR2004 - redirects are answers, not problems
            return Response(status=error.code, headers={"Location": getattr(error, "new_url", "/")})
        response = problems.respond(
            problems.of_status(error.code or 500, error.description or error.name), request, base=site.about.base
        )
        for name, value in error.get_headers():
            if name in ("Allow", "Content-Range"):
                response.headers[name] = value
        return response

    def unforeseen(error: Exception) -> Response:
        app.logger.exception("%s %s", request.method, request.path, exc_info=error)
        return problems.respond(problems.Problem("internal", "the failure was written to the log"), request)

    app.register_error_handler(ExportinError, foreseen)
    app.register_error_handler(HTTPException, framework)
    app.register_error_handler(Exception, unforeseen)


def _around(app: Flask, site: Site, meters: Meters) -> None:
    longest = site.settings.count("max_url_length")
    changed = site.changed

    @app.before_request
    def first() -> Response | None:
        g.started = time.perf_counter()
        length = len(request.path) + len(request.query_string)
        if length > longest:
            problem = problems.Problem("uri-too-long", f"the address has {length} characters, the limit is {longest}")
            return problems.respond(problem, request, base=site.about.base)
        if request.method == "OPTIONS" and not request.path.startswith(("/sparql", "/query")):
            return _preflight(app)
        return None

    @app.after_request
    def last(response: Response) -> Response:
        view = (request.endpoint or "none").rpartition(".")[2]
        meters.count(view, response.status_code, time.perf_counter() - g.get("started", time.perf_counter()))
        if (
            changed
            and response.headers.get("ETag")
            and response.status_code in _WHOLE
            and view not in ("static", "file")
        ):
            response.last_modified = changed
        bare = request.blueprint == "sparql" and not request.query_string
        if response.status_code in _WHOLE and (request.blueprint in _SIGNPOSTED or bare):
            _signposted(site, response)
        if view == "static":
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
            response.direct_passthrough = False
        return headers.common(response)


def _signposted(site: Site, response: Response) -> None:
    """Put on the links that every resource of the dataset carries (Signposting), where a view has not."""
    told = response.headers.get("Link", "")
    links = [WebLink(site.about.iri, "collection"), WebLink(f"{request.script_root}/linkset", "linkset", _LINKSET)]
    if site.about.licence:
        links.append(WebLink(site.about.licence, "license"))
    if response.mimetype == HTML.type:
        links.append(WebLink("https://schema.org/WebPage", "type"))
    missing = [str(link) for link in links if f'rel="{link.rel}"' not in told]
    response.headers["Link"] = ", ".join(filter(None, [told, *missing]))


def _preflight(app: Flask) -> Response:
    adapter = app.create_url_adapter(request)
    allowed = ", ".join(sorted(adapter.allowed_methods() if adapter else ()) or ("GET", "HEAD", "OPTIONS"))
    asked = request.headers.get("Access-Control-Request-Headers")
    response = Response(status=204, headers={"Allow": allowed, "Access-Control-Allow-Methods": allowed})
    response.headers["Access-Control-Allow-Headers"] = asked or "Accept"
    response.vary.add("Access-Control-Request-Headers")
    return response


def _bytes(number: int) -> str:
    size = float(number)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024 or unit == "GiB":  # noqa: PLR2004 - binary units
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{number} B"
