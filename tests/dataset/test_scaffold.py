import hashlib
from pathlib import Path

import pytest

from publisher.dataset import open_dataset
from publisher.dataset.locate import read_document
from publisher.dataset.scaffold import new
from publisher.errors import UsageError


def test_a_new_dataset_is_complete_and_right(tmp_path: Path) -> None:
    """The example opens without a finding, under the name of its directory."""
    new(tmp_path / "My Bridges")
    dataset = open_dataset(tmp_path / "My Bridges")
    assert dataset.findings == ()
    assert (dataset.manifest.name, dataset.manifest.base) == ("my-bridges", "https://example.org/my-bridges/")
    assert len(dataset.tables["facts"].rows) == 5
    for folder in ("mappings", "ontology", "shapes", "queries", "documents"):
        assert any((tmp_path / "My Bridges" / folder).iterdir())


def test_no_file_keeps_the_base_of_the_template(tmp_path: Path) -> None:
    """Every IRI of the template moves to the base that is given."""
    for path in new(tmp_path / "data", base="https://data.example.net/b/"):
        assert "example.org/my-data" not in path.read_text(encoding="utf-8")


def test_the_passages_of_the_example_hold(tmp_path: Path) -> None:
    """Each checksum is that of the characters between its offsets."""
    new(tmp_path / "data")
    dataset = open_dataset(tmp_path / "data")
    text = read_document(dataset.documents["B1"], tmp_path / "data" / "documents")
    table = dataset.tables["passages"]
    for cells in table.rows:
        row = dict(zip(table.columns, cells, strict=True))
        span = text[int(str(row["start"])) : int(str(row["end"]))]
        assert row["sha256"] == hashlib.sha256(span.encode()).hexdigest()


def test_a_directory_that_holds_something_is_refused(tmp_path: Path) -> None:
    """Nothing is ever overwritten."""
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="not empty"):
        new(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_base_without_a_slash_is_refused(tmp_path: Path) -> None:
    """IRIs are made by joining, so a base ends in a slash."""
    with pytest.raises(UsageError):
        new(tmp_path / "data", base="https://example.net/b")
