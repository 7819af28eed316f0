"""A build that is killed at any moment leaves the live release whole, and the next build succeeds."""

import os
import random
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path

import pytest

from publisher.errors import ReleaseError
from publisher.release.read import verify
from publisher.release.shelf import Shelf
from publisher.release.sort import sort_lines
from publisher.release.write import write_release
from publisher.store.index import build_index

HERE = Path(__file__).resolve().parent
_CODE = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import conftest
from publisher.release.shelf import Shelf
from publisher.release.sort import sort_lines
from publisher.release.write import write_release
from publisher.store.index import build_index
shelf, folder, version = Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4]
content = conftest.content(folder, conftest.quads(int(sys.argv[5])), version=version)
print("ready", flush=True)
sys.stdin.readline()
release = write_release(content, shelf)
build_index(release.quads, shelf / ".index", version)
Shelf(shelf).publish(version)
"""


def _kill_at(share: float, whole: float, run: list[str], root: Path) -> bool:
    """Start a build, kill it after a share of its usual time, and tell whether it was still at work."""
    environment = {**os.environ, "PYTHONPATH": str(root)}
    with subprocess.Popen(run, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as build:
        assert build.stdin is not None
        assert build.stdout is not None
        assert build.stdout.readline() == b"ready\n"
        build.stdin.write(b"\n")
        build.stdin.flush()
        time.sleep(whole * share)
        running = build.poll() is None
        build.kill()
    return running


def _time_of_a_build(run: list[str], root: Path) -> float:
    environment = {**os.environ, "PYTHONPATH": str(root)}
    with subprocess.Popen(run, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as build:
        assert build.stdin is not None
        assert build.stdout is not None
        build.stdout.readline()
        begun = time.monotonic()
        build.communicate(b"\n")
    assert build.returncode == 0
    return time.monotonic() - begun


@pytest.mark.parametrize(
    ("kills", "facts"), [(10, 20), pytest.param(200, 300, marks=pytest.mark.soak)], ids=["ten", "two hundred"]
)
def test_killed_at_random_moments(
    make, tmp_path: Path, root: Path, kills: int, facts: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """After kill -9 in build, index or publish every version is whole, the live one opens, and the next build works."""
    shelf = Shelf(tmp_path / "shelf")
    write_release(make(version="1.0"), shelf.root)
    shelf.publish("1.0")
    base = [sys.executable, "-c", _CODE, str(HERE), str(shelf.root), str(tmp_path / "killed")]
    whole = _time_of_a_build([*base, "1.1", str(facts)], root)
    moments = random.Random(20261120)  # noqa: S311 - moments that repeat, no secrets
    counts = {"building": 0, "indexing or publishing": 0, "done": 0}
    for number in range(kills):
        version = f"2.{number}"
        hit = _kill_at(moments.random(), whole, [*base, version, str(facts)], root)
        written = version in shelf.versions()
        counts["done" if not hit else "indexing or publishing" if written else "building"] += 1
        assert verify(shelf.current())
        assert all(verify(shelf.release(known)) for known in shelf.versions()[-3:])
        assert not (shelf.root / f".index/{version}/oxigraph").exists() or written
    with capsys.disabled() if kills > 100 else nullcontext():
        print(f"\n{kills} kills: {counts}")  # noqa: T201 - the count is what the long run is for
    assert counts["building"] + counts["indexing or publishing"] > kills // 3
    release = write_release(make(version="3.0"), shelf.root)
    assert verify(shelf.publish("3.0"))
    assert (build_index(release.quads, shelf.root / ".index", "3.0") / "oxigraph").is_dir()
    assert not [item.name for item in shelf.root.iterdir() if item.name.startswith((".new-", ".current-"))]


@pytest.mark.soak
def test_a_version_that_was_killed_is_made_the_second_time(make, tmp_path: Path, root: Path) -> None:
    """The same version, killed thirty times on its way, comes out with the bytes of one that was never killed."""
    base = [sys.executable, "-c", _CODE, str(HERE), str(tmp_path / "shelf"), str(tmp_path / "killed"), "1.0", "100"]
    whole = _time_of_a_build([*base[:4], str(tmp_path / "other"), *base[5:]], root)
    for share in range(30):
        _kill_at(share / 30, whole, base, root)
    _time_of_a_build(base, root)
    killed, calm = (tmp_path / name / "1.0/SHA256SUMS" for name in ("shelf", "other"))
    assert killed.read_bytes() == calm.read_bytes()
    index = tmp_path / "shelf/.index/1.0"
    assert sorted(item.name for item in index.iterdir()) == ["oxigraph", "oxigraph.built-from"]


def test_an_interrupt_leaves_nothing(make, tmp_path: Path) -> None:
    """Ctrl-C at any step removes what was begun and goes on to the caller."""
    steps: list[str] = []
    write_release(make(), tmp_path / "steps", progress=steps.append)

    for number in range(len(steps)):
        seen: list[str] = []

        def stop(step: str, *, seen: list[str] = seen, number: int = number) -> None:
            seen.append(step)
            if len(seen) > number:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            write_release(make(), tmp_path / "shelf", progress=stop)
        assert [item.name for item in (tmp_path / "shelf").iterdir()] == [".lock"]


def test_too_little_memory_is_told(make, tmp_path: Path) -> None:
    """Where the memory that is given is not enough even to begin, the error says so and nothing is left."""
    source = make(["<a> <b> <c> ."] * 9).quads[0]
    with pytest.raises(ReleaseError) as caught:
        sort_lines([source], tmp_path / "out", small=-1, memory_mb=1)
    assert caught.value.reason == "release.unwritable"
    assert not list(tmp_path.glob("out*"))
