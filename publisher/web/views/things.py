"""Every IRI of the dataset, and every outside thing it speaks of: pages for people, RDF for programs.

The IRI of a thing answers 303 with a document (or 200, by setting); the document carries the suffix of its media type.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request
from markupsafe import Markup

from publisher.entities.lists.ontology import terms_of
from publisher.entities.page.describe import describe
from publisher.entities.page.structured import structured
from publisher.entities.page.view import view
from publisher.entities.reader import term
from publisher.entities.values import Page
from publisher.errors import NotOffered, ReleaseError
from publisher.rdf.media import DOCUMENTS, HTML, JSON_LD, TURTLE, Media, by_alias
from publisher.rdf.prefixes import is_iri
from publisher.release.content import Retired
from publisher.release.record import NAME as RECORD
from publisher.release.shelf import is_version
from publisher.web import headers, negotiation, problems
from publisher.web.headers import WebLink
from publisher.web.kept.pages import DOCUMENT, FINISHED
from publisher.web.paths import split_suffix, suffixed
from publisher.web.site import Site
from publisher.web.views import drawing, publications


@dataclass(frozen=True, slots=True)
class Asked:
    """A thing that was asked for: its IRI, the media type that its address fixed, and its own address."""

    iri: str
    fixed: Media | None
    address: str
    outside: bool = False


def blueprint(site: Site) -> Blueprint:
    """Give the routes of all things of a site; they come after every other route."""
    views = Blueprint("things", __name__)

    @views.get("/entity")
    @views.get("/entity.<suffix>")
    def by_iri(suffix: str = "") -> Response:
        """Answer for the thing whose whole IRI is given."""
        iri = request.args.get("iri", "")
        if not iri or not is_iri(iri):
            detail = (
                "give the whole IRI of a thing: /entity?iri=…" if not iri else f"{iri[:80]!r} is not an absolute IRI"
            )
            return problems.respond(problems.Problem("bad-request", detail), request, base=site.about.base)
        media = by_alias(suffix, DOCUMENTS) if suffix else None
        own = site.paths.page(iri)
        if not own.startswith("/entity?") and "#" not in own:
            return _moved(suffixed(own, media) if media else own)
        address = f"/entity?iri={own.partition('iri=')[2]}" if own.startswith("/entity?") else own.partition("#")[0]
        return _respond(site, Asked(iri, media, address, outside=True))

    @views.get("/entity/<path:name>")
    def by_curie(name: str) -> Response:
        """Answer for an outside thing by its CURIE, or for one of the dataset's own under the same path."""
        found = _curie(site, name)
        if isinstance(found, Response):
            return found
        return _respond(site, found) if found else _own(site, f"entity/{name}")

    @views.get("/<path:path>")
    def by_path(path: str) -> Response:
        """Answer for a thing whose IRI lies under the dataset's base."""
        return _own(site, path)

    return views


def _curie(site: Site, name: str) -> Asked | Response | None:
    stem, media = split_suffix(name)
    for text, fixed in ((stem, media), (name, None)):
        prefix, colon, reference = text.partition(":")
        preferred = site.about.prefixes.preferred(prefix) if colon and reference else None
        if preferred is None:
            return None
        iri = site.about.prefixes[preferred] + reference
        if not is_iri(iri) or (
            fixed is not None
            and not _known(site, iri)
            and _known(site, site.about.prefixes[preferred] + name.partition(":")[2])
        ):
            continue
        address = site.paths.page(iri)
        if prefix != preferred or not address.startswith("/entity/"):
            return _moved(suffixed(address, fixed) if fixed else address)
        return Asked(iri, fixed, address, outside=True)
    return None


def _own(site: Site, path: str) -> Response:
    """Find the IRI under the base that a path stands for, with or without a document's suffix."""
    stem, media = split_suffix(path)
    for text, fixed in dict.fromkeys(((stem, media), (path, None))):
        for iri in site.paths.iris(text):
            gone = site.retired.get(iri)
            if gone is not None:
                return _gone(site, gone, fixed)
            if _known(site, iri):
                return _respond(site, Asked(iri, fixed, site.paths.page(iri)))
            publication = site.publications.get(iri) if site.publications else None
            if publication is not None:
                return publications.respond(site, publication, fixed)
    bare = path.rstrip("/")
    if bare != path and any(_known(site, iri) for iri in site.paths.iris(bare)):
        return _moved("/" + bare)
    return _older(site, stem, media) or _unknown(site, path)


def _older(site: Site, path: str, fixed: Media | None) -> Response | None:
    """Lead from the IRI of an older version to its files, while the shelf still holds it."""
    versions = (iri.removeprefix(f"{site.about.iri}/") for iri in site.paths.iris(path))
    version = next((name for name in versions if is_version(name)), "")
    if not version or site.shelf is None or not (site.shelf / version / RECORD).is_file():
        return None
    places = {HTML: "", TURTLE: "void.ttl", JSON_LD: "dcat.jsonld"}
    address = f"/dumps/{version}/"
    chosen = fixed or problems.variant(request, tuple(places), lambda media: address + places[media], default=HTML)
    if isinstance(chosen, problems.Problem):
        return problems.respond(chosen, request, base=site.about.base)
    response = headers.redirected(request.script_root + address + places.get(chosen, ""), 303)
    response.vary.add("Accept")
    return response


def _known(site: Site, iri: str) -> bool:
    if not iri:
        return False
    return bool(site.lookup and site.lookup.knows(iri)) or site.reader.holds("known", thing=term(iri))


def _respond(site: Site, asked: Asked) -> Response:
    default = by_alias(site.settings.text("default_format"), DOCUMENTS) or HTML
    chosen = asked.fixed or problems.variant(
        request, _variants(site), lambda media: suffixed(asked.address, media), default=default
    )
    if isinstance(chosen, problems.Problem):
        return problems.respond(chosen, request, base=site.about.base)
    if chosen not in _variants(site):
        return problems.respond(problems.not_acceptable(_addresses(site, asked)), request, base=site.about.base)
    if asked.fixed and not request.args:
        request.environ[DOCUMENT] = True
    direct = (
        asked.fixed or asked.outside or site.settings.text("dereference") == "200" or asked.iri == site.about.vocabulary
    )
    return _document(site, asked, chosen) if direct else _see_other(site, asked, chosen)


def _variants(site: Site) -> tuple[Media, ...]:
    return (HTML, *site.graphs())


def _addresses(site: Site, asked: Asked) -> Mapping[str, str]:
    return {media.type: suffixed(asked.address, media) for media in _variants(site)}


def _see_other(site: Site, asked: Asked, media: Media) -> Response:
    number = request.args.get("page", "")
    page = f"?page={number}" if number.isdecimal() and media is HTML else ""
    address = request.script_root + suffixed(asked.address, media) + page
    response = headers.redirected(address, 303)
    headers.link(response, _links(site, asked, media))
    return headers.cached(response, request, seconds=site.settings.count("page_seconds"))


def _document(site: Site, asked: Asked, media: Media) -> Response:
    finished = request.environ.get(FINISHED)
    kept = finished(suffixed(asked.address, media)) if finished and not request.args else None
    if kept is not None:
        return Response(kept.body, headers=kept.headers)
    body = _page(site, asked) if media is HTML else _description(site, asked, media)
    if body is None:
        return _unknown(site, asked.iri)
    response = Response(body, content_type=media.content_type)
    response.headers["Content-Location"] = request.script_root + suffixed(asked.address, media)
    headers.link(response, _links(site, asked, media))
    return headers.cached(response, request, seconds=site.settings.count("page_seconds"))


def _description(site: Site, asked: Asked, media: Media) -> bytes | None:
    if asked.outside and not _known(site, asked.iri):
        return None
    document = site.paths.document(asked.iri, media)
    inbound = site.settings.count("inbound_limit")
    try:
        return describe(site.reader, asked.iri, media, document=document, inbound=inbound)
    except ReleaseError as error:  # RDF/XML cannot say every triple
        others = tuple(other.type for other in site.graphs() if other is not media)
        raise NotOffered(error.message, offered=others, fix="ask for another syntax") from None


def _page(site: Site, asked: Asked) -> str | None:
    number = request.args.get("page", "1")
    page = int(number) if number.isdecimal() and 0 < len(number) < 6 else 1  # noqa: PLR2004 - a page number, not an abyss
    found = view(site.reader, asked.iri, inbound=site.settings.count("inbound_limit"), page=max(page, 1))
    if found is None:
        return None
    downloads = [(media, suffixed(asked.address, media)) for media in site.graphs()]
    return render_template(
        "thing.html",
        page=found,
        number=page,
        address=asked.address,
        downloads=downloads,
        links=_links(site, asked, HTML),
        picture=_picture(site, found),
        graph=_graph(site, asked.iri),
        structured=structured(found, site.about),
        publication=site.publications.of(asked.iri) if site.publications and found.fact else "",
        sections=terms_of(site.reader, asked.iri) if asked.iri == site.about.vocabulary else (),
    )


def _picture(site: Site, page: Page) -> Markup | None:
    """Give the neighbourhood of a thing; where a dataset has facts, things without any have none worth a picture."""
    pictured = page.part in ("thing", "class") and (page.groups or not site.reader.role("predicate"))
    return drawing.neighbourhood(page, site.paths.page, root=request.script_root) if pictured else None


def _graph(site: Site, iri: str) -> Mapping[str, object] | None:
    """Give the files that hold a named graph of the dataset, and a query for its statements."""
    part = next((name for name, graph in site.about.graphs.items() if graph == iri), None)
    if part is None:
        return None
    files = [file for file in site.files.values() if file.part == part and file.compression == "gzip"]
    return {"files": files, "query": site.reader.text("inside", {"thing": term(iri)})}


def _links(site: Site, asked: Asked, media: Media) -> list[WebLink]:
    others = [other for other in _variants(site) if other is not media]
    described_by = next(iter(site.graphs()), None) if media is HTML else None
    return headers.links_of_document(
        site.about, asked.iri, asked.address, root=request.script_root, others=others, described_by=described_by
    )


def _gone(site: Site, gone: Retired, fixed: Media | None) -> Response:
    if gone.merged_into:
        address = site.paths.page(gone.merged_into)
        return _moved(suffixed(address, fixed) if fixed else address)
    accept = request.headers.get("Accept")
    media = fixed or negotiation.choose(accept, _variants(site), default=HTML)
    if media is HTML:
        body: str | bytes = render_template("gone.html", gone=gone)
    elif media is None:
        detail = f"{gone.iri} was retired: {gone.reason or 'no reason was given'}"
        members = {"replacedBy": gone.replaced_by} if gone.replaced_by else {}
        return problems.respond(problems.Problem("gone", detail, members), request, base=site.about.base)
    else:
        body = describe(site.reader, gone.iri, media, document=site.paths.document(gone.iri, media))
    response = Response(body, status=410, content_type=media.content_type)
    links = [WebLink(gone.replaced_by, "successor-version")] if gone.replaced_by else []
    headers.link(response, links)
    return headers.cached(response, request, seconds=site.settings.count("page_seconds"))


def _moved(address: str) -> Response:
    response = headers.redirected(request.script_root + address, 308)
    response.headers["Cache-Control"] = "public, max-age=300"
    response.vary.add("Accept")
    return response


def _unknown(site: Site, path: str) -> Response:
    last = path.rstrip("/").rpartition("/")[2][:80]
    near = site.lookup.suggest(last.rpartition("#")[2], limit=5) if site.lookup else ()
    members = {"suggestions": [{"iri": hit.iri, "label": hit.label, "href": site.paths.page(hit.iri)} for hit in near]}
    problem = problems.Problem("unknown-entity", f"the dataset says nothing about {path[:200]!r}", members)
    return problems.respond(problem, request, base=site.about.base)
