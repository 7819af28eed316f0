"""The site of the second dataset, served by the real command line, and a relay that can spoil it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from publisher.build import Options, build
from tests.audit.relay import Relay
from tests.serving import Served, serving


@pytest.fixture(name="served", scope="session")
def _served(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    dataset = tmp_path_factory.mktemp("audited") / "lighthouses"
    shutil.copytree(root / "tests" / "datasets" / "lighthouses", dataset)
    build(dataset, Options(reasoner=False), lambda _: None)
    with serving(dataset / "releases" / "current") as site:
        yield site


@pytest.fixture(name="relay", scope="session")
def _relay(served: Served) -> Iterator[Relay]:
    with Relay(served.port).running() as relay:
        yield relay
