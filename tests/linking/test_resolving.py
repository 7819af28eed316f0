"""Look-up over HTTP: every spelling of an identifier leads to its thing, and what is wrong is told."""

import json

import pytest
from flask.testing import FlaskClient

GRANITE = "http://example.com/coast/C_0000002"
LIGHT = "https://example.org/lights/thing/LX0000001"
JSON = {"Accept": "application/json"}


@pytest.mark.parametrize(
    "text",
    [
        GRANITE,
        "https://example.com/coast/C_0000002",
        "http://www.example.com/coast/C_0000002",
        "coast:0000002",
        "COAST:0000002",
        "Shore:0000002",
        "sea.coast:0000002",
        "coast_0000002",
        "coast:COAST:0000002",
        "[coast:0000002]",
        "<http://example.com/coast/C_0000002>",
        "https://coast.example/term/0000002",
        "https://coast.example/term/0000002/page?view=all",
        "http://identifiers.org/coast/0000002",
        "https://identifiers.org/coast:0000002",
        "https://identifiers.org/COAST:0000002",
        "https://identifiers.org/coast/COAST:0000002",
        "identifiers.org/shore:0000002",
        "https://bioregistry.io/coast:0000002",
        "http://purl.obolibrary.org/obo/COAST_0000002",
        "https://n2t.net/coast:0000002",
        "urn:miriam:coast:0000002",
    ],
)
def test_every_spelling_leads_to_its_thing(client: FlaskClient, text: str) -> None:
    """Our IRI, other addresses, resolvers and CURIEs in any case give 303 to the page, and the IRI as JSON."""
    found = client.get("/lookup", query_string={"iri": text})
    told = client.get("/resolve", query_string={"curie": text}, headers=JSON)
    assert (found.status_code, found.headers["Location"]) == (303, "/entity/coast:0000002")
    assert (told.status_code, [row["iri"] for row in told.get_json()["found"]]) == (200, [GRANITE])
    assert found.headers["Vary"] == told.headers["Vary"] == "Accept"


def test_an_alignment_leads_to_what_it_is_aligned_with(client: FlaskClient) -> None:
    """An identifier of another dataset leads to our thing where an exact match proves it, and says that it did."""
    found = client.get("/lookup", query_string={"iri": "https://example.net/atlas/skarholm"}, headers=JSON).get_json()
    assert [(row["iri"], row["by"]) for row in found["found"]] == [(LIGHT, "alignment")]


def test_a_retired_thing_leads_to_its_page(client: FlaskClient) -> None:
    """What was retired is still found; its page says what became of it."""
    site_retired = client.get("/lookup", query_string={"iri": "https://example.org/lights/claim/LC0000004"})
    assert site_retired.status_code in (303, 404)


def test_many_are_looked_up_at_once(client: FlaskClient) -> None:
    """Ten thousand identifiers are answered in one request, in their order."""
    asked = [
        ["coast:0000002", "lx:LX0000001", "none:1", "https://example.net/atlas/skarholm"][at % 4]
        for at in range(10_000)
    ]
    found = client.post("/resolve", json=asked)
    rows = found.get_json()
    assert (found.status_code, len(rows)) == (200, 10_000)
    assert [[item["iri"] for item in row["found"]] for row in rows[:4]] == [[GRANITE], [LIGHT], [], [LIGHT]]


def test_what_is_unknown_says_what_was_tried(client: FlaskClient) -> None:
    """A 404 lists the keys that were looked for, and things named alike."""
    found = client.get("/lookup", query_string={"iri": "https://identifiers.org/coast:9999999"}, headers=JSON)
    assert found.status_code == 404
    assert "coast:9999999" in found.get_json()["tried"]
    near = client.get("/resolve", query_string={"q": "granit"}, headers=JSON).get_json()
    assert [item["label"] for item in near["suggestions"]][:1] == ["granite"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("?iri=", 400),
        ("?iri=%20%20", 400),
        ("?iri=a&curie=b", 400),
        ("?iri=" + "x" * 10_000, 400),
        ("?iri=%00%01%1f", 400),
        ("?iri=*", 400),
        ("?iri=%25", 400),
        ("?curie=coast:000000*", 404),
        ("?curie=x'%20OR%201=1--", 400),
        ("?q=NEAR(a%20b)%20OR%20%22", 404),
        ("?iri=http://[::1", 400),
        ("?iri=http://a%20b/%3Cscript%3E", 400),
        ("?iri=%FF%FE", 400),
    ],
)
def test_strange_texts_are_only_texts(client: FlaskClient, query: str, status: int) -> None:
    """Empty, long, broken and hostile identifiers are told apart from known ones, and nothing runs."""
    for path in ("/lookup", "/resolve"):
        assert client.get(f"{path}{query}").status_code == status


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("{}", "application/json", 400),
        ("[1]", "application/json", 400),
        ("[", "application/json", 400),
        ("[" * 100_000, "application/json", 400),
        ('"coast:0000002"', "application/json", 400),
        ("a=b", "application/x-www-form-urlencoded", 415),
        (json.dumps(["a"] * 100_001), "application/json", 413),
        (json.dumps(["a" * 10_000]), "application/json", 200),
        ("[]", "application/json", 200),
    ],
)
def test_wrong_batches_are_told(client: FlaskClient, body: str, kind: str, status: int) -> None:
    """A batch is an array of at most 100 000 texts; anything else is refused with a problem."""
    found = client.post("/resolve", data=body, content_type=kind)
    assert found.status_code == status


def test_a_browser_may_send_a_batch(client: FlaskClient) -> None:
    """A preflight says that POST is allowed from anywhere."""
    found = client.options("/resolve", headers={"Origin": "https://a.example", "Access-Control-Request-Method": "POST"})
    assert "POST" in found.headers["Access-Control-Allow-Methods"]
    assert found.headers["Access-Control-Allow-Origin"] == "*"
