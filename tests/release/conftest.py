"""A small dataset for every test of releases: facts, evidence and outside terms, as a build would hand them over."""

import http.client
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from publisher.rdf.names import STANDARD_PREFIXES
from publisher.rdf.prefixes import Prefixes
from publisher.release.content import Agent, Attachment, Content, Description, Input, Retired
from publisher.release.shelf import Shelf
from publisher.release.write import write_release
from tests.ports import free_port

BASE = "https://example.org/birds/"
V = f"{BASE}vocab#"
GRAPHS = ("facts", "evidence", "mappings", "ontology", "imports", "inferred", "description", "examples")
_REPORT = b'{"conforms": true, "counts": {"violation": 0, "warning": 0, "info": 0}, "codes": {}, "findings": []}\n'
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"


def description(**changed: object) -> Description:
    """Give the description of the small dataset, with what a test wants to be otherwise."""
    values: dict[str, object] = {
        "name": "birds",
        "title": "Birds and what they eat",
        "description": "A dataset for tests: it says who eats whom.",
        "base": BASE,
        "iri": f"{BASE}dataset",
        "version": "2026-01-02",
        "licence": "https://creativecommons.org/publicdomain/zero/1.0/",
        "language": "en",
        "prefixes": Prefixes(
            STANDARD_PREFIXES | {"bird": V, "tree": "https://trees.example/T_", "birdf": f"{BASE}fact/"}
        ),
        "keywords": ("birds", "food"),
        "creators": (Agent("Robin Redbreast", "https://orcid.org/0000-0002-1825-0097"), Agent("The Aviary")),
        "examples": (f"{BASE}fact/F1",),
        "vocabulary": f"{BASE}vocab",
        "roles": {"fact": f"{V}Fact", "certainty": f"{V}certainty", "evidence": f"{V}evidence"},
        "certainty": (f"{V}sure", f"{V}unsure"),
        "bare": (f"{V}sure",),
        "graphs": {name: f"{BASE}graph/{name}" for name in GRAPHS},
        "ids": {"fact": "F%d"},
        "paths": {"fact": "fact/"},
    }
    return Description(**(values | changed))  # type: ignore[arg-type] - a test names what it changes


def quads(number: int = 3) -> list[str]:
    """Give the lines of ``number`` facts with evidence, and a slice of outside terms."""
    facts, evidence, imports = (f"<{BASE}graph/{name}>" for name in ("facts", "evidence", "imports"))
    lines = [f'<https://trees.example/T_{i}> {_LABEL} "tree {i}"@en {imports} .' for i in range(1, min(number, 50) + 1)]
    for i in range(1, number + 1):
        fact, proof = f"<{BASE}fact/F{i}>", f"<{BASE}evidence/E{i}>"
        lines += [
            f"{fact} <{_RDF}type> <{V}Fact> {facts} .",
            f'{fact} {_LABEL} "Finch {i} eats \\"seeds\\"\\nof tree {i} — always"@en {facts} .',
            f"{fact} <{V}eats> <https://trees.example/T_{i % 50}> {facts} .",
            f"{fact} <{V}certainty> <{V}sure> {facts} .",
            f"{fact} <{V}evidence> {proof} {facts} .",
            f'{fact} <{V}count> "{i}"^^<http://www.w3.org/2001/XMLSchema#integer> {facts} .',
            f"{proof} <{_RDF}type> <{V}Evidence> {evidence} .",
            f'{proof}  <{V}start> "{i * 7}"^^<http://www.w3.org/2001/XMLSchema#integer> {evidence} .'.replace(
                "  ", " "
            ),
        ]
    return lines


Make = Callable[..., Content]


@pytest.fixture(name="content_in", scope="session")
def _content_in() -> Make:
    """Give the function that makes the content of a release in a folder, for fixtures that many tests share."""
    return content


@pytest.fixture(name="make")
def _make(tmp_path: Path) -> Make:
    """Give a function that makes the content of a release from lines, in a folder of its own."""

    def make(lines: list[str] | None = None, *, folder: str = "data", **changed: object) -> Content:
        return content(tmp_path / folder, lines, **changed)

    return make


def content(place: Path, lines: list[str] | None = None, **changed: object) -> Content:
    """Give the content of a release, with its files in ``place``."""
    place.mkdir(parents=True, exist_ok=True)
    data = place / "quads.nq"
    data.write_text("".join(f"{line}\n" for line in (quads() if lines is None else lines)), encoding="utf-8")
    query = place / "who-eats.rq"
    query.write_text(
        "#+ summary: Who eats whom?\n#+ tags: food, birds\nSELECT * WHERE { ?s ?p ?o }\n", encoding="utf-8"
    )
    return Content(
        description=description(**changed),
        quads=(data,),
        inputs=(Input("seeds/facts/a b.yaml", "0" * 64, 12),),
        engine={"exportin": "1.0.0"},
        reports={"json": _REPORT, "ttl": b"", "html": b"<p>ok</p>"},
        queries=(query,),
        attachments=(Attachment("mappings.sssom.tsv", "text/tab-separated-values", "Alignments", body=b"a\tb\n"),),
        retired=(
            Retired(f"{BASE}fact/F0", "fact", "Finch 0 eats rain", "it does not", "2025-12-01", f"{BASE}fact/F1"),
        ),
    )


@dataclass(frozen=True)
class Answer:
    """What came back over the wire."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def get(port: int, path: str, *, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
    """Ask a server on this machine, over a connection of its own; ``headers`` have underscores for hyphens."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body=body, headers={"Connection": "close"} | named)
    answer = connection.getresponse()
    found = Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    connection.close()
    return found


Serve = Callable[..., AbstractContextManager[int]]


@pytest.fixture(name="serve")
def _serve(root: Path) -> Serve:
    """Give a context that runs ``exportin serve`` on a folder, as a user would, and gives the port it answers on."""

    @contextmanager
    def serve(place: Path, **settings: str) -> Iterator[int]:
        run = [sys.executable, "-m", "publisher", "serve", str(place), "--port", "0"]
        environment = os.environ | {f"EXPORTIN_{name.upper()}": value for name, value in settings.items()}
        with subprocess.Popen(
            run, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=root, text=True, env=environment
        ) as server:
            assert server.stdout is not None
            said, found = "", None
            try:
                for line in server.stdout:
                    said += line
                    if found := re.search(r"http://127\.0\.0\.1:(\d+)/ ", line):
                        break
                assert found, said
                threading.Thread(target=server.stdout.read, daemon=True).start()
                yield int(found[1])
            finally:
                server.terminate()
                server.wait(30)

    return serve


@pytest.fixture(name="get")
def _get() -> Callable[..., Answer]:
    """Give the function that asks a server on this machine."""
    return get


@pytest.fixture(name="free_port")
def _free_port() -> Callable[[], int]:
    """Give a function that gives a port nobody listens on."""
    return free_port


@pytest.fixture(name="wait_for")
def _wait_for() -> Callable[[int], None]:
    """Give a function that waits until somebody listens on a port."""

    def wait_for(port: int) -> None:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.02)
        raise AssertionError("nobody answers")

    return wait_for


@pytest.fixture(name="exported", scope="session")
def _exported(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """Give the folder that ``exportin export --static`` wrote."""
    tmp_path = tmp_path_factory.mktemp("exported")
    release = write_release(content(tmp_path / "data"), tmp_path / "shelf")
    Shelf(tmp_path / "shelf").publish(release.version)
    out = tmp_path / "out"
    run = [sys.executable, "-m", "publisher", "export", "--static", str(out), "--releases", str(tmp_path / "shelf")]
    done = subprocess.run(run, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return out
