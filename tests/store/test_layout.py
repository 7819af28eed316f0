"""A default graph is a set: a triple that stands in several graphs is met once, and named graphs stay as they are."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from publisher.errors import StoreError
from publisher.rdf.media import CSV
from publisher.rdf.prefixes import Prefixes
from publisher.settings import settings_from
from publisher.store.broker.workers import Workers
from publisher.store.index import DIRECTORY, build_index
from publisher.store.layout import Layout, lay_out, layout_from
from publisher.store.open import open_store
from publisher.store.port import Limits, Store

E = "http://example.org/"
SHARED = f"""
<{E}s> <{E}p> <{E}o> <{E}one> .
<{E}s> <{E}p> <{E}o> <{E}two> .
<{E}s> <{E}q> <{E}o> <{E}two> .
<{E}s> <{E}r> <{E}o> <{E}three> .
<{E}s> <{E}p> <{E}o> .
_:b <{E}p> <{E}o> <{E}one> .
"""
APART = f"<{E}s> <{E}p> <{E}o> <{E}one> .\n<{E}s> <{E}q> <{E}o> <{E}two> .\n"
ALL, EACH = "SELECT (COUNT(*) AS ?n) FROM_CLAUSE { ?s ?p ?o }", "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"


@pytest.fixture(name="shared", scope="module", params=["embedded", "workers", "on disk"])
def _shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("shared")
    data = folder / "shared.nq"
    data.write_text(SHARED, encoding="utf-8")
    place = build_index(data, folder / "index", "1") if request.param == "on disk" else data
    store = open_store(place, settings=settings_from({}), prefixes=Prefixes({}), isolated=request.param == "workers")
    yield store
    store.close()


def _count(store: Store, text: str, default: tuple[str, ...] = (), named: tuple[str, ...] = ()) -> int:
    graphs = {"default_graphs": [E + name for name in default], "named_graphs": [E + name for name in named]}
    found = store.query(text.replace("FROM_CLAUSE", ""), CSV, limits=Limits(), **graphs).read()
    return int(found.split()[1])


def test_the_union_is_a_set(shared: Store) -> None:
    """A triple of three graphs is one triple of the union, and GRAPH still shows it in each."""
    assert (_count(shared, ALL), _count(shared, EACH)) == (4, 5)


@pytest.mark.parametrize(
    ("graphs", "expected"),
    [(("one",), 2), (("one", "two"), 3), (("one", "three"), 3), (("one", "two", "three"), 4), (("one", "one"), 2)],
)
def test_graphs_of_a_request_are_one_set(shared: Store, graphs: tuple[str, ...], expected: int) -> None:
    """Graphs named by the request, or by FROM, are merged as sets."""
    clauses = " ".join(f"FROM <{E}{name}>" for name in graphs)
    assert (_count(shared, ALL, graphs), _count(shared, ALL.replace("FROM_CLAUSE", clauses))) == (expected, expected)


def test_named_graphs_beside_a_merge(shared: Store) -> None:
    """Beside a merged default graph only the named graphs that were asked for are there."""
    both = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o GRAPH ?g { ?s ?r ?o } }"
    assert _count(shared, both, ("one", "two"), ("three",)) == 2
    assert _count(shared, EACH, ("one", "two")) == 0


def test_a_blank_node_is_one_in_union_and_graph(shared: Store) -> None:
    """A blank node of a graph is the same one in the union."""
    both = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o GRAPH ?g { ?s ?p ?o } FILTER(isBlank(?s)) }"
    assert _count(shared, both) == 1


@pytest.mark.parametrize(("default", "expected"), [("union", 4), ("plain", 1)])
def test_plain_reads_the_data_s_own_default_graph(
    tmp_path: Path, default: str, expected: int, start_on: Callable[[Path, str], Store]
) -> None:
    """Where the default graph is to be that of the data, nothing is added to it."""
    data = tmp_path / "shared.nq"
    data.write_text(SHARED, encoding="utf-8")
    assert _count(start_on(data, default), ALL) == expected
    assert _count(start_on(data, default), ALL, ("one", "two")) == 3


def test_graphs_that_share_nothing_are_not_copied() -> None:
    """Where no triple stands twice the engine chains the graphs; one graph alone needs nothing at all."""
    store = ox.Store()
    store.bulk_load(APART.encode(), ox.RdfFormat.N_QUADS)
    assert (lay_out(store, union=True), len(store)) == (Layout(chained=True), 2)
    alone = ox.Store()
    alone.bulk_load(b"<urn:s> <urn:p> <urn:o> .", ox.RdfFormat.N_TRIPLES)
    assert (lay_out(alone, union=True), len(alone)) == (Layout(), 1)


def test_a_layout_is_kept_as_json() -> None:
    """What is written beside an index is what is read."""
    layout = Layout(chained=True, shared=frozenset({frozenset({"urn:a", "urn:b"})}))
    assert layout_from(layout.to_json()) == layout


def test_an_index_is_opened_as_it_was_built(tmp_path: Path, start_on: Callable[[Path, str], Store]) -> None:
    """An index with the union in its default graph is not opened as plain, and a foreign directory not at all."""
    data = tmp_path / "shared.nq"
    data.write_text(SHARED, encoding="utf-8")
    index = build_index(data, tmp_path, "1", union=False)
    assert _count(start_on(index, "plain"), ALL) == 1
    with pytest.raises(StoreError, match="the default graph of the data"):
        start_on(index, "union")
    assert build_index(data, tmp_path, "1") == index
    assert _count(start_on(index, "union"), ALL) == 4
    (index / DIRECTORY / "exportin-layout.json").unlink()
    with pytest.raises(StoreError, match="no index that was built here"):
        start_on(index, "union")


@pytest.fixture(name="start_on")
def _start_on() -> Iterator[Callable[[Path, str], Store]]:
    opened: list[Store] = []

    def start(place: Path, default: str) -> Store:
        kind = "plain" if default == "plain" else "union"
        store = open_store(place, settings=settings_from({}), prefixes=Prefixes({}), default_graph=kind, isolated=False)
        opened.append(store)
        return store

    yield start
    for store in opened:
        assert not isinstance(store, Workers)
        store.close()
