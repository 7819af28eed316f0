"""What a tired curator does to our own dataset is found, with file and line."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from publisher.build import Options, check
from publisher.dataset import open_dataset

_ROOT = Path(__file__).parents[2]
_PARTS = ("dataset.toml", "seeds", "mappings", "ontology", "shapes", "queries")


@pytest.fixture(name="copy")
def _copy(tmp_path: Path) -> Path:
    """Copy the dataset of this repository, so that it can be spoilt."""
    for part in _PARTS:
        source = _ROOT / part
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / part)
    return tmp_path


def _spoil(file: Path, fact: str, change: Callable[[str], str]) -> None:
    """Change the block of one fact."""
    before, block, after = file.read_text(encoding="utf-8").partition(f"- id: {fact}\n")
    own, separator, rest = after.partition("\n- id: NTLF")
    changed = change(own)
    assert changed != own
    file.write_text(before + block + changed + separator + rest, encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("subject: uniprot:O14980", "subject: HGNC:12825", "fact.wrong-subject"),
        ("object: uniprot:P04637", "object: MONDO:0018874", "fact.wrong-object"),
        ("object: uniprot:P04637", "object: uniprot:P99999", "entity.unknown"),
        ("certainty: ntl:asserted", "certainty: ntl:sure", "certainty.unknown"),
    ],
)
def test_a_wrong_cell_is_found_on_reading(copy: Path, old: str, new: str, code: str) -> None:
    """A gene that carries, a disease as cargo, an unknown protein and an unheard certainty are found in their line."""
    file = copy / "seeds" / "facts" / "S000.yaml"
    _spoil(file, "NTLF0000001", lambda block: block.replace(old, new, 1))
    line = next(n for n, text in enumerate(file.read_text(encoding="utf-8").splitlines(), 1) if new in text)
    found = {(finding.code, finding.where.line) for finding in open_dataset(copy).findings if finding.where}
    assert (code, line) in found


@pytest.mark.slow
def test_a_wrong_claim_is_found_by_the_checks(copy: Path, documents: Path) -> None:
    """An import read as an export, a passage off by one and a doubt left out are found in one check."""
    facts = copy / "seeds" / "facts"
    _spoil(
        facts / "S002.yaml", "NTLF0000157", lambda block: block.replace("importsIntoNucleus", "exportsFromNucleus", 1)
    )
    _spoil(facts / "S000.yaml", "NTLF0000001", lambda block: block.replace("start: 1009", "start: 1010", 1))
    _spoil(facts / "S002.yaml", "NTLF0000008", lambda block: block.replace("ntl:hypothesised", "ntl:asserted", 1))
    report = check(copy, Options(documents=documents, reasoner=False), lambda _: None).report
    found = {(finding.code, finding.focus.rsplit("/", 1)[-1]) for finding in report.findings if finding.focus}
    expected = {
        ("shape.sparql", "NTLF0000157"),
        ("passage.changed", "NTLE0000015"),
        ("passage.cue-certainty", "NTLF0000008"),
    }
    assert expected <= found
