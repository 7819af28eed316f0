import csv
from collections.abc import Callable
from pathlib import Path

from publisher.dataset import Dataset, open_dataset, write_tables
from publisher.dataset.tables import COLUMNS
from publisher.rdf.names import RDF, XSD

BASE = "https://example.org/lights/"
VOCABULARY = f"{BASE}vocab#"


def rows(dataset: Dataset, name: str) -> list[dict[str, str | None]]:
    """Give the rows of a table as mappings."""
    table = dataset.tables[name]
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def row(dataset: Dataset, name: str, **wanted: str) -> dict[str, str | None]:
    """Give the first row with these cells."""
    return next(row for row in rows(dataset, name) if wanted.items() <= row.items())


def test_the_second_dataset_has_no_finding(lighthouses: Dataset) -> None:
    """The dataset that every engine test reads is right."""
    assert lighthouses.findings == ()


def test_every_row_ends_with_its_file_and_line(lighthouses: Dataset) -> None:
    """Each row names a line of a file that exists."""
    for name, table in lighthouses.tables.items():
        assert COLUMNS[name] == table.columns
        for cells in table.rows:
            file, line = cells[-2], cells[-1]
            assert file is not None
            assert line is not None
            lines = (lighthouses.root / file).read_text(encoding="utf-8").splitlines()
            assert 1 <= int(line) <= len(lines)


def test_a_fact_is_flattened(lighthouses: Dataset) -> None:
    """A fact's row holds full IRIs, its label and its certainty."""
    fact = row(lighthouses, "facts", id="LC0000002")
    assert f"{BASE}claim/LC0000002" == fact["iri"]
    assert f"{BASE}thing/LX0000001" == fact["subject"]
    assert f"{VOCABULARY}designedBy" == fact["predicate"]
    assert fact["object"] == fact["direct_object"]
    assert (fact["label"], fact["language"]) == ("Skårholm Lt was designed by Ada Lindqvist", "en")
    assert (fact["document"], fact["created"], fact["status"]) == ("P1", "2026-01-15", "reviewed")


def test_only_sure_complete_facts_that_are_not_negated_have_a_bare_triple(lighthouses: Dataset) -> None:
    """The column direct_object is empty for every fact that is negated, guessed, hoped, open or incomplete."""
    bare = {fact["id"] for fact in rows(lighthouses, "facts") if fact["direct_object"]}
    assert {f"LC{number:07d}" for number in (1, 2, 3, 4, 9, 10, 11)} == bare


def test_labels_tell_negation_and_certainty(lighthouses: Dataset) -> None:
    """A generated label ends with the labels of what makes the fact less than sure."""
    assert row(lighthouses, "facts", id="LC0000007")["label"] == "Skårholm Lt marks Tern Rocks (denied)"
    assert str(row(lighthouses, "facts", id="LC0000008")["label"]).endswith("(guessed)")


def test_values_are_typed_by_the_ontology(lighthouses: Dataset) -> None:
    """A declared range decides the datatype, an object property makes an IRI, explicit forms win."""
    year = row(lighthouses, "qualifiers", property=f"{VOCABULARY}untilYear")
    assert ("1904", f"{XSD}gYear") == (year["lexical"], year["datatype"])
    metres = row(lighthouses, "part_values", property=f"{VOCABULARY}metres")
    assert ("32.5", f"{XSD}decimal") == (metres["lexical"], metres["datatype"])
    remark = row(lighthouses, "qualifiers", property=f"{VOCABULARY}remark")
    assert (remark["text"], remark["language"], remark["lexical"]) == ("Seen on clear nights.", "en", None)
    events = [item["iri"] for item in rows(lighthouses, "qualifiers") if item["property"] == f"{VOCABULARY}whenSaid"]
    assert [f"{BASE}thing/LX0000008", f"{BASE}thing/LX0000009"] == events


def test_decimals_come_out_canonical(edit: Callable[[str, str, str], Dataset]) -> None:
    """A trailing zero is dropped, because the store would drop it too."""
    dataset = edit("seeds/facts/K1.yaml", "v:span: 1.20", "v:span: 1e3")
    assert row(dataset, "qualifiers")["lexical"] == "1000"


def test_passages_find_their_sentence(lighthouses: Dataset) -> None:
    """A passage's row holds the section and the sentence of the segment that it begins in."""
    passage = row(lighthouses, "passages", evidence=f"{BASE}witness/LW0000007")
    assert (passage["section"], passage["sentence"], passage["segment"]) == ("The lamp", "4", "6")
    assert f"{BASE}witness/LW0000007#target" == passage["target"]


def test_a_fact_is_about_the_parts_of_our_own_entities_too(lighthouses: Dataset) -> None:
    """The bell is part of a lighthouse, so a fact about the bell is about the lighthouse."""
    about = {item["entity"] for item in rows(lighthouses, "about") if str(item["fact"]).endswith("LC0000008")}
    assert {f"{BASE}thing/LX000000{number}" for number in (1, 7, 8)} == about


def test_alignments_stand_only_between_things(lighthouses: Dataset) -> None:
    """A literal subject and a term that was not found give no bare triple."""
    found = [
        (item["subject"] is not None, item["direct_object"] is not None) for item in rows(lighthouses, "alignments")
    ]
    assert found == [(True, True), (True, True), (False, False), (True, False)]


def test_merged_and_retired_ids_are_full_iris(lighthouses: Dataset) -> None:
    """A retired id is told apart by its pattern, and what it was merged into is an IRI."""
    merged = row(lighthouses, "retired", id="lx:LX0000011")
    assert ("entity", f"{BASE}thing/LX0000001") == (merged["kind"], merged["merged_into"])
    assert f"{BASE}claim/LC0000013" == row(lighthouses, "retired", id="LC0000013")["iri"]


def test_origins_lead_to_the_line(lighthouses: Dataset) -> None:
    """The IRI of a fact, and a value of it, lead to where they are curated."""
    origin = lighthouses.origins[f"{BASE}claim/LC0000001"]
    assert (origin.file, origin.line) == ("seeds/facts/P1.yaml", 3)
    place = lighthouses.key_origins[f"{BASE}claim/LC0000001", f"{RDF}object"]
    assert (place.file, place.line) == ("seeds/facts/P1.yaml", 7)


def test_an_outside_entity_takes_its_label_from_its_slice(edit: Callable[[str, str, str], Dataset]) -> None:
    """A label may be left out where the ontology gives it."""
    dataset = edit("seeds/entities.yaml", "entities:\n", "entities:\n- id: v:Kite\n")
    assert dataset.findings == ()
    assert row(dataset, "entities", id="v:Kite")["label"] == "kite"


def test_tables_are_written_as_csv(lighthouses: Dataset, tmp_path: Path) -> None:
    """Every table becomes a CSV file whose empty cells are what is not there."""
    paths = write_tables(lighthouses.tables, tmp_path)
    assert {f"{name}.csv" for name in COLUMNS} == {path.name for path in paths}
    with (tmp_path / "facts.csv").open(encoding="utf-8", newline="") as stream:
        written = list(csv.DictReader(stream))
    assert [fact["id"] for fact in rows(lighthouses, "facts")] == [fact["id"] for fact in written]
    assert written[4]["direct_object"] == ""


def test_a_dataset_of_a_manifest_alone_opens(tmp_path: Path) -> None:
    """Without seeds there is nothing to find, and nothing wrong."""
    text = (
        '[dataset]\nname = "a"\ntitle = "A"\nbase = "https://example.org/a/"\nversion = "2026-01-01"\nlicence = "x"\n'
    )
    (tmp_path / "dataset.toml").write_text(text, encoding="utf-8")
    dataset = open_dataset(tmp_path)
    assert (len(dataset.tables["facts"].rows), dataset.findings) == (0, ())


def test_outside_terms_and_hierarchy_are_read(lighthouses: Dataset) -> None:
    """The ontology view knows labels, superclasses, inverses and obsolete terms of slices."""
    ontology = lighthouses.ontology
    coast = "http://example.com/coast/C_"
    assert ontology.label(f"{coast}0000002") == "granite"
    assert f"{coast}0000001" in ontology.ancestors(f"{VOCABULARY}Lighthouse")
    assert f"{VOCABULARY}designed" == ontology.properties[f"{VOCABULARY}designedBy"].inverse
    assert {f"{coast}0000010": f"{coast}0000004"} == dict(ontology.deprecated)
    assert f"{coast}0000002" not in ontology.own
