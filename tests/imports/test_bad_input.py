"""What people get wrong with ontologies: circles, imports that lead back, slices that were changed by hand."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from publisher import build
from publisher.errors import ImportFailed
from publisher.imports import cut_slices

CIRCLE = """format-version: 1.4
data-version: 2026-01-01

[Term]
id: BIRD:2
name: owl
is_a: BIRD:3

[Term]
id: BIRD:3
name: barn owl
is_a: BIRD:2
relationship: part_of BIRD:3
"""


def _silent(_: str) -> None:
    """Tell nothing."""


def test_a_circle_of_parents_is_cut_once(aviary):
    """Terms that are above each other, or above themselves, are cut and end."""
    aviary.declare(birds=CIRCLE)

    cut = cut_slices(aviary.root, aviary.folder, only=["birds"])

    assert [each.terms for each in cut.slices] == [2]
    assert aviary.slice("birds").count("rdfs:subClassOf") == 2


def test_ontologies_that_import_each_other_are_read_once(tmp_path: Path) -> None:
    """A dataset whose ontology files import each other in a circle, and each itself, is built as any other."""
    root = tmp_path / "data"
    made = subprocess.run(
        [sys.executable, "-m", "publisher", "new", str(root)], capture_output=True, text=True, check=False, timeout=120
    )
    assert made.returncode == 0
    head = "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
    for one, other in (("a", "b"), ("b", "a")):
        base = "https://example.org/circle/"
        text = (
            f'{head}<{base}{one}> a owl:Ontology ; rdfs:label "{one}" ; owl:imports <{base}{other}> , <{base}{one}> .\n'
        )
        text += f'<{base}{one}#C> a owl:Class ; rdfs:label "{one}" ; rdfs:subClassOf <{base}{other}#C> .\n'
        (root / "ontology" / f"{one}.ttl").write_text(text, encoding="utf-8")

    report = build.check(root, build.Options(reasoner=False), _silent).report

    assert report.conforms


def test_a_source_with_a_wrong_checksum_leaves_the_slices_as_they_were(aviary):
    """A source that is not the declared one is refused, and every slice keeps its bytes; no half slice is left."""
    cut_slices(aviary.root, aviary.folder)
    folder = aviary.root / "ontology" / "imports"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    (aviary.folder / "birds.obo.gz").write_bytes(b"something else")

    with pytest.raises(ImportFailed, match="is not the file that was declared"):
        cut_slices(aviary.root, aviary.folder)

    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_source_that_is_cut_short_is_told(aviary):
    """A compressed source that ends too early is an error with its name, not a traceback."""
    path = aviary.folder / "birds.obo.gz"
    short = path.read_bytes()[:-20]
    sources = aviary.root / "ontology" / "sources.toml"
    declared = hashlib.sha256(path.read_bytes()).hexdigest()
    text = sources.read_text(encoding="utf-8").replace(declared, hashlib.sha256(short).hexdigest())
    sources.write_text(text, encoding="utf-8")
    path.write_bytes(short)

    with pytest.raises(ImportFailed, match=r"birds\.obo\.gz"):
        cut_slices(aviary.root, aviary.folder)

    assert not (aviary.root / "ontology" / "imports").exists()


def test_a_source_in_another_encoding_is_told(aviary):
    """A source that is not UTF-8 is an error with its name."""
    data = (aviary.folder / "rings.tsv").read_text(encoding="utf-8").replace("Snowy owl", "Schnee-Eule ä")
    path, sources = aviary.folder / "rings.tsv", aviary.root / "ontology" / "sources.toml"
    declared = hashlib.sha256(path.read_bytes()).hexdigest()
    path.write_bytes(data.encode("latin-1"))
    text = sources.read_text(encoding="utf-8").replace(declared, hashlib.sha256(path.read_bytes()).hexdigest())
    sources.write_text(text, encoding="utf-8")

    with pytest.raises(ImportFailed, match=r"rings\.tsv"):
        cut_slices(aviary.root, aviary.folder)
