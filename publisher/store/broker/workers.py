"""The client of the broker: a store whose queries run in worker processes, under every limit of the settings.

Any thread of any process may use it; a process that was forked, or got it by pickle, joins the broker anew.
"""

import os
import shutil
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from publisher.rdf.media import Media
from publisher.rdf.prefixes import Prefixes
from publisher.rdf.query import read
from publisher.settings import Settings
from publisher.store.broker.hall import Gone, Hall, Waiting, join, stopped
from publisher.store.broker.keeper import Keeper
from publisher.store.broker.process import SOCKET
from publisher.store.engines.embedded import OFFERED
from publisher.store.policy import Policy
from publisher.store.port import Answer, Limits, Wanted
from publisher.store.source import Source

_MIB = 1024 * 1024
_SPARE_SECONDS = 30.0
_LOAD_SECONDS = 3600.0
_ATTEMPTS = 3


class Workers:
    """A store behind a broker; only the one that ``start_workers`` gave ends the broker when it is closed."""

    def __init__(self, folder: Path, policy: Policy, *, wait: float, keeper: Keeper | None = None):
        """Take the broker's folder, the policy, the longest wait in the queue, and the keeper of a broker of ours."""
        self.address = folder / SOCKET
        self._folder = folder
        self._policy = policy
        self._wait = wait
        self._waiting = Waiting(wait, lambda text: policy.check(read(text)))
        self._keeper = keeper
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._hall: Hall | None = None

    def __reduce__(self) -> tuple[object, ...]:
        """Let another process have a client of the same broker."""
        policy = (tuple(self._policy.prefixes), self._policy.services)
        return _client, (self._folder, *policy, self._wait)

    @property
    def offered(self) -> tuple[Media, ...]:
        """Give the media types that the workers can write."""
        return OFFERED

    def query(
        self,
        text: str,
        media: Wanted,
        *,
        limits: Limits,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> Answer:
        """Run a query in a worker, which reads and checks it; a large answer comes as a temporary file."""
        graphs = (tuple(default_graphs), tuple(named_graphs))
        for _ in range(_ATTEMPTS):
            hall = self._join()
            try:
                return hall.run(text, media, graphs, limits, self._waiting)
            except Gone:
                self._part(hall)
        raise stopped()

    def status(self) -> dict[str, Any]:
        """Give the state of the broker: workers, queue, counts of what was answered, refused and ended."""
        return self._ask({"do": "status"}, seconds=_SPARE_SECONDS)

    def ready(self) -> None:
        """Wait until the data are loaded; raise StoreError where they cannot be."""
        self._ask({"do": "ready"}, seconds=_LOAD_SECONDS)

    def close(self) -> None:
        """Close every connection, and end the broker where we own it."""
        if self._hall is not None and self._pid == os.getpid():
            self._hall.close()
            self._hall = None
        if self._keeper is not None and self._pid == os.getpid():
            self._keeper.stop()
            self._keeper = None

    def _ask(self, asked: dict[str, Any], *, seconds: float) -> dict[str, Any]:
        for _ in range(_ATTEMPTS):
            hall = self._join()
            try:
                return hall.ask(asked, seconds=seconds)
            except Gone:
                self._part(hall)
        raise stopped()

    def _join(self) -> Hall:
        """Give this process's part in the broker; raise StoreError where there is no broker."""
        hall = self._hall
        if hall is not None and self._pid == os.getpid():
            return hall
        if self._pid != os.getpid():  # forked: the parent's connections are the parent's
            self._hall, self._lock, self._pid, self._keeper = None, threading.Lock(), os.getpid(), None
        with self._lock:
            if self._hall is None:
                self._hall = join(self._folder)
            return self._hall

    def _part(self, hall: Hall) -> None:
        """Leave a broker that is gone, so that the next query joins the one that was started in its place."""
        with self._lock:
            if self._hall is hall and not hall.alive():
                hall.close()
                self._hall = None


def start_workers(source: Source, settings: Settings) -> Workers:
    """Start a broker with its workers and wait until the data are loaded; raise StoreError where they cannot be."""
    folder = Path(tempfile.mkdtemp(prefix="exportin-"))
    try:
        keeper = Keeper(folder, source, _options(settings))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    client = Workers(
        folder,
        Policy(Prefixes(dict(source.prefixes)), source.services),
        wait=settings.number("queue_seconds"),
        keeper=keeper,
    )
    try:
        client.ready()
    except BaseException:
        client.close()
        raise
    return client


def _options(settings: Settings) -> dict[str, float]:
    return {
        "workers": settings.count("workers") or max(2, os.cpu_count() or 2),
        "memory": settings.count("worker_memory_mb") * _MIB,
        "answer": settings.count("max_answer_mb") * _MIB,
        "queue": settings.count("queue_length"),
        "queue_seconds": settings.number("queue_seconds"),
        "rate": settings.number("rate_per_second"),
        "burst": settings.count("rate_burst"),
    }


def _client(folder: Path, prefixes: tuple[tuple[str, str], ...], services: tuple[str, ...], wait: float) -> Workers:
    return Workers(folder, Policy(Prefixes(dict(prefixes)), services), wait=wait)
