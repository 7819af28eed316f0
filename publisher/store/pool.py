"""The broker's processes: nurseries that hold data, the workers forked from them, and how each begins and ends.

It refuses to know clients and queues: a query is given to a worker by the broker, which hears of the answer, of a
worker that ended under a query, and of every change that lets more queries run.
"""

import math
import os
import selectors
import socket
import time
from dataclasses import dataclass, field
from typing import Any, Protocol

from publisher.errors import StoreError
from publisher.store import walls
from publisher.store.quota import Job
from publisher.store.source import Source
from publisher.store.wire import Frames, Garbled, failure, pack
from publisher.store.worker import hold

_BLOCK = 1 << 18
_SEND_SECONDS = 5.0
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

    ``since`` is when its query began, or when it became idle; ``slow`` that it has given way to others.
    """

    connection: socket.socket
    nursery: Nursery
    since: float
    pid: int = 0
    job: Job | None = None
    slow: bool = False
    frames: Frames = field(default_factory=Frames)

    @property
    def idle(self) -> bool:
        """Tell whether it is ready and has nothing to do."""
        return self.pid != 0 and self.job is None

    def ask(self, job: Job, now: float) -> None:
        """Give it a query; raise OSError where it does not take it."""
        self.job, self.since = job, now
        self.connection.settimeout(_SEND_SECONDS)
        self.connection.sendall(pack(job.asked))
        self.connection.settimeout(0)

    def close(self) -> None:
        """End it: at once where it is busy, by closing its socket where it is idle."""
        if self.pid and self.job is not None:
            walls.end(self.pid)
        self.connection.close()


class Listener(Protocol):
    """Who is told what the processes do."""

    def answered(self, worker: Worker, head: dict[str, Any], body: bytes) -> None:
        """Hear the answer to the worker's query."""
        ...

    def crashed(self, worker: Worker, status: int) -> None:
        """Hear that a worker ended by itself under a query, with the status of the process."""
        ...

    def changed(self) -> None:
        """Hear that a worker is ready, or that data were loaded or could not be."""
        ...


class Pool:
    """The processes: those of ``current``, those of ``next`` while it loads, and those that drain."""

    def __init__(self, selector: selectors.BaseSelector, listener: Listener, *, usual: int, limits: dict[str, int]):
        """Take the loop's selector, who listens, the usual number of workers, and the limits of each in bytes."""
        self.workers: list[Worker] = []
        self.current: Nursery | None = None
        self.next: Nursery | None = None
        self.problem = failure(StoreError("the data could not be loaded: the process that loads them ended"))
        self.barred = False
        self._selector = selector
        self._listener = listener
        self._usual = usual
        self._limits = limits
        self._nurseries: set[Nursery] = set()
        self._good: Source | None = None  # what was served last, to be loaded again if its nursery ends
        self._failed = -math.inf

    def load(self, source: Source) -> None:
        """Load other data, unless they are served or being loaded already: every server process asks for them."""
        if self.next is not None and self.next.source != source:
            self._forget(self.next)
        if self.next is None and self.current is not None and self.current.source == source:
            self._listener.changed()
        elif self.next is None:
            self._nurse(source)

    def free(self) -> Worker | None:
        """Give a worker that can take a query."""
        return next((each for each in self.workers if each.idle and each.nursery is self.current), None)

    def busy(self) -> list[tuple[Worker, Job]]:
        """Give every worker that runs a query, with the query."""
        return [(worker, worker.job) for worker in self.workers if worker.job is not None]

    def release(self, worker: Worker, now: float) -> None:
        """Let a worker be idle, or go: one of older data, and one whose priority cannot be raised again."""
        worker.job, worker.since = None, now
        if worker.slow or worker.nursery is not self.current:
            self.retire(worker)

    def retire(self, worker: Worker) -> None:
        """Let go of a worker, at once if it is busy; a nursery that is not current ends with its last worker."""
        self.workers.remove(worker)
        self._selector.unregister(worker.connection)
        worker.close()
        nursery = worker.nursery
        if nursery not in (self.current, self.next) and all(each.nursery is not nursery for each in self.workers):
            self._forget(nursery)

    def keep_up(self, now: float) -> None:
        """Keep the usual number of workers, more while some are slow, fewer again after a while."""
        if now < self._failed + _START_SECONDS:
            return
        if self.current is None and self.next is None and self._good is not None:
            self._nurse(self._good)
        nursery = self.current or self.next
        if nursery is None or not nursery.ready:
            return
        mine = [worker for worker in self.workers if worker.nursery is nursery]
        slow = sum(1 for worker in mine if worker.slow and worker.job is not None)
        wanted = self._usual + min(slow, self._usual)
        for _ in range(len(mine), wanted):
            self._add(nursery, now)
        idle = [worker for worker in mine if worker.idle and now - worker.since > _IDLE_SECONDS]
        for worker in idle[: max(0, len(mine) - wanted)]:
            self.retire(worker)

    def close(self) -> None:
        """End every process."""
        for each in self.workers:
            each.close()
        for nursery in self._nurseries:
            nursery.close()

    def _nurse(self, source: Source) -> None:
        nursery = _fork_nursery(source, self._limits, {key.fd for key in self._selector.get_map().values()})
        self._nurseries.add(nursery)
        self.next = nursery
        self._selector.register(nursery.control, selectors.EVENT_READ, lambda: self._report(nursery))

    def _add(self, nursery: Nursery, now: float) -> None:
        try:
            worker = _fork_worker(nursery, now)
        except OSError:
            self._failed = now
            return
        self.workers.append(worker)
        self._selector.register(worker.connection, selectors.EVENT_READ, lambda: self._listen(worker))

    def _report(self, nursery: Nursery) -> None:
        """Take what a nursery says: that it is ready, that it failed, which worker has ended and how."""
        try:
            block = nursery.control.recv(_BLOCK)
            messages = list(nursery.frames.feed(block))
        except BlockingIOError:
            return
        except (OSError, Garbled):
            block, messages = b"", []
        for message in messages:
            if "ready" in message.head:
                nursery.ready = True
                self._add(nursery, time.monotonic())
            elif "failure" in message.head:
                self.problem = message.head
            else:
                for each in [each for each in self.workers if each.pid == message.head["ended"]]:
                    self._bury(each, message.head["status"])
        if not block:
            self._forget(nursery)

    def _listen(self, worker: Worker) -> None:
        """Take what a worker says: that it is ready, or an answer."""
        try:
            block = worker.connection.recv(_BLOCK)
            if not block:
                self._lose(worker)
                return
            for message in worker.frames.feed(block):
                if worker.pid == 0:
                    self._born(worker, message.head)
                elif worker.job is not None:
                    self._listener.answered(worker, message.head, message.body)
        except BlockingIOError:
            return
        except (OSError, Garbled):
            self._lose(worker)

    def _born(self, worker: Worker, head: dict[str, Any]) -> None:
        if "ready" not in head:
            self._lose(worker)
            return
        worker.pid, self.barred = int(head["ready"]), bool(head["barred"])
        worker.since = time.monotonic()
        if worker.nursery is self.next:
            self.current, self.next, self._good = worker.nursery, None, worker.nursery.source
            for each in [each for each in self.workers if each.idle and each.nursery is not self.current]:
                self.retire(each)
        self._listener.changed()

    def _lose(self, worker: Worker) -> None:
        """Note that a worker's socket has closed: how it ended under a query is for its nursery to say, at once."""
        if worker in self.workers and (worker.job is None or worker.nursery not in self._nurseries):
            self._bury(worker, 0)

    def _bury(self, worker: Worker, status: int) -> None:
        if worker.job is not None:
            self._listener.crashed(worker, status)
            return
        if worker.pid == 0:
            self._failed = time.monotonic()
        self.retire(worker)

    def _forget(self, nursery: Nursery) -> None:
        """End a nursery with all its workers; what was served last is loaded again by ``keep_up``."""
        if nursery not in self._nurseries:
            return
        self._nurseries.discard(nursery)
        self._selector.unregister(nursery.control)
        nursery.close()
        for worker in [worker for worker in self.workers if worker.nursery is nursery]:
            self._bury(worker, 0)
        if nursery is self.current:
            self.current = None
        elif nursery is self.next:
            self.next = None
            self._failed = time.monotonic()
            self._listener.changed()


def _fork_nursery(source: Source, limits: dict[str, int], keep: set[int]) -> Nursery:
    """Fork a nursery; ``keep`` are the descriptors of the broker that it must not inherit."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        for descriptor in keep | {ours.fileno()}:
            os.close(descriptor)
        hold(theirs, source, limits)
    theirs.close()
    ours.settimeout(0)
    return Nursery(pid, ours, source)


def _fork_worker(nursery: Nursery, now: float) -> Worker:
    """Have a nursery fork a worker; raise OSError where it does not take the request."""
    ours, theirs = socket.socketpair()
    try:
        socket.send_fds(nursery.control, [b"+"], [theirs.fileno()])
    except OSError:
        ours.close()
        raise
    finally:
        theirs.close()
    ours.settimeout(0)
    return Worker(ours, nursery, now)
