"""Another engine joins its own data with ours: SERVICE from rdflib, and blocks of VALUES sent by a program."""

import json
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator

import pytest
import rdflib
from werkzeug.serving import make_server

from publisher.web import create_app
from publisher.web.site import Site

LIGHT = "https://example.org/lights/thing/LX0000001"
MINE = "http://mine.example/"
EXACT = rdflib.URIRef("http://www.w3.org/2004/02/skos/core#exactMatch")
SUBJECTS = "http://www.w3.org/1999/02/22-rdf-syntax-ns#subject"


@pytest.fixture(name="endpoint", scope="module")
def _endpoint(site: Site) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, create_app(site), threaded=True)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}/sparql"
    server.shutdown()
    serving.join(10)
    server.server_close()


def _ask(endpoint: str, query: str) -> list[dict[str, str]]:
    sent = urllib.parse.urlencode({"query": query}).encode()
    accept = {"Accept": "application/sparql-results+json"}
    asked = urllib.request.Request(endpoint, sent, accept)  # noqa: S310 - loopback
    with urllib.request.urlopen(asked, timeout=20) as answer:  # noqa: S310 - loopback
        rows = json.load(answer)["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in rows]


def test_rdflib_joins_its_triples_with_our_claims(endpoint: str) -> None:
    """A graph in rdflib that matches two of our things gets the claims about them, and nothing for a third."""
    mine = rdflib.Graph()
    for number, thing in enumerate((LIGHT, "https://example.org/lights/thing/LX0000002", "http://none.example/x")):
        mine.add((rdflib.URIRef(f"{MINE}{number}"), EXACT, rdflib.URIRef(thing)))
    found = mine.query(
        "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>\n"
        "PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>\n"
        "SELECT ?mine ?claim WHERE { ?mine skos:exactMatch ?thing ."
        f" SERVICE <{endpoint}> {{ ?claim rdf:subject ?thing }} }}"
    )
    joined = {(str(row[0]), str(row[1])) for row in found}
    told = _ask(endpoint, f"SELECT ?thing ?claim {{ ?claim <{SUBJECTS}> ?thing }}")
    wanted = {(f"{MINE}0", row["claim"]) for row in told if row["thing"] == LIGHT}
    wanted |= {(f"{MINE}1", row["claim"]) for row in told if row["thing"].endswith("LX0000002")}
    assert wanted
    assert wanted == joined


def test_bindings_come_in_blocks(endpoint: str) -> None:
    """Blocks of a hundred identifiers in VALUES give together what one query gives."""
    things = [f"<https://example.org/lights/thing/LX{number:07}>" for number in range(1, 301)]
    found: list[str] = []
    for begin in range(0, 300, 100):
        block = " ".join(things[begin : begin + 100])
        rows = _ask(endpoint, f"SELECT ?claim WHERE {{ VALUES ?thing {{ {block} }} ?claim <{SUBJECTS}> ?thing }}")
        found += [row["claim"] for row in rows]
    told = _ask(endpoint, f"SELECT ?claim ?thing {{ ?claim <{SUBJECTS}> ?thing }}")
    assert sorted(found) == sorted(row["claim"] for row in told if "/thing/LX" in row["thing"])
    assert found
