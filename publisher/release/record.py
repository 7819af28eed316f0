"""``release.json``: the record of a release, as a value and as JSON, and back.

It refuses a record of another format version, and anything that is not the shape written here.
"""

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from publisher.errors import ReleaseError, Where
from publisher.rdf.prefixes import Prefixes
from publisher.release.content import Agent, Description, Input, Retired

FORMAT = 1
NAME = "release.json"


@dataclasses.dataclass(frozen=True, slots=True)
class File:
    """One file of a release.

    ``name`` is relative to the release; ``media`` is the media type of the content and ``compression`` ``""``,
    ``gzip`` or ``zstd``. ``part`` says what a dump holds: ``whole``, ``union``, or the name of a graph; it is empty
    for what is not a dump. ``content_sha256`` is the checksum of the uncompressed content (equal to ``sha256`` where
    nothing is compressed); ``quads`` is the number of statements in it.
    """

    name: str
    size: int
    sha256: str
    media: str
    compression: str = ""
    part: str = ""
    content_sha256: str = ""
    quads: int = 0
    title: str = ""

    @property
    def sent_as(self) -> str:
        """Give the media type of the bytes as they are: that of the compression, where there is one."""
        return f"application/{self.compression}" if self.compression else self.media


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Release(Description):
    """A release on disk: what the dataset says about itself, and every file with its checksum.

    ``identity`` is the SHA-256 of the RDFC-1.0 canonical N-Quads of all quads. ``counts`` holds ``quads``,
    ``triples`` (distinct over all graphs), ``subjects``, ``classes``, ``properties``, ``objects``, and
    ``graph:<name>`` for each graph. ``engine`` is program → version. ``retired`` is IRI → what became of it.
    """

    path: Path
    identity: str
    counts: Mapping[str, int]
    files: Mapping[str, File]
    engine: Mapping[str, str]
    inputs: tuple[Input, ...]
    retired: Mapping[str, Retired]

    @property
    def quads(self) -> Path:
        """Give the gzipped N-Quads file that holds every quad, sorted."""
        return self.path / f"{self.name}-{self.version}.nq.gz"

    @property
    def queries(self) -> Path:
        """Give the folder of the example queries; it may be missing where there are none."""
        return self.path / "queries"


def to_json(release: Release) -> bytes:
    """Give the bytes of ``release.json``: the same record always gives the same bytes."""
    table: dict[str, Any] = {"format": FORMAT}
    for field in dataclasses.fields(release):
        if field.name != "path":
            table[field.name] = _plain(getattr(release, field.name))
    return json.dumps(table, ensure_ascii=False, indent=1).encode() + b"\n"


def from_json(text: bytes, path: Path) -> Release:
    """Give the release whose record this is; raise ReleaseError where it is not one that this program can read."""
    try:
        table = json.loads(text)
        return _release(table, path)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReleaseError(
            f"this is not the record of a release: {type(error).__name__}: {error}",
            where=Where(str(path / NAME)),
            fix="fetch or build the release again",
            code="release.damaged",
        ) from None


def _plain(value: object) -> object:
    if isinstance(value, Prefixes):
        return dict(value)
    if isinstance(value, Mapping):
        if value and all(isinstance(item, File | Retired) for item in value.values()):
            return [_plain(item) for item in value.values()]
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {key: item for key, item in dataclasses.asdict(value).items() if item not in (None, "")}
    return value


def _release(table: dict[str, Any], path: Path) -> Release:
    if table["format"] != FORMAT:
        raise ValueError(f"it has format {table['format']!r}, this program reads format {FORMAT}")
    values = dict(table)
    del values["format"]
    values["prefixes"] = Prefixes(values["prefixes"])
    values["creators"] = tuple(Agent(**item) for item in values["creators"])
    values["publisher"] = Agent(**values["publisher"]) if values["publisher"] else None
    values["inputs"] = tuple(Input(**item) for item in values["inputs"])
    files = (File(**item) for item in values["files"] or ())
    values["files"] = MappingProxyType({file.name: file for file in files})
    retired = (Retired(**item) for item in values["retired"] or ())
    values["retired"] = MappingProxyType({item.iri: item for item in retired})
    for name in ("keywords", "examples", "certainty", "bare"):
        values[name] = tuple(values[name])
    for name in ("roles", "graphs", "ids", "paths", "counts", "engine"):
        values[name] = MappingProxyType(dict(values[name]))
    return Release(path=path, **values)
