"""Finding things by name: an SQLite full-text index over labels, synonyms, identifiers and IRIs.

Built once for a release, opened read-only by any number of processes. Search is by prefix of every word, ranked by
how well the name fits and how many facts use the thing; where nothing fits, by shared three-letter runs, so a
misspelling still finds its thing. It refuses to be asked in FTS5's own query language: words are always quoted.
"""

import re
import sqlite3
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from publisher.entities.graph import Graph
from publisher.entities.naming import LABELS, TYPE, Naming, telling
from publisher.entities.reader import Reader
from publisher.errors import StoreError
from publisher.rdf import names
from publisher.rdf.prefixes import Prefixes

_SCHEMA = """
CREATE TABLE thing (number INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE, label TEXT NOT NULL, kind TEXT NOT NULL,
                    class TEXT NOT NULL, uses INTEGER NOT NULL, part TEXT NOT NULL);
CREATE TABLE name (thing INTEGER NOT NULL, text TEXT NOT NULL, folded TEXT NOT NULL, rank INTEGER NOT NULL);
CREATE INDEX name_folded ON name (folded);
CREATE VIRTUAL TABLE words USING fts5(text, content='name', content_rowid='rowid', prefix='2 3 4',
                                      tokenize="unicode61 remove_diacritics 2");
CREATE VIRTUAL TABLE runs USING fts5(text, content='name', content_rowid='rowid', tokenize='trigram');
"""
_SAME = (f"{names.SKOS}exactMatch", f"{names.OWL}sameAs")
_WORD = re.compile(r"[^\W_]+")
_LONGEST = 200
_RUN = 3
_LIKE = 0.34


@dataclass(frozen=True, slots=True)
class Hit:
    """A thing that was found: its IRI, label, kind, the name that matched, and the number of facts that use it."""

    iri: str
    label: str
    kind: str
    matched: str
    uses: int


def build_lookup(reader: Reader, path: Path) -> int:
    """Write the index of everything that a store names, and give the number of things in it."""
    graph = reader.graph("lookup")
    mentions = reader.rows("mentions") if reader.role("predicate") else []
    uses: dict[str, int] = {}
    said: dict[str, set[str]] = {}
    for row in mentions:
        iri = row["s"].value
        uses[iri] = uses.get(iri, 0) + int(row["uses"].value)
        if "name" in row:
            said.setdefault(iri, set()).add(row["name"].value)
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    try:
        with connection:
            connection.executescript(_SCHEMA)
            _fill(connection, reader, graph, uses, said)
            connection.execute("INSERT INTO words(words) VALUES ('rebuild')")
            connection.execute("INSERT INTO runs(runs) VALUES ('rebuild')")
        return int(connection.execute("SELECT count(*) FROM thing").fetchone()[0])
    finally:
        connection.close()


def _fill(
    connection: sqlite3.Connection, reader: Reader, graph: Graph, uses: dict[str, int], said: dict[str, set[str]]
) -> None:
    classes = {kind for iri in graph for kind in graph.iris(iri, TYPE)}
    naming = Naming(reader, classes)
    for number, iri in enumerate(sorted({*graph, *uses}), 1):
        label = graph.text(iri, LABELS, reader.about.language) or naming.words(iri)
        kinds = [kind for kind in telling(reader, graph.iris(iri, TYPE)) if not kind.startswith(names.OWL)]
        kind = naming.name(kinds[0]) if kinds else ""
        part = _part(reader, iri, kinds)
        row = (number, iri, label, kind, kinds[0] if kinds else "", uses.get(iri, 0), part)
        connection.execute("INSERT INTO thing VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        known = _names(reader.about.prefixes, graph, iri, label, said.get(iri, set()))
        connection.executemany(
            "INSERT INTO name VALUES (?, ?, ?, ?)", ((number, text, fold(text), rank) for text, rank in known.items())
        )


def _part(reader: Reader, iri: str, kinds: list[str]) -> str:
    for part, suffix in (("fact", "fact/"), ("evidence", "evidence/")):
        start = reader.about.base + reader.about.paths.get(part, suffix)
        if reader.role("predicate") and iri.startswith(start):
            return "part" if "#" in iri else part
    return "thing" if "#" not in iri or kinds else "part"


def _names(prefixes: Prefixes, graph: Graph, iri: str, label: str, said: Iterable[str]) -> dict[str, int]:
    found = {label: 0}
    for predicate, objects in graph.of(iri):
        for item in objects:
            if item.is_literal:
                found.setdefault(item.value[:_LONGEST], 1)
            elif predicate in _SAME:
                for other in _identifiers(prefixes, item.value):
                    found.setdefault(other, 2)
    for text in said:
        found.setdefault(text[:_LONGEST], 1)
    for identifier in _identifiers(prefixes, iri):
        found.setdefault(identifier, 2)
    return found


def _identifiers(prefixes: Prefixes, iri: str) -> tuple[str, ...]:
    curie = prefixes.compress(iri)
    return (iri, curie, curie.partition(":")[2]) if curie else (iri,)


def fold(text: str) -> str:
    """Give a text without case, accents and doubled blanks, for comparing names."""
    plain = unicodedata.normalize("NFKD", text.replace("\0", " ").casefold())
    return " ".join("".join(letter for letter in plain if not unicodedata.combining(letter)).split())


class Lookup:
    """A read-only index of names; safe to use from several threads (each call opens its own cursor)."""

    __slots__ = ("_connection",)

    def __init__(self, path: Path):
        """Open an index; raise StoreError where there is none or it is not one."""
        try:
            self._connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False)
            self._connection.execute("SELECT 1 FROM thing LIMIT 1")
        except sqlite3.Error as error:
            raise StoreError(f"cannot open the index of names {path}: {error}", fix="build the index again") from None

    def close(self) -> None:
        """Close the index."""
        self._connection.close()

    def resolve(self, text: str) -> tuple[Hit, ...]:
        """Give the things that have exactly this name, identifier or IRI, the most used first."""
        return self._hits(
            "SELECT t.iri, t.label, t.kind, n.text, t.uses FROM name n JOIN thing t ON t.number = n.thing"
            " WHERE n.folded = ? ORDER BY n.rank, t.uses DESC, t.iri LIMIT 20",
            (fold(text),),
        )

    def search(self, text: str, *, limit: int = 20, offset: int = 0, kinds: tuple[str, ...] = ()) -> tuple[Hit, ...]:
        """Give things whose names hold every word of a text as a prefix; where none does, things named alike."""
        found = self._words(text, limit + offset, kinds) or self._alike(text, limit + offset)
        return found[offset : offset + limit]

    def suggest(self, text: str, *, limit: int = 10) -> tuple[Hit, ...]:
        """Give what a person who typed this much may mean."""
        return self.search(text, limit=limit)

    def kinds(self) -> tuple[tuple[str, str, int], ...]:
        """Give each class in use: IRI, name and number of its things, the largest first."""
        rows = self._connection.execute(
            "SELECT class, kind, count(*) FROM thing WHERE class != '' AND part != 'part'"
            " GROUP BY class ORDER BY count(*) DESC, kind"
        )
        return tuple((str(iri), str(kind), int(count)) for iri, kind, count in rows)

    def of_kind(self, iri: str, *, limit: int = 100, offset: int = 0) -> tuple[Hit, ...]:
        """Give the things of a class, by label."""
        return self._hits(
            "SELECT iri, label, kind, '', uses FROM thing WHERE class = ? AND part != 'part'"
            " ORDER BY label COLLATE NOCASE, iri LIMIT ? OFFSET ?",
            (iri, limit, offset),
        )

    def all_iris(self) -> tuple[str, ...]:
        """Give the IRI of every thing that has a page of its own, sorted."""
        rows = self._connection.execute("SELECT iri FROM thing WHERE part != 'part' ORDER BY iri")
        return tuple(str(row[0]) for row in rows)

    def _words(self, text: str, limit: int, kinds: tuple[str, ...]) -> tuple[Hit, ...]:
        words = _WORD.findall(text[:_LONGEST])
        if not words:
            return ()
        query = " ".join(f'"{word}"*' for word in words)
        barred = "" if kinds else " AND t.part NOT IN ('part', 'evidence')"
        only = f" AND t.class IN ({','.join('?' * len(kinds))})" if kinds else ""
        return self._hits(
            "SELECT t.iri, t.label, t.kind, n.text, t.uses FROM words JOIN name n ON n.rowid = words.rowid"  # noqa: S608 - only placeholders are put in
            f" JOIN thing t ON t.number = n.thing WHERE words MATCH ?{barred}{only}"
            " ORDER BY (n.folded != ?), (t.part != 'thing'), n.rank, min(t.uses, 1) DESC, length(n.text), t.uses DESC,"
            " t.iri LIMIT ?",
            (query, *kinds, fold(text), limit * 4),
        )[:limit]

    def _alike(self, text: str, limit: int) -> tuple[Hit, ...]:
        """Give things by shared three-letter runs (Dice's coefficient over the runs of the two names)."""
        folded = fold(text)[:_LONGEST]
        runs = {folded[at : at + _RUN] for at in range(len(folded) - _RUN + 1)}
        if not runs:
            return ()
        query = " OR ".join('"' + run.replace('"', '""') + '"' for run in sorted(runs))
        found = self._hits(
            "SELECT t.iri, t.label, t.kind, n.text, t.uses FROM runs JOIN name n ON n.rowid = runs.rowid"
            " JOIN thing t ON t.number = n.thing WHERE runs MATCH ? AND t.part = 'thing' ORDER BY bm25(runs) LIMIT 400",
            (query,),
        )
        scored = [(_dice(runs, fold(hit.matched)), hit) for hit in found]
        close = [item for item in scored if item[0] >= _LIKE]
        close.sort(key=lambda item: (-item[0], -item[1].uses, item[1].iri))
        return tuple(hit for _, hit in close[:limit])

    def _hits(self, query: str, values: tuple[object, ...]) -> tuple[Hit, ...]:
        seen: dict[str, Hit] = {}
        for iri, label, kind, matched, uses in self._connection.cursor().execute(query, values):
            seen.setdefault(str(iri), Hit(str(iri), str(label), str(kind), str(matched), int(uses)))
        return tuple(seen.values())


def _dice(runs: set[str], other: str) -> float:
    theirs = {other[at : at + _RUN] for at in range(len(other) - _RUN + 1)}
    return 2 * len(runs & theirs) / (len(runs) + len(theirs)) if theirs else 0.0
