"""Where a triple came from: the file and line of the seed that stands behind a node and a property.

It refuses to guess: a node that no file of the dataset made has no place.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from publisher.errors import Where


@dataclass(frozen=True, slots=True)
class Places:
    """The origins of a dataset: by node, and by node and property."""

    nodes: Mapping[str, Where]
    keys: Mapping[tuple[str, str], Where]

    def of(self, node: str | None, path: str | None = None, value: str | None = None) -> Where | None:
        """Give the place of a node and property, else of the node, its parent (before ``#``) or its value."""
        if node is None:
            return None
        for name in _up(node):
            if path is not None and (name, path) in self.keys:
                return self.keys[name, path]
            if name in self.nodes:
                return self.nodes[name]
        return self.nodes.get(value) if value is not None else None


def _up(node: str) -> Iterator[str]:
    yield node
    head, mark, _ = node.partition("#")
    if mark:
        yield head
