"""The RDF that is written by hand holds: it parses, and every outside term in it exists in a slice."""

from pathlib import Path

import pytest

from publisher.imports import read_sources, used_iris
from publisher.rdf import quads

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(
    path for folder in ("ontology", "shapes", "mappings") for path in (ROOT / folder).rglob("*.ttl") if path.is_file()
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_each_file_parses_and_declares_only_prefixes_that_it_uses(path: Path) -> None:
    """A file is valid Turtle, and no prefix of it is declared for nothing."""
    text = path.read_text(encoding="utf-8")
    declared = [line.split()[1].rstrip(":") for line in text.splitlines() if line.startswith("@prefix ")]
    body = "\n".join(line for line in text.splitlines() if not line.startswith("@prefix "))

    assert len(list(quads.read(path, base="https://example.org/"))) > 0
    assert [] == [prefix for prefix in declared if f"{prefix}:" not in body]


def test_every_outside_term_that_is_used_is_in_a_slice() -> None:
    """Whatever seeds, mappings, ontology, shapes and queries name in a declared namespace was found in its source."""
    sources = read_sources(ROOT)
    held = {
        subject[1] for path in (ROOT / "ontology" / "imports").glob("*.ttl") for subject, _, _ in quads.read_terms(path)
    }
    used = used_iris(ROOT, dict(sources.prefixes))

    assert [] == sorted(iri for iri in used if iri not in held and any(source.owns(iri) for source in sources.all))
