import pytest

from publisher.errors import ImportFailed
from publisher.imports import drift

NEWER = """format-version: 1.4
data-version: 2026-06-01

[Term]
id: BIRD:1
name: bird

[Term]
id: BIRD:3
name: western barn owl
alt_id: BIRD:2
is_a: BIRD:1

[Term]
id: BIRD:5
name: dawn chorus
is_obsolete: true
replaced_by: BIRD:1
"""


def test_each_change_of_a_used_term_is_a_finding(aviary, tmp_path):
    """Renamed, moved, merged, obsolete and gone are told apart; unused terms are not told at all."""
    aviary.write("seeds/facts/D.yaml", "facts: [BIRD:2, BIRD:5, BIRD:6]\n")
    newer = tmp_path / "newer.obo"
    newer.write_text(NEWER, encoding="utf-8")
    findings = list(drift(aviary.root, aviary.folder, "birds", newer))
    assert [(finding.code, (finding.focus or "")[-1]) for finding in findings] == [
        ("drift.merged", "2"),
        ("drift.renamed", "3"),
        ("drift.moved", "3"),
        ("drift.obsolete", "5"),
        ("drift.gone", "6"),
    ]
    told = [finding.message for finding in findings]
    assert told[1].startswith("BIRD:3 (")
    assert told[1].endswith("is called 'western barn owl' in the newer edition")
    assert "now below BIRD:1 (bird)" in told[2]
    assert findings[3].fix == "use BIRD:1 (bird)"


def test_the_same_edition_has_no_drift(aviary):
    """Compared with itself, a source has changed nothing."""
    assert list(drift(aviary.root, aviary.folder, "birds", aviary.folder / "birds.obo.gz")) == []


def test_a_newer_edition_that_is_missing_is_told(aviary, tmp_path):
    """A file that is not there is an error with its name."""
    with pytest.raises(ImportFailed, match=r"cannot read the source newer\.obo"):
        list(drift(aviary.root, aviary.folder, "birds", tmp_path / "newer.obo"))
