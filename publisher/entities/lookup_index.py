"""Writing the index of names: every label, synonym, identifier and spelling of a dataset, once for a release.

Names are stored best first (labels before synonyms, used things before unused, short before long), so that whoever
reads them may stop early. It refuses to write over an index: that is made anew or not at all.
"""

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from publisher.entities.aliases import Space, Spelling, spelling_of
from publisher.entities.graph import Graph
from publisher.entities.naming import LABELS, TYPE, Naming, telling
from publisher.entities.orthography import bag, fold, joined
from publisher.entities.reader import Reader
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


def build_lookup(reader: Reader, path: Path) -> int:
    """Write the index of everything that a store names, and give the number of things in it."""
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    try:
        with connection:
            connection.executescript(_SCHEMA)
            _fill(connection, reader)
            connection.executescript(_INDEXES)
        return int(connection.execute("SELECT count(*) FROM thing").fetchone()[0])
    finally:
        connection.close()


def _fill(connection: sqlite3.Connection, reader: Reader) -> None:
    graph = reader.graph("lookup")
    uses, said = _mentions(reader)
    above: dict[str, set[str]] = {}
    for row in reader.rows("ancestors"):
        above.setdefault(row["s"].value, set()).add(row["class"].value)
    classes = {kind for kinds in above.values() for kind in kinds} | set().union(
        *(graph.iris(iri, TYPE) for iri in graph)
    )
    naming = Naming(reader, classes)
    numbers = {iri: number for number, iri in enumerate(sorted(classes), 1)}
    spaces = _spaces(reader)
    spelling = spelling_of(reader.about.prefixes, spaces)
    rows: list[tuple[tuple[int, ...], tuple[object, ...]]] = []
    counts: dict[str, int] = {}
    for number, iri in enumerate(sorted({*graph, *uses}), 1):
        label = graph.text(iri, LABELS, reader.about.language) or naming.words(iri)
        kinds = [kind for kind in telling(reader, graph.iris(iri, TYPE)) if not kind.startswith(names.OWL)]
        part = _part(reader, iri, kinds, used=iri in uses)
        all_kinds = sorted(above.get(iri, set()) | set(kinds))
        if part == "thing":
            for kind in all_kinds:
                counts[kind] = counts.get(kind, 0) + 1
        tokens = " ".join((f"part{part}", *(f"k{numbers[kind]}" for kind in all_kinds)))
        used = uses.get(iri, 0)
        kind = naming.name(kinds[0]) if kinds else ""
        values = (number, iri, label, kind, kinds[0] if kinds else "", used, part, tokens)
        connection.execute("INSERT INTO thing VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
        known = _names(reader.about.prefixes, graph, iri, label, said.get(iri, set()))
        for text, rank in known.items():
            order = (part != "thing", rank, not used, len(text), -used, number)
            rows.append((order, (number, text, fold(text), joined(text), bag(text), rank, tokens)))
        connection.executemany("INSERT INTO alias VALUES (?, ?, ?, ?)", _aliases(spelling, graph, iri, number))
    rows.sort()
    connection.executemany(
        "INSERT INTO name (thing, text, folded, joined, bag, rank, classes) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (row for _, row in rows),
    )
    connection.executemany(
        "INSERT INTO class VALUES (?, ?, ?, ?)",
        ((number, iri, naming.name(iri), counts.get(iri, 0)) for iri, number in numbers.items()),
    )
    connection.executemany("INSERT INTO space VALUES (?, 'own', ?)", tuple(reader.about.prefixes))
    for space in spaces:
        connection.executemany(
            "INSERT INTO space VALUES (?, 'name', ?)", ((space.prefix, name) for name in space.names)
        )
        connection.executemany(
            "INSERT INTO space VALUES (?, 'space', ?)", ((space.prefix, other) for other in space.namespaces)
        )


def _mentions(reader: Reader) -> tuple[dict[str, int], dict[str, set[str]]]:
    uses: dict[str, int] = {}
    said: dict[str, set[str]] = {}
    for row in reader.rows("mentions") if reader.role("predicate") else []:
        iri = row["s"].value
        uses[iri] = uses.get(iri, 0) + int(row["uses"].value)
        if "name" in row:
            said.setdefault(iri, set()).add(row["name"].value)
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
