"""Dumps: one part of a release in one form, compressed twice (gzip and Zstandard), as a stream.

The same content always gives the same bytes: no time, no file name and no thread count is in them.
"""

import hashlib
import os
import struct
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

import zstandard

from publisher.rdf.media import Media
from publisher.release.record import File

_BLOCK = 1 << 18
_GZIP_LEVEL = 6
_ZSTD_LEVEL = 9


def write_dump(
    pieces: Iterable[bytes], folder: Path, name: str, *, media: Media, part: str, quads: int, title: str
) -> tuple[File, File]:
    """Write ``name.gz`` and ``name.zst`` of the same content into the folder and give their records."""
    content = hashlib.sha256()
    gz, zst = _Out(folder / f"{name}.gz", _Gzip()), _Out(folder / f"{name}.zst", _zstandard())
    with gz, zst:
        for block in joined(pieces):
            content.update(block)
            gz.write(block)
            zst.write(block)
    digest = content.hexdigest()
    return (
        File(f"{name}.gz", gz.size, gz.digest.hexdigest(), media.type, "gzip", part, digest, quads, title),
        File(f"{name}.zst", zst.size, zst.digest.hexdigest(), media.type, "zstd", part, digest, quads, title),
    )


def write_file(body: bytes, folder: Path, name: str, *, media: str, title: str, compression: str = "") -> File:
    """Write a small finished file and give its record."""
    place = folder / name
    place.parent.mkdir(parents=True, exist_ok=True)
    with _Out(place, _Plain()) as out:
        out.write(body)
    digest = hashlib.sha256(body).hexdigest()
    return File(name, len(body), digest, media, compression, "", "" if compression else digest, 0, title)


def copy_file(source: Path, folder: Path, name: str, *, media: str, title: str, compression: str = "") -> File:
    """Copy a finished file of any size and give its record."""
    place = folder / name
    place.parent.mkdir(parents=True, exist_ok=True)
    with _Out(place, _Plain()) as out:
        for block in blocks_of(source):
            out.write(block)
    digest = out.digest.hexdigest()
    return File(name, out.size, digest, media, compression, "", "" if compression else digest, 0, title)


def blocks_of(path: Path) -> Iterator[bytes]:
    """Give the bytes of a file, block by block."""
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            yield block


def lines_of(path: Path) -> Iterator[str]:
    """Give the lines of a text file without their ends; only a line feed ends a line."""
    with path.open(encoding="utf-8", newline="\n") as stream:
        for line in stream:
            yield line[:-1]


def encoded(pieces: Iterable[str]) -> Iterator[bytes]:
    """Give the UTF-8 bytes of pieces of text."""
    return (piece.encode() for piece in pieces)


def joined(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Give the same bytes in blocks of some size, for what costs by the call."""
    held: list[bytes] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= _BLOCK:
            yield b"".join(held)
            held, size = [], 0
    yield b"".join(held)


class _Compressor(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...

    def flush(self) -> bytes: ...


class _Plain:
    """No compression."""

    def compress(self, data: bytes, /) -> bytes:
        return data

    def flush(self) -> bytes:
        return b""


class _Gzip:
    """One gzip member (RFC 1952) without time, name or kind of machine."""

    def __init__(self) -> None:
        self._deflate = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        self._head = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
        self._sum = 0
        self._size = 0

    def compress(self, data: bytes, /) -> bytes:
        head, self._head = self._head, b""
        self._sum = zlib.crc32(data, self._sum)
        self._size += len(data)
        return head + self._deflate.compress(data)

    def flush(self) -> bytes:
        return self._head + self._deflate.flush() + struct.pack("<II", self._sum, self._size & 0xFFFFFFFF)


def _zstandard() -> _Compressor:
    return zstandard.ZstdCompressor(level=_ZSTD_LEVEL, write_checksum=True).compressobj()


class _Out:
    """A new file that is compressed, counted and hashed while it is written, and brought to the disk at its end."""

    def __init__(self, path: Path, compressor: _Compressor):
        self.path = path
        self._compressor = compressor
        self.size = 0
        self.digest = hashlib.sha256()

    def __enter__(self) -> "_Out":
        self._stream = self.path.open("xb")
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        with self._stream:
            if kind is None:
                self._put(self._compressor.flush())
                self._stream.flush()
                os.fsync(self._stream.fileno())

    def write(self, data: bytes) -> None:
        self._put(self._compressor.compress(data))

    def _put(self, data: bytes) -> None:
        self.size += len(data)
        self.digest.update(data)
        self._stream.write(data)
