"""What careless and unfriendly clients send to the running service: each gets its status, nobody else is harmed."""

import json
import socket
import time
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.serving import Served, serving

DATA = "@prefix e: <http://example.org/> .\ne:a a e:T ; e:p 1, 2 .\n"
DIRECT = {"Content-Type": "application/sparql-query"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
WORDS = [
    "SELECT", "ASK", "CONSTRUCT", "DESCRIBE", "WHERE", "{", "}", "(", ")", "?s", "?p", "$o", "*", "FILTER", "BIND",
    "AS", "GRAPH", "?g", "<http://example.org/a>", "e:p", "PREFIX e: <http://example.org/>", "BASE <x:>", '"a"@en',
    "'''", '"', "'", "1e400", "-1.5", "<<(", ")>>", "UNION", "OPTIONAL", "MINUS", "VALUES", "GROUP BY", "HAVING",
    "ORDER BY", "LIMIT 3", "OFFSET 99999999999", "SERVICE", "SILENT", "FROM", "NAMED", "EXISTS",
    "REGEX(?s, '((a*)*)*$')", "IRI('')", "NOW()", "|", "/", "^", "!", "+", "<", ">", "\\u0000", "\\uD800", "#", "\n",
    "%", "INSERT", "DROP ALL", "é", "\u0000",
]  # fmt: skip


@pytest.fixture(name="served", scope="module")
def _served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data = tmp_path_factory.mktemp("bad") / "data.ttl"
    data.write_text(DATA, encoding="utf-8")
    with serving(data, workers=2, query_seconds=3) as served:
        yield served
        assert served.ask("ASK {}").status == 200


@pytest.mark.parametrize(
    ("method", "target", "headers", "body", "status", "kind"),
    [
        ("POST", "", DIRECT, b"SELECT * {\n ?s ?p }", 400, "query-syntax"),
        ("POST", "", DIRECT, b"", 400, "query-syntax"),
        ("GET", "?query=", {}, b"", 400, "query-syntax"),
        ("POST", "", DIRECT, b"ASK {} ASK {}", 400, "query-syntax"),
        ("GET", "?query=ASK%7B%7D&query=ASK%7B%7D", {}, b"", 400, "too-many-parameters"),
        ("POST", "", DIRECT, b"DELETE WHERE { ?s ?p ?o }", 403, "update-refused"),
        ("POST", "", {"Content-Type": "application/sparql-update"}, b"CLEAR ALL", 403, "update-refused"),
        ("POST", "", {"Content-Type": "text/plain"}, b"ASK {}", 415, "unsupported-media-type"),
        ("POST", "", DIRECT, b"ASK { ?s ?p '\xff' }", 400, "bad-request"),
        ("POST", "", DIRECT, b"ASK { ?s ?p '\x00' }", 400, "query-syntax"),
        ("POST", "", DIRECT, b"ASK {} #" + b" " * 10_000_000, 413, "request-too-large"),
        ("POST", "", DIRECT, b"ASK { FILTER(" + b"(" * 10_000 + b"1" + b")" * 10_000 + b") }", 403, "service-refused"),
        ("POST", "", DIRECT, b"ASK { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", 403, "service-refused"),
        ("GET", "?query=%E0%A4%A&%%%=%zz", {}, b"", 400, "bad-request"),
        ("GET", "?query=" + quote("ASK {} #" + "x" * 20_000), {}, b"", 414, "uri-too-long"),
        ("GET", "?query=ASK%7B%7D", {"Accept": "image/png"}, b"", 406, "not-acceptable"),
        ("DELETE", "", {}, b"", 405, "method-not-allowed"),
    ],
)
def test_each_has_its_status_and_type(
    served: Served, method: str, target: str, headers: dict[str, str], body: bytes, status: int, kind: str
) -> None:
    """The answer is a problem document with the type and status of the contract."""
    accept = headers.get("Accept", "application/json")
    try:
        reply = served.send(method, f"/sparql{target}", {**headers, "Accept": accept}, body)
    except (BrokenPipeError, ConnectionResetError):  # refused before the whole body was taken
        assert status == 413
        return
    assert reply.status == status, reply.text
    if accept == "application/json":
        assert reply.media == "application/problem+json"
        told = json.loads(reply.body)
        assert (told["status"], told["type"].rpartition("/")[2]) == (status, kind)


def test_a_syntax_error_tells_its_place(served: Served) -> None:
    """Line and column are those of the query as it was sent."""
    told = json.loads(served.send("POST", "/sparql", DIRECT, b"SELECT * {\n  ?s ?p ?o ; ; : }").body)
    assert (told["line"], told["column"]) == (2, 16)


def test_an_unknown_graph_is_empty(served: Served) -> None:
    """A graph that nobody has is no error: it holds nothing."""
    reply = served.send("GET", f"/sparql?default-graph-uri=urn:none&query={quote(COUNT)}")
    assert json.loads(reply.body)["results"]["bindings"][0]["n"]["value"] == "0"


@pytest.mark.alone
def test_clients_that_leave_are_forgotten(served: Served) -> None:
    """Fifty clients that leave in the middle of a body, or before an answer that takes long, harm nobody else."""
    endless = b"SELECT (COUNT(*) AS ?n) { " + b" ".join(b"?a%d ?b%d ?c%d ." % (n, n, n) for n in range(30)) + b" }"
    for number in range(50):
        with socket.create_connection(("127.0.0.1", served.port)) as client:
            length = len(endless) + (100 if number % 10 else 0)
            client.sendall(_head(length) + endless)
    began = time.monotonic()
    assert served.send("POST", "/sparql", DIRECT, b"ASK {}", source="127.0.0.2").status == 200
    assert time.monotonic() - began < 5


@pytest.mark.alone
def test_slow_clients_hold_up_nobody(served: Served) -> None:
    """Forty clients that send a byte a second, in the head or in the body, and others are answered at once."""
    slow = []
    for number in range(40):
        client = socket.create_connection(("127.0.0.1", served.port))
        client.sendall(_head(1000) if number % 2 else b"GET /sparql HTTP/1.1\r\nHost: x\r\nX: ")
        slow.append(client)
    taken = []
    for _ in range(3):
        for client in slow:
            client.sendall(b"a")
        began = time.monotonic()
        assert served.send("POST", "/sparql", DIRECT, b"ASK {}", source="127.0.0.2").status == 200
        taken.append(time.monotonic() - began)
        time.sleep(1)
    for client in slow:
        client.close()
    assert max(taken) < 2


@pytest.mark.alone
def test_slow_readers_hold_up_nobody(served: Served) -> None:
    """Twenty clients that take a byte of a large answer at a time, and others are answered at once."""
    many = " ".join(f"VALUES ?v{n} {{ 0 1 2 3 4 5 6 7 8 9 }}" for n in range(4))
    query = f"SELECT * {{ {many} }}".encode()
    slow = [socket.create_connection(("127.0.0.1", served.port)) for _ in range(20)]
    for client in slow:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.sendall(_head(len(query)) + query)
    for client in slow:
        client.settimeout(20)
        assert client.recv(1) == b"H"
    began = time.monotonic()
    assert served.send("POST", "/sparql", DIRECT, b"ASK {}", source="127.0.0.2").status == 200
    assert time.monotonic() - began < 2
    for client in slow:
        client.close()


def _head(length: int) -> bytes:
    kind = b"Content-Type: application/sparql-query\r\n"
    return b"POST /sparql HTTP/1.1\r\nHost: x\r\n" + kind + b"Content-Length: %d\r\n\r\n" % length


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    words=st.lists(st.sampled_from(WORDS), max_size=25),
    accept=st.sampled_from(
        ["*/*", "text/csv", "text/turtle", "text/html", "application/json;q=0.1, */*", ";;q=,", "é"]
    ),
    way=st.sampled_from(["GET", "HEAD", "form", "direct", "QUERY"]),
    extra=st.sampled_from(
        ["", "&timeout=1", "&default-graph-uri=urn:x", "&format=csv", "&partial=1", "&%=&=%", "&query"]
    ),
)
@pytest.mark.slow
def test_any_words_in_any_way_get_an_answer(
    served: Served, words: list[str], accept: str, way: str, extra: str
) -> None:
    """Whatever is sent, the status is one of the contract, never 500, and a 200 is a whole document of its type."""
    query = " ".join(words)
    headers = {"Accept": accept.encode("utf-8").decode("latin-1")}
    if way in ("GET", "HEAD"):
        reply = served.send(way, f"/sparql?query={quote(query)}{extra}", headers)
    elif way == "form":
        reply = served.send("POST", "/sparql", headers | FORM, f"query={quote(query)}{extra}".encode())
    else:
        method = "POST" if way == "direct" else "QUERY"
        reply = served.send(method, f"/sparql?{extra}", headers | DIRECT, query.encode())
    assert reply.status in (200, 400, 403, 405, 406, 415, 503), reply.text
    if reply.status == 200 and reply.media.endswith("json") and way != "HEAD":
        json.loads(reply.body)
