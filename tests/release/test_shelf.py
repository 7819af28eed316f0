"""The live release moves in one step, back as well as forth, and never to something damaged."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from publisher.errors import ReleaseError
from publisher.release.read import open_release, verify
from publisher.release.shelf import Shelf
from publisher.release.write import write_release


@pytest.fixture(name="three", scope="module")
def _three(content_in, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a shelf of three releases that no test changes."""
    folder = tmp_path_factory.mktemp("three")
    for version in ("2026-01-02", "2026-01-10", "2026-02-01"):
        write_release(content_in(folder / version, version=version), folder / "shelf")
    return folder / "shelf"


@pytest.fixture(name="shelf")
def _shelf(three: Path, tmp_path: Path) -> Shelf:
    shutil.copytree(three, tmp_path / "shelf", symlinks=True)
    return Shelf(tmp_path / "shelf")


def test_publish_and_roll_back(shelf: Shelf) -> None:
    """Rolling back gives what was live before, and then the next older version."""
    assert shelf.versions() == ("2026-01-02", "2026-01-10", "2026-02-01")
    assert shelf.live() is None
    shelf.publish("2026-01-10")
    shelf.publish("2026-02-01")
    assert (shelf.root / "current").readlink() == Path("2026-02-01")
    assert shelf.current().version == "2026-02-01"
    seen: list[tuple[str, str | None]] = []
    assert shelf.rollback(lambda release: seen.append((release.version, shelf.live()))).version == "2026-01-10"
    assert seen == [("2026-01-10", "2026-02-01")]
    assert shelf.rollback().version == "2026-01-02"
    with pytest.raises(ReleaseError) as caught:
        shelf.rollback()
    assert caught.value.reason == "release.missing"
    assert shelf.current().version == "2026-01-02"


def test_nothing_damaged_goes_live(shelf: Shelf) -> None:
    """One flipped byte is found, its file is named, and the live release stays."""
    shelf.publish("2026-01-02")
    dump = shelf.root / "2026-02-01/birds-2026-02-01-facts.ttl.gz"
    body = bytearray(dump.read_bytes())
    body[len(body) // 2] ^= 1
    dump.chmod(0o644)
    dump.write_bytes(body)
    with pytest.raises(ReleaseError, match=r"birds-2026-02-01-facts\.ttl\.gz") as caught:
        shelf.publish("2026-02-01")
    assert caught.value.reason == "release.damaged"
    assert shelf.current().version == "2026-01-02"


@pytest.mark.parametrize("harm", ["missing", "extra", "record", "sums", "escape", "format"])
def test_every_kind_of_damage_is_named(shelf: Shelf, harm: str) -> None:
    """A file that is gone, added, or not agreed upon is told, whatever file it is."""
    folder = shelf.root / "2026-01-02"
    for item in folder.rglob("*"):
        item.chmod(0o755)
    record, sums = folder / "release.json", folder / "SHA256SUMS"
    if harm == "missing":
        (folder / "void.ttl").unlink()
    elif harm == "extra":
        (folder / "queries/more.rq").write_text("ASK {}")
    elif harm == "record":
        record.write_text(record.read_text().replace("Birds and what", "Cats and what"))
    elif harm == "sums":
        sums.write_text(sums.read_text().replace("  release.json", "  other.json"))
    elif harm == "escape":
        record.write_text(record.read_text().replace('"name": "void.ttl"', '"name": "../../void.ttl"'))
    else:
        record.write_text(record.read_text().replace('"format": 1', '"format": 99'))
    with pytest.raises(ReleaseError) as caught:
        verify(open_release(folder))
    assert caught.value.reason == "release.damaged"


def test_a_link_that_points_nowhere(shelf: Shelf) -> None:
    """The message names the version that is gone and those that are there."""
    (shelf.root / "current").symlink_to("2020-01-01")
    with pytest.raises(ReleaseError, match="2020-01-01") as caught:
        shelf.current()
    assert "2026-01-10" in str(caught.value)


def test_an_empty_shelf(tmp_path: Path) -> None:
    """A folder that is not there holds no versions, and the error says how to begin."""
    shelf = Shelf(tmp_path / "nothing")
    assert shelf.versions() == ()
    for act in (shelf.current, shelf.rollback, lambda: shelf.publish("1.0")):
        with pytest.raises(ReleaseError) as caught:
            act()
        assert caught.value.reason == "release.missing"


def test_two_builds_at_once(shelf: Shelf, make) -> None:
    """The second build is told that another is writing; it harms nothing and works afterwards."""
    with shelf.locked(), pytest.raises(ReleaseError) as caught:
        write_release(make(version="2026-03-01"), shelf.root)
    assert caught.value.reason == "release.busy"
    assert write_release(make(version="2026-03-01"), shelf.root).version == "2026-03-01"


def test_leftovers_are_swept(shelf: Shelf, make) -> None:
    """What a killed build left is removed by the next one, which says so."""
    (shelf.root / ".new-2026-09-09/work").mkdir(parents=True)
    (shelf.root / ".new-2026-09-09/work/base.nq").write_text("half")
    said: list[str] = []
    write_release(make(version="2026-03-01"), shelf.root, progress=said.append)
    assert said[0].startswith("swept .new-2026-09-09")
    assert not (shelf.root / ".new-2026-09-09").exists()


def test_a_reader_never_sees_no_release(shelf: Shelf) -> None:
    """While the link is moved three hundred times, every look at it finds a whole release."""
    shelf.publish("2026-01-02")
    stop, seen, failures = threading.Event(), set(), []

    def look() -> None:
        while not stop.is_set():
            try:
                seen.add(shelf.current().version)
            except ReleaseError as error:
                failures.append(error)

    reader = threading.Thread(target=look)
    reader.start()
    for turn in range(300):
        shelf._point("current", ("2026-01-02", "2026-01-10")[turn % 2])
    stop.set()
    reader.join()
    assert failures == []
    assert seen <= {"2026-01-02", "2026-01-10"}


@contextmanager
def _mounted(folder: Path, *options: str) -> Iterator[None]:
    """Mount a small file system of our own; skip aloud where that is not allowed."""
    folder.mkdir()
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", *options, "none", str(folder)], check=False).returncode:
        pytest.skip("only root may mount a small tmpfs, to fill it or to make it read-only")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_read_only_folder(make, tmp_path: Path) -> None:
    """A shelf that cannot be written gives an error with the folder and the next step, and what is there stays."""
    with _mounted(tmp_path / "fixed"):
        first = write_release(make(), tmp_path / "fixed")
        subprocess.run(["mount", "-o", "remount,ro", str(tmp_path / "fixed")], check=True)
        for act in (
            lambda: write_release(make(version="2026-03-01"), tmp_path / "fixed"),
            lambda: Shelf(tmp_path / "fixed").publish("2026-01-02"),
        ):
            with pytest.raises(ReleaseError) as caught:
                act()
            assert caught.value.reason == "release.unwritable"
        assert verify(first)


def test_a_shelf_that_is_a_file(make, tmp_path: Path) -> None:
    """A path that cannot be a folder is told as plainly as a read-only one."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ReleaseError) as caught:
        write_release(make(), tmp_path / "file/shelf")
    assert caught.value.reason == "release.unwritable"


def test_a_full_disk(make, tmp_path: Path) -> None:
    """A build on a full disk ends with an error, leaves the old release whole and nothing else behind."""
    shelf = tmp_path / "full"
    with _mounted(shelf, "-o", "size=4m"):
        first = write_release(make(), shelf)
        space = os.statvfs(shelf)
        (shelf / "ballast").write_bytes(b"x" * (space.f_bavail * space.f_frsize - 100_000))
        with pytest.raises(ReleaseError) as caught:
            write_release(make(version="2026-03-01", description="x" * 100_000), shelf)
        assert caught.value.reason == "release.unwritable"
        assert verify(first)
        assert sorted(item.name for item in shelf.iterdir()) == [".lock", "2026-01-02", "ballast"]


def test_the_lock_ends_with_its_process(shelf: Shelf, make) -> None:
    """A build that was killed does not block the next one."""
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom publisher.release.shelf import Shelf\n"
        "with Shelf(Path(sys.argv[1])).locked():\n    print('held', flush=True)\n    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(shelf.root)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(ReleaseError, match="another build"):
            write_release(make(version="2026-03-01"), shelf.root)
        holder.kill()
    assert write_release(make(version="2026-03-01"), shelf.root)
