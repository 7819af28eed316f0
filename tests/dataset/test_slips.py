"""Where YAML does not parse, the place is the one to mend and the next step is the curator's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.dataset.seeds.marked import parse

SLIPS = {
    'a: {b: "x", c: "y"\nd: 1\n': ("1:4", "the { that opens here is not closed"),
    "a:\n- [1, 2\n- 3\n": ("2:3", "the [ that opens here is not closed"),
    "facts: [\n": ("1:8", "the [ that opens here is not closed"),
    'a: "x\nb: 1\nc: 2\n': ("1:4", "the quote that opens here is never closed"),
    'm: {s: "KPT, o: "XPO"}\n': ("1:18", "a quote before it is missing, or one is too many"),
    'm: "KPT" inhibitor\n': ("1:10", "the text goes on behind its closing quote"),
    "a:\n\tb: 1\n": ("2:1", "a tab stands where YAML wants blanks"),
    "- a: 1\n   b: 2\n": ("2:4", "this line begins after 3 blanks, the one above after 2 blanks"),
    "- a: 1\n b: 2\n": ("2:2", "this line begins after 1 blank, the one above after 2 blanks"),
    "a: 1\nb 2\nc: 3\n": ("2:1", "this line has no colon behind its key"),
    "label: protein: big\n": ("1:15", "this value has a colon of its own"),
    "a:1\nb: 2\n": ("1:2", "a blank is missing behind this colon"),
    "- a: 1\n-b: 2\n": ("2:1", "a blank is missing behind this dash"),
    "a: @x\n": ("1:4", "a value cannot begin with @"),
    'a: "C:\\q"\n': ("1:7", "\\q means nothing inside double quotes"),
    "a: {b: 1}}\n": ("1:10", "} stands here without its partner"),
    "a: 1\n---\nb: 2\n": ("2:1", "a second document begins here, and only the first is read"),
    "a: 1\nb: \x07\n": ("2", "the character U+0007 is not allowed in YAML"),
}


@pytest.mark.parametrize("text", SLIPS, ids=repr)
def test_a_slip_is_found_where_it_is_mended(text: str) -> None:
    """Each slip has one finding, at the place to mend, in words that say what to do."""
    place, words = SLIPS[text]
    (found,) = parse(text, "f.yaml")[1]
    assert f"f.yaml:{place}" == str(found.where)
    assert words in found.message
    assert found.code == "yaml.syntax"
    assert found.fix


@given(st.text(alphabet="ab:{}[],\"'-\n\t #|>&*!?%@\\\r ", max_size=30))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Whatever is written, the reader gives values or findings, never an exception."""
    _, findings = parse(text, "f.yaml")
    assert all(each.where and each.where.file == "f.yaml" for each in findings)
