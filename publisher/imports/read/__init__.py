"""Readers of outside sources, one for each format, and the one function that chooses among them.

A source is read only if its bytes are those that were declared: a checksum that differs stops the work.
"""

import gzip
import hashlib
import zlib
from pathlib import Path
from typing import Any

from publisher.errors import ImportFailed, Where
from publisher.imports.read.obo import read_obo
from publisher.imports.read.obographs import read_obographs
from publisher.imports.read.owl import read_owl
from publisher.imports.read.registry import Record, read_registry
from publisher.imports.read.tables import read_tables
from publisher.imports.read.terms import Terms
from publisher.imports.sources import Source
from publisher.rdf.media import JSON_LD, N_QUADS, N_TRIPLES, RDF_XML, TRIG, TURTLE, Media
from publisher.rdf.prefixes import Prefixes

__all__ = ["Record", "Terms", "read_records", "read_source"]

_SYNTAXES = {"owl": RDF_XML, "turtle": TURTLE}


def read_source(source: Source, folder: Path, *, prefixes: Prefixes, verify: bool = True) -> Terms[Any]:
    """Read a source's files from a folder; raise ImportFailed where one is missing, changed or cannot be read."""
    contents = {name: _content(folder / name, sha256, verify=verify) for name, sha256 in source.files.items()}
    data = contents[source.file]
    if source.format == "obo":
        return read_obo(_decode(data, source.file), source, prefixes)
    if source.format in _SYNTAXES:
        return read_owl(data, source, media=_media(source))
    if source.format == "obographs":
        return read_obographs(_decode(data, source.file), source, prefixes)
    return read_tables({name: _decode(each, name) for name, each in contents.items()}, source)


def _media(source: Source) -> Media:
    """Give the syntax of an ontology in RDF: that of its file's suffix, else what its format says."""
    suffix = source.file.removesuffix(".gz").rpartition(".")[2]
    among = (RDF_XML, TURTLE, N_TRIPLES, JSON_LD, TRIG, N_QUADS)
    return next((media for media in among if media.suffix == suffix), _SYNTAXES[source.format])


def read_records(source: Source, folder: Path) -> tuple[Record, ...]:
    """Read a registry of prefixes from a folder; raise ImportFailed as ``read_source`` does."""
    data = _content(folder / source.file, source.files[source.file], verify=True)
    return read_registry(_decode(data, source.file), source.file)


def _content(path: Path, sha256: str, *, verify: bool) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ImportFailed(
            f"cannot read the source {path.name}: {error.strerror}",
            where=Where(str(path)),
            fix="name the folder that holds it with --from",
        ) from None
    found = hashlib.sha256(data).hexdigest()
    if verify and found != sha256:
        raise ImportFailed(
            f"{path.name} is not the file that was declared: its SHA-256 is {found}, wanted {sha256 or 'one'}",
            where=Where(str(path)),
            fix="get the declared version, or declare the new one: version and sha256 in ontology/sources.toml",
            code="imports.checksum",
        )
    if not path.name.endswith(".gz"):
        return data
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise ImportFailed(
            f"{path.name} is not a whole gzip file: {error}", where=Where(str(path)), fix="get the file again"
        ) from None


def _decode(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ImportFailed(
            f"{name} is not UTF-8: {error.reason}", where=Where(name, line), fix="convert the file to UTF-8"
        ) from None
