"""The dataset's example queries as plain addresses: ``/query/{name}?gene=…``, for programs that speak no SPARQL."""

from dataclasses import dataclass

from flask import Blueprint, Response, request

from publisher.entities.questions import Parameter, bound, parameters_of
from publisher.entities.reader import whole
from publisher.rdf.query import Form, read
from publisher.web import headers, negotiation, problems
from publisher.web.linking import answers
from publisher.web.site import Example, Site


@dataclass(frozen=True, slots=True)
class Question:
    """An example query with its parameters; ``graph`` tells whether it answers with RDF."""

    example: Example
    parameters: tuple[Parameter, ...]
    graph: bool


def blueprint(site: Site) -> Blueprint:
    """Give the route of the example queries."""
    views = Blueprint("questions", __name__)
    known = {item.example.name: item for item in questions_of(site)}

    @views.get("/query/<name>")
    def question(name: str) -> Response:
        """Answer one of the example queries, with the values of its parameters that are given."""
        asked = known.get(name)
        if asked is None:
            return answers.refused(site, request, f"there is no query {name[:100]!r}: see /examples",
                                   kind="unknown-entity")  # fmt: skip
        given = {key: value for key, value in request.args.items() if key not in negotiation.FORMAT_PARAMETERS}
        names = [item.name for item in asked.parameters]
        strange = [key for key in given if key not in names]
        if strange:
            told = ", ".join(names) or "none"
            return answers.refused(site, request, f"{strange[0][:100]!r} is no parameter of this query; it has: {told}")
        if any(len(request.args.getlist(key)) > 1 for key in given):
            return answers.refused(site, request, "a parameter was given twice", kind="too-many-parameters")
        offered = site.graphs() if asked.graph else site.results()
        media = problems.variant(
            request, offered, lambda form: f"/query/{name}?format={form.suffix}", default=offered[0]
        )
        if isinstance(media, problems.Problem):
            if media.kind != "not-acceptable" or not negotiation.is_browser(request.headers.get("Accept")):
                return problems.respond(media, request, base=site.about.base)
            media = offered[0]
        text = bound(asked.example.text, asked.parameters, given, lambda value: expanded(site, value))
        answer = site.store.query(text, media, limits=site.limits(request.remote_addr))
        etag = answer.etag
        response = Response(whole(answer), content_type=media.content_type)
        if etag is None:
            response.headers["Cache-Control"] = "no-store"
            response.vary.add("Accept")
            return response
        return headers.cached(response, request, seconds=site.settings.count("page_seconds"), etag=etag)

    return views


def questions_of(site: Site) -> tuple[Question, ...]:
    """Give the example queries with the parameters that their files declare."""
    folder = site.release.queries if site.release else None
    found = []
    for example in site.examples:
        path = folder / f"{example.name}.rq" if folder else None
        declared = parameters_of(path.read_text(encoding="utf-8")) if path and path.is_file() else ()
        graph = read(example.text).form in (Form.CONSTRUCT, Form.DESCRIBE)
        found.append(Question(example, declared, graph))
    return tuple(found)


def expanded(site: Site, text: str) -> str | None:
    """Give the IRI of an identifier in any spelling: the dataset's own where it knows the thing, else as it stands."""
    found = site.lookup.identify(text) if site.lookup else ()
    return found[0].hit.iri if found else site.about.prefixes.expand(text)
