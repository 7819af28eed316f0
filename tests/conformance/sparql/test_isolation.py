"""No query can hurt another: over the wire, with a real server, while every worker slot runs a cross product."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving import Reply, Served, serving

pytestmark = pytest.mark.alone
E = "http://example.org/"
CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(?c != ?f) }"
WORKERS, BEYOND = 2, 8
SECONDS = 4
ASK = "/sparql?query=ASK%7B%7D"
QUERY = f"/sparql?query=SELECT%20*%20%7B%20%3C{E}7%3E%20%3Fp%20%3Fo%20%7D"


@pytest.fixture(name="served", scope="module")
def _served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data = tmp_path_factory.mktemp("many") / "many.nt"
    label = "http://www.w3.org/2000/01/rdf-schema#label"
    data.write_text("".join(f'<{E}{n}> <{label}> "thing {n}" .\n' for n in range(3000)), encoding="utf-8")
    with serving(data, "--base-iri", E, workers=WORKERS, query_seconds=SECONDS, queue_seconds=SECONDS * 2) as served:
        yield served


@pytest.mark.slow
def test_others_are_served_while_every_slot_is_taken(served: Served) -> None:
    """Cross products of one client fill every slot and the queue; another client gets a query and pages meanwhile."""
    page = "/7.html"
    assert served.send("GET", page).status == 200
    replies: list[Reply] = []
    hogs = [threading.Thread(target=lambda: replies.append(served.ask(CROSS))) for _ in range(WORKERS + BEYOND)]
    for hog in hogs:
        hog.start()
    time.sleep(1)
    taken = {}
    for name, target in {
        "kept page": page,
        "new page": "/8.html",
        "health": "/healthz",
        "query": QUERY,
        "ask": ASK,
    }.items():
        began = time.monotonic()
        assert served.send("GET", target, {"Accept": "*/*"}, source="127.0.0.2").status == 200, name
        taken[name] = time.monotonic() - began
    for hog in hogs:
        hog.join()
    assert {reply.status for reply in replies} == {503}
    assert all("retry-after" in reply.headers for reply in replies)
    assert max(taken["kept page"], taken["health"]) < 1
    assert max(taken.values()) < SECONDS, taken
    assert served.ask("ASK {}").status == 200


@pytest.mark.slow
def test_a_small_file_is_served_within_seconds(tmp_path: Path) -> None:
    """From the command to the first answer it takes less than two seconds when idle; a busy machine is given twice."""
    data = tmp_path / "small.ttl"
    data.write_text("@prefix e: <http://example.org/> .\ne:a e:p e:b .\n", encoding="utf-8")
    more = tmp_path / "more.nq"
    more.write_text("<http://example.org/b> <http://example.org/p> <http://example.org/c> <http://example.org/g> .\n")
    with serving(data, more) as served:
        assert served.seconds < 4
        assert served.send("GET", "/", {"Accept": "text/html"}).status == 200
        told = served.ask("SELECT * { e:a e:p/e:p ?x }", "text/csv")
        assert told.status == 400
        assert "PREFIX e: <http://example.org/>" in told.text
        answer = served.ask("PREFIX e: <http://example.org/> SELECT * { e:a e:p/e:p ?x }", "text/csv")
        assert answer.text.split() == ["x", "http://example.org/c"]
