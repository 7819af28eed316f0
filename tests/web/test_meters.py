"""What is counted for Prometheus: exact under threads, summed over processes, and read by Prometheus's own parser."""

import os
import resource
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from publisher.web import meters
from publisher.web.meters import Meters
from publisher.web.site import Site

Told = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder in which processes count together."""
    monkeypatch.setattr(meters, "_folders", [])
    meters.share(tmp_path)
    return tmp_path


def _told(counted: Meters) -> Told:
    families = text_string_to_metric_families(counted.text().decode())
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def test_threads_lose_no_count(site: Site, shared: Path) -> None:
    """Eight threads count at once, and every response is told."""
    counted = Meters(site)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: [counted.count("endpoint", 200, 0.25) for _ in range(2000)], range(8)))
    told = _told(counted)
    assert told["exportin_responses_total", (("status", "200"), ("view", "endpoint"))] == 16_000
    assert told["exportin_response_seconds_sum", (("view", "endpoint"),)] == 4000.0
    assert len(list(shared.iterdir())) == 1


@pytest.mark.usefixtures("shared")
def test_buckets_hold_what_took_no_longer(site: Site) -> None:
    """A response is in each bucket whose bound it does not pass, and those of all statuses are one view's."""
    counted = Meters(site)
    for status, seconds in ((200, 0.0001), (200, 0.0005), (304, 0.0006), (503, 40.0)):
        counted.count("endpoint", status, seconds)
    told = _told(counted)
    below = {labels["le"]: value for name, pairs in told if name.endswith("_bucket")
             for labels, value in [(dict(pairs), told[name, pairs])]}  # fmt: skip
    assert [below[bound] for bound in ("0.0005", "0.001", "30.0", "+Inf")] == [2, 3, 3, 4]
    assert told["exportin_response_seconds_count", (("view", "endpoint"),)] == 4
    assert told["exportin_responses_total", (("status", "304"), ("view", "endpoint"))] == 1


@pytest.mark.usefixtures("shared")
def test_a_process_that_ended_is_still_counted(site: Site) -> None:
    """Counts never fall: what a process counted before it ended stays in the sum."""
    counted = Meters(site)
    counted.count("thing", 200, 0.01)
    child = os.fork()
    if child == 0:
        own = Meters(site)
        own.count("thing", 200, 0.01)
        own.count("thing", 404, 0.01)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    told = _told(counted)
    assert told["exportin_responses_total", (("status", "200"), ("view", "thing"))] == 2
    assert told["exportin_responses_total", (("status", "404"), ("view", "thing"))] == 1


def test_one_process_alone_counts_in_its_memory(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a folder nothing is written anywhere, and two sites in one process count apart."""
    monkeypatch.setattr(meters, "_folders", [])
    counted, other = Meters(site), Meters(site)
    counted.count("thing", 200, 0.01)
    assert _told(counted)["exportin_responses_total", (("status", "200"), ("view", "thing"))] == 1
    assert not any(name == "exportin_responses_total" for name, _ in _told(other))


def test_a_disk_that_takes_no_file_stops_no_answer(site: Site, shared: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where no file can be had the process counts alone, tells that, and says so in its log."""
    counted = Meters(site)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        counted.count("thing", 200, 0.01)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert _told(counted)["exportin_responses_total", (("status", "200"), ("view", "thing"))] == 1
    assert all(path.stat().st_size == 0 for path in shared.iterdir())
    assert "File too large" in caplog.text
