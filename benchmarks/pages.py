"""How fast pages come: warm and cold, HTML and Turtle, beside Trifid, SHMARQL and a static file handed out by nginx.

    python benchmarks/pages.py [--release DIR] [--seconds N] [--clients N] [--pages N] [--without-peers]

Warm: one page again and again, the same page for all, with wrk (Debian) where it is installed, else with a loader of
this file, which is slower than what it measures and says so. Cold: pages asked for once each by this file, the same
pages for all (things under the dataset's base, which is all that the peers serve), after a restart: ours with the pages
made ahead, and with none made ahead and nothing kept; then all our pages, those of outside things too. The peers are
installed by :mod:`sites` and follow their own redirects before the clock starts. nginx is left out where it is not
installed. Without ``--release`` the dataset of this repository is built first. All traffic stays on loopback. No
numbers are kept in the repository: they belong to a machine.
"""

import argparse
import gzip
import http.client
import re
import shutil
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

from sites import CannotBeMeasured, Peer, peers, running

from publisher.entities.lookup import Lookup
from publisher.rdf.media import HTML, TURTLE, Media
from publisher.release.read import open_release
from publisher.release.record import Release
from publisher.settings import settings_from
from publisher.web.opening import Sources, open_sources
from publisher.web.paths import Paths, suffixed
from publisher.web.prepared import Prepared
from publisher.web.preparing import prepare
from tests.ports import free_port

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


@dataclass(frozen=True, slots=True)
class Load:
    """How long a warm page is asked for, over how many connections, and how many cold pages are asked for."""

    seconds: int
    clients: int
    pages: int


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: its path, and its Accept header where the address does not tell the media type."""

    path: str
    accept: str = "*/*"


def main() -> None:
    """Measure all there is and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--release", type=Path)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--without-peers", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pages-") as folder:
        release = open_release(copied(options.release, Path(folder)))
        load = Load(options.seconds, options.clients, options.pages)
        table = Table()
        for row in measure(release, Path(folder), load):
            table.show(row)
        for peer in () if options.without_peers else peers():
            try:
                for row in beside(peer, release, Path(folder), load):
                    table.show(row)
            except CannotBeMeasured as error:
                print(f"{peer.name} could not be measured: {error}")
        if not table.static:
            print("nginx is not installed: no static file to compare with")


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


def measure(release: Release, folder: Path, load: Load) -> Iterator[Measured]:
    """Measure one row after the other."""
    index = release.path.parent / ".index"
    with served(release) as port:
        iris = sample(release, load)
        page, turtle = (Asked(address(release, iris[0], media)) for media in (HTML, TURTLE))
        body = fetched(port, page)
        if shutil.which("nginx"):
            with static(folder, body) as other:
                yield warm("nginx, the same page as a static file", other, Asked("/page.html"), load)
        yield warm("warm page, HTML", port, page, load)
        yield warm("warm page, Turtle", port, turtle, load)
    pages, turtles = ([Asked(address(release, iri, media)) for iri in iris] for media in (HTML, TURTLE))
    all_pages = addresses(release)
    make(release)
    with served(release) as port:
        yield cold("cold page made ahead, HTML", port, pages, load)
        yield cold("cold page made ahead, Turtle", port, turtles, load)
        yield cold("cold page made ahead, every thing", port, all_pages, load)
    shutil.rmtree(index)
    with served(release) as port:
        yield cold("cold page made now, HTML", port, pages, load)
        yield cold("cold page made now, Turtle", port, turtles, load)
    shutil.rmtree(index)
    with served(release) as port:
        yield cold("cold page made now, every thing", port, all_pages, load)


def beside(peer: Peer, release: Release, folder: Path, load: Load) -> Iterator[Measured]:
    """Measure a peer with the triples of the release."""
    triples = folder / "triples.nt"
    dump = next(name for name, file in release.files.items() if file.part == "union" and name.endswith(".nt.gz"))
    triples.write_bytes(gzip.decompress((release.path / dump).read_bytes()))
    port = free_port()
    paths = ["/" + iri.removeprefix(release.base) for iri in sample(release, load)]
    with running(peer, port, triples, release.base, folder):
        try:
            answered(port, paths[0])
        except SystemExit as error:
            raise CannotBeMeasured(str(error)) from None
        for media in (HTML, TURTLE):
            asked = [led(port, Asked(path, media.type)) for path in paths]
            note = f" ({peer.warning})" if peer.warning and media is HTML else ""
            yield cold(f"{peer.name}, cold {media.label}", port, asked, load)
            yield warm(f"{peer.name}, warm {media.label}{note}", port, asked[0], load)


def sample(release: Release, load: Load) -> list[str]:
    """Give some of the things under the dataset's base, spread over all of them, none with a fragment."""
    own = [iri for iri in _lookup(release).all_iris() if iri.startswith(release.base) and "#" not in iri]
    return own[:: max(1, len(own) // load.pages)][: load.pages]


def led(port: int, asked: Asked) -> Asked:
    """Give where a page's redirects end."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for _ in range(5):
        connection.request("GET", asked.path, headers={"Accept": asked.accept})
        answer = connection.getresponse()
        answer.read()
        target = answer.getheader("Location")
        if target is None:
            break
        asked = Asked(re.sub(r"^https?://[^/]+", "", target), asked.accept)
    connection.close()
    return asked


def address(release: Release, iri: str, media: Media) -> str:
    """Give the address of a document on the site."""
    return suffixed(Paths(release.base, release.prefixes).page(iri), media)


def addresses(release: Release) -> list[Asked]:
    """Give the address of the page of each thing that has a page of its own."""
    found = [address(release, iri, HTML) for iri in _lookup(release).all_iris()]
    return [Asked(each) for each in found if "?" not in each and "#" not in each]


def _lookup(release: Release) -> Lookup:
    folder = release.path.parent / ".index" / release.version
    return Lookup(max(folder.glob("labels-*.sqlite"), key=lambda path: path.stat().st_mtime))


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


def warm(name: str, port: int, asked: Asked, load: Load) -> Measured:
    """Ask for one page again and again."""
    for _ in range(20):
        fetched(port, asked)
    if not shutil.which("wrk"):
        return loaded(f"{name} (own loader)", port, [asked] * 2000 * load.seconds, load.clients)
    url = f"http://127.0.0.1:{port}{asked.path}"
    accept = ["-H", f"Accept: {asked.accept}"]
    command = ["wrk", "-t2", f"-c{load.clients}", f"-d{load.seconds}s", "--timeout", "30s", *accept, "--latency", url]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", text)
    latency = {share: _milliseconds(value) for share, value in re.findall(r"^\s+(50|99)%\s+(\S+)$", text, re.MULTILINE)}
    return Measured(name, float(rate[1]) if rate else 0.0, latency.get("50", 0.0), latency.get("99", 0.0))


def _milliseconds(text: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)(\D+)", text).groups()  # type: ignore[union-attr]  # wrk's own form
    return float(number) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit]


def cold(name: str, port: int, asked: list[Asked], load: Load) -> Measured:
    """Ask for each page once."""
    return loaded(f"{name} ({len(asked)} pages)", port, asked, load.clients)


def loaded(name: str, port: int, asked: list[Asked], clients: int) -> Measured:
    """Ask for addresses over a few connections, each kept open, and take the time of each answer."""
    left = iter(asked)
    lock = threading.Lock()
    took: list[float] = []

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while True:
            with lock:
                one = next(left, None)
            if one is None:
                break
            began = time.perf_counter()
            connection.request("GET", one.path, headers={"Accept": one.accept})
            answer = connection.getresponse()
            answer.read()
            took.append((time.perf_counter() - began) * 1000)
            if answer.status != http.client.OK:
                raise SystemExit(f"{one.path} answered {answer.status}")
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


def fetched(port: int, asked: Asked) -> bytes:
    """Give the body at an address."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", asked.path, headers={"Accept": asked.accept})
    body = connection.getresponse().read()
    connection.close()
    return body


def answered(port: int, path: str) -> None:
    """Wait until an address answers without an error."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        with suppress(OSError, http.client.HTTPException):
            connection.request("GET", path)
            if connection.getresponse().status < http.client.BAD_REQUEST:
                return
        connection.close()
        time.sleep(0.1)
    raise SystemExit(f"nothing answers on port {port}")


class Table:
    """The table, printed row by row; its last column is the rate as a share of nginx's, where that was measured."""

    def __init__(self) -> None:
        """Print the head."""
        self.static = 0.0
        print(f"{'':56}{'pages/s':>10}{'p50 ms':>9}{'p99 ms':>9}{'of nginx':>10}", flush=True)

    def show(self, row: Measured) -> None:
        """Print one row."""
        if row.name.startswith("nginx"):
            self.static = row.rate
        share = f"{row.rate / self.static:10.3f}" if self.static else f"{'-':>10}"
        print(f"{row.name:56}{row.rate:10.0f}{row.median:9.2f}{row.p99:9.2f}{share}", flush=True)


if __name__ == "__main__":
    main()
