"""A graph in memory, indexed by predicate, whose terms are the texts of canonical N-Quads.

Terms stay as written: ``"01"^^xsd:integer`` is not ``"1"^^xsd:integer`` here, which a store would make of it. The
graph names are dropped, because SHACL and the house rules look at the union of all graphs.
It refuses to parse loose N-Quads; :func:`read_graph` brings any RDF file into canonical form first.
"""

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from publisher.rdf import quads
from publisher.rdf.names import RDF, RDFS
from publisher.validation import terms

_EMPTY: Mapping[str, list[str]] = MappingProxyType({})
TYPE = f"<{RDF}type>"
FIRST = f"<{RDF}first>"
REST = f"<{RDF}rest>"
NIL = f"<{RDF}nil>"
SUBCLASS = f"<{RDFS}subClassOf>"


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pause Python's search for circular garbage, which takes half the time where millions of lists are made."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


class Graph:
    """Triples by predicate, subject and, once asked for, by object."""

    __slots__ = ("_instances", "_inverse", "_table")

    def __init__(self, lines: Iterable[str] = ()):
        """Read canonical N-Quads lines, with or without their line ends."""
        self._table: dict[str, dict[str, list[str]]] = {}
        self._inverse: dict[str, dict[str, list[str]]] = {}
        self._instances: dict[str, frozenset[str]] = {}
        with collector_paused():
            self._read(lines)

    def _read(self, lines: Iterable[str]) -> None:
        names: dict[str, str] = {}
        for line in lines:
            subject, predicate, object_ = split(line)
            by_subject = self._table.setdefault(predicate, {})
            name = names.setdefault(subject, subject)
            by_subject.setdefault(name, []).append(names.setdefault(object_, object_))
        for by_subject in self._table.values():
            for subject, objects in by_subject.items():
                if len(objects) > 1:
                    by_subject[subject] = list(dict.fromkeys(objects))

    def of(self, predicate: str) -> Mapping[str, list[str]]:
        """Give the objects of a predicate by subject."""
        return self._table.get(predicate, _EMPTY)

    def to(self, predicate: str) -> Mapping[str, list[str]]:
        """Give the subjects of a predicate by object."""
        if predicate not in self._inverse:
            table: dict[str, list[str]] = {}
            for subject, objects in self.of(predicate).items():
                for object_ in objects:
                    table.setdefault(object_, []).append(subject)
            self._inverse[predicate] = table
        return self._inverse[predicate]

    def objects(self, subject: str, predicate: str) -> list[str]:
        """Give the objects of a subject and a predicate in the order in which they were read."""
        return self.of(predicate).get(subject, [])

    def one(self, subject: str, predicate: str) -> str | None:
        """Give the first object of a subject and a predicate, or None."""
        return next(iter(self.objects(subject, predicate)), None)

    def has(self, subject: str, predicate: str, object_: str) -> bool:
        """Tell whether a triple is in the graph."""
        return object_ in self.objects(subject, predicate)

    def predicates(self) -> Iterator[str]:
        """Give every predicate once."""
        return iter(self._table)

    def triples(self) -> Iterator[tuple[str, str, str]]:
        """Give every triple once."""
        for predicate, table in self._table.items():
            for subject, objects in table.items():
                for object_ in objects:
                    yield subject, predicate, object_

    def above(self, node: str) -> Iterator[tuple[str, str]]:
        """Give the subjects that have a node as their object, each with the predicate."""
        for predicate in self._table:
            for subject in self.to(predicate).get(node, ()):
                yield subject, predicate

    def named(self, node: str) -> tuple[str, str | None]:
        """Give the node with a name that a blank node hangs on, and the predicate that leads down from it.

        A node that has a name is given itself, without a predicate; so is a blank node that nothing leads to.
        """
        seen, at = {node}, (node, None)
        current: tuple[str, str | None] = at
        while terms.is_blank(current[0]):
            step = next((each for each in self.above(current[0]) if each[0] not in seen), None)
            if step is None:
                return at
            seen.add(step[0])
            current = step
        return current

    def instances(self, class_: str) -> frozenset[str]:
        """Give the SHACL instances of a class: those typed with it or with a subclass of it, at any depth."""
        if class_ not in self._instances:
            found: set[str] = set()
            for each in self.closure(class_, SUBCLASS):
                found.update(self.to(TYPE).get(each, ()))
            self._instances[class_] = frozenset(found)
        return self._instances[class_]

    def closure(self, node: str, predicate: str) -> dict[str, None]:
        """Give a node and all that lead to it along a predicate, each once (the node first)."""
        seen = {node: None}
        pending = [node]
        inverse = self.to(predicate)
        while pending:
            for subject in inverse.get(pending.pop(), ()):
                if subject not in seen:
                    seen[subject] = None
                    pending.append(subject)
        return seen

    def up(self, node: str, predicate: str) -> dict[str, None]:
        """Give a node and all that it leads to along a predicate, each once (the node first)."""
        seen = {node: None}
        pending = [node]
        while pending:
            for each in self.objects(pending.pop(), predicate):
                if each not in seen:
                    seen[each] = None
                    pending.append(each)
        return seen

    def items(self, head: str) -> list[str]:
        """Give the members of an RDF list; a list that ends badly ends there."""
        members: list[str] = []
        seen: set[str] = set()
        while head != NIL and head not in seen:
            seen.add(head)
            members.extend(self.objects(head, FIRST)[:1])
            head = self.one(head, REST) or NIL
        return members


def split(line: str) -> tuple[str, str, str]:
    """Give subject, predicate and object of a canonical N-Quads line.

    >>> split('<http://e/s> <http://e/p> "a b"@en <http://e/g> .')
    ('<http://e/s>', '<http://e/p>', '"a b"@en')
    """
    subject, predicate, rest = line.split(" ", 2)
    start = rest.rfind('"') if rest[0] == '"' else 0
    return subject, predicate, rest[: rest.find(" ", start)]


def read_graph(paths: Iterable[Path], *, among: Sequence[Path] | None = None, base: str | None = None) -> Graph:
    """Read RDF files of any syntax into one graph; blank nodes of different files stay apart.

    Where ``among`` lists all files of a validation, a file has the same labels in each graph that it is read into.
    ``base`` is what relative IRIs are resolved against, else the file's own URL.
    """
    known = list(paths)
    numbers = list(among) if among is not None else known
    return Graph(line for path in known for line in _apart(path, numbers.index(path), base or path.absolute().as_uri()))


def _apart(path: Path, number: int, base: str) -> Iterator[str]:
    names: dict[str, str] = {}

    def renamed(term: str) -> str:
        return names.setdefault(term, f"_:f{number}b{len(names)}") if terms.is_blank(term) else term

    for line in quads.lines_of(quads.read(path, base=base)):
        subject, predicate, object_ = split(line)
        yield quads.line(renamed(subject), predicate, renamed(object_))
