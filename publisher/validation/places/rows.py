"""Where a triple came from: the file and line of the seed that stands behind a node and a property.

It refuses to guess: a node that no file of the dataset made has no place.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from publisher.dataset import Dataset, Table
from publisher.errors import Where


@dataclass(frozen=True, slots=True)
class Places:
    """The origins of a dataset: by node, by node and property, and of bare triples by their fact."""

    nodes: Mapping[str, Where]
    keys: Mapping[tuple[str, str], Where]
    triples: Mapping[tuple[str, str, str], Where] = field(default_factory=dict)

    def of(self, node: str | None, path: str | None = None, value: str | None = None) -> Where | None:
        """Give the place of a node and property, else of the node, its parent (before ``#``) or its value."""
        if node is None:
            return None
        fact = self.triples.get((node, path or "", value or ""))
        if fact is not None:
            return fact
        for name in _up(node):
            if path is not None and (name, path) in self.keys:
                return self.keys[name, path]
            if name in self.nodes:
                return self.nodes[name]
        return self.nodes.get(value) if value is not None else None


def places_of(dataset: Dataset) -> Places:
    """Give the origins of a dataset; a bare triple stands where its fact names the object."""
    role = dataset.manifest.roles["object"]
    triples: dict[tuple[str, str, str], Where] = {}
    for row in rows_of(dataset.tables["facts"]):
        if row["direct_object"]:
            triple = (row["subject"] or "", row["predicate"] or "", row["direct_object"])
            triples.setdefault(triple, dataset.key_origins.get((row["iri"] or "", role)) or where_of(row))
    return Places(dataset.origins, dataset.key_origins, triples)


def rows_of(table: Table) -> list[dict[str, str | None]]:
    """Give the rows of a table by the names of its columns."""
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def where_of(row: Mapping[str, str | None]) -> Where:
    """Give the file and line that a row of a table came from."""
    return Where(row["file"] or "", int(row["line"] or 0))


def _up(node: str) -> Iterator[str]:
    yield node
    head, mark, _ = node.partition("#")
    if mark:
        yield head
