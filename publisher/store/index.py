"""The index of a release: an Oxigraph directory that any number of processes open read-only.

It can be thrown away and built again from the release; nothing in it is part of the release's identity.
The folder also holds what others prepare from the same quads (the label index) and the answers kept for it.
"""

import json
import os
import shutil
from pathlib import Path

import pyoxigraph as ox

from publisher.errors import StoreError, Where
from publisher.store.layout import Layout, lay_out_on_disk, layout_from
from publisher.store.loading import load

DIRECTORY = "oxigraph"
LABELS = "labels.sqlite"
ANSWERS = "answers"
_MARK = "oxigraph.built-from"
_LAYOUT = "exportin-layout.json"  # within the Oxigraph directory, so that both appear at once


def build_index(quads: Path, index_root: Path, version: str, *, union: bool = True) -> Path:
    """Build the index of a version from its N-Quads (``.nq``, ``.nq.gz``, ``.nq.zst``) and give its folder.

    With ``union`` the default graph holds the triples of all graphs, each once; otherwise what the quads give it.

    The Oxigraph directory appears whole or not at all; one that was built from the same file is kept, another is
    replaced. Raises StoreError where the quads cannot be read or the folder cannot be written.
    """
    folder = index_root / version
    mark = f"{_mark(quads)} {'union' if union else 'plain'}"
    if _is_built(folder, mark):
        return folder
    fresh = folder / f".{DIRECTORY}.{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        _fill(fresh, quads, union=union)
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


def layout_of(directory: Path, *, union: bool) -> Layout:
    """Give how the graphs of an index lie; raise StoreError where it was not built for such a default graph."""
    place = Where(str(directory))
    try:
        told = json.loads((directory / _LAYOUT).read_text(encoding="utf-8"))
        layout, built = layout_from(told), bool(told.get("union"))
    except (OSError, ValueError, TypeError, AttributeError):
        fix = "remove the folder and build it again"
        raise StoreError("this folder is no index that was built here", where=place, fix=fix) from None
    if built is not union:
        kind = "the union of all graphs" if built else "the default graph of the data"
        raise StoreError(f"the default graph of this index is {kind}", where=place, fix="build another index")
    return layout


def _sweep(folder: Path) -> None:
    """Remove what processes that are no more left half-done."""
    for left in folder.glob(f".{DIRECTORY}.*"):
        process = left.name.split(".")[2]
        if process.isdigit() and not Path(f"/proc/{process}").exists() and Path("/proc/self").exists():
            shutil.rmtree(left, ignore_errors=True)


def _fill(directory: Path, quads: Path, *, union: bool) -> None:
    store = ox.Store(str(directory))
    load(store, [quads])
    whole = _whole(quads) if union else None
    layout = lay_out_on_disk(store, union=union and whole is None)
    if whole is not None:
        load(store, [whole])
    store.optimize()
    store.flush()
    del store
    (directory / _LAYOUT).write_text(json.dumps({"union": union, **layout.to_json()}), encoding="utf-8")


def _whole(quads: Path) -> Path | None:
    """Give the dump of a release that holds the union of its graphs as triples, where one lies beside the quads.

    The bulk loader reads it much faster than the union can be written from the graphs, quad by quad.
    """
    beside = quads.with_name(quads.name.replace(".nq", ".nt"))
    return beside if beside != quads and beside.is_file() else None


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
