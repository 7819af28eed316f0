import gzip
import hashlib

import pyoxigraph as ox
import pytest

from publisher.errors import ImportFailed
from publisher.imports import Library, read_sources
from publisher.imports.read.tables import bracketed
from publisher.imports.term import Kind, Link, Scope, Synonym

BIRD = "http://purl.obolibrary.org/obo/BIRD_"
PLACE = "https://place.example/"


def library(aviary):
    """Give the library of the aviary's sources."""
    return Library(read_sources(aviary.root), aviary.folder)


def term(aviary, iri):
    """Give a term that must be there."""
    found = library(aviary).find(iri)
    assert found is not None
    return found[1]


def test_an_obo_line_that_is_not_valid_is_dropped_and_reported(aviary):
    """A synonym without quotes is refused with its line; the term keeps its other synonyms."""
    owl = term(aviary, BIRD + "2")
    opened = library(aviary)
    refused = opened.open(opened.sources.named("birds")).refused
    assert [(each.line, each.text) for each in refused] == [(15, "synonym: not quoted at all")]
    assert owl.synonyms == (Synonym("night bird", Scope.BROAD),)


@pytest.mark.parametrize(
    "line",
    [
        "name: !Kung",
        "xref: OBI:two words here",
        'xref: http:http\\://en.example "x"',
        "is_a:",
        'def: "Text" [Name:With Blank]',
        'synonym: "no end',
        "is_obsolete: perhaps",
        "relationship: part_of",
    ],
)
def test_lines_at_which_strict_readers_stop_are_refused_one_by_one(aviary, line):
    """Each kind of broken line is refused alone; the file is read to its end."""
    text = f"[Term]\nid: BIRD:1\n{line}\n\n[Term]\nid: BIRD:3\nname: last\n"
    aviary.declare(birds=text)
    opened = library(aviary)
    assert [(3, line)] == [(each.line, each.text) for each in opened.open(opened.sources.named("birds")).refused]
    assert term(aviary, BIRD + "3").label == "last"


def test_obo_escapes_are_undone(aviary):
    """A backslash before a quote is not part of the text."""
    assert term(aviary, BIRD + "1").synonyms == (Synonym('feathered "animal"', Scope.EXACT),)


def test_windows_line_ends_are_read_as_line_ends(aviary):
    """An OBO file with CR LF reads as one with LF."""
    aviary.declare(birds="[Term]\r\nid: BIRD:3\r\nname: last\r\n")
    assert term(aviary, BIRD + "3").label == "last"


def test_text_that_is_not_utf8_is_told_with_its_line(aviary):
    """A table in another encoding is an error that names file and line."""
    data = "id\tsymbol\tother\tgroup\tfull\nR:1\tM\xfc\t\t\t\n".encode("latin-1")
    path = aviary.folder / "rings.tsv"
    path.write_bytes(data)
    sources = read_sources(aviary.root)
    from publisher.imports.read import read_source  # noqa: PLC0415 - only this test reads without verifying

    with pytest.raises(ImportFailed, match=r"rings\.tsv is not UTF-8") as caught:
        read_source(sources.named("rings"), aviary.folder, prefixes=sources.prefixes, verify=False)
    assert caught.value.where is not None
    assert caught.value.where.line == 2


def test_owl_prefers_the_english_label_and_reads_part_of(aviary):
    """Of several labels the English one is taken; *part of some* becomes a whole."""
    wood = term(aviary, PLACE + "Wood")
    assert term(aviary, PLACE + "Place").label == "place"
    assert wood.wholes == (PLACE + "Country",)
    assert wood.parents == (PLACE + "Place",)
    assert wood.synonyms == (Synonym("forest", Scope.EXACT),)


@pytest.mark.parametrize("suffix", ["owl", "rdf", "nt", "nq", "trig", "jsonld", "ttl.gz"])
def test_an_ontology_is_read_in_any_syntax_of_rdf(aviary, suffix):
    """The suffix of the file names its syntax; the same ontology gives the same terms in each."""
    turtle = (aviary.folder / "places.ttl").read_bytes()
    wanted = {each.iri: each for each in library(aviary).open(read_sources(aviary.root).named("places"))}
    formats = {"owl": "rdf", "ttl.gz": "ttl"}
    syntax = ox.RdfFormat.from_extension(formats.get(suffix, suffix))
    written = ox.serialize((quad.triple for quad in ox.parse(input=turtle, format=ox.RdfFormat.TURTLE)), format=syntax)
    data = gzip.compress(written) if suffix.endswith(".gz") else written
    (aviary.folder / f"places.{suffix}").write_bytes(data)
    declared = (aviary.root / "ontology/sources.toml").read_text(encoding="utf-8")
    declared = declared.replace(hashlib.sha256(turtle).hexdigest(), hashlib.sha256(data).hexdigest())
    declared = declared.replace('"places.ttl"', f'"places.{suffix}"').replace('"turtle"', '"owl"')
    aviary.write("ontology/sources.toml", declared)
    found = {each.iri: each for each in library(aviary).open(read_sources(aviary.root).named("places"))}
    assert sorted(found) == sorted(wanted)
    assert all(_unordered(found[iri]) == _unordered(wanted[iri]) for iri in wanted)


def _unordered(read):
    """Give a term as what it says, in no order: that of a file is the writer's."""
    return {
        name: sorted(map(str, value)) if isinstance(value, tuple) else value
        for name in ("kind", "label", "synonyms", "parents", "wholes", "links", "obsolete", "replaced_by")
        for value in [getattr(read, name)]
    }


def test_owl_marks_obsolete_terms_with_their_replacement(aviary):
    """A deprecated class tells what replaces it."""
    grove = term(aviary, PLACE + "Grove")
    assert grove.obsolete
    assert grove.replaced_by == (PLACE + "Wood",)


def test_a_predicate_declared_as_datatype_property_is_mended_where_the_source_says_so(aviary):
    """Below a stated property a datatype property is read as an object property; others keep kind and datatype."""
    area = term(aviary, PLACE + "area")
    assert term(aviary, PLACE + "near").kind is Kind.OBJECT_PROPERTY
    assert area.kind is Kind.DATATYPE_PROPERTY
    assert area.links == (
        Link("http://www.w3.org/2000/01/rdf-schema#range", "http://www.w3.org/2001/XMLSchema#decimal"),
    )


def test_turtle_that_does_not_parse_is_told_with_its_line(aviary):
    """A broken ontology is an error with file and line."""
    aviary.declare(places="@prefix a: <http://a/> .\na:b a:c .\n")
    with pytest.raises(ImportFailed) as caught:
        term(aviary, PLACE + "Wood")
    assert caught.value.where is not None
    assert (caught.value.where.file, caught.value.where.line) == ("places.ttl", 2)


def test_a_row_becomes_a_record_with_names_from_several_columns(aviary):
    """Synonyms come from separated cells and from the brackets behind a full name, codes left out."""
    tawny = term(aviary, "https://ring.example/r/10")
    assert tawny.kind is Kind.RECORD
    assert tawny.label == "TAW"
    assert [each.text for each in tawny.synonyms] == ["Tawny", "tawny owl", "Strix (aluco)", "Brown owl"]


def test_a_keyed_json_object_is_a_table(aviary):
    """Objects by identifier are rows; of a mapping of distances only the nearest are parents."""
    group = term(aviary, "https://ring.example/g/7")
    assert group.label == "typical owls"
    assert [link.target for link in group.links] == ["https://ring.example/g/8"]
    assert term(aviary, "https://ring.example/g/9").obsolete


def test_a_table_without_a_named_column_is_told(aviary):
    """A column that is not there is named, with those that are."""
    aviary.declare(rings="id\tname\nR:10\tx\n")
    with pytest.raises(ImportFailed, match=r"rings\.tsv has no column 'other'; it has: id, name"):
        term(aviary, "https://ring.example/r/10")


def test_a_row_with_other_cells_than_the_header_is_refused(aviary):
    """One broken row in a table is dropped and reported with its line; the others are read."""
    aviary.declare(rings="id\tsymbol\tother\tgroup\tfull\nR:1\tONE\nR:10\tTAW\t\t\t\n")
    opened = library(aviary)
    refused = opened.open(opened.sources.named("rings")).refused
    assert [(each.line, each.text, each.reason) for each in refused] == [
        (2, "R:1", "the row has 2 cells, the header 5")
    ]
    assert term(aviary, "https://ring.example/r/10").label == "TAW"


def test_a_cell_that_is_too_large_is_told_with_its_line(aviary):
    """A table that the reader cannot take in is an error with its line, never a traceback."""
    aviary.declare(rings="id\tsymbol\tother\tgroup\tfull\nR:1\t" + "x" * 200_000 + "\t\t\t\n")
    with pytest.raises(ImportFailed, match="this table cannot be read: field larger"):
        term(aviary, "https://ring.example/r/10")


def test_json_that_is_no_object_of_objects_is_told(aviary):
    """A JSON list is refused in plain words."""
    aviary.declare(groups="[1, 2]")
    with pytest.raises(ImportFailed, match="not a JSON object of objects"):
        term(aviary, "https://ring.example/g/7")


def test_brackets_inside_brackets_belong_to_the_name():
    """Only brackets that stand alone are names of their own."""
    assert list(bracketed("Alpha (Beta(2)) (EC 1.1.1.1) (Gamma)")) == ["Beta(2)", "Gamma"]


GRAPHS = """{"graphs": [{"nodes": [
  {"id": "https://place.example/Wood", "lbl": "wood", "type": "CLASS", "meta": {
    "synonyms": [{"pred": "hasExactSynonym", "val": "forest"}],
    "basicPropertyValues": [{"pred": "http://purl.obolibrary.org/obo/IAO_0100001", "val": "p:Place"}],
    "deprecated": true}},
  {"id": "https://place.example/Place", "lbl": "place", "type": "CLASS"},
  {"id": "https://place.example/near", "lbl": "near", "type": "PROPERTY"}],
 "edges": [{"sub": "https://place.example/Wood", "pred": "is_a", "obj": "https://place.example/Place"},
  {"sub": "https://place.example/Wood", "pred": "http://purl.obolibrary.org/obo/BFO_0000050",
   "obj": "https://place.example/Place"}]}]}
"""


def graphs(aviary, text):
    """Declare the places as OBO Graphs JSON."""
    aviary.declare(places=text)
    path = aviary.root / "ontology" / "sources.toml"
    aviary.write("ontology/sources.toml", path.read_text(encoding="utf-8").replace('"turtle"', '"obographs"'))


def test_obo_graphs_give_labels_synonyms_edges_and_marks(aviary):
    """Nodes, metadata and edges of OBO Graphs become a term."""
    graphs(aviary, GRAPHS)
    wood = term(aviary, PLACE + "Wood")
    assert (wood.label, wood.obsolete, wood.replaced_by) == ("wood", True, (PLACE + "Place",))
    assert (wood.parents, wood.wholes) == ((PLACE + "Place",), (PLACE + "Place",))
    assert wood.synonyms == (Synonym("forest", Scope.EXACT),)
    assert term(aviary, PLACE + "near").kind is Kind.OBJECT_PROPERTY


@pytest.mark.parametrize("text", ['{"graphs": [{"nodes": [{}]}]}', "{", "[]"])
def test_json_that_is_not_obo_graphs_is_told(aviary, text):
    """What is no OBO Graphs document is refused in plain words."""
    graphs(aviary, text)
    with pytest.raises(ImportFailed, match="this is"):
        term(aviary, PLACE + "Wood")
