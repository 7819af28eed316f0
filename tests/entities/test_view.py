"""The page about one thing, as a value."""

from dataclasses import replace
from pathlib import Path

import pytest

from publisher.entities.page.sourced import sourced
from publisher.entities.page.view import view
from publisher.entities.reader import Reader
from publisher.entities.values import Certainty, Link, Passage, Text
from publisher.errors import UsageError
from publisher.rdf.names import DCTERMS, FOAF, RDF
from tests.entities.conftest import reading

BASE = "https://example.org/lights/"
LIGHT = f"{BASE}thing/LX0000001"


def test_a_thing_has_its_names_and_kinds(reader: Reader) -> None:
    """The page knows label, synonyms, kind, CURIE and aligned identifiers."""
    page = view(reader, LIGHT)
    assert page is not None
    assert (page.thing.name, page.curie, page.synonyms) == ("Skårholm Light", "lx:LX0000001", ("The Old Lady",))
    assert [kind.name for kind in page.kinds] == ["lighthouse"]
    assert [value.iri for item in page.aligned for value in item.values if isinstance(value, Link)] == [
        "http://example.net/atlas?id=7&lang=en"
    ]


def test_facts_are_grouped_by_relation_and_end(reader: Reader) -> None:
    """What the thing does comes before what is done to it, each under its relation."""
    page = view(reader, LIGHT)
    assert page is not None
    assert [(group.direction, group.heading.name, len(group.facts)) for group in page.groups] == [
        ("out", "is built of", 1), ("out", "stands in", 1), ("in", "is visible from", 1),
    ]  # fmt: skip


def test_a_fact_tells_how_sure_and_who_says_so(reader: Reader) -> None:
    """A fact carries certainty, negation, context, cue, passages, codes and cited works."""
    page = view(reader, LIGHT)
    assert page is not None
    guess = page.groups[0].facts[0]
    assert guess.certainty == Certainty(f"{BASE}vocab#guessed", "guessed", 1, 2, plain=False)
    assert [(item.relation.name, item.values) for item in guess.context] == [
        ("in the season", (Link(f"{BASE}thing/winter", "winter"),))
    ]
    witness = guess.evidence[0]
    assert witness.passages == (Passage(141, 199, "Stones", "1"),)
    assert (witness.cue, witness.documents[0].name) == ("perhaps", "A walk along the sound")
    assert [link.name for link in (*witness.cites, *witness.codes)] == ["Stones of the coast", "plain statement"]
    assert page.groups[2].facts[0].negated is True


def test_what_facts_tell_is_not_told_twice(reader: Reader) -> None:
    """The bare triple behind a fact is left out of the other properties, and out of what points at a thing."""
    page = view(reader, LIGHT)
    islet = view(reader, f"{BASE}thing/LX0000003")
    assert page is not None
    assert islet is not None
    assert (page.properties, islet.incoming) == ((), ())


def test_a_document_is_read_in_order(reader: Reader) -> None:
    """A document's facts stand in the order of their passages, under the sections."""
    page = view(reader, f"{BASE}paper/P1")
    assert page is not None
    found = [(group.heading.name, [fact.iri.rpartition("/")[2] for fact in group.facts]) for group in page.groups]
    assert (page.part, found) == (
        "document", [("Islands", ["LC0000003", "LC0000001"]), ("Stones", ["LC0000002"])],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("iri", "part"),
    [("claim/LC0000001", "fact"), ("witness/LW0000001", "evidence"), ("vocab#Lighthouse", "class"),
     ("vocab#standsIn", "property"), ("thing/LX0000002", "thing")],
)  # fmt: skip
def test_each_thing_knows_its_part(reader: Reader, iri: str, part: str) -> None:
    """Facts, evidence, classes, properties and other things are told apart by the roles."""
    page = view(reader, BASE + iri)
    assert page is not None
    assert page.part == part


def test_without_roles_a_page_is_a_plain_table(plain: Reader) -> None:
    """Where a dataset names no parts, all that is said is listed as it is."""
    page = view(plain, f"{BASE}claim/LC0000002")
    assert page is not None
    said = {item.relation.name: item.values for item in page.properties}
    assert page.groups == ()
    assert said["sureness"] == (Link(f"{BASE}vocab#guessed", "guessed"),)
    assert said["denied"] == (Text("false"),)


def test_the_facts_of_a_product_stand_under_their_own_heading(reader: Reader) -> None:
    """Where a role names what a thing makes, its page shows the facts of either under a heading of their own."""
    roles = {**reader.about.roles, "product": f"{BASE}vocab#standsIn"}
    making = replace(reader, about=replace(reader.about, roles=roles))
    page = view(making, f"{BASE}thing/LX0000003")
    assert page is not None
    found = [
        (group.heading.name, [fact.iri[-3:] for fact in group.facts])
        for group in page.groups
        if group.direction == "kin"
    ]
    assert found == [("Skårholm Light", ["002", "003"])]


def test_the_unknown_has_no_page(reader: Reader) -> None:
    """A name that the dataset does not use has no page, and what is no IRI cannot be asked for."""
    assert view(reader, f"{BASE}thing/none") is None
    with pytest.raises(UsageError):
        view(reader, "x> } INSERT")


def test_a_short_name_stands_before_the_full_one(reader: Reader) -> None:
    """Where a property plays the role of short names, the page is called by it, with the full name below."""
    roles = {**reader.about.roles, "name": "http://www.w3.org/2004/02/skos/core#altLabel"}
    shown = view(replace(reader, about=replace(reader.about, roles=roles)), f"{BASE}thing/LX0000001")
    assert shown is not None
    assert (shown.thing.name, shown.title, shown.synonyms) == ("The Old Lady", "Skårholm Light", ())


def test_paperwork_is_told_apart(reader: Reader) -> None:
    """Checksums and identifiers of a document are kept for the record, not among what is said about it."""
    shown = view(reader, f"{BASE}paper/P1")
    assert shown is not None
    assert [item.relation.iri for item in shown.record] == [
        "http://spdx.org/rdf/terms#checksum",
        "http://purl.org/dc/terms/identifier",
    ]
    assert not {item.relation.iri for item in shown.properties} & {item.relation.iri for item in shown.record}


def test_a_long_document_is_read_page_by_page(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of a document follow its text: what stands first is on the first page, and nothing is shown twice."""
    monkeypatch.setattr("publisher.entities.page.view.FACTS_PER_PAGE", 1)
    pages = [view(reader, f"{BASE}paper/P1", page=number) for number in (1, 2, 3, 4)]
    read = [[fact.iri.rpartition("/")[2] for group in page.groups for fact in group.facts] for page in pages if page]
    assert read == [["LC0000003"], ["LC0000001"], ["LC0000002"], []]
    assert [page.more for page in pages if page] == [True, True, False, False]


def test_a_place_is_found_with_its_checksum(reader: Reader) -> None:
    """Evidence is given with its facts and the checksums of its document; what has no passage gives nothing."""
    found = sourced(reader, f"{BASE}witness/LW0000001")
    assert found is not None
    assert [fact.name for fact in found.facts] == ["Skårholm Light stands in Skårholm"]
    assert (len(found.checksums), len(found.checksums[0])) == (1, 64)
    assert sourced(reader, f"{BASE}witness/LW0000002") is None


def test_a_part_of_which_only_the_name_is_told_is_shown_by_its_name(reader: Reader, tmp_path: Path) -> None:
    """A creator whom the dataset describes beside itself is called by name, with what it is, not by its kind alone."""
    lines = [
        f"<{BASE}dataset> <{DCTERMS}creator> <{BASE}dataset#agent-1> .",
        f"<{BASE}dataset#agent-1> <{RDF}type> <{FOAF}Agent> .",
        f"<{BASE}dataset#agent-1> <{RDF}type> <{FOAF}Organization> .",
        f'<{BASE}dataset#agent-1> <{FOAF}name> "The Watch" .',
    ]
    with reading(lines, reader, tmp_path) as described:
        page = view(described, f"{BASE}dataset")
    assert page is not None
    shown = [value for item in page.properties + page.record for value in item.values]
    assert shown == [Link(f"{BASE}dataset#agent-1", "The Watch", "Organization")]
