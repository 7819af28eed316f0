"""A server under load follows the live release, forth and back, and no request of all fails."""

import http.client
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from publisher.errors import ReleaseError, UsageError
from publisher.release.pull import pull
from publisher.release.read import verify
from publisher.release.shelf import Shelf
from publisher.release.write import write_release

_PATIENCE = 60.0
_PATHS = (
    "/",
    "/fact/F1.ttl",
    "/fact/F2.html",
    "/sparql?query=ASK%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D",
    "/dumps/latest/SHA256SUMS",
    "/void.ttl",
    "/healthz",
)
_LATEST = "/dumps/latest/SHA256SUMS"


@dataclass
class _Load:
    """Requests from many threads until they are told to stop, and what came back."""

    ask: Callable[[str], Any]
    statuses: Counter[int] = field(default_factory=Counter)
    versions: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def count(self) -> int:
        return self.statuses.total() + len(self.failures)

    def run(self, number: int) -> None:
        while not self.stop.is_set():
            path = _PATHS[number % len(_PATHS)]
            number += 1
            try:
                answer = self.ask(path)
            except (OSError, http.client.HTTPException) as error:
                self.failures.append(f"{path}: {error!r}")
                continue
            self.statuses[answer.status] += 1
            if answer.status not in (200, 302):
                self.failures.append(f"{path}: {answer.status} {answer.body[:200]!r}")
            elif path == _LATEST:
                self.versions[answer.headers["location"].split("/")[2]] += 1


def _until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not done():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("requests", "clients"),
    [(1_000, 8), pytest.param(10_000, 64, marks=pytest.mark.soak)],
    ids=["one thousand", "ten thousand"],
)
def test_published_and_rolled_back_under_load(
    make, serve, get, tmp_path: Path, requests: int, clients: int, record_property: Callable[[str, object], None]
) -> None:
    """While requests are in flight the live release goes forth and back twice, and every request is answered."""
    shelf = Shelf(tmp_path / "shelf")
    for version in ("1.0", "2.0"):
        write_release(make(version=version, folder=version), shelf.root)
    shelf.publish("1.0")
    with serve(shelf.root, trusted_proxies="1") as port:  # as behind a proxy: one address stands for many clients
        load = _Load(lambda path: get(port, path))
        threads = [threading.Thread(target=load.run, args=(number,)) for number in range(clients)]
        for thread in threads:
            thread.start()
        try:
            for act, version in ((lambda: shelf.publish("2.0"), "2.0"), (shelf.rollback, "1.0")):
                before = load.count
                _until(lambda before=before: load.count > before + requests // 4)  # type: ignore[misc] - bound early
                act()
                _until(lambda version=version: get(port, _LATEST).headers["location"].split("/")[2] == version)  # type: ignore[misc] - bound early
            _until(lambda: load.count >= requests)
        finally:
            load.stop.set()
            for thread in threads:
                thread.join()
    record_property("statuses", dict(load.statuses))
    assert load.failures == []
    assert set(load.statuses) == {200, 302}
    assert set(load.versions) == {"1.0", "2.0"}


def test_a_current_that_points_nowhere(make, tmp_path: Path, root: Path) -> None:
    """The commands say that the live release is gone and what there is instead; nothing is served and nothing lost."""
    shelf = Shelf(tmp_path / "set/releases")
    write_release(make(version="1.0"), shelf.root)
    (shelf.root / "current").symlink_to("0.9")
    at = ["--releases", str(shelf.root)]
    live = str(shelf.root / "current")
    for words in (["serve", str(shelf.root), "--port", "0"], ["serve", live], ["verify", *at], ["releases", *at]):
        run = [sys.executable, "-m", "publisher", *words]
        done = subprocess.run(run, cwd=root, capture_output=True, text=True, check=False, timeout=_PATIENCE)
        said = done.stdout + done.stderr
        assert (done.returncode == 0) == (words[0] == "releases")
        assert ("Traceback" in said, "0.9" in said, "1.0" in said) == (False, True, True), said
    assert shelf.publish("1.0").version == "1.0"
    assert verify(shelf.current())


def test_a_replica_of_a_running_server(make, serve, get, tmp_path: Path) -> None:
    """A release pulled from a server that runs has every byte, goes live on another shelf, and is served from there."""
    origin = Shelf(tmp_path / "origin")
    write_release(make(), origin.root)
    origin.publish("2026-01-02")
    with serve(origin.root) as port:
        replica = pull(f"http://127.0.0.1:{port}/", tmp_path / "copy")
        with pytest.raises(ReleaseError, match="404"):
            pull(f"http://127.0.0.1:{port}/", tmp_path / "copy", version="1999-01-01")
        with pytest.raises((ReleaseError, UsageError)):
            pull(f"http://127.0.0.1:{port}/fact/F1", tmp_path / "copy")
    assert verify(replica)
    shelf = Shelf(tmp_path / "copy")
    shelf.publish(replica.version)
    sums = (origin.root / "2026-01-02/SHA256SUMS").read_bytes()
    assert sums == (shelf.root / "current/SHA256SUMS").read_bytes()
    with serve(shelf.root) as port:
        assert sums == get(port, "/dumps/2026-01-02/SHA256SUMS").body


def test_the_iri_of_an_older_version_leads_to_its_files(make, serve, get, tmp_path: Path) -> None:
    """What was cited stays readable: a version leads to its page of files, one that never was to nothing."""
    shelf = Shelf(tmp_path / "shelf")
    for version in ("2026-01-02", "2026-02-02"):
        write_release(make(version=version), shelf.root)
    shelf.publish("2026-02-02")
    with serve(shelf.root) as port:
        older = get(port, "/dataset/2026-01-02")
        never = get(port, "/dataset/1999-01-01")
    assert (older.status, older.headers["location"], never.status) == (303, "/dumps/2026-01-02/", 404)
