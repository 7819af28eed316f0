"""The parts that dumps are made of: every graph by itself, the whole, and the union of all graphs.

Each part is a file of sorted lines, written in one pass over the sorted whole, one line in memory at a time.
It refuses blank nodes: they have no name that another release could repeat.
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from publisher.errors import ReleaseError
from publisher.rdf.terms import split
from publisher.release.dumps import lines_of
from publisher.release.sort import sort_lines

_REST = "other"


@dataclass(frozen=True, slots=True)
class Part:
    """Sorted lines in a file: the graph's name and IRI, how many lines. The lines of a graph keep their graph."""

    name: str
    iri: str
    path: Path
    quads: int


@dataclass(frozen=True, slots=True)
class Parts:
    """The graphs of a dataset: those it names, by name, and all others in one file of ``graph TAB line``."""

    graphs: Mapping[str, Part]
    rest: Path

    def by_graph(self) -> Iterator[tuple[str, Iterable[str]]]:
        """Give each graph's IRI (empty for the default graph) with its sorted lines."""
        rows = (line.split("\t", 1) for line in lines_of(self.rest))
        for graph, group in groupby(rows, key=lambda row: row[0]):
            yield graph[1:-1], (line for _, line in group)
        for part in self.graphs.values():
            if part.quads:
                yield part.iri, lines_of(part.path)


def split_graphs(whole: Path, graphs: Mapping[str, str], work: Path) -> Parts:
    """Give the parts of the graphs of sorted lines; ``graphs`` is name → IRI."""
    terms = {f"<{iri}>": name for name, iri in graphs.items()}
    paths = {name: work / f"graph-{number}.nq" for number, name in enumerate([*graphs, _REST])}
    counts = dict.fromkeys(paths, 0)
    with ExitStack() as stack:
        outs = {
            name: stack.enter_context(path.open("w", encoding="utf-8", newline="\n")) for name, path in paths.items()
        }
        for line in lines_of(whole):
            statement = split(line)
            if "_:" in (statement.subject[:2], statement.object[:2], statement.graph[:2]):
                raise _blank(line)
            name = terms.get(statement.graph, _REST)
            outs[name].write(f"{line}\n" if name != _REST else f"{statement.graph}\t{line}\n")
            counts[name] += 1
    rest = work / "rest.tsv"
    sort_lines([paths[_REST]], rest)
    parts = {name: Part(name, iri, paths[name], counts[name]) for name, iri in graphs.items()}
    return Parts(parts, rest)


def merge(first: Path, second: Iterable[str], whole: Path, union: Path) -> tuple[int, int]:
    """Write two streams of sorted lines as one, and its triples; give the counts of quads and of triples."""
    quads = triples = 0
    last = last_triple = ""
    with (
        whole.open("w", encoding="utf-8", newline="\n") as lines,
        union.open("w", encoding="utf-8", newline="\n") as plain,
    ):
        for line in heapq.merge(lines_of(first), second):
            if line == last:
                continue
            last = line
            lines.write(f"{line}\n")
            quads += 1
            statement = split(line)
            triple = " ".join(statement[:3])
            if triple != last_triple:
                last_triple = triple
                plain.write(f"{triple} .\n")
                triples += 1
    return quads, triples


def _blank(line: str) -> ReleaseError:
    return ReleaseError(
        f"a release holds no blank nodes, but one is in: {line[:300]}",
        fix="give the node an IRI, or let the build name it from its document",
        code="release.blank-node",
    )
