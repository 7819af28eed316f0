import subprocess

import pytest

from publisher.dataset import open_dataset
from publisher.errors import ImportFailed
from publisher.imports import MappingSet, format_mappings, merge_sssom, read_sssom, sssom_text, unmapped, write_sssom
from tests.conftest import peer

TEXT = """#mapping_set_id: https://birds.example/mappings/birds
#license: https://creativecommons.org/publicdomain/zero/1.0/
#sssom_version: "1.1"
#curie_map:
#  p: https://place.example/
#  orcid: https://orcid.org/
#  BIRD: http://purl.obolibrary.org/obo/BIRD_
#mapping_set_description: "No: it is not so"
#creator_id:
#- orcid:0000-0000-0000-0000
subject_id\tobject_label\tobject_id\tpredicate_id\tmapping_justification\tconfidence\tcomment
BIRD:3\tTAW\tp:b\tskos:closeMatch\tsemapv:ManualMappingCuration\t0.9\t
BIRD:2\towl\tp:a\tskos:exactMatch\tsemapv:ManualMappingCuration\t1.0\t
"""

CANONICAL = """#sssom_version: "1.1"
#curie_map:
#  BIRD: http://purl.obolibrary.org/obo/BIRD_
#  orcid: https://orcid.org/
#  p: https://place.example/
#mapping_set_id: https://birds.example/mappings/birds
#mapping_set_description: "No: it is not so"
#creator_id:
#- orcid:0000-0000-0000-0000
#license: https://creativecommons.org/publicdomain/zero/1.0/
subject_id\tpredicate_id\tobject_id\tobject_label\tmapping_justification\tconfidence
BIRD:2\tskos:exactMatch\tp:a\towl\tsemapv:ManualMappingCuration\t1.0
BIRD:3\tskos:closeMatch\tp:b\tTAW\tsemapv:ManualMappingCuration\t0.9
"""


def test_mappings_are_written_canonically(written):
    """Metadata in the order of the specification, prefixes and rows sorted, empty columns gone."""
    assert sssom_text(read_sssom(written(TEXT))) == CANONICAL


def test_the_canonical_form_stays_as_it_is(written):
    """Writing what was written changes no byte."""
    path = written(CANONICAL)
    write_sssom(path, read_sssom(path))
    assert path.read_text(encoding="utf-8") == CANONICAL


def test_mappings_out_of_form_are_named_and_put_in_order_only_when_asked(aviary):
    """A check changes nothing; writing brings the file into canonical form once."""
    aviary.write("mappings/birds.sssom.tsv", TEXT)
    path = aviary.root / "mappings" / "birds.sssom.tsv"
    assert format_mappings(aviary.root, write=False) == (path,)
    assert path.read_text(encoding="utf-8") == TEXT
    assert format_mappings(aviary.root, write=True) == (path,)
    assert format_mappings(aviary.root, write=True) == ()


def test_names_without_a_mapping_are_those_of_own_things(aviary):
    """An own entity that no row aligns is unmapped; one with a row, and an outside entity, are not asked for."""
    nest, perch = ("https://birds.example/entity/" + name for name in ("NEST1", "NEST2"))
    rows = (f"- {{id: {nest}, label: big nest, type: ex:Place}}", f"- {{id: {perch}, label: perch, type: ex:Place}}")
    aviary.write(
        "seeds/entities.yaml", "\n".join(["entities:", *rows, "- {id: BIRD:3, label: x, type: ex:Bird}"]) + "\n"
    )
    head = "subject_id\tpredicate_id\tobject_id\tmapping_justification\n"
    row = f"{perch}\tskos:broadMatch\tp:Wood\tsemapv:ManualMappingCuration\n"
    aviary.write("mappings/nests.sssom.tsv", head + row)
    assert unmapped(open_dataset(aviary.root)) == ("big nest",)


def test_texts_that_yaml_would_read_otherwise_are_quoted():
    """Versions, dates and yes stay text."""
    mappings = MappingSet({"mapping_set_version": "1.10", "mapping_date": "2026-11-20", "comment": "yes"}, ())
    assert sssom_text(mappings).splitlines()[:3] == [
        '#mapping_set_version: "1.10"',
        '#mapping_date: "2026-11-20"',
        "#comment: yes",
    ]


def test_a_column_that_is_not_in_sssom_is_told_with_its_line(written):
    """A misspelt column is an error that names file and line."""
    with pytest.raises(ImportFailed, match="'subject' is no column of SSSOM") as caught:
        read_sssom(written("#sssom_version: '1.1'\nsubject\tobject_id\n"))
    assert caught.value.where is not None
    assert caught.value.where.line == 2


def test_a_row_with_a_cell_too_many_is_told_with_its_line(written):
    """A stray tab is an error that names the row."""
    with pytest.raises(ImportFailed, match="the row has 3 cells, the header 2") as caught:
        read_sssom(written("subject_id\tobject_id\na\tb\na\tb\tc\n"))
    assert caught.value.where is not None
    assert caught.value.where.line == 3


def test_metadata_that_is_not_yaml_is_told_with_its_line(written):
    """A broken header is an error that names its line."""
    with pytest.raises(ImportFailed, match="metadata is not valid YAML") as caught:
        read_sssom(written('#a: b\n#c: "d\nsubject_id\n'))
    assert caught.value.where is not None
    assert caught.value.where.line > 1


def test_the_validator_of_the_sssom_package_accepts_what_we_write(root, written):
    """The sssom package, in an environment of its own, accepts our form and our mappings."""
    program = peer("sssom") / "sssom"
    for path in (written(CANONICAL), *sorted((root / "mappings").glob("*.sssom.tsv"))):
        command = [str(program), "validate", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_sets_are_merged_with_what_their_heads_say_of_their_rows() -> None:
    """Each row keeps what its own set's head says of it, and the prefixes of all sets are there."""
    row = {"subject_id": "a:1", "predicate_id": "skos:exactMatch", "object_id": "b:1"}
    first = MappingSet({"curie_map": {"a": "http://a/"}, "object_source": "http://b", "comment": "ours"}, (row,))
    second = MappingSet({"curie_map": {"b": "http://b/"}}, ({**row, "object_source": "http://c"},))

    merged = merge_sssom([first, second], metadata={"mapping_set_id": "http://all"})

    assert {"mapping_set_id": "http://all", "curie_map": {"a": "http://a/", "b": "http://b/"}} == dict(merged.metadata)
    assert ["http://b", "http://c"] == [each["object_source"] for each in merged.rows]
    assert not any("comment" in each for each in merged.rows)
