"""How fast pages come: warm, cold and live, HTML and Turtle, beside Trifid, SHMARQL and a static file of nginx.

    python benchmarks/pages.py [--release DIR] [--rounds N] [--seconds N] [--clients N] [--pages N] [--without-peers]

Warm: one page again and again, the same page for all, with wrk (Debian) where it is installed, else with a loader of
this file, which is slower than what it measures and says so. Cold: pages asked for once each by this file, the same
pages for all (things under the dataset's base, which is all that the peers serve), after a start: ours with the pages
that were made with the index, as a server of a built release has them; then every page, those of outside things too.
Live: the same without pages made ahead and with nothing kept, as an index that was thrown away. The peers are installed
by :mod:`sites` and follow their own redirects before the clock starts. nginx is left out where it is not installed.

Each round measures all, one after the other; the table at the end has the medians of the rounds, and each rate as a
share of nginx's, and as a multiple of what Trifid gives in the same syntax cold. Without ``--release`` the dataset of
this repository is built first. All traffic stays on loopback. No numbers are kept here: they belong to a machine.
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
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sites import TRIFID, CannotBeMeasured, Peer, peers, running

from publisher.entities.names.lookup import Lookup
from publisher.rdf.media import HTML, TURTLE, Media
from publisher.release.read import open_release
from publisher.release.record import Release
from publisher.settings import settings_from
from publisher.web.paths import Paths, suffixed
from publisher.web.serving.indexing import index
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[1]
HEAD = f"{'':56}{'pages/s':>10}{'p50 ms':>9}{'p99 ms':>9}"
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

    def __str__(self) -> str:
        """Give the row as it is printed."""
        return f"{self.name:56}{self.rate:10.0f}{self.median:9.2f}{self.p99:9.2f}"


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
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--without-peers", action="store_true")
    options = parser.parse_args()
    load = Load(options.seconds, options.clients, options.pages)
    rows: dict[str, list[Measured]] = {}
    with tempfile.TemporaryDirectory(prefix="pages-") as folder:
        release = open_release(copied(options.release, Path(folder)))
        print(HEAD, flush=True)
        for _ in range(options.rounds):
            for row in one_round(release, Path(folder), load, () if options.without_peers else peers()):
                print(row, flush=True)
                rows.setdefault(row.name, []).append(row)
    show([middle(each) for each in rows.values()])


def one_round(release: Release, folder: Path, load: Load, others: Sequence[Peer]) -> Iterator[Measured]:
    """Measure everything once."""
    yield from measure(release, folder, load)
    for peer in others:
        try:
            yield from beside(peer, release, folder, load)
        except CannotBeMeasured as error:
            print(f"{peer.name} could not be measured: {error}")


def middle(rows: Sequence[Measured]) -> Measured:
    """Give the medians of what the rounds measured."""
    rate, median, p99 = (statistics.median(getattr(row, name) for row in rows) for name in ("rate", "median", "p99"))
    return Measured(rows[0].name, rate, median, p99)


def show(rows: Sequence[Measured]) -> None:
    """Print the table of medians with its ratios."""
    static = next((row.rate for row in rows if row.name.startswith("nginx")), 0.0)
    if not static:
        print("nginx is not installed: no static file to compare with")
    cold = {media.label: _of(rows, f"Trifid {TRIFID}, its own store, cold {media.label}") for media in (HTML, TURTLE)}
    print(f"\nmedians\n{HEAD}{'of nginx':>10}{'of Trifid':>11}")
    for row in rows:
        peer = cold[TURTLE.label if TURTLE.label in row.name else HTML.label]
        print(f"{row}{_ratio(row.rate, static, '10.3f')}{_ratio(row.rate, peer, '11.1f')}")


def _of(rows: Sequence[Measured], name: str) -> float:
    return next((row.rate for row in rows if row.name.startswith(name)), 0.0)


def _ratio(rate: float, other: float, form: str) -> str:
    return format(rate / other, form) if other else format("-", ">" + form.partition(".")[0])


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
    """Measure our own rows, one after the other."""
    place = release.path.parent / ".index"
    made = index(release, settings=settings_from({}), tell=lambda _: None)
    if made.missing or not made.documents:
        raise SystemExit(f"the pages of the release cannot be made: {made}")
    iris = sample(release, load)
    pages, turtles = ([Asked(address(release, iri, media)) for iri in iris] for media in (HTML, TURTLE))
    every = addresses(release)
    for name, asked in (("HTML", pages), ("Turtle", turtles), ("every page, HTML", every)):
        with served(release) as port:
            yield cold(f"cold, made with the index, {name}", port, asked, load)
    with served(release) as port:
        if shutil.which("nginx"):
            with static(folder, fetched(port, pages[0])) as other:
                yield warm("nginx, the same page as a static file", other, Asked("/page.html"), load)
        yield warm("warm, HTML", port, pages[0], load)
        yield warm("warm, Turtle", port, turtles[0], load)
    for name, asked in (("HTML", pages), ("Turtle", turtles), ("every page, HTML", every)):
        shutil.rmtree(place)
        with served(release, prepared_things=0) as port:
            yield cold(f"live, made when asked for, {name}", port, asked, load)


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
def served(release: Release, **settings: int) -> Iterator[int]:
    """Serve a release while the block runs."""
    port = free_port()
    given = [part for name, value in settings.items() for part in ("--setting", name, str(value))]
    command = [sys.executable, "-m", "publisher", *given, "serve", str(release.path), "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
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
    (folder / "files").mkdir(exist_ok=True)
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


def fetched(port: int, asked: Asked) -> bytes:
    """Give the body at an address."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", asked.path, headers={"Accept": asked.accept})
    body = connection.getresponse().read()
    connection.close()
    return body


def answered(port: int, path: str) -> None:
    """Wait until an address answers without an error."""
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        with suppress(OSError, http.client.HTTPException):
            connection.request("GET", path)
            if connection.getresponse().status < http.client.BAD_REQUEST:
                return
        connection.close()
        time.sleep(0.1)
    raise SystemExit(f"nothing answers on port {port}")


if __name__ == "__main__":
    main()
