"""The page about one thing, as a value."""

from dataclasses import replace

import pytest

from publisher.entities.reader import Reader
from publisher.entities.values import Certainty, Link, Passage, Text
from publisher.entities.view import view
from publisher.errors import UsageError

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
