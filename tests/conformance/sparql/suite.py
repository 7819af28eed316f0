"""The query tests of the W3C's SPARQL 1.0, 1.1 and 1.2 suites, read from their manifests."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import pyoxigraph as ox

from publisher.rdf.query import read

BASE = "https://w3c.github.io/rdf-tests/"
MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_FIRST = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#first")
_EVALUATION = {"QueryEvaluationTest", "CSVResultFormatTest"}
_RIGHT = {"PositiveSyntaxTest", "PositiveSyntaxTest11"}
_WRONG = {"NegativeSyntaxTest", "NegativeSyntaxTest11"}
_SYNTAX = {".ttl": ox.RdfFormat.TURTLE, ".rdf": ox.RdfFormat.RDF_XML, ".nt": ox.RdfFormat.N_TRIPLES,
           ".trig": ox.RdfFormat.TRIG, ".nq": ox.RdfFormat.N_QUADS, ".n3": ox.RdfFormat.TURTLE}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One test: ``name`` is folder and name; ``kind`` evaluation, right or wrong; ``data`` and ``graphs`` are files."""

    name: str
    kind: str
    query: Path
    root: Path
    data: tuple[Path, ...] = ()
    graphs: tuple[Path, ...] = ()
    result: Path | None = None
    lax: bool = False
    service: bool = False

    @property
    def base(self) -> str:
        """Give the IRI of the query's file."""
        return iri(self.query, self.root)

    @property
    def text(self) -> str:
        """Give the query with its base in front, since no request tells it."""
        return f"BASE <{self.base}> {self.query.read_bytes().decode('utf-8')}"

    @property
    def places(self) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
        """Give the files of the default graph and of the named graphs, those of FROM among them."""
        if self.kind != "evaluation":
            return (), ()
        asked = read(self.text)
        named = [urljoin(self.base, each) for each in (*asked.default_graphs, *asked.named_graphs)]
        files = [self.root / each.removeprefix(BASE) for each in named]
        return self.data, tuple(sorted({*self.graphs, *(file for file in files if file.is_file())}))


def iri(path: Path, root: Path) -> str:
    """Give the IRI under which the suite publishes a file."""
    return BASE + path.relative_to(root).as_posix()


def cases_in(root: Path) -> Iterator[Case]:
    """Give every query test below a folder, in the order of their names."""
    for manifest in sorted((root / "sparql").glob("sparql1[012]/*/manifest.ttl")):
        graph = _Graph(manifest, root)
        for node in graph.entries():
            test = _test(graph, node, manifest, root)
            if test is not None:
                yield test


def quads(data: tuple[Path, ...], graphs: tuple[Path, ...], root: Path) -> Iterator[ox.Quad]:
    """Give the data of a test; blank nodes of two files are never the same."""
    for path in data:
        yield from _parsed(path, root)
    for path in graphs:
        name = ox.NamedNode(iri(path, root))
        yield from (ox.Quad(quad.subject, quad.predicate, quad.object, name) for quad in _parsed(path, root))


def _parsed(path: Path, root: Path) -> Iterator[ox.Quad]:
    return ox.parse(path=str(path), format=_SYNTAX[path.suffix], base_iri=iri(path, root), rename_blank_nodes=True)


class _Graph:
    """A manifest as a graph that is asked for one value at a time."""

    def __init__(self, path: Path, root: Path):
        self.store = ox.Store()
        self.store.bulk_load(path=str(path), format=ox.RdfFormat.TURTLE, base_iri=iri(path, root))

    def values(self, node: object, name: str) -> list[ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple]:
        """Give the objects of a property."""
        return [quad.object for quad in self.store.quads_for_pattern(node, ox.NamedNode(name), None, None)]  # type: ignore[arg-type]

    def kinds(self, node: object) -> set[str]:
        """Give the local names of a node's types."""
        return {str(kind).rpartition("#")[2].rstrip(">") for kind in self.values(node, _TYPE.value)}

    def entries(self) -> list[ox.NamedNode]:
        """Give the nodes that the manifest lists as tests, by name."""
        nodes = {quad.object for quad in self.store.quads_for_pattern(None, _FIRST, None, None)}
        return sorted((node for node in nodes if isinstance(node, ox.NamedNode)), key=lambda node: node.value)


def _test(graph: _Graph, node: ox.NamedNode, manifest: Path, root: Path) -> Case | None:
    kinds = graph.kinds(node)
    kind = "evaluation" if kinds & _EVALUATION else "right" if kinds & _RIGHT else "wrong" if kinds & _WRONG else ""
    if not kind:
        return None
    action = graph.values(node, f"{MF}action")[0]
    name = f"{manifest.parent.relative_to(root / 'sparql').as_posix()}#{re.split('[#/]', node.value)[-1]}"
    if kind != "evaluation":
        return Case(name, kind, _file(action, root), root)
    results = graph.values(node, f"{MF}result")
    return Case(
        name=name,
        kind=kind,
        query=_file(graph.values(action, f"{QT}query")[0], root),
        root=root,
        data=tuple(sorted(_file(each, root) for each in graph.values(action, f"{QT}data"))),
        graphs=tuple(sorted(_file(each, root) for each in graph.values(action, f"{QT}graphData"))),
        result=_file(results[0], root) if results else None,
        lax=any("LaxCardinality" in str(each) for each in graph.values(node, f"{MF}resultCardinality")),
        service=bool(graph.values(action, f"{QT}serviceData")),
    )


def _file(node: object, root: Path) -> Path:
    assert isinstance(node, ox.NamedNode), node
    path = root / node.value.removeprefix(BASE)
    assert path.is_file() or path.suffix == ".ru", f"a file of the suite is missing: {path}"
    return path
