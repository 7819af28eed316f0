"""Links as sets: of the dataset with counts, and of one thing both ways, in three forms."""

import json
import re
from typing import Any

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from publisher.web.site import Site

GRANITE = "http://example.com/coast/C_0000002"
LIGHT = "https://example.org/lights/thing/LX0000001"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
SKOS = "http://www.w3.org/2004/02/skos/core#"


def _contexts(client: FlaskClient, query: str = "") -> dict[str, dict[str, Any]]:
    found = client.get(f"/linkset{query}", headers={"Accept": "application/linkset+json"})
    assert (found.status_code, found.mimetype) == (200, "application/linkset+json"), found.text
    return {context.pop("anchor"): context for context in json.loads(found.data)["linkset"]}


def _told(client: FlaskClient, query: str) -> set[tuple[str, str, str]]:
    contexts = _contexts(client, query)
    return {
        (anchor, relation, target["href"])
        for anchor, relations in contexts.items()
        for relation, targets in relations.items()
        for target in targets
    }


def test_the_dataset_lists_its_linksets_with_counts(client: FlaskClient, site: Site) -> None:
    """Each file of links to another namespace is an item with its title and number of triples, and can be fetched."""
    items = _contexts(client)["http://localhost/"]["item"]
    linksets = {item["title"]: item for item in items if item.get("title", "").startswith("Links to")}
    files = {file.title: file for file in site.files.values() if file.part.startswith("linkset:")}
    assert set(files) == set(linksets) != set()
    for title, item in linksets.items():
        assert [str(files[title].quads)] == item["triples"]
        with client.get(item["href"].removeprefix("http://localhost")) as file:
            assert file.status_code == 200


def test_a_thing_has_its_links_both_ways(client: FlaskClient) -> None:
    """An outside thing, by any spelling, has the facts that speak of it; our own has its matches too."""
    claims = {anchor for anchor, relation, target in _told(client, "?iri=COAST:0000002") if target == GRANITE}
    assert claims != set()
    assert all(re.match(r"https://example\.org/lights/claim/", claim) for claim in claims)
    ours = _told(client, f"?iri={LIGHT}")
    assert {relation for anchor, relation, _ in ours if anchor == LIGHT} >= {f"{SKOS}exactMatch"}
    assert {relation for _, relation, target in ours if target == LIGHT} >= {f"{RDF}subject"}
    (outside,) = {target for anchor, relation, target in ours if (anchor, relation) == (LIGHT, f"{SKOS}exactMatch")}
    assert ours == _told(client, f"?iri={outside}")


def test_nothing_is_said_to_be_the_same(client: FlaskClient, site: Site) -> None:
    """No link is owl:sameAs."""
    told = {relation for iri in (LIGHT, GRANITE) for _, relation, _ in _told(client, f"?iri={iri}")}
    assert not any("sameAs" in relation for relation in told)


def test_each_form_holds_the_same_links(client: FlaskClient) -> None:
    """JSON, the format of the Link header, and Turtle tell the same."""
    told = _told(client, f"?iri={LIGHT}")
    text = client.get(f"/linkset?iri={LIGHT}", headers={"Accept": "application/linkset"}).text
    turtle = client.get(f"/linkset?iri={LIGHT}", headers={"Accept": "text/turtle"}).data
    parsed = {
        (t.subject.value, t.predicate.value, t.object.value) for t in ox.parse(turtle, format=ox.RdfFormat.TURTLE)
    }
    rows = re.findall(r'<([^>]+)>; rel="([^"]+)"; anchor="([^"]+)"', text)
    assert told == parsed == {(anchor, relation, href) for href, relation, anchor in rows}


@pytest.mark.parametrize(
    ("query", "status"),
    [("?iri=", 400), ("?iri=no iri", 400), ("?iri=%00", 400), ("?iri=" + "x" * 3000, 400), ("?iri=none:1", 404),
     ("?format=docx", 400)],
)  # fmt: skip
def test_wrong_things_are_told(client: FlaskClient, query: str, status: int) -> None:
    """What is no identifier is 400, what is not known 404."""
    assert client.get(f"/linkset{query}").status_code == status
