"""Pages over the whole dataset: branches of public ontologies, alignments, and the schema with its shapes."""

import json
from collections import Counter
from collections.abc import Iterable
from functools import partial

from flask import Blueprint, Response, render_template, request

from publisher.entities.lists.branches import ontologies
from publisher.entities.lists.browse import classes
from publisher.entities.lists.mapped import Mapping, mappings
from publisher.entities.naming import Naming
from publisher.rdf.media import HTML, JSON
from publisher.web import headers, problems
from publisher.web.site import Site
from publisher.web.views.shapes import constrained, shapes_of

_ROWS = 100
_DIGITS = 4


def blueprint(site: Site) -> Blueprint:
    """Give the routes of these pages."""
    views = Blueprint("overview", __name__)
    views.add_url_rule("/browse/tree", "tree", partial(_tree, site))
    views.add_url_rule("/mappings", "mappings", partial(_mappings, site))
    views.add_url_rule("/schema", "schema", partial(_schema, site))
    return views


def _tree(site: Site) -> Response:
    """Show the terms of public ontologies in use, as trees with the number of facts."""
    return _page(site, "tree.html", ontologies=ontologies(site.reader))


def _mappings(site: Site) -> Response:
    """List the alignments, filtered by relation, by vocabulary and by words."""
    media = problems.variant(request, (HTML, JSON), lambda found: f"/mappings?format={found.suffix}", default=HTML)
    if isinstance(media, problems.Problem):
        return problems.respond(media, request, base=site.about.base)
    every = mappings(site.reader)
    chosen = {name: request.args.get(name, "")[:200] for name in ("set", "relation", "vocabulary", "q")}
    found = [item for item in every if _fits(item, chosen)]
    if media is JSON:
        body = json.dumps([_plain(item) for item in found], ensure_ascii=False, indent=1) + "\n"
        response = Response(body, content_type="application/json")
        return headers.cached(response, request, seconds=site.settings.count("page_seconds"))
    text = request.args.get("page", "1")
    number = max(1, int(text)) if text.isdecimal() and len(text) <= _DIGITS else 1
    choices = [
        ("set", "Set", _counted(item.set for item in every)),
        ("relation", "Relation", _counted(item.relation.name for item in every)),
        ("vocabulary", "Vocabulary", _counted(item.vocabulary for item in every if item.vocabulary)),
    ]
    files = [file for name, file in site.files.items() if name.endswith(".sssom.tsv")]
    return _page(
        site, "mappings.html", found=found[(number - 1) * _ROWS : number * _ROWS], total=len(found), files=files,
        number=number, more=len(found) > number * _ROWS, chosen=chosen, choices=choices,
    )  # fmt: skip


def _fits(item: Mapping, chosen: dict[str, str]) -> bool:
    words = chosen["q"].casefold()
    names = f"{item.words} {item.source.name if item.source else ''} {item.target.name if item.target else ''}"
    return (
        chosen["set"] in ("", item.set)
        and chosen["relation"] in ("", item.relation.name)
        and chosen["vocabulary"] in ("", item.vocabulary)
        and words in names.casefold()
    )


def _counted(values: Iterable[str]) -> list[tuple[str, int]]:
    return sorted(Counter(values).items(), key=lambda item: (-item[1], item[0]))


def _plain(item: Mapping) -> dict[str, str]:
    return {
        "record": item.iri,
        "subject": item.source.iri if item.source else "",
        "subjectLabel": item.words,
        "predicate": item.relation.iri,
        "object": item.target.iri if item.target else "",
        "objectLabel": item.target.name if item.target else "",
        "justification": item.how,
        "confidence": item.confidence,
        "comment": item.remark,
    }


def _schema(site: Site) -> Response:
    """Show the classes in use and the shapes that hold them together."""
    shapes = shapes_of(site.release) if site.release else ()
    used = classes(site.reader)
    naming = Naming(site.reader, {iri for shape in shapes for iri in shape.mentioned()})
    return _page(site, "schema.html", used=used, shapes=constrained(shapes, naming))


def _page(site: Site, template: str, **values: object) -> Response:
    response = Response(render_template(template, **values), content_type=HTML.content_type)
    return headers.cached(response, request, seconds=site.settings.count("page_seconds"))
