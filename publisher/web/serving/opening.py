"""From what is named on the command line to a site: a release, the live release of a shelf, or any RDF files.

It refuses a folder that holds neither a release nor a shelf, and says what it looked for.
"""

import logging
import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from publisher.entities.lists.places import namespace_of
from publisher.entities.names.index import FORM
from publisher.entities.names.lookup import Lookup, build_lookup
from publisher.errors import ResultTooLarge, UsageError, Where
from publisher.rdf.names import STANDARD_PREFIXES
from publisher.rdf.prefixes import Prefixes
from publisher.release.content import Description
from publisher.release.read import open_release
from publisher.release.record import NAME, Release
from publisher.release.shelf import CURRENT, Shelf
from publisher.settings import Settings
from publisher.store.answers import Cached
from publisher.store.broker.workers import Workers
from publisher.store.open import INDEXES, open_store
from publisher.store.port import Store
from publisher.web.kept.prepared import pages_path, remove_others
from publisher.web.passages import Texts
from publisher.web.site import Site, site_of

_LOG = logging.getLogger("exportin.names")
_INDEX_SECONDS = 600.0
Union = Literal["union", "plain"]
_PREFIX = re.compile(r"^\s*@?prefix\s+([A-Za-z][\w.\-]*)?:\s*<([^<>\s]+)>", re.IGNORECASE | re.MULTILINE)
_HEAD = 64 * 1024
_LABELS = "labels.sqlite"
_MIB = 1024 * 1024
HEAVY = 32  # MiB of RDF files, from which on to load them and to read their names takes so long that it is told


@dataclass(frozen=True, slots=True)
class Sources:
    """What is to be served: a release's folder (or the link to the live one), or RDF files; and how.

    ``documents`` is the folder of the documents' texts, from which single passages are shown; they are not published.
    ``isolated`` runs queries in worker processes, as a server must.
    """

    places: tuple[Path, ...]
    settings: Settings
    store: str | None = None
    base: str | None = None
    union: Union = "union"
    documents: Path | None = None
    isolated: bool = True

    @property
    def watched(self) -> Path | None:
        """Give the link that names the live release, where one is served by it."""
        place = self.places[0] if len(self.places) == 1 else None
        if place is not None and (place / CURRENT / NAME).is_file():
            place /= CURRENT
        return place if place is not None and place.is_symlink() else None


@dataclass(frozen=True, slots=True)
class Turn:
    """What is live, as one process has opened it for others; ``store`` is None where each opens its own.

    ``place`` is the folder of a release; None are the files.
    """

    place: Path | None
    store: Store | None
    names: Path | None
    pages: Path | None


@dataclass(frozen=True, slots=True)
class Opened:
    """A site whose index of names each process opens for itself; ``scratch`` is a folder that goes with it.

    ``pages`` is the file of finished documents that all processes share; None where nothing is kept. ``unread`` tells
    that the names are still to be read.
    """

    site: Site
    names: Path | None
    scratch: Path | None = None
    pages: Path | None = None
    unread: bool = False

    def close(self) -> None:
        """Close the store, and remove what was written for this process alone."""
        self.site.store.close()
        if self.scratch is not None:
            shutil.rmtree(self.scratch, ignore_errors=True)

    def turn(self, place: Path | None) -> Turn:
        """Give what another process opens of the release at a place, or of the files."""
        store = self.site.store
        return Turn(place, store if isinstance(store, Workers | Cached) else None, self.names, self.pages)

    def with_names(self) -> "Opened":
        """Read the names that are unread, and give the site with them."""
        if not self.unread or self.scratch is None:
            return self
        return replace(self, names=_names(self.site, self.scratch / _LABELS), unread=False)

    def in_this_process(self) -> Site:
        """Give the site with its index of names."""
        return replace(self.site, lookup=Lookup(self.names)) if self.names else self.site


def open_sources(sources: Sources, *, at_once: bool = False) -> Opened:
    """Open what is to be served; raise UsageError, ReleaseError or StoreError where it cannot be.

    Names are read now; ``at_once`` leaves those of large files for ``with_names``, which may take minutes.
    """
    release = _release(sources)
    if release is not None:
        return _of_release(release, sources)
    site = _site_of_files(sources)
    if at_once and weight_of(sources.places) >= HEAVY:
        return Opened(site, None, _scratch(), unread=True)
    return _with_scratch(site)


def open_turn(turn: Turn, sources: Sources) -> Opened:
    """Open what another process has opened already; raise ReleaseError or StoreError."""
    if turn.place is None:
        return Opened(_site_of_files(sources, turn.store), turn.names)
    release = open_release(turn.place)
    site = _site(release, sources, turn.store or _store(release, sources))
    return Opened(site, turn.names, pages=turn.pages)


def _release(sources: Sources) -> Release | None:
    if len(sources.places) != 1 or sources.places[0].is_file():
        return None
    place = sources.watched or sources.places[0]
    for link in (place, place / CURRENT):
        if link.is_symlink() and not link.exists():
            return Shelf(link.parent).current()  # it raises, and says what is there instead
    if not (place / NAME).is_file():
        raise UsageError(
            f"there is nothing to serve here: no {NAME}, no {CURRENT}, no dataset.toml",
            where=Where(str(place)),
            fix="name a dataset, a release, or RDF files; `exportin new DIR` makes a dataset to start from",
            code="usage.source",
        )
    return open_release(place)


def _store(release: Release, sources: Sources) -> Store:
    return open_store(
        sources.store or release,
        settings=sources.settings,
        prefixes=release.prefixes,
        base=release.base,
        isolated=sources.isolated,
        graphs=tuple(release.graphs.values()),
    )


def _site(release: Release, sources: Sources, store: Store) -> Site:
    texts = Texts(sources.documents) if sources.documents else None
    return site_of(release, store=store, settings=sources.settings, texts=texts)


def _of_release(release: Release, sources: Sources) -> Opened:
    site = _site(release, sources, _store(release, sources))
    folder = release.path.parent / INDEXES / release.version
    path = folder / f"labels-{FORM}-{release.identity[:16]}.sqlite"
    try:
        names = _names(site, path)
        pages = pages_path(folder, release, sources.settings, with_texts=site.texts is not None)
        remove_others(pages)
        return Opened(site, names, pages=None if sources.store else pages)
    except (OSError, sqlite3.Error):
        return _with_scratch(site)


def _site_of_files(sources: Sources, store: Store | None = None) -> Site:
    if not sources.places:
        raise UsageError(
            "there is nothing to serve", fix="name a dataset, a release, or RDF files", code="usage.source"
        )
    prefixes = Prefixes({**STANDARD_PREFIXES, **prefixes_in(sources.places)})
    store = store or open_store(
        sources.store or sources.places,
        settings=sources.settings,
        prefixes=prefixes,
        base=sources.base,
        default_graph=sources.union,
    )
    about = _described(store, sources, prefixes)
    return Site(store=store, about=about, settings=sources.settings, union=sources.union)


def _with_scratch(site: Site) -> Opened:
    return Opened(site, None, _scratch(), unread=True).with_names()


def _scratch() -> Path:
    return Path(tempfile.mkdtemp(prefix="exportin-names-"))


def weight_of(places: Sequence[Path]) -> int:
    """Give how many MiB the files among some places have."""
    return sum(place.stat().st_size for place in places if place.is_file()) // _MIB


def _described(store: Store, sources: Sources, prefixes: Prefixes) -> Description:
    first = sources.places[0].name
    base = sources.base or namespace_of(store) or "urn:exportin:"
    return Description(
        name=first.partition(".")[0],
        title=first if len(sources.places) == 1 else f"{first} and {len(sources.places) - 1} more",
        description=f"RDF from {', '.join(place.name for place in sources.places[:5])}.",
        base=base,
        iri=f"{base.rstrip('#')}dataset" if not base.endswith("/") else f"{base}dataset",
        version="",
        licence="",
        language="en",
        prefixes=prefixes,
    )


def prefixes_in(places: Sequence[Path]) -> dict[str, str]:
    """Give the prefixes that Turtle and TriG files declare at their beginning; the first declaration counts."""
    found: dict[str, str] = {}
    for place in places:
        if place.suffix in (".ttl", ".trig", ".n3") and place.is_file():
            with place.open("rb") as stream:
                head = stream.read(_HEAD).decode("utf-8", "replace")
            for prefix, namespace in _PREFIX.findall(head):
                if prefix:
                    found.setdefault(prefix, namespace)
    return found


def _names(site: Site, path: Path) -> Path | None:
    """Give the index of names, built where it is missing; it appears whole or not at all.

    None where there are more names than one index takes: the site then serves all but the search, and says so.
    """
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".new-{os.getpid()}")
        reader = site.reader
        try:
            patient = replace(reader, limits=reader.limits._replace(seconds=_INDEX_SECONDS))
            build_lookup(patient, fresh, tell=lambda told: _LOG.warning("%s, and then they can be searched", told))
            fresh.replace(path)
        except ResultTooLarge as error:
            _LOG.warning("search by name is off, there are too many names for it: %s", error.message)
            return None
        finally:
            fresh.unlink(missing_ok=True)
    return path
