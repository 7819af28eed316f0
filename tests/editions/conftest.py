"""Releases with their editions, and the core edition that each is compared with."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from publisher import build
from publisher.dataset import Dataset, Ontology, Table, open_dataset
from publisher.dataset.tables import COLUMNS
from publisher.editions import Records
from publisher.rdf.names import RDF, STANDARD_PREFIXES
from publisher.rdf.prefixes import Prefixes
from publisher.rdf.terms import split
from publisher.release.content import Agent, Description
from publisher.release.read import Release

LIGHTHOUSES = Path(__file__).resolve().parents[1] / "datasets" / "lighthouses"
BASE = "https://example.org/x/"


@dataclass(frozen=True, slots=True)
class Built:
    """A dataset with the release that was built from it."""

    dataset: Dataset
    release: Release
    folder: Path

    def path(self, suffix: str) -> Path:
        """Give an edition, uncompressed, under the end of its name."""
        packed = self.release.path / "editions" / f"{self.release.name}-{self.release.version}.{suffix}"
        plain = self.folder / packed.name.removesuffix(".gz")
        plain.write_bytes(gzip.decompress(packed.read_bytes()) if packed.suffix == ".gz" else packed.read_bytes())
        return plain

    def core(self, *graphs: str) -> set[str]:
        """Give the statements of some graphs of the core edition, those of facts and evidence if none is named."""
        lines: set[str] = set()
        for graph in graphs or ("facts", "evidence"):
            dump = self.release.path / f"{self.release.name}-{self.release.version}-{graph}.nq.gz"
            for line in gzip.decompress(dump.read_bytes()).decode().split("\n")[:-1]:
                statement = split(line)
                lines.add(f"{statement.subject} {statement.predicate} {statement.object} .")
        return lines

    def rows(self, table: str) -> Iterator[dict[str, str | None]]:
        """Give each row of a table of the dataset."""
        found = self.dataset.tables[table]
        return (dict(zip(found.columns, row, strict=True)) for row in found.rows)


def built(root: Path, folder: Path, documents: Path | None = None) -> Built:
    """Build a dataset into a shelf of its own."""
    options = build.Options(documents=documents, releases=folder / "shelf", reasoner=False)
    release = build.build(root, options, lambda _: None).release
    assert release is not None
    return Built(open_dataset(root), release, folder)


@pytest.fixture(name="lights", scope="session")
def _lights(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return built(LIGHTHOUSES, tmp_path_factory.mktemp("lights"))


@pytest.fixture(name="ours", scope="session")
def _ours(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    return built(root, tmp_path_factory.mktemp("ours"))


@pytest.fixture(name="each", params=["lights", pytest.param("ours", marks=pytest.mark.slow)])
def _each(request: pytest.FixtureRequest) -> Built:
    """Each dataset at hand: the second one, and ours."""
    made: Built = request.getfixturevalue(request.param)
    return made


def records(ontology: Ontology | None = None, **rows: list[tuple[str | None, ...]]) -> Records:
    """Give records of a dataset of nothing but these rows; what a row leaves out at its end is empty."""
    tables = {
        name: Table(name, columns, [(*row, *[None] * (len(columns) - len(row))) for row in rows.get(name, [])])
        for name, columns in COLUMNS.items()
    }
    about = Description(
        name="x", title="X", description="", base=BASE, iri=f"{BASE}dataset", version="2026-01-02",
        licence="https://example.org/licence", language="en", prefixes=Prefixes({"ex": BASE, **STANDARD_PREFIXES}),
        creators=(Agent("Someone"),), graphs={"facts": f"{BASE}graph/facts", "evidence": f"{BASE}graph/evidence"},
        roles={name: RDF + name for name in ("subject", "predicate", "object")},
    )  # fmt: skip
    return Records(about, tables, ontology or Ontology())
