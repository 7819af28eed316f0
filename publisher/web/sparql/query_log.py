"""The log of queries: one JSON line for each, in a file that every process of the site appends to.

It refuses to keep who asked and what: a query is named by the hash that its answer carries as ``Query-Id``.
"""

import hashlib
import json
import os
import time
from typing import NamedTuple

from publisher.errors import UsageError, Where

_DIGITS = 16


class Entry(NamedTuple):
    """One query: its name and form, how it ended, and rows and bytes of its answer where they are known.

    ``cache`` tells where the answer came from: ``memory``, ``disk``, ``miss`` (made now), ``none`` (cannot be kept).
    ``outcome`` is ``answered``, ``unchanged`` (304), or the kind of problem.
    """

    query: str
    form: str
    status: int
    outcome: str
    cache: str = "none"
    rows: int | None = None
    bytes: int | None = None


class QueryLog:
    """The file, as one process appends to it."""

    def __init__(self, path: str):
        """Open the file; an empty path writes nothing. Raises UsageError where it cannot be written."""
        self._file: int | None = None
        if path:
            try:
                self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
            except OSError as error:
                raise UsageError(
                    f"the query log cannot be written: {error.strerror}",
                    where=Where(path),
                    fix="let the setting query_log name a file in a folder that can be written",
                    code="usage.query-log",
                ) from None

    @property
    def written(self) -> bool:
        """Tell whether there is a file."""
        return self._file is not None

    def write(self, entry: Entry, *, milliseconds: float) -> None:
        """Append one line, whole, with the time that the service took."""
        if self._file is None:
            return
        told = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "query": entry.query,
            "form": entry.form,
            "ms": round(milliseconds, 2),
            "rows": entry.rows,
            "bytes": entry.bytes,
            "cache": entry.cache,
            "status": entry.status,
            "outcome": entry.outcome,
        }
        os.write(self._file, (json.dumps(told) + "\n").encode())


def name_of(query: str) -> str:
    """Give the name of a query: the beginning of the SHA-256 of its text, in hexadecimal."""
    return hashlib.sha256(query.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
