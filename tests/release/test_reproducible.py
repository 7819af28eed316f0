"""The same content gives the same bytes: in another folder, time zone, locale and order, by another user and day."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from publisher.release import sort
from publisher.release.write import write_release

HERE = Path(__file__).resolve().parent
_CODE = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
os.umask(int(sys.argv[5], 8))
import conftest
from publisher.release.write import write_release
lines = conftest.quads(40)
if sys.argv[4] == "backwards":
    lines = lines[::-1] + lines[:7]
content = conftest.content(Path(sys.argv[1]), lines)
for path in (*content.quads, *content.queries):
    os.utime(path, (int(sys.argv[6]),) * 2)
    path.chmod(0o777 & ~int(sys.argv[5], 8))
write_release(content, Path(sys.argv[2]))
"""


def _build(folder: Path, root: Path, order: str, umask: str, mtime: int, **environment: str) -> dict[str, str]:
    folder.mkdir(parents=True)
    run = [
        sys.executable,
        "-c",
        _CODE,
        str(folder / "data"),
        str(folder / "shelf"),
        str(HERE),
        order,
        umask,
        str(mtime),
    ]
    subprocess.run(run, check=True, env={**os.environ, "PYTHONPATH": str(root), **environment}, cwd=folder)
    release = folder / "shelf/2026-01-02"
    files = (item for item in sorted(release.rglob("*")) if item.is_file())
    return {item.relative_to(release).as_posix(): hashlib.sha256(item.read_bytes()).hexdigest() for item in files}


def test_same_content_same_bytes(tmp_path: Path, root: Path) -> None:
    """Two builds agree on every byte, whatever the folder, zone, locale, hash seed, umask, and age of the inputs."""
    first = _build(tmp_path / "a", root, "forwards", "022", 1_000_000_000, TZ="UTC", LC_ALL="C", PYTHONHASHSEED="1")
    second = _build(
        tmp_path / "b c/dé",
        root,
        "backwards",
        "077",
        1_900_000_000,
        TZ="Asia/Kolkata",
        LC_ALL="tr_TR.UTF-8",
        PYTHONHASHSEED="77",
    )
    assert len(first) > 30
    assert first == second


def test_large_and_small_sorts_agree(make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A release sorted on disk has the bytes of one sorted in memory."""
    small = write_release(make(), tmp_path / "small")
    monkeypatch.setattr(sort, "SMALL", -1)
    large = write_release(make(), tmp_path / "large")
    assert (small.path / "SHA256SUMS").read_bytes() == (large.path / "SHA256SUMS").read_bytes()


def test_bytes_decide_the_order(tmp_path: Path) -> None:
    """Both ways of sorting put letters of all scripts, escapes and long lines in the order of their bytes."""
    rows = [
        "<z>",
        "<Z>",
        "<é>",
        "<a/b>",
        "<a>",
        "<a-b>",
        "<\U0001f426>",
        "<\uffee>",
        '"a,""b"',
        "'x'",
        "NULL",
        "\\N",
        "x" * 300_000,
    ]
    source, memory, disk = (tmp_path / name for name in ("in's", "memory", "disk"))
    source.write_bytes("".join(f"{row}\n" for row in rows * 2).encode())
    assert sort.sort_lines([source], memory) == sort.sort_lines([source], disk, small=-1) == len(rows)
    assert sorted(row.encode() for row in rows) == memory.read_bytes().split(b"\n")[:-1]
    assert memory.read_bytes() == disk.read_bytes()
    assert sorted(item.name for item in tmp_path.iterdir()) == ["disk", "in's", "memory"]
