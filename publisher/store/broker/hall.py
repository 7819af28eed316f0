"""What one process has of a broker: the board, a connection for its life, and lines to the workers.

It picks a worker that is idle or soon will be, and asks it over a line that nobody else uses meanwhile, in which the
query waits for its turn. Where no worker is free, or the one that was picked takes longer with another's query, it asks
the broker for one. It refuses to know SPARQL, and what is asked twice when a process has ended.
"""

import contextlib
import functools
import itertools
import select
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from publisher.errors import StoreError
from publisher.store.broker.board import MOMENT, Board, number_of
from publisher.store.broker.exchange import Question, Terms, answer_file, asked, read_answer
from publisher.store.broker.lines import Line, Lines
from publisher.store.broker.process import SOCKET
from publisher.store.broker.wire import Frames, Garbled, Message, pack, raised, receive
from publisher.store.port import Answer, Limits, Wanted

_SPARE_SECONDS = 30.0
_REVIVED_SECONDS = 10.0  # how long a client waits for a broker that is started again
_ATTEMPTS = 10  # workers that may end before they take a query, or take too long with the one before it
Graphs = tuple[tuple[str, ...], tuple[str, ...]]
_number_of = functools.lru_cache(maxsize=1024)(number_of)


class Waiting(NamedTuple):
    """What a query may have to wait for: so many seconds in the broker's queue, after a check of what it is."""

    seconds: float
    check: Callable[[str], None]


class Gone(Exception):
    """The broker, or a worker before it took a query, is not there any more: what was asked can be asked again."""


class Hall:
    """What one process holds of one broker: the board, a connection for its life, and its lines to workers.

    Each of its connections is used by one thread at a time; closing it leaves those in use to their threads.
    """

    def __init__(self, folder: Path):
        """Join the broker in a folder; raise OSError where none answers."""
        self._folder = folder
        self._closed = False
        self._free: list[socket.socket] = []
        self._asked: defaultdict[int, set[int]] = defaultdict(set)  # by slot: our lines in which a query is
        self._lock = threading.Lock()
        self._answers = itertools.count()
        self._life = socket.socket(socket.AF_UNIX)
        try:
            self._life.connect(str(folder / SOCKET))
            joined = _exchange(self._life, {"do": "join"}, seconds=_SPARE_SECONDS)
            self._owner, self._rated = int(joined["owner"]), bool(joined["rated"])
            self.board = Board(folder)
            self._lines = Lines(self._owner, self._link)
        except BaseException:
            self._life.close()
            raise

    def run(self, text: str, wanted: Wanted, graphs: Graphs, limits: Limits, waiting: Waiting) -> Answer:
        """Have a worker answer a query; ``graphs`` are the request's default graphs and named graphs.

        A worker checks what it is asked; where none is idle ``waiting`` does so here, so that nobody waits to hear that
        a query is wrong. Raises StoreError as the service refuses or ends it, or Gone.
        """
        client = _number_of(limits.client)
        terms = Terms(wanted, limits, *graphs, client)
        queued = time.monotonic()
        slot = None
        if not (self._rated and client) and not self.board.waiting:
            slot = self.board.pick(self._owner, client, self._asked, queued)
        for _ in range(_ATTEMPTS):
            if slot is None:
                waiting.check(text)
                slot = self._claimed(limits, wait=waiting.seconds)
            number = next(self._answers)
            file = answer_file(self._folder, self._owner, number)
            try:
                message = self._asked_in_line(slot, asked(Question(text, terms, number)), limits.seconds)
                if message is not None:
                    return read_answer(message, file, seconds=time.monotonic() - queued)
            except StoreError:
                Path(file).unlink(missing_ok=True)
                raise
            slot = None
        raise Gone

    def ask(self, asked: dict[str, Any], *, seconds: float) -> dict[str, Any]:
        """Ask the broker; raise StoreError as it says, or Gone where it has ended."""
        connection = self._connection()
        try:
            head = _exchange(connection, asked, seconds=seconds)
        except TimeoutError:
            connection.close()
            raise stopped() from None
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
            for connection in (self._life, *self._free):
                connection.close()
            self._free.clear()
        self._lines.close()

    def _claimed(self, limits: Limits, *, wait: float) -> int:
        """Have the broker say which worker to ask, and give its slot."""
        claim = {"do": "claim", "owner": self._owner, "client": limits.client, "seconds": limits.seconds}
        return int(self.ask(claim, seconds=wait + _SPARE_SECONDS)["slot"])

    def _asked_in_line(self, slot: int, frame: bytes, wait: float) -> Message | None:
        """Have the worker in a slot answer; None where it has ended, or is busy for too long, before it took the query.

        Raises StoreError where it has ended under the query.
        """
        number = self.board.number(slot)
        line = self._lines.take(number) if number else None
        if line is None:
            return None
        ours = self._asked[slot]
        ours.add(line.number)
        try:
            line.connection.sendall(frame)
            message = self._received(line, slot)
        except (OSError, Garbled):
            line.connection.close()
            self._fate(number, line, wait=wait)
            return None
        except BaseException:
            line.connection.close()
            with contextlib.suppress(Gone):
                self.tell({"do": "abandon", "worker": number, "line": line.number})
            raise
        finally:
            ours.discard(line.number)
        if message is None:
            line.connection.close()  # withdrawn
        else:
            self._lines.give(number, line)
        return message

    def _received(self, line: Line, slot: int) -> Message | None:
        """Wait for the answer; None where the worker is busy with another's query that takes long. Raises OSError."""
        frames = Frames()
        while True:
            with contextlib.suppress(BlockingIOError):
                return line.receive(frames)
            if self.board.line(slot) == line.number:
                return line.wait(frames)
            since = self.board.since(slot)
            if since and time.monotonic() - since > MOMENT:
                return None

    def _link(self, worker: int) -> socket.socket | None:
        """Get a copy of a worker's connection from the broker; None where the worker has ended, Gone where that has."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(_SPARE_SECONDS)
            try:
                connection.connect(str(self._folder / SOCKET))
                connection.sendall(pack({"do": "link", "worker": worker}))
                _, descriptors, _, _ = socket.recv_fds(connection, 4096, 1)
            except OSError:
                raise Gone from None
        return socket.socket(fileno=descriptors[0]) if descriptors else None

    def _fate(self, number: int, line: Line, *, wait: float) -> None:
        """Raise the failure that the end of a worker under our query is; return where it had not begun it."""
        self.ask({"do": "fate", "worker": number, "line": line.number}, seconds=wait + _SPARE_SECONDS)

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


def join(folder: Path) -> Hall:
    """Join the broker in a folder, wait a while for one that is being started again, else raise StoreError."""
    until = time.monotonic() + _REVIVED_SECONDS
    while True:
        try:
            return Hall(folder)
        except (OSError, Garbled, KeyError):
            if not folder.is_dir() or time.monotonic() > until:
                raise stopped() from None
        time.sleep(0.05)


def _exchange(connection: socket.socket, asked: dict[str, Any], *, seconds: float) -> dict[str, Any]:
    """Send one message and give the head of the answer; raise OSError or Garbled."""
    connection.settimeout(seconds)
    connection.sendall(pack(asked))
    message = receive(connection, Frames())
    if message is None:
        raise ConnectionResetError
    return message.said()


def stopped() -> StoreError:
    """Give the failure of a query where there is no broker."""
    return StoreError("the query service is not running", fix="start the server again", code="store.stopped")
