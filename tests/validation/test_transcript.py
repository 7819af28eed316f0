"""The transcript of the documentation is what the command says."""

import shutil
import subprocess
import sys
from pathlib import Path

MISTAKES = (
    ("seeds/facts/P1.yaml", "predicate: lv:designedBy", "predicate: lv:desingedBy"),
    ("seeds/facts/P1.yaml", "start: 141, end: 199", "start: 141, end: 198"),
    ("seeds/entities.yaml", 'label: "granite"', 'label: "granit"'),
)


def test_three_typical_mistakes_are_told_as_the_documentation_shows(root: Path, tmp_path: Path) -> None:
    """A misspelt property, a passage cut short and a wrong label give the output of docs/reference/findings.md."""
    dataset = Path(shutil.copytree(root / "tests" / "datasets" / "lighthouses", tmp_path / "lighthouses"))
    for file, right, wrong in MISTAKES:
        text = (dataset / file).read_text(encoding="utf-8")
        assert right in text
        (dataset / file).write_text(text.replace(right, wrong, 1), encoding="utf-8")
    command = [sys.executable, "-m", "publisher", "-q", "check", ".", "--documents", "documents", "--no-reasoner"]

    done = subprocess.run(command, cwd=dataset, capture_output=True, text=True, check=False, timeout=120)

    assert done.returncode == 1
    page = (root / "docs" / "reference" / "findings.md").read_text(encoding="utf-8")
    assert done.stdout in page
