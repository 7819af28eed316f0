"""Each shape of our own dataset with an example that it lets through and one that it catches."""

from pathlib import Path

import pytest

from publisher.validation.graph import Graph, read_graph
from publisher.validation.shacl.shape import ShapeResult
from publisher.validation.shapes import validate_graphs

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
EXAMPLES = sorted(path.relative_to(HERE).as_posix() for path in HERE.glob("*/*.ttl"))


def results_of(example: Path) -> list[ShapeResult]:
    """Validate an example, with the ontology beside it, and give the results for the nodes of the example."""
    shapes = sorted((ROOT / "shapes").glob("*.ttl"))
    own = [path for path in shapes if path.stem == example.parent.name]
    ontology = sorted((ROOT / "ontology").rglob("*.ttl"))
    nodes = {subject for subject, _, _ in read_graph([example]).triples()}
    # The example is read first in both, so its blank nodes have the same labels in both.
    outcome = validate_graphs(read_graph([example, *ontology]), read_graph(own or shapes))
    return [each for each in outcome.results if each.focus in nodes]


@pytest.mark.parametrize("name", EXAMPLES)
def test_example(name: str) -> None:
    """A good example conforms; a bad one, or one whose name begins with bad, does not."""
    results = results_of(HERE / name)
    assert bool(results) == Path(name).stem.startswith("bad"), [str(each) for each in results]


def test_every_shape_is_read() -> None:
    """Every file of shapes is SHACL that can be run."""
    for path in sorted((ROOT / "shapes").glob("*.ttl")):
        assert validate_graphs(Graph(), read_graph([path])).shapes > 0, path.name
