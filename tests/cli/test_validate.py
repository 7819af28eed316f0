"""The command `exportin validate` as a person types it: five forms, three statuses."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import rdflib

from tests.sarif import read_sarif

SHAPES = """@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix ex: <http://example.org/> .
ex:LampShape a sh:NodeShape ; sh:targetClass ex:Lamp ;
  sh:property [ sh:path ex:name ; sh:minCount 1 ; sh:message "a lamp has a name" ] .
"""
GOOD = """@prefix ex: <http://example.org/> .
ex:a a ex:Lamp ; ex:name "Anna" .
"""
BAD = """@prefix ex: <http://example.org/> .
ex:a a ex:Lamp .
"""


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    for name, text in (("shapes.ttl", SHAPES), ("good.ttl", GOOD), ("bad.ttl", BAD), ("broken.ttl", "ex:a a")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def _validate(
    folder: Path, data: str, form: str = "text", shapes: str = "shapes.ttl"
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "publisher", "validate", data, "--shapes", shapes, "--format", form]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, cwd=folder)


def _read(form: str, text: str) -> bool:
    """Tell whether a report, read as its form wants, says that the data conform."""
    if form == "json":
        return bool(json.loads(text)["conforms"])
    if form == "sarif":
        return read_sarif(text)["results"] == []
    if form == "ttl":
        sh = rdflib.Namespace("http://www.w3.org/ns/shacl#")
        graph = rdflib.Graph().parse(data=text, format="turtle")
        return bool(next(graph.objects(None, sh.conforms)).toPython())
    if form == "html":
        assert text.startswith("<!doctype html>")
        return "a lamp has a name" not in text
    return text == "no findings\n"


@pytest.mark.parametrize("form", ["text", "json", "ttl", "sarif", "html"])
@pytest.mark.parametrize(("data", "status"), [("good.ttl", 0), ("bad.ttl", 1)])
def test_each_form_tells_what_the_status_tells(folder: Path, form: str, data: str, status: int) -> None:
    """Data that conform are status 0, data that do not are status 1, in every form of the report."""
    done = _validate(folder, data, form)

    assert (done.returncode, done.stderr) == (status, "")
    assert _read(form, done.stdout) is (status == 0)


def test_the_text_names_file_line_and_message(folder: Path) -> None:
    """The report shows the line of the data with the message of the shape."""
    done = _validate(folder, "bad.ttl")

    assert "a lamp has a name" in done.stdout
    assert "bad.ttl:2" in done.stdout
    assert "shape.min-count" in done.stdout


@pytest.mark.parametrize(
    ("data", "shapes"),
    [("broken.ttl", "shapes.ttl"), ("good.ttl", "broken.ttl"), ("nothing.ttl", "shapes.ttl"), ("good.ttl", "no.ttl")],
)
def test_what_cannot_be_read_is_status_2(folder: Path, data: str, shapes: str) -> None:
    """A file that is missing or broken is status 2, its name on standard error, nothing on standard output."""
    done = _validate(folder, data, "json", shapes)

    assert (done.returncode, done.stdout) == (2, "")
    assert (data if data in ("broken.ttl", "nothing.ttl") else shapes) in done.stderr
    assert "Traceback" not in done.stderr


def test_a_shape_that_breaks_the_rules_of_shacl_is_status_2(folder: Path) -> None:
    """Shapes that are Turtle but no SHACL cannot be used: status 2, with the file."""
    (folder / "odd.ttl").write_text(SHAPES.replace("sh:minCount 1", "sh:minCount 'one'"), encoding="utf-8")

    done = _validate(folder, "good.ttl", "text", "odd.ttl")

    assert (done.returncode, done.stdout) == (2, "")
    assert "odd.ttl" in done.stderr


def test_an_ill_formed_value_before_the_reference_validator_is_told_without_its_log(folder: Path) -> None:
    """Where pySHACL judges, its library's log of ill-formed values stays out of the person's sight."""
    (folder / "bad.ttl").write_text(BAD + 'ex:a ex:when "2020-13-01"^^<http://www.w3.org/2001/XMLSchema#date> .\n')
    target = '[ a sh:SPARQLTarget ; sh:select "SELECT ?this WHERE { ?this a <http://example.org/Lamp> }" ]'
    (folder / "shapes.ttl").write_text(SHAPES.replace("sh:targetClass ex:Lamp", f"sh:target {target}"))

    done = _validate(folder, "bad.ttl")

    assert (done.returncode, done.stderr) == (1, "")
    assert "shape.by-reference" in done.stdout
    assert "a lamp has a name" in done.stdout


def test_what_the_reference_validator_cannot_read_is_told_at_the_shape(folder: Path) -> None:
    """A SPARQL target with a prefix that nobody declared is an error with the file and line of its shape."""
    target = '[ a sh:SPARQLTarget ; sh:select "SELECT ?this WHERE { ?this a nobody:Lamp }" ]'
    (folder / "shapes.ttl").write_text(SHAPES.replace("sh:targetClass ex:Lamp", f"sh:target {target}"))

    done = _validate(folder, "bad.ttl")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("exportin: shapes.ttl:3:1: pySHACL")
    assert "nobody" in done.stderr
    assert "Traceback" not in done.stderr
