"""Triple Pattern Fragments over HTTP: ``/tpf?subject=&predicate=&object=&page=``."""

from collections.abc import Callable, Mapping

from flask import Blueprint, Response, request

from publisher.entities.fragments import PAGE, PLACES, Fragment, fragment, pattern_of
from publisher.rdf.media import N_QUADS, N_TRIPLES, TRIG, TURTLE, Media
from publisher.web import headers, negotiation, problems
from publisher.web.linking import answers
from publisher.web.site import Site

_MOST = 1_000_000


def blueprint(site: Site) -> Blueprint:
    """Give the route of fragments."""
    views = Blueprint("fragments", __name__)

    @views.get("/tpf")
    def tpf() -> Response:
        """Give one page of the triples that fit a pattern, counted, with controls to ask for others."""
        page = answers.whole(request.args.get("page"), 1, most=_MOST)
        if page is None:
            return answers.refused(site, request, f"the page {request.args['page'][:50]!r} is no positive number")
        media = problems.variant(request, tuple(_WRITERS), lambda form: f"/tpf?format={form.suffix}", default=TRIG)
        if isinstance(media, problems.Problem):
            if media.kind != "not-acceptable" or not negotiation.is_browser(request.headers.get("Accept")):
                return problems.respond(media, request, base=site.about.base)
            media = TURTLE
        subject, predicate, object_ = (request.args.get(name, "") for name in PLACES)
        pattern = pattern_of(subject, predicate, object_, site.about.prefixes)
        address = f"{answers.root(site, request)}/tpf"
        found = fragment(site.reader, pattern, page=page, address=address)
        if page > 1 and not found.data:
            detail = f"there is no page {page}: the pattern has {found.total} triples, {PAGE} on a page"
            return answers.refused(site, request, detail, kind="unknown-entity")
        body = _WRITERS[media](found, f"{address}#metadata")
        response = Response(body, content_type=media.content_type)
        return headers.cached(response, request, seconds=site.settings.count("page_seconds"))

    return views


def _triples(found: Fragment, graph: str) -> str:
    return "".join(f"{line}\n" for line in (*found.data, *found.controls))


def _trig(found: Fragment, graph: str) -> str:
    controls = "".join(f"  {line}\n" for line in found.controls)
    return "".join(f"{line}\n" for line in found.data) + f"<{graph}> {{\n{controls}}}\n"


def _n_quads(found: Fragment, graph: str) -> str:
    controls = (f"{line.removesuffix(' .')} <{graph}> .\n" for line in found.controls)
    return "".join(f"{line}\n" for line in found.data) + "".join(controls)


_WRITERS: Mapping[Media, Callable[[Fragment, str], str]] = {
    TRIG: _trig, N_QUADS: _n_quads, TURTLE: _triples, N_TRIPLES: _triples,
}  # fmt: skip
