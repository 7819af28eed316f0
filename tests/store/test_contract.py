"""What every engine must do alike, embedded, in workers, cached, and behind HTTP."""

import json
import re
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pyoxigraph as ox
import pytest

from publisher.errors import NotOffered, QueryRefused, QueryRejected, ResultTooLarge, StoreError
from publisher.rdf import media as kinds
from publisher.rdf.media import GRAPHS, RESULTS, Media
from publisher.rdf.prefixes import Prefixes
from publisher.settings import settings_from
from publisher.store.answers import Cached
from publisher.store.engines.remote import Remote
from publisher.store.open import open_store
from publisher.store.policy import Policy
from publisher.store.port import Limits, Store, Variants
from publisher.store.sending import Target, send
from tests import virtuoso
from tests.store.conftest import DATA

LIMITS = Limits(seconds=20.0, client="127.0.0.1")
PREFIXES = Prefixes({"e": "http://example.org/", "zz": "http://example.org/zz#"})
E = "PREFIX e: <http://example.org/> "
EXAMPLE = "http://example.org/"
_VIRTUOSO = {
    "test_the_dataset_is_the_query_s_own[virtuoso-SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }-9]": (
        "it has no default graph: what the data have there stands in a graph of its own"
    ),
    "test_the_dataset_is_the_query_s_own[virtuoso-BASE <http://example.org/x> SELECT (COUNT(*) AS ?n) FROM <one> "
    "{ ?s ?p ?o }-6]": "it takes no BASE after PREFIX",
    "test_the_request_s_graphs_replace_the_query_s[virtuoso-graphs2-FROM e:one { ?s ?p ?o }-3]": (
        "it adds the graphs of the request to those of the query"
    ),
    "test_an_unknown_function_is_an_error_in_its_row[virtuoso]": "it refuses a query with an unknown function",
}
COUNT = "SELECT (COUNT(*) AS ?n) "


@pytest.fixture(name="store", scope="module", params=["embedded", "workers", "cached", "remote", "virtuoso"])
def _store(request: pytest.FixtureRequest, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    if request.param == "virtuoso":
        virtuoso.wanted()
        folder = tmp_path_factory.mktemp("virtuoso")
        with virtuoso.running(folder) as engine:
            yield _loaded(engine, folder / "data.nq")
        return
    isolated = request.param in ("workers", "cached")
    store = open_store(data, settings=settings_from({}), prefixes=PREFIXES, isolated=isolated)
    if request.param == "cached":
        store = Cached(store, tmp_path_factory.mktemp("answers"), "a release", max_bytes=1_000_000)
    if request.param == "remote":
        with serving(store) as endpoint:
            yield Remote(endpoint, policy=Policy(PREFIXES))
    else:
        yield store
    store.close()


def _loaded(engine: virtuoso.Virtuoso, quads: Path) -> Store:
    """Bring the data into an engine that has no default graph of its own, and give the store that asks it."""
    parsed = [
        quad if isinstance(quad.graph_name, ox.NamedNode) else ox.Quad(*quad.triple, ox.NamedNode(f"{EXAMPLE}plain"))
        for quad in ox.parse(DATA, ox.RdfFormat.TRIG)
    ]
    quads.write_bytes(ox.serialize(parsed, format=ox.RdfFormat.N_QUADS) or b"")
    sent = send(quads, Target(engine.graph_store, user=engine.user, password=engine.password), tell=lambda _: None)
    settings = settings_from({})
    return open_store(engine.endpoint, settings=settings, prefixes=PREFIXES, graphs=tuple(sent))


@pytest.fixture(autouse=True)
def _as_known(request: pytest.FixtureRequest) -> None:
    """Expect of Virtuoso what is known of it, both ways."""
    why = _VIRTUOSO.get(request.node.name)
    if why:
        request.applymarker(pytest.mark.xfail(reason=why, strict=True))


class serving:  # noqa: N801 (it reads as a verb: with serving(store) as endpoint)
    """A SPARQL endpoint of the standard library over a store, on a free port of loopback."""

    def __init__(self, store: Store):
        """Take the store."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(store))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    def __enter__(self) -> str:
        """Begin to serve and give the URL."""
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_port}/sparql"

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _handler(store: Store) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            media = next(media for media in (*RESULTS, *GRAPHS) if media.type == self.headers["Accept"])
            try:
                answer = store.query(
                    form["query"][0],
                    media,
                    limits=LIMITS,
                    default_graphs=form.get("default-graph-uri", []),
                    named_graphs=form.get("named-graph-uri", []),
                )
            except StoreError as error:
                self._send(400, "text/plain", str(error).encode())
            else:
                self._send(200, media.type, answer.read())

        def _send(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    return Handler


def count(store: Store, query: str, **graphs: list[str]) -> int:
    """Give the one number that a query answers."""
    answer = store.query(query, kinds.JSON, limits=LIMITS, **graphs)
    return int(json.loads(answer.read())["results"]["bindings"][0]["n"]["value"])


@pytest.mark.parametrize("media", RESULTS, ids=lambda media: media.suffix)
def test_each_result_syntax_holds_the_rows(store: Store, media: Media) -> None:
    """A SELECT is answered in JSON, XML, CSV and TSV with the same six rows, and says that there are six."""
    query = E + "SELECT ?o { e:a e:p|e:label ?o }"
    if media not in store.offered:
        with pytest.raises(NotOffered):
            store.query(query, media, limits=LIMITS)
        return
    answer = store.query(query, media, limits=LIMITS)
    assert answer.media == media
    assert answer.count_rows() == 6
    if media is not kinds.CSV:
        syntax = ox.QueryResultsFormat.from_media_type(media.type)
        assert len(list(ox.parse_query_results(answer.read(), syntax))) == 6


@pytest.mark.parametrize("media", GRAPHS, ids=lambda media: media.suffix)
def test_each_graph_syntax_holds_the_triples(store: Store, media: Media) -> None:
    """A CONSTRUCT is answered in every graph syntax that the engine offers, and refused in the others."""
    query = E + "CONSTRUCT { ?s e:p ?o } WHERE { ?s e:p ?o }"
    if media not in store.offered:
        with pytest.raises(NotOffered):
            store.query(query, media, limits=LIMITS)
        return
    written = store.query(query, media, limits=LIMITS).read()
    assert len(list(ox.parse(written, ox.RdfFormat.from_media_type(media.type)))) == 5


@pytest.mark.parametrize("media", [kinds.JSON, kinds.XML], ids=lambda media: media.suffix)
def test_ask_is_a_truth_value(store: Store, media: Media) -> None:
    """An ASK is answered with true or false in the standard's own form."""
    syntax = ox.QueryResultsFormat.from_media_type(media.type)
    told = [
        bool(ox.parse_query_results(store.query(E + query, media, limits=LIMITS).read(), syntax))
        for query in ("ASK { e:a e:p 1 }", "ASK { e:a e:p 9 }")
    ]
    assert told == [True, False]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (COUNT + "{ ?s ?p ?o }", 10),
        (COUNT + "{ GRAPH ?g { ?s ?p ?o } }", 9),
        (COUNT + "FROM e:one { ?s ?p ?o }", 6),
        (COUNT + "FROM <http://example.org/one> FROM e:two { ?s ?p ?o }", 9),
        (COUNT + "FROM e:none { ?s ?p ?o }", 0),
        (COUNT + "FROM NAMED e:two { ?s ?p ?o }", 0),
        (COUNT + "FROM NAMED e:two { GRAPH ?g { ?s ?p ?o } }", 3),
        (COUNT + "FROM e:one FROM NAMED e:two { ?s ?p ?o . GRAPH ?g { ?t ?q ?s } }", 6),
        ("BASE <http://example.org/x> " + COUNT + "FROM <one> { ?s ?p ?o }", 6),
    ],
)
def test_the_dataset_is_the_query_s_own(store: Store, query: str, expected: int) -> None:
    """The default graph is the union of all graphs, but FROM and FROM NAMED say otherwise."""
    assert count(store, E + query) == expected


@pytest.mark.parametrize(
    ("graphs", "query", "expected"),
    [
        ({"default_graphs": ["http://example.org/two"]}, "{ ?s ?p ?o }", 3),
        ({"default_graphs": ["http://example.org/none"]}, "{ ?s ?p ?o }", 0),
        ({"default_graphs": ["http://example.org/two"]}, "FROM e:one { ?s ?p ?o }", 3),
        ({"named_graphs": ["http://example.org/two"]}, "{ GRAPH ?g { ?s ?p ?o } }", 3),
        ({"named_graphs": ["http://example.org/two"]}, "{ ?s ?p ?o }", 0),
    ],
)
def test_the_request_s_graphs_replace_the_query_s(
    store: Store, graphs: dict[str, list[str]], query: str, expected: int
) -> None:
    """Graphs given with the request are the dataset, whatever the query says (SPARQL 1.1 Protocol, 2.1.4)."""
    assert count(store, E + COUNT + query, **graphs) == expected


@pytest.mark.parametrize("media", RESULTS, ids=lambda media: media.suffix)
def test_too_many_rows_are_refused_or_cut(store: Store, media: Media) -> None:
    """An answer with more rows than the limit is an error; where a part was asked for, it is cut and says so."""
    query = "SELECT * { ?s ?p ?o }"
    if media not in store.offered:
        return
    with pytest.raises(ResultTooLarge):
        store.query(query, media, limits=Limits(rows=9))
    whole = store.query(query, media, limits=Limits(rows=10))
    part = store.query(query, media, limits=Limits(rows=4, partial=True))
    assert (whole.count_rows(), whole.truncated, part.count_rows(), part.truncated) == (10, None, 4, 4)


def test_a_lower_limit_of_the_query_stands(store: Store) -> None:
    """A LIMIT below ours is kept, one above ours is refused only where there are more rows."""
    few = store.query("SELECT * { ?s ?p ?o } LIMIT 2 # 5", kinds.CSV, limits=Limits(rows=4))
    many = store.query("SELECT * { ?s ?p ?o } LIMIT 50", kinds.CSV, limits=Limits(rows=10))
    assert (few.count_rows(), many.count_rows(), many.truncated) == (2, 10, None)


def test_too_many_bytes_are_refused(store: Store) -> None:
    """An answer of more bytes than the limit is an error."""
    with pytest.raises(ResultTooLarge, match="100 bytes"):
        store.query("SELECT * { ?s ?p ?o }", kinds.JSON, limits=Limits(bytes=100))


@pytest.mark.parametrize(
    ("query", "kind", "words"),
    [
        ("", QueryRejected, "empty"),
        ("SELECT", QueryRejected, ""),
        ("ASK {} ASK {}", QueryRejected, ""),
        ("SELECT * { ?s zz:p ?o }", QueryRejected, "PREFIX zz: <http://example.org/zz#>"),
        ("INSERT DATA { <a:> <a:> <a:> }", QueryRefused, "read-only"),
        ("ASK { SERVICE <http://127.0.0.1/> {} }", QueryRefused, "SERVICE"),
        ("ASK { FILTER(" + "(" * 10_000, QueryRefused, "500"),
    ],
    ids=["empty", "unfinished", "two", "prefix", "update", "service", "deep"],
)
def test_what_is_not_a_query_is_refused(store: Store, query: str, kind: type[StoreError], words: str) -> None:
    """A wrong query is rejected and a forbidden one refused, with the next step where it is known."""
    with pytest.raises(kind, match=re.escape(words) or "."):
        store.query(query, kinds.JSON, limits=LIMITS)


def test_results_are_not_written_as_graphs(store: Store) -> None:
    """A SELECT in Turtle and a CONSTRUCT in CSV are refused."""
    for query, media in (("SELECT * {}", kinds.TURTLE), ("CONSTRUCT WHERE { ?s ?p ?o }", kinds.CSV)):
        with pytest.raises((NotOffered, QueryRejected)):
            store.query(query, media, limits=LIMITS)


@pytest.mark.parametrize(
    ("query", "media"), [("ASK {}", kinds.JSON), ("SELECT * {} LIMIT 1", kinds.JSON), ("DESCRIBE <a:b>", kinds.TURTLE)]
)
def test_the_form_of_the_query_takes_its_own_media_type(store: Store, query: str, media: Media) -> None:
    """Who takes one media type for rows and one for RDF gets that of the query's form, and is told the form."""
    found = store.query(query, Variants(rows=kinds.JSON, graph=kinds.TURTLE), limits=LIMITS)
    assert (found.media, found.form.value) == (media, query.split(maxsplit=1)[0])


@pytest.mark.parametrize(
    ("query", "wanted"),
    [("ASK {}", Variants(rows=None, graph=kinds.TURTLE)), ("DESCRIBE <a:b>", Variants(rows=kinds.JSON, graph=None))],
)
def test_who_takes_only_the_other_family_is_refused(store: Store, query: str, wanted: Variants) -> None:
    """An answer that the client takes nothing of is not made."""
    with pytest.raises(NotOffered):
        store.query(query, wanted, limits=LIMITS)


def test_an_unknown_function_is_an_error_in_its_row(store: Store) -> None:
    """A call of a function that nobody knows leaves its variable unbound, and the query is answered."""
    answer = store.query("SELECT (<http://x/f>(1) AS ?x) {}", kinds.TSV, limits=LIMITS)
    assert answer.read() == b"?x\n\n"


def test_the_same_graph_is_the_same_bytes(data: Path, make: Callable[[Path], Store]) -> None:
    """Two processes write a CONSTRUCT in Turtle with the same prefix lines in the same order."""
    written = []
    for _ in range(2):
        store = make(data)
        written.append(store.query("CONSTRUCT WHERE { ?s ?p ?o }", kinds.TURTLE, limits=LIMITS).read())
        store.close()
    assert written[0] == written[1]
    assert written[0].startswith(b"@prefix e: <http://example.org/> .\n@prefix zz:")


@pytest.fixture(name="make")
def _make() -> Callable[[Path], Store]:
    return lambda path: open_store(path, settings=settings_from({}, {"workers": "1"}), prefixes=PREFIXES)
