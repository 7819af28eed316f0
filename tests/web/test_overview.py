"""Pages over the whole dataset, and what catalogues collect."""

import json
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from publisher.entities.lists.branches import Branch, ontologies
from publisher.entities.naming import Naming
from publisher.release.record import File
from publisher.web import create_app
from publisher.web.site import Site, examples_in
from publisher.web.views.shapes import constrained, shapes_of


def _names(branches: tuple[Branch, ...]) -> list[object]:
    return [(branch.thing.name, branch.facts, branch.all_facts, _names(branch.branches)) for branch in branches]


def test_terms_in_use_are_a_tree(site: Site) -> None:
    """A term that facts use is found with its number; steps that lead nowhere else are left out."""
    found = ontologies(site.reader)
    assert [(item.prefix, item.facts) for item in found] == [("coast", 1)]
    assert _names(found[0].branches) == [("granite", 1, 1, [])]


def test_the_tree_is_a_page(client: FlaskClient) -> None:
    """The page of branches leads to the terms."""
    body = client.get("/browse/tree").get_data(as_text=True)
    assert 'href="/entity/coast:0000002"' in body


def test_mappings_are_listed_and_chosen(client: FlaskClient) -> None:
    """The alignments are shown with their relation and certainty; a choice narrows them; JSON gives the same."""
    body = client.get("/mappings").get_data(as_text=True)
    for words in ("Skarholm lighthouse", "0.9", "beacon", "no term", "Nobody has it."):
        assert words in body
    chosen = json.loads(client.get("/mappings?set=things", headers={"Accept": "application/json"}).data)
    assert [row["object"] for row in chosen] == ["http://example.com/coast/C_0000007"]
    assert json.loads(client.get("/mappings?q=BEAC&format=json").data)[0]["comment"] == "Nobody has it."


def test_shapes_are_told_in_words(site: Site, tmp_path: Path) -> None:
    """A shape is read with its target, its rules and their messages."""
    (tmp_path / "shapes").mkdir()
    (tmp_path / "shapes" / "light.ttl").write_text(
        """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix lv: <https://example.org/lights/vocab#> .
        lv:LightShape a sh:NodeShape ; sh:targetClass lv:Lighthouse ;
          sh:property [ sh:path ( lv:standsIn [ sh:inversePath lv:near ] ) ; sh:minCount 1 ; sh:in ( "a" lv:certain ) ;
                        sh:message "A light stands somewhere." ] ."""
    )
    assert site.release is not None
    file = File("shapes/light.ttl", 1, "", "text/turtle")
    release = replace(site.release, path=tmp_path, files={file.name: file})
    shapes = shapes_of(release)
    naming = Naming(site.reader, {iri for shape in shapes for iri in shape.mentioned()})
    found = constrained(shapes, naming)
    assert [(shape.name, [target.name for target in shape.targets]) for shape in found] == [
        ("LightShape", ["lighthouse"])
    ]
    assert found[0].rules[0].path == "stands in, then inverse of near"
    assert found[0].rules[0].wanted == ("at least 1", "one of a, certain")
    assert found[0].rules[0].message == "A light stands somewhere."


def test_the_schema_is_a_page(client: FlaskClient) -> None:
    """The schema lists the kinds in use."""
    assert "lighthouse" in client.get("/schema").get_data(as_text=True)


@pytest.mark.parametrize(
    ("path", "media"),
    [
        ("/linkset", "application/linkset+json"), ("/linkset.json", "application/linkset+json"),
        ("/linkset.linkset", "application/linkset"), ("/linkset.ttl", "text/turtle"), ("/dcat.ttl", "text/turtle"),
        ("/dcat.jsonld", "application/ld+json"), ("/.well-known/sparql-examples", "text/turtle"),
        ("/docs", "text/html"),
    ],
)  # fmt: skip
def test_what_catalogues_collect_is_there(client: FlaskClient, path: str, media: str) -> None:
    """Each document has its type."""
    found = client.get(path)
    assert (found.status_code, found.mimetype) == (200, media)


def test_the_linkset_holds_the_links_of_the_home_page(client: FlaskClient) -> None:
    """The linkset says in JSON and in Turtle what the header says."""
    table = json.loads(client.get("/linkset").data)["linkset"][0]
    assert {"cite-as", "author", "license", "describedby", "item", "service", "service-doc"} <= set(table)
    assert table["item"][0]["type"] == "application/gzip"
    assert 'rel="linkset"' in client.get("/").headers["Link"]
    assert list(ox.parse(client.get("/linkset.ttl").data, format=ox.RdfFormat.TURTLE))


def test_the_catalogue_record_leads_people_to_the_page(client: FlaskClient) -> None:
    """A browser that asks for the catalogue record gets the page of the dataset."""
    found = client.get("/dcat", headers={"Accept": "text/html"})
    assert (found.status_code, found.headers["Location"]) == (303, "/dataset.html")
    assert client.get("/dcat.docx").status_code == 404


def test_changes_are_a_feed(site: Site, tmp_path: Path) -> None:
    """What changed is a page that names its feed, and the feed."""
    assert site.release is not None
    (tmp_path / "changes.md").write_text("# lights\n\nNothing <b>much</b>.\n\n- one\n- two\n")
    (tmp_path / "changes.atom").write_text('<feed xmlns="http://www.w3.org/2005/Atom"/>')
    file = File("changes.atom", 1, "", "application/atom+xml")
    release = replace(site.release, path=tmp_path, files={file.name: file})
    client = create_app(replace(site, release=release)).test_client()
    page = client.get("/changes", headers={"Accept": "text/html"})
    assert "<li>one</li><li>two</li>" in page.get_data(as_text=True)
    assert "&lt;b&gt;much" in page.get_data(as_text=True)
    assert '</changes.atom>; rel="alternate"' in page.headers["Link"]
    feed = client.get("/changes.atom")
    assert (feed.mimetype, feed.data) == ("application/atom+xml", (tmp_path / "changes.atom").read_bytes())


def test_an_example_tells_what_it_answers(tmp_path: Path) -> None:
    """Headers of grlc and plain remarks both give the summary of a query."""
    (tmp_path / "a.rq").write_text("#+ summary: Which lights?\n#+ tags: [light]\nSELECT * WHERE { ?s ?p ?o }\n")
    (tmp_path / "b.rq").write_text("# title: Which stones?\nSELECT * WHERE { ?s ?p ?o }\n# not: this\n")
    assert [example.summary for example in examples_in(tmp_path)] == ["Which lights?", "Which stones?"]
