"""The client of the broker: a store whose queries run in worker processes, under every limit of the settings.

Any thread of any process may use it; a process that was forked, or got it by pickle, joins the broker anew.
"""

import contextlib
import functools
import itertools
import json
import logging
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from publisher.errors import StoreError
from publisher.rdf.media import Media
from publisher.rdf.prefixes import Prefixes
from publisher.rdf.query import read
from publisher.settings import Settings
from publisher.store.board import Board, number_of
from publisher.store.broker import SOCKET
from publisher.store.embedded import OFFERED
from publisher.store.policy import Policy
from publisher.store.port import Answer, Limits
from publisher.store.source import Source
from publisher.store.wire import Frames, Garbled, Message, pack, raised, receive

_LOG = logging.getLogger("exportin.store")
_MIB = 1024 * 1024
_SPARE_SECONDS = 30.0
_LOAD_SECONDS = 3600.0
_STOP_SECONDS = 10.0
_REVIVED_SECONDS = 10.0  # how long a client waits for a broker that is started again
_LINGER_SECONDS = 0.01  # how long a query waits for a worker before it asks the broker for one
_ATTEMPTS = 3
_number_of = functools.lru_cache(maxsize=1024)(number_of)


class Gone(Exception):
    """The broker, or a worker before it took a query, is not there any more: what was asked can be asked again."""


class Workers:
    """A store behind a broker; only the one that ``start_workers`` gave ends the broker when it is closed."""

    def __init__(self, folder: Path, policy: Policy, *, wait: float, rated: bool, keeper: "Keeper | None" = None):
        """Take the broker's folder, the policy, the longest wait in its queue, and the broker's keeper where we own it.

        ``rated`` tells that each client has a rate, so that every query has to be counted by the broker.
        """
        self.address = folder / SOCKET
        self._folder = folder
        self._policy = policy
        self._wait = wait
        self._rated = rated
        self._keeper = keeper
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._hall: Hall | None = None

    def __reduce__(self) -> tuple[object, ...]:
        """Let another process have a client of the same broker."""
        policy = (tuple(self._policy.prefixes), self._policy.services)
        return _client, (self._folder, *policy, self._wait, self._rated)

    @property
    def offered(self) -> tuple[Media, ...]:
        """Give the media types that the workers can write."""
        return OFFERED

    def query(
        self,
        text: str,
        media: Media,
        *,
        limits: Limits,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> Answer:
        """Run a query in a worker; a large answer comes as a temporary file."""
        self._policy.check(read(text))
        asked = {
            "text": text,
            "media": media.type,
            "limits": {
                "seconds": limits.seconds,
                "rows": limits.rows,
                "bytes": limits.bytes,
                "partial": limits.partial,
            },
            "default": list(default_graphs),
            "named": list(named_graphs),
        }
        for _ in range(_ATTEMPTS):
            hall = self._join()
            try:
                return _answer(media, *hall.run(asked, limits, wait=self._wait, ask=self._rated))
            except Gone:
                self._part(hall)
        raise _stopped()

    def status(self) -> dict[str, Any]:
        """Give the state of the broker: workers, queue, counts of what was answered, refused and ended."""
        return self._ask({"do": "status"}, seconds=_SPARE_SECONDS)

    def ready(self) -> None:
        """Wait until the data are loaded; raise StoreError where they cannot be."""
        self._ask({"do": "ready"}, seconds=_LOAD_SECONDS)

    def reload(self, source: Source) -> None:
        """Serve other data from now on, once they are loaded; queries that run keep what they began with."""
        self._ask({"do": "reload", "source": source.to_json()}, seconds=_LOAD_SECONDS)
        self._policy = Policy(Prefixes(dict(source.prefixes)), source.services)
        if self._keeper is not None:
            self._keeper.source = source

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
        raise _stopped()

    def _join(self) -> "Hall":
        """Give this process's part in the broker; raise StoreError where there is no broker."""
        hall = self._hall
        if hall is not None and self._pid == os.getpid():
            return hall
        if self._pid != os.getpid():  # forked: the parent's connections are the parent's
            self._hall, self._lock, self._pid, self._keeper = None, threading.Lock(), os.getpid(), None
        with self._lock:
            if self._hall is None:
                self._hall = _joined(self._folder)
            return self._hall

    def _part(self, hall: "Hall") -> None:
        """Leave a broker that is gone, so that the next query joins the one that was started in its place."""
        with self._lock:
            if self._hall is hall and not hall.alive():
                hall.close()
                self._hall = None


class Link:
    """This process's copy of the connection to one worker; used by whoever holds the worker's token."""

    __slots__ = ("busy", "connection", "slot")

    def __init__(self, connection: socket.socket, slot: int):
        """Take the connection and the worker's slot on the board."""
        self.connection = connection
        self.slot = slot
        self.busy = False


class Hall:
    """What one process holds of one broker: the board, a connection for its life, and the links to workers.

    Each of its connections is used by one thread at a time; closing it leaves those in use to their threads.
    """

    def __init__(self, folder: Path):
        """Join the broker in a folder; raise OSError where none answers."""
        self._folder = folder
        self._closed = False
        self._free: list[socket.socket] = []
        self._links: dict[int, Link] = {}
        self._lock = threading.Lock()
        self._turn = threading.Lock()
        self._answers = itertools.count()
        self._life = socket.socket(socket.AF_UNIX)
        try:
            self._life.connect(str(folder / SOCKET))
            self._owner = int(_exchange(self._life, {"do": "join"}, seconds=_SPARE_SECONDS)["owner"])
            self.board = Board(folder)
        except BaseException:
            self._life.close()
            raise
        self._poll = select.poll()
        self._poll.register(self.board.tokens, select.POLLIN)

    def run(self, asked: dict[str, Any], limits: Limits, *, wait: float, ask: bool) -> Message:
        """Have a worker answer a query, wait for one where none is idle; raise StoreError as the service says, or Gone."""
        client = _number_of(limits.client)
        queued = time.monotonic()
        number, link = self._claimed(limits, client, wait=wait, ask=ask and limits.client is not None)
        began = time.monotonic()
        path = f"{self._folder}/{self._owner}-{next(self._answers)}.answer"
        try:
            self.board.begin(link.slot, owner=self._owner, now=began, seconds=limits.seconds, client=client)
            message = _asked(link.connection, pack({**asked, "path": path}))
        except BaseException:
            self._drop(number)
            with contextlib.suppress(Gone):
                self.tell({"do": "abandon", "worker": number})
            raise
        if message is None:
            Path(path).unlink(missing_ok=True)
            self._drop(number)
            raise self._fate(number, wait=limits.seconds)
        failed = "failure" in message.head
        self._give(number, link, failed=failed)
        if failed:
            raise raised(message.head)
        message.head["timings"]["queue"] = (began - queued) * 1e3
        return message

    def ask(self, asked: dict[str, Any], *, seconds: float) -> dict[str, Any]:
        """Ask the broker; raise StoreError as it says, or Gone where it has ended."""
        connection = self._connection()
        try:
            head = _exchange(connection, asked, seconds=seconds)
        except TimeoutError:
            connection.close()
            raise _stopped() from None
        except (OSError, Garbled):
            connection.close()
            raise Gone from None
        except BaseException:
            connection.close()
            raise
        self._keep(connection)
        if "failure" in head:
            raise raised(head)
        return head

    def tell(self, said: dict[str, Any]) -> None:
        """Tell the broker something that it does not answer; raise Gone where it has ended."""
        connection = self._connection()
        try:
            connection.sendall(pack(said))
        except OSError:
            connection.close()
            raise Gone from None
        self._keep(connection)

    def alive(self) -> bool:
        """Tell whether the broker that was joined still runs."""
        gone = select.poll()
        gone.register(self._life, select.POLLIN)
        return not gone.poll(0)

    def close(self) -> None:
        """Close every connection that no thread uses; the others close when their threads are done."""
        with self._lock:
            self._closed = True
            idle = [link for link in self._links.values() if not link.busy]
            for connection in (self._life, *self._free, *(link.connection for link in idle)):
                connection.close()
            self._free.clear()

    def _claimed(self, limits: Limits, client: int, *, wait: float, ask: bool) -> tuple[int, Link]:
        """Give a worker that is ours until its token is given back, and the link to it."""
        while True:
            number = None if ask or self.board.waiting else self.board.take() or self._linger()
            if number is None:
                claim = {"do": "claim", "owner": self._owner, "client": limits.client, "seconds": limits.seconds}
                number = int(self.ask(claim, seconds=wait + _SPARE_SECONDS)["worker"])
            link = self._links.get(number) or self._link(number)
            if link is not None:
                link.busy = True
                return number, link

    def _linger(self) -> int | None:
        """Wait a moment for a token: most queries are short, and then nobody else has to be asked."""
        until = time.monotonic() + _LINGER_SECONDS
        if not self._turn.acquire(timeout=_LINGER_SECONDS):
            return None
        try:
            while (left := until - time.monotonic()) > 0 and not self.board.waiting:
                if self._poll.poll(left * 1e3) and (number := self.board.take()) is not None:
                    return number
        finally:
            self._turn.release()
        return None

    def _link(self, number: int) -> Link | None:
        """Get a copy of a worker's connection from the broker; None where the worker has ended."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(_SPARE_SECONDS)
            try:
                connection.connect(str(self._folder / SOCKET))
                connection.sendall(pack({"do": "link", "worker": number}))
                block, descriptors, _, _ = socket.recv_fds(connection, 4096, 1)
                head = next(iter(Frames().feed(block))).head
            except (OSError, Garbled, StopIteration):
                raise Gone from None
        if not descriptors:
            return None
        link = Link(socket.socket(fileno=descriptors[0]), int(head["slot"]))
        with self._lock:
            self._prune()
            self._links[number] = link
        return link

    def _prune(self) -> None:
        """Close the links to workers that have ended."""
        hung = select.poll()
        idle = {link.connection.fileno(): number for number, link in self._links.items() if not link.busy}
        for descriptor in idle:
            hung.register(descriptor, 0)
        for descriptor, _ in hung.poll(0):
            self._links.pop(idle[descriptor]).connection.close()

    def _drop(self, number: int) -> None:
        with self._lock:
            link = self._links.pop(number, None)
        if link is not None:
            link.connection.close()

    def _give(self, number: int, link: Link, *, failed: bool) -> None:
        """Give a worker back: to everybody, or to the broker where that wants it."""
        self.board.end(link.slot, now=time.monotonic(), failed=failed)
        leaves = self.board.leaves(link.slot)
        link.busy = False
        if not leaves and not self._closed:
            self.board.give(number)
            return
        self._drop(number)
        with contextlib.suppress(Gone):
            self.tell({"do": "give", "worker": number})

    def _fate(self, number: int, *, wait: float) -> Exception:
        """Give the failure that the end of a worker under our query is."""
        try:
            self.ask({"do": "fate", "worker": number}, seconds=wait + _SPARE_SECONDS)
        except StoreError as error:
            return error
        return Gone()

    def _keep(self, connection: socket.socket) -> None:
        with self._lock:
            if not self._closed:
                self._free.append(connection)
                return
        connection.close()

    def _connection(self) -> socket.socket:
        with self._lock:
            if self._free:
                return self._free.pop()
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(str(self._folder / SOCKET))
        except OSError:
            connection.close()
            raise Gone from None
        return connection


class Keeper:
    """Who starts a broker, and starts it again where it ends though nobody asked it to."""

    def __init__(self, folder: Path, source: Source, options: dict[str, float]):
        """Start a broker in a private folder; raise StoreError where it cannot be started."""
        self.source = source
        self._folder = folder
        self._options = options
        self._stopping = threading.Event()
        self._broker = self._start()
        self._watch = threading.Thread(target=self._keep, name="broker-watch", daemon=True)
        self._watch.start()

    def stop(self) -> None:
        """End the broker: it sees its standard input close, ends its workers and removes its folder."""
        self._stopping.set()
        _close(self._broker)
        try:
            self._broker.wait(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._broker.kill()
            self._broker.wait()
        self._watch.join()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _keep(self) -> None:
        while True:
            status = self._broker.wait()
            if self._stopping.is_set():
                return
            _LOG.error("the process that runs queries ended (status %s) and is started again", status)
            _close(self._broker)
            with contextlib.suppress(StoreError):
                self._broker = self._start()
            if self._stopping.wait(1.0):
                _close(self._broker)

    def _start(self) -> "subprocess.Popen[bytes]":
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        broker = subprocess.Popen(
            [sys.executable, "-P", "-m", "publisher.store.broker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )
        told = {"folder": str(self._folder), "source": self.source.to_json(), "options": self._options}
        try:
            _begin(broker, told)
        except BaseException:
            _close(broker)
            broker.kill()
            broker.wait()
            raise
        return broker


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
        rated=settings.number("rate_per_second") > 0,
        keeper=keeper,
    )
    try:
        client.ready()
    except BaseException:
        client.close()
        raise
    return client


def _joined(folder: Path) -> Hall:
    """Join the broker in a folder, wait a while for one that is being started again, else raise StoreError."""
    until = time.monotonic() + _REVIVED_SECONDS
    while True:
        try:
            return Hall(folder)
        except (OSError, Garbled, KeyError):
            if not folder.is_dir() or time.monotonic() > until:
                raise _stopped() from None
        time.sleep(0.05)


def _exchange(connection: socket.socket, asked: dict[str, Any], *, seconds: float) -> dict[str, Any]:
    """Send one message and give the head of the answer; raise OSError or Garbled."""
    connection.settimeout(seconds)
    connection.sendall(pack(asked))
    message = receive(connection, Frames())
    if message is None:
        raise ConnectionResetError
    return message.head


def _asked(connection: socket.socket, frame: bytes) -> Message | None:
    """Send a query to a worker and give its answer; None where the worker has ended."""
    try:
        connection.sendall(frame)
        return receive(connection, Frames())
    except (OSError, Garbled):
        return None


def _answer(media: Media, head: dict[str, Any], body: bytes) -> Answer:
    path = None if head["path"] is None else Path(head["path"])
    return Answer(
        media,
        body=None if path else body,
        path=path,
        rows=head["rows"],
        truncated=head["truncated"],
        timings=tuple(head["timings"].items()),
        temporary=path is not None,
        release=head["release"] or None,
    )


def _begin(broker: "subprocess.Popen[bytes]", told: dict[str, Any]) -> None:
    """Send a broker its description and wait until it listens."""
    if broker.stdin is None or broker.stdout is None:
        raise _stopped()
    try:
        broker.stdin.write(json.dumps(told).encode() + b"\n")
        broker.stdin.flush()
    except BrokenPipeError:
        raise _stopped() from None
    if not broker.stdout.readline():
        raise _stopped()


def _close(broker: "subprocess.Popen[bytes]") -> None:
    for stream in (broker.stdin, broker.stdout):
        if stream is not None:
            with contextlib.suppress(BrokenPipeError):
                stream.close()


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


def _client(
    folder: Path, prefixes: tuple[tuple[str, str], ...], services: tuple[str, ...], wait: float, rated: bool
) -> Workers:
    return Workers(folder, Policy(Prefixes(dict(prefixes)), services), wait=wait, rated=rated)


def _stopped() -> StoreError:
    return StoreError("the query service is not running", fix="start the server again", code="store.stopped")
