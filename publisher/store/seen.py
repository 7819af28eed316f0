"""Which queries have an answer among the files that are kept, told without asking the disk.

A process that looks for a file of each query pays for every small query what it wins on a few. So whoever keeps an
answer marks its query in memory that all processes share: one byte of a million, found by the checksum of the text.
A mark says that it is worth to look; two queries may share one, and nobody takes it away.
"""

import mmap
import os
import zlib
from pathlib import Path

_MARKS = 1 << 20


class Seen:
    """The marks of one folder, kept there; where they cannot be, every query counts as seen."""

    __slots__ = ("_map",)

    def __init__(self, file: Path):
        """Open the file of the marks, or make an empty one."""
        self._map: mmap.mmap | None = None
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
            try:
                os.ftruncate(descriptor, _MARKS)
                self._map = mmap.mmap(descriptor, _MARKS)
            finally:
                os.close(descriptor)
        except OSError:
            return

    def __contains__(self, text: str) -> bool:
        """Tell whether an answer to the query may be kept."""
        return self._map is None or self._map[_place(text)] != 0

    def add(self, text: str) -> None:
        """Mark a query."""
        if self._map is not None:
            self._map[_place(text)] = 1


def _place(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogatepass")) % _MARKS
