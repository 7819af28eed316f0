"""What the walls around a query cost: one workload in this process, in workers, from kept answers, on other servers.

    python benchmarks/sparql.py [--statements N] [--rounds N] [--servers DIR] [--only NAME]... [--over-http-only]

Prints milliseconds for each query (median of the rounds, warm), the time to open the data, and the private memory of
the processes: first in this process and through the workers, then over HTTP, where every server is asked in the same
way. Then eight connections ask star queries, each query for other things, of every server in turns: how many are
answered in a second, and the 99th percentile. Ours is a release, so one query asked again shows what kept answers cost.
Other servers are measured where they are installed: ``oxigraph`` and ``rdflib-endpoint`` (PyPI, in the virtual
environment DIR or on the PATH) and Debian's Virtuoso; each is started on loopback with the same data and ended again.
The connections are those of Debian's ``wrk``. All servers are in the session of the client, since the kernel shares the
cores out by session, and one apart from the client would have another share of them. What is missing is named.
"""

import argparse
import functools
import http.client
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from publisher.errors import StoreError
from publisher.rdf.media import JSON, TURTLE, Media
from publisher.rdf.prefixes import Prefixes
from publisher.release.content import Content, Description
from publisher.release.write import write_release
from publisher.settings import settings_from
from publisher.store.answers import Cached
from publisher.store.broker import walls
from publisher.store.index import build_index
from publisher.store.open import open_store
from publisher.store.port import Answer, Limits, Store
from publisher.store.sending import Target, send
from tests import virtuoso
from tests.ports import free_port
from tests.serving import serving

E = "http://example.org/"
LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
QUERIES = {
    "ask": "ASK {}",
    "star": f"SELECT * {{ VALUES ?s {{ <{E}s77> <{E}s78> <{E}s79> <{E}s80> }} ?s ?p ?o }}",
    "label search": f'SELECT ?s ?l {{ ?s {LABEL} ?l FILTER(CONTAINS(?l, "number 777")) }} LIMIT 10',
    "aggregate": f"SELECT ?c (COUNT(*) AS ?n) (AVG(?v) AS ?a) {{ ?s a ?c ; <{E}value> ?v }} GROUP BY ?c",
    "path": f"SELECT ?x {{ <{E}s12345> <{E}parent>* ?x }}",
    "construct": f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ ?s <{E}parent> <{E}s77> ; ?p ?o }}",
    "10 000 rows": f"SELECT ?s ?l {{ ?s {LABEL} ?l }} LIMIT 10000",
}
LIMITS = Limits(seconds=600.0, rows=1_000_000)
CLIENTS = 8
PREPARED = 60_000  # different queries that the client has ready
PATIENCE = 3600.0  # seconds for a server to start: it may have millions of names to read
PREFIXES = Prefixes({})


@dataclass(frozen=True, slots=True)
class Measured:
    """One engine: seconds to open, milliseconds by query, private MiB."""

    name: str
    opened: float
    cold: dict[str, float]
    warm: dict[str, float]
    memory: float


def main() -> None:
    """Run the workload on everything there is and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--statements", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--servers", type=Path, help="a virtual environment with oxigraph and rdflib-endpoint")
    parser.add_argument(
        "--only", action="append", help="measure this server beside ours, not every one; can be repeated"
    )
    parser.add_argument("--over-http-only", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sparql-") as place:
        folder = Path(place)
        data = write(folder / "data.nq", options.statements)
        if not options.over_http_only:
            show([measure(*each, options.rounds) for each in engines(data, folder).items()], options.statements)
        with ExitStack() as stack:
            found, endpoints = [], {}
            for name, start in servers(data, folder, options.servers).items():
                if options.only and name not in ("exportin", *options.only):
                    continue
                began = time.perf_counter()
                opened = stack.enter_context(closing(start()))
                found.append(timed(name, opened, time.perf_counter() - began, options.rounds))
                if isinstance(opened.store, Wire):
                    endpoints[name] = opened.store.endpoint
            show(found, options.statements)
            press(endpoints, folder, things=things_in(options.statements))


def engines(data: Path, folder: Path) -> dict[str, Callable[[], "Opened"]]:
    """Give the ways in which our own store can be asked without HTTP."""
    return {
        "in this process": lambda: ours(data, isolated=False),
        "workers, in memory": lambda: ours(data),
        "workers, on disk": lambda: ours(build_index(data, folder / "index", "1")),
        "kept answers": lambda: ours(data, answers=folder / "answers"),
    }


def servers(data: Path, folder: Path, place: Path | None) -> dict[str, Callable[[], "Opened"]]:
    """Give every server that can be measured here by name, ours first, and say which cannot."""
    programs = f"{place / 'bin'}{os.pathsep}" if place else ""
    found: dict[str, Callable[[], Opened]] = {"exportin": lambda: exportin(data, folder)}
    names = {"oxigraph": lambda program: oxigraph(program, data, folder / "oxigraph"),
             "rdflib-endpoint": lambda program: rdflib_endpoint(program, data)}  # fmt: skip
    for name, start in names.items():
        program = shutil.which(name, path=programs + os.environ.get("PATH", ""))
        if program:
            found[name] = functools.partial(start, program)
        else:
            print(f"not measured: {name} (pip install {name} click uvicorn)")
    if virtuoso.installed():
        found["Virtuoso"] = lambda: of_virtuoso(data, folder / "virtuoso")
    else:
        print("not measured: Virtuoso (apt-get install virtuoso-opensource-7)")
    return found


@dataclass(frozen=True, slots=True)
class Opened:
    """A store to be measured, the process below which its memory is, and how to end it."""

    store: "Store | Wire"
    process: int
    close: Callable[[], None]


def ours(source: Path, *, isolated: bool = True, answers: Path | None = None) -> Opened:
    """Open our own store."""
    store = open_store(source, settings=settings_from({}), prefixes=PREFIXES, isolated=isolated)
    if answers is not None:
        store = Cached(store, answers, "benchmark", max_bytes=1 << 30)
    return Opened(store, os.getpid(), store.close)


def exportin(data: Path, folder: Path) -> Opened:
    """Start our own service on a release, with every limit wide open, and no page made ahead."""
    about = Description(
        name="generated", title="Generated", description="Generated.", base=E, iri=f"{E}dataset", version="2026-01-01",
        licence="", language="en", prefixes=PREFIXES,
    )  # fmt: skip
    release = write_release(Content(description=about, quads=(data,)), folder / "releases")
    stack = ExitStack()
    limits = {"max_rows": 1_000_000, "query_seconds": 600, "prepared_things": 0, "in_memory_quads": 10_000_000}
    served = stack.enter_context(serving(release.path, within=PATIENCE, own_session=False, **limits))
    return Opened(Wire(served.endpoint), served.process, stack.close)


def of_virtuoso(data: Path, folder: Path) -> Opened:
    """Start Virtuoso with room for the data, and bring them in."""
    folder.mkdir()
    stack = ExitStack()
    engine = stack.enter_context(virtuoso.running(folder, buffers=170_000))
    send(data, Target(engine.graph_store, user=engine.user, password=engine.password), tell=lambda _: None)
    return Opened(Wire(engine.endpoint), engine.process, stack.close)


def oxigraph(program: str, data: Path, location: Path) -> Opened:
    """Load and start the oxigraph server."""
    subprocess.run([program, "load", "--location", location, "--file", data], check=True, capture_output=True)
    port = free_port()
    serve = [program, "serve-read-only", "--union-default-graph", "--location", location]
    return server([*map(str, serve), "--bind", f"127.0.0.1:{port}"], f"http://127.0.0.1:{port}/query")


def rdflib_endpoint(program: str, data: Path) -> Opened:
    """Start rdflib-endpoint on the file."""
    port = free_port()
    return server([program, "serve", str(data), "--port", str(port)], f"http://127.0.0.1:{port}/")


class Wire:
    """An endpoint asked over one kept connection for each thread, without any reading of the answer."""

    def __init__(self, endpoint: str):
        """Take the address."""
        self.endpoint = endpoint
        self._address = urlsplit(endpoint)
        self._own = threading.local()

    def query(self, text: str, media: Media, *, limits: Limits) -> Answer:
        """Send a query by POST with a form, and give the bytes."""
        headers = {"Accept": media.type, "Content-Type": "application/x-www-form-urlencoded"}
        kept = getattr(self._own, "kept", (0, None))
        connection = kept[1] if kept[0] == os.getpid() else None
        if connection is None:
            connection = http.client.HTTPConnection(self._address.netloc, timeout=limits.seconds)
            connection.connect()
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._own.kept = (os.getpid(), connection)
        connection.request("POST", self._address.path, urlencode({"query": text}), headers)
        reply = connection.getresponse()
        body = reply.read()
        if reply.status != http.client.OK:
            raise StoreError(f"{reply.status}: {body[:200]!r}")
        return Answer(media, body=body)


def server(command: list[str], endpoint: str) -> Opened:
    """Start a server and wait until it answers."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def close() -> None:
        process.terminate()
        process.wait()

    store = Wire(endpoint)
    for _ in range(600):
        try:
            store.query("ASK {}", JSON, limits=LIMITS)
            break
        except (StoreError, OSError):
            store = Wire(endpoint)
            time.sleep(0.2)
            if process.poll() is not None:
                raise StoreError(f"{command[0]} ended with status {process.returncode}") from None
    return Opened(store, process.pid, close)


def measure(name: str, start: Callable[[], Opened], rounds: int) -> Measured:
    """Open an engine, run the workload, and close it."""
    began = time.perf_counter()
    with closing(start()) as opened:
        return timed(name, opened, time.perf_counter() - began, rounds)


def timed(name: str, opened: Opened, seconds: float, rounds: int) -> Measured:
    """Run the workload on an engine that took so many seconds to open; no two queries of it are the same text."""
    cold, warm = {}, {}
    for query, text in QUERIES.items():
        turns = rounds * 10 if query in ("ask", "star") else rounds
        times = [once(opened.store, f"{text} #{turn}" if name == "exportin" else text) for turn in range(turns)]
        cold[query], warm[query] = times[0], statistics.median(times[1:])
    memory = sum(walls.private_bytes(pid) for pid in below(opened.process)) / 2**20
    return Measured(name, seconds, cold, warm, memory)


@contextmanager
def closing(opened: Opened) -> Iterator[Opened]:
    """Close what was opened, whatever happens."""
    try:
        yield opened
    finally:
        opened.close()


def once(store: "Store | Wire", text: str) -> float:
    """Give the milliseconds of one query, with its bytes read."""
    media = TURTLE if text.startswith("CONSTRUCT") else JSON
    began = time.perf_counter()
    answer = store.query(text, media, limits=LIMITS)
    answer.read()
    taken = (time.perf_counter() - began) * 1e3
    answer.discard()
    return taken


def press(endpoints: dict[str, str], folder: Path, *, things: int, turns: int = 7) -> None:
    """Ask every server in turns, and print the medians: star queries in a second, and the slowest of a hundred."""
    if shutil.which("wrk") is None:
        print("not measured: queries in a second (apt-get install wrk)")
        return
    asked = {name: (endpoint, True) for name, endpoint in endpoints.items()}
    asked["exportin, kept"] = (endpoints["exportin"], False)
    told: dict[str, list[tuple[float, float]]] = {name: [] for name in asked}
    for _ in range(turns):
        for name, (endpoint, distinct) in asked.items():
            told[name].append(pressed(endpoint, folder, things=things if distinct else 0))
    base = statistics.median(rate for rate, _ in told["exportin"])
    print(f"\n{CLIENTS} connections, star of 20 rows; median of {turns} turns")
    print(f"{'':20}{'queries/s':>12}{'p99 ms':>10}{'ratio':>8}")
    for name, figures in told.items():
        rate, slow = (statistics.median(column) for column in zip(*figures, strict=True))
        print(f"{name:20}{rate:>12.0f}{slow:>10.1f}{rate / base:>7.2f}x")


def pressed(endpoint: str, folder: Path, *, things: int, seconds: int = 3) -> tuple[float, float]:
    """Give queries in a second and the 99th percentile in milliseconds.

    Each query asks for four others of so many things, and is of another text; with 0 all are the same query. They are
    written before the clock starts: the client has to share the cores, and what it works would weigh most where a
    server works least.
    """
    before, after = (quote(part, safe="") for part in QUERIES["star"].split(f"<{E}s77> <{E}s78> <{E}s79> <{E}s80>"))
    thing, many = quote(f"<{E}s", safe=""), PREPARED if things else 1
    script = folder / "ask.lua"
    script.write_text(
        f"local n, many, asked, requests = {time.monotonic_ns() // 1000}, {many}, 0, {{}}\n"
        f"local function thing(i)\n  local number = (n * 7919) % {max(1, things - 3)} + i\n"
        f"  return '{thing}' .. string.format('%d', number) .. '%3E%20'\nend\n"
        "init = function()\n  for i = 1, many do\n"
        f"    n = n + {int(things > 0)}\n"
        f"    local query = '{before}' .. thing(0) .. thing(1) .. thing(2) .. thing(3) .. '{after}%20%23' .. n\n"
        '    local headers = {Accept="application/sparql-results+json"}\n'
        '    requests[i] = wrk.format("GET", wrk.path .. "?query=" .. query, headers)\n  end\nend\n'
        "request = function()\n  asked = asked % many + 1\n  return requests[asked]\nend\n"
    )
    command = ["wrk", "-t1", f"-c{CLIENTS}", f"-d{seconds}s", "--latency", "-s", str(script), endpoint]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in said:
        raise StoreError(f"{endpoint} refused some of the queries: {said}")
    sent = re.search(r"(\d+) requests in", said)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    slow = re.search(r"99%\s+([\d.]+)(us|ms|s)", said)
    if sent is None or rate is None or slow is None:
        raise StoreError(f"wrk said something else: {said}")
    if things and int(sent[1]) > many:
        raise StoreError(f"{sent[1]} queries were asked and only {many} prepared: let PREPARED be more")
    return float(rate[1]), float(slow[1]) * {"us": 1e-3, "ms": 1.0, "s": 1e3}[slow[2]]


def below(pid: int) -> list[int]:
    """Give a process and every process below it."""
    tasks = Path(f"/proc/{pid}/task")
    children = [int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()]
    return [pid, *(other for child in children for other in below(child))]


def things_in(statements: int) -> int:
    """Give how many resources there are in so many statements."""
    return max(1, statements // 5)


def write(path: Path, statements: int) -> Path:
    """Write resources of five statements each: a type, a label, a link, a parent and a number."""
    things = things_in(statements)
    rdf_type, integer = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>", "http://www.w3.org/2001/XMLSchema#integer"
    with path.open("w", encoding="utf-8") as stream:
        for n in range(things):
            graph = f"<{E}g{n % 5}>"
            for pair in (
                f"{rdf_type} <{E}C{n % 50}>",
                f'{LABEL} "label number {n}"',
                f"<{E}knows> <{E}s{n * 7919 % things}>",
                f"<{E}parent> <{E}s{n // 10}>",
                f'<{E}value> "{n % 1000}"^^<{integer}>',
            ):
                stream.write(f"<{E}s{n}> {pair} {graph} .\n")
    return path


def show(found: list[Measured], statements: int) -> None:
    """Print the table: a row for each engine."""
    print(f"\n{statements:,} statements; milliseconds, warm median (cold)")
    print(f"{'':20}" + "".join(f"{query:>19}" for query in QUERIES) + f"{'open s':>9}{'MiB':>7}")
    for each in found:
        cells = "".join(f"{each.warm[query]:>10.2f} ({each.cold[query]:>6.1f})" for query in QUERIES)
        print(f"{each.name:20}{cells}{each.opened:>9.1f}{each.memory:>7.0f}")
    base = found[0].warm
    for each in found[1:]:
        ratios = "".join(f"{each.warm[query] / base[query]:>18.1f}x" for query in QUERIES)
        print(f"{each.name:20}{ratios}   of {found[0].name}")


if __name__ == "__main__":
    main()
