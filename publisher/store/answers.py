"""Answers that are kept: files named by release, query, dataset and media type, shared by all server processes.

A release never changes, so its answers are good for ever; bytes are bounded, the least recently used leave first.
It refuses to keep what another run could answer differently (NOW, RAND, UUID, STRUUID, SERVICE), and anything that
another release answered.
"""

import contextlib
import hashlib
import json
import math
import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from publisher.rdf.media import Media
from publisher.rdf.query import Form
from publisher.store.engines.sink import IN_MEMORY
from publisher.store.port import Answer, Limits, Store, Wanted
from publisher.store.seen import Seen

_BODY = ".body"
_SLACK = 16  # the folder is measured after each sixteenth of its bound that was added
_Graphs = tuple[tuple[str, ...], tuple[str, ...]]
_LEFT = 0.9  # of the bound remains after old answers have left


class Cached:
    """A store that keeps the answers of another one, for as long as that serves the release ``release``."""

    def __init__(self, store: Store, directory: Path, release: str, *, max_bytes: int, least: float = 0.0):
        """Take the store, the folder (made when the first answer comes), what names the release, and the bound.

        ``least`` is how many milliseconds the engine must have worked for an answer that is worth its file.
        """
        self.store = store
        self._directory = directory
        self._release = release
        self._max = max_bytes
        self._least = least
        self._seen = Seen(directory.with_name(f"{directory.name}.seen"))
        self._added = max_bytes  # measure before the first answer is kept

    def __reduce__(self) -> tuple[object, ...]:
        """Let another process keep the same answers."""
        return _cached, (self.store, self._directory, self._release, self._max, self._least)

    @property
    def offered(self) -> tuple[Media, ...]:
        """Give the media types that the store behind can write."""
        return self.store.offered

    def query(
        self,
        text: str,
        media: Wanted,
        *,
        limits: Limits,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> Answer:
        """Give the answer that is kept, or ask the store and keep its answer."""
        kept = self.find(text, media, limits=limits, default_graphs=default_graphs, named_graphs=named_graphs)
        if kept is not None:
            return kept
        found = self.store.query(text, media, limits=limits, default_graphs=default_graphs, named_graphs=named_graphs)
        if found.release not in (None, self._release) or found.volatile:
            return found
        named = found._replace(etag=found.digest or _digest(found), release=self._release)
        if found.path is None and _worked(found) < self._least:
            return named
        path = self._path(text, found.media, limits, (tuple(default_graphs), tuple(named_graphs)))
        kept = self._keep(Path(path), named)
        self._seen.add(text)
        return kept

    def find(
        self,
        text: str,
        media: Wanted,
        *,
        limits: Limits,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> Answer | None:
        """Give the answer if it is kept, without asking any engine."""
        if text not in self._seen:
            return None
        graphs = (tuple(default_graphs), tuple(named_graphs))
        found = (self._found(text, each, limits, graphs) for each in ((media,) if isinstance(media, Media) else media))
        return next((answer for answer in found if answer is not None), None)

    def _found(self, text: str, media: Media | None, limits: Limits, graphs: _Graphs) -> Answer | None:
        if media is None:
            return None
        started = time.perf_counter()
        path = Path(self._path(text, media, limits, graphs))
        try:
            os.utime(path)
            head, _, body = path.read_bytes().partition(b"\n")
            told = json.loads(head)
        except (OSError, ValueError):
            return None
        file = path.with_suffix(_BODY) if told["file"] else None
        if file is not None and not file.exists():
            return None
        return Answer(
            media,
            body=None if file else body,
            path=file,
            etag=told["etag"],
            rows=told["rows"],
            truncated=told["truncated"],
            cached=True,
            release=self._release,
            timings=(("cache", (time.perf_counter() - started) * 1e3),),
            form=Form(told.get("form", "")),
        )

    def status(self) -> dict[str, Any]:
        """Give the state of the store behind."""
        status = getattr(self.store, "status", None)
        return dict(status()) if status is not None else {"ready": True}

    def close(self) -> None:
        """Close the store behind; the answers stay."""
        self.store.close()

    def _path(self, text: str, media: Media, limits: Limits, graphs: _Graphs) -> str:
        named = (self._release, text, media.type, graphs, limits.partial, limits.rows, limits.bytes)
        key = hashlib.sha256(repr(named).encode("utf-8", "surrogatepass")).hexdigest()
        return f"{self._directory}/{key[:2]}/{key}"

    def _keep(self, path: Path, named: Answer) -> Answer:
        """Put an answer into its place by rename; where the disk refuses, the answer is given all the same."""
        file: Path | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = self._keep_body(path, named)
            told = {
                "etag": named.etag,
                "rows": named.rows,
                "truncated": named.truncated,
                "form": named.form.value,
                "file": file is not None,
            }
            _write(path, json.dumps(told).encode() + b"\n" + (b"" if file else named.read()))
            self._added += path.stat().st_size + (file.stat().st_size if file else 0)
            if self._added > self._max / _SLACK:
                self._added = 0
                _bound(self._directory, self._max)
        except OSError:
            there = named.body is not None or (named.path and named.path.exists())
            return named if there else named._replace(path=file)
        return named._replace(path=file, temporary=False) if file else named

    def _keep_body(self, path: Path, found: Answer) -> Path | None:
        if found.path is None and len(found.body or b"") <= IN_MEMORY:
            return None
        file = path.with_suffix(_BODY)
        if found.path is None:
            _write(file, found.body or b"")
        else:
            moved = file.with_suffix(f".{os.getpid()}.{time.monotonic_ns()}")
            shutil.move(found.path, moved)
            moved.replace(file)
        return file


def _cached(store: Store, directory: Path, release: str, max_bytes: int, least: float) -> Cached:
    return Cached(store, directory, release, max_bytes=max_bytes, least=least)


def _digest(found: Answer) -> str:
    if found.path is None:
        return hashlib.sha256(found.body or b"").hexdigest()
    with found.path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _worked(found: Answer) -> float:
    """Give the milliseconds that the engine worked; all of them where it does not say."""
    return dict(found.timings).get("exec", math.inf)


def _write(path: Path, content: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as fresh:
        fresh.write(content)
    Path(fresh.name).replace(path)


def _bound(directory: Path, limit: int) -> None:
    """Remove the answers that were used least recently until the folder is well below its bound."""
    found: list[tuple[float, int, Path]] = []
    for path in directory.glob("*/*"):
        with contextlib.suppress(OSError):
            status = path.stat()
            found.append((status.st_mtime, status.st_size, path))
    total = sum(size for _, size, _ in found)
    if total <= limit:
        return
    used = {path: moment for moment, _, path in found}
    for _, size, path in sorted(found, key=lambda item: max(item[0], used.get(item[2].with_suffix(""), 0.0))):
        if total <= limit * _LEFT:
            return
        path.unlink(missing_ok=True)
        total -= size
