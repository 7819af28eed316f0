"""The clients that people use, each asking our running service something real.

Comunica is looked for in the folder that EXPORTIN_COMUNICA names, or in ``tests/clients/node``, after ``npm ci`` there.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from rdflib import Graph, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, JSON, POST, TURTLE, XML, SPARQLWrapper

from tests.serving import Served, serving

E = "http://example.org/"
DATA = f"""@prefix e: <{E}> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
e:ship a e:Vessel ; rdfs:label "Bjørnøya"@no ; e:carries e:coal, e:salt .
e:boat a e:Vessel ; rdfs:label "Wren" ; e:carries e:salt .
e:salt rdfs:label "salt" .
"""
PREFIX = f"PREFIX e: <{E}> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
SELECT = PREFIX + "SELECT ?ship ?name { ?ship a e:Vessel ; rdfs:label ?name } ORDER BY ?name"
CONSTRUCT = PREFIX + "CONSTRUCT { ?cargo e:carriedBy ?ship } WHERE { ?ship e:carries ?cargo }"
HERE = Path(__file__).parent


@pytest.fixture(name="served", scope="module")
def _served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data = tmp_path_factory.mktemp("clients") / "ships.ttl"
    data.write_text(DATA, encoding="utf-8")
    with serving(data, "--base-iri", E) as served:
        yield served


def _run(*command: str, wanted: str, folder: Path | None = None) -> bytes:
    """Run a program; where it is missing, skip aloud, or fail where CI=true."""
    if shutil.which(command[0]) is None:
        _missing(f"{command[0]} is missing: {wanted}")
    done = subprocess.run(command, capture_output=True, timeout=60, check=False, cwd=folder)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def _missing(message: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


def test_sparqlwrapper_selects_and_constructs(served: Served) -> None:
    """SPARQLWrapper reads rows as JSON, XML and CSV, by GET and by POST, and a graph."""
    client = SPARQLWrapper(served.endpoint)
    client.setQuery(SELECT)
    client.setReturnFormat(JSON)
    rows = client.queryAndConvert()["results"]["bindings"]
    assert {row["name"]["value"] for row in rows} == {"Bjørnøya", "Wren"}
    client.setMethod(POST)
    client.setReturnFormat(XML)
    assert len(client.queryAndConvert().getElementsByTagName("result")) == 2
    client.setReturnFormat(CSV)
    assert client.queryAndConvert().decode().splitlines()[0] == "ship,name"
    client.setQuery(CONSTRUCT)
    client.setReturnFormat(TURTLE)
    assert len(Graph().parse(client.queryAndConvert(), format="turtle")) == 3


def test_rdflib_reads_the_service_as_a_store(served: Served) -> None:
    """A graph of rdflib over our endpoint finds triples by pattern, and joins."""
    graph = Graph(SPARQLStore(served.endpoint))
    assert set(graph.objects(URIRef(f"{E}ship"), URIRef(f"{E}carries"))) == {URIRef(f"{E}coal"), URIRef(f"{E}salt")}
    names = [str(row[1]) for row in graph.query(SELECT)]
    assert sorted(names) == ["Bjørnøya", "Wren"]
    assert len(graph.query(CONSTRUCT).graph) == 3


def test_curl_gets_what_it_asks_for(served: Served) -> None:
    """With curl: CSV by GET, Turtle by POST of a file's bytes, headers alone, and a thing's page in Turtle."""
    hint = "apt-get install curl"
    rows = _run("curl", "-sfG", served.endpoint, "-H", "Accept: text/csv", "--data-urlencode", f"query={SELECT}",
                wanted=hint)  # fmt: skip
    assert rows.decode().splitlines()[0] == "ship,name"
    turtle = _run("curl", "-sf", served.endpoint, "-H", "Content-Type: application/sparql-query", "-d", CONSTRUCT,
                  wanted=hint)  # fmt: skip
    assert len(Graph().parse(turtle, format="turtle")) == 3
    head = _run("curl", "-sfI", f"{served.endpoint}?query={quote(SELECT)}", wanted=hint).decode().lower()
    assert "content-type: application/sparql-results+json" in head
    thing = _run("curl", "-sfL", "-H", "Accept: text/turtle", f"{served.root}/ship", wanted=hint)
    assert (URIRef(f"{E}ship"), URIRef(f"{E}carries"), URIRef(f"{E}coal")) in Graph().parse(thing, format="turtle")


def test_rapper_parses_what_the_service_writes(served: Served) -> None:
    """Raptor's rapper fetches a CONSTRUCT by its address and counts its triples, in Turtle and RDF/XML."""
    for name, syntax in (("ttl", "turtle"), ("rdf", "rdfxml"), ("nt", "ntriples")):
        address = f"{served.endpoint}?query={quote(CONSTRUCT)}&format={name}"
        found = _run("rapper", "-q", "-i", syntax, "-o", "ntriples", address, wanted="apt-get install raptor2-utils")
        assert len(found.splitlines()) == 3


def test_roqet_asks_the_service(served: Served) -> None:
    """Rasqal's roqet sends a query by the protocol and reads the rows."""
    found = _run("roqet", "-q", "-p", served.endpoint, "-e", SELECT, "-r", "csv", wanted="apt-get install rasqal-utils")
    assert sorted(line.rpartition(b",")[2].strip() for line in found.splitlines()) == sorted(
        [b"name", "Bjørnøya".encode(), b"Wren"]
    )


def test_comunica_joins_over_the_service(served: Served) -> None:
    """Comunica takes our endpoint as a source, discovers what it is, and joins."""
    folder = Path(os.environ.get("EXPORTIN_COMUNICA") or HERE / "node")
    program = folder / "node_modules" / ".bin" / "comunica-sparql"
    if not program.exists():
        _missing(f"Comunica is missing: npm ci in {HERE / 'node'}, or set EXPORTIN_COMUNICA")
    source = f"sparql@{served.endpoint}"
    query = PREFIX + "SELECT ?name { ?ship e:carries ?cargo ; rdfs:label ?name . ?cargo rdfs:label 'salt' }"
    found = _run(str(program), source, query, "-t", "application/sparql-results+json", wanted="npm")
    names = {row["name"]["value"] for row in json.loads(found)["results"]["bindings"]}
    assert names == {"Bjørnøya", "Wren"}
