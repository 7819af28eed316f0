"""Opening a release, reading its quads, and proving that no byte of it has changed.

It refuses a folder without a record, and a record that names files outside its folder.
"""

import gzip
import hashlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from publisher.errors import ReleaseError, Where
from publisher.release import record
from publisher.release.record import File, Release

SUMS = "SHA256SUMS"
_BLOCK = 1 << 20

__all__ = ["File", "Release", "lines", "open_release", "verify"]


def open_release(path: Path) -> Release:
    """Give the release in a folder (or behind a link to one); raise ReleaseError where there is none."""
    folder = path.resolve()
    try:
        text = (folder / record.NAME).read_bytes()
    except OSError as error:
        raise ReleaseError(
            f"there is no release here: {error.strerror}",
            where=Where(str(path / record.NAME)),
            fix="build one with `exportin build`, or name another folder",
            code="release.missing",
        ) from None
    release = record.from_json(text, folder)
    for name in release.files:
        inside(folder, name)
    return release


def inside(folder: Path, name: str) -> Path:
    """Give the path of a file of a release; raise ReleaseError where the name would lead out of the folder."""
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or "\\" in name or "\0" in name:
        raise _damaged(folder / record.NAME, f"it names the file {name!r}, which lies outside the release")
    return folder.joinpath(*parts)


def lines(release: Release) -> Iterator[str]:
    """Give every quad of a release as an N-Quads line without its end, sorted."""
    with gzip.open(release.quads, "rt", encoding="utf-8", newline="\n") as stream:
        for line in stream:
            yield line.rstrip("\n")


def verify(release: Release) -> int:
    """Prove every checksum of a release and give how many files were proved.

    Raises ReleaseError ``release.damaged`` that names the first file that is missing, changed, or not listed.
    """
    listed = _sums(release.path)
    for name, wanted in listed.items():
        found = _sha256(inside(release.path, name))
        if found != wanted:
            raise _damaged(release.path / name, f"its SHA-256 is {found}, {SUMS} says {wanted}")
    for file in release.files.values():
        if listed.get(file.name) != file.sha256:
            raise _damaged(release.path / file.name, f"{SUMS} and {record.NAME} do not agree about it")
    for name in sorted(_present(release.path) - set(listed) - {SUMS}):
        raise _damaged(release.path / name, f"it is not listed in {SUMS}")
    return len(listed)


def _sums(folder: Path) -> dict[str, str]:
    place = folder / SUMS
    try:
        text = place.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _damaged(place, f"it cannot be read: {error}") from None
    listed = {name: checksum for checksum, _, name in (row.partition("  ") for row in text.splitlines())}
    if record.NAME not in listed:
        raise _damaged(place, f"it does not list {record.NAME}")
    return listed


def _present(folder: Path) -> set[str]:
    return {item.relative_to(folder).as_posix() for item in folder.rglob("*") if item.is_file() or item.is_symlink()}


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                digest.update(block)
    except OSError as error:
        raise _damaged(path, f"it cannot be read: {error.strerror}") from None
    return digest.hexdigest()


def _damaged(path: Path, message: str) -> ReleaseError:
    return ReleaseError(
        f"the release is damaged: {message}",
        where=Where(str(path)),
        fix="build or fetch this version again, or roll back to another one",
        code="release.damaged",
    )
