"""The page of a nanopublication, and its graphs in the syntaxes that know graphs.

Its IRI holds the hash of what it says, so its bytes never change.
"""

from flask import Response, render_template, request

from publisher.entities.lists.publications import Publication
from publisher.rdf.media import HTML, N_QUADS, TRIG, Media
from publisher.rdf.names import RDFS
from publisher.rdf.quads import converted
from publisher.web import headers, problems
from publisher.web.headers import WebLink
from publisher.web.paths import suffixed
from publisher.web.site import Site

_VARIANTS = (HTML, TRIG, N_QUADS)


def respond(site: Site, publication: Publication, fixed: Media | None) -> Response:
    """Answer for a nanopublication: 303 to a document, or the document that the address fixes."""
    address = site.paths.page(publication.iri)
    chosen = fixed or problems.variant(request, _VARIANTS, lambda media: suffixed(address, media), default=HTML)
    if isinstance(chosen, problems.Problem):
        return problems.respond(chosen, request, base=site.about.base)
    if chosen not in _VARIANTS:
        variants = {media.type: suffixed(address, media) for media in _VARIANTS}
        return problems.respond(problems.not_acceptable(variants), request, base=site.about.base)
    if fixed or site.settings.text("dereference") == "200":
        response = Response(_body(site, publication, chosen, address), content_type=chosen.content_type)
        response.headers["Content-Location"] = request.script_root + suffixed(address, chosen)
    else:
        response = headers.redirected(request.script_root + suffixed(address, chosen), 303)
    headers.link(response, _links(site, publication, chosen, address))
    return headers.cached(response, request, seconds=site.settings.count("page_seconds"))


def _body(site: Site, publication: Publication, media: Media, address: str) -> str:
    if media is TRIG:
        return publication.trig
    if media is N_QUADS:
        return "".join(sorted(f"{line}\n" for line in converted(publication.trig.encode(), media=TRIG)))
    label = next(
        (
            object_.value
            for subject, predicate, object_ in publication.statements()
            if (subject.value, predicate.value) == (publication.iri, f"{RDFS}label")
        ),
        publication.iri,
    )
    return render_template(
        "publication.html",
        publication=publication,
        label=label,
        downloads=[(media, suffixed(address, media)) for media in _VARIANTS[1:]],
        links=_links(site, publication, HTML, address),
    )


def _links(site: Site, publication: Publication, media: Media, address: str) -> list[WebLink]:
    others = [other for other in _VARIANTS if other is not media]
    return headers.links_of_document(site.about, publication.iri, address, root=request.script_root, others=others)
