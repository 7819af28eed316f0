"""Finished answers in the memory of one process: bounded in bytes, the least recently used leave first."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import NamedTuple

LARGEST = 512 * 1024
_OVERHEAD = 1024


class Kept(NamedTuple):
    """A finished answer: status line, headers, body, its entity tag, and what a log needs to know of it.

    There may be tens of thousands; tuples of strings are none of the garbage collector's business after its first look.
    """

    status: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    etag: str
    note: object = None


class Memory:
    """Answers by what they answer; safe to use from several threads."""

    __slots__ = ("_bound", "_kept", "_lock", "_size")

    def __init__(self, *, megabytes: int = 64):
        """Take how much memory the answers may fill."""
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self._lock = threading.Lock()
        self._size = 0
        self._bound = megabytes * 1024 * 1024

    def get(self, key: Hashable) -> Kept | None:
        """Give an answer, or None where it is not kept."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
        return kept

    def put(self, key: Hashable, kept: Kept) -> None:
        """Keep an answer, unless it is large."""
        if len(kept.body) > LARGEST:
            return
        with self._lock:
            old = self._kept.pop(key, None)
            self._size += _weight(kept) - (_weight(old) if old else 0)
            self._kept[key] = kept
            while self._size > self._bound and self._kept:
                self._size -= _weight(self._kept.popitem(last=False)[1])


def _weight(kept: Kept) -> int:
    return len(kept.body) + _OVERHEAD
