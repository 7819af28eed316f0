"""The broker's processes: nurseries that hold data, the workers forked from them, and how each begins and ends.

It refuses to know clients and queues: who may use a worker is the broker's affair, and the broker hears of each worker
that is there to be used, and of how each has ended.
"""

import contextlib
import math
import os
import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from publisher.errors import StoreError
from publisher.store.broker import walls
from publisher.store.broker.board import SLOTS, Board
from publisher.store.broker.wire import Frames, Garbled, failure
from publisher.store.broker.worker import SLOT, hold
from publisher.store.source import Source

_BLOCK = 1 << 18
_STANDARD = 3  # the descriptors below are standard input, output and error
_IDLE_SECONDS = 30.0  # how long a worker above the usual number is kept
_START_SECONDS = 1.0  # between two attempts to start what failed to start


@dataclass(slots=True, eq=False)
class Nursery:
    """A process that holds one release's data; ``ready`` once it has loaded them."""

    pid: int
    control: socket.socket
    source: Source
    ready: bool = False
    frames: Frames = field(default_factory=Frames)

    def close(self) -> None:
        """End the process, and with it every worker that was forked from it."""
        self.control.close()
        walls.end(self.pid)
        os.waitpid(self.pid, 0)


@dataclass(slots=True, eq=False)
class Worker:
    """One worker as the broker sees it; ``pid`` is 0 until it has said that it is ready.

    ``connection`` is the end over which clients give it their lines: each process of the site gets a copy. ``slow``
    tells that its query has given way to others, ``leaving`` that it is not to be used again. ``granted`` is the moment
    at which it was given to a client that waited, ``client`` the number of that client, and ``before`` how many queries
    it had ended by then.
    """

    number: int
    slot: int
    connection: socket.socket
    nursery: Nursery
    pid: int = 0
    slow: bool = False
    leaving: bool = False
    granted: float = -math.inf
    client: int = 0
    before: int = 0
    frames: Frames = field(default_factory=Frames)

    def close(self) -> None:
        """End it at once."""
        if self.pid:
            walls.end(self.pid)
        self.connection.close()


class Listener(Protocol):
    """Who is told what the processes do."""

    def idle(self, worker: Worker) -> None:
        """Hear that a worker is ready for its first query."""
        ...

    def ended(self, worker: Worker, status: int) -> None:
        """Hear that a worker has ended, before its slot is free again, with the status of the process."""
        ...

    def changed(self) -> None:
        """Hear that data were loaded, or could not be."""
        ...


class Pool:
    """The processes: the nursery ``current``, or ``loading`` until it has the data, and the workers forked from it."""

    def __init__(
        self,
        selector: selectors.BaseSelector,
        listener: Listener,
        board: Board,
        *,
        usual: int,
        limits: dict[str, int],
        folder: Path,
    ):
        """Take the loop's selector, who listens, the board and its folder, how many workers, and each one's limits."""
        self.workers: dict[int, Worker] = {}
        self.current: Nursery | None = None
        self.loading: Nursery | None = None
        self.problem = failure(StoreError("the data could not be loaded: the process that loads them ended"))
        self.barred = False
        self._selector = selector
        self._listener = listener
        self._board = board
        self._usual = usual
        self._limits = limits
        self._folder = folder
        self._numbers = 0
        self._nurseries: set[Nursery] = set()
        self._source: Source | None = None
        self._loaded = False
        self._failed = -math.inf

    def load(self, source: Source) -> None:
        """Load the data; they are loaded again where the process that holds them ends."""
        self._source = source
        self._nurse(source)

    def busy(self) -> Iterator[tuple[Worker, float]]:
        """Give every worker that runs a query, and the moment at which that began."""
        for worker in list(self.workers.values()):
            since = self._board.since(worker.slot) if worker.pid else 0.0
            if since:
                yield worker, since

    def retire(self, worker: Worker) -> None:
        """Let a worker go, as soon as the query that it runs has ended; what waits in its lines is asked again."""
        worker.leaving = True
        self._board.leave(worker.slot)
        with contextlib.suppress(OSError):
            worker.connection.shutdown(socket.SHUT_RDWR)

    def remove(self, worker: Worker, status: int = 0) -> None:
        """End a worker at once."""
        if self.workers.pop(worker.number, None) is None:
            return
        if not worker.pid:
            self._selector.unregister(worker.connection)
        worker.close()
        self._listener.ended(worker, status)
        self._board.clear(worker.slot, time.monotonic())

    def keep_up(self, now: float) -> None:
        """Keep the usual number of workers, more while some are slow, fewer again after a while."""
        if now < self._failed + _START_SECONDS:
            return
        if self.current is None and self.loading is None and self._loaded and self._source is not None:
            self._nurse(self._source)
        nursery = self.current or self.loading
        if nursery is None or not nursery.ready:
            return
        slow = sum(1 for worker in self.workers.values() if worker.slow)
        fresh = [worker for worker in self.workers.values() if not worker.leaving]
        for _ in range(len(fresh) + max(0, slow - self._usual), self._usual):
            self._add(nursery)
        if len(fresh) > self._usual:
            self._shrink(fresh, now)

    def close(self) -> None:
        """End every process."""
        for each in self.workers.values():
            each.close()
        for nursery in self._nurseries:
            nursery.close()

    def _shrink(self, workers: list[Worker], now: float) -> None:
        idle = [each for each in workers if each.pid and not self._board.since(each.slot)]
        rested = [each for each in idle if now - self._board.last(each.slot) > _IDLE_SECONDS]
        for worker in rested[: len(workers) - self._usual]:
            self.retire(worker)

    def _nurse(self, source: Source) -> None:
        nursery = _fork_nursery(source, self._limits, self._folder)
        self._nurseries.add(nursery)
        self.loading = nursery
        self._selector.register(nursery.control, selectors.EVENT_READ, lambda: self._report(nursery))

    def _add(self, nursery: Nursery) -> None:
        taken = {worker.slot for worker in self.workers.values()}
        slot = next(free for free in range(SLOTS) if free not in taken)
        try:
            connection = _fork_worker(nursery, slot)
        except OSError:
            self._failed = time.monotonic()
            return
        self._numbers += 1
        self._board.clear(slot, time.monotonic())
        worker = Worker(self._numbers, slot, connection, nursery)
        self.workers[worker.number] = worker
        self._selector.register(connection, selectors.EVENT_READ, lambda: self._born(worker))

    def _report(self, nursery: Nursery) -> None:
        """Take what a nursery says: that it is ready, that it failed, which worker has ended and how."""
        try:
            block = nursery.control.recv(_BLOCK)
            messages = [message.said() for message in nursery.frames.feed(block)]
        except BlockingIOError:
            return
        except (OSError, Garbled):
            block, messages = b"", []
        for message in messages:
            if "ready" in message:
                nursery.ready = True
                self._add(nursery)
            elif "failure" in message:
                self.problem = message
            else:
                pid = message["ended"]
                for each in [each for each in self.workers.values() if each.pid == pid]:
                    self.remove(each, message["status"])
        if not block:
            self._forget(nursery)

    def _born(self, worker: Worker) -> None:
        """Take a worker's first words: from here on it answers the lines that processes send it."""
        try:
            block = worker.connection.recv(_BLOCK)
            message = next((message.said() for message in worker.frames.feed(block)), None)
        except BlockingIOError:
            return
        except (OSError, Garbled):
            block, message = b"", None
        if message is None and block:
            return
        if message is None or "ready" not in message:
            self._failed = time.monotonic()
            self.remove(worker)
            return
        self._selector.unregister(worker.connection)
        worker.connection.settimeout(None)
        worker.pid, self.barred = int(message["ready"]), bool(message["barred"])
        if worker.nursery is self.loading:
            self.current, self.loading, self._loaded = worker.nursery, None, True
            self._listener.changed()
        self._listener.idle(worker)

    def _forget(self, nursery: Nursery) -> None:
        """End a nursery with all its workers; what was served last is loaded again by ``keep_up``."""
        if nursery not in self._nurseries:
            return
        self._nurseries.discard(nursery)
        self._selector.unregister(nursery.control)
        nursery.close()
        for worker in [worker for worker in self.workers.values() if worker.nursery is nursery]:
            self.remove(worker)
        if nursery is self.current:
            self.current = None
        elif nursery is self.loading:
            self.loading = None
            self._failed = time.monotonic()
            self._listener.changed()


def _fork_nursery(source: Source, limits: dict[str, int], folder: Path) -> Nursery:
    """Fork a nursery, which inherits no descriptor of the broker but its own socket."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        os.closerange(_STANDARD, theirs.fileno())
        os.closerange(theirs.fileno() + 1, os.sysconf("SC_OPEN_MAX"))
        hold(theirs, source, limits, folder)
    theirs.close()
    ours.settimeout(0)
    return Nursery(pid, ours, source)


def _fork_worker(nursery: Nursery, slot: int) -> socket.socket:
    """Have a nursery fork a worker and give the connection to it; raise OSError where it does not take the request."""
    ours, theirs = socket.socketpair()
    try:
        socket.send_fds(nursery.control, [SLOT.pack(slot)], [theirs.fileno()])
    except OSError:
        ours.close()
        raise
    finally:
        theirs.close()
    ours.settimeout(0)
    return ours
