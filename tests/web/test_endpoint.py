"""The query service over HTTP, and the protocol's requests as a table."""

import json
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from ruamel.yaml import YAML

from publisher.rdf.prefixes import Prefixes
from publisher.release.content import Description
from publisher.settings import settings_from
from publisher.store.engines.embedded import Embedded
from publisher.store.policy import Policy
from publisher.web import create_app
from publisher.web.site import Site

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
SELECT = "SELECT ?s WHERE { ?s a <https://example.org/lights/vocab#Lighthouse> } ORDER BY ?s"
CONSTRUCT = "CONSTRUCT WHERE { ?s a <https://example.org/lights/vocab#Lighthouse> }"


@pytest.mark.parametrize(
    ("query", "accept", "media"),
    [
        (SELECT, "*/*", "application/sparql-results+json"),
        (SELECT, "application/json", "application/sparql-results+json"),
        (SELECT, "application/sparql-results+xml", "application/sparql-results+xml"),
        (SELECT, "text/csv", "text/csv"),
        (SELECT, "text/tab-separated-values", "text/tab-separated-values"),
        ("ASK {}", "text/turtle, application/sparql-results+json;q=0.1", "application/sparql-results+json"),
        (CONSTRUCT, "*/*", "text/turtle"),
        (CONSTRUCT, "application/json", "application/ld+json"),
        (CONSTRUCT, "application/n-triples", "application/n-triples"),
        (CONSTRUCT, "application/rdf+xml", "application/rdf+xml"),
        (CONSTRUCT, "application/trig", "application/trig"),
        (SELECT, BROWSER["Accept"], "text/html"),
    ],
)
def test_the_answer_has_the_type_that_was_asked_for(client: FlaskClient, query: str, accept: str, media: str) -> None:
    """Rows and graphs come in the media type of their own family that the client prefers."""
    for path in ("/sparql", "/sparql/", "/query"):
        found = client.get(path, query_string={"query": query}, headers={"Accept": accept})
        assert (found.status_code, found.mimetype, found.headers["Vary"]) == (200, media, "Accept")


def test_a_client_that_takes_only_the_other_family_is_told(client: FlaskClient) -> None:
    """Turtle for a SELECT is not acceptable, and what would be is listed."""
    found = client.get("/sparql", query_string={"query": SELECT}, headers={"Accept": "text/turtle"})
    assert found.status_code == 406
    assert "application/sparql-results+json" in found.get_data(as_text=True)


def test_a_format_can_be_named(client: FlaskClient) -> None:
    """``format=`` overrides the header, and one that does not exist is an error."""
    found = client.get("/sparql", query_string={"query": SELECT, "format": "csv"}, headers=BROWSER)
    assert found.get_data(as_text=True).splitlines()[1] == "https://example.org/lights/thing/LX0000001"
    assert client.get("/sparql", query_string={"query": SELECT, "format": "docx"}).status_code == 400


def test_a_bare_request_describes_the_service(client: FlaskClient) -> None:
    """Programs get a service description in any syntax, browsers the editor; HEAD says the same."""
    found = client.get("/sparql")
    triples = list(ox.parse(found.get_data(), format=ox.RdfFormat.TURTLE))
    endpoint = ox.NamedNode("http://www.w3.org/ns/sparql-service-description#endpoint")
    assert [quad.object.value for quad in triples if quad.predicate == endpoint] == ["http://localhost/sparql"]
    assert client.get("/sparql", headers={"Accept": "application/rdf+xml"}).mimetype == "application/rdf+xml"
    assert "<textarea" in client.get("/sparql", headers=BROWSER).get_data(as_text=True)
    assert client.head("/sparql").headers["Content-Type"] == found.headers["Content-Type"]


def test_a_syntax_error_names_its_place(client: FlaskClient) -> None:
    """A query that does not parse is a problem with line and column, as JSON, page or text."""
    found = client.get("/sparql", query_string={"query": "SELECT *\nWHERE { ?s ?p }"})
    assert (found.status_code, found.mimetype) == (400, "application/problem+json")
    assert (found.get_json()["line"], found.get_json()["type"].rpartition("/")[2]) == (2, "query-syntax")
    page = client.get("/sparql", query_string={"query": "SELECT"}, headers=BROWSER)
    assert (page.status_code, page.mimetype) == (400, "text/html")
    text = client.get("/sparql", query_string={"query": "SELECT"}, headers={"Accept": "text/csv"})
    assert (text.status_code, text.mimetype) == (400, "text/plain")


def test_service_and_updates_are_refused(client: FlaskClient) -> None:
    """A SERVICE to this machine and an update are refused with 403."""
    query = "SELECT * WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"
    assert client.get("/sparql", query_string={"query": query}).status_code == 403
    update = client.post("/sparql", data="DROP ALL", headers={"Content-Type": "application/sparql-update"})
    assert update.status_code == 403


def test_preflight_echoes_the_headers(client: FlaskClient) -> None:
    """A browser's preflight may ask for any request header."""
    found = client.options("/sparql", headers={"Access-Control-Request-Headers": "queryid, x-a"})
    assert (found.status_code, found.headers["Access-Control-Allow-Headers"]) == (204, "queryid, x-a")
    assert "QUERY" in found.headers["Allow"]


def test_other_methods_are_refused(client: FlaskClient) -> None:
    """PUT and DELETE are not allowed, and Allow tells what is."""
    found = client.put("/sparql")
    assert (found.status_code, "QUERY" in found.headers["Allow"]) == (405, True)


def test_the_result_page_links_into_the_site(client: FlaskClient) -> None:
    """In a browser the rows are a table whose names lead to pages."""
    found = client.get("/sparql", query_string={"query": SELECT}, headers=BROWSER).get_data(as_text=True)
    assert 'href="/thing/LX0000001"' in found
    answer = client.get("/sparql", query_string={"query": "ASK {}"}, headers=BROWSER).get_data(as_text=True)
    assert ">Yes<" in answer


@pytest.mark.shared
def test_the_protocol_table_holds(suites: Path) -> None:
    """Every request of the protocol's table gets an answer that the table allows."""
    table = YAML(typ="safe").load((suites / "protocol-requests.yaml").read_text(encoding="utf-8"))
    store = ox.Store()
    for graph, file in table["graphs"].items():
        store.load(path=str(suites / file), format=ox.RdfFormat.N_TRIPLES, to_graph=ox.NamedNode(graph))
    about = Description(name="t", title="t", description="t", base="http://localhost/", iri="http://localhost/dataset",
                        version="1", licence="", language="en", prefixes=Prefixes({}))  # fmt: skip
    site = Site(
        store=Embedded(store, policy=Policy(Prefixes({})), base="http://localhost/"),
        about=about,
        settings=settings_from({}),
    )
    client = create_app(site).test_client()
    wrong = [f"{row['id']}: {fault}" for row in table["rows"] for fault in [_fault(client, row)] if fault]
    assert wrong == []


def _fault(client: FlaskClient, row: dict[str, Any]) -> str:
    body = row.get("body") or ""
    encoded = body.encode(row.get("body_encoding", "utf-8"))
    found = client.open(
        f"/sparql{row.get('target') or ''}", method=row["method"], headers=row.get("headers") or {}, data=encoded
    )
    expect = row["expect"]
    statuses = [str(status) for status in expect["status"]]
    if str(found.status_code) not in statuses and f"{found.status_code // 100}xx" not in statuses:
        return f"{found.status_code} {found.get_data(as_text=True)[:200]}"
    if "content_types" in expect and found.mimetype not in expect["content_types"]:
        return found.mimetype
    if found.mimetype in expect.get("content_types_not", ()):
        return found.mimetype
    if (
        "boolean" in expect
        and found.mimetype.endswith("json")
        and json.loads(found.data)["boolean"] != expect["boolean"]
    ):
        return found.get_data(as_text=True)
    missing = [name for name in expect.get("header_present", ()) if name not in found.headers]
    return f"no {missing}" if missing else ""
