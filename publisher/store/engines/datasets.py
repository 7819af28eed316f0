"""Which graphs a query reads: those of the request, else those of its FROM clauses, else what the store holds.

It gives every default graph as a set of triples: where graphs that are read as one share triples they are merged
first, in memory, and the merge is kept for the next query that reads the same graphs.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

import pyoxigraph as ox

from publisher.errors import QueryRejected
from publisher.rdf.query import Query
from publisher.store.layout import Layout, merged

_KEPT = 4  # merges, each as large as the graphs that it holds
_Graphs = tuple[Sequence[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Dataset:
    """The store that a query runs on, and the arguments that name its graphs."""

    store: ox.Store
    arguments: dict[str, object] = field(default_factory=dict)


class Datasets:
    """The datasets of the queries on one store."""

    def __init__(self, store: ox.Store, layout: Layout, *, base: str | None = None):
        """Take the store, how its graphs lie, and the base IRI of the queries."""
        self._store = store
        self._layout = layout
        self._base = base
        self._all = Dataset(store, {"use_default_graph_as_union": layout.chained})
        self._merges: OrderedDict[tuple[frozenset[str], frozenset[str]], ox.Store] = OrderedDict()

    def of(self, query: Query, asked: _Graphs) -> Dataset:
        """Give the dataset of a query; ``asked`` are the default graphs and the named graphs of the request."""
        if not any(asked):
            if not query.has_dataset:
                return self._all
            base = query.base or self._base
            asked = (
                [_resolved(iri, base) for iri in query.default_graphs],
                [_resolved(iri, base) for iri in query.named_graphs],
            )
        default, named = (list(dict.fromkeys(iris)) for iris in asked)
        nodes, names = [_node(iri) for iri in default], [_node(iri) for iri in named]
        if not self._layout.overlap(default):
            return Dataset(self._store, {"default_graph": nodes, "named_graphs": names})
        own = [ox.DefaultGraph()]
        return Dataset(self._merged(default, named), {"default_graph": own, "named_graphs": names})

    def _merged(self, default: Sequence[str], named: Sequence[str]) -> ox.Store:
        key = (frozenset(default), frozenset(named))
        found = self._merges.pop(key, None) or merged(self._store, default, named)
        self._merges[key] = found
        if len(self._merges) > _KEPT:
            self._merges.popitem(last=False)
        return found


def _node(iri: str) -> ox.NamedNode:
    try:
        return ox.NamedNode(iri)
    except ValueError as error:
        raise QueryRejected(f"the name of a graph is no IRI: {iri!r}", fix=str(error)) from None


def _resolved(iri: str, base: str | None) -> str:
    """Resolve a relative IRI of FROM as the engine would, by letting it parse one triple."""
    try:
        triple = next(iter(ox.parse(f"<{iri}> a <> .", ox.RdfFormat.TURTLE, base_iri=base or "urn:x-none:")))
    except (SyntaxError, ValueError):
        raise QueryRejected(f"the name of a graph in FROM is no IRI: <{iri}>") from None
    return str(triple.subject.value) if isinstance(triple.subject, ox.NamedNode) else iri
