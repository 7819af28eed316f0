"""What every resource carries for machines: the links of Signposting, and schema.org data in every page."""

import json
import re

import pytest
from flask.testing import FlaskClient

PAGES = (
    "/", "/browse", "/browse/tree", "/search?q=light", "/search", "/schema", "/mappings", "/examples", "/docs",
    "/dumps/", "/dumps/2026-03-01/", "/sparql", "/thing/LX0000001.html", "/claim/LC0000001.html",
    "/witness/LW0000001.html", "/paper/P1.html", "/graph/facts.html", "/vocab.html", "/entity/coast:0000002.html",
    "/browse/class?iri=https%3A%2F%2Fexample.org%2Flights%2Fvocab%23Lighthouse", "/problems/gone",
)  # fmt: skip
DATA = (
    "/thing/LX0000001.ttl", "/claim/LC0000001.jsonld", "/vocab.nt", "/void.ttl", "/linkset", "/examples?format=json",
    "/dumps/2026-03-01/lights-2026-03-01.nt.gz", "/search?q=light&format=json", "/dcat.ttl",
)  # fmt: skip
HTML = {"Accept": "text/html"}
SCRIPT = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
LINK = re.compile(r'<([^>]+)>; rel="([^"]+)"')


def _rels(client: FlaskClient, address: str) -> dict[str, list[str]]:
    with client.head(address, headers=HTML if address == "/sparql" else {}) as answer:
        told = answer.headers.get("Link", "")
    assert answer.status_code == 200, address
    found: dict[str, list[str]] = {}
    for href, rel in LINK.findall(told):
        found.setdefault(rel, []).append(href)
    return found


@pytest.mark.parametrize("address", [*PAGES, *DATA])
def test_every_resource_signposts(client: FlaskClient, address: str) -> None:
    """The dataset, its licence and its linkset are linked from everything; a page says that it is one."""
    rels = _rels(client, address)
    assert rels["license"] == ["https://creativecommons.org/publicdomain/zero/1.0/"]
    assert rels["linkset"] == ["/linkset"]
    if address != "/":  # the home page is the dataset's own: it describes it and is cited as it
        assert rels["collection"] == ["https://example.org/lights/dataset"]
    if address in PAGES:
        assert rels["type"][0].startswith("https://schema.org/")


@pytest.mark.parametrize("address", PAGES)
def test_every_page_holds_schema_org_data(client: FlaskClient, address: str) -> None:
    """One block of JSON-LD: a page of the dataset with a name, or the dataset itself."""
    blocks = SCRIPT.findall(client.get(address, headers=HTML).text)
    assert len(blocks) == 1
    data = json.loads(blocks[0])
    assert data["@context"] == "https://schema.org/"
    assert data["name"].strip()
    assert data["license"] == "https://creativecommons.org/publicdomain/zero/1.0/"
    if data["@type"] == "Dataset":
        assert address == "/"
        assert {"@id", "description", "identifier", "distribution", "url", "version", "creator"} <= set(data)
    else:
        assert (data["@type"], data["isPartOf"]["@id"]) == ("WebPage", "https://example.org/lights/dataset")


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("/claim/LC0000001", "Claim"),
        ("/paper/P1", "CreativeWork"),
        ("/entity/lv:Lighthouse", "DefinedTerm"),
        ("/thing/LX0000001", "Thing"),
    ],
)
def test_a_thing_has_the_type_that_its_part_means(client: FlaskClient, address: str, kind: str) -> None:
    """Claims, documents and terms of an ontology are told from other things; a claim says where it appears."""
    about = json.loads(SCRIPT.findall(client.get(f"{address}.html").text)[0])["about"]
    assert about["@type"] == kind
    assert ("appearance" in about) == (kind == "Claim")


def test_a_named_graph_has_a_page_with_its_files(client: FlaskClient) -> None:
    """It tells what a named graph is and asks it alone."""
    page = client.get("/graph/facts.html").text
    assert "Named graph" in page
    assert "GRAPH &lt;https://example.org/lights/graph/facts&gt;" in page
