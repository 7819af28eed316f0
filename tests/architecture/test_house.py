"""The drawing in ARCHITECTURE.md holds: no domain words in the engine, no forbidden names, no stray paths."""

import re
import subprocess
from pathlib import Path

import pytest

_DOMAIN = re.compile(
    r"\b(XPO1|CRM1|IPO11|RAN[ -]?GTP|leuk[a]?emi\w*|karyopherin\w*|selinexor|MONDO|CHEBI|HGNC|GO:\d+)\b"
)
_FORBIDDEN = {"utils", "helpers", "common", "core", "base", "misc", "manager", "service", "handler"}
_SOURCES = sorted((Path(__file__).resolve().parents[2] / "publisher").rglob("*"))
_TEXT = {".py", ".rq", ".html", ".css", ".js", ".toml", ".yaml", ".ttl", ".tsv", ".txt", ".md"}


def _texts() -> list[Path]:
    return [path for path in _SOURCES if path.suffix in _TEXT and "__pycache__" not in path.parts]


def test_the_engine_knows_no_word_of_the_dataset() -> None:
    """No file of the engine names a gene, a disease or an ontology of the dataset's domain."""
    found = [
        f"{path.name}: {match[0]}"
        for path in _texts()
        for match in [_DOMAIN.search(path.read_text(encoding="utf-8"))]
        if match
    ]

    assert [] == found


def test_no_module_has_a_name_that_says_nothing() -> None:
    """No module is called utils, helpers, or the like."""
    assert [] == [path.name for path in _SOURCES if path.suffix == ".py" and path.stem in _FORBIDDEN]


@pytest.mark.parametrize("forbidden", ["TODO", "FIXME", "XXX"])
def test_no_note_to_do_it_later_is_left(forbidden: str) -> None:
    """What is not done is an issue, not a comment."""
    words = re.compile(rf"\b{forbidden}\b")

    assert [] == [path.name for path in _texts() if words.search(path.read_text(encoding="utf-8"))]


def test_no_committed_file_names_a_place_of_one_machine(root: Path) -> None:
    """Nothing in the repository carries a home folder or a work folder of whoever wrote it."""
    names = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True).stdout.split("\n")
    machine = re.compile(r"(?<![\w.~}])/(work/(main|shared)|home/\w|root/\w|Users/\w)")
    found = []
    for name in filter(None, names):
        path = root / name
        if path.is_file() and path.stat().st_size < 2_000_000 and path != Path(__file__):
            text = path.read_bytes().decode("utf-8", errors="replace")
            found += [name] if machine.search(text) else []

    assert [] == found
