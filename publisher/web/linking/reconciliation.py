"""The reconciliation service: OpenRefine and its kin match a column of names to the dataset's things.

Version 0.2 is spoken at ``/reconcile``, version 1.0-draft at ``/reconcile/1.0`` and beside ``/reconcile``; suggest,
preview and proposals serve both.
"""

import functools
import json
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, render_template, request

from publisher.entities.names.extending import Relation, names_of, properties, proposals, relation_of, values_of
from publisher.entities.names.lookup import Lookup
from publisher.entities.names.orthography import fold
from publisher.entities.names.reconciling import reconcile
from publisher.entities.page.view import view
from publisher.errors import UsageError
from publisher.rdf.media import HTML
from publisher.web import headers, problems
from publisher.web.linking import answers, forms
from publisher.web.site import Site

BATCH, MOST = 50, 1000
_NEW = "/reconcile/1.0"
_ROOTS = ("/reconcile", _NEW)
_WIDTH, _HEIGHT = 400, 200
_FRAMED = "default-src 'none'; style-src 'self' 'unsafe-inline'; frame-ancestors *; base-uri 'none'"
_SUGGESTED, _LONGEST, _REFUSED = 20, 200, 2000
_DEFAULT = 12
_VALUES = "Values at most, 0 for all"


def blueprint(site: Site) -> Blueprint:
    """Give the routes of the reconciliation service; there are none where the site has no index of names."""
    views = Blueprint("reconciliation", __name__)
    lookup = site.lookup
    if lookup is None:
        return views

    @views.route("/reconcile", methods=["GET", "POST"])
    def service() -> Response:
        """Tell what the service can do (0.2), or answer its queries or data extension."""
        queries, extend = request.values.get("queries"), request.values.get("extend")
        if queries is None and extend is None:
            return answers.given(site, request, manifest_02(site, answers.root(site, request)))
        table = _json(queries if queries is not None else extend)
        if queries is None:
            return answers.given(site, request, _extended(site, lookup, table, rows=dict))
        if not isinstance(table, dict):
            raise UsageError("queries is no JSON object of queries by name")
        _few(len(table))
        asked = {name: forms.question_02(query, name) for name, query in table.items()}
        found = {name: reconcile(site.reader, lookup, question) for name, question in asked.items()}
        rows = {
            name: {"result": [forms.candidate(item, lookup, named=False) for item in items]}
            for name, items in found.items()
        }
        return answers.given(site, request, rows)

    @views.get(_NEW)
    def service_10() -> Response:
        """Tell what the service can do (1.0-draft)."""
        return answers.given(site, request, manifest_10(site, answers.root(site, request)))

    def match() -> Response:
        """Answer the queries of a batch, in their order (1.0-draft)."""
        table = answers.body_of(request)
        if isinstance(table, problems.Problem):
            return problems.respond(table, request, base=site.about.base)
        if not isinstance(table, dict) or not isinstance(table.get("queries"), list):
            raise UsageError('send {"queries": [ … ]}')
        _few(len(table["queries"]))
        asked = [forms.question_10(query, str(number)) for number, query in enumerate(table["queries"])]
        found = [reconcile(site.reader, lookup, question) for question in asked]
        rows = [{"candidates": [forms.candidate(item, lookup, named=True) for item in items]} for items in found]
        return answers.given(site, request, {"results": rows})

    def extend() -> Response:
        """Give values of things by chosen properties (1.0-draft)."""
        table = answers.body_of(request)
        if isinstance(table, problems.Problem):
            return problems.respond(table, request, base=site.about.base)
        return answers.given(site, request, _extended(site, lookup, table, rows=list))

    def propose() -> Response:
        """Propose the properties that things of a type have."""
        class_ = _class(lookup, request.args.get("type", ""))
        limit = _limit(request.args.get("limit"), 50)
        found = proposals(site.reader, class_, limit=limit)
        rows = [{"id": item.iri, "name": item.name, "description": f"{item.count} things"} for item in found]
        return answers.given(site, request, {"type": class_, "limit": limit, "properties": rows})

    for root in _ROOTS:
        name = root.rpartition("/")[2].replace(".", "_")
        views.add_url_rule(f"{root}/match", f"match_{name}", match, methods=["POST"])
        views.add_url_rule(f"{root}/extend", f"extend_{name}", extend, methods=["POST"])
        views.add_url_rule(f"{root}/extend/propose", f"propose_{name}", propose)
        for kind, view_ in _suggesting(site, lookup).items():
            views.add_url_rule(f"{root}/{kind}", f"{kind.replace('/', '_')}_{name}", view_)
    return views


def manifest_02(site: Site, root: str) -> dict[str, Any]:
    """Write what the service can do, as version 0.2 tells it."""

    def suggest(kind: str) -> dict[str, str]:
        return {"service_url": root, "service_path": f"/reconcile/suggest/{kind}"}

    return {
        "versions": ["0.2"],
        **_told(site, root),
        "identifierSpace": site.about.base,
        "schemaSpace": site.about.vocabulary or site.about.base,
        "view": {"url": f"{root}/lookup?iri={{{{id}}}}"},
        "preview": {"url": f"{root}/reconcile/preview?id={{{{id}}}}", "width": _WIDTH, "height": _HEIGHT},
        "suggest": {
            "entity": {**suggest("entity"), "flyout_service_url": root,
                       "flyout_service_path": "/reconcile/flyout?id=${id}"},
            "property": suggest("property"),
            "type": suggest("type"),
        },
        "extend": {
            "propose_properties": {"service_url": root, "service_path": "/reconcile/extend/propose"},
            "property_settings": [
                {"name": "limit", "label": "Limit", "type": "number", "default": 0, "help_text": _VALUES}
            ],
        },
        "batchSize": BATCH,
    }  # fmt: skip


def manifest_10(site: Site, root: str) -> dict[str, Any]:
    """Write what the service can do, as version 1.0-draft tells it."""
    return {
        "versions": ["1.0-draft"],
        **_told(site, root),
        "lang": site.about.language,
        "view": {"url": f"{root}/lookup?iri={{id}}"},
        "preview": {"width": _WIDTH, "height": _HEIGHT},
        "suggest": {"entity": True, "property": True, "type": True},
        "extend": {
            "proposeProperties": True,
            "propertySettings": [
                {"id": "limit", "name": "Limit", "type": "number", "default": 0, "helpText": _VALUES}
            ],
        },
        "standardizedScore": True,
        "batchSize": BATCH,
    }  # fmt: skip


def _told(site: Site, root: str) -> dict[str, Any]:
    kinds = site.lookup.kinds(site.reader.role("entity"))[:_DEFAULT] if site.lookup else ()
    return {
        "name": site.about.title,
        "documentation": f"{root}/openapi.json",
        "serviceVersion": site.about.version,
        "logo": f"{root}/static/pore.svg",
        "defaultTypes": [{"id": iri, "name": name} for iri, name, _ in kinds],
    }


def _suggesting(site: Site, lookup: Lookup) -> dict[str, Callable[[], Response]]:
    @functools.cache
    def known_properties() -> tuple[Relation, ...]:
        return properties(site.reader)

    def entity() -> Response:
        """Suggest things for the letters typed so far."""
        kind = request.args.get("type")
        kinds = (_class(lookup, kind),) if kind else ()
        limit, skipped = _limit(request.args.get("limit"), _SUGGESTED), _cursor()
        hits = lookup.search(_prefix(), limit=limit, offset=skipped, kinds=kinds)
        classes = {item.hit.iri: item.classes for item in lookup.things([hit.iri for hit in hits])}
        rows = [
            {"id": hit.iri, "name": hit.label, "description": hit.matched if hit.matched != hit.label else hit.kind,
             "notable": forms.kinds_of(classes.get(hit.iri, ()), hit.kind, lookup)[:1]}
            for hit in hits
        ]  # fmt: skip
        return answers.given(site, request, {"result": rows})

    def type_() -> Response:
        """Suggest types for the letters typed so far."""
        return _listed([(iri, name, f"{count} things") for iri, name, count in lookup.classes()])

    def property_() -> Response:
        """Suggest properties for the letters typed so far."""
        return _listed([(item.iri, item.name, f"{item.count} statements") for item in known_properties()])

    def _listed(known: list[tuple[str, str, str]]) -> Response:
        words = fold(_prefix())
        curie = site.about.prefixes.compress
        fitting = [
            {"id": iri, "name": name, "description": ", ".join(part for part in (told, curie(iri) or "") if part)}
            for iri, name, told in known
            if words in fold(name) or words == fold(curie(iri) or "") or words == fold(iri)
        ]
        fitting.sort(key=lambda row: not fold(row["name"]).startswith(words))
        skipped = _cursor()
        return answers.given(
            site, request, {"result": fitting[skipped : skipped + _limit(request.args.get("limit"), _SUGGESTED)]}
        )

    def preview() -> Response:
        """Show a thing in a few lines, to be framed by a client."""
        iri = _thing(lookup, request.args.get("id", ""))
        found = view(site.reader, iri, inbound=0) if iri else None
        if found is None:
            return answers.refused(site, request, "no thing is known by this id", kind="unknown-entity")
        body = render_template("preview.html", page=found)
        response = Response(body, content_type=HTML.content_type)
        response.headers["Content-Security-Policy"] = _FRAMED
        return headers.cached(response, request, seconds=site.settings.count("page_seconds"))

    def flyout() -> Response:
        """Give the preview as HTML in JSON, for suggestions."""
        iri = _thing(lookup, request.args.get("id", ""))
        found = view(site.reader, iri, inbound=0) if iri else None
        if found is None:
            return answers.refused(site, request, "no thing is known by this id", kind="unknown-entity")
        return answers.given(site, request, {"id": iri, "html": render_template("preview.html", page=found)})

    return {"suggest/entity": entity, "suggest/type": type_, "suggest/property": property_, "preview": preview,
            "flyout": flyout}  # fmt: skip


def _extended(site: Site, lookup: Lookup, table: object, *, rows: type[dict[str, Any]] | type[list[Any]]) -> Any:
    ids, wanted = forms.extension(table)
    _few(len(ids))
    relations = {text: _relation(site, lookup, text) for text, _, _ in wanted}
    things = {text: _thing(lookup, text) for text in ids}
    graph = values_of(site.reader, [iri for iri in things.values() if iri], list(relations.values()))
    objects = {term.value for iri in graph for _, terms in graph.of(iri) for term in terms if term.is_iri}
    names = names_of(site.reader, {*objects, *relations.values()})
    table_: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for text, iri in things.items():
        table_[text] = {}
        for property_, most, identifiers in wanted:
            found = graph.objects(iri, relations[property_]) if iri else ()
            values = [{"str": term.value} if identifiers else forms.value(term, names) for term in found]
            table_[text][property_] = values[: most or None]
    meta = [{"id": text, "name": names[iri]} for text, iri in relations.items()]
    if rows is dict:
        return {"meta": meta, "rows": table_}
    listed = [
        {"id": text, "properties": [{"id": name, "values": values} for name, values in columns.items()]}
        for text, columns in table_.items()
    ]
    return {"meta": meta, "rows": listed}


def _json(text: str | None) -> Any:
    try:
        return json.loads(text or "")
    except (ValueError, RecursionError) as error:
        raise UsageError(f"this is not JSON: {str(error)[:200]}") from None


def _few(number: int) -> None:
    if number > MOST:
        raise UsageError(f"{number} were asked for at once, the limit is {MOST}", fix="send smaller batches")


def _class(lookup: Lookup, text: str) -> str:
    found = lookup.class_named(text[:_LONGEST]) if text else None
    if found is None:
        raise UsageError(f"there is no type {text[:_LONGEST]!r}", fix="ask /reconcile/suggest/type for those there are")
    return found


def _relation(site: Site, lookup: Lookup, text: str) -> str:
    found = relation_of(site.reader, lookup, text)
    if found is None:
        raise UsageError(f"there is no property {text[:_LONGEST]!r}", fix="ask /reconcile/suggest/property")
    return found


def _thing(lookup: Lookup, text: str) -> str | None:
    found = lookup.identify(text[:2000])
    return found[0].hit.iri if found else None


def _prefix() -> str:
    text = request.args.get("prefix", "")
    if len(text) > _REFUSED:
        raise UsageError(f"the prefix has {len(text)} characters, the limit is {_REFUSED}")
    return text[:_LONGEST]


def _cursor() -> int:
    text = request.args.get("cursor", "0")
    if not text.isdecimal() or len(text) > 4:  # noqa: PLR2004 - nobody pages through more
        raise UsageError(f"the cursor {text[:50]!r} is no number")
    return int(text)


def _limit(text: str | None, default: int) -> int:
    found = answers.whole(text, default, most=forms.MOST)
    if found is None:
        raise UsageError(f"the limit {str(text)[:50]!r} is no positive number")
    return found
