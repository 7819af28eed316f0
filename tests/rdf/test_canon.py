"""Blank nodes get the labels of RDFC-1.0, and the IRIs made from them do not depend on order or old labels."""

import hashlib
import json
from pathlib import Path

import pyoxigraph as ox
import pytest

from publisher.errors import DatasetUnreadable
from publisher.rdf.canon import canonical, labels, sha256, skolemise
from publisher.rdf.quads import lines_of


def _entries() -> list[dict[str, str]]:
    manifest = Path(__file__).resolve().parents[3] / "shared/suites/rdf-canon/tests/manifest.jsonld"
    if not manifest.exists():
        return []
    return list(json.loads(manifest.read_text(encoding="utf-8"))["entries"])


def _sha384(text: str) -> str:
    return hashlib.sha384(text.encode()).hexdigest()


@pytest.mark.shared
@pytest.mark.parametrize("entry", _entries(), ids=lambda entry: entry["id"])
def test_the_official_suite(suites: Path, entry: dict[str, str]) -> None:
    """Each entry of the W3C suite gives the dataset or the map of labels that it asks for, or is refused."""
    folder = suites / "rdf-canon/tests"
    source = (folder / entry["action"]).read_bytes()
    lines = list(lines_of(ox.parse(source, format=ox.RdfFormat.N_QUADS)))
    digest = _sha384 if entry.get("hashAlgorithm") == "SHA384" else sha256
    if entry["type"] == "rdfc:RDFC10NegativeEvalTest":
        with pytest.raises(DatasetUnreadable, match="linked so alike"):
            labels(lines, digest=digest)
    elif entry["type"] == "rdfc:RDFC10MapTest":
        assert json.loads((folder / entry["result"]).read_text()) == labels(lines, digest=digest)
    else:
        wanted = (folder / entry["result"]).read_text(encoding="utf-8").split("\n")[:-1]
        assert wanted == canonical(lines, digest=digest)


@pytest.mark.shared
def test_the_suite_is_there(suites: Path) -> None:
    """The parametrized tests above are not empty by accident."""
    assert suites.exists()
    assert len(_entries()) > 80


def test_neither_order_nor_labels_matter() -> None:
    """Shuffled lines with other labels give the same IRIs."""
    lines = [f"_:n{i} <http://e/next> _:n{(i + 1) % 5} ." for i in range(5)] + ['_:n0 <http://e/p> "start" .']
    wanted = skolemise(lines, "http://e/d")
    shuffled = [line.replace("_:n", "_:zz") for line in lines]
    shuffled = shuffled[3:] + shuffled[:3][::-1]
    assert wanted == skolemise(shuffled, "http://e/d#")
    assert "<http://e/d#b-c14n0>" in wanted[0]


def test_a_poison_graph_is_refused() -> None:
    """A clique of blank nodes ends with an error that says what to do, not with a hanging build."""
    clique = [f"_:n{i} <http://e/p> _:n{j} ." for i in range(12) for j in range(12) if i != j]
    with pytest.raises(DatasetUnreadable) as caught:
        skolemise(clique, "http://e/d")
    assert caught.value.reason == "dataset.blank-nodes"
    assert "give IRIs" in str(caught.value)
