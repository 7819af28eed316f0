"""Queries past Flask: kept in memory, named, logged, counted."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import Client, create_environ

from publisher.errors import UsageError
from publisher.settings import settings_from
from publisher.store.answers import Cached
from publisher.web import ANSWERS, create_app
from publisher.web.kept.pages import Pages
from publisher.web.site import Site
from publisher.web.sparql.query_log import QueryLog, name_of
from tests.serving import serving

QUERY = "SELECT ?s { ?s a <https://example.org/lights/vocab#Lighthouse> } ORDER BY ?s"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(name="cached")
def _cached(site: Site, tmp_path: Path) -> Callable[..., FlaskClient]:
    """Give a client of a site whose answers are those of a release."""

    def client(**settings: object) -> FlaskClient:
        store = Cached(site.store, tmp_path / "answers", "lights 1", max_bytes=10_000_000)
        given = settings_from({}, {name: str(value) for name, value in settings.items()})
        return create_app(replace(site, store=store, settings=given)).test_client()

    return client


def test_the_second_answer_comes_from_memory(cached: Callable[..., FlaskClient]) -> None:
    """By GET and by POST the same bytes come again without the query being read; another Accept is another answer."""
    client = cached()
    for ask in (
        lambda accept: client.get("/sparql", query_string={"query": QUERY}, headers={"Accept": accept}),
        lambda accept: client.post("/query", data={"query": QUERY}, headers={"Accept": accept}),
        lambda accept: client.open(
            "/sparql", method="QUERY", data=QUERY, content_type="application/sparql-query", headers={"Accept": accept}
        ),
    ):
        first, second, other = ask("text/csv"), ask("text/csv"), ask("application/json")
        assert ("X-Cache" in first.headers, second.headers.get("X-Cache")) == (False, "hit")
        assert (second.status_code, second.data) == (200, first.data)
        assert second.headers["ETag"] == first.headers["ETag"]
        assert "X-Cache" not in other.headers
        assert second.headers["Server-Timing"].startswith("cache;dur=")


def test_what_has_not_changed_is_not_sent_again(cached: Callable[..., FlaskClient]) -> None:
    """The entity tag is honoured on the first and on the second answer, by GET only."""
    tag = cached().get("/sparql", query_string={"query": QUERY}).headers["ETag"]
    client = cached()
    for _ in range(2):
        found = client.get("/sparql", query_string={"query": QUERY}, headers={"If-None-Match": f'"x", {tag}'})
        assert (found.status_code, found.data, found.headers["ETag"]) == (304, b"", tag)
    assert client.get("/sparql", query_string={"query": QUERY}, headers={"If-None-Match": '"x"'}).status_code == 200
    assert client.post("/sparql", data={"query": QUERY}, headers={"If-None-Match": tag}).status_code == 200


def test_memory_answers_only_who_reads(site: Site, tmp_path: Path) -> None:
    """In front of all layers HEAD gets the head of what GET was sent; no other method gets anything from memory."""
    store = Cached(site.store, tmp_path / "answers", "lights 1", max_bytes=10_000_000)
    app = create_app(replace(site, store=store))
    layer = Pages(app, queries=app.extensions[ANSWERS].recall)
    client = Client(layer)
    first = client.get("/sparql", query_string={"query": QUERY})
    head = client.head("/sparql", query_string={"query": QUERY})
    assert (head.status_code, head.data, head.headers["X-Cache"]) == (200, b"", "hit")
    assert head.headers["Content-Length"] == str(len(first.data))
    told: list[object] = []
    for method, recalled in (("GET", True), ("HEAD", True), ("OPTIONS", False), ("POST", False), ("PUT", False)):
        environ = create_environ("/sparql", method=method, query_string={"query": QUERY})
        assert (layer.recall(environ, lambda *head: told.append(head)) is not None) == recalled, method
    assert len(told) == 2
    assert client.options("/sparql", query_string={"query": QUERY}).data == b""
    assert client.put("/sparql", query_string={"query": QUERY}).status_code == 405


def test_what_may_differ_is_not_kept(cached: Callable[..., FlaskClient]) -> None:
    """An answer to NOW() is made each time, and says that nobody may keep it."""
    client = cached()
    for _ in range(2):
        found = client.get("/sparql", query_string={"query": "SELECT (NOW() AS ?t) {}"})
        assert (found.headers["Cache-Control"], "X-Cache" in found.headers) == ("no-store", False)


def test_every_query_is_logged(cached: Callable[..., FlaskClient], tmp_path: Path) -> None:
    """One JSON line tells each query's name, form, time, rows, bytes, cache, status and outcome, and not its text."""
    log = tmp_path / "queries.jsonl"
    client = cached(query_log=log)
    answer = client.get("/sparql", query_string={"query": QUERY})
    client.get("/sparql", query_string={"query": QUERY})
    client.get("/sparql", query_string={"query": QUERY}, headers={"If-None-Match": answer.headers["ETag"]})
    client.get("/sparql", query_string={"query": QUERY}, headers={"Accept": "text/html"})
    client.get("/sparql", query_string={"query": "SELEC"})
    client.post("/sparql", data={"update": "CLEAR ALL"})
    client.get("/sparql", query_string={"query": "SELECT (NOW() AS ?t) {}"})
    client.get("/sparql")
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    told = [(line["form"], line["rows"], line["cache"], line["status"], line["outcome"]) for line in lines]
    assert told == [
        ("SELECT", 2, "miss", 200, "answered"),
        ("SELECT", 2, "memory", 200, "answered"),
        ("SELECT", 2, "memory", 304, "unchanged"),
        ("SELECT", 2, "disk", 200, "answered"),
        ("unknown", None, "none", 400, "query-syntax"),
        ("none", None, "none", 403, "update-refused"),
        ("SELECT", 1, "none", 200, "answered"),
    ]
    assert lines[0]["query"] == answer.headers["Query-Id"] == name_of(QUERY)
    assert lines[0]["bytes"] == len(answer.data)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", line["time"]) for line in lines)
    assert "Lighthouse" not in log.read_text(encoding="utf-8")


def test_a_log_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """The server does not start with a log that it cannot keep."""
    with pytest.raises(UsageError, match="query log") as caught:
        QueryLog(str(tmp_path / "none" / "queries.jsonl"))
    assert caught.value.fix is not None


def test_all_processes_count_together(tmp_path: Path) -> None:
    """Whichever web process is asked, /metrics tells the requests of all, and what the workers did."""
    data = tmp_path / "small.ttl"
    data.write_text("<http://e/a> <http://e/p> <http://e/b> .", encoding="utf-8")
    with serving(data) as served:
        for _ in range(40):
            assert served.ask("ASK {}").status == 200
        told = [served.send("GET", "/metrics").text for _ in range(8)]
        ready = served.send("GET", "/readyz").text
    counts = {re.search(r'exportin_responses_total\{status="200",view="endpoint"\} (\d+)', text)[1] for text in told}  # type: ignore[index]
    assert counts == {"40"}
    assert all('exportin_queries_total{outcome="answered"}' in text for text in told)
    assert re.search(r"workers: \d, busy: 0, queries that wait: 0\n", ready)
