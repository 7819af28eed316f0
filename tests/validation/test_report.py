"""A report: order, gates, and the forms in which people and machines read it."""

import json
from dataclasses import replace

import pytest

from publisher.errors import Finding, Severity, UsageError, Where
from publisher.rdf.names import SH
from publisher.validation.graph import read_graph
from publisher.validation.report import FORMATS, Report
from tests.sarif import read_sarif

FACT = "https://example.org/fact/1"
LATE = Finding(
    "shape.min-count", "a fact needs evidence", Where("facts.yaml", 3, 3), focus=FACT, path=SH + "path", fix="add some"
)
EARLY = Finding("passage.cue-certainty", "weigh “may”", Where("facts.yaml", 2), Severity.WARNING, value="may")
LOOSE = Finding("reasoning.skipped", "no Java", severity=Severity.INFO)


@pytest.fixture(name="report")
def _report(tmp_path):
    (tmp_path / "facts.yaml").write_text("facts:\n- cue: may\n  id: F1\n")
    return Report.of([LATE, LOOSE, EARLY, LATE], root=tmp_path)


def test_findings_are_in_the_order_of_their_lines_and_each_once(report):
    """The same findings in any order give the same report; where only the line is known, the value gives the column."""
    assert report.findings == (LOOSE, replace(EARLY, where=Where("facts.yaml", 2, 8)), LATE)
    assert report == Report.of([EARLY, LATE, LOOSE], root=report.root)


def test_only_violations_break_a_report(report):
    """Warnings and notes do not stop a release."""
    assert not report.conforms
    assert Report.of([EARLY, LOOSE]).conforms
    assert report.counts == {"violation": 1, "warning": 1, "info": 1}


def test_gates_weigh_findings_anew():
    """A gate gives a code another severity, or leaves it out."""
    report = Report.of([LATE, EARLY], gates={"shape.min-count": "info", "passage.cue-certainty": "off"})
    assert [each.severity for each in report.findings] == [Severity.INFO]


def test_text_shows_the_line_with_a_caret(report):
    """The text names code and place, shows the line, marks the value and gives the next step."""
    text = report.render("text")
    assert (
        "warning[passage.cue-certainty]: weigh “may”\n --> facts.yaml:2:8\n  |\n2 | - cue: may\n  |        ^^^\n"
        in text
    )
    assert "error[shape.min-count]: a fact needs evidence\n --> facts.yaml:3:3\n" in text
    assert " = help: add some" in text
    assert text.endswith("1 violation, 1 warning, 1 info\n")
    assert "\x1b" not in text


def test_a_long_line_is_cut_around_what_is_meant(tmp_path):
    """The mark stands below the value also where the line is wider than a terminal, and where it has tabs."""
    (tmp_path / "long.tsv").write_text("\t".join(f"cell {number}" for number in range(90)) + "\n")
    text = Report.of([Finding("iri.no-label", "no", Where("long.tsv", 1), value="cell 71")], root=tmp_path).render(
        "text"
    )
    line, mark = text.splitlines()[3:5]
    assert line[mark.index("^") : mark.rindex("^") + 1] == "cell 71"
    assert line.startswith("1 | …")
    assert line.endswith("…")


def test_of_many_findings_that_say_the_same_the_first_are_shown():
    """A whole table that is wrong does not bury everything else; the counts tell how many there are."""
    many = [Finding("segment.order", "out of order", Where("s.tsv", line)) for line in range(1, 90)]
    text = Report.of([*many, LATE]).render("text")
    assert text.count("segment.order") == 3
    assert "and 86 more like this one" in text
    assert text.endswith("90 violations\n")


def test_text_has_colour_only_where_it_is_asked_for(report):
    """Colour is for terminals."""
    assert "\x1b[1;31m" in report.render("text", colour=True)


def test_json_tells_everything(report):
    """The JSON form has counts, and every field of a finding that is known."""
    told = json.loads(report.render("json"))
    assert told["conforms"] is False
    assert told["findings"][2] == {
        "code": "shape.min-count",
        "severity": "violation",
        "file": "facts.yaml",
        "line": 3,
        "column": 3,
        "focus": FACT,
        "path": SH + "path",
        "message": "a fact needs evidence",
        "fix": "add some",
    }


def test_turtle_is_a_shacl_report(report, tmp_path):
    """The Turtle form is a sh:ValidationReport with one result for each finding."""
    path = tmp_path / "report.ttl"
    path.write_text(report.render("ttl"))
    graph = read_graph([path])
    assert len(graph.of(f"<{SH}result>")) == 1
    assert len(graph.of(f"<{SH}focusNode>")) == 3
    components = {each for values in graph.of(f"<{SH}sourceConstraintComponent>").values() for each in values}
    assert f"<{SH}MinCountConstraintComponent>" in components


def test_sarif_has_the_place_of_each_finding(report):
    """SARIF names rule, level and region, which code hosts show beside the line."""
    run = read_sarif(report.render("sarif"))
    last = run["results"][2]
    assert (last["ruleId"], last["level"]) == ("shape.min-count", "error")
    place = last["locations"][0]["physicalLocation"]
    region = {"startLine": 3, "startColumn": 3, "endColumn": 5, "snippet": {"text": "  id: F1"}}
    assert place == {"artifactLocation": {"uri": "facts.yaml"}, "region": region}


@pytest.mark.parametrize(
    "finding",
    [
        LOOSE,
        replace(LOOSE, focus=FACT),
        replace(LATE, where=Where("seeds/no such file.yaml", 7, 9)),
        replace(LATE, where=Where("données/é [1]#2.yaml")),
        replace(LATE, where=Where("facts.yaml", 3, 400)),
        replace(LATE, where=Where("facts.yaml", 4, 1), value="😀"),
        replace(LATE, where=Where("facts.yaml", 5, 1)),
    ],
)
def test_sarif_is_as_its_standard_wants_wherever_a_finding_is(tmp_path, finding):
    """With and without file, line and column, in files of any name and on lines of any text, the report is SARIF."""
    (tmp_path / "facts.yaml").write_text("facts:\n- cue: may\n  id: F1\n- 😀\n\n", encoding="utf-8")
    run = read_sarif(Report.of([finding, EARLY], root=tmp_path).render("sarif"))
    assert sorted(each["ruleId"] for each in run["results"]) == sorted([finding.code, EARLY.code])


def test_html_escapes_what_was_found():
    """A value of the data cannot become markup."""
    page = Report.of([Finding("iri.no-type", "<script>", value="<b>")]).render("html")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_html_shows_the_line_with_a_mark(report):
    """A page shows what stands in the file, and which part of it is meant."""
    assert "<pre>- cue: <mark>may</mark></pre>" in report.render("html")


def test_an_empty_report_has_every_form():
    """Where nothing is wrong each form says so."""
    assert all(Report().render(form) for form in FORMATS)
    assert Report().render("text") == "no findings\n"


def test_an_unknown_format_is_a_usage_error():
    """A format that does not exist is answered with those that do."""
    with pytest.raises(UsageError, match="no report format"):
        Report().render("docx")
