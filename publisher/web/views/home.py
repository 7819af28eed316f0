"""The dataset's own pages: what this is, its description in VoID, its examples, its validation report."""

import json
from functools import partial

from flask import Blueprint, Response, render_template, request

from publisher.entities.lists.browse import documents, kinds, relations, things
from publisher.entities.lists.mapped import mappings
from publisher.entities.naming import Naming
from publisher.entities.page.describe import describe
from publisher.entities.page.structured import dataset
from publisher.rdf.media import GRAPHS, HTML, JSON, TURTLE, Media
from publisher.release.record import File
from publisher.web import headers, negotiation, problems
from publisher.web.headers import WebLink
from publisher.web.site import Site
from publisher.web.views.discovery import links_of
from publisher.web.views.shapes import shapes_of

_TRIED = 6


def blueprint(site: Site) -> Blueprint:
    """Give the routes of the pages about the dataset itself."""
    views = Blueprint("home", __name__)
    views.add_url_rule("/", "home", partial(_home, site))
    void = partial(_void, site)
    for rule in ("/void", "/void.ttl", "/.well-known/void"):
        views.add_url_rule(rule, "void", void)
    views.add_url_rule("/validation", "validation", partial(_report, site))
    views.add_url_rule("/examples", "examples", partial(_examples, site))
    views.add_url_rule("/ontology", "ontology", partial(_ontology, site))
    views.add_url_rule("/problems/<kind>", "problem", partial(_problem, site))
    return views


def _home(site: Site) -> Response:
    """Say what this dataset is, to people and to programs."""
    media = problems.variant(request, (HTML, *site.graphs()), lambda found: f"/?format={found.suffix}", default=HTML)
    if isinstance(media, problems.Problem):
        return problems.respond(media, request, base=site.about.base)
    body = _front(site) if media is HTML else _description(site, media)
    response = Response(body, content_type=media.content_type)
    root = request.script_root
    linkset = WebLink(f"{root}/linkset", "linkset", "application/linkset+json")
    headers.link(response, [*links_of(site, root), linkset])
    return _kept(site, response)


def _front(site: Site) -> str:
    naming = Naming(site.reader, site.about.examples)
    said = relations(site.reader)
    numbers = [
        ("facts", sum(item.count for item in said)),
        ("things", things(site.reader) or site.counts.get("subjects", 0)),
        ("documents", len(documents(site.reader))),
        ("statements", site.counts.get("triples", 0)),
    ]
    files = [file for file in site.files.values() if file.part in ("whole", "union")]
    return render_template(
        "home.html",
        links=links_of(site, request.script_root),
        kinds=kinds(site.reader)[:12],
        structured=dataset(site.about, files, site.settings.text("public_url").rstrip("/")),
        names={iri: naming.name(iri) for iri in site.about.examples},
        relations=said[:8],
        tried=site.examples[:: max(1, len(site.examples) // _TRIED)][:_TRIED],
        dumps=[(media.label, file) for media in GRAPHS for file in files if _is_whole(file, media)],
        counts=[(words, number) for words, number in numbers if number],
    )


def _is_whole(file: File, media: Media) -> bool:
    """Tell whether a file holds everything, in one syntax, packed in the way that everybody can open."""
    return file.part in ("whole", "union") and file.compression == "gzip" and file.name.endswith(f".{media.suffix}.gz")


def _void(site: Site) -> Response:
    """Give the description of the dataset in VoID; browsers, which know no RDF, get Turtle too."""
    media: Media | problems.Problem = TURTLE
    if not request.path.endswith(".ttl"):
        media = problems.variant(request, site.graphs(), lambda found: f"/void?format={found.suffix}", default=TURTLE)
    if isinstance(media, problems.Problem):
        if media.kind == "not-acceptable" and negotiation.is_browser(request.headers.get("Accept")):
            media = TURTLE
        else:
            return problems.respond(media, request, base=site.about.base)
    known = site.release.path / "void.ttl" if site.release and media is TURTLE else None
    body = known.read_bytes() if known and known.is_file() else _description(site, media)
    response = Response(body, content_type=media.content_type)
    address = "/void.ttl" if media is TURTLE else f"/void?format={media.suffix}"
    response.headers["Content-Location"] = request.script_root + address
    return _kept(site, response)


def _kept(site: Site, response: Response) -> Response:
    return headers.cached(response, request, seconds=site.settings.count("page_seconds"))


def _description(site: Site, media: Media) -> bytes:
    return describe(site.reader, site.about.iri, media, document=site.paths.document(site.about.iri, media))


def _report(site: Site) -> Response:
    """Show the validation report of the release."""
    media = problems.variant(request, (HTML, TURTLE, JSON), lambda found: f"/validation?format={found.suffix}")
    if isinstance(media, problems.Problem):
        return problems.respond(media, request, base=site.about.base)
    path = site.release.path / f"report.{'json' if media is JSON else media.suffix}" if site.release else None
    if path is None or not path.is_file():
        problem = problems.Problem("unknown-entity", "this site carries no validation report")
        return problems.respond(problem, request, base=site.about.base)
    if media is HTML:
        findings = json.loads(path.with_suffix(".json").read_bytes())
        body = render_template(
            "report.html",
            report=findings,
            shapes=len(shapes_of(site.release)) if site.release else 0,
            alignments=len(mappings(site.reader)),
            statements=site.counts.get("triples", 0),
        )
        return _kept(site, Response(body, content_type=HTML.content_type))
    kind = "application/json" if media is JSON else media.content_type
    return _kept(site, Response(path.read_bytes(), content_type=kind))


def _examples(site: Site) -> Response:
    """List the example queries."""
    media = problems.variant(request, (HTML, JSON), lambda found: f"/examples?format={found.suffix}")
    if isinstance(media, problems.Problem):
        return problems.respond(media, request, base=site.about.base)
    if media is HTML:
        return _kept(site, Response(render_template("examples.html"), content_type=HTML.content_type))
    table = [
        {"name": item.name, "summary": item.summary, "tags": list(item.tags), "query": item.text}
        for item in site.examples
    ]
    body = json.dumps(table, ensure_ascii=False, indent=1) + "\n"
    return _kept(site, Response(body, content_type="application/json"))


def _ontology(site: Site) -> Response:
    """Lead to the dataset's ontology."""
    if not site.about.vocabulary:
        problem = problems.Problem("unknown-entity", "this dataset has no ontology of its own")
        return problems.respond(problem, request, base=site.about.base)
    return headers.redirected(request.script_root + site.paths.page(site.about.vocabulary), 308)


def _problem(site: Site, kind: str) -> Response:
    """Explain one type of problem."""
    if kind not in problems.KINDS:
        problem = problems.Problem("unknown-entity", f"there is no problem {kind[:80]!r}")
        return problems.respond(problem, request, base=site.about.base)
    body = render_template("problem_type.html", name=kind, kind=problems.KINDS[kind])
    return _kept(site, Response(body, content_type=HTML.content_type))
