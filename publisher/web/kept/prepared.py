"""Finished documents on disk: made once for a release, by any process, and found by all of them.

One SQLite file in the release's index. Its name holds the identity of the release, the state of the program and the
settings that a page depends on, so an old page is never taken for a new one; what another state of the program made is
removed. It refuses to matter: where it cannot be written it is only read, and where it cannot be read pages are made as
if it were not there.
"""

import contextlib
import hashlib
import json
import logging
import sqlite3
import threading
from pathlib import Path
from typing import Any

from publisher import __file__ as package
from publisher.release.record import Release
from publisher.settings import Settings
from publisher.web.kept.memory import Kept

_LOG = logging.getLogger("exportin.pages")
_SCHEMA = "CREATE TABLE IF NOT EXISTS page (address TEXT PRIMARY KEY, status TEXT, headers TEXT, body BLOB)"
_MATTER = ("public_url", "inbound_limit", "page_seconds", "dereference", "default_format", "trusted_proxies")
_MADE_BY = ("web", "entities", "rdf")
_WAIT, _LONG_WAIT = 2.0, 120.0


class Prepared:
    """The finished documents of one release; safe to use from several threads."""

    __slots__ = ("_connection", "_lock", "_lot", "_pending", "failed")

    def __init__(self, path: Path | None, *, lot: int = 1):
        """Open the file, which is made where it is missing; None keeps nothing.

        ``lot`` is how many documents are written at once: whoever makes many need not write each, and can wait longer
        for others to have written theirs.
        """
        self._lock = threading.Lock()
        self._lot = lot
        self._pending: list[tuple[str, str, str, bytes]] = []
        self._connection = _opened(path, _WAIT if lot == 1 else _LONG_WAIT) if path else None
        self.failed = "it cannot be opened" if path and self._connection is None else ""

    def get(self, address: str) -> Kept | None:
        """Give the document at an address, or None where nobody has made it yet."""
        if self._connection is None:
            return None
        try:
            with self._lock:
                query = "SELECT status, headers, body FROM page WHERE address = ?"
                row = self._connection.execute(query, (address,)).fetchone()
        except sqlite3.Error as error:
            _LOG.info("a finished page could not be read: %s", error)
            return None
        if row is None:
            return None
        headers = tuple((str(name), str(value)) for name, value in json.loads(row[1]))
        etag = next((value for name, value in headers if name.lower() == "etag"), "")
        return Kept(str(row[0]), headers, bytes(row[2]), etag)

    def put(self, address: str, kept: Kept) -> None:
        """Keep a document for every process."""
        if self._connection is None:
            return
        self._pending.append((address, kept.status, json.dumps(kept.headers), kept.body))
        if len(self._pending) >= self._lot:
            self.flush()

    def flush(self) -> None:
        """Write what waits to be written; ``failed`` then tells why a write has failed, as on a full disk."""
        if self._connection is None:
            return
        try:
            with self._lock, self._connection:
                rows, self._pending = self._pending, []
                self._connection.executemany("INSERT OR REPLACE INTO page VALUES (?, ?, ?, ?)", rows)
        except sqlite3.Error as error:
            self.failed = str(error)
            _LOG.info("finished pages could not be kept: %s", error)

    def addresses(self) -> frozenset[str]:
        """Give the address of each document that is there."""
        return frozenset(str(row[0]) for row in self._rows("SELECT address FROM page"))

    def count(self) -> int:
        """Give the number of documents that are there."""
        return sum(int(row[0]) for row in self._rows("SELECT count(*) FROM page"))

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        if self._connection is None:
            return []
        try:
            with self._lock:
                return self._connection.execute(query).fetchall()
        except sqlite3.Error as error:
            _LOG.info("the finished pages could not be read: %s", error)
            return []

    def close(self) -> None:
        """Write what waits, and close the file."""
        self.flush()
        if self._connection is not None:
            self._connection.close()


def pages_path(folder: Path, release: Release, settings: Settings, *, with_texts: bool) -> Path:
    """Give the file for the finished documents of a release as this program and these settings make them.

    ``with_texts`` tells whether the texts of the documents are at hand, which pages then lead to.
    """
    matter = [str(with_texts), *(str(settings.values[name]) for name in _MATTER)]
    made_by = _digest(release.identity, release.version, *_program())
    return folder / f"pages-{made_by}-{_digest(*matter)}.sqlite"


def remove_others(path: Path) -> None:
    """Remove the finished documents that another state of the program made in the same folder, or for other bytes."""
    ours = path.name.rpartition("-")[0]
    for old in path.parent.glob("pages-*.sqlite*"):
        if not old.name.startswith(f"{ours}-"):
            with contextlib.suppress(OSError):
                old.unlink()


def _digest(*matter: str) -> str:
    return hashlib.sha256("\n".join(matter).encode()).hexdigest()[:12]


def _program() -> list[str]:
    """Give what tells one state of the program from another: size and time of all that has a part in a page."""
    root = Path(package).parent
    files = sorted(path for name in _MADE_BY for path in (root / name).rglob("*") if path.is_file())
    return [f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in files if path.suffix != ".pyc"]


def _opened(path: Path, wait: float) -> sqlite3.Connection | None:
    try:
        connection = sqlite3.connect(path, timeout=wait, check_same_thread=False)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=OFF")
        with connection:
            connection.execute(_SCHEMA)
    except sqlite3.Error as error:
        _LOG.info("finished pages are not kept in %s: %s", path, error)
        return _read_only(path)
    return connection


def _read_only(path: Path) -> sqlite3.Connection | None:
    """Open a file that another user made, or that lies on a disk that nobody writes to."""
    try:
        address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        connection = sqlite3.connect(address, uri=True, check_same_thread=False)
        connection.execute("SELECT 1 FROM page LIMIT 1")
    except sqlite3.Error:
        return None
    return connection
