"""A release is made ready before it is served: its pages are there at the first request, however the making ended."""

import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from publisher.release.read import open_release
from publisher.release.record import Release
from publisher.settings import Settings, settings_from
from publisher.web.kept.pages import kept_as
from publisher.web.kept.prepared import Prepared
from publisher.web.serving.indexing import Indexed, index
from publisher.web.serving.opening import Sources, open_sources
from publisher.web.serving.preparing import prepare
from tests.serving import serving

LIGHTHOUSES = Path(__file__).resolve().parents[1] / "datasets" / "lighthouses"
SETTINGS = settings_from({}, {"prepared_things": "20000"})


def _silent(_: str) -> None:
    """Tell nobody."""


@pytest.fixture(name="built", scope="module")
def _built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a release that the command built, with its pages."""
    shelf = tmp_path_factory.mktemp("built") / "releases"
    _exportin("build", LIGHTHOUSES, "--no-reasoner", "--releases", shelf)
    return (shelf / "current").resolve()


@pytest.fixture(name="release")
def _release(built: Path, tmp_path: Path) -> Release:
    """Give the same release on a shelf where it is not indexed yet."""
    place = tmp_path / "releases" / built.name
    shutil.copytree(built, place)
    return open_release(place)


def _exportin(*arguments: object, limit: Callable[[], None] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "publisher", "--setting", "prepared_things", "20000", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, preexec_fn=limit)
    assert done.returncode == 0, done.stderr
    return done


def _pages(release: Release, settings: Settings = SETTINGS) -> Path:
    opened = open_sources(Sources((release.path,), settings, isolated=False))
    opened.close()
    assert opened.pages is not None
    return opened.pages


def test_a_server_of_a_built_release_has_every_page(built: Path) -> None:
    """The first request for a page, its Turtle or its JSON-LD is a hit, and says what a page made now would say."""
    with serving(built, prepared_things=20000) as ready, serving(built, inbound_limit=99) as other:
        for suffix in ("html", "ttl", "jsonld"):
            found, made = (site.send("GET", f"/thing/LX0000001.{suffix}") for site in (ready, other))
            assert (found.status, found.headers.get("x-cache"), made.headers.get("x-cache")) == (200, "hit", None)
            assert found.body == made.body


def test_indexing_again_makes_nothing(release: Release) -> None:
    """What is there is kept; without things to make no process is begun."""
    first = index(release, settings=SETTINGS, tell=_silent)
    told: list[str] = []
    again = index(release, settings=SETTINGS, tell=told.append)
    assert first == again
    assert first.documents > 100
    assert told == [f"indexing release {release.version}"]


def test_no_pages_are_made_past_the_setting(release: Release) -> None:
    """A release of more things than allowed is indexed without pages."""
    assert index(release, settings=settings_from({}, {"prepared_things": "5"}), tell=_silent) == Indexed()
    assert Prepared(_pages(release)).count() == 0


def test_making_goes_on_where_it_stopped(release: Release) -> None:
    """Documents made before the end are whole, and the next run makes the others."""
    opened = open_sources(Sources((release.path,), SETTINGS, isolated=False))
    left = iter([True] * 10)
    first = Prepared(opened.pages, lot=4)
    assert prepare(opened.in_this_process(), first, going=lambda: next(left, False)) == 10
    first.close()
    before = Prepared(opened.pages)
    assert before.count() == 10
    whole = index(release, settings=SETTINGS, tell=_silent)
    assert (prepare(opened.in_this_process(), before), whole.missing) == (0, 0)
    opened.close()


def test_a_killed_index_leaves_whole_documents(release: Release) -> None:
    """The processes end with the one that began them; what they wrote can be read, and is taken up again."""
    command = [sys.executable, "-m", "publisher", "--setting", "prepared_things", "20000"]
    where = ["--releases", str(release.path.parent), release.version]
    process = subprocess.Popen([*command, "index", *where], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    pages: list[Path] = []
    while time.monotonic() < deadline and not (pages and Prepared(pages[0]).count()):
        pages = list((release.path.parent / ".index").rglob("pages-*.sqlite"))
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    some = Prepared(pages[0])
    for address in some.addresses():
        kept = some.get(address)
        assert kept is not None
        assert len(kept.body) == int(dict(kept.headers)["Content-Length"])
    assert index(release, settings=SETTINGS, tell=_silent).missing == 0


def test_a_full_disk_is_told_and_stops_nothing(release: Release) -> None:
    """Where pages cannot be written the release is indexed all the same, and the command says what is missing."""
    _pages(release)  # the index of names is there, which is larger than what may be written below
    small = 200 * 1024

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (small, small))

    done = _exportin("index", release.version, "--releases", release.path.parent, limit=limited)
    assert re.search(r"is indexed, \d+ pages could not be made ahead \(is the disk full\?\)", done.stdout)


def test_pages_that_cannot_be_written_are_read(release: Release) -> None:
    """Where another user made the pages, or the disk is read-only, a server answers with them."""
    index(release, settings=SETTINGS, tell=_silent)
    path = _pages(release)
    for beside in ("-wal", "-shm"):  # a folder in its place keeps anybody, root too, from opening the file to write
        path.with_name(path.name + beside).unlink(missing_ok=True)
        path.with_name(path.name + beside).mkdir()
    assert Prepared(path).get(kept_as("/thing/LX0000001.html")) is not None


def test_a_server_makes_what_is_not_there(release: Release) -> None:
    """A release that nobody has indexed is served at once, and each page is soon a hit at its first request."""
    with serving(release.path, prepared_things=20000) as site:
        assert site.send("GET", "/thing/LX0000002.html").status == 200
        there, deadline = Prepared(_pages(release)), time.monotonic() + 60
        while time.monotonic() < deadline and kept_as("/thing/LX0000001.jsonld") not in there.addresses():
            time.sleep(0.1)
        found = site.send("GET", "/thing/LX0000001.jsonld")
        assert (found.status, found.headers["x-cache"]) == (200, "hit")
