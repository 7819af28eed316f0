"""What programs read before they ask: every route described (OpenAPI 3.1), and the prefixes as a JSON-LD context.

Routes and their first sentences come from the application itself; what a route takes stands in one table here. The
query service describes itself in RDF and has its own place in the list.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Blueprint, Response, request

from publisher.rdf.media import DOCUMENTS, JSON_LD
from publisher.web import headers, problems
from publisher.web.linking import answers, examples
from publisher.web.linking.questions import questions_of
from publisher.web.site import Site

Routes = Callable[[], Iterable[tuple[str, frozenset[str], str]]]
_SLOT = re.compile(r"<(?:[a-z]+:)?([a-z_]+)>")
_TYPES = {"iri": "string", "string": "string", "integer": "integer", "decimal": "number", "boolean": "boolean",
          "date": "string"}  # fmt: skip
_PASSED = ("/sparql", "/query", "/static/")
_MACHINES = ("/metrics", "/healthz", "/readyz", "/robots.txt", "/sitemap.xml", "/favicon.ico", "/search.xml")
_TEXT: dict[str, Any] = {"type": "string"}
_WHOLE: dict[str, Any] = {"type": "integer", "minimum": 1}
_TAKEN: Mapping[str, tuple[tuple[str, dict[str, Any], str], ...]] = {
    "/resolve": (("curie", _TEXT, "A CURIE, its prefix in any case"), ("iri", _TEXT, "An IRI in any spelling"),
                 ("q", _TEXT, "An exact name")),
    "/lookup": (("iri", _TEXT, "An IRI in any spelling"), ("curie", _TEXT, "A CURIE, its prefix in any case"),
                ("q", _TEXT, "An exact name")),
    "/search": (("q", _TEXT, "Words"), ("class", _TEXT, "IRI of a class"), ("page", _WHOLE, "Which page")),
    "/suggest": (("q", _TEXT, "The letters typed so far"), ("class", _TEXT, "IRI of a class")),
    "/entity": (("iri", _TEXT, "The whole IRI of a thing"),),
    "/mappings": (("q", _TEXT, "Words"), ("relation", _TEXT, "IRI of a relation"), ("page", _WHOLE, "Which page")),
    "/passage": (("evidence", _TEXT, "IRI of the evidence"),),
    "/entity.<suffix>": (("iri", _TEXT, "The whole IRI of a thing"),),
    "/browse/class": (("iri", _TEXT, "IRI of a class"), ("page", _WHOLE, "Which page")),
    "/linkset": (("iri", _TEXT, "A thing in any spelling; without it, the links of the dataset"),),
    "/tpf": (("subject", _TEXT, "An IRI"), ("predicate", _TEXT, "An IRI"),
             ("object", _TEXT, "An IRI, or a literal in quotation marks"), ("page", _WHOLE, "Which page")),
    "/reconcile": (("queries", _TEXT, "JSON object of queries by name (0.2)"),
                   ("extend", _TEXT, "JSON object of a data extension (0.2)")),
    "suggest/entity": (("prefix", _TEXT, "The letters typed so far"), ("type", _TEXT, "IRI of a type"),
                       ("cursor", {"type": "integer", "minimum": 0}, "How many to pass over")),
    "suggest/type": (("prefix", _TEXT, "The letters typed so far"),),
    "suggest/property": (("prefix", _TEXT, "The letters typed so far"),),
    "preview": (("id", _TEXT, "The identifier of a thing"),),
    "flyout": (("id", _TEXT, "The identifier of a thing"),),
    "extend/propose": (("type", _TEXT, "IRI of a type"), ("limit", _WHOLE, "How many at most")),
}  # fmt: skip
_NEEDED: Mapping[str, str] = {
    "/entity": "iri", "/entity.<suffix>": "iri", "/passage": "evidence", "/browse/class": "iri", "preview": "id",
    "flyout": "id", "extend/propose": "type",
}  # fmt: skip
_OBJECT: dict[str, Any] = {"type": "object"}
_SENT: Mapping[str, dict[str, Any]] = {
    "/resolve": {"type": "array", "items": _TEXT, "maxItems": 100_000},
    "/lookup": {"type": "array", "items": _TEXT, "maxItems": 100_000},
    "/mcp": {**_OBJECT, "required": ["jsonrpc", "method"]},
    "match": {**_OBJECT, "required": ["queries"], "properties": {"queries": {"type": "array", "items": _OBJECT}}},
    "extend": {**_OBJECT, "required": ["ids", "properties"]},
}


def blueprint(site: Site, routes: Routes) -> Blueprint:
    """Give the routes that describe the interfaces; ``routes`` gives path, methods and first sentence of each."""
    views = Blueprint("programs", __name__)

    @views.get("/openapi.json")
    def openapi() -> Response:
        """Describe every route as OpenAPI 3.1."""
        return answers.given(site, request, description(site, routes(), answers.root(site, request)))

    @views.get("/context.jsonld")
    def context() -> Response:
        """Give the prefixes of the dataset as a JSON-LD 1.1 context."""
        response = answers.given(site, request, context_of(site), media=JSON_LD.type)
        response.headers["Link"] = str(headers.WebLink(f"{request.script_root}/void.ttl", "describedby", "text/turtle"))
        return response

    return views


def context_of(site: Site) -> dict[str, Any]:
    """Give the prefixes of the dataset as a JSON-LD context; every namespace may be used as a prefix."""
    terms = {prefix: {"@id": namespace, "@prefix": True} for prefix, namespace in site.about.prefixes}
    return {"@context": {"@version": 1.1, **terms}}


def description(site: Site, routes: Iterable[tuple[str, frozenset[str], str]], root: str) -> dict[str, Any]:
    """Give the description of every route but the query service's in OpenAPI 3.1."""
    paths: dict[str, dict[str, Any]] = {}
    for path, methods, words in sorted(routes):
        if path.startswith(_PASSED) or path in ("/", "/<path:path>") or path in _MACHINES:
            continue
        for method in sorted(methods & ({"POST"} if path == "/mcp" else {"GET", "POST"})):
            written = _SLOT.sub(r"{\1}", path)
            paths.setdefault(written, {})[method.lower()] = _operation(site, path, method, words)
    paths["/{path}"] = {"get": _thing(site)}
    paths.update(_questions(site))
    licence = {"license": {"name": "Licence of the data", "url": site.about.licence}} if site.about.licence else {}
    return {
        "openapi": "3.1.0",
        "info": {"title": site.about.title, "description": site.about.description,
                 "version": site.about.version or "0", **licence},
        "servers": [{"url": root}],
        "externalDocs": {"description": "The SPARQL query service describes itself", "url": f"{root}/sparql"},
        "paths": paths,
        "components": {"schemas": {"Problem": _problem()}, "responses": {"Problem": _refused()}},
    }  # fmt: skip


def _operation(site: Site, path: str, method: str, words: str) -> dict[str, Any]:
    known = examples.parameters(site, path)
    key = path if path in _TAKEN else path.removeprefix("/reconcile/").removeprefix("1.0/")
    taken: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": _TEXT} for name in _SLOT.findall(path)
    ]
    for name, schema, told in _TAKEN.get(key, ()) if method == "GET" else ():
        needed = {"required": True} if _NEEDED.get(key) == name else {}
        taken.append({"name": name, "in": "query", **needed, "schema": schema, "description": told})
    shown = [{**item, **({"example": known[item["name"]]} if item["name"] in known else {})} for item in taken]
    sent: dict[str, Any] = {}
    if method == "POST":
        sent = {"requestBody": {"required": True, "content": _body(site, path)}}
    name = re.sub(r"\W+", "_", f"{method.lower()}{path}").strip("_")
    return {
        "operationId": name,
        "summary": words,
        "parameters": shown,
        **sent,
        "responses": {"200": {"description": "The answer"}, "default": {"$ref": "#/components/responses/Problem"}},
    }


def _body(site: Site, path: str) -> dict[str, Any]:
    example = examples.body(site, path)
    shown = {} if example is None else {"example": example}
    if path == "/reconcile":
        form = {**_OBJECT, "properties": {"queries": _TEXT, "extend": _TEXT}}
        return {"application/x-www-form-urlencoded": {"schema": form, **shown}}
    key = path if path in _SENT else path.rpartition("/")[2]
    return {answers.TYPE: {"schema": _SENT.get(key, _OBJECT), **shown}}


def _thing(site: Site) -> dict[str, Any]:
    content: dict[str, Any] = {media.type: {} for media in DOCUMENTS}
    return {
        "operationId": "get_thing",
        "summary": "Answer for a thing whose IRI lies under the dataset's base.",
        "parameters": [{"name": "path", "in": "path", "required": True, "schema": _TEXT,
                        "description": "May hold slashes; a suffix such as .ttl names a syntax",
                        "example": examples.parameters(site, "/{path}")["path"]}],
        "responses": {"200": {"description": "The document about it", "content": content},
                      "303": {"description": "Where the document is"},
                      "default": {"$ref": "#/components/responses/Problem"}},
    }  # fmt: skip


def _questions(site: Site) -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for item in questions_of(site):
        offered = site.graphs() if item.graph else site.results()
        paths[f"/query/{item.example.name}"] = {
            "get": {
                "operationId": re.sub(r"\W+", "_", f"query_{item.example.name}"),
                "summary": item.example.summary,
                "tags": list(item.example.tags),
                "parameters": [
                    {"name": parameter.name, "in": "query", "description": parameter.words or parameter.type,
                     "schema": {"type": _TYPES[parameter.type]}, "example": parameter.default.strip('"')}
                    for parameter in item.parameters
                ],
                "responses": {
                    "200": {"description": "The answer", "content": {media.type: {} for media in offered}},
                    "default": {"$ref": "#/components/responses/Problem"},
                },
            }
        }  # fmt: skip
    return paths


def _problem() -> dict[str, Any]:
    fields = {"type": _TEXT, "title": _TEXT, "status": {"type": "integer"}, "detail": _TEXT, "instance": _TEXT}
    return {"type": "object", "required": ["type", "title", "status", "detail"], "properties": fields}


def _refused() -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    kinds = ", ".join(f"{kind.status} {name}" for name, kind in problems.KINDS.items())
    return {"description": f"One of: {kinds}", "content": {"application/problem+json": {"schema": schema}}}
