from collections.abc import Callable

from publisher.dataset import Dataset
from publisher.dataset.seeds.evidence import cues_in

FACT = "seeds/facts/K1.yaml"


def test_the_longest_cue_in_a_text_decides() -> None:
    """A cue inside a longer one that also stands there does not count."""
    assert ("may not",) == cues_in("It may  not be so", ["may", "may not", "might"])
    assert () == cues_in("Maya", ["may"])


def test_a_cue_may_be_written_in_any_case(edit: Callable[[str, str, str], Dataset]) -> None:
    """A cue at the beginning of a sentence is the same word."""
    assert () == edit(FACT, 'cue: "may"', 'cue: "May"').findings


def test_a_cue_that_is_not_in_the_table_says_nothing(edit: Callable[[str, str, str], Dataset]) -> None:
    """The table is what a dataset has agreed on, not every word there is."""
    assert () == edit(FACT, 'cue: "may"', 'cue: "presumably"').findings


def test_an_asserted_fact_with_a_hedging_cue_is_found(edit: Callable[[str, str, str], Dataset]) -> None:
    """Asserted, with may in its evidence: one of the two is wrong."""
    dataset = edit(FACT, "certainty: v:hypothesised", "negated: true\n  certainty: v:asserted")
    assert ["certainty.wrong-cue"] == [finding.code for finding in dataset.findings]


def test_one_thing_has_one_entry(edit: Callable[[str, str, str], Dataset]) -> None:
    """The same entity under its CURIE and under its IRI is entered twice."""
    second = '- id: https://example.org/kites/entity/X0000001\n  label: "red kite"\n'
    dataset = edit("seeds/entities.yaml", "entities:\n", f"entities:\n{second}")
    assert ["id.duplicate"] == [finding.code for finding in dataset.findings]


def test_several_forms_of_a_name_are_all_kept(edit: Callable[[str, str, str], Dataset]) -> None:
    """A document prints a name in more than one way."""
    dataset = edit(FACT, 'object: "Ines"', 'object: ["Ines", "her"]')
    assert ["red kite", "Ines", "her"] == [row[3] for row in dataset.tables["mentions"].rows]
