"""From a release, an index, RDF files or an endpoint's URL to a store: the one place that chooses the engine.

It refuses to build an index unasked, except for a release that is too large to be held in memory.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from publisher.errors import StoreError, Where
from publisher.rdf.prefixes import Prefixes
from publisher.release.read import Release
from publisher.settings import Settings
from publisher.store.answers import Cached
from publisher.store.broker.workers import start_workers
from publisher.store.engines.remote import Remote, offered_by
from publisher.store.index import ANSWERS, DIRECTORY, build_index
from publisher.store.policy import policy_from
from publisher.store.port import Store
from publisher.store.source import Source

Place = Release | Path | Sequence[Path] | str
INDEXES = ".index"
_MIB = 1024 * 1024


def open_store(
    source: Place,
    *,
    settings: Settings,
    prefixes: Prefixes,
    base: str | None = None,
    default_graph: Literal["union", "plain"] = "union",
    isolated: bool = True,
    graphs: Sequence[str] = (),
) -> Store:
    """Open a release, an index folder, one or more RDF files, or the SPARQL endpoint at a URL.

    ``graphs`` are those of an endpoint that hold the data, where they are known.

    ``isolated`` runs queries in worker processes behind a broker, under every limit of the settings; otherwise the
    engine runs in this process without a deadline. The answers of a release are kept and served again.
    Raises StoreError where the data cannot be opened.
    """
    if isinstance(source, str):
        return Remote(source, policy=policy_from(settings, prefixes), offered=offered_by(source), graphs=graphs)
    described = source_of(source, settings=settings, prefixes=prefixes, base=base, union=default_graph == "union")
    if not isolated:
        return described.engine()
    workers = start_workers(described, settings)
    size = settings.count("cache_mb") * _MIB
    if not isinstance(source, Release) or size == 0:
        return workers
    least = settings.number("cache_ms")
    return Cached(workers, _answers(source), described.name, max_bytes=size, least=least)


def source_of(
    source: Release | Path | Sequence[Path],
    *,
    settings: Settings,
    prefixes: Prefixes,
    base: str | None = None,
    union: bool = True,
) -> Source:
    """Say what a release, an index folder or RDF files are opened as.

    A release of more quads than ``in_memory_quads`` is opened from its index, which is built where it is missing.
    """
    policy = policy_from(settings, prefixes)
    files: tuple[Path, ...] = ()
    index: Path | None = None
    name = ""
    if isinstance(source, Release):
        name = f"{source.name} {source.version} {source.identity}"
        if source.counts.get("quads", 0) <= settings.count("in_memory_quads"):
            files = (source.quads,)
        else:
            index = build_index(source.quads, source.path.parent / INDEXES, source.version) / DIRECTORY
    elif isinstance(source, Path) and source.is_dir():
        index = source / DIRECTORY if (source / DIRECTORY).is_dir() else source
    else:
        files = (source,) if isinstance(source, Path) else tuple(source)
        for path in files:
            if not path.is_file():
                raise StoreError("there is no such file", where=Where(str(path)), fix="name an RDF file or a release")
    return Source(
        files=files,
        index=index,
        prefixes=tuple(policy.prefixes),
        services=policy.services,
        base=base,
        union=union,
        name=name,
    )


def _answers(release: Release) -> Path:
    return release.path.parent / INDEXES / release.version / ANSWERS
