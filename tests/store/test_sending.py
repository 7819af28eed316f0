"""Bringing quads into another engine, and a site on top of it."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from publisher.errors import StoreError, UsageError
from publisher.rdf.media import JSON
from publisher.rdf.prefixes import Prefixes
from publisher.settings import settings_from
from publisher.store.engines.remote import truth_of, written
from publisher.store.open import open_store
from publisher.store.port import Limits
from publisher.store.sending import Method, Target, send
from tests import virtuoso
from tests.serving import serving

E = "http://example.org/"
LINES = [
    *(f'<{E}s{n}> <{E}p> "number {n} \\"é\\""@en <{E}one> .\n' for n in range(1200)),
    f"_:b <{E}p> _:c <{E}two> .\n",
    f"_:c <{E}p> <{E}o> <{E}two> .\n",
]
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


@pytest.fixture(name="engine", scope="module")
def _engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[virtuoso.Virtuoso]:
    virtuoso.wanted()
    with virtuoso.running(tmp_path_factory.mktemp("virtuoso")) as engine:
        yield engine


@pytest.mark.parametrize("method", ["graph-store", "update"])
def test_graphs_replace_those_of_the_same_name(engine: virtuoso.Virtuoso, tmp_path: Path, method: Method) -> None:
    """Sent twice, the data are there once, blank nodes joined, whichever protocol carried them."""
    data = tmp_path / "data.nq"
    data.write_text("".join(LINES), encoding="utf-8")
    address = engine.update if method == "update" else engine.graph_store
    target = Target(address, method, engine.user, engine.password)
    for _ in range(2):
        sent = send(data, target, tell=lambda _: None)
    assert sent == {f"{E}one": 1200, f"{E}two": 2}
    store = open_store(engine.endpoint, settings=settings_from({}), prefixes=Prefixes({}), graphs=tuple(sent))

    def count(query: str) -> int:
        rows = json.loads(store.query(query, JSON, limits=Limits()).read())["results"]["bindings"]
        return int(rows[0]["n"]["value"])

    assert count(COUNT) == 1202
    assert count(COUNT.replace("?s ?p ?o", f"?s <{E}p> ?b . ?b <{E}p> <{E}o>")) == 1
    assert count(COUNT.replace("?s ?p ?o", f'<{E}s7> ?p "number 7 \\"é\\""@en')) == 1


def test_a_site_runs_on_another_engine(engine: virtuoso.Virtuoso, tmp_path: Path) -> None:
    """The pages and the query service of RDF files come from the engine behind ``--store``."""
    data = tmp_path / "data.nq"
    data.write_text("".join(LINES), encoding="utf-8")
    send(data, Target(engine.graph_store, user=engine.user, password=engine.password), tell=lambda _: None)
    with serving(data, "--store", engine.endpoint, "--base-iri", E) as served:
        told = json.loads(served.ask(COUNT.replace("{", f"FROM <{E}one> {{")).body)
        assert told["results"]["bindings"][0]["n"]["value"] == "1200"
        assert served.ask("ASK {}").body.replace(b" ", b"") == b'{"head":{},"boolean":true}'
        page = served.send("GET", "/s7", {"Accept": "text/html"})
        assert page.status in (200, 303), page.text
        for suffix in ("ttl", "jsonld", "nt", "rdf"):
            described = served.send("GET", f"/s7.{suffix}")
            assert (described.status, "number 7" in described.text) == (200, True), described.text


def test_a_store_that_refuses_is_told(engine: virtuoso.Virtuoso, tmp_path: Path) -> None:
    """A wrong password, an address where nobody answers, and a file without graphs are told with the next step."""
    data = tmp_path / "data.nq"
    data.write_text(LINES[0], encoding="utf-8")
    with pytest.raises(StoreError, match="401") as refused:
        send(data, Target(engine.graph_store, user="dba", password="wrong"), tell=lambda _: None)  # noqa: S106 - a test
    assert "password" in (refused.value.fix or "")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{probe.getsockname()[1]}/store"
        with pytest.raises(StoreError, match="cannot be reached"):
            send(data, Target(nobody), tell=lambda _: None)
    with pytest.raises(UsageError, match="no address"):
        send(data, Target("ftp://example.org/"), tell=lambda _: None)
    data.write_text(f"<{E}s> <{E}p> <{E}o> .\n", encoding="utf-8")
    with pytest.raises(StoreError, match="without the IRI of a graph"):
        send(data, Target(engine.graph_store), tell=lambda _: None)


@pytest.mark.parametrize(
    ("body", "truth"),
    [
        (b'{"head":{},"boolean":true}', True),
        (b'{"head":{},"boolean":false}', False),
        (b"true", True),
        (b'{"head":{"vars":["a"]},"results":{"bindings":[{"a":{"type":"literal","value":"1"}}]}}', True),
        (b'{"head":{"vars":["a"]},"results":{"bindings":[]}}', False),
    ],
)
def test_any_answer_to_ask_is_a_truth_value(body: bytes, truth: object) -> None:
    """The standard's JSON, a bare word and a row of one number say the same; it is written in the standard's form."""
    assert truth_of(body) is truth
    assert json.loads(written(truth_of(body), JSON))["boolean"] is truth
    with pytest.raises(StoreError, match="ASK"):
        truth_of(b"<html>")
