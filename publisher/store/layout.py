"""Where the default graph of a store is, and which graphs share triples: so that no triple is ever met twice.

A default graph is a set of triples (SPARQL 1.1 Query, section 13). The engine reads several graphs as one by reading
them one after the other, and gives a triple that stands in two of them twice. So where graphs share triples the union
is written into the store's own default graph, once, when the data are opened; where they share none the engine's way
is right, and costs no memory. It refuses to change named graphs.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

_UNION = "INSERT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }"
_DEFAULT = ox.DefaultGraph()


@dataclass(frozen=True, slots=True)
class Layout:
    """How a store's graphs lie; ``chained`` has the engine chain all graphs where a query names none.

    ``shared`` are the pairs of named graphs that have a triple in common.
    """

    chained: bool = False
    shared: frozenset[frozenset[str]] = frozenset()

    def overlap(self, graphs: Iterable[str]) -> bool:
        """Tell whether two of these graphs share a triple."""
        if not self.shared:
            return False
        asked = frozenset(graphs)
        return any(pair <= asked for pair in self.shared)

    def to_json(self) -> dict[str, object]:
        """Give the layout as JSON values."""
        return {"chained": self.chained, "shared": sorted(sorted(pair) for pair in self.shared)}


def layout_from(values: Mapping[str, object]) -> Layout:
    """Give the layout that ``to_json`` wrote; raise TypeError where it is not one."""
    shared = values.get("shared")
    if not isinstance(shared, list):
        raise TypeError("there is no list of shared graphs")
    return Layout(chained=bool(values.get("chained")), shared=frozenset(frozenset(map(str, pair)) for pair in shared))


def lay_out(store: ox.Store, *, union: bool) -> Layout:
    """Look through a store that can be written; where the union is asked for and triples repeat, write it down."""
    if next(store.named_graphs(), None) is None:
        return Layout()
    repeated, shared = _repeated(store)
    if union and repeated:
        store.update(_UNION)
    return Layout(chained=union and not repeated, shared=shared)


def lay_out_on_disk(store: ox.Store, *, union: bool) -> Layout:
    """Do the same for a directory: the union is always written down, for on disk a chain of graphs is the slower."""
    _, shared = _repeated(store)
    if union:
        store.bulk_extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in _named(store))
    return Layout(shared=shared)


def merged(store: ox.Store, default: Sequence[str], named: Sequence[str]) -> ox.Store:
    """Give a store in memory whose default graph holds these graphs, each triple once, beside the named ones."""
    fresh = ox.Store()
    for iri in default:
        quads = store.quads_for_pattern(None, None, None, ox.NamedNode(iri))
        fresh.bulk_extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
    for iri in named:
        fresh.bulk_extend(store.quads_for_pattern(None, None, None, ox.NamedNode(iri)))
    return fresh


def _repeated(store: ox.Store) -> tuple[bool, frozenset[frozenset[str]]]:
    """Tell whether a triple stands in two graphs, the default graph among them, and which named graphs share one."""
    seen: set[int] = set()
    pairs: set[frozenset[str]] = set()
    found = False
    for quad in store:
        triple = (quad.subject, quad.predicate, quad.object)
        mark = hash(triple)
        if mark not in seen:
            seen.add(mark)
            continue
        graphs = (each.graph_name for each in store.quads_for_pattern(*triple, None))
        names = [graph.value for graph in graphs if not isinstance(graph, ox.DefaultGraph)]
        found = found or len(names) > 1 or ox.Quad(*triple, _DEFAULT) in store
        pairs.update(frozenset((one, other)) for one in names for other in names if one < other)
    return found, frozenset(pairs)


def _named(store: ox.Store) -> Iterator[ox.Quad]:
    return (quad for quad in store if _is_named(quad))


def _is_named(quad: ox.Quad) -> bool:
    return not isinstance(quad.graph_name, ox.DefaultGraph)
