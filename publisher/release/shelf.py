"""The shelf: the folder of all releases, the link ``current`` to the live one, and the lock of whoever builds.

``current`` is a relative link that is replaced by one rename, so a server sees the old release or the new one and
never none. What an ended build left behind is swept by the next one. It refuses to delete a release.
"""

import fcntl
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from publisher.errors import ReleaseError, Where
from publisher.release.read import SUMS, open_release, verify
from publisher.release.record import NAME, Release

Progress = Callable[[str], None]
Ready = Callable[[Release], None]
NEW = ".new-"
CURRENT = "current"
_PREVIOUS = ".previous"
_LOCK = ".lock"
_DRAFT = "-draft."
_VERSION = re.compile(r"(?!current$)[A-Za-z0-9][A-Za-z0-9._+\-]*\Z")


def is_version(text: str) -> bool:
    """Tell whether a text can be a version, and so the name of a folder and a part of file names and IRIs."""
    return _VERSION.match(text) is not None


def order(version: str) -> tuple[tuple[int, int, str], ...]:
    """Give a key that sorts versions as people do: numbers by value, words by letters.

    >>> sorted(["1.10", "1.9"], key=order)
    ['1.9', '1.10']
    """
    parts = re.findall(r"\d+|\D+", version)
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts)


def silent(_: str) -> None:
    """Tell nobody how far the work is."""


def unready(_: Release) -> None:
    """Leave it to the server to index a release."""


class Shelf:
    """A folder of releases."""

    __slots__ = ("root",)

    def __init__(self, root: Path):
        """Take the folder; it need not exist yet."""
        self.root = root

    def versions(self) -> tuple[str, ...]:
        """Give the versions on the shelf, oldest first."""
        if not self.root.is_dir():
            return ()
        names = [item.name for item in self.root.iterdir() if is_version(item.name) and (item / NAME).is_file()]
        return tuple(sorted(names, key=order))

    def release(self, version: str) -> Release:
        """Open one version; raise ReleaseError ``release.missing`` with the versions that there are."""
        known = self.versions()
        if version not in known:
            raise ReleaseError(
                f"there is no release {version!r} on this shelf",
                where=Where(str(self.root)),
                fix=f"choose one of: {', '.join(known)}" if known else "build one with `exportin build`",
                code="release.missing",
            )
        return open_release(self.root / version)

    def live(self) -> str | None:
        """Give the version that ``current`` names, whether or not it is there, or None where nothing is published."""
        return self._link(CURRENT)

    def current(self) -> Release:
        """Open the live release; raise ReleaseError where nothing is published or ``current`` points nowhere."""
        version = self.live()
        if version is None:
            raise ReleaseError(
                "no release is published here",
                where=Where(str(self.root / CURRENT)),
                fix="publish one with `exportin publish VERSION`",
                code="release.missing",
            )
        if version not in self.versions():
            raise ReleaseError(
                f"the live release is {version!r}, but it is not there",
                where=Where(str(self.root / CURRENT)),
                fix=f"publish another: {', '.join(self.versions()) or 'there is none, build one'}",
                code="release.missing",
            )
        return open_release(self.root / version)

    def publish(self, version: str, ready: Ready = unready) -> Release:
        """Make a version the live one, after every checksum of it was proved and ``ready`` has indexed it."""
        release = self.release(version)
        verify(release)
        ready(release)
        before = self.live()
        with _told(self.root):
            if before and before != version:
                self._point(_PREVIOUS, before)
            self._point(CURRENT, version)
        return release

    def rollback(self, ready: Ready = unready) -> Release:
        """Make the release live that was live before, or else the next older one, as :meth:`publish` does."""
        live = self.live()
        target = self._link(_PREVIOUS)
        if target not in self.versions() or target == live:
            whole = (version for version in self.versions() if _DRAFT not in version)
            older = [version for version in whole if live and order(version) < order(live)]
            target = older[-1] if older else None
        if target is None:
            raise ReleaseError(
                "there is no release to roll back to",
                where=Where(str(self.root)),
                fix=f"publish one of: {', '.join(self.versions()) or 'there is none, build one'}",
                code="release.missing",
            )
        release = self.release(target)
        verify(release)
        ready(release)
        with _told(self.root):
            self._point(CURRENT, target)
            (self.root / _PREVIOUS).unlink(missing_ok=True)
        return release

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the shelf for writing; raise ReleaseError ``release.busy`` where another process holds it.

        The kernel frees the lock of a process that ends in any way.
        """
        with _told(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.root / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ReleaseError(
                    "another build is writing to this shelf",
                    where=Where(str(self.root)),
                    fix="wait until it has ended, or give another folder",
                    code="release.busy",
                ) from None
            yield
        finally:
            os.close(handle)

    @contextmanager
    def staged(self, version: str, progress: Progress = silent) -> Iterator[Path]:
        """Hold the shelf and give an empty folder to make a version in; whatever happens, it is gone afterwards."""
        with self.locked():
            folder = self.root / f"{NEW}{version}"
            try:
                for name in self.sweep():
                    progress(f"swept {name}, which an ended build left behind")
                folder.mkdir()
                yield folder
            except OSError as error:
                raise unwritable(error, self.root) from None
            finally:
                shutil.rmtree(folder, ignore_errors=True)

    def settle(self, folder: Path, version: str) -> Release:
        """Move a finished release to its place, or give the one that is there where the bytes are the same.

        Raises ReleaseError ``release.exists`` where the version is there with other bytes.
        """
        place = self.root / version
        if not place.exists():
            _seal(folder)
            folder.rename(place)
            sync_folder(self.root)
            return open_release(place)
        if (folder / SUMS).read_bytes() == (place / SUMS).read_bytes():
            release = open_release(place)
            verify(release)
            return release
        raise ReleaseError(
            f"the version {version} is there already, with other bytes; a release never changes",
            where=Where(str(place)),
            fix="give this build another version",
            code="release.exists",
        )

    def sweep(self) -> tuple[str, ...]:
        """Remove what ended builds left behind and give the names; call it only while the shelf is locked."""
        left = sorted(item for item in self.root.iterdir() if item.name.startswith((NEW, f".{CURRENT}-")))
        for item in left:
            if item.is_symlink() or item.is_file():
                item.unlink()
            else:
                shutil.rmtree(item)
        return tuple(item.name for item in left)

    def _link(self, name: str) -> str | None:
        try:
            return (self.root / name).readlink().name
        except OSError:
            return None

    def _point(self, name: str, version: str) -> None:
        fresh = self.root / f".{CURRENT}-{os.getpid()}"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(version)
        fresh.replace(self.root / name)
        sync_folder(self.root)


def _seal(folder: Path) -> None:
    """Make every file of a finished release read-only and bring every folder's entries to the disk."""
    for item in (folder, *folder.rglob("*")):
        if item.is_dir():
            sync_folder(item)
        else:
            item.chmod(0o444)


def sync_folder(folder: Path) -> None:
    """Bring a folder's entries to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise unwritable(error, folder) from None


def unwritable(error: OSError, folder: Path) -> ReleaseError:
    """Give the failure of a disk that is full, read-only or broken, as an error for a person."""
    return ReleaseError(
        f"cannot write here: {error.strerror or error}",
        where=Where(str(error.filename or folder)),
        fix="give a folder that can be written and has room; nothing that was there is changed",
        code="release.unwritable",
    )
