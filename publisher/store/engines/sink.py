"""Where an engine writes an answer: memory while it is small, a file when it grows, an error when it is too large.

It refuses to change what the engine wrote, but for the order of the prefix lines of Turtle and TriG: the engine
writes them in an order that differs from process to process, and the same answer must be the same bytes.
"""

import hashlib
import re
from pathlib import Path
from typing import IO, BinaryIO, cast

from publisher.errors import ResultTooLarge
from publisher.rdf.media import TRIG, TURTLE, Media

IN_MEMORY = 64 * 1024
_PREFIX_LINES = re.compile(rb"(?:@prefix [^\n]*\n)+")


class Sink:
    """A binary file for an engine to write to: at most ``limit`` bytes; with ``spill`` they leave memory."""

    def __init__(self, media: Media, *, limit: int, spill: str | None):
        """Take the media type that will be written, the limit in bytes, and the file to spill to (None: memory)."""
        self.media = media
        self.body: bytes | None = None
        self.path: Path | None = None
        self.digest = ""
        self._limit = limit
        self._spill = spill
        self._size = 0
        self._blocks: list[bytes] = []
        self._file: BinaryIO | None = None
        self._hash = hashlib.sha256()

    def write(self, block: bytes) -> int:
        """Take bytes; raise ResultTooLarge past the limit."""
        self._size += len(block)
        if self._size > self._limit:
            raise too_large(self._limit)
        if self._file is not None:
            self._put(block)
        else:
            self._blocks.append(bytes(block))
            if self._spill is not None and self._size > IN_MEMORY:
                self._file = open(self._spill, "wb")  # noqa: PTH123, SIM115 - a path of its own costs what a small answer does
                self._put(self._memory())
                self._blocks.clear()
        return len(block)

    def flush(self) -> None:
        """Do nothing: ``finish`` writes what remains."""

    @property
    def stream(self) -> IO[bytes]:
        """Give itself as the binary file that the engine's types ask for; it uses ``write`` and ``flush`` only."""
        return cast(IO[bytes], self)

    def finish(self) -> None:
        """Set ``digest`` (SHA-256), and ``body`` where the bytes stayed in memory, else ``path``: a complete file."""
        if self._file is None:
            self.body = self._memory()
            self._hash.update(self.body)
        else:
            self._file.close()
            self.path = None if self._spill is None else Path(self._spill)
        self.digest = self._hash.hexdigest()

    def discard(self) -> None:
        """Forget the bytes, remove the file, and be as new."""
        if self._file is not None:
            self._file.close()
            Path(self._file.name).unlink(missing_ok=True)
        self._blocks.clear()
        self._file = self.body = self.path = None
        self._size, self._hash = 0, hashlib.sha256()

    def _put(self, block: bytes) -> None:
        if self._file is not None:
            self._file.write(block)
            self._hash.update(block)

    def _memory(self) -> bytes:
        written = b"".join(self._blocks)
        return sorted_prefixes(written) if self.media in (TURTLE, TRIG) else written


def too_large(limit: int) -> ResultTooLarge:
    """Give the failure of an answer with more bytes than the limit."""
    return ResultTooLarge(
        f"the answer is larger than {limit} bytes",
        limit=limit,
        unit="bytes",
        fix="ask for fewer rows or columns, or fetch a dump",
    )


def sorted_prefixes(written: bytes) -> bytes:
    """Give Turtle or TriG with its leading prefix lines in the order of their bytes."""
    head = _PREFIX_LINES.match(written)
    if head is None:
        return written
    return b"".join(sorted(head[0].splitlines(keepends=True))) + written[head.end() :]
