"""A build on Spark is the build on DuckDB, byte for byte."""

import hashlib
from pathlib import Path

import pytest

from publisher import build


def _silent(_: str) -> None:
    """Tell nothing."""


def _files(dataset: Path, releases: Path, engine: str) -> dict[str, str]:
    """Build a dataset with an engine and give the checksum of each file of the release."""
    options = build.Options(reasoner=False, releases=releases / engine, engine=engine)
    release = build.build(dataset, options, _silent).release
    assert release is not None
    files = (path for path in release.path.rglob("*") if path.is_file())
    return {path.relative_to(release.path).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.java
@pytest.mark.slow
@pytest.mark.usefixtures("pyspark")
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # the gateway to Java keeps its sockets to the end
@pytest.mark.parametrize("place", ["tests/datasets/lighthouses", "."])
def test_spark_and_duckdb_release_the_same_bytes(place: str, root: Path, tmp_path: Path) -> None:
    """Every file of a release is the same whichever engine ran the mappings, on both datasets."""
    dataset = root / place

    assert _files(dataset, tmp_path, "duckdb") == _files(dataset, tmp_path, "spark")
