"""Opening: a release with its answers kept, another process's store, files, and what is not there."""

import pickle
from pathlib import Path

import pytest

from publisher.errors import StoreError
from publisher.rdf.media import TSV
from publisher.rdf.prefixes import Prefixes
from publisher.release.content import Content, Description
from publisher.release.read import Release
from publisher.release.write import write_release
from publisher.settings import settings_from
from publisher.store.answers import Cached
from publisher.store.engines.embedded import Embedded
from publisher.store.engines.remote import Remote
from publisher.store.open import open_store
from publisher.store.port import Limits

SETTINGS = settings_from({}, {"workers": "1"})
PREFIXES = Prefixes({})
LIMITS = Limits()
QUERY = "SELECT ?o { <http://e/a> <http://e/p> ?o }"


def release(tmp_path: Path, version: str) -> Release:
    """Write a release of one statement that names its version."""
    quads = tmp_path / f"{version}.nq"
    quads.write_text(f'<http://e/a> <http://e/p> "{version}" <http://e/g> .\n', encoding="utf-8")
    about = Description(
        name="tiny",
        title="Tiny",
        description="One statement.",
        base="http://e/",
        iri="http://e/dataset",
        version=version,
        licence="",
        language="en",
        prefixes=PREFIXES,
    )
    return write_release(Content(description=about, quads=(quads,)), tmp_path / "releases")


@pytest.mark.parametrize("in_memory", [1_000_000, 0], ids=["in memory", "on disk"])
def test_the_answers_of_a_release_are_kept(tmp_path: Path, in_memory: int) -> None:
    """The answers of a release are kept beside its index, and another process that was sent the store finds them."""
    settings = settings_from({}, {"workers": "1", "in_memory_quads": str(in_memory), "cache_ms": "0"})
    store = open_store(release(tmp_path, "1"), settings=settings, prefixes=PREFIXES)
    assert isinstance(store, Cached)
    try:
        told = [store.query(QUERY, TSV, limits=LIMITS) for _ in range(2)]
        assert [(answer.cached, answer.read()) for answer in told] == [(False, b'?o\n"1"\n'), (True, b'?o\n"1"\n')]
        assert told[0].etag == told[1].etag
        assert store.status()["in_memory"] is bool(in_memory)
        sent = pickle.loads(pickle.dumps(store))  # noqa: S301 (our own pickle)
        again, new = (sent.query(query, TSV, limits=LIMITS) for query in (QUERY, f"{QUERY} # new"))
        assert [(answer.cached, answer.read()) for answer in (again, new)] == [
            (flag, b'?o\n"1"\n') for flag in (True, False)
        ]
        sent.close()
    finally:
        store.close()
    assert [path.parent.name for path in (tmp_path / "releases/.index").glob("*/answers")] == ["1"]


def test_answers_of_another_release_are_not_kept(tmp_path: Path) -> None:
    """What another release than one's own has answered is given, but not kept."""
    store = open_store(release(tmp_path, "1"), settings=SETTINGS, prefixes=PREFIXES)
    assert isinstance(store, Cached)
    other = Cached(store.store, tmp_path / "elsewhere", "tiny 2", max_bytes=1000)
    try:
        told = [other.query(QUERY, TSV, limits=LIMITS) for _ in range(2)]
    finally:
        store.close()
    assert [(answer.cached, answer.etag, answer.read()) for answer in told] == [(False, None, b'?o\n"1"\n')] * 2


def test_without_isolation_the_engine_is_here(data: Path) -> None:
    """With isolated=False the engine runs in this process."""
    store = open_store(data, settings=SETTINGS, prefixes=PREFIXES, isolated=False)
    assert isinstance(store, Embedded)


def test_a_url_is_a_remote_endpoint() -> None:
    """A text is the URL of an endpoint; nothing is asked before the first query."""
    store = open_store("http://127.0.0.1:9/sparql", settings=SETTINGS, prefixes=PREFIXES)
    assert isinstance(store, Remote)
    with pytest.raises(StoreError, match="cannot be reached"):
        store.query("ASK {}", TSV, limits=LIMITS)


@pytest.mark.parametrize(
    ("name", "words"), [("none.ttl", "no such file"), ("data.xyz", "suffix"), ("wrong.ttl", "wrong.ttl:1")]
)
def test_what_cannot_be_opened_is_told(tmp_path: Path, name: str, words: str) -> None:
    """A missing file, an unknown suffix and wrong RDF are told with the file's name."""
    if name != "none.ttl":
        (tmp_path / name).write_text("wrong", encoding="utf-8")
    with pytest.raises(StoreError) as caught:
        open_store(tmp_path / name, settings=SETTINGS, prefixes=PREFIXES, isolated=False)
    assert words in str(caught.value)
    assert name in str(caught.value)


def test_the_plain_default_graph_is_the_data_s_own(data: Path) -> None:
    """With the plain default graph only what lies outside named graphs is found without GRAPH."""
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    for choice, expected in (("plain", b"?n\n1\n"), ("union", b"?n\n10\n")):
        store = open_store(data, settings=SETTINGS, prefixes=PREFIXES, default_graph=choice, isolated=False)  # type: ignore[arg-type]
        assert store.query(count, TSV, limits=LIMITS).read() == expected
