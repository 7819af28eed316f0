"""RDF 1.2 Turtle: a fact is a reifier of its triple, with annotation syntax where the triple itself is asserted.

A fact that may not stand by itself reifies its triple without asserting it.
See RDF 1.2 Turtle, sections 2.10 (reifying triples) and 2.11 (annotations).
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from publisher.editions.records import Cells, Mapped
from publisher.rdf.names import RDF
from publisher.rdf.quads import line
from publisher.rdf.terms import split, subjects
from publisher.rdf.turtle import Name, block, declarations, writer
from publisher.release.content import Description

REIFIES = f"<{RDF}reifies>"
_SLOTS = ("subject", "predicate", "object")
_REIFYING = re.compile(rf"(\S+) {re.escape(REIFIES)} (?:<<\( )?(\S+) (\S+) (\S+?)(?: \)>>)? \.\Z")
Table = dict[str, list[str]]


def rdf12_turtle(facts: Iterable[Mapped], about: Description) -> Iterator[str]:
    """Give an RDF 1.2 Turtle document, in pieces, of everything that was mapped."""
    yield 'VERSION "1.2"\n' + declarations(about.prefixes)
    name = _with_triples(writer(about.prefixes))
    slots = [f"<{about.roles[slot]}>" for slot in _SLOTS]
    for fact in facts:
        triple = _triple(fact.row) if fact.row else ()
        for subject, table in subjects(map(split, fact.own)):
            if fact.row and subject == f"<{fact.row['iri']}>" and _takes(table, slots, triple):
                yield "\n" + _reifier(subject, table, name, triple, stands=fact.stands is not None)
            else:
                yield "\n" + block(subject, table, name)
        for subject, table in subjects(map(split, fact.evidence)):
            yield "\n" + block(subject, table, name)


def statements_of(lines: Iterable[str], roles: Mapping[str, str]) -> Iterator[str]:
    """Give back the lines of RDF 1.1 that a document of this edition was written from; the way back.

    ``lines`` are its N-Triples 1.2 lines: each ``rdf:reifies`` becomes the fact's subject, predicate and object.
    """
    for text in lines:
        found = _REIFYING.match(text)
        if found is None:
            yield text
            continue
        for slot, term in zip(_SLOTS, found.groups()[1:], strict=True):
            yield line(found[1], f"<{roles[slot]}>", term)


def _triple(row: Cells) -> tuple[str, ...]:
    return tuple(f"<{row[slot]}>" for slot in _SLOTS)


def _takes(table: Table, slots: list[str], triple: tuple[str, ...]) -> bool:
    """Take the three slots of a fact's node away, where its mapping gave exactly these; tell whether it did."""
    if any(table.get(slot) != [term] for slot, term in zip(slots, triple, strict=True)):
        return False
    for slot in slots:
        del table[slot]
    return True


def _reifier(subject: str, table: Table, name: Name, triple: tuple[str, ...], *, stands: bool) -> str:
    if not stands:
        return block(subject, {REIFIES: [f"<<( {' '.join(triple)} )>>"], **table}, name)
    stated = f"{' '.join(map(name, triple))} ~ {name(subject)}"
    # The block of a subject is the annotation's inside, but for the subject before it and the full stop behind it.
    inside = block(subject, table, name).removeprefix(f"{name(subject)} ").removesuffix(" .\n")
    return f"{stated} {{|\n    {inside}\n|}} .\n" if table else f"{stated} .\n"


def _with_triples(name: Name) -> Name:
    def named(term: str) -> str:
        if not term.startswith("<<("):
            return name(term)
        return f"<<( {' '.join(map(name, term[4:-4].split(' ')))} )>>"

    return named
