"""Writing the index of names: every label, synonym, identifier and spelling of a dataset, once for a release.

Names are stored best first (labels before synonyms, used things before unused, short before long), so that whoever
reads them may stop early. It refuses to write over an index: that is made anew or not at all.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from publisher.entities.graph import Graph
from publisher.entities.names.aliases import Space, Spelling, spelling_of
from publisher.entities.names.orthography import bag, fold, joined
from publisher.entities.names.portions import ROWS, Found, Tell, portions
from publisher.entities.naming import LABELS, TYPE, Naming, telling
from publisher.entities.reader import Bindings, Reader, triples_of
from publisher.rdf import names
from publisher.rdf.prefixes import Prefixes

FORM = 5
_SCHEMA = f"""
PRAGMA user_version = {FORM};
CREATE TABLE thing (number INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE, label TEXT NOT NULL, kind TEXT NOT NULL,
                    class TEXT NOT NULL, uses INTEGER NOT NULL, part TEXT NOT NULL, classes TEXT NOT NULL);
CREATE TABLE name (rowid INTEGER PRIMARY KEY, thing INTEGER NOT NULL, text TEXT NOT NULL, folded TEXT NOT NULL,
                   joined TEXT NOT NULL, bag TEXT NOT NULL, rank INTEGER NOT NULL, classes TEXT NOT NULL);
CREATE TABLE alias (key TEXT NOT NULL, spelt TEXT NOT NULL, thing INTEGER NOT NULL, own INTEGER NOT NULL);
CREATE TABLE class (number INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE, label TEXT NOT NULL, things INTEGER NOT NULL);
CREATE TABLE space (prefix TEXT NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL);
CREATE VIRTUAL TABLE words USING fts5(text, classes, content='name', content_rowid='rowid', prefix='1 2 3 4',
                                      tokenize="unicode61 remove_diacritics 2");
CREATE VIRTUAL TABLE runs USING fts5(folded, content='name', content_rowid='rowid', tokenize='trigram');
CREATE TABLE run (term TEXT PRIMARY KEY, names INTEGER NOT NULL) WITHOUT ROWID;
CREATE TEMP TABLE found (thing INTEGER NOT NULL, text TEXT NOT NULL, length INTEGER NOT NULL, folded TEXT NOT NULL,
                         joined TEXT NOT NULL, bag TEXT NOT NULL, rank INTEGER NOT NULL);
"""
_IN_ORDER = """
INSERT INTO name (thing, text, folded, joined, bag, rank, classes)
  SELECT f.thing, f.text, f.folded, f.joined, f.bag, f.rank, t.classes FROM found f JOIN thing t ON t.number = f.thing
  ORDER BY t.part != 'thing', f.rank, t.uses = 0, f.length, t.uses DESC, t.iri, f.text
"""
_INDEXES = """
CREATE INDEX name_folded ON name (folded);
CREATE INDEX name_joined ON name (joined);
CREATE INDEX name_bag ON name (bag);
CREATE INDEX alias_key ON alias (key);
INSERT INTO words(words) VALUES ('rebuild');
INSERT INTO runs(rowid, folded) SELECT n.rowid, n.folded FROM name n JOIN thing t ON t.number = n.thing
  WHERE t.part = 'thing' AND length(n.folded) > 2;
CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, runs, 'row');
INSERT INTO run SELECT term, doc FROM temp.vocabulary;
"""
_SAME = (f"{names.SKOS}exactMatch", f"{names.OWL}sameAs")
_BOOKS = (names.SSSOM, names.SH, names.VOID, names.DCAT, names.SD, names.SPDX)
_OBO = "http://www.geneontology.org/formats/oboInOwl#"
_LOOSE = (f"{_OBO}hasRelatedSynonym", f"{_OBO}hasBroadSynonym", f"{_OBO}hasNarrowSynonym")
LABEL, SYNONYM, IDENTIFIER, RELATED, PRINTED = range(5)
LONGEST = 200


def build_lookup(reader: Reader, path: Path, *, rows: int = ROWS, tell: Tell = lambda _: None) -> int:
    """Write the index of everything that a store names, and give the number of things in it.

    ``rows`` bounds how many rows of one query are in memory at a time; ``tell`` hears when the data have more. Raises
    ResultTooLarge where there are too many even so.
    """
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    try:
        with connection:
            connection.executescript(_SCHEMA)
            _fill(connection, reader, portions(reader, _queries(reader), rows=rows, tell=tell))
            connection.executescript(_INDEXES)
        return int(connection.execute("SELECT count(*) FROM thing").fetchone()[0])
    finally:
        connection.close()


def _queries(reader: Reader) -> tuple[str, ...]:
    return ("lookup", "types", "mentions") if reader.role("predicate") else ("lookup", "types")


def _fill(connection: sqlite3.Connection, reader: Reader, found: Iterable[Found]) -> None:
    spaces = _spaces(reader)
    writing = _Writing(connection, reader, spelling_of(reader.about.prefixes, spaces), _Classes(reader))
    for portion in found:
        writing.write(portion)
    connection.execute(_IN_ORDER)
    connection.executemany("INSERT INTO class VALUES (?, ?, ?, ?)", writing.classes.rows())
    connection.executemany("INSERT INTO space VALUES (?, 'own', ?)", tuple(reader.about.prefixes))
    for space in spaces:
        connection.executemany(
            "INSERT INTO space VALUES (?, 'name', ?)", ((space.prefix, name) for name in space.names)
        )
        connection.executemany(
            "INSERT INTO space VALUES (?, 'space', ?)", ((space.prefix, other) for other in space.namespaces)
        )


class _Classes:
    """The classes met so far: the number, the name and the things of each, and what stands above it."""

    __slots__ = ("_above", "_found", "_reader")

    def __init__(self, reader: Reader):
        self._reader = reader
        self._above: dict[str, set[str]] = {}
        for row in reader.rows("superclasses"):
            self._above.setdefault(row["class"].value, set()).add(row["above"].value)
        self._found: dict[str, tuple[int, str, list[int]]] = {}

    def meet(self, kinds: Iterable[str]) -> None:
        """Give a number and a name to each class that is new, and to those above it."""
        every = {iri for kind in kinds for iri in self.over((kind,))}
        fresh = sorted(iri for iri in every if iri not in self._found)
        naming = Naming(self._reader, fresh)
        self._found |= {iri: (number, naming.name(iri), [0]) for number, iri in enumerate(fresh, len(self._found) + 1)}

    def over(self, kinds: Iterable[str]) -> set[str]:
        """Give classes with all that stand above them."""
        return {iri for kind in kinds for iri in (kind, *self._above.get(kind, ()))}

    def name(self, iri: str) -> str:
        """Give what a class is called."""
        return self._found[iri][1]

    def number(self, iri: str) -> int:
        """Give the number of a class."""
        return self._found[iri][0]

    def count(self, kinds: Iterable[str]) -> None:
        """Count one thing to each class."""
        for iri in kinds:
            self._found[iri][2][0] += 1

    def rows(self) -> Iterator[tuple[int, str, str, int]]:
        """Give the number, IRI, name and number of things of each class."""
        for iri, (number, name, things) in self._found.items():
            yield number, iri, name, things[0]


class _Writing:
    """Writes things portion by portion, and puts their names aside until the last has come."""

    __slots__ = ("_connection", "_reader", "_spelling", "_things", "classes")

    def __init__(self, connection: sqlite3.Connection, reader: Reader, spelling: Spelling, classes: _Classes):
        self.classes = classes
        self._connection = connection
        self._reader = reader
        self._spelling = spelling
        self._things = 0

    def write(self, found: Found) -> None:
        """Write every thing of a portion."""
        graph = Graph()
        for _, subject, predicate, object_ in triples_of(found["lookup"], "s"):
            graph.add(subject, predicate, object_)
        kinds: dict[str, set[str]] = {}
        for row in found["types"]:
            kinds.setdefault(row["s"]["value"], set()).add(row["class"]["value"])
        uses, said = _mentions(found.get("mentions", []))
        self.classes.meet(set().union(*kinds.values()))
        naming = Naming(self._reader, ())
        for iri in sorted({*graph, *uses}):
            label = graph.text(iri, LABELS, self._reader.about.language) or naming.words(iri)
            number = self._thing(graph, iri, label, uses=uses.get(iri, 0), kinds=kinds.get(iri, set()))
            known = _names(self._reader.about.prefixes, graph, iri, label, said.get(iri, ()))
            self._connection.executemany(
                "INSERT INTO found VALUES (?, ?, ?, ?, ?, ?, ?)",
                ((number, text, len(text), fold(text), joined(text), bag(text), rank) for text, rank in known.items()),
            )
            aliases = _aliases(self._spelling, graph, iri, number)
            self._connection.executemany("INSERT INTO alias VALUES (?, ?, ?, ?)", aliases)

    def _thing(self, graph: Graph, iri: str, label: str, *, uses: int, kinds: set[str]) -> int:
        own = [kind for kind in telling(self._reader, graph.iris(iri, TYPE)) if not kind.startswith(names.OWL)]
        part = _part(self._reader, iri, own, used=uses > 0)
        every = sorted(self.classes.over(kinds) | set(own))
        if part == "thing":
            self.classes.count(every)
        tokens = " ".join((f"part{part}", *(f"k{self.classes.number(kind)}" for kind in every)))
        kind = own[0] if own else ""
        self._things += 1
        values = (self._things, iri, label, self.classes.name(kind) if kind else "", kind, uses, part, tokens)
        self._connection.execute("INSERT INTO thing VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
        return self._things


def _mentions(rows: Bindings) -> tuple[dict[str, int], dict[str, set[str]]]:
    uses: dict[str, int] = {}
    said: dict[str, set[str]] = {}
    for row in rows:
        iri = row["s"]["value"]
        uses[iri] = uses.get(iri, 0) + int(row["uses"]["value"])
        if "name" in row:
            said.setdefault(iri, set()).add(row["name"]["value"])
    return uses, said


def _spaces(reader: Reader) -> tuple[Space, ...]:
    found: dict[str, tuple[set[str], set[str]]] = {}
    for row in reader.rows("spaces"):
        others, namespaces = found.setdefault(row["prefix"].value, (set(), set()))
        if "name" in row:
            others.add(row["name"].value)
        if "space" in row:
            namespaces.add(row["space"].value)
    return tuple(Space(prefix, tuple(sorted(one)), tuple(sorted(two))) for prefix, (one, two) in sorted(found.items()))


def _aliases(spelling: Spelling, graph: Graph, iri: str, number: int) -> list[tuple[str, str, int, int]]:
    found: dict[str, int] = dict.fromkeys(spelling.keys(iri), 1)
    for predicate in _SAME:
        for other in graph.iris(iri, predicate):
            for key in spelling.keys(other):
                found.setdefault(key, 0)
    return [(key.casefold(), key, number, own) for key, own in found.items()]


def _part(reader: Reader, iri: str, kinds: list[str], *, used: bool) -> str:
    """Tell what part a subject plays: a thing, a fact, evidence, a part of one, or a record of the bookkeeping.

    Bookkeeping is there only beside facts, and no fact speaks of it; in other data a catalogue may be the matter.
    """
    if reader.role("predicate") and not used and kinds and all(kind.startswith(_BOOKS) for kind in kinds):
        return "record"
    for part, suffix in (("fact", "fact/"), ("evidence", "evidence/")):
        start = reader.about.base + reader.about.paths.get(part, suffix)
        if reader.role("predicate") and iri.startswith(start):
            return "part" if "#" in iri else part
    return "thing" if "#" not in iri or kinds else "part"


def _names(prefixes: Prefixes, graph: Graph, iri: str, label: str, said: Iterable[str]) -> dict[str, int]:
    found = {label[:LONGEST]: LABEL}
    for predicate, objects in graph.of(iri):
        for item in objects:
            if item.is_literal:
                text = item.value[:LONGEST]
                rank = RELATED if predicate in _LOOSE else LABEL if predicate in LABELS else SYNONYM
                found[text] = min(found.get(text, rank), rank)
            elif predicate in _SAME:
                for other in _identifiers(prefixes, item.value):
                    found.setdefault(other, IDENTIFIER)
    for identifier in _identifiers(prefixes, iri):
        found[identifier] = IDENTIFIER
    for text in said:
        found.setdefault(text[:LONGEST], PRINTED)
    return found


def _identifiers(prefixes: Prefixes, iri: str) -> tuple[str, ...]:
    curie = prefixes.compress(iri)
    return (iri, curie, curie.partition(":")[2]) if curie else (iri,)
