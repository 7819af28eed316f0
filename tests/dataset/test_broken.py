"""Each tiny broken dataset lays a few files over the minimal one and gives exactly the finding that it is named for."""

import re
import shutil
from pathlib import Path

import pytest

from publisher.dataset import open_dataset

HERE = Path(__file__).resolve().parents[1]
BROKEN = sorted(path.parent for path in (HERE / "datasets" / "broken").glob("*/expected.txt"))
SOURCES = HERE.parent / "publisher" / "dataset"


@pytest.mark.parametrize("broken", BROKEN, ids=lambda path: path.name)
def test_each_broken_dataset_gives_its_finding_at_its_line(broken: Path, minimal: Path) -> None:
    """A broken dataset gives one finding, with its code, its place and a next step."""
    shutil.copytree(broken, minimal, dirs_exist_ok=True)
    found = open_dataset(minimal).findings
    expected = (broken / "expected.txt").read_text(encoding="utf-8").strip()
    assert [(broken.name, expected)] == [(finding.code, str(finding.where)) for finding in found]
    assert found[0].fix


def test_the_minimal_dataset_has_no_finding(minimal: Path) -> None:
    """What the broken datasets are laid over is itself right."""
    assert open_dataset(minimal).findings == ()


def test_every_code_of_the_sources_has_a_broken_dataset() -> None:
    """No finding of this package goes without its tiny broken dataset."""
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(SOURCES.rglob("*.py")))
    text = text.replace('"certainty.cues"', "")  # a section of dataset.toml, not a code
    families = (
        "yaml|prefix|id|property|class|value|entity|certainty|passage|segment|alignment|part|mention|fact|reference"
    )
    codes = set(re.findall(rf'"((?:{families})\.[a-z][a-z-]+)"', text))
    assert set() == codes - {path.name for path in BROKEN}
