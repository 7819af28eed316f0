"""SHACL property paths as values: read from a shapes graph, walked over a data graph, written as Turtle or SPARQL.

Implements SHACL section 2.3.1.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from publisher.rdf.names import SH
from publisher.validation import terms
from publisher.validation.graph import FIRST, Graph

_INVERSE = f"<{SH}inversePath>"
_ALTERNATIVE = f"<{SH}alternativePath>"
_REPEATS = {
    f"<{SH}zeroOrMorePath>": "*",
    f"<{SH}oneOrMorePath>": "+",
    f"<{SH}zeroOrOnePath>": "?",
}
_NAMES = {"*": "zeroOrMorePath", "+": "oneOrMorePath", "?": "zeroOrOnePath"}


@dataclass(frozen=True, slots=True)
class Predicate:
    """A path of one step forward; ``iri`` is an N-Quads term."""

    iri: str

    def sparql(self) -> str:
        """Give the path as SPARQL writes it."""
        return self.iri

    def turtle(self) -> str:
        """Give the path as a SHACL path node in Turtle."""
        return self.iri


@dataclass(frozen=True, slots=True)
class Inverse:
    """A path walked backwards."""

    path: "Path"

    def sparql(self) -> str:
        """Give the path as SPARQL writes it."""
        return f"^({self.path.sparql()})"

    def turtle(self) -> str:
        """Give the path as a SHACL path node in Turtle."""
        return f"[ {_INVERSE} {self.path.turtle()} ]"


@dataclass(frozen=True, slots=True)
class Sequence:
    """Paths walked one after the other."""

    paths: tuple["Path", ...]

    def sparql(self) -> str:
        """Give the path as SPARQL writes it."""
        return "(" + "/".join(path.sparql() for path in self.paths) + ")"

    def turtle(self) -> str:
        """Give the path as a SHACL path node in Turtle."""
        return "( " + " ".join(path.turtle() for path in self.paths) + " )"


@dataclass(frozen=True, slots=True)
class Alternative:
    """Paths of which any one is walked."""

    paths: tuple["Path", ...]

    def sparql(self) -> str:
        """Give the path as SPARQL writes it."""
        return "(" + "|".join(path.sparql() for path in self.paths) + ")"

    def turtle(self) -> str:
        """Give the path as a SHACL path node in Turtle."""
        return f"[ {_ALTERNATIVE} ( " + " ".join(path.turtle() for path in self.paths) + " ) ]"


@dataclass(frozen=True, slots=True)
class Repeat:
    """A path walked zero or more, one or more, or at most one time; ``sign`` is ``*``, ``+`` or ``?``."""

    path: "Path"
    sign: str

    def sparql(self) -> str:
        """Give the path as SPARQL writes it."""
        return f"({self.path.sparql()}){self.sign}"

    def turtle(self) -> str:
        """Give the path as a SHACL path node in Turtle."""
        return f"[ <{SH}{_NAMES[self.sign]}> {self.path.turtle()} ]"


Path = Predicate | Inverse | Sequence | Alternative | Repeat


def read_path(shapes: Graph, node: str) -> Path | None:
    """Read the path at a node of a shapes graph, or None where there is none that is well formed."""
    if terms.is_iri(node):
        return Predicate(node)
    if shapes.one(node, FIRST) is not None:
        steps = [read_path(shapes, each) for each in shapes.items(node)]
        return Sequence(tuple(step for step in steps if step)) if all(steps) and len(steps) > 1 else None
    return _read_blank(shapes, node)


def _read_blank(shapes: Graph, node: str) -> Path | None:
    inverse = shapes.one(node, _INVERSE)
    if inverse is not None:
        inner = read_path(shapes, inverse)
        return Inverse(inner) if inner else None
    choice = shapes.one(node, _ALTERNATIVE)
    if choice is not None:
        branches = [read_path(shapes, each) for each in shapes.items(choice)]
        return Alternative(tuple(branch for branch in branches if branch)) if branches and all(branches) else None
    for predicate, sign in _REPEATS.items():
        target = shapes.one(node, predicate)
        if target is not None:
            inner = read_path(shapes, target)
            return Repeat(inner, sign) if inner else None
    return None


def walk(data: Graph, path: Path, start: str) -> list[str]:
    """Give the value nodes of a path from a node, each once."""
    if isinstance(path, Predicate):
        return data.of(path.iri).get(start, [])
    if isinstance(path, Inverse) and isinstance(path.path, Predicate):
        return data.to(path.path.iri).get(start, [])
    return list(dict.fromkeys(_walk(data, path, start)))


def _walk(data: Graph, path: Path, start: str) -> Iterable[str]:
    if isinstance(path, Sequence):
        found = [start]
        for step in path.paths:
            found = list(dict.fromkeys(value for each in found for value in walk(data, step, each)))
        return found
    if isinstance(path, Alternative):
        return [value for branch in path.paths for value in walk(data, branch, start)]
    if isinstance(path, Inverse):
        return walk(data, _turned(path.path), start)
    if isinstance(path, Repeat):
        return _repeat(data, path, start)
    return walk(data, path, start)


def _turned(path: Path) -> Path:
    if isinstance(path, Inverse):
        return path.path
    if isinstance(path, Sequence):
        return Sequence(tuple(_turned(step) for step in reversed(path.paths)))
    if isinstance(path, Alternative):
        return Alternative(tuple(_turned(branch) for branch in path.paths))
    if isinstance(path, Repeat):
        return Repeat(_turned(path.path), path.sign)
    return Inverse(path)


def _repeat(data: Graph, path: Repeat, start: str) -> Iterable[str]:
    if path.sign == "?":
        return [start, *walk(data, path.path, start)]
    seen: dict[str, None] = {start: None} if path.sign == "*" else {}
    pending = [start]
    while pending:
        for value in walk(data, path.path, pending.pop()):
            if value not in seen:
                seen[value] = None
                pending.append(value)
    return seen
