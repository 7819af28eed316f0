import gzip
import hashlib

import pytest

from publisher.errors import ImportFailed
from publisher.imports import cut_slices


def test_a_slice_holds_the_used_terms_and_what_is_above_them(aviary):
    """A used term brings its superclasses, its wholes and what followed relations lead to, and no other term."""
    cutting = cut_slices(aviary.root, aviary.folder)
    assert {cut.name: cut.terms for cut in cutting.slices} == {"birds": 5, "places": 3, "rings": 1, "groups": 2}
    assert "unused kite" not in aviary.slice("birds")


def test_a_term_keeps_labels_synonyms_parents_and_chosen_links(aviary):
    """Everything a slice tells about a term is in the order of its statements."""
    cut_slices(aviary.root, aviary.folder)
    block = aviary.slice("birds").partition("\nBIRD:2 ")[2].partition("\n\n")[0]
    assert block == (
        "a owl:Class ;\n    BFO:0000050 BIRD:5 ;\n".replace(
            "BFO:0000050", "<http://purl.obolibrary.org/obo/BFO_0000050>"
        )
        + '    oboInOwl:hasBroadSynonym "night bird"@en ;\n'
        '    oboInOwl:hasDbXref "WIKI:Owl" ;\n'
        "    rdfs:isDefinedBy <https://birds.example/onto> ;\n"
        '    rdfs:label "owl"@en ;\n'
        "    rdfs:subClassOf BIRD:1 ;\n"
        "    skos:exactMatch WIKI:Owl ;\n"
        "    ex:eats BIRD:6 ."
    )


def test_no_definition_reaches_a_slice(aviary):
    """Definitions are other people's sentences: they stay in the source."""
    cut_slices(aviary.root, aviary.folder)
    texts = "".join(aviary.slice(name) for name in ("birds", "places", "rings", "groups"))
    assert "belongs to its author" not in texts
    assert "Not to be taken" not in texts


def test_the_header_names_source_version_licence_and_refused_lines(aviary):
    """A slice says whose it is, in which version, under which licence, and how many lines were dropped."""
    cut_slices(aviary.root, aviary.folder)
    head = aviary.slice("birds").partition("BIRD:1 a")[0]
    assert "dcterms:license <https://creativecommons.org/licenses/by/4.0/>" in head
    assert "dcterms:source <https://birds.example/onto>" in head
    assert 'owl:versionInfo "2026-01-01"' in head
    assert "lines of it refused as not valid and dropped: 1." in head


def test_the_same_inputs_give_the_same_bytes(aviary):
    """Cutting twice changes no byte."""
    cut_slices(aviary.root, aviary.folder)
    first = {path.name: path.read_bytes() for path in (aviary.root / "ontology" / "imports").iterdir()}
    cut_slices(aviary.root, aviary.folder)
    second = {path.name: path.read_bytes() for path in (aviary.root / "ontology" / "imports").iterdir()}
    assert first == second


def test_checksums_of_the_slices_are_listed(aviary):
    """SHA256SUMS lists every slice as sha256sum does."""
    cut_slices(aviary.root, aviary.folder)
    folder = aviary.root / "ontology" / "imports"
    lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    wanted = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in sorted(folder.glob("*.ttl"))]
    assert wanted == lines


def test_a_source_with_other_bytes_than_declared_stops_the_work(aviary):
    """A changed source is refused with its name and both checksums, and no slice is written."""
    (aviary.folder / "places.ttl").write_text("changed", encoding="utf-8")
    with pytest.raises(ImportFailed, match=r"places\.ttl is not the file that was declared") as caught:
        cut_slices(aviary.root, aviary.folder)
    assert caught.value.reason == "imports.checksum"
    assert not (aviary.root / "ontology" / "imports").exists()


def test_a_missing_source_is_told_with_the_next_step(aviary):
    """A source that is not in the folder is named, with the option that names another folder."""
    (aviary.folder / "places.ttl").unlink()
    with pytest.raises(ImportFailed, match=r"cannot read the source places\.ttl") as caught:
        cut_slices(aviary.root, aviary.folder)
    assert caught.value.fix is not None
    assert "--from" in caught.value.fix


def test_a_source_that_no_term_needs_is_not_opened(aviary):
    """Sources are read lazily: an unused one may be missing."""
    aviary.write("seeds/entities.yaml", "entities:\n- {id: BIRD:3, label: barn owl, type: ex:Bird}\n")
    (aviary.folder / "rings.tsv").unlink()
    assert [cut.name for cut in cut_slices(aviary.root, aviary.folder).slices] == ["birds"]


def test_half_a_gzip_file_is_told(aviary):
    """A truncated source is an error with its name, never a traceback."""
    whole = gzip.compress(b"format-version: 1.4\n" * 100, mtime=0)[:-9]
    (aviary.folder / "birds.obo.gz").write_bytes(whole)
    text = (aviary.root / "ontology" / "sources.toml").read_text(encoding="utf-8")
    start = text.index('sha256 = "') + len('sha256 = "')
    text = text[:start] + hashlib.sha256(whole).hexdigest() + text[start + 64 :]
    aviary.write("ontology/sources.toml", text)
    with pytest.raises(ImportFailed, match=r"birds\.obo\.gz is not a whole gzip file"):
        cut_slices(aviary.root, aviary.folder)


def test_slices_that_cannot_be_written_are_told(aviary):
    """When the folder cannot be made, the message names it; nothing else is left behind."""
    aviary.write("ontology/imports", "a file where a folder should be")
    with pytest.raises(ImportFailed, match="cannot write the slices"):
        cut_slices(aviary.root, aviary.folder)
    assert sorted(path.name for path in (aviary.root / "ontology").iterdir()) == [
        "birds.ttl",
        "imports",
        "sources.toml",
    ]


def test_an_identifier_that_no_source_has_is_reported(aviary):
    """An IRI in a source's namespace that the source lacks comes back as unknown."""
    aviary.write("seeds/facts/D.yaml", "facts:\n- {subject: BIRD:999}\n")
    cutting = cut_slices(aviary.root, aviary.folder)
    assert cutting.unknown == ("http://purl.obolibrary.org/obo/BIRD_999",)


def test_an_obsolete_term_brings_its_replacements(aviary):
    """An obsolete term is kept with its mark, and the terms that replace it come along."""
    aviary.write("seeds/entities.yaml", "entities:\n- {id: BIRD:4, label: x, type: ex:Bird}\n")
    cut_slices(aviary.root, aviary.folder)
    text = aviary.slice("birds")
    assert "owl:deprecated true" in text
    assert "<http://purl.obolibrary.org/obo/IAO_0100001> BIRD:3" in text
    assert "\nBIRD:3 a owl:Class" in text


def test_an_alternative_identifier_is_a_merged_term(aviary):
    """An alt_id is told as obsolete, merged, and replaced by the term that carries it."""
    aviary.write("seeds/entities.yaml", "entities:\n- {id: BIRD:22, label: x, type: ex:Bird}\n")
    cut_slices(aviary.root, aviary.folder)
    block = aviary.slice("birds").partition("\nBIRD:22 ")[2].partition("\n\n")[0]
    assert "IAO_0000227" in block
    assert "IAO_0100001> BIRD:2" in block


def test_a_cut_of_one_source_leaves_the_other_slices(aviary):
    """With ``only``, the other slices and their checksums stay."""
    cut_slices(aviary.root, aviary.folder)
    aviary.write("seeds/entities.yaml", "entities:\n- {id: BIRD:7, label: unused kite, type: ex:Bird}\n")
    cut_slices(aviary.root, aviary.folder, only=["birds"])
    assert "unused kite" in aviary.slice("birds")
    assert "wood" in aviary.slice("places")


def test_a_whole_cut_removes_slices_that_are_no_longer_used(aviary):
    """A slice whose last term is gone is removed, with its checksum."""
    cut_slices(aviary.root, aviary.folder)
    aviary.write("seeds/entities.yaml", "entities:\n- {id: BIRD:3, label: barn owl, type: ex:Bird}\n")
    cut_slices(aviary.root, aviary.folder)
    folder = aviary.root / "ontology" / "imports"
    assert sorted(path.name for path in folder.iterdir()) == ["SHA256SUMS", "birds.ttl"]


def test_a_name_that_is_no_source_is_refused(aviary):
    """``only`` with an unknown name lists the known ones."""
    with pytest.raises(ImportFailed, match="there is no source 'fish'") as caught:
        cut_slices(aviary.root, aviary.folder, only=["fish"])
    assert caught.value.fix == "choose one of: birds, places, rings, groups"


def test_a_cut_tells_itself_in_lines(aviary):
    """The lines name each slice, each refused line of a source and each unknown identifier."""
    aviary.write("seeds/facts/D.yaml", "facts:\n- {subject: BIRD:999}\n")
    lines = list(cut_slices(aviary.root, aviary.folder))
    assert lines[0] == (
        "ontology/imports/birds.ttl: 5 terms, 1 lines of the source refused\n"
        "  line 15: the value of synonym is not valid OBO: synonym: not quoted at all"
    )
    assert lines[-1] == "http://purl.obolibrary.org/obo/BIRD_999: used, but in no source"
