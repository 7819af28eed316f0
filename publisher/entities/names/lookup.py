"""Finding things by name or identifier, in an SQLite index over labels, synonyms and every spelling of an identifier.

Opened read-only by any number of processes. Search is by prefix of every word, ranked by how well the name fits and
how many facts use the thing; where nothing fits, by shared three-letter runs, so a misspelling still finds its thing.
It refuses to be asked in FTS5's own query language: words are always quoted.
"""

import re
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from publisher.entities.names.aliases import Space, spelling_of
from publisher.entities.names.index import FORM, IDENTIFIER, LABEL, LONGEST, PRINTED, RELATED, SYNONYM, build_lookup
from publisher.entities.names.orthography import bag, fold, joined
from publisher.errors import StoreError
from publisher.rdf.prefixes import Prefixes

__all__ = [
    "IDENTIFIER", "LABEL", "PRINTED", "RELATED", "SYNONYM", "Found", "Hit", "Lookup", "Named", "build_lookup", "fold",
]  # fmt: skip

_WORD = re.compile(r"[^\W_]+")
_RUN = 3
_RARE = 6
_FEWEST = 3
_PIECES = 3
_LIKE, _CLOSE = 0.34, 0.7
_SOME = 200
_NAMES = 2000
_COLUMNS = "t.iri, t.label, t.kind, n.text, t.uses"


@dataclass(frozen=True, slots=True)
class Hit:
    """A thing that was found: its IRI, label, kind, the name that matched, and the number of facts that use it."""

    iri: str
    label: str
    kind: str
    matched: str
    uses: int


@dataclass(frozen=True, slots=True)
class Found:
    """A thing that an identifier leads to; ``own`` tells its own identifier from that of something the same."""

    hit: Hit
    own: bool


@dataclass(frozen=True, slots=True)
class Named:
    """A thing by one of its names: ``rank`` tells what sort of name (LABEL … PRINTED), ``classes`` what it is."""

    hit: Hit
    rank: int
    classes: tuple[str, ...]


class Lookup:
    """A read-only index of names; safe to use from several threads (each call opens its own cursor)."""

    __slots__ = ("_classes", "_connection", "_numbers", "path", "spelling")

    def __init__(self, path: Path):
        """Open an index; raise StoreError where there is none, or it is of another form."""
        self.path = path
        try:
            self._connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False)
            form = self._connection.execute("PRAGMA user_version").fetchone()[0]
            if form != FORM:
                raise StoreError(f"the index of names {path} has form {form}, not {FORM}", fix="build the index again")
            rows = list(self._connection.execute("SELECT number, iri, label, things FROM class ORDER BY iri"))
            spaces = list(self._connection.execute("SELECT prefix, kind, value FROM space"))
        except sqlite3.Error as error:
            raise StoreError(f"cannot open the index of names {path}: {error}", fix="build the index again") from None
        self._classes = {f"k{number}": (str(iri), str(label), int(things)) for number, iri, label, things in rows}
        self._numbers = {iri: token for token, (iri, _, _) in self._classes.items()}
        told: dict[str, dict[str, list[str]]] = {}
        for prefix, kind, value in spaces:
            told.setdefault(kind, {}).setdefault(prefix, []).append(value)
        own = Prefixes({prefix: values[0] for prefix, values in told.get("own", {}).items()})
        names, others = told.get("name", {}), told.get("space", {})
        declared = [
            Space(prefix, tuple(names.get(prefix, ())), tuple(others.get(prefix, ()))) for prefix in {**names, **others}
        ]
        self.spelling = spelling_of(own, declared)

    def close(self) -> None:
        """Close the index."""
        self._connection.close()

    def resolve(self, text: str) -> tuple[Hit, ...]:
        """Give the things that have exactly this name, identifier or IRI, the most used first."""
        return self._hits(
            f"SELECT {_COLUMNS} FROM name n JOIN thing t ON t.number = n.thing"
            " WHERE n.folded = ? ORDER BY n.rank, t.uses DESC, t.iri LIMIT 20",
            (fold(text[:LONGEST]),),
        )

    def identify(self, text: str) -> tuple[Found, ...]:
        """Give the things that an identifier in any spelling leads to: its own, else those that are said to be it.

        One read of the index. A spelling that differs in case counts only where the same in its own case does not.
        """
        keys = self.spelling.keys(text[:2000])
        if not keys:
            return ()
        rows = self._connection.cursor().execute(
            "SELECT a.spelt, a.own, t.iri, t.label, t.kind, t.uses FROM alias a JOIN thing t ON t.number = a.thing"
            f" WHERE a.key IN ({','.join('?' * len(keys))}) ORDER BY t.uses DESC, t.iri LIMIT 50",
            [key.casefold() for key in keys],
        )
        best: dict[tuple[bool, bool], dict[str, Found]] = {}
        for spelt, own, iri, label, kind, uses in rows:
            tier = best.setdefault((spelt not in keys, not own), {})
            tier.setdefault(iri, Found(Hit(iri, label, kind, spelt, uses), bool(own)))
        return tuple(best[min(best)].values()) if best else ()

    def named(self, text: str) -> tuple[tuple[Named, ...], ...]:
        """Give the things of a name in three tiers: as written, written joined or apart, its words in another order."""
        text = text[:LONGEST]
        keys = (("folded", fold(text)), ("joined", joined(text)), ("bag", bag(text)))
        return tuple(
            tuple(item for _, item in self._rows(f"n.{column} = ? AND t.part = 'thing'", (value,))) if value else ()
            for column, value in keys
        )

    def alike(self, text: str, *, limit: int = 50, among: int = _NAMES) -> tuple[Named, ...]:
        """Give things with names that share three-letter runs with a text, those that share most first."""
        return _once(self.near(text, limit=limit * 2, among=among))[:limit]

    def near(self, text: str, *, limit: int = 100, among: int = _NAMES) -> tuple[Named, ...]:
        """Give names that share three-letter runs with a text, several of a thing, those that share most first.

        Names that hold a third of the text come first; those that share its rarest runs, where none of them is close.
        ``among`` bounds the names that are compared, the most used first: fewer are faster.
        """
        folded = fold(text[:LONGEST])
        runs = _runs(folded)
        scored: dict[int, float] = {}
        for parts in (_pieces(folded), self._rarest(runs, among)):
            if len(scored) < among and max(scored.values(), default=0.0) < _CLOSE:
                scored |= {number: _dice(runs, theirs) for number, theirs in self._holding(parts, among - len(scored))}
        best = sorted((-score, number) for number, score in scored.items() if score >= _LIKE)
        close = [number for _, number in best[:limit]]
        found = dict(self._rows(f"n.rowid IN ({','.join('?' * len(close))})", close))
        return tuple(found[number] for number in close)

    def search(self, text: str, *, limit: int = 20, offset: int = 0, kinds: Sequence[str] = ()) -> tuple[Hit, ...]:
        """Give things of that name, those whose names hold every word as a prefix; where none does, things named alike.

        Records of the bookkeeping, such as a row of an alignment or an example query, are found only by their class.
        """
        tokens = self.tokens(kinds)
        if kinds and not tokens:
            return ()
        found = self._words(text, limit + offset, tokens)
        if not found:
            wanted = set(kinds)
            near = self.alike(text, limit=limit + offset, among=_SOME)
            found = tuple(item.hit for item in near if not wanted or wanted & set(item.classes))
        return found[offset : offset + limit]

    def words(self, text: str, *, limit: int = 20, kinds: Sequence[str] = ()) -> tuple[Hit, ...]:
        """Give things, facts aside, whose names hold every word of a text as a prefix."""
        tokens = self.tokens(kinds) if kinds else ("partthing",)
        return () if kinds and not tokens else self._words(text, limit, tokens)

    def suggest(self, text: str, *, limit: int = 10, kinds: Sequence[str] = ()) -> tuple[Hit, ...]:
        """Give what a person who typed this much may mean."""
        return self.search(text, limit=limit, kinds=kinds)

    def kinds(self, below: str | None = None) -> tuple[tuple[str, str, int], ...]:
        """Give each class that things are shown under: IRI, name and number of its things, most spoken of first.

        Only things count that belong to a class, also by its subclasses, where the index knows one by that IRI.
        """
        token = self._numbers.get(below or "", "partthing")
        rows = self._connection.execute(
            "SELECT class, kind, count(*) FROM thing WHERE class != '' AND ' ' || classes || ' ' LIKE ?"
            " GROUP BY class ORDER BY sum(uses) DESC, count(*) DESC, kind",
            (f"% {token} %",),
        )
        return tuple((str(iri), str(kind), int(count)) for iri, kind, count in rows)

    def classes(self) -> tuple[tuple[str, str, int], ...]:
        """Give every class that a thing belongs to, also by its subclasses: IRI, name, number, the largest first."""
        found = [row for row in self._classes.values() if row[2]]
        return tuple(sorted(found, key=lambda row: (-row[2], row[1], row[0])))

    def class_named(self, text: str) -> str | None:
        """Give the IRI of a class from its IRI, CURIE or name, or None."""
        wanted = set(self.spelling.keys(text))
        for iri, label, _ in self._classes.values():
            if text == iri or fold(text) == fold(label) or (wanted and wanted & set(self.spelling.keys(iri))):
                return iri
        return None

    def class_label(self, iri: str) -> str:
        """Give what a class is called; its IRI where the index does not know it."""
        return self._classes[self._numbers[iri]][1] if iri in self._numbers else iri

    def tokens(self, kinds: Sequence[str]) -> tuple[str, ...]:
        """Give the index's own words for classes; those that nothing belongs to are left out."""
        return tuple(self._numbers[kind] for kind in kinds if kind in self._numbers)

    def of_kind(self, iri: str, *, limit: int = 100, offset: int = 0) -> tuple[Hit, ...]:
        """Give the things of a class, by label."""
        return self._hits(
            "SELECT iri, label, kind, '', uses FROM thing WHERE class = ? AND part != 'part'"
            " ORDER BY label COLLATE NOCASE, iri LIMIT ? OFFSET ?",
            (iri, limit, offset),
        )

    def things(self, iris: Sequence[str]) -> tuple[Named, ...]:
        """Give things by their IRIs; those that are not in the index are left out."""
        marks = ",".join("?" * len(iris))
        rows = self._connection.cursor().execute(
            f"SELECT iri, label, kind, label, uses, classes FROM thing WHERE iri IN ({marks})",
            list(iris),
        )
        return tuple(Named(Hit(*row[:5]), LABEL, self._kinds(row[5])) for row in rows)

    def spellings(self, iri: str) -> dict[int, str]:
        """Give the shortest name of each sort (LABEL … PRINTED) of a thing: no IRI, and rather a CURIE than its end."""
        rows = self._connection.cursor().execute(
            "SELECT n.rank, n.text FROM name n JOIN thing t ON t.number = n.thing"
            " WHERE t.iri = ? AND n.text NOT LIKE '%://%'"
            " ORDER BY n.rank, n.rank = ? AND instr(n.text, ':') > 0, length(n.text) DESC, n.text DESC",
            (iri, IDENTIFIER),
        )
        return {int(rank): str(text) for rank, text in rows}

    def most_used(self, limit: int) -> tuple[Hit, ...]:
        """Give the things that most facts use."""
        return self._hits(
            "SELECT iri, label, kind, '', uses FROM thing WHERE part = 'thing' AND uses > 0"
            " ORDER BY uses DESC, label COLLATE NOCASE, iri LIMIT ?",
            (limit,),
        )

    def knows(self, iri: str) -> bool:
        """Tell whether the index names a thing, so that the dataset says something about it or uses it."""
        return self._connection.execute("SELECT 1 FROM thing WHERE iri = ?", (iri,)).fetchone() is not None

    def all_iris(self) -> tuple[str, ...]:
        """Give the IRI of every thing that has a page of its own, sorted."""
        rows = self._connection.execute("SELECT iri FROM thing WHERE part != 'part' ORDER BY iri")
        return tuple(str(row[0]) for row in rows)

    def _words(self, text: str, limit: int, tokens: Sequence[str]) -> tuple[Hit, ...]:
        text = text[:LONGEST]
        words, folded = _WORD.findall(text), fold(text)
        if not words:
            return ()
        query = " AND ".join(f'text : "{word}" *' for word in words)
        allowed = tokens or ("partthing", "partfact")
        exact = self._hits(
            f"SELECT {_COLUMNS}, t.classes FROM name n JOIN thing t ON t.number = n.thing"
            " WHERE n.folded = ? OR n.joined = ? ORDER BY n.folded != ?, n.rank, t.uses DESC, t.iri LIMIT 100",
            (folded, joined(text), folded),
            allowed,
        )
        rest = self._hits(
            f"SELECT {_COLUMNS}, t.classes FROM words JOIN name n ON n.rowid = words.rowid"
            " JOIN thing t ON t.number = n.thing WHERE words MATCH ? ORDER BY words.rowid",
            (f"{query} AND classes : ({' OR '.join(allowed)})",),
            most=limit + len(exact),
        )
        known = {hit.iri for hit in exact}
        return (*exact, *(hit for hit in rest if hit.iri not in known))[:limit]

    def _holding(self, parts: Sequence[str], most: int) -> list[tuple[int, str]]:
        """Give names, by number and folded text, that hold one of some strings, the best first."""
        if not parts:
            return []
        query = " OR ".join('"' + part.replace('"', '""') + '"' for part in parts)
        rows = self._connection.cursor().execute(
            "SELECT n.rowid, n.folded FROM runs JOIN name n ON n.rowid = runs.rowid WHERE runs MATCH ? LIMIT ?",
            (query, most),
        )
        return [(int(number), str(folded)) for number, folded in rows]

    def _rarest(self, runs: Iterable[str], among: int) -> list[str]:
        """Give the runs that fewest names have, three at least, and more as long as they add up to ``among`` names."""
        wanted = sorted(runs)
        marks = ",".join("?" * len(wanted))
        rows = self._connection.cursor().execute(
            f"SELECT term, names FROM run WHERE term IN ({marks}) ORDER BY names, term LIMIT {_RARE}",
            wanted,
        )
        found: list[str] = []
        names = 0
        for term, count in rows:
            names += count
            if len(found) >= _FEWEST and names > among:
                break
            found.append(str(term))
        return found

    def _kinds(self, tokens: str) -> tuple[str, ...]:
        return tuple(self._classes[token][0] for token in tokens.split() if token in self._classes)

    def _rows(self, where: str, values: Sequence[object]) -> list[tuple[int, Named]]:
        rows = self._connection.cursor().execute(
            f"SELECT n.rowid, {_COLUMNS}, n.rank, t.classes FROM name n JOIN thing t ON t.number = n.thing"
            f" WHERE {where} ORDER BY n.rank, t.uses DESC, t.iri LIMIT 200",
            values,
        )
        return [(row[0], Named(Hit(*row[1:6]), row[6], self._kinds(row[7]))) for row in rows]

    def _hits(
        self, query: str, values: Sequence[object], allowed: Sequence[str] = (), *, most: int = -1
    ) -> tuple[Hit, ...]:
        """Give each thing once, ``most`` at most; where tokens are allowed, the last column must hold one of them."""
        seen: dict[str, Hit] = {}
        for row in self._connection.cursor().execute(query, values):
            if not allowed or set(allowed) & set(row[5].split()):
                seen.setdefault(row[0], Hit(*row[:5]))
            if len(seen) == most:
                break
        return tuple(seen.values())


def _once(found: Iterable[Named]) -> tuple[Named, ...]:
    unique: dict[str, Named] = {}
    for item in found:
        unique.setdefault(item.hit.iri, item)
    return tuple(unique.values())


def _runs(folded: str) -> set[str]:
    return {folded[at : at + _RUN] for at in range(len(folded) - _RUN + 1)}


def _pieces(folded: str) -> list[str]:
    """Cut a text in three: one misprint, and two letters that changed places, leave one piece as it was."""
    cuts = [len(folded) * number // _PIECES for number in range(_PIECES + 1)]
    pieces = [folded[begin:end] for begin, end in pairwise(cuts)]
    return pieces if min(map(len, pieces)) >= _RUN else []


def _dice(runs: set[str], other: str) -> float:
    """Give how many runs two texts share, for the runs that both have, between 0 and 1 (Dice's coefficient)."""
    return 2 * sum(map(other.__contains__, runs)) / (len(runs) + max(len(other) - _RUN + 1, 1))
