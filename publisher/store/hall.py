"""What one process has of a broker: the board, a connection for its life, and the links to the workers.

It takes a worker's token where one is idle, asks the broker for one where none is, has the worker answer, and gives it
back. It refuses to know SPARQL, and what is asked twice when a process has ended.
"""

import contextlib
import functools
import itertools
import select
import socket
import threading
import time
from collections import deque
from pathlib import Path
from typing import Any

from publisher.errors import StoreError
from publisher.store.board import Board, number_of
from publisher.store.broker import SOCKET
from publisher.store.port import Limits
from publisher.store.wire import Frames, Garbled, Message, pack, raised, receive

_SPARE_SECONDS = 30.0
_REVIVED_SECONDS = 10.0  # how long a client waits for a broker that is started again
_LINGER_SECONDS = 0.01  # how long a query waits for a worker before it asks the broker for one
_TURNS = 4  # of which the last goes to whoever comes first, in any process
_number_of = functools.lru_cache(maxsize=1024)(number_of)


class Gone(Exception):
    """The broker, or a worker before it took a query, is not there any more: what was asked can be asked again."""


class Link:
    """A process's copy of the connection to one worker; used by whoever holds the worker's token."""

    __slots__ = ("busy", "connection", "slot")

    def __init__(self, connection: socket.socket, slot: int):
        """Take the connection and the worker's slot on the board."""
        self.connection = connection
        self.slot = slot
        self.busy = False


class Waiting:
    """A thread that waits for a worker of another thread of its process; ``number`` is the worker when it is called."""

    __slots__ = ("called", "number")

    def __init__(self) -> None:
        """Begin to wait."""
        self.called = threading.Lock()
        self.called.acquire()
        self.number: int | None = None


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
        self._waiting: deque[Waiting] = deque()
        self._handed = 0
        self._answers = itertools.count()
        self._life = socket.socket(socket.AF_UNIX)
        try:
            self._life.connect(str(folder / SOCKET))
            joined = _exchange(self._life, {"do": "join"}, seconds=_SPARE_SECONDS)
            self._owner, self._rated = int(joined["owner"]), bool(joined["rated"])
            self.board = Board(folder)
        except BaseException:
            self._life.close()
            raise
        self._poll = select.poll()
        self._poll.register(self.board.tokens, select.POLLIN)

    def run(self, asked: dict[str, Any], limits: Limits, *, wait: float) -> Message:
        """Have a worker answer a query; ``wait`` is the longest that the broker lets it wait, in seconds.

        Raises StoreError as the service refuses or ends it, or Gone.
        """
        client = _number_of(limits.client)
        queued = time.monotonic()
        number, link = self._claimed(limits, client, wait=wait)
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
            idle = [link for link in self._links.values() if not link.busy]
            for connection in (self._life, *self._free, *(link.connection for link in idle)):
                connection.close()
            self._free.clear()

    def _claimed(self, limits: Limits, client: int, *, wait: float) -> tuple[int, Link]:
        """Give a worker that is ours until its token is given back, and the link to it."""
        counted = self._rated and client != 0  # the broker counts the queries of each client
        while True:
            number = None if counted else self.board.take() or self._linger()
            if number is not None and self.board.has_its_share(client):
                self.board.give(number)
                number = None
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
        if not self._turn.acquire(blocking=False):
            return self._handed_over(until)
        try:
            while (left := until - time.monotonic()) > 0:
                if self._poll.poll(left * 1e3) and (number := self.board.take()) is not None:
                    return number
        finally:
            self._turn.release()
        return None

    def _handed_over(self, until: float) -> int | None:
        """Wait for a worker that another thread of this process is done with."""
        mine = Waiting()
        self._waiting.append(mine)
        if not mine.called.acquire(timeout=until - time.monotonic()):
            try:
                self._waiting.remove(mine)
            except ValueError:  # called just now
                mine.called.acquire()
        return mine.number

    def _hand_over(self, number: int) -> bool:
        """Give a worker to a thread of this process that waits for one; False where none does, or others come first."""
        self._handed += 1
        if self._handed % _TURNS == 0:
            return False
        try:
            waiting = self._waiting.popleft()
        except IndexError:
            return False
        waiting.number = number
        waiting.called.release()
        return True

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
        leaves = self._closed or self.board.leaves(link.slot)
        link.busy = False
        if leaves:
            self._drop(number)
        elif not self.board.waiting:
            if not self._hand_over(number):
                self.board.give(number)
            return
        with contextlib.suppress(Gone):
            self.tell({"do": "leave" if leaves else "idle", "worker": number})

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
    return message.head


def _asked(connection: socket.socket, frame: bytes) -> Message | None:
    """Send a query to a worker and give its answer; None where the worker has ended."""
    try:
        connection.sendall(frame)
        return receive(connection, Frames())
    except (OSError, Garbled):
        return None


def stopped() -> StoreError:
    """Give the failure of a query where there is no broker."""
    return StoreError("the query service is not running", fix="start the server again", code="store.stopped")
