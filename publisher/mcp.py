"""Program three: a release as tools for a language model, by the Model Context Protocol over standard input and output.

One JSON-RPC message a line, as the protocol's stdio transport wants it (revision 2025-06-18); no package is needed for
that. The store runs in worker processes under the same limits as the query service. It refuses to write anything else
to standard output.
"""

import json
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from publisher.entities.names.lookup import Lookup, build_lookup
from publisher.entities.reader import Reader, reader_of
from publisher.entities.tools import Toolbox, answer_text
from publisher.release.read import open_release
from publisher.release.shelf import CURRENT
from publisher.settings import Settings
from publisher.store.open import open_store
from publisher.store.port import Limits

_LONGEST = 4 * 1024 * 1024


def serve(place: Path, *, settings: Settings, lines: Iterable[str], out: TextIO) -> int:
    """Answer messages about a release, or the live one of a shelf, until the lines end; give how many were answered.

    Raises ReleaseError or StoreError where the release cannot be opened.
    """
    release = open_release(place / CURRENT if (place / CURRENT).exists() else place)
    limits = Limits(
        seconds=settings.number("query_seconds"),
        rows=settings.count("max_rows"),
        bytes=settings.count("max_answer_mb") * 1024 * 1024,
    )
    store = open_store(release, settings=settings, prefixes=release.prefixes, base=release.base)
    try:
        with tempfile.TemporaryDirectory(prefix="exportin-mcp-") as folder:
            names = Path(folder) / "labels.sqlite"
            build_lookup(Reader(store, release, Limits(rows=1_000_000)), names)
            lookup = Lookup(names)
            try:
                reader = reader_of(store, release, Limits(rows=1_000_000))
                return _answer_all(Toolbox(reader, lookup, limits), lines, out)
            finally:
                lookup.close()
    finally:
        store.close()


def _answer_all(toolbox: Toolbox, lines: Iterable[str], out: TextIO) -> int:
    answered = 0
    for line in lines:
        if not line.strip():
            continue
        found = answer_text(toolbox, line[:_LONGEST])
        if found is None:
            continue
        try:
            out.write(json.dumps(found, ensure_ascii=False) + "\n")
            out.flush()
        except BrokenPipeError:
            break
        answered += 1
    return answered
