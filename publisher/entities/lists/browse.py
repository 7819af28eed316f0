"""Lists over the whole dataset: classes with their members, relations with their facts, documents."""

from dataclasses import dataclass

from publisher.entities.naming import Naming
from publisher.entities.reader import Reader, term
from publisher.entities.values import Link
from publisher.rdf import names

_MACHINERY = (names.RDF, names.RDFS, names.OWL, names.OA, names.SKOS, names.SH, names.VOID, names.SD, names.SPDX)


@dataclass(frozen=True, slots=True)
class Counted:
    """A thing and how many others stand behind it."""

    thing: Link
    count: int


@dataclass(frozen=True, slots=True)
class Members:
    """A class and the things of it, by name."""

    kind: Link
    things: tuple[Link, ...]


def classes(reader: Reader) -> tuple[Counted, ...]:
    """Give each class in use and the number of its things, the largest first; those of the machinery are left out."""
    return tuple(item for item in _counted(reader, "classes") if not item.thing.iri.startswith(_MACHINERY))


def kinds(reader: Reader) -> tuple[Counted, ...]:
    """Give the classes of the things that the dataset describes, and the number of their things.

    Those are the members of the class that plays the role ``entity``; without one, all but facts and their evidence.
    """
    dull = (*_MACHINERY, *reader.about.roles.values())
    entity = reader.role("entity")
    only = f"?thing a {term(entity)} ." if entity and things(reader) else ""
    return tuple(item for item in _counted(reader, "kinds", only=only) if not item.thing.iri.startswith(dull))


def relations(reader: Reader) -> tuple[Counted, ...]:
    """Give each relation of the facts and how many facts state it; none where the dataset names no facts."""
    return _counted(reader, "relations") if reader.role("predicate") else ()


def documents(reader: Reader) -> tuple[Counted, ...]:
    """Give each document and how many facts were read in it."""
    return _counted(reader, "documents") if reader.role("document") else ()


def things(reader: Reader) -> int:
    """Give how many things the dataset describes: those of the class that plays the role ``entity``."""
    entity = reader.role("entity")
    rows = reader.rows("extension", thing=term(entity)) if entity else []
    return int(rows[0]["count"].value) if rows else 0


def members(reader: Reader, iri: str, *, limit: int, offset: int = 0) -> Members:
    """Give the things of one class, in the order of their IRIs."""
    rows = reader.rows("members", thing=term(iri), limit=str(limit), offset=str(offset))
    found = [row["s"].value for row in rows]
    naming = Naming(reader, [*found, iri])
    return Members(naming.link(iri), tuple(naming.link(thing) for thing in found))


def _counted(reader: Reader, name: str, **slots: str) -> tuple[Counted, ...]:
    found = reader.rows(name, **slots)
    rows = [(row["s"].value, int(row["count"].value)) for row in found if "s" in row and row["s"].is_iri]
    naming = Naming(reader, [iri for iri, _ in rows])
    named = [Counted(naming.link(iri), count) for iri, count in rows]
    return tuple(sorted(named, key=lambda item: (-item.count, item.thing.name.casefold())))
