"""The texts of the documents, where they are at hand: a passage with what stands around it.

A text belongs to a document when its SHA-256 is the one that the dataset states for it; a file that was changed is not
shown. It refuses to hand out a whole text: only the passages that evidence points at, each with a little around it.
"""

import hashlib
import threading
from dataclasses import dataclass
from pathlib import Path

from publisher.entities.values import Passage

_AROUND = 280
_LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A passage of a text: what stands before it, its words, what stands after it; and whether the text goes on."""

    place: Passage
    before: str
    words: str
    after: str
    begins: bool
    ends: bool


class Texts:
    """A folder of texts, known by their checksums; read when the first passage is asked for."""

    __slots__ = ("_lock", "_read", "_texts", "folder")

    def __init__(self, folder: Path):
        """Take the folder."""
        self.folder = folder
        self._lock = threading.Lock()
        self._texts: dict[str, str] = {}
        self._read = False

    def text(self, checksums: tuple[str, ...]) -> str | None:
        """Give the text with one of these SHA-256 checksums, or None where it is not at hand."""
        with self._lock:
            if not self._read:
                self._texts = _texts(self.folder)
                self._read = True
        return next((self._texts[each.lower()] for each in checksums if each.lower() in self._texts), None)


def _texts(folder: Path) -> dict[str, str]:
    found = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_file() and path.stat().st_size <= _LARGEST:
            content = path.read_bytes()
            try:
                found[hashlib.sha256(content).hexdigest()] = content.decode("utf-8")
            except UnicodeDecodeError:
                continue
    return found


def excerpt(text: str, place: Passage) -> Excerpt | None:
    """Give a passage by its place in code points, with some words around it; None where the text is too short."""
    if not 0 <= place.start < place.end <= len(text):
        return None
    first, last = max(0, place.start - _AROUND), min(len(text), place.end + _AROUND)
    first = first if first == 0 else _next_blank(text, first, place.start)
    last = last if last == len(text) else text.rfind(" ", place.end, last) if " " in text[place.end : last] else last
    return Excerpt(
        place,
        text[first : place.start],
        text[place.start : place.end],
        text[place.end : last],
        begins=first == 0,
        ends=last == len(text),
    )


def _next_blank(text: str, start: int, end: int) -> int:
    found = text.find(" ", start, end)
    return found + 1 if found >= 0 else start
