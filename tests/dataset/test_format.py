from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.dataset import Dataset
from publisher.dataset.format import format_dataset, format_text, unformatted
from publisher.dataset.seeds.marked import Kind, Node, parse
from publisher.dataset.writing.emit import scalar
from publisher.errors import DatasetUnreadable

UNTIDY = """# head
document: K1   # which

facts:
  # about two
  - certainty: v:a   # sure
    id: F0000002
    # the object
    object: x:X2
    label: it's # a "label"
    comment: |
      two
      lines # no remark
    qualifiers:
      v:y: "2015"
      v:b: no
      v:a: [x:1,   # one
            x:2]
      v:e: {datatype: xsd:gYear, value: '2015'}
    parts:
      size: {type: v:K, link: v:l}
    evidence:
    - passages: [{end: 2, start: 1, sha256: "ab"}]   # here
      id: E0000001
  - id: F0000001
    subject:
# end
"""

TIDY = """# head
document: K1  # which
facts:
- id: F0000001
  subject:

# about two
- id: F0000002
  # the object
  object: x:X2
  certainty: v:a  # sure
  label: "it's"  # a "label"
  comment: "two\\nlines # no remark\\n"
  qualifiers:
    v:a: [x:1, x:2]  # one
    v:b: "no"
    v:e: {value: "2015", datatype: xsd:gYear}
    v:y: "2015"
  parts:
    size:
      link: v:l
      type: v:K
  evidence:
  - id: E0000001
    passages:
    - {start: 1, end: 2, sha256: "ab"}  # here
# end
"""


def test_keys_quotes_and_facts_come_in_order_and_remarks_stay() -> None:
    """An untidy file comes out tidy, with every remark beside what it remarks on."""
    assert format_text(UNTIDY, "f.yaml") == TIDY


def test_a_tidy_file_stays_as_it_is() -> None:
    """Formatting twice changes nothing."""
    assert format_text(TIDY, "f.yaml") == TIDY


def test_the_second_dataset_and_the_template_are_tidy(lighthouses: Dataset, root: Path) -> None:
    """What we ship is in its canonical form."""
    assert unformatted(lighthouses.root) == ()
    assert unformatted(root / "publisher" / "dataset" / "template") == ()


def test_an_untidy_file_is_found_and_mended(minimal: Path) -> None:
    """The finding names the first line that differs; formatting mends it."""
    path = minimal / "seeds" / "facts" / "K1.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("  subject: ", "  subject:   ", 1), encoding="utf-8")
    assert [(finding.code, str(finding.where)) for finding in unformatted(minimal)] == [
        ("format.changed", "seeds/facts/K1.yaml:4:1")
    ]
    assert (path,) == format_dataset(minimal)
    assert unformatted(minimal) == ()


def test_a_file_that_does_not_parse_is_left_alone() -> None:
    """Formatting never touches what it cannot read."""
    with pytest.raises(DatasetUnreadable):
        format_text("facts: [", "f.yaml")


@given(st.text(max_size=40))
def test_every_text_survives_being_written(text: str) -> None:
    """Whatever a scalar says, plain or quoted, it says after being written and read again."""
    written = scalar(Node(Kind.TEXT, text, 1, 1), quoted=False)
    top, findings = parse(f"a: {written}\n", "f")
    assert ((), Kind.TEXT, text) == (findings, top.fields["a"].kind, top.fields["a"].text)
