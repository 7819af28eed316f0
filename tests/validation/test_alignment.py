import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from publisher.dataset import Dataset, open_dataset
from publisher.errors import Finding, Severity, Where
from publisher.validation.alignment import check_alignment, read_slices

MANIFEST = """[dataset]
name = "birds"
title = "Birds"
description = "Birds seen."
base = "https://birds.example/"
version = "2026-01-01"
licence = "https://creativecommons.org/publicdomain/zero/1.0/"
creators = [{ name = "A watcher" }]
[prefixes]
BIRD = "https://onto.example/BIRD_"
ex = "https://birds.example/vocab#"
"""

ONTOLOGY = """@prefix ex: <https://birds.example/vocab#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
ex:Bird a owl:Class ; rdfs:label "bird"@en .
ex:Owl a owl:Class ; rdfs:subClassOf ex:Bird ; rdfs:label "owl"@en .
ex:Place a owl:Class ; rdfs:label "place"@en .
"""

SOURCES = """[sources.birds]
version = "2026-01-01"
namespaces = ["BIRD:", "https://onto.example/BIRD_"]
kinds = { "BIRD:1" = ["ex:Bird"], "BIRD:5" = ["ex:Place"] }
"""

SLICE = """@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix oboInOwl: <http://www.geneontology.org/formats/oboInOwl#> .
@prefix obo: <http://purl.obolibrary.org/obo/> .
@prefix BIRD: <https://onto.example/BIRD_> .
<https://birds.example/slices#birds> a owl:Ontology ; owl:versionInfo "2026-01-01" .
BIRD:1 a owl:Class ; rdfs:label "bird"@en .
BIRD:2 a owl:Class ; rdfs:label "owl"@en ; rdfs:subClassOf BIRD:1 ; oboInOwl:hasExactSynonym "night bird"@en .
BIRD:3 a owl:Class ; rdfs:label "obsolete screech"@en ; owl:deprecated true ; obo:IAO_0100001 BIRD:2 .
BIRD:4 a owl:Class ; rdfs:label "obsolete hoot"@en ; owl:deprecated true ; oboInOwl:consider BIRD:1 .
BIRD:5 a owl:Class ; rdfs:label "wood"@en .
"""

HEAD = "subject_id\tpredicate_id\tobject_id\tobject_label\tmapping_justification\tconfidence\tobject_source_version\n"

Make = Callable[..., Dataset]


@pytest.fixture(name="birds")
def _birds(tmp_path: Path) -> Make:
    def write(path: str, text: str) -> None:
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def make(*entities: str, mapping: str = "", listed: str = "") -> Dataset:
        write("dataset.toml", MANIFEST)
        write("ontology/birds.ttl", ONTOLOGY)
        write("ontology/sources.toml", SOURCES)
        write("ontology/imports/birds.ttl", SLICE)
        write("ontology/imports/SHA256SUMS", f"{listed or hashlib.sha256(SLICE.encode()).hexdigest()}  birds.ttl\n")
        write("seeds/entities.yaml", "\n".join(["entities:", *(f"- {{{each}}}" for each in entities)]) + "\n")
        if mapping:
            write("mappings/birds.sssom.tsv", HEAD + mapping)
        return open_dataset(tmp_path)

    return make


def only(dataset: Dataset) -> Finding:
    """Give the one finding of a dataset."""
    (finding,) = check_alignment(dataset)
    return finding


def test_what_is_right_has_no_finding(birds):
    """A living term under its label and of its kind is right, an own class below the kind too."""
    dataset = birds(
        "id: BIRD:1, label: bird, type: ex:Bird", "id: BIRD:2, label: owl, type: ex:Owl",
        "id: 'https://elsewhere.example/x', label: x, type: ex:Bird",
        mapping="BIRD:1\tskos:exactMatch\tBIRD:2\towl\tsemapv:ManualMappingCuration\t0.9\t2026-01-01\n",
    )  # fmt: skip
    assert list(check_alignment(dataset)) == []


def test_an_unknown_identifier_tells_where_and_what_was_meant(birds):
    """An identifier in no slice is a violation at its line, with the term of that name."""
    finding = only(birds("id: BIRD:1, label: bird, type: ex:Bird", "id: BIRD:9, label: night bird, type: ex:Bird"))
    assert finding.code == "alignment.unknown-identifier"
    assert finding.where is not None
    assert (finding.where.file, finding.where.line) == ("seeds/entities.yaml", 3)
    assert finding.message == "BIRD:9 is in no slice, given as 'night bird'"
    assert (finding.fix or "").startswith("did you mean BIRD:2 (owl)?")


def test_an_obsolete_identifier_tells_its_replacement(birds):
    """An obsolete identifier is a violation; the next step names what replaces it, or what to consider."""
    replaced = only(birds("id: BIRD:3, label: screech, type: ex:Bird"))
    consider = only(birds("id: BIRD:4, label: hoot, type: ex:Bird"))
    assert (replaced.code, replaced.fix) == ("alignment.obsolete", "use BIRD:2 (owl)")
    assert (consider.code, consider.fix) == ("alignment.obsolete", "consider BIRD:1 (bird)")


def test_another_label_than_the_slice_has_is_told(birds):
    """A label that differs is a violation with both labels; a synonym is told as one."""
    finding = only(birds("id: BIRD:2, label: night bird, type: ex:Owl"))
    assert finding.code == "alignment.label-differs"
    assert finding.message == (
        "BIRD:2 is called 'owl' in the slice birds, not 'night bird' (the label given is a synonym of it)"
    )


def test_a_term_of_another_kind_is_told(birds):
    """A type that the source cannot give at that place of its hierarchy is a violation."""
    finding = only(birds("id: BIRD:5, label: wood, type: ex:Bird"))
    assert finding.code == "alignment.wrong-kind"
    assert finding.message == "BIRD:5 (wood) is typed ex:Bird; a term of birds in that place is one of: ex:Place"


def test_a_mapping_is_held_against_the_slice_too(birds):
    """Label, obsolescence, version and confidence of a mapping are looked at, at its line."""
    row = "BIRD:1\tskos:exactMatch\tBIRD:2\tuhu\tsemapv:ManualMappingCuration\t\t2020-01-01\n"
    findings = list(check_alignment(birds(mapping=row)))
    assert [(finding.code, finding.severity) for finding in findings] == [
        ("alignment.label-differs", Severity.VIOLATION),
        ("alignment.version-differs", Severity.WARNING),
        ("alignment.unjustified", Severity.VIOLATION),
    ]
    label, version, row_itself = (row.index("uhu") + 1, row.index("2020") + 1, 0)
    places = [Where("mappings/birds.sssom.tsv", 2, column) for column in (label, version, row_itself)]
    assert [finding.where for finding in findings] == places


def test_a_slice_that_was_changed_by_hand_is_told(birds):
    """A slice whose checksum is not the listed one is damaged."""
    finding = only(birds(listed="0" * 64))
    assert finding.code == "alignment.slice-damaged"
    assert finding.where == Where("ontology/imports/birds.ttl")


def test_a_missing_and_an_unlisted_slice_are_told(birds):
    """A listed slice that is gone, and one that no list names, are damages."""
    dataset = birds()
    folder = dataset.root / "ontology" / "imports"
    (folder / "birds.ttl").rename(folder / "other.ttl")
    messages = [finding.message for finding in check_alignment(dataset)]
    assert messages == ["the slice birds.ttl is missing", "the slice other.ttl is not in ontology/imports/SHA256SUMS"]


def test_a_slice_that_does_not_parse_is_told_with_its_line(birds):
    """A slice with a syntax error is a finding, and the rest is still checked."""
    dataset = birds("id: BIRD:1, label: bird, type: ex:Bird")
    (dataset.root / "ontology" / "imports" / "birds.ttl").write_text("BIRD:1 a\n", encoding="utf-8")
    codes = [finding.code for finding in check_alignment(dataset)]
    assert codes == ["alignment.slice-damaged", "alignment.slice-damaged", "alignment.unknown-identifier"]


def test_a_dataset_without_sources_has_nothing_to_check(tmp_path):
    """Where no source is declared, no identifier is judged."""
    (tmp_path / "dataset.toml").write_text(MANIFEST, encoding="utf-8")
    dataset = open_dataset(tmp_path)
    assert list(check_alignment(dataset, read_slices(tmp_path, dataset.prefixes))) == []
