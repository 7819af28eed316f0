"""RDF files into a pyoxigraph store, in memory or on disk, plain or compressed.

It refuses to guess a syntax from the content: the file's suffix says it.
"""

import gzip
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

import pyoxigraph as ox
import zstandard

from publisher.errors import StoreError, Where

_COMPRESSED = {".gz", ".zst"}


def load(store: ox.Store, paths: Sequence[Path], *, base: str | None = None) -> None:
    """Load RDF files; raise StoreError with file and line where one cannot be read."""
    for path in paths:
        inner = path.with_suffix("") if path.suffix in _COMPRESSED else path
        syntax = ox.RdfFormat.from_extension(inner.suffix.lstrip("."))
        if syntax is None:
            raise StoreError(
                f"cannot tell the RDF syntax of this file from its suffix {inner.suffix!r}",
                where=Where(str(path)),
                fix="name it .ttl, .nt, .nq, .trig, .jsonld or .rdf, with .gz or .zst behind if it is compressed",
            )
        try:
            with opened(path) as stream:
                store.bulk_load(stream, syntax, base_iri=base or path.resolve().as_uri())
        except SyntaxError as error:
            where = Where(str(path), error.lineno or 0, error.offset or 0)
            raise StoreError(f"this is not valid RDF: {error.msg}", where=where, fix="mend the syntax there") from None
        except (OSError, ValueError, EOFError, zstandard.ZstdError) as error:
            raise StoreError(f"cannot load this file: {error}", where=Where(str(path))) from None


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for reading, through the compression that its suffix names."""
    if path.suffix == ".gz":
        with gzip.open(path, "rb") as unzipped:
            yield cast(IO[bytes], unzipped)
    elif path.suffix == ".zst":
        with path.open("rb") as raw, zstandard.ZstdDecompressor().stream_reader(raw) as stream:
            yield cast(IO[bytes], stream)
    else:
        with path.open("rb") as raw:
            yield raw
