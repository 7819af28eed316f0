"""The index of a release: an Oxigraph directory that any number of processes open read-only.

It can be thrown away and built again from the release; nothing in it is part of the release's identity.
The folder also holds what others prepare from the same quads (the label index) and the answers kept for it.
"""

import os
import shutil
from pathlib import Path

import pyoxigraph as ox

from publisher.errors import StoreError, Where
from publisher.store.loading import load

DIRECTORY = "oxigraph"
LABELS = "labels.sqlite"
ANSWERS = "answers"
_MARK = "built-from"


def build_index(quads: Path, index_root: Path, version: str) -> Path:
    """Build the index of a version from its N-Quads (``.nq``, ``.nq.gz``, ``.nq.zst``) and give its folder.

    The folder appears whole or not at all; one that was built from the same file is kept, another is replaced.
    Raises StoreError where the quads cannot be read or the folder cannot be written.
    """
    folder = index_root / version
    mark = _mark(quads)
    if (folder / _MARK).is_file() and (folder / _MARK).read_text(encoding="ascii") == mark:
        return folder
    fresh = index_root / f".{version}.{os.getpid()}"
    try:
        fresh.mkdir(parents=True)
        _fill(fresh / DIRECTORY, quads)
        (fresh / _MARK).write_text(mark, encoding="ascii")
        _place(fresh, folder)
    except OSError as error:
        raise StoreError(
            f"cannot write the index: {error}", where=Where(str(index_root)), fix="check its rights and the free space"
        ) from None
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return folder


def drop_index(index_root: Path, version: str) -> None:
    """Remove the index of a version, with the answers kept for it."""
    shutil.rmtree(index_root / version, ignore_errors=True)


def _fill(directory: Path, quads: Path) -> None:
    store = ox.Store(str(directory))
    load(store, [quads])
    store.optimize()
    store.flush()
    del store


def _place(fresh: Path, folder: Path) -> None:
    """Move the new index to its place, and what stood there before out of the way; another process may do the same."""
    old = fresh.with_name(f"{fresh.name}.old")
    if folder.exists():
        folder.rename(old)
    try:
        fresh.rename(folder)
    except OSError:
        if not (folder / DIRECTORY).is_dir():
            raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _mark(quads: Path) -> str:
    """Give what tells one file from another that was written over it."""
    try:
        status = quads.stat()
    except OSError as error:
        raise StoreError(f"cannot read the quads: {error.strerror}", where=Where(str(quads))) from None
    return f"{status.st_size} {status.st_mtime_ns}"
