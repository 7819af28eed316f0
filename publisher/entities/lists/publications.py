"""The nanopublications of a release, by their own IRIs and by the facts they publish.

They are no part of the store, since each repeats a fact in four graphs of its own; an SQLite file beside the index
holds the text of each. Every call opens it anew, so that it may be shared by threads and processes.
It refuses to make that file twice, or where it cannot be written: then the site has no such pages.
"""

import gzip
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path

from publisher.rdf.media import TRIG
from publisher.rdf.quads import Term, parse_terms
from publisher.release.record import Release
from publisher.store.open import INDEXES

_FORM = 1
_FILE = ".nanopubs.trig.gz"
_INTRODUCES = "http://purl.org/nanopub/x/introduces"
_SCHEMA = "CREATE TABLE publication (iri TEXT PRIMARY KEY, fact TEXT, trig TEXT) WITHOUT ROWID"
_OWN = re.compile(r"@prefix [\w.-]+: <([^>]*)#> \.")


@dataclass(frozen=True, slots=True)
class Publication:
    """One nanopublication: its IRI, the fact that it publishes (empty where it names none), and its text in TriG."""

    iri: str
    fact: str
    trig: str

    def statements(self) -> Iterator[tuple[Term, Term, Term]]:
        """Give what it says, whatever the graph."""
        return parse_terms(self.trig.encode(), media=TRIG, file=self.iri)


class Publications:
    """The nanopublications of one release."""

    __slots__ = ("_path",)

    def __init__(self, path: Path):
        """Take the file that :func:`index` made."""
        self._path = path

    def get(self, iri: str) -> Publication | None:
        """Give the nanopublication with an IRI."""
        row = self._row("SELECT iri, fact, trig FROM publication WHERE iri = ?", iri)
        return Publication(*map(str, row)) if row else None

    def of(self, fact: str) -> str:
        """Give the IRI of the nanopublication of a fact, or nothing."""
        row = self._row("SELECT iri FROM publication WHERE fact = ?", fact)
        return str(row[0]) if row else ""

    def _row(self, query: str, value: str) -> tuple[object, ...] | None:
        with closing(sqlite3.connect(f"{self._path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            row: tuple[object, ...] | None = connection.execute(query, (value,)).fetchone()
            return row


def publications_of(release: Release) -> Publications | None:
    """Give the nanopublications of a release, indexed now where nobody did; None where it has none."""
    edition = next((name for name in release.files if name.endswith(_FILE)), None)
    if edition is None:
        return None
    folder = release.path.parent / INDEXES / release.version
    path = folder / f"nanopubs-{_FORM}-{release.identity[:16]}.sqlite"
    try:
        if not path.is_file():
            folder.mkdir(parents=True, exist_ok=True)
            index(release.path / edition, path)
    except (OSError, sqlite3.Error):
        return None
    return Publications(path)


def index(edition: Path, path: Path) -> None:
    """Write the index of an edition; it appears whole or not at all."""
    fresh = path.with_suffix(f".new-{os.getpid()}")
    try:
        with gzip.open(edition, "rt", encoding="utf-8") as lines, closing(sqlite3.connect(fresh)) as connection:
            connection.execute(_SCHEMA)
            rows = ((item.iri, item.fact, item.trig) for item in _read(lines))
            connection.executemany("INSERT INTO publication VALUES (?, ?, ?)", rows)
            connection.execute("CREATE INDEX by_fact ON publication (fact)")
            connection.commit()
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _read(lines: Iterator[str]) -> Iterator[Publication]:
    """Take an edition apart: the prefixes that all share, then each publication from where its own is declared."""
    shared = list(takewhile(str.strip, lines))
    piece: list[str] = []
    for line in lines:
        if line.startswith("@prefix ") and piece:
            yield _publication(shared, piece)
            piece = []
        piece.append(line)
    if piece:
        yield _publication(shared, piece)


def _publication(shared: list[str], piece: list[str]) -> Publication:
    text = "".join(piece).strip() + "\n"
    used = "".join(line for line in shared if re.search(rf"(?<![\w.-]){re.escape(line.split()[1])}", text))
    iri = _OWN.search(text)
    made = Publication(iri[1] if iri else "", "", used + text)
    fact = next((object_.value for _, predicate, object_ in made.statements() if predicate.value == _INTRODUCES), "")
    return replace(made, fact=fact)
