"""Each shape of the dataset has an example that conforms, and one in which each of its constraints fails."""

import json
import re
from pathlib import Path

import pytest

from publisher.validation.validate import validate_file

_ROOT = Path(__file__).parents[2]
_SHAPES = sorted(path.stem for path in (_ROOT / "shapes").glob("*.ttl"))
_MESSAGE = re.compile(r'sh:message "((?:[^"\\]|\\.)*)"')


def _messages(shape: str, example: str) -> set[str]:
    data = _ROOT / "tests" / "shapes" / shape / f"{example}.ttl"
    _, text = validate_file(data, [_ROOT / "shapes" / f"{shape}.ttl"], "json")
    return {finding["message"] for finding in json.loads(text)["findings"]}


@pytest.mark.parametrize("shape", _SHAPES)
def test_the_good_example_conforms(shape: str) -> None:
    """A good example gives no finding."""
    assert _messages(shape, "good") == set()


@pytest.mark.parametrize("shape", _SHAPES)
def test_every_constraint_fails_in_the_bad_example(shape: str) -> None:
    """Every message of the shapes is given for the bad example, and no other."""
    expected = set(_MESSAGE.findall((_ROOT / "shapes" / f"{shape}.ttl").read_text(encoding="utf-8")))
    assert _messages(shape, "bad") == expected
