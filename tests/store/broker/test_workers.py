"""Isolation: no query can hurt another, and nothing leaks."""

import contextlib
import json
import os
import pickle
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from publisher.errors import Overloaded, QueryTimedOut, RateLimited, ResultTooLarge, StoreError
from publisher.rdf.media import JSON, TSV
from publisher.store.broker.wire import pack
from publisher.store.broker.workers import Workers
from publisher.store.index import build_index
from publisher.store.port import Limits
from tests.serving import descendants, eventually

pytestmark = pytest.mark.alone
Start = Callable[..., Workers]
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
HUNGRY = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?a ?f ?h"
SHORT = Limits(seconds=10.0)
_NO_PROCESS = 2**30


def endless(store: Workers, seconds: float, client: str | None = None) -> Exception | None:
    """Run a query that does not end and give the error that ends it."""
    try:
        store.query(ENDLESS, JSON, limits=Limits(seconds=seconds, client=client)).read()
    except StoreError as error:
        return error
    return None


def _ignores(pid: int, number: signal.Signals) -> bool:
    rows = (line.split() for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines())
    return bool(int(next(row[1] for row in rows if row[0] == "SigIgn:"), 16) >> (number - 1) & 1)


def idle(store: Workers, workers: int) -> Callable[[], bool]:
    """Tell whether so many workers are there and none is busy."""

    def holds() -> bool:
        found = store.status()["workers"]
        return len(found) == workers and all(worker["pid"] and not worker["busy"] for worker in found)

    return holds


def test_a_query_ends_at_its_deadline(start: Start, many: Path) -> None:
    """A query that passes its deadline is an error at that time, and the next query is answered."""
    store = start(many)
    began = time.monotonic()
    error = endless(store, 0.5)
    assert isinstance(error, QueryTimedOut)
    assert 0.4 < time.monotonic() - began < 1.5
    assert store.query("ASK {}", JSON, limits=SHORT).rows == 1


def test_workers_share_our_session_but_no_key_press(start: Start, data: Path) -> None:
    """The kernel weighs them against us, so that a slow query gives way; neither Ctrl-C nor a terminal stops them."""
    before = descendants(os.getpid())
    start(data)
    begun = descendants(os.getpid()) - before
    assert len(begun) >= 4
    assert {os.getsid(pid) for pid in begun} == {os.getsid(0)}
    assert os.getpgid(0) not in {os.getpgid(pid) for pid in begun}
    assert all(_ignores(pid, signal.SIGTTOU) for pid in begun)


def test_memory_is_bounded(start: Start, many: Path) -> None:
    """A query that needs more memory than the limit is ended, and says so."""
    store = start(many, worker_memory_mb=100)
    with pytest.raises(ResultTooLarge, match="100 MiB of memory") as caught:
        store.query(HUNGRY, JSON, limits=Limits(seconds=30.0))
    assert caught.value.unit == "memory"


def test_a_crash_of_the_engine_is_told(start: Start, many: Path) -> None:
    """A worker that dies under a query is replaced, and the client is told that the engine crashed."""
    store = start(many)
    with ThreadPoolExecutor(1) as pool:
        told = pool.submit(endless, store, 20.0)
        assert eventually(lambda: any(worker["busy"] for worker in store.status()["workers"]))
        os.kill(next(worker["pid"] for worker in store.status()["workers"] if worker["busy"]), signal.SIGSEGV)
        error = told.result()
    assert isinstance(error, StoreError)
    assert error.reason == "store.crashed"
    assert eventually(idle(store, 2))


def test_short_queries_pass_the_endless_ones(start: Start, many: Path) -> None:
    """While one client's endless queries fill every worker and the queue, another client is served in a moment."""
    store = start(many)
    with ThreadPoolExecutor(8) as pool:
        slow = [pool.submit(endless, store, 3.0, "10.0.0.1") for _ in range(8)]
        assert eventually(lambda: store.status()["queue"] >= 4)
        began = time.monotonic()
        for client in ("10.0.0.2", None):
            assert store.query("ASK {}", JSON, limits=Limits(client=client)).rows == 1
        waited = time.monotonic() - began
        store.close()
        for each in slow:
            each.result()
    assert waited < 2.0


def test_a_full_queue_refuses(start: Start, many: Path) -> None:
    """A query that finds the queue full is refused at once and told when to come again."""
    store = start(many, workers=1, queue_length=2, queue_seconds=1)
    with ThreadPoolExecutor(6) as pool:
        errors = [each.result() for each in [pool.submit(endless, store, 2.5, f"c{n}") for n in range(6)]]
    refused = [error for error in errors if isinstance(error, Overloaded)]
    assert len(refused) >= 2
    assert all((error.retry_after >= 1, error.limit, error.unit) == (True, 2, "queue") for error in refused)


def test_one_client_has_a_rate(start: Start, many: Path) -> None:
    """A client past its burst is limited; the site itself and other clients are not."""
    store = start(many, rate_per_second=0.5, rate_burst=2)
    for _ in range(2):
        store.query("ASK {}", JSON, limits=Limits(client="10.0.0.1"))
    with pytest.raises(RateLimited) as caught:
        store.query("ASK {}", JSON, limits=Limits(client="10.0.0.1"))
    assert caught.value.retry_after in (1, 2)
    assert (caught.value.limit, caught.value.unit) == (0.5, "perSecond")
    for client in ("10.0.0.2", None, None, None):
        assert store.query("ASK {}", JSON, limits=Limits(client=client)).rows == 1


def _asking(store: Workers, query: str) -> "subprocess.Popen[str]":
    """Give a process that is a client of the same broker, and says a word before it asks a query."""
    program = textwrap.dedent(f"""
        import pickle, sys
        from publisher.rdf.media import JSON
        from publisher.store.port import Limits
        store = pickle.loads(bytes.fromhex({pickle.dumps(store).hex()!r}))
        store.status()
        print("asking", flush=True)
        store.query({query!r}, JSON, limits=Limits(seconds=60.0))
    """)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    return subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=environment)


def test_a_client_that_leaves_ends_its_query(start: Start, many: Path) -> None:
    """The query of a server process that has ended is ended before its deadline."""
    store = start(many)
    with _asking(store, ENDLESS) as client:
        assert eventually(lambda: any(worker["busy"] for worker in store.status()["workers"]))
        client.kill()
    assert eventually(idle(store, 2))
    assert store.status()["counts"]["ended_client_gone"] == 1


def test_a_query_that_waits_is_forgotten_with_its_client(start: Start, many: Path) -> None:
    """A query in the queue leaves it when the process that asked has ended, and nobody else is harmed."""
    store = start(many, workers=1)
    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(endless, store, 2.0) for _ in range(2)]
        assert eventually(lambda: sum(worker["busy"] for worker in store.status()["workers"]) == 2)
        with _asking(store, ENDLESS) as client:
            assert eventually(lambda: store.status()["queue"] == 1)
            client.kill()
        assert eventually(lambda: store.status()["queue"] == 0)
        assert [type(each.result()) for each in running] == [QueryTimedOut] * 2
    assert store.query("ASK {}", JSON, limits=SHORT).rows == 1


def test_a_broker_that_dies_is_started_again(start: Start, many: Path) -> None:
    """Queries are answered again after the broker was killed, with the data served last, and its processes are gone."""
    store = start(many)
    assert store.query("ASK {}", JSON, limits=SHORT).rows == 1
    broker = _parent(store.status()["nursery"])
    below = descendants(broker)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(endless, store, 1.0)
        assert eventually(lambda: any(worker["busy"] for worker in store.status()["workers"]))
        os.kill(broker, signal.SIGKILL)
        assert store.query("SELECT * { ?s ?p ?o }", TSV, limits=SHORT).rows == 3000
        assert isinstance(running.result(), QueryTimedOut)
    assert eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in below))
    assert eventually(idle(store, 2))


@pytest.mark.parametrize("noise", [b"", b"\0" * 8, b"GET / HTTP/1.1\r\n\r\n", pack({"do": "claim"}), pack({"x": 1})])
def test_noise_on_the_socket_harms_nobody(start: Start, data: Path, noise: bytes) -> None:
    """What is not our protocol closes that connection only."""
    store = start(data)
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(store.address))
        connection.sendall(noise)
        assert store.query("ASK {}", JSON, limits=SHORT).rows == 1


def test_large_answers_are_files_that_can_be_discarded(start: Start, many: Path) -> None:
    """A large answer is a temporary file with exactly the rows; discarding it removes the file."""
    store = start(many)
    answer = store.query("SELECT * { ?s ?p ?o }", TSV, limits=SHORT)
    assert answer.path is not None
    assert answer.temporary
    assert (answer.rows, answer.read().count(b"\n")) == (3000, 3001)
    answer.discard()
    assert not answer.path.exists()


def test_the_size_of_a_file_is_bounded(start: Start, many: Path) -> None:
    """An answer that outgrows the limit of bytes is refused, and its file is removed."""
    store = start(many)
    with pytest.raises(ResultTooLarge):
        store.query("SELECT * { ?s ?p ?o }", TSV, limits=Limits(bytes=100_000))
    assert list(store.address.parent.glob("*.answer")) == []


def test_workers_open_no_sockets(start: Start, data: Path) -> None:
    """Where no SERVICE is allowed a worker cannot open a socket at all, and the status says so."""
    barred = start(data).status()["sockets_barred"]
    open_ = start(data, service_allow="https://example.org/sparql").status()["sockets_barred"]
    assert (barred, open_) == (sys.platform == "linux", False)


def test_service_reaches_an_endpoint_on_the_list(start: Start, data: Path) -> None:
    """A worker asks an endpoint that the settings name, and answers with its rows."""
    endpoint, stop = _endpoint(
        b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"literal","value":"far"}}]}}'
    )
    store = start(data, service_allow=endpoint)
    try:
        answer = store.query(f"SELECT ?x {{ SERVICE <{endpoint}> {{ ?x ?p ?o }} }}", TSV, limits=SHORT)
    finally:
        stop()
    assert answer.read() == b'?x\n"far"\n'


def _endpoint(body: bytes) -> tuple[str, Callable[[], None]]:
    """Serve the same JSON results to every POST on a port of loopback, and give how to stop."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Type", JSON.type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()

    def stop() -> None:
        server.shutdown()
        thread.join()
        server.server_close()

    return f"http://127.0.0.1:{server.server_port}/sparql", stop


def test_an_index_on_disk_is_shared(start: Start, data: Path, tmp_path: Path) -> None:
    """Workers open an index directory read-only and answer the same as from memory."""
    quads = tmp_path / "small.nq"
    quads.write_text("<http://e/a> <http://e/p> <http://e/b> <http://e/g> .\n", encoding="utf-8")
    folder = build_index(quads, tmp_path / ".index", "1")
    on_disk = start(folder)
    answer = on_disk.query("SELECT ?g { GRAPH ?g { ?s ?p ?o } }", TSV, limits=SHORT)
    assert answer.read() == b"?g\n<http://e/g>\n"
    assert on_disk.status()["in_memory"] is False


def test_data_that_cannot_be_loaded_are_told(start: Start, tmp_path: Path) -> None:
    """Opening a file that is not RDF says which line is wrong, and leaves no process and no folder."""
    wrong = tmp_path / "wrong.nt"
    wrong.write_text('<http://e/a> <http://e/b> "c" .\nnonsense\n', encoding="utf-8")
    before = descendants(os.getpid())
    with pytest.raises(StoreError, match=r"wrong\.nt:2"):
        start(wrong)
    assert descendants(os.getpid()) == before


def test_a_forked_process_and_a_pickle_share_the_broker(start: Start, data: Path) -> None:
    """A process that was forked, and one that was sent the store, ask the same broker."""
    store = start(data)
    store.query("ASK {}", JSON, limits=SHORT)
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(write, store.query("ASK {}", TSV, limits=SHORT).read())
        store.close()
        os._exit(0)
    os.waitpid(pid, 0)
    assert os.read(read, 10) == b"true"
    os.close(read)
    os.close(write)
    other = pickle.loads(pickle.dumps(store))  # noqa: S301 (our own pickle)
    assert other.query("ASK {}", TSV, limits=SHORT).read() == b"true"
    other.close()
    assert store.query("ASK {}", TSV, limits=SHORT).read() == b"true"


def test_queries_in_the_line_of_a_worker_that_ends_are_asked_again(start: Start, data: Path) -> None:
    """Workers are ended over and over while many ask: only a query that ran is lost, and each of those is told."""
    store = start(data)
    assert eventually(idle(store, 2))
    done = threading.Event()

    def ask_on(thread: int) -> list[str]:
        failed, asked = [], 0
        while not done.is_set():
            asked += 1
            try:
                assert store.query(f"ASK {{}} # {thread} {asked}", TSV, limits=SHORT).read() == b"true"
            except StoreError as error:
                failed.append(error.reason)
        assert asked > 10
        return failed

    kills = 0
    with ThreadPoolExecutor(8) as pool:
        asking = [pool.submit(ask_on, thread) for thread in range(8)]
        try:
            while kills < 20:
                time.sleep(0.05)
                for worker in store.status()["workers"][:1]:
                    with contextlib.suppress(ProcessLookupError):  # killed already, and the broker has not seen it yet
                        os.kill(worker["pid"] or _NO_PROCESS, signal.SIGKILL)
                        kills += 1
        finally:
            done.set()
        failed = [reason for each in asking for reason in each.result()]
    assert set(failed) <= {"store.crashed"}
    assert len(failed) <= kills


def test_a_query_leaves_the_line_of_a_worker_that_is_busy(start: Start, many: Path) -> None:
    """Short queries that were put behind one that turns out to be long are answered by another worker."""
    store = start(many, workers=1)
    with ThreadPoolExecutor(5) as pool:
        long = pool.submit(endless, store, 3.0)
        short = [pool.submit(store.query, f"ASK {{}} # {n}", TSV, limits=SHORT) for n in range(4)]
        assert [each.result().read() for each in short] == [b"true"] * 4
        assert not long.done()
        assert isinstance(long.result(), QueryTimedOut)


def test_a_busy_process_leaves_the_others_their_turn(start: Start, data: Path) -> None:
    """Threads of one process hand the only worker to each other, and another process is answered between them."""
    store = start(data, workers=1)
    program = textwrap.dedent(
        """
        import pickle, sys
        from publisher.rdf.media import JSON
        from publisher.store.port import Limits
        store = pickle.loads(sys.stdin.buffer.read())
        answered = [store.query(f"ASK {{}} # {n}", JSON, limits=Limits(seconds=10.0)).rows for n in range(50)]
        print(sum(answered))
        """
    )
    done = threading.Event()

    def ask_on() -> int:
        asked = 0
        while not done.is_set():
            asked += store.query(f"ASK {{}} # {threading.get_ident()} {asked}", JSON, limits=SHORT).rows or 0
        return asked

    with ThreadPoolExecutor(6) as pool:
        busy = [pool.submit(ask_on) for _ in range(6)]
        try:
            command = [sys.executable, "-c", program]
            other = subprocess.run(command, input=pickle.dumps(store), capture_output=True, check=True, timeout=60)
        finally:
            done.set()
        assert min(asking.result() for asking in busy) > 0
    assert int(other.stdout) == 50


def test_the_broker_ends_with_its_parent(data: Path) -> None:
    """When the server is killed its broker, its workers and its folder are gone within seconds."""
    program = textwrap.dedent(f"""
        import sys, time
        from pathlib import Path
        from publisher.rdf.prefixes import Prefixes
        from publisher.settings import settings_from
        from publisher.store.open import open_store
        store = open_store(Path({str(data)!r}), settings=settings_from({{}}), prefixes=Prefixes({{}}))
        print(store.address.parent, flush=True)
        time.sleep(60)
    """)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    server = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=environment)
    assert server.stdout is not None
    folder = Path(server.stdout.readline().strip())
    below = descendants(server.pid)
    assert len(below) >= 3
    server.kill()
    server.wait()
    server.stdout.close()
    assert eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in below))
    assert not folder.exists()


@pytest.mark.parametrize("kills", [30, pytest.param(500, marks=pytest.mark.soak)])
def test_nothing_leaks_over_many_kills(start: Start, many: Path, kills: int) -> None:
    """After many killed queries there are as many processes, descriptors and files as before."""
    store = start(many)
    assert eventually(idle(store, 2))
    nursery = store.status()["nursery"]
    broker = _parent(nursery)
    before = _held(broker), _held(nursery), len(descendants(broker)), threading.active_count()
    ours = _held(os.getpid())
    with ThreadPoolExecutor(4) as pool:
        errors = list(pool.map(lambda _: endless(store, 0.02), range(kills)))
    assert [type(error) for error in errors] == [QueryTimedOut] * kills
    assert eventually(idle(store, 2), 40.0)
    after = _held(broker), _held(nursery), len(descendants(broker)), threading.active_count()
    files = sorted(path.name for path in store.address.parent.iterdir())
    for when, held in (("before", before), (f"after {kills} kills", after)):
        told = f"descriptors of broker, nursery: {held[0]}, {held[1]}; processes: {held[2]}; threads: {held[3]}"
        print(f"{when:17}{told}")  # noqa: T201 - shown with -s
    assert before[1:] == after[1:]
    assert after[0] <= before[0] + 4  # the connections of the four threads
    assert store.query("ASK {}", TSV, limits=SHORT).read() == b"true"
    assert _held(os.getpid()) <= ours + 4 + 2 * len(store.status()["workers"])  # and one line and link for each worker
    assert files == ["board", "broker.sock", "news"]


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[1])


def _held(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def test_the_status_is_plain_json(start: Start, data: Path) -> None:
    """The status of the service can be shown as it is."""
    status: dict[str, Any] = start(data).status()
    assert status["ready"] is True
    assert json.loads(json.dumps(status)) == status
