"""What catalogues and crawlers collect: the catalogue record, the example queries as data, the changes."""

from collections.abc import Iterator
from functools import partial

from flask import Blueprint, Response, render_template, request

from publisher.rdf.media import DOCUMENTS, HTML, JSON, TURTLE, Family, Media, by_alias
from publisher.web import headers, problems
from publisher.web.headers import WebLink
from publisher.web.site import Site

ATOM = Media("application/atom+xml", "atom", Family.RESULTS, "Atom", ("atom", "feed"), ("application/xml", "text/xml"))
_CHANGES = {ATOM: "changes.atom", TURTLE: "changes.ttl", JSON: "changes.json"}


def blueprint(site: Site) -> Blueprint:
    """Give the routes of these documents."""
    views = Blueprint("discovery", __name__)
    for name, answer in (("dcat", _dcat), ("changes", _changes)):
        answered = partial(answer, site)
        views.add_url_rule(f"/{name}", name, answered)
        views.add_url_rule(f"/{name}.<suffix>", name, answered)
    views.add_url_rule("/.well-known/sparql-examples", "sparql_examples", partial(_sparql_examples, site))
    views.add_url_rule("/docs", "docs", partial(_docs, site))
    return views


def links_of(site: Site, root: str) -> list[WebLink]:
    """Give the links of the dataset: who made it, under which licence, its descriptions, its files, its services."""
    about = site.about
    links = [WebLink(about.iri, "cite-as"), WebLink(about.iri, "describes")]
    links.extend(WebLink(agent.iri, "author") for agent in about.creators if agent.iri)
    if about.licence:
        links.append(WebLink(about.licence, "license"))
    links.extend([WebLink("https://schema.org/AboutPage", "type"), WebLink("https://schema.org/Dataset", "type")])
    links.append(WebLink(f"{root}/void.ttl", "describedby", "text/turtle", "http://rdfs.org/ns/void#"))
    if "dcat.jsonld" in site.files:
        links.append(WebLink(f"{root}/dcat.jsonld", "describedby", "application/ld+json", "http://www.w3.org/ns/dcat#"))
    for file in site.files.values():
        if file.part == "whole":
            links.append(WebLink(f"{root}/dumps/{about.version}/{file.name}", "item", file.sent_as))
    links.append(WebLink(f"{root}/sparql", "service"))
    links.append(WebLink(f"{root}/.well-known/api-catalog", "api-catalog", "application/linkset+json"))
    links.append(WebLink(f"{root}/docs", "service-doc", "text/html"))
    links.append(WebLink(f"{root}/search.xml", "search", "application/opensearchdescription+xml"))
    return links


def _dcat(site: Site, suffix: str = "") -> Response:
    """Give the dataset's record for catalogues (DCAT); to people, the page about the dataset."""
    media = chosen(site, suffix, (HTML, *site.graphs()), "/dcat")
    if isinstance(media, Response):
        return media
    if media is HTML:
        response = headers.redirected(request.script_root + site.paths.variant(site.about.iri, HTML), 303)
        return _kept(site, response)
    known = site.release.path / f"dcat.{media.suffix}" if site.release else None
    body = known.read_bytes() if known and known.is_file() else site.reader.construct("catalogue", media)
    response = Response(body, content_type=media.content_type)
    response.headers["Content-Location"] = f"{request.script_root}/dcat.{media.suffix}"
    return _kept(site, response)


def _sparql_examples(site: Site) -> Response:
    """Give the example queries as RDF."""
    if "examples" not in site.about.graphs:
        problem = problems.Problem("unknown-entity", "this dataset carries no example queries as data")
        return problems.respond(problem, request, base=site.about.base)
    media = chosen(site, "", site.graphs(), "/.well-known/sparql-examples")
    if isinstance(media, Response):
        return media
    body = site.reader.construct("queries", media)
    response = Response(body, content_type=media.content_type)
    headers.link(response, [WebLink(site.about.graphs["examples"], "describes")])
    return _kept(site, response)


def _changes(site: Site, suffix: str = "") -> Response:
    """Show what changed since the release before, or give it as a feed or as data."""
    files = {media: name for media, name in _CHANGES.items() if name in site.files}
    media = chosen(site, suffix, (HTML, *files), "/changes")
    if isinstance(media, Response):
        return media
    name = files.get(media, "changes.md")
    path = site.release.path / name if site.release else None
    if path is None or not path.is_file():
        problem = problems.Problem("unknown-entity", "this release lists no changes: it may be the first")
        return problems.respond(problem, request, base=site.about.base)
    if media is not HTML:
        kind = "application/json" if media is JSON else media.content_type
        return _kept(site, Response(path.read_bytes(), content_type=kind))
    text = path.read_text(encoding="utf-8")
    feeds = [WebLink(f"{request.script_root}/changes.atom", "alternate", ATOM.type)] if ATOM in files else []
    body = render_template("changes.html", blocks=list(_blocks(text)), links=feeds, files=files)
    response = Response(body, content_type=HTML.content_type)
    headers.link(response, feeds)
    return _kept(site, response)


def _blocks(text: str) -> Iterator[tuple[str, list[str]]]:
    """Give the blocks of simple Markdown: headings, lists and paragraphs, without inline marks."""
    kind, lines = "", list[str]()
    for line in [*text.splitlines(), ""]:
        mark = "h" if line.startswith("#") else "li" if line.startswith(("- ", "* ")) else "p" if line.strip() else ""
        if lines and (mark != kind or mark == "h"):
            yield kind, lines
            lines = []
        kind = mark
        if mark:
            lines.append(line.lstrip("#-* ").replace("`", "").strip())


def _docs(site: Site) -> Response:
    """Tell programmers which addresses there are."""
    return _kept(site, Response(render_template("docs.html"), content_type=HTML.content_type))


def chosen(site: Site, suffix: str, variants: tuple[Media, ...], path: str) -> Media | Response:
    """Give the variant that a suffix names or the header prefers, or the answer that says why there is none."""
    if suffix:
        named = by_alias(suffix, variants) if suffix in {*_suffixes(variants), "json"} else None
        if named is not None:
            return named
        problem = problems.Problem("unknown-entity", f"there is no {path}.{suffix[:40]}")
        return problems.respond(problem, request, base=site.about.base)
    media = problems.variant(request, variants, lambda found: f"{path}?format={found.suffix}", default=variants[0])
    if isinstance(media, problems.Problem):
        return problems.respond(media, request, base=site.about.base)
    return media


def _suffixes(variants: tuple[Media, ...]) -> set[str]:
    return {media.suffix for media in (*variants, *DOCUMENTS)}


def _kept(site: Site, response: Response) -> Response:
    return headers.cached(response, request, seconds=site.settings.count("page_seconds"))
