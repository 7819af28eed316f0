"""From a release, RDF files or an endpoint to a site: what a server does at its start, and when a release changes.

It refuses to build a release: what is not there is the build's to make.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from publisher.entities.lookup import Lookup, build_lookup
from publisher.entities.reader import Reader
from publisher.errors import UsageError
from publisher.rdf.names import STANDARD_PREFIXES
from publisher.rdf.prefixes import Prefixes
from publisher.release.content import Description
from publisher.release.read import open_release
from publisher.release.record import NAME as RECORD
from publisher.settings import Settings
from publisher.store.index import LABELS
from publisher.store.open import INDEXES, open_store
from publisher.store.port import Limits, Store
from publisher.web.site import Site, site_of

_PATIENT = Limits(seconds=600.0, rows=50_000_000, bytes=1 << 40)


@dataclass(frozen=True, slots=True)
class ReleaseOpening:
    """Opens the release in a folder, or the one a link points to at that moment; ``endpoint`` answers in its place."""

    place: Path
    settings: Settings
    endpoint: str | None = None
    default_graph: Literal["union", "plain"] = "union"

    def __call__(self) -> Site:
        """Open the release, its store and its index of names, which is made where it is missing."""
        release = open_release(self.place)
        store = open_store(
            self.endpoint or release,
            settings=self.settings,
            prefixes=release.prefixes,
            base=release.base,
            default_graph=self.default_graph,
        )
        names = release.path.parent / INDEXES / release.version / LABELS
        return site_of(release, store=store, settings=self.settings, lookup=_lookup(store, release, names))


@dataclass(frozen=True, slots=True)
class FilesOpening:
    """Opens RDF files without a dataset: pages are tables of properties, and nothing is cached by release."""

    files: tuple[Path, ...]
    settings: Settings
    base: str | None = None
    default_graph: Literal["union", "plain"] = "union"
    prefixes: Prefixes = field(default_factory=lambda: Prefixes(STANDARD_PREFIXES))

    def __call__(self) -> Site:
        """Load the files and describe them by what they hold."""
        store = open_store(
            self.files,
            settings=self.settings,
            prefixes=self.prefixes,
            base=self.base,
            default_graph=self.default_graph,
        )
        about = _of_files(self.files, self.base or "", self.prefixes)
        return Site(store=store, about=about, settings=self.settings, union=self.default_graph)


def opening_of(
    sources: Sequence[Path],
    *,
    settings: Settings,
    endpoint: str | None = None,
    base: str | None = None,
    default_graph: Literal["union", "plain"] = "union",
) -> ReleaseOpening | FilesOpening:
    """Give the opening of a release (its folder, or a link to it) or of one or more RDF files.

    Raises UsageError where a source is neither.
    """
    if len(sources) == 1 and sources[0].is_dir():
        if not (sources[0] / RECORD).is_file():
            raise UsageError(
                f"{sources[0]} holds neither a dataset nor a release",
                fix=f"name a folder with dataset.toml or {RECORD}, or RDF files",
            )
        return ReleaseOpening(sources[0], settings, endpoint, default_graph)
    for path in sources:
        if not path.is_file():
            raise UsageError(f"there is no file {path}", fix="name a dataset, a release or RDF files")
    return FilesOpening(tuple(sources), settings, base, default_graph)


def _lookup(store: Store, about: Description, path: Path) -> Lookup:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            build_lookup(Reader(store, about, _PATIENT), fresh)
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)
    return Lookup(path)


def _of_files(files: tuple[Path, ...], base: str, prefixes: Prefixes) -> Description:
    if not files:
        raise UsageError("there is nothing to serve", fix="name a dataset, a release or RDF files")
    title = ", ".join(path.name for path in files)
    return Description(
        name=files[0].stem,
        title=title,
        description=f"The RDF of {title}",
        base=base,
        iri=f"{base}dataset",
        version="",
        licence="",
        language="en",
        prefixes=prefixes,
    )
