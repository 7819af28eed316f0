"""The index of names of data that one answer cannot hold."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from publisher.entities.names.lookup import Lookup, build_lookup
from publisher.entities.reader import NOTHING, Reader
from publisher.errors import ResultTooLarge
from publisher.rdf.names import RDF, RDFS, SKOS
from publisher.settings import settings_from
from publisher.store.open import open_store
from publisher.store.port import Limits
from publisher.store.sending import Target, send
from tests import virtuoso

NUMBER = 4000
_CONTENT = (
    "SELECT n.rowid, t.iri, t.label, t.kind, t.class, t.uses, t.part, n.text, n.folded, n.joined, n.bag, n.rank"
    " FROM name n JOIN thing t ON t.number = n.thing ORDER BY n.rowid",
    "SELECT t.iri, c.iri FROM thing t JOIN class c"
    " ON ' ' || t.classes || ' ' LIKE '% k' || c.number || ' %' ORDER BY 1, 2",
    "SELECT rowid FROM words WHERE words MATCH 'thing OR light' ORDER BY rowid",
    "SELECT a.key, a.spelt, a.own, t.iri FROM alias a JOIN thing t ON t.number = a.thing ORDER BY 1, 2, 3, 4",
    "SELECT iri, label, things FROM class ORDER BY iri",
    "SELECT * FROM space ORDER BY 1, 2, 3",
    "SELECT * FROM run ORDER BY 1",
)


def content(path: Path) -> list[list[tuple[object, ...]]]:
    """Give all that an index says, without the numbers that it gives to things."""
    connection = sqlite3.connect(path)
    try:
        return [connection.execute(query).fetchall() for query in _CONTENT]
    finally:
        connection.close()


@pytest.fixture(name="data", scope="module")
def _data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give 4000 things of three classes, one under another, some with a second name, some without any."""
    path = tmp_path_factory.mktemp("many") / "many.nq"
    at = "<http://e.example/{}>".format
    graph = at("graph")
    with path.open("w", encoding="utf-8") as out:
        out.write(
            f"{at('C2')} <{RDFS}subClassOf> {at('C1')} {graph} .\n{at('C1')} <{RDFS}subClassOf> {at('C0')} {graph} .\n"
        )
        for number in range(NUMBER):
            thing = at(f"é{number:05d}")
            out.write(f"{thing} <{RDF}type> {at(f'C{number % 3}')} {graph} .\n")
            if number % 7:
                out.write(f'{thing} <{RDFS}label> "thing number {number}"@en {graph} .\n')
            if number % 5 == 0:
                out.write(f'{thing} <{SKOS}altLabel> "Önskad {number}" {graph} .\n')
    return path


@pytest.fixture(name="many", scope="module")
def _many(data: Path, reader: Reader) -> Iterator[Reader]:
    store = open_store((data,), settings=settings_from({}, {"workers": "1"}), prefixes=reader.about.prefixes)
    yield Reader(store, replace(reader.about, graphs={}, roles={}), Limits(rows=1_000_000))
    store.close()


@pytest.mark.parametrize("rows", [1000, 60])
def test_portions_make_the_index_that_one_answer_makes(many: Reader, tmp_path: Path, rows: int) -> None:
    """However many portions the names are read in, every name is there once, in the same order."""
    told: list[str] = []
    assert build_lookup(many, tmp_path / "whole.sqlite", tell=told.append) == NUMBER
    assert told == []
    assert build_lookup(many, tmp_path / "parts.sqlite", rows=rows, tell=told.append) == NUMBER
    assert told == ["8228 names are read in portions"]
    assert content(tmp_path / "whole.sqlite") == content(tmp_path / "parts.sqlite")


def test_portions_of_facts_keep_uses_and_printed_words(reader: Reader, tmp_path: Path) -> None:
    """What facts say of a thing, and the words they were printed with, are counted in portions as in one."""
    build_lookup(reader, tmp_path / "whole.sqlite")
    told: list[str] = []
    build_lookup(reader, tmp_path / "parts.sqlite", rows=12, tell=told.append)
    assert told
    assert content(tmp_path / "whole.sqlite") == content(tmp_path / "parts.sqlite")


def test_a_portion_with_more_bytes_than_an_answer_is_halved(many: Reader, tmp_path: Path) -> None:
    """Where few rows are many bytes, smaller portions are read, and nothing is lost."""
    build_lookup(many, tmp_path / "whole.sqlite")
    narrow = replace(many, limits=many.limits._replace(bytes=64 * 1024))
    build_lookup(narrow, tmp_path / "parts.sqlite")
    assert content(tmp_path / "whole.sqlite") == content(tmp_path / "parts.sqlite")


def test_names_that_fit_in_no_portion_are_refused(many: Reader, tmp_path: Path) -> None:
    """Where the smallest portion is still too large, there is no index, rather than one with names missing."""
    with pytest.raises(ResultTooLarge):
        build_lookup(many, tmp_path / "none.sqlite", rows=5)


def test_an_endpoint_that_cuts_its_answers_loses_no_name(
    data: Path, many: Reader, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Virtuoso cuts an answer and does not say so; what it gives is held against what it counts, and read again."""
    virtuoso.wanted()
    build_lookup(many, tmp_path / "whole.sqlite")
    with virtuoso.running(tmp_path_factory.mktemp("virtuoso"), rows=2500) as engine:
        target = Target(engine.graph_store, user=engine.user, password=engine.password)
        # without the last one Virtuoso finds nothing where a query asks what a graph that is not there does not hold
        graphs = (*send(data, target, tell=lambda _: None), NOTHING)
        settings = settings_from({})
        store = open_store(engine.endpoint, settings=settings, prefixes=many.about.prefixes, graphs=graphs)
        told: list[str] = []
        build_lookup(replace(many, store=store), tmp_path / "cut.sqlite", tell=told.append)
    assert told == ["8228 names are read in portions"]
    assert content(tmp_path / "whole.sqlite") == content(tmp_path / "cut.sqlite")


def test_the_first_and_the_last_of_many_are_found(many: Reader, tmp_path: Path) -> None:
    """Names that were read in portions are suggested as those of one answer are."""
    build_lookup(many, tmp_path / "parts.sqlite", rows=500)
    lookup = Lookup(tmp_path / "parts.sqlite")
    found = [lookup.suggest(words)[0].iri for words in ("önskad 0", "thing number 3999")]
    lookup.close()
    assert ["http://e.example/é00000", "http://e.example/é03999"] == found
