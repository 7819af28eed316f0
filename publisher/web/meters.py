"""What the site counts for Prometheus: responses, the time they took, and what the store does now.

With ``share`` all web processes of a site count together, in files of the prometheus-client's own kind, and whichever
is asked tells the sum.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, values
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from publisher.errors import StoreError
from publisher.web.site import Site

_FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # the name by which the library knows the folder
_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


def share(folder: Path) -> None:
    """Have this process and those that it forks count together, in files of a folder."""
    os.environ[_FOLDER] = str(folder)
    values.ValueClass = values.MultiProcessValue()  # type: ignore[no-untyped-call]


class Meters:
    """The counters of one web process, and the text that tells those of all."""

    def __init__(self, site: Site):
        """Take the site, whose release and store are told beside the counts."""
        self._site = site
        self._registry = CollectorRegistry()
        self._responses = Counter(
            "exportin_responses", "Responses by kind of page and status", ["view", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "exportin_response_seconds",
            "Seconds to make a response",
            ["view"],
            registry=self._registry,
            buckets=_BUCKETS,
        )
        self._ready: dict[tuple[str, int], Callable[[float], None]] = {}

    def count(self, view: str, status: int, seconds: float) -> None:
        """Count a response of a view (``kept`` for one that was finished before it was asked for)."""
        counting = self._ready.get((view, status))
        if counting is None:
            responses, took = self._responses.labels(view, str(status)), self._seconds.labels(view)

            def counting(spent: float) -> None:
                responses.inc()
                took.observe(spent)

            self._ready[view, status] = counting
        counting(seconds)

    def text(self) -> bytes:
        """Give what Prometheus reads."""
        told = CollectorRegistry()
        if _FOLDER in os.environ:
            MultiProcessCollector(told)  # type: ignore[no-untyped-call]
        else:
            told = self._registry
        return generate_latest(told) + generate_latest(_now(self._site))


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
