"""Copies of the second dataset, each its own to change."""

import shutil
from pathlib import Path

import pytest

LIGHTHOUSES = Path(__file__).resolve().parents[1] / "datasets" / "lighthouses"


@pytest.fixture(name="dataset")
def _dataset(tmp_path: Path) -> Path:
    return Path(shutil.copytree(LIGHTHOUSES, tmp_path / "lighthouses"))
