"""What every test shares: where the documents, ontologies and suites beside the checkout are."""

import importlib.util
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests import leftovers, postgres

# A shell starts what it puts in the background deaf to Ctrl-C, and children inherit that; tests send it to theirs.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# A served release makes its pages ahead, for about half a minute of idle time; a test that wants them says so.
os.environ.setdefault("EXPORTIN_PREPARED_THINGS", "0")

ROOT = Path(__file__).resolve().parents[1]


class ByFolder(LoadScopeScheduling):
    """Gives each folder of tests to one process, so that what they share is built once."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.partition("::")[0].rpartition("/")[0]


def pytest_configure(config: pytest.Config) -> None:
    """See to it that nothing outlives the run; its processes are marked as the run itself is."""
    if not hasattr(config, "workerinput"):
        leftovers.watch()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFolder:
    """Share the tests by folder among the processes of ``pytest -n``, in the order in which they are found."""
    config.option.loadscopereorder = False
    return ByFolder(config, log)


def missing(message: str) -> NoReturn:
    """Skip the test aloud for what this machine lacks, or fail it where CI=true, which installs all of it."""
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


def beside(name: str) -> Path:
    """Give a folder beside the checkout; where it is missing, skip the test aloud, or fail it where CI=true."""
    folder = Path(os.environ.get("EXPORTIN_SHARED", ROOT.parent / "shared")) / name
    if not folder.exists():
        missing(f"the folder {name} beside the checkout is missing: set EXPORTIN_SHARED to where it is")
    return folder


def peer(package: str) -> Path:
    """Give the folder of programs of another's package; where ``.ci/peers`` has not put it there, say so and skip."""
    folder = ROOT / ".peers" / package
    if not (folder / ".installed").exists():
        missing(f"the package {package} is not in .peers: run .ci/peers")
    return folder / "bin"


@pytest.fixture(name="root", scope="session")
def _root() -> Path:
    return ROOT


@pytest.fixture(name="documents", scope="session")
def _documents() -> Path:
    return beside("documents")


@pytest.fixture(name="ontologies", scope="session")
def _ontologies() -> Path:
    return beside("ontologies")


@pytest.fixture(name="suites", scope="session")
def _suites() -> Path:
    return beside("suites")


@pytest.fixture(name="pyspark", scope="session")
def _pyspark() -> None:
    if importlib.util.find_spec("pyspark") is None:
        missing("PySpark is missing: pip install --require-hashes -r requirements-extras.lock")


@pytest.fixture(name="postgresql", scope="session")
def _postgresql() -> Iterator[str]:
    if importlib.util.find_spec("psycopg") is None:
        missing("psycopg is missing: pip install --require-hashes -r requirements-extras.lock")
    if postgres.programs() is None:
        missing("PostgreSQL is missing: apt-get install postgresql")
    with postgres.running() as address:
        yield address
