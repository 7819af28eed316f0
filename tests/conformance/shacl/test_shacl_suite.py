"""The W3C SHACL 1.0 test suite, core and SPARQL, through our own validator."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from publisher.errors import DatasetUnreadable
from publisher.rdf.names import SH
from publisher.validation import terms, validate_file
from publisher.validation.graph import Graph, read_graph
from publisher.validation.shacl.paths import read_path
from publisher.validation.shacl.reference import reference_results
from publisher.validation.shacl.shape import ShapeResult
from publisher.validation.shapes import validate_graphs
from tests.conftest import beside

MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
SHT = "http://www.w3.org/ns/shacl-test#"
BASE = "http://suite.example/test"


def suite() -> list[str]:
    """Give the names of all tests of the suite, or none where the suite is missing."""
    folder = Path(__file__).resolve().parents[3].parent / "shared/suites/shacl/data-shapes-test-suite/tests"
    found = []
    for path in sorted(folder.rglob("*.ttl")):
        if "mf:entries" in path.read_text(encoding="utf-8"):
            found.append(str(path.relative_to(folder).with_suffix("")))
    return found


def graph_of(manifest: Path, name: str) -> Graph:
    """Read the file that a manifest names, relative to the manifest."""
    path = manifest if name == f"<{BASE}>" else manifest.parent / name[1:-1].rsplit("/", 1)[-1]
    return read_graph([path], base=BASE)


def parts(name: str) -> tuple[Graph, str, Graph, Graph]:
    """Give the graph of a test's manifest, the result that it wants, the data, and the shapes."""
    manifest = beside("suites") / "shacl/data-shapes-test-suite/tests" / f"{name}.ttl"
    graph = read_graph([manifest], base=BASE)
    test = next(iter(graph.of(f"<{MF}action>")))
    action, result = graph.one(test, f"<{MF}action>") or "", graph.one(test, f"<{MF}result>") or ""
    data, shapes = (graph_of(manifest, graph.one(action, f"<{SHT}{each}Graph>") or "") for each in ("data", "shapes"))
    return graph, result, data, shapes


def expected(graph: Graph, report: str) -> Counter[tuple[str, ...]]:
    """Give the results that a manifest expects, blank shapes by their label."""
    found: Counter[tuple[str, ...]] = Counter()
    for node in graph.objects(report, f"<{SH}result>"):
        at = graph.one(node, f"<{SH}resultPath>")
        path = read_path(graph, at) if at else None
        names = ("focusNode", "value", "resultSeverity", "sourceConstraintComponent", "sourceShape", "resultMessage")
        focus, value, severity, component, shape, message = (graph.one(node, f"<{SH}{name}>") or "" for name in names)
        found[focus, path.turtle() if path else "", value, severity, component, shape, message] += 1
    return found


def actual(results: tuple[ShapeResult, ...], asked: Counter[tuple[str, ...]]) -> Counter[tuple[str, ...]]:
    """Give our results, with messages and blank shapes only where the manifest tells them."""
    messages = {row[6] for row in asked}
    shapes = {row[5] for row in asked}
    found: Counter[tuple[str, ...]] = Counter()
    for each in results:
        path = each.path.turtle() if each.path else ""
        message = next((text for text in each.messages if text in messages), "")
        shape = each.shape
        if terms.is_blank(shape) and shape not in shapes:
            shape = next((row[5] for row in asked if row[:3] == (each.focus, path, each.value or "")), shape)
        found[each.focus, path, each.value or "", each.severity, each.component, shape, message] += 1
    return found


@pytest.mark.shared
@pytest.mark.parametrize("name", suite() or ["the suite"])
def test_suite(name: str) -> None:
    """Every test of the suite gives the report, result by result, or the failure, that its manifest expects."""
    graph, result, data, shapes = parts(name)
    if result == f"<{SHT}Failure>":
        with pytest.raises(DatasetUnreadable):
            validate_graphs(data, shapes)
        return
    outcome = validate_graphs(data, shapes)
    asked = expected(graph, result)
    assert asked == actual(outcome.results, asked)
    assert outcome.conforms == ((graph.one(result, f"<{SH}conforms>") or "").startswith('"true"'))


@pytest.mark.shared
@pytest.mark.parametrize(
    "name", ["core/path/path-complex-002", "core/property/datatype-ill-formed", "core/node/or-001"]
)
def test_the_report_in_turtle(name: str, tmp_path: Path) -> None:
    """The report that a program reads tells the results of the suite, with terms and paths as written."""
    manifest = beside("suites") / "shacl/data-shapes-test-suite/tests" / f"{name}.ttl"
    files = [manifest.with_name(f"{manifest.stem}-{part}.ttl") for part in ("data", "shapes")]
    data, shapes = files if files[0].exists() else (manifest, manifest)
    report, text = validate_file(data, [shapes], "ttl")
    written = tmp_path / "report.ttl"
    written.write_text(text, encoding="utf-8")
    told = read_graph([written])
    asked = expected(read_graph([manifest]), next(iter(read_graph([manifest]).to(f"<{SH}conforms>").values()))[0])
    found = expected(told, next(iter(told.to(f"<{SH}conforms>").values()))[0])
    assert Counter(row[:5] for row in asked.elements()) == Counter(row[:5] for row in found.elements())
    assert not report.conforms


@pytest.mark.shared
def test_every_test_of_the_suite_runs() -> None:
    """All 120 tests of the manifests run, and one more that no manifest includes: none is left out unseen."""
    beside("suites")
    assert len(suite()) == 121


# Where pySHACL does not give what the suite expects, by name and with the reason.
REFERENCE_FAILS = {
    "core/property/uniqueLang-002": 'it takes sh:uniqueLang "1" for true',
    "sparql/node/prefixes-001": "it does not find a prefix that an imported graph declares",
    "sparql/pre-binding/shapesGraph-001": "it refuses $shapesGraph",
}


@pytest.mark.shared
@pytest.mark.parametrize("name", suite() or ["the suite"])
def test_pyshacl_gives_the_same_results(name: str) -> None:
    """Result by result, pySHACL gives what we give for every test of the suite but those that it fails."""
    _, result, data, shapes = parts(name)
    if result == f"<{SHT}Failure>":
        return
    ours = keys(validate_graphs(data, shapes).results)
    try:
        theirs = keys(reference_results(data, shapes))
    except DatasetUnreadable:
        theirs = Counter({("refused",): 1})
    assert (theirs != ours) == (name in REFERENCE_FAILS)


def keys(results: Iterable[ShapeResult]) -> Counter[tuple[str, ...]]:
    """Give what two validators must agree on: everything but messages and the names of blank nodes."""
    return Counter(
        (each.focus, each.path.turtle() if each.path else "", each.value or "", each.severity, each.component)
        for each in results
    )
