from hypothesis import given
from hypothesis import strategies as st

from publisher.dataset.seeds.marked import Kind, parse


def test_every_value_knows_its_line_and_column() -> None:
    """Keys, scalars and items of lists carry their place, counted from 1."""
    top, findings = parse("a: 1\nb:\n- x: [y, true]\n", "f.yaml")
    item = top.fields["b"].items[0]
    assert findings == ()
    assert (top.fields["a"].line, top.fields["a"].column) == (1, 4)
    assert (item.keys["x"].line, item.keys["x"].column) == (3, 3)
    assert (item.fields["x"].items[1].line, item.fields["x"].items[1].column) == (3, 10)


def test_plain_scalars_follow_the_core_schema_of_yaml_1_2() -> None:
    """Only true, false, null and numbers are anything but text: no, dates and gene names are texts."""
    text = "[12, 1.5, 1e3, true, no, 2026-11-20, null, ~, 0x1F, 1_000, SEPT2, '7']"
    kinds = [node.kind for node in parse(f"a: {text}", "f")[0].fields["a"].items]
    expected = [Kind.INTEGER, Kind.DECIMAL, Kind.DECIMAL, Kind.BOOLEAN, Kind.TEXT, Kind.TEXT, Kind.NULL, Kind.NULL]
    assert [*expected, Kind.TEXT, Kind.TEXT, Kind.TEXT, Kind.TEXT] == kinds


def test_anchors_are_refused() -> None:
    """An anchor is a finding: curated files are read by people, line by line."""
    assert [finding.code for finding in parse("a: &x 1\n", "f")[1]] == ["yaml.syntax"]


def test_nesting_without_end_is_a_finding() -> None:
    """A file that is nested beyond reason is refused, not a traceback."""
    assert [finding.code for finding in parse("[" * 5000, "f")[1]] == ["yaml.syntax"]


@given(st.text(max_size=60))
def test_any_text_gives_values_or_findings(text: str) -> None:
    """Whatever stands in a file, reading it never raises."""
    _, findings = parse(text, "f")
    assert all(finding.where and finding.where.file == "f" for finding in findings)
