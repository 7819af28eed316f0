"""Engines that people run join a small dataset of their own with our facts, over the wire, on loopback.

Their dataset speaks of a gene by HGNC, a protein by UniProt, a disease by MONDO and a process by GO, and of a gene that
we know nothing of. What they should get was computed here, from the dump of the release, without a server of ours.
"""

import gzip
import json
import os
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

from publisher.entities.names.lookup import Lookup
from publisher.release.record import Release
from publisher.store.sending import Target, send
from tests import oxigraph, virtuoso
from tests.conftest import missing
from tests.serving import Served, serving

MINE = """@prefix mine: <http://mine.example/> .
mine:knock-out mine:about <http://identifiers.org/hgnc/12825> .
mine:antibody mine:about <http://purl.uniprot.org/uniprot/O14980> .
mine:cohort mine:about <http://purl.obolibrary.org/obo/MONDO_0018874> .
mine:assay mine:about <http://purl.obolibrary.org/obo/GO_0006611> .
mine:other mine:about <http://identifiers.org/hgnc/99999999> .
"""
PREFIXES = """PREFIX mine: <http://mine.example/>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
"""
ABOUT = "{ ?fact rdf:subject ?thing } UNION { ?fact rdf:object ?thing }"
JOINED = f"{PREFIXES}SELECT ?mine ?fact WHERE {{ ?mine mine:about ?thing . {ABOUT} }}"
COMUNICA = Path(os.environ.get("EXPORTIN_COMUNICA") or Path(__file__).parents[1] / "clients" / "node")
Rows = list[tuple[str, str]]


@pytest.fixture(name="mine", scope="module")
def _mine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("mine") / "mine.ttl"
    path.write_text(MINE, encoding="utf-8")
    return path


@pytest.fixture(name="wanted", scope="module")
def _wanted(mine: Path, ours: tuple[Release, Lookup]) -> Rows:
    """Join the two files in one store."""
    store = ox.Store()
    store.bulk_load(path=str(mine), format=ox.RdfFormat.TURTLE)
    for quad in ox.parse(gzip.decompress(ours[0].quads.read_bytes()), format=ox.RdfFormat.N_QUADS):
        if quad.predicate.value.startswith("http://www.w3.org/1999/02/22-rdf-syntax-ns#"):
            store.add(ox.Quad(quad.subject, quad.predicate, quad.object))
    rows = sorted((row["mine"].value, row["fact"].value) for row in store.query(JOINED))
    assert {"antibody", "assay", "cohort", "knock-out"} == {mine.rpartition("/")[2] for mine, _ in rows}
    return rows


@pytest.fixture(name="theirs", scope="module")
def _theirs(mine: Path) -> Iterator[str]:
    """Run the oxigraph server with the small dataset, and give its address."""
    with oxigraph.running(mine) as endpoint:
        yield endpoint


@pytest.fixture(name="served", scope="module")
def _served(ours: tuple[Release, Lookup], theirs: str) -> Iterator[Served]:
    """Serve our release by the command line, with the other server on the list of those that SERVICE may name."""
    with serving(ours[0].path, service_allow=theirs, workers=2) as served:
        yield served


def _asking(endpoint: str) -> str:
    return f"{PREFIXES}SELECT ?mine ?fact WHERE {{ ?mine mine:about ?thing . SERVICE <{endpoint}> {{ {ABOUT} }} }}"


def _asked(endpoint: str, query: str) -> Rows:
    sent = urllib.parse.urlencode({"query": query}).encode()
    accept = {"Accept": "application/sparql-results+json"}
    asked = urllib.request.Request(endpoint, sent, accept)  # noqa: S310 - loopback
    with urllib.request.urlopen(asked, timeout=60) as answer:  # noqa: S310 - loopback
        return _rows(answer.read())


def _rows(answer: bytes) -> Rows:
    rows = json.loads(answer)["results"]["bindings"]
    return sorted((row["mine"]["value"], row["fact"]["value"]) for row in rows)


def test_the_oxigraph_server_joins_with_us(served: Served, theirs: str, wanted: Rows) -> None:
    """The oxigraph server names our service in SERVICE and gets a row for each fact about its things."""
    assert wanted == _asked(theirs, _asking(served.endpoint))


def test_virtuoso_joins_with_us(served: Served, mine: Path, wanted: Rows, tmp_path: Path) -> None:
    """Virtuoso, once its SPARQL user may ask others, does the same."""
    virtuoso.wanted()
    quads = tmp_path / "mine.nq"
    store = ox.Store()
    store.bulk_load(path=str(mine), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode("http://mine.example/graph"))
    store.dump(str(quads), ox.RdfFormat.N_QUADS)
    with virtuoso.running(tmp_path) as engine:
        engine.let_queries_ask_others()
        send(quads, Target(engine.graph_store, user=engine.user, password=engine.password), tell=lambda _: None)
        assert wanted == _asked(engine.endpoint, _asking(served.endpoint))


def test_rdflib_joins_with_us(served: Served, mine: Path, wanted: Rows) -> None:
    """A graph in rdflib does the same; it asks once for each of its bindings."""
    found = rdflib.Graph().parse(mine).query(_asking(served.endpoint))
    assert wanted == sorted((str(row[0]), str(row[1])) for row in found)


def test_we_join_with_another_engine(served: Served, theirs: str, wanted: Rows) -> None:
    """From our side, a query may name the server that is on the list, and only spelled as it is there."""
    query = f"{PREFIXES}SELECT ?mine ?fact WHERE {{ SERVICE <{theirs}> {{ ?mine mine:about ?thing }} {ABOUT} }}"
    assert wanted == _asked(served.endpoint, query)
    assert served.ask(query.replace(theirs, f"{theirs}?")).status == 403


def test_blocks_of_a_hundred_identifiers_join_with_us(
    served: Served, ours: tuple[Release, Lookup], wanted: Rows
) -> None:
    """A program that sends what it holds in VALUES, a hundred terms at a time, gets the same rows."""
    graph = rdflib.Graph().parse(data=MINE, format="turtle")
    held = [(str(mine), str(thing)) for mine, thing in graph.subject_objects()]
    held += [
        ("http://mine.example/none", f"http://identifiers.org/hgnc/{number}") for number in range(10**8, 10**8 + 295)
    ]
    found: Rows = []
    for begin in range(0, len(held), 100):
        block = " ".join(f"(<{mine}> <{thing}>)" for mine, thing in held[begin : begin + 100])
        found += _asked(
            served.endpoint, f"{PREFIXES}SELECT ?mine ?fact {{ VALUES (?mine ?thing) {{ {block} }} {ABOUT} }}"
        )
    assert len(held) == 300
    assert wanted == sorted(found)


def _comunica(query: str, *sources: str) -> bytes:
    program = COMUNICA / "node_modules" / ".bin" / "comunica-sparql"
    if not program.exists():
        missing(f"Comunica is missing: npm ci in {COMUNICA}, or set EXPORTIN_COMUNICA")
    command = [str(program), *sources, query, "-t", "application/sparql-results+json"]
    done = subprocess.run(command, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def test_comunica_joins_two_sources(served: Served, theirs: str, wanted: Rows) -> None:
    """Comunica over the two services, neither of which knows of the other, and by SERVICE from one."""
    both = (f"sparql@{served.endpoint}", f"sparql@{theirs}")
    assert wanted == _rows(_comunica(JOINED, *both))
    assert wanted == _rows(_comunica(_asking(served.endpoint), f"sparql@{theirs}"))


def test_comunica_joins_over_our_fragments(served: Served, theirs: str, wanted: Rows) -> None:
    """Comunica over our fragments, without our query service: it joins, and reads more than one page."""
    fragments = f"qpf@{served.root}/tpf"
    assert wanted == _rows(_comunica(JOINED, fragments, f"sparql@{theirs}"))
    query = f"{PREFIXES}SELECT (COUNT(*) AS ?count) WHERE {{ ?fact rdf:subject ?thing }}"
    counted = json.loads(_comunica(query, fragments))["results"]["bindings"][0]["count"]["value"]
    (told,) = json.loads(served.ask(query).body)["results"]["bindings"]
    assert (told["count"]["value"], int(counted) > 300) == (counted, True)
