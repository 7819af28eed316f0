"""Answers that are kept: the right ones, shared, bounded, and never those of another release."""

import hashlib
import os
from pathlib import Path

import pytest

from publisher.errors import QueryRejected
from publisher.rdf.media import CSV, JSON, TSV, TURTLE
from publisher.rdf.prefixes import Prefixes
from publisher.rdf.query import Form
from publisher.settings import settings_from
from publisher.store.answers import Cached
from publisher.store.open import open_store
from publisher.store.port import Limits, Store, Variants
from publisher.store.seen import Seen

LIMITS = Limits()
ALL = "SELECT * { ?s ?p ?o }"


@pytest.fixture(name="engine", scope="module")
def _engine(many: Path) -> Store:
    return open_store(many, settings=settings_from({}), prefixes=Prefixes({}), isolated=False)


@pytest.fixture(name="kept")
def _kept(engine: Store, tmp_path: Path) -> Cached:
    return Cached(engine, tmp_path / "answers", "one 1", max_bytes=10_000_000)


@pytest.mark.parametrize("query", ["ASK {}", ALL], ids=["small", "large"])
def test_an_answer_is_given_again(kept: Cached, query: str) -> None:
    """The second time the same bytes come from the folder, with the SHA-256 of the bytes and the count of rows."""
    first, second = (kept.query(query, TSV, limits=LIMITS) for _ in range(2))
    assert (first.cached, second.cached) == (False, True)
    assert first.read() == second.read()
    assert first.etag == second.etag == hashlib.sha256(second.read()).hexdigest()
    assert (first.count_rows(), first.truncated) == (second.count_rows(), second.truncated)


def test_processes_share_the_answers(kept: Cached, engine: Store, tmp_path: Path) -> None:
    """Another store over the same folder finds the answer without asking its engine."""
    kept.query(ALL, TSV, limits=LIMITS)
    other = Cached(engine, tmp_path / "answers", "one 1", max_bytes=10_000_000)
    assert other.find(ALL, TSV, limits=LIMITS) is not None


def test_who_asks_for_either_family_finds_the_one_that_was_given(kept: Cached) -> None:
    """An answer that was kept under its media type is found by a client that would take RDF as well."""
    first = kept.query("ASK {}", TSV, limits=LIMITS)
    again = kept.query("ASK {}", Variants(rows=TSV, graph=TURTLE), limits=LIMITS)
    assert (again.cached, again.media, again.form, again.etag) == (True, TSV, Form.ASK, first.etag)


def test_the_disk_is_asked_only_for_what_was_seen(kept: Cached, tmp_path: Path) -> None:
    """A query that nobody has kept an answer of is not looked for; where nothing can be marked, every one is."""
    kept.query("ASK {}", TSV, limits=LIMITS)
    seen = Seen(tmp_path / "answers.seen")
    assert ["ASK {}" in seen, "ASK { }" in seen] == [True, False]
    (tmp_path / "file").touch()
    assert "ASK { }" in Seen(tmp_path / "file" / "answers.seen")


def test_each_difference_is_another_answer(kept: Cached) -> None:
    """Another media type, dataset, limit or release finds nothing."""
    kept.query("ASK {}", TSV, limits=LIMITS)
    assert kept.find("ASK {}", CSV, limits=LIMITS) is None
    assert kept.find("ASK  {}", TSV, limits=LIMITS) is None
    assert kept.find("ASK {}", TSV, limits=LIMITS, default_graphs=["http://e/g"]) is None
    assert kept.find("ASK {}", TSV, limits=LIMITS, named_graphs=["http://e/g"]) is None
    assert kept.find("ASK {}", TSV, limits=Limits(partial=True)) is None
    other = Cached(kept.store, kept._directory, "one 2", max_bytes=10_000_000)
    assert other.find("ASK {}", TSV, limits=LIMITS) is None


def test_the_client_makes_no_difference(kept: Cached) -> None:
    """Who asks, and how long the query may run, is no part of the answer."""
    kept.query("ASK {}", TSV, limits=Limits(client="10.0.0.1"))
    assert kept.find("ASK {}", TSV, limits=Limits(client="10.0.0.2", seconds=1.0)) is not None


@pytest.mark.parametrize("function", ["NOW()", "RAND()", "UUID()", "STRUUID()", "now()"])
def test_what_changes_is_not_kept(kept: Cached, function: str) -> None:
    """A query whose answer may differ the next time is never kept and has no etag."""
    answers = [kept.query(f"SELECT ({function} AS ?x) {{}}", JSON, limits=LIMITS) for _ in range(2)]
    assert [(answer.cached, answer.etag) for answer in answers] == [(False, None), (False, None)]


def test_a_word_in_a_string_is_no_function(kept: Cached) -> None:
    """NOW in a string or a comment does not keep an answer from being kept."""
    query = 'SELECT ("NOW()" AS ?x) {} # RAND()'
    kept.query(query, JSON, limits=LIMITS)
    assert kept.find(query, JSON, limits=LIMITS) is not None


def test_failures_are_not_kept(kept: Cached, tmp_path: Path) -> None:
    """A query that fails leaves nothing behind."""
    with pytest.raises(QueryRejected):
        kept.query("SELECT", JSON, limits=LIMITS)
    assert not list((tmp_path / "answers").rglob("*"))


def test_the_folder_is_bounded(engine: Store, tmp_path: Path) -> None:
    """Above the bound the answers that were used least recently leave first."""
    kept = Cached(engine, tmp_path / "answers", "one 1", max_bytes=60_000)
    first = "SELECT * { ?s ?p ?o } LIMIT 1"
    kept.query(first, TSV, limits=LIMITS)
    for number in range(2, 60):
        kept.query(f"CONSTRUCT WHERE {{ ?s ?p ?o }} LIMIT {100 + number}", TURTLE, limits=LIMITS)
        assert kept.find(first, TSV, limits=LIMITS) is not None
    size = sum(path.stat().st_size for path in (tmp_path / "answers").rglob("*") if path.is_file())
    assert size <= 60_000 * 17 / 16


def test_a_damaged_entry_is_asked_again(kept: Cached, tmp_path: Path) -> None:
    """An entry that was cut short, or whose body is gone, counts as missing."""
    kept.query(ALL, TSV, limits=LIMITS)
    for path in (tmp_path / "answers").rglob("*.body"):
        path.unlink()
    assert kept.find(ALL, TSV, limits=LIMITS) is None
    assert kept.query(ALL, TSV, limits=LIMITS).rows == 3000
    kept.query("ASK {}", TSV, limits=LIMITS)
    for path in (tmp_path / "answers").rglob("*"):
        if path.is_file() and not path.suffix:
            path.write_bytes(b'{"etag')
    assert kept.find("ASK {}", TSV, limits=LIMITS) is None


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_cannot_be_written_is_no_failure(engine: Store, tmp_path: Path) -> None:
    """Where answers cannot be kept they are given all the same."""
    tmp_path.chmod(0o500)
    kept = Cached(engine, tmp_path / "answers", "one 1", max_bytes=1000)
    assert kept.query("ASK {}", TSV, limits=LIMITS).read() == b"true"
