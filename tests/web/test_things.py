"""Every IRI of a dataset over HTTP: documents, redirects, links, and what is not there."""

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

TURTLE = {"Accept": "text/turtle"}
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
SUFFIXES = {
    "html": "text/html", "ttl": "text/turtle", "jsonld": "application/ld+json", "nt": "application/n-triples",
    "nq": "application/n-quads", "trig": "application/trig", "rdf": "application/rdf+xml",
}  # fmt: skip


@pytest.mark.parametrize(("suffix", "media"), SUFFIXES.items())
def test_a_thing_leads_to_the_document_of_the_type(client: FlaskClient, suffix: str, media: str) -> None:
    """The IRI answers 303 with the document's address, and the document has the type, its links and a validator."""
    asked = client.get("/thing/LX0000001", headers={"Accept": media})
    assert (asked.status_code, asked.headers["Location"]) == (303, f"/thing/LX0000001.{suffix}")
    assert asked.headers["Vary"] == "Accept"
    found = client.get(asked.headers["Location"])
    assert found.status_code == 200
    assert found.mimetype == media
    assert found.headers["Content-Location"] == f"/thing/LX0000001.{suffix}"
    assert found.headers["Access-Control-Allow-Origin"] == "*"
    assert '<https://example.org/lights/thing/LX0000001>; rel="describes"' in found.headers["Link"]
    assert found.headers["Last-Modified"] == "Sun, 01 Mar 2026 00:00:00 GMT"
    again = client.get(asked.headers["Location"], headers={"If-None-Match": found.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")


def test_the_turtle_keeps_iris_and_tells_of_its_document(client: FlaskClient) -> None:
    """RDF keeps the dataset's IRIs, holds incoming links and neighbours' labels, and describes the document."""
    found = client.get("/thing/LX0000001.ttl").get_data(as_text=True)
    triples = set(ox.parse(found, format=ox.RdfFormat.TURTLE))
    thing = ox.NamedNode("https://example.org/lights/thing/LX0000001")
    document = ox.NamedNode("https://example.org/lights/thing/LX0000001.ttl")
    topic = ox.NamedNode("http://xmlns.com/foaf/0.1/primaryTopic")
    assert any(quad.subject == document and quad.predicate == topic and quad.object == thing for quad in triples)
    assert any(quad.object == thing and "claim" in str(quad.subject) for quad in triples)
    assert any(quad.object == ox.Literal("Skårholm", language="en") for quad in triples)


def test_a_browser_gets_the_page(client: FlaskClient) -> None:
    """The page names the thing, its facts as sentences, their evidence and the words of a hedge."""
    body = client.get("/thing/LX0000001", headers=BROWSER, follow_redirects=True).get_data(as_text=True)
    for words in ("Skårholm Light", "The Old Lady", "is built of", "granite", "guessed", "A walk along the sound",
                  "Stones", "141\u2013199", "perhaps", "Stones of the coast", "negated", "in the season"):  # fmt: skip
        assert words in body


def test_data_is_never_run(client: FlaskClient) -> None:
    """Markup in a label is shown as text, and the page forbids scripts that are not its own."""
    found = client.get("/thing/LX0000002.html")
    assert "<b>Light</b>" not in found.get_data(as_text=True)
    assert "&lt;b&gt;Light&lt;/b&gt;" in found.get_data(as_text=True)
    assert "script-src 'self'" in found.headers["Content-Security-Policy"]
    assert "unsafe" not in found.headers["Content-Security-Policy"]


def test_an_outside_thing_has_a_document(client: FlaskClient) -> None:
    """A thing with an outside IRI answers 200 at /entity/CURIE, its prefix in any case leads there."""
    found = client.get("/entity/coast:0000002", headers=TURTLE)
    assert (found.status_code, found.headers["Content-Location"]) == (200, "/entity/coast:0000002.ttl")
    assert "http://example.com/coast/C_0000002" in found.headers["Link"]
    moved = client.get("/entity/COAST:0000002.ttl")
    assert (moved.status_code, moved.headers["Location"]) == (308, "/entity/coast:0000002.ttl")
    own = client.get("/entity/lx:LX0000001")
    assert (own.status_code, own.headers["Location"]) == (308, "/thing/LX0000001")


def test_any_iri_has_a_document(client: FlaskClient) -> None:
    """An IRI that no prefix covers answers at /entity?iri=, one that has a better address leads there."""
    found = client.get("/entity", query_string={"iri": "http://example.net/atlas?id=7&lang=en"})
    assert found.status_code == 200
    assert "Skårholm Light" in found.get_data(as_text=True)
    assert found.headers["Content-Location"] == "/entity.html?iri=http%3A%2F%2Fexample.net%2Fatlas%3Fid%3D7%26lang%3Den"
    variant = client.get("/entity.ttl", query_string={"iri": "http://example.net/atlas?id=7&lang=en"})
    assert variant.mimetype == "text/turtle"
    moved = client.get("/entity", query_string={"iri": "https://example.org/lights/thing/LX0000001"})
    assert (moved.status_code, moved.headers["Location"]) == (308, "/thing/LX0000001")
    assert client.get("/entity", query_string={"iri": "javascript:alert(1) <x>"}).status_code == 400


@pytest.mark.parametrize("path", ["/thing/caf%C3%A9", "/thing/(odd)%20;'name", "/thing/%28odd%29%20%3B%27name"])
def test_escapes_lead_home(client: FlaskClient, path: str) -> None:
    """However an IRI is escaped on the way, its thing is found."""
    assert client.get(path, headers=TURTLE, follow_redirects=True).status_code == 200


def test_the_ontology_answers_itself(client: FlaskClient) -> None:
    """The ontology's own IRI answers 200 with all its terms."""
    found = client.get("/vocab", headers=TURTLE)
    assert (found.status_code, found.headers["Content-Location"]) == (200, "/vocab.ttl")
    assert "standsIn" in found.get_data(as_text=True)
    assert client.get("/ontology").headers["Location"] == "/vocab"


def test_what_is_gone_says_so(client: FlaskClient) -> None:
    """A retired thing answers 410 with what became of it, a merged one leads to the other."""
    gone = client.get("/thing/LX0000008", headers=BROWSER)
    assert gone.status_code == 410
    assert "It never blew." in gone.get_data(as_text=True)
    assert client.get("/thing/LX0000008.ttl").status_code == 410
    moved = client.get("/thing/LX0000009")
    assert (moved.status_code, moved.headers["Location"]) == (308, "/thing/LX0000002")


@pytest.mark.parametrize(
    ("path", "accept", "status"),
    [
        ("/thing/none", "text/turtle", 404),
        ("/thing/LX0000001", "image/png", 406),
        ("/thing/LX0000001?format=docx", "*/*", 400),
        ("/entity/none:1", "*/*", 404),
        ("/thing/%3Cscript%3E", "text/html", 404),
        ("/thing/..%2F..%2Fetc%2Fpasswd", "*/*", 404),
        ("/thing/" + "x" * 10_000, "*/*", 404),
        ("/thing/" + "x" * 20_000, "*/*", 414),
        ("/thing/%FF", "*/*", 400),
    ],
)
def test_what_cannot_be_answered_is_told(client: FlaskClient, path: str, accept: str, status: int) -> None:
    """Unknown names, formats and addresses give their status with Vary, never a failure of the service."""
    found = client.get(path, headers={"Accept": accept})
    assert (found.status_code, found.headers["Vary"]) == (status, "Accept")


def test_other_methods_are_refused(client: FlaskClient) -> None:
    """A thing can be read and nothing else; the Allow header says so."""
    found = client.post("/thing/LX0000001")
    assert (found.status_code, sorted(found.headers["Allow"].split(", "))) == (405, ["GET", "HEAD", "OPTIONS"])
    assert client.head("/thing/LX0000001.html").status_code == 200
    assert client.options("/thing/LX0000001").status_code == 204


def test_a_document_is_read_in_order(client: FlaskClient) -> None:
    """The page of a document gives its facts in the order of their passages, under its sections."""
    body = client.get("/paper/P1.html").get_data(as_text=True)
    islands, stones = body.index('id="g1">'), body.index('id="g2">')
    first, second = body.index("LC0000003", islands), body.index("LC0000001", islands)
    assert islands < first < second < stones
    assert body.index("Islands", islands) < first


def test_each_kind_of_thing_has_a_page(client: FlaskClient) -> None:
    """Facts, evidence, papers, classes, relations and graphs are things with pages."""
    for path in ("/claim/LC0000001.html", "/witness/LW0000001.html", "/entity/lv:Lighthouse", "/entity/lv:standsIn",
                 "/graph/facts.html", "/work/P1-1.html", "/dataset.html"):  # fmt: skip
        assert client.get(path).status_code == 200, path
