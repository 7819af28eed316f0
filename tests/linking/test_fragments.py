"""Triple Pattern Fragments: pages, counts and controls, against the triples of the store."""

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from publisher.rdf.media import JSON
from publisher.store.port import Limits
from publisher.web.site import Site

HYDRA = "http://www.w3.org/ns/hydra/core#"
VOID = "http://rdfs.org/ns/void#"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
META = ox.NamedNode("http://localhost/tpf#metadata")


def _quads(client: FlaskClient, address: str, accept: str = "application/trig") -> list[ox.Quad]:
    found = client.get(address, headers={"Accept": accept})
    assert (found.status_code, found.mimetype) == (200, accept)
    return list(ox.parse(found.get_data(), format=ox.RdfFormat.from_media_type(accept)))


def _told(quads: list[ox.Quad], name: str) -> list[str]:
    return sorted(quad.object.value for quad in quads if quad.predicate.value == name)


def test_all_pages_together_are_all_triples(client: FlaskClient, site: Site) -> None:
    """Following ``next`` to the end gives each triple with the predicate once, as many as were counted."""
    text = f"SELECT ?s ?o WHERE {{ ?s <{LABEL}> ?o }}"
    wanted = site.store.query(text, JSON, limits=Limits()).read().count(b'"o":')
    address, pages, triples = f"/tpf?predicate={LABEL.replace('#', '%23')}", 0, []
    while address:
        quads = _quads(client, address)
        triples += [quad.triple for quad in quads if quad.graph_name != META]
        assert _told(quads, f"{HYDRA}totalItems") == [str(wanted)]
        assert len([quad for quad in quads if quad.graph_name != META]) <= 100
        following = _told(quads, f"{HYDRA}next")
        address = following[0].removeprefix("http://localhost") if following else ""
        pages += 1
    assert (len(triples), len(set(map(str, triples)))) == (wanted, wanted)
    assert pages == -(-wanted // 100)


def test_the_controls_let_a_client_ask(client: FlaskClient) -> None:
    """Each page names its dataset and the form by which any other pattern is asked for."""
    quads = [quad for quad in _quads(client, "/tpf") if quad.graph_name == META]
    assert _told(quads, f"{HYDRA}template") == ["http://localhost/tpf{?subject,predicate,object}"]
    assert _told(quads, f"{HYDRA}variable") == ["object", "predicate", "subject"]
    assert "http://localhost/tpf" in _told(quads, f"{VOID}subset")


@pytest.mark.parametrize("accept", ["application/trig", "application/n-quads", "text/turtle", "application/n-triples"])
def test_every_syntax_holds_the_same(client: FlaskClient, accept: str) -> None:
    """A pattern of one literal is answered alike in each syntax; where there are graphs, controls have their own."""
    quads = _quads(client, '/tpf?object="granite"@en', accept)
    data = {str(quad.triple) for quad in quads if HYDRA not in str(quad) and "localhost" not in str(quad)}
    if not data:
        quads = _quads(client, '/tpf?object="granite"', accept)
        data = {str(quad.triple) for quad in quads if HYDRA not in str(quad) and "localhost" not in str(quad)}
    assert any("C_0000002" in triple for triple in data)


def test_a_known_subject_is_found_by_curie(client: FlaskClient) -> None:
    """Terms may be CURIEs, variables or left out."""
    quads = _quads(client, "/tpf?subject=coast:0000002&predicate=?p&object=")
    assert {quad.subject.value for quad in quads if quad.graph_name != META} == {"http://example.com/coast/C_0000002"}


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?page=0", 400), ("?page=-1", 400), ("?page=x", 400), ("?page=9999999", 404), ("?subject=no iri", 400),
        ("?predicate=_:b", 400), ("?object=%22a%22^^no", 400), ("?object=%22a", 400), ("?subject=%22a%22", 200),
        ("?subject=http://a/%3E%20.%20?s%20?p%20?o", 400), ("?object=" + "x" * 17_000, 414),
        ("?object=%22" + "x" * 10_000 + "%22", 200), ("?object=%22%5C%22%20.%20DROP%20ALL%22", 200),
    ],
)  # fmt: skip
def test_wrong_patterns_are_told(client: FlaskClient, query: str, status: int) -> None:
    """What is no term is 400, what cannot be is empty, a page behind the last is 404."""
    assert client.get(f"/tpf{query}").status_code == status


def test_pages_may_be_kept(client: FlaskClient) -> None:
    """A page has a validator; a browser gets Turtle, an unknown type 406."""
    found = client.get("/tpf")
    assert client.get("/tpf", headers={"If-None-Match": found.headers["ETag"]}).status_code == 304
    assert client.get("/tpf", headers={"Accept": "text/html"}).mimetype == "text/turtle"
    assert client.get("/tpf", headers={"Accept": "image/png"}).status_code == 406
