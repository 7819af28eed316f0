import shutil
from pathlib import Path

import pytest

from publisher.dataset import Dataset, open_dataset
from publisher.dataset.ids import next_numbers
from publisher.dataset.locate import locate
from publisher.dataset.new_fact import new_fact
from publisher.errors import DatasetUnreadable, UsageError


@pytest.fixture(name="copy")
def _copy(lighthouses: Dataset, tmp_path: Path) -> Path:
    return Path(shutil.copytree(lighthouses.root, tmp_path / "lights"))


def test_a_new_fact_has_fresh_ids_and_the_findings_say_what_to_fill_in(copy: Path) -> None:
    """The skeleton parses, names its missing keys, and begins on the line that is told."""
    dataset = open_dataset(copy)
    passage = locate(dataset, "The lamp", copy / "documents")[0]
    made = new_fact(dataset, "P1", created="2026-02-03", passage=passage)
    assert (made.fact, made.evidence) == ("LC0000015", "LW0000015")
    again = open_dataset(copy)
    assert {"fact.missing-key", "evidence.missing-key"} == {finding.code for finding in again.findings}
    assert made.where.line == again.origins[again.manifest.iri_of("fact", made.fact)].line
    assert passage.sha256 in (copy / "seeds" / "facts" / "P1.yaml").read_text(encoding="utf-8")


def test_ids_are_never_given_twice(copy: Path) -> None:
    """An id that was issued stays issued though its fact is deleted."""
    before = (copy / "seeds" / "facts" / "P1.yaml").read_text(encoding="utf-8")
    first = new_fact(open_dataset(copy), "P1", created="2026-02-03")
    (copy / "seeds" / "facts" / "P1.yaml").write_text(before, encoding="utf-8")
    second = new_fact(open_dataset(copy), "P1", created="2026-02-03")
    assert (first.fact, second.fact) == ("LC0000015", "LC0000016")


def test_a_lost_counter_is_taken_from_the_ids_in_use_and_retired(copy: Path) -> None:
    """Without seeds/ids.toml the numbers still stand above every id that was ever used."""
    (copy / "seeds" / "ids.toml").unlink()
    assert dict(next_numbers(open_dataset(copy))) == {"fact": 15, "evidence": 15, "entity": 12}


def test_an_indented_list_is_continued_as_it_is(copy: Path) -> None:
    """The skeleton follows the indentation of the file."""
    path = copy / "seeds" / "facts" / "P1.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("".join(f"  {line}\n" if number > 1 else f"{line}\n" for number, line in enumerate(lines)), "utf-8")
    new_fact(open_dataset(copy), "P1", created="2026-02-03")
    assert "yaml.syntax" not in {finding.code for finding in open_dataset(copy).findings}


@pytest.mark.parametrize("text", [None, "document: P1\nfacts: []\n", "document: P1\nfacts:", "document: P1\n"])
def test_a_file_without_facts_is_begun(copy: Path, text: str | None) -> None:
    """A missing or empty file of facts takes its first fact."""
    path = copy / "seeds" / "facts" / "P1.yaml"
    path.unlink()
    if text is not None:
        path.write_text(text, encoding="utf-8")
    made = new_fact(open_dataset(copy), "P1", created="2026-02-03")
    again = open_dataset(copy)
    assert again.manifest.iri_of("fact", made.fact) in again.origins


def test_an_unknown_document_is_refused(copy: Path) -> None:
    """A fact belongs to a document that is declared."""
    with pytest.raises(UsageError, match="did you mean P1"):
        new_fact(open_dataset(copy), "P11", created="2026-02-03")


def test_a_file_that_does_not_parse_is_left_alone(copy: Path) -> None:
    """No id is issued for a file that is broken."""
    path = copy / "seeds" / "facts" / "P1.yaml"
    path.write_text("facts: [", encoding="utf-8")
    counters = (copy / "seeds" / "ids.toml").read_text(encoding="utf-8")
    with pytest.raises(DatasetUnreadable):
        new_fact(open_dataset(copy), "P1", created="2026-02-03")
    assert ("facts: [", counters) == (
        path.read_text(encoding="utf-8"),
        (copy / "seeds" / "ids.toml").read_text(encoding="utf-8"),
    )
