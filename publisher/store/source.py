"""What a store is opened from, as a value that can be sent to another process.

It refuses to open anything: a process that needs the engine opens it for itself.
"""

from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from publisher.errors import StoreError, Where
from publisher.rdf.prefixes import Prefixes
from publisher.store.engines.embedded import Embedded
from publisher.store.index import layout_of
from publisher.store.layout import Layout, lay_out
from publisher.store.loading import load
from publisher.store.policy import Policy


@dataclass(frozen=True, slots=True)
class Loaded:
    """An open engine's store, and how its graphs lie."""

    store: ox.Store
    layout: Layout


@dataclass(frozen=True, slots=True)
class Source:
    """Data and how it is read: ``index`` is an Oxigraph directory opened read-only, else ``files`` are held in memory.

    ``name`` tells one release from another (``ntl 2026-11-20``); it is empty for data that may change.
    """

    files: tuple[Path, ...] = ()
    index: Path | None = None
    prefixes: tuple[tuple[str, str], ...] = ()
    services: tuple[str, ...] = ()
    base: str | None = None
    union: bool = True
    name: str = ""

    def to_json(self) -> dict[str, object]:
        """Give the source as JSON values."""
        return {
            "files": [str(path) for path in self.files],
            "index": None if self.index is None else str(self.index),
            "prefixes": [list(item) for item in self.prefixes],
            "services": list(self.services),
            "base": self.base,
            "union": self.union,
            "name": self.name,
        }

    def engine(self, loaded: Loaded | None = None) -> Embedded:
        """Open the engine on it; ``loaded`` is a store that holds the files already. Raises StoreError."""
        policy = Policy(Prefixes(dict(self.prefixes)), self.services)
        data = loaded or self.open()
        return Embedded(data.store, policy=policy, base=self.base, layout=data.layout)

    def open(self) -> Loaded:
        """Open the index, or load the files; raise StoreError."""
        if self.index is None:
            store = ox.Store()
            load(store, self.files, base=self.base)
            return Loaded(store, lay_out(store, union=self.union))
        layout = layout_of(self.index, union=self.union)
        try:
            return Loaded(ox.Store.read_only(str(self.index)), layout)
        except OSError as error:
            raise StoreError(
                f"cannot open the index: {error}",
                where=Where(str(self.index)),
                fix="remove the folder: it is built again from the release",
            ) from None


def source_from(values: dict[str, object]) -> Source:
    """Give the source that ``to_json`` wrote."""
    files, prefixes, services = values["files"], values["prefixes"], values["services"]
    index, base = values["index"], values["base"]
    if not (isinstance(files, list) and isinstance(prefixes, list) and isinstance(services, list)):
        raise StoreError("the description of a store is damaged")
    return Source(
        files=tuple(Path(path) for path in files),
        index=None if index is None else Path(str(index)),
        prefixes=tuple((str(prefix), str(namespace)) for prefix, namespace in prefixes),
        services=tuple(str(service) for service in services),
        base=None if base is None else str(base),
        union=bool(values["union"]),
        name=str(values["name"]),
    )
