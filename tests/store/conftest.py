"""Small data and settings that every test of the store shares."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from publisher.rdf.prefixes import Prefixes
from publisher.settings import settings_from
from publisher.store.broker.workers import Workers
from publisher.store.open import open_store

DATA = """
@prefix e: <http://example.org/> .
e:plain e:p "in the default graph" .
e:one { e:a e:p 1, 2, 3 ; e:label "},{" , "a \\"quoted\\" line\\nand another" , "déjà"@fr . }
e:two { e:b e:p 4 . e:c e:knows e:a . e:a e:knows e:b . }
"""
PREFIXES = Prefixes({"e": "http://example.org/", "zz": "http://example.org/zz#"})


@pytest.fixture(name="data", scope="session")
def _data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "small.trig"
    path.write_text(DATA, encoding="utf-8")
    return path


@pytest.fixture(name="many", scope="session")
def _many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give 3 000 triples: enough for a cross product that does not end."""
    path = tmp_path_factory.mktemp("data") / "many.nt"
    path.write_text("".join(f'<http://example.org/{n}> <http://example.org/p> "{n}" .\n' for n in range(3000)))
    return path


@pytest.fixture(name="start")
def _start() -> Iterator[Callable[..., Workers]]:
    """Start workers on a file with settings by name; all are closed at the end of the test."""
    opened: list[Workers] = []

    def start(source: Path, **given: object) -> Workers:
        settings = settings_from({}, {"workers": "2", **{name: str(value) for name, value in given.items()}})
        store = open_store(source, settings=settings, prefixes=PREFIXES)
        assert isinstance(store, Workers)
        opened.append(store)
        return store

    yield start
    for store in opened:
        store.close()
