"""The questions of ``queries/`` against the built dataset; each answer was written from the documents by hand."""

import json
from pathlib import Path

import pytest

from publisher.build import Outcome
from publisher.rdf.media import JSON
from publisher.store.port import Limits, Store

_ROOT = Path(__file__).parents[2]
_EXPECTED = Path(__file__).parent / "expected"
_QUESTIONS = sorted(path.stem for path in _EXPECTED.glob("*.tsv"))


def _expected(question: str) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    head, *lines = (_EXPECTED / f"{question}.tsv").read_text(encoding="utf-8").splitlines()
    return tuple(head.split("\t")), sorted(tuple(line.split("\t")) for line in lines)


@pytest.mark.parametrize("question", _QUESTIONS)
def test_a_question_has_its_answer(question: str, ntl_outcome: Outcome, ntl_store: Store) -> None:
    """The rows of the answer are those expected, things as CURIEs, in any order."""
    text = (_ROOT / "queries" / f"{question}.rq").read_text(encoding="utf-8")
    names, rows = _expected(question)
    answer = json.loads(ntl_store.query(text, JSON, limits=Limits()).read())
    compress = ntl_outcome.dataset.prefixes.compress
    found = sorted(
        tuple(_shown(binding.get(name, {}), compress) for name in names) for binding in answer["results"]["bindings"]
    )
    assert rows == found


def test_every_question_has_an_answer() -> None:
    """Every query has an expected answer, unless it asks other services too."""
    queries = {path.stem for path in (_ROOT / "queries").glob("*.rq") if "SERVICE" not in path.read_text("utf-8")}
    assert queries == set(_QUESTIONS)


def _shown(value: dict[str, str], compress: object) -> str:
    text = value.get("value", "")
    return (compress(text) or text) if value.get("type") == "uri" and callable(compress) else text
