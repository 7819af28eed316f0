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
_MARK = "oxigraph.built-from"


def build_index(quads: Path, index_root: Path, version: str) -> Path:
    """Build the index of a version from its N-Quads (``.nq``, ``.nq.gz``, ``.nq.zst``) and give its folder.

    The Oxigraph directory appears whole or not at all; one that was built from the same file is kept, another is
    replaced. Raises StoreError where the quads cannot be read or the folder cannot be written.
    """
    folder = index_root / version
    mark = _mark(quads)
    if _is_built(folder, mark):
        return folder
    fresh = folder / f".{DIRECTORY}.{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _fill(fresh, quads)
        _place(fresh, folder / DIRECTORY)
        (folder / _MARK).write_text(mark, encoding="ascii")
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


def _place(fresh: Path, place: Path) -> None:
    """Move the new directory to its place, and what stood there out of the way; another process may do the same."""
    old = fresh.with_name(f"{fresh.name}.old")
    if place.exists():
        place.rename(old)
    try:
        fresh.rename(place)
    except OSError:
        if not place.is_dir():
            raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _is_built(folder: Path, mark: str) -> bool:
    try:
        return (folder / DIRECTORY).is_dir() and (folder / _MARK).read_text(encoding="ascii") == mark
    except OSError:
        return False


def _mark(quads: Path) -> str:
    """Give what tells one file from another that was written over it."""
    try:
        status = quads.stat()
    except OSError as error:
        raise StoreError(f"cannot read the quads: {error.strerror}", where=Where(str(quads))) from None
    return f"{status.st_size} {status.st_mtime_ns}"
