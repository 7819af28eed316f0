"""The dataset's own pages, and what machines ask first."""

import json
import re
from html import unescape
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from publisher.web import create_app
from publisher.web.site import Site

PATHS = ("/", "/browse", "/search?q=light", "/sparql", "/examples", "/dumps/", "/thing/LX0000001.html",
         "/problems/gone",
         "/browse/class?iri=https%3A%2F%2Fexample.org%2Flights%2Fvocab%23Lighthouse")  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_a_whole_page(client: FlaskClient, path: str) -> None:
    """Each page has one heading, a title, a way past the header, and nothing inline that a strict policy forbids."""
    found = client.get(path, headers={"Accept": "text/html"})
    body = found.get_data(as_text=True)
    assert (found.status_code, found.mimetype) == (200, "text/html")
    assert (body.count("<h1"), body.count("<title>"), body.count('class="skip"')) == (1, body.count("<title>"), 1)
    assert re.findall(r"<script(?![^>]*(?:src=|application/ld))|style=|\son\w+=", body) == []


def test_home_tells_machines_where_things_are(client: FlaskClient) -> None:
    """The home page carries Signposting links and schema.org data."""
    found = client.get("/")
    link = found.headers["Link"]
    for relation in ("cite-as", "author", "license", "type", "describedby", "item", "service", "search"):
        assert f'rel="{relation}"' in link
    body = found.get_data(as_text=True)
    data = json.loads(re.search(r'ld\+json">(.*?)</script>', body, re.DOTALL)[1])
    assert (data["@type"], data["@id"], data["version"]) == (
        "Dataset",
        "https://example.org/lights/dataset",
        "2026-03-01",
    )
    assert "Skårholm Light" in body


def test_home_is_data_too(client: FlaskClient) -> None:
    """The home page, VoID and the well-known address give the dataset's description as RDF."""
    assert "void:Dataset" in client.get("/", headers={"Accept": "text/turtle"}).get_data(as_text=True)
    for path in ("/void", "/void.ttl", "/.well-known/void"):
        found = client.get(path)
        assert (found.status_code, found.mimetype, found.headers["Content-Location"]) == (
            200,
            "text/turtle",
            "/void.ttl",
        )
    assert client.get("/.well-known/void", headers={"Accept": "application/rdf+xml"}).mimetype == "application/rdf+xml"


def test_names_are_found(client: FlaskClient) -> None:
    """Search finds by the beginning of a word, by a synonym, by a misspelling and by an identifier."""
    for words, wanted in (
        ("skår", "LX0000001"),
        ("old lady", "LX0000001"),
        ("Skarholn Ligth", "LX0000001"),
        ("0000002", "C_0000002"),
    ):
        found = client.get("/search", query_string={"q": words}, headers={"Accept": "application/json"}).get_json()
        assert any(hit["iri"].endswith(wanted) for hit in found), words
    suggested = client.get("/suggest?q=granit").get_json()
    assert [suggested[0], suggested[1][0], suggested[3][0]] == ["granit", "granite", "/entity/coast:0000002"]


def test_names_lead_to_pages(client: FlaskClient) -> None:
    """A CURIE in any case, an IRI and an exact name lead to the page of their thing."""
    for query in ("curie=coast:0000002", "curie=COAST:0000002", "iri=http://example.com/coast/C_0000002", "q=granite"):
        found = client.get(f"/resolve?{query}")
        assert (found.status_code, found.headers["Location"]) == (303, "/entity/coast:0000002")
    assert client.get("/lookup?iri=http://example.com/none").status_code == 404
    assert client.get("/resolve").status_code == 400


def test_monitors_and_crawlers_are_served(client: FlaskClient) -> None:
    """Health, readiness, metrics, robots and the sitemap answer at their names."""
    assert [client.get(path).status_code for path in ("/healthz", "/readyz", "/metrics", "/robots.txt")] == [200] * 4
    assert "exportin_release_info" in client.get("/metrics").get_data(as_text=True)
    root = ElementTree.fromstring(client.get("/sitemap.xml").data)  # noqa: S314 - our own answer
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    places = [item.text for item in root.iter(f"{space}loc")]
    assert "http://localhost/thing/LX0000001" in places
    assert all("#" not in place for place in places)
    assert {item.text for item in root.iter(f"{space}lastmod")} == {"2026-03-01"}


def test_interfaces_are_catalogued(client: FlaskClient) -> None:
    """The catalogue of interfaces lists the query service with its description."""
    found = client.get("/.well-known/api-catalog")
    assert found.mimetype == "application/linkset+json"
    anchors = [item["anchor"] for item in json.loads(found.data)["linkset"]]
    assert "http://localhost/sparql" in anchors


def test_a_site_under_a_path_links_within_it(site: Site) -> None:
    """Mounted under a path, every link and redirect of the site stays below it."""
    client = create_app(site).test_client()
    moved = client.get("/thing/LX0000001", environ_overrides={"SCRIPT_NAME": "/lights"})
    assert moved.headers["Location"] == "/lights/thing/LX0000001.html"
    body = client.get("/thing/LX0000001.html", environ_overrides={"SCRIPT_NAME": "/lights"}).get_data(as_text=True)
    assert re.findall(r'(?:href|src|action)="/(?!lights/)[^"]*"', body) == []


def test_a_search_without_words_shows_where_to_begin(client: FlaskClient) -> None:
    """What may be typed is shown by the dataset's own examples, each of which finds its thing; and there is more."""
    page = client.get("/search").get_data(as_text=True)
    tried = re.findall(r'href="(/search\?q=[^"]+)"', page)
    assert len(tried) > 1
    for address in tried:
        hits = client.get(unescape(address), headers={"Accept": "application/json"}).get_json()
        assert hits[0]["iri"] == "https://example.org/lights/thing/LX0000001"
    assert page.count('name="q"') == 1
    assert "/browse/class?iri=" in page
    assert 'href="/browse/tree"' in page
