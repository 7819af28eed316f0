"""How fast pages come: warm and cold, HTML and Turtle, beside a static file handed out by nginx on the same machine.

    python benchmarks/pages.py [--release DIR] [--seconds N] [--clients N]

Warm pages are asked for again and again with wrk (Debian) where it is installed, else with a loader of this file, which
is slower than what it measures and says so. Cold pages are asked for once each by this file: after a restart with the
pages made ahead, and with none made ahead and nothing kept. nginx is left out where it is not installed. Without
``--release`` the dataset of this repository is built first. All traffic stays on loopback. No numbers are kept in the
repository: they belong to a machine.
"""

import argparse
import http.client
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from publisher.entities.lookup import Lookup
from publisher.rdf.media import HTML, TURTLE, Media
from publisher.release.read import open_release
from publisher.release.record import Release
from publisher.settings import settings_from
from publisher.web.opening import Sources, open_sources
from publisher.web.paths import Paths, suffixed
from publisher.web.prepared import Prepared
from publisher.web.preparing import prepare

ROOT = Path(__file__).resolve().parents[1]
NGINX = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 2;
events {{ worker_connections 256; }}
http {{ access_log off; types {{ text/html html; }} keepalive_requests 1000000;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e; server {{ listen 127.0.0.1:{port}; root {folder}/files; }} }}
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """One row: requests in a second, and the 50th and 99th percentile of the milliseconds that one took."""

    name: str
    rate: float
    median: float
    p99: float


def main() -> None:
    """Measure all there is and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--release", type=Path)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--clients", type=int, default=8)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pages-") as folder:
        release = open_release(copied(options.release, Path(folder)))
        show(list(measure(release, Path(folder), options.seconds, options.clients)))


def copied(given: Path | None, folder: Path) -> Path:
    """Give a release on a shelf of its own: a copy of the one that is named, or one that is built now."""
    shelf = folder / "releases"
    if given is not None:
        target = shelf / given.resolve().name
        shutil.copytree(given.resolve(), target)
        return target
    command = [sys.executable, "-m", "publisher", "--quiet", "build", str(ROOT), "--releases", str(shelf)]
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    return (shelf / "current").resolve()


def measure(release: Release, folder: Path, seconds: int, clients: int) -> Iterator[Measured]:
    """Measure one row after the other."""
    index = release.path.parent / ".index"
    with served(release) as port:
        page, turtle = (address(release, release.examples[0], media) for media in (HTML, TURTLE))
        body = fetched(port, page)
        if shutil.which("nginx"):
            with static(folder, body) as other:
                yield warm("nginx, the same page as a static file", other, "/page.html", seconds, clients)
        yield warm("warm page, HTML", port, page, seconds, clients)
        yield warm("warm page, Turtle", port, turtle, seconds, clients)
    pages, turtles = addresses(release, HTML), addresses(release, TURTLE)
    make(release)
    with served(release) as port:
        yield cold("cold page made ahead, HTML", port, pages, clients)
        yield cold("cold page made ahead, Turtle", port, turtles, clients)
    shutil.rmtree(index)
    with served(release) as port:
        yield cold("cold page made now, HTML", port, pages, clients)
        yield cold("cold page made now, Turtle", port, turtles, clients)


def address(release: Release, iri: str, media: Media) -> str:
    """Give the address of a document on the site."""
    return suffixed(Paths(release.base, release.prefixes).page(iri), media)


def addresses(release: Release, media: Media) -> list[str]:
    """Give the address of the document of each thing that has a page of its own."""
    names = max(
        (release.path.parent / ".index" / release.version).glob("labels-*.sqlite"),
        key=lambda path: path.stat().st_mtime,
    )
    found = [address(release, iri, media) for iri in Lookup(names).all_iris()]
    return [each for each in found if "?" not in each and "#" not in each]


@contextmanager
def served(release: Release) -> Iterator[int]:
    """Serve a release while the block runs, without making pages ahead."""
    port = free_port()
    command = [sys.executable, "-m", "publisher", "--setting", "prepared_things", "0", "serve", str(release.path)]
    process = subprocess.Popen([*command, "--port", str(port)], cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        answered(port, "/readyz")
        yield port
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def static(folder: Path, body: bytes) -> Iterator[int]:
    """Hand out one file with nginx while the block runs."""
    port = free_port()
    (folder / "files").mkdir()
    (folder / "files" / "page.html").write_bytes(body)
    for path in (folder, folder / "files"):
        path.chmod(0o755)
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port))
    process = subprocess.Popen(
        ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")], stderr=subprocess.DEVNULL
    )
    try:
        answered(port, "/page.html")
        yield port
    finally:
        process.terminate()
        process.wait(10)


def warm(name: str, port: int, path: str, seconds: int, clients: int) -> Measured:
    """Ask for one page again and again."""
    for _ in range(50):
        fetched(port, path)
    if not shutil.which("wrk"):
        return loaded(f"{name} (own loader)", port, [path] * 2000 * seconds, clients)
    url = f"http://127.0.0.1:{port}{path}"
    command = ["wrk", "-t2", f"-c{clients}", f"-d{seconds}s", "--latency", url]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", text)
    latency = {share: _milliseconds(value) for share, value in re.findall(r"^\s+(50|99)%\s+(\S+)$", text, re.MULTILINE)}
    return Measured(name, float(rate[1]) if rate else 0.0, latency.get("50", 0.0), latency.get("99", 0.0))


def _milliseconds(text: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)(\D+)", text).groups()  # type: ignore[union-attr]  # wrk's own form
    return float(number) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit]


def cold(name: str, port: int, paths: list[str], clients: int) -> Measured:
    """Ask for each page once."""
    return loaded(f"{name} ({len(paths)} pages)", port, paths, clients)


def loaded(name: str, port: int, paths: list[str], clients: int) -> Measured:
    """Ask for addresses over a few connections, each kept open, and take the time of each answer."""
    left = iter(paths)
    lock = threading.Lock()
    took: list[float] = []

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while True:
            with lock:
                path = next(left, None)
            if path is None:
                break
            began = time.perf_counter()
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            took.append((time.perf_counter() - began) * 1000)
            if answer.status != http.client.OK:
                raise SystemExit(f"{path} answered {answer.status}")
        connection.close()

    threads = [threading.Thread(target=client) for _ in range(clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    return Measured(name, len(took) / seconds, statistics.median(took), statistics.quantiles(took, n=100)[98])


def make(release: Release) -> None:
    """Make the pages of a release ahead, here and now."""
    opened = open_sources(Sources((release.path,), settings_from({})))
    try:
        prepare(opened.in_this_process(), Prepared(opened.pages))
    finally:
        opened.close()


def fetched(port: int, path: str) -> bytes:
    """Give the body at an address."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    body = connection.getresponse().read()
    connection.close()
    return body


def answered(port: int, path: str) -> None:
    """Wait until an address answers 200."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        with suppress(OSError, http.client.HTTPException):
            connection.request("GET", path)
            if connection.getresponse().status == http.client.OK:
                return
        connection.close()
        time.sleep(0.1)
    raise SystemExit(f"nothing answers on port {port}")


def free_port() -> int:
    """Give a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def show(rows: list[Measured]) -> None:
    """Print the table; the last column is the rate as a share of nginx's, where that was measured."""
    first = rows[0].rate if rows[0].name.startswith("nginx") else 0.0
    print(f"{'':46}{'pages/s':>10}{'p50 ms':>9}{'p99 ms':>9}{'of nginx':>10}")
    for row in rows:
        share = f"{row.rate / first:10.2f}" if first else f"{'-':>10}"
        print(f"{row.name:46}{row.rate:10.0f}{row.median:9.2f}{row.p99:9.2f}{share}")
    if not first:
        print("nginx is not installed: no static file to compare with")


if __name__ == "__main__":
    main()
