"""The datasets that the tests of this package read: lighthouses, the minimal one, and ways to break it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from publisher.dataset import Dataset, open_dataset

DATASETS = Path(__file__).resolve().parents[1] / "datasets"


@pytest.fixture(name="lighthouses", scope="session")
def _lighthouses() -> Dataset:
    return open_dataset(DATASETS / "lighthouses")


@pytest.fixture(name="minimal")
def _minimal(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DATASETS / "minimal", tmp_path / "kites"))


@pytest.fixture(name="edit")
def _edit(minimal: Path) -> Callable[[str, str, str], Dataset]:
    """Replace a text in one file of the minimal dataset and open it."""

    def edit(file: str, old: str, new: str) -> Dataset:
        path = minimal / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return open_dataset(minimal)

    return edit
