"""The examples in docstrings, run."""

import doctest
import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = {
    path: found
    for path in sorted((ROOT / "publisher").rglob("*.py"))
    if (found := len(re.findall(r"^\s*>>> ", path.read_text(encoding="utf-8"), re.MULTILINE)))
}


def test_there_are_examples() -> None:
    """The docstrings hold examples, so that the test of each module has something to run."""
    assert sum(EXAMPLES.values()) > len(EXAMPLES) > 20


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_examples_in_docstrings_are_true(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each example gives what its docstring says, and none that is written is left out."""
    module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    failed, ran = doctest.testmod(module)
    assert (failed, ran) == (0, EXAMPLES[path]), capsys.readouterr().out
