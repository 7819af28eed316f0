"""What the site counts for Prometheus: responses, the time they took, and what the store does now.

With ``share`` all web processes of a site count together, and whichever is asked tells the sum: each keeps its numbers
in files that it has in memory, one for each kind of page and status, and reads those of the others. A count costs half
a microsecond so; the files of the prometheus-client's own kind cost six times that for each answer that is kept.
"""

import logging
import mmap
import os
import struct
import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from publisher.errors import StoreError
from publisher.web.site import Site

_LOG = logging.getLogger("exportin.meters")
_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_BOUNDS = (*map(str, _BUCKETS), "+Inf")
_ROW = struct.Struct(f"{len(_BOUNDS) + 1}d")  # how many responses fell into each bucket, and their seconds together
_folders: list[Path] = []


def share(folder: Path) -> None:
    """Have this process and those that it forks count together, in files of a folder."""
    _folders[:] = [folder]


class Meters:
    """The counters of one web process, and the text that tells those of all."""

    def __init__(self, site: Site):
        """Take the site, whose release and store are told beside the counts."""
        self._site = site
        self._folder = _folders[0] if _folders else None
        self._own = f"{os.getpid()}-{time.monotonic_ns()}"
        self._lock = threading.Lock()
        self._rows: dict[tuple[str, int], memoryview[float]] = {}

    def count(self, view: str, status: int, seconds: float) -> None:
        """Count a response of a view (``finished`` for a page that was made before it was asked for)."""
        row = self._rows.get((view, status))
        if row is None:
            row = self._row(view, status)
        bucket = bisect_left(_BUCKETS, seconds)
        with self._lock:
            row[bucket] += 1
            row[-1] += seconds

    def text(self) -> bytes:
        """Give what Prometheus reads."""
        counted = CollectorRegistry()
        counted.register(_Counts(self._rows_of_all()))
        return generate_latest(counted) + generate_latest(_now(self._site))

    def _row(self, view: str, status: int) -> "memoryview[float]":
        with self._lock:
            row = self._rows.get((view, status))
            if row is None:
                row = self._rows[view, status] = memoryview(self._buffer(view, status)).cast("d")
        return row

    def _buffer(self, view: str, status: int) -> mmap.mmap | bytearray:
        """Give room for a row: in a file, or in this process alone where no file can be had."""
        if self._folder is None:
            return bytearray(_ROW.size)
        try:
            with (self._folder / f"{view}.{status}.{self._own}").open("xb+") as file:
                file.write(bytes(_ROW.size))  # a hole would end the process when the disk is full
                file.flush()
                return mmap.mmap(file.fileno(), _ROW.size)
        except OSError as error:
            _LOG.warning("responses of %s with status %d are told by one process alone: %s", view, status, error)
            return bytearray(_ROW.size)

    def _rows_of_all(self) -> Iterator[tuple[str, str, Sequence[float]]]:
        """Give view, status and row of this process, and of every other that counts with it."""
        with self._lock:
            own = list(self._rows.items())
        yield from ((view, str(status), row) for (view, status), row in own)
        for path in sorted(self._folder.iterdir()) if self._folder else ():
            view, status, process = path.name.split(".")
            row = path.read_bytes() if process != self._own else b""
            if len(row) == _ROW.size:  # else it is told already, or being made
                yield view, status, _ROW.unpack(row)


class _Counts:
    """The rows of all processes as Prometheus's sums."""

    def __init__(self, rows: Iterable[tuple[str, str, Sequence[float]]]):
        self._responses: Counter[tuple[str, str]] = Counter()
        self._views: dict[str, list[float]] = {}
        for view, status, row in rows:
            self._responses[view, status] += int(sum(row[:-1]))
            before = self._views.get(view, [0.0] * len(row))
            self._views[view] = [one + other for one, other in zip(before, row, strict=True)]

    def collect(self) -> Iterator[Metric]:
        """Give how many responses there were, and how long they took."""
        responses = CounterMetricFamily(
            "exportin_responses", "Responses by kind of page and status", labels=["view", "status"]
        )
        for names, count in sorted(self._responses.items()):
            responses.add_metric(names, count)
        yield responses
        seconds = HistogramMetricFamily("exportin_response_seconds", "Seconds to make a response", labels=["view"])
        for view, row in sorted(self._views.items()):
            below = zip(_BOUNDS, accumulate(row[:-1]), strict=True)
            seconds.add_metric([view], list(below), sum_value=row[-1])
        yield seconds


def _now(site: Site) -> CollectorRegistry:
    """Give what is so now: the release that is served, and the store behind it."""
    registry = CollectorRegistry()
    served = Gauge("exportin_release_info", "The release that is served", ["name", "version"], registry=registry)
    served.labels(site.about.name, site.about.version).set(1)
    quads = Gauge("exportin_release_quads", "Quads of the release that is served", registry=registry)
    quads.set(site.counts.get("quads", 0))
    status = status_of(site)
    if status.get("workers") is not None:
        registry.register(_Store(status))
    return registry


def status_of(site: Site) -> Mapping[str, Any]:
    """Give what the store says of itself; nothing where it has nothing to say."""
    ask = getattr(site.store, "status", None)
    try:
        return dict(ask()) if ask is not None else {}
    except StoreError:
        return {}


class _Store:
    """The broker's figures as Prometheus's."""

    def __init__(self, status: Mapping[str, Any]):
        self._status = status

    def collect(self) -> Iterator[Metric]:
        """Give each figure."""
        workers = self._status["workers"]
        busy = sum(1 for worker in workers if worker["busy"])
        gauge = GaugeMetricFamily("exportin_workers", "Query workers by what they do", labels=["state"])
        gauge.add_metric(["busy"], busy)
        gauge.add_metric(["idle"], len(workers) - busy)
        yield gauge
        yield GaugeMetricFamily("exportin_queue", "Queries that wait for a worker", value=self._status["queue"])
        counter = CounterMetricFamily("exportin_queries", "Queries that reached the engine", labels=["outcome"])
        for outcome, count in sorted(self._status["counts"].items()):
            counter.add_metric([outcome], count)
        yield counter
