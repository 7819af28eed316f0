"""Passages, where the texts of the documents are at hand: for who runs the site, never for caches or crawlers.

The texts are no part of the data. A passage has an address of its own, so that the page of a fact stays the same with
and without the texts. It refuses to show a passage of a text whose checksum is not the one that the dataset states.
"""

from flask import Blueprint, Response, render_template, request

from publisher.entities.page.sourced import Sourced, sourced
from publisher.rdf.media import HTML
from publisher.rdf.prefixes import is_iri
from publisher.web import problems
from publisher.web.passages import excerpt
from publisher.web.site import Site


def blueprint(site: Site) -> Blueprint:
    """Give the route of the passages."""
    views = Blueprint("reading", __name__)

    @views.get("/passage")
    def passage() -> Response:
        """Show the passages of a document that one piece of evidence points at."""
        iri = request.args.get("evidence", "")
        if not is_iri(iri):
            return _refused(site, problems.Problem("bad-request", "give the IRI of evidence: /passage?evidence=…"))
        if site.texts is None:
            detail = "this site has no texts at hand; whoever has them serves it with --documents FOLDER"
            return _refused(site, problems.Problem("unknown-entity", detail))
        found = sourced(site.reader, iri)
        if found is None:
            return _refused(site, problems.Problem("unknown-entity", f"no passage is known of {iri[:200]!r}"))
        return _shown(site, found)

    return views


def _shown(site: Site, found: Sourced) -> Response:
    text = site.texts.text(found.checksums) if site.texts else None
    if text is None:
        detail = "the text of this document is not at hand, or it is not the one that was read (its checksum differs)"
        return _refused(site, problems.Problem("unknown-entity", detail))
    excerpts = [part for part in (excerpt(text, place) for place in found.evidence.passages) if part]
    name = "passage_part.html" if request.args.get("part") else "passage.html"
    body = render_template(name, evidence=found.evidence, facts=found.facts, excerpts=excerpts)
    return _private(Response(body, content_type=HTML.content_type))


def _refused(site: Site, problem: problems.Problem) -> Response:
    return _private(problems.respond(problem, request, base=site.about.base))


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex, noarchive"
    return response
