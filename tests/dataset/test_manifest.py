from collections.abc import Callable
from pathlib import Path

import pytest

from publisher.dataset import Dataset
from publisher.dataset.manifest import read_manifest
from publisher.errors import DatasetUnreadable, Finding, Severity, Where

SMALL = """[dataset]
name = "kites"
title = "Kites"
base = "https://example.org/kites/"
version = "2026-01-01"
licence = "https://creativecommons.org/publicdomain/zero/1.0/"
"""


def write(folder: Path, text: str) -> Path:
    """Write a manifest into a folder and give the folder."""
    (folder / "dataset.toml").write_text(text, encoding="utf-8")
    return folder


def test_five_keys_are_enough(tmp_path: Path) -> None:
    """A manifest with only the five required keys has every default under its own vocabulary."""
    manifest, findings = read_manifest(write(tmp_path, SMALL))
    assert findings == ()
    assert manifest.roles["fact"] == "https://example.org/kites/vocab#Fact"
    assert manifest.graphs["facts"] == "https://example.org/kites/graph/facts"
    assert manifest.iri_of("fact", manifest.ids["fact"] % 1) == "https://example.org/kites/fact/F0000001"
    assert len(manifest.certainty.values) == 7
    assert frozenset(manifest.certainty.values[:2]) == manifest.certainty.bare
    assert manifest.prefixes.expand("v:x") == "https://example.org/kites/vocab#x"


def test_roles_and_certainties_come_as_full_iris(lighthouses: Dataset) -> None:
    """What the manifest writes as CURIEs is read as IRIs."""
    manifest = lighthouses.manifest
    assert manifest.roles["fact"] == "https://example.org/lights/vocab#Claim"
    assert manifest.certainty.values[0] == "https://example.org/lights/vocab#certain"
    assert manifest.examples == ("https://example.org/lights/thing/LX0000001", "http://example.com/coast/C_0000002")
    assert manifest.rollup is not None
    assert manifest.rollup.along[1] == "https://example.org/lights/vocab#standsIn"


def test_own_prefixes_come_before_the_standard_ones(lighthouses: Dataset) -> None:
    """The preferred prefixes are shown first, in the order of the file."""
    assert [prefix for prefix, _ in lighthouses.prefixes][:3] == ["lv", "lc", "lw"]
    assert "rdfs" in lighthouses.prefixes


@pytest.mark.parametrize(
    ("extra", "code", "line"),
    [
        ("[rolls]\nfact = 'v:A'\n", "manifest.unknown-key", 7),
        ("[roles]\nfacts = 'v:A'\n", "manifest.unknown-key", 8),
        ("[ids]\nfact = 'F'\n", "manifest.wrong-value", 8),
        ("[gates]\n'passage.empty' = 'never'\n", "manifest.wrong-value", 8),
        ("[certainty]\nvalues = 'v:a'\n", "manifest.wrong-type", 8),
        ("[certainty]\nvalues = ['v:a']\nbare = ['v:b']\n", "manifest.wrong-value", 9),
        ("[roles]\nfact = 'w:A'\n", "manifest.unknown-prefix", 8),
        ("[prefixes]\nw = 'no iri'\n", "manifest.wrong-value", 8),
    ],
)
def test_a_wrong_key_or_value_names_its_line(tmp_path: Path, extra: str, code: str, line: int) -> None:
    """What is wrong in a section is found with the line that it stands on."""
    _, findings = read_manifest(write(tmp_path, SMALL + extra))
    assert [(code, line)] == [(finding.code, finding.where.line) for finding in findings if finding.where]


def test_a_creator_without_a_name_is_found(tmp_path: Path) -> None:
    """A person is a table with a name."""
    _, findings = read_manifest(write(tmp_path, SMALL + 'creators = [{ nam = "A" }]\n'))
    assert [(item.code, item.where.line) for item in findings if item.where] == [("manifest.wrong-type", 7)]


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ('{ name = "A" }', None),
        ('{ name = "A", kind = "organization" }', "organization"),
        ('{ name = "A", kind = "group" }', "found"),
        ('{ name = "A", kind = ["person"] }', "found"),
    ],
)
def test_a_creator_is_the_kind_that_is_stated(tmp_path: Path, said: str, name: str | None) -> None:
    """Whether somebody is a person or an organization is stated or not; nothing else can be said."""
    manifest, findings = read_manifest(write(tmp_path, SMALL + f"creators = [{said}]\n"))
    assert [name] == [agent.kind for agent in manifest.creators] + ["found" for _ in findings]


def test_a_version_may_be_a_bare_date(tmp_path: Path) -> None:
    """A date without quotes is the version that it looks like."""
    manifest, findings = read_manifest(write(tmp_path, SMALL.replace('"2026-01-01"', "2026-01-01")))
    assert (manifest.version, findings) == ("2026-01-01", ())


def test_toml_that_does_not_parse_is_an_error_with_its_line(tmp_path: Path) -> None:
    """A manifest that is not TOML cannot be read at all, and the error says where."""
    with pytest.raises(DatasetUnreadable) as caught:
        read_manifest(write(tmp_path, SMALL + "oops\n"))
    assert caught.value.where is not None
    assert (caught.value.where.file, caught.value.where.line) == ("dataset.toml", 7)


def test_a_directory_without_a_manifest_is_no_dataset(tmp_path: Path) -> None:
    """The error says what to do instead."""
    with pytest.raises(DatasetUnreadable, match="exportin new"):
        read_manifest(tmp_path)


def test_gates_change_severities_and_leave_out_what_is_off(tmp_path: Path) -> None:
    """A gate makes a violation a warning, or silences a code."""
    manifest, _ = read_manifest(write(tmp_path, SMALL + "[gates]\n'a.b' = 'warning'\n'c.d' = 'off'\n"))
    given = [Finding("a.b", "x", Where("f", 1)), Finding("c.d", "y"), Finding("e.f", "z")]
    found = manifest.gated(given)
    assert [(item.code, item.severity) for item in found] == [("a.b", Severity.WARNING), ("e.f", Severity.VIOLATION)]
    assert Where("f", 1) == found[0].where


def test_a_wrong_base_is_found(edit: Callable[[str, str, str], Dataset]) -> None:
    """A base without its last slash is named with its line, before what follows from it."""
    dataset = edit("dataset.toml", 'kites/"\nversion', 'kites"\nversion')
    assert (dataset.findings[0].code, str(dataset.findings[0].where)) == ("manifest.wrong-value", "dataset.toml:4:1")
