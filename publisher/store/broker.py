"""The broker: one process, one thread, that gives queries to workers and ends those that pass a limit.

It speaks over a Unix socket in a private folder, so that every server process of a site shares one queue and one set
of limits. It never parses SPARQL and never opens the data. It ends when the process that started it ends.

    client ──query──▶ queue ──▶ worker (idle) ──answer──▶ client
                        │          │ deadline, memory, client gone: SIGKILL, and another worker is forked
                        │ full, or waited too long: Overloaded

A query that runs longer than a moment gives way: its worker drops in priority, and up to as many workers again are
forked while others wait. So a few endless queries cannot keep a short one from being answered.
"""

import contextlib
import json
import math
import os
import selectors
import shutil
import signal
import socket
import time
from collections import Counter
from pathlib import Path
from typing import Any

from publisher.errors import Overloaded, QueryTimedOut, RateLimited, ResultTooLarge, StoreError
from publisher.store import walls
from publisher.store.pool import Nursery, Worker, describe, start_nursery, start_worker
from publisher.store.quota import Job, Queue, Rate
from publisher.store.source import Source, source_from
from publisher.store.wire import Frames, Garbled, failure, pack

SOCKET = "broker.sock"
_BLOCK = 1 << 18
_MOMENT = 0.25  # seconds after which a query counts as slow, and between two looks at its memory
_IDLE_SECONDS = 30.0  # how long a worker above the usual number is kept
_START_SECONDS = 1.0  # between two attempts to start what failed to start
_KEPT_SECONDS = 3600.0  # how long an answer's file may lie before it counts as forgotten
_NICE = 10


class Client:
    """A connection of a server process."""

    def __init__(self, connection: socket.socket):
        """Take the connection."""
        self.connection = connection
        self.frames = Frames()


class Broker:
    """The state of the service and its loop."""

    def __init__(self, folder: Path, source: Source, options: dict[str, Any]):
        """Take the private folder, the data, and the limits by the names of their settings."""
        self._folder = folder
        self._options = options
        self._usual = int(options["workers"])
        self._limits = {"memory": int(options["memory"]), "answer": int(options["answer"])}
        self._rate = Rate(rate=options["rate"], burst=options["burst"])
        self._queue = Queue(bound=int(options["queue"]), share=self._usual)
        self._counts: Counter[str] = Counter()
        self._workers: list[Worker] = []
        self._waiting: list[tuple[Client, Source | None]] = []  # who waits to have which data served (None: any)
        self._clients: set[Client] = set()
        self._numbers = 0
        self._barred = False
        self._parent = os.getppid()
        self._swept = self._failed = self._watched = -math.inf
        self._stopping = False
        self._selector = selectors.DefaultSelector()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / SOCKET))
        self._listener.listen(128)
        self._listener.settimeout(0)
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        self._selector.register(0, selectors.EVENT_READ, self._stop)
        self._nurseries: set[Nursery] = set()
        self._nursery: Nursery | None = None
        self._next: Nursery | None = None
        self._good: Source | None = None  # what was served last, to be loaded again if its nursery ends
        self._problem = failure(StoreError("the data could not be loaded: the process that loads them ended"))
        self._nurse(source)

    def run(self) -> None:
        """Serve until the starting process ends or closes our standard input."""
        try:
            while not self._stopping:
                for key, _ in self._selector.select(self._pause()):
                    key.data()
                self._look(time.monotonic())
        finally:
            for worker in self._workers:
                worker.close()
            for nursery in self._nurseries:
                nursery.close()
            shutil.rmtree(self._folder, ignore_errors=True)

    # --- clients

    def _stop(self) -> None:
        self._stopping = self._stopping or not os.read(0, 4096)

    def _accept(self) -> None:
        with contextlib.suppress(BlockingIOError):
            connection, _ = self._listener.accept()
            connection.settimeout(0)
            client = Client(connection)
            self._clients.add(client)
            self._selector.register(connection, selectors.EVENT_READ, lambda: self._hear(client))

    def _hear(self, client: Client) -> None:
        try:
            block = client.connection.recv(_BLOCK)
            if not block:
                self._leave(client)
                return
            for message in client.frames.feed(block):
                self._obey(client, message.head)
        except BlockingIOError:
            return
        except (OSError, Garbled, KeyError, TypeError, ValueError):
            self._leave(client)

    def _obey(self, client: Client, asked: dict[str, Any]) -> None:
        if asked["do"] == "query":
            self._enqueue(client, asked)
        elif asked["do"] == "status":
            self._tell(client, self._status())
        elif asked["do"] == "ready":
            self._waiting.append((client, None))
            self._announce()
        elif asked["do"] == "reload":
            source = source_from(asked["source"])
            self._waiting.append((client, source))
            self._load(source)

    def _load(self, source: Source) -> None:
        """Load other data, unless they are served or being loaded already: every server process asks for them."""
        if self._next is not None and self._next.source != source:
            self._forget(self._next)
        if self._next is None and self._nursery is not None and self._nursery.source == source:
            self._announce()
        elif self._next is None:
            self._nurse(source)

    def _leave(self, client: Client) -> None:
        """Forget a client: what it waits for is no longer run."""
        if client not in self._clients:
            return
        self._clients.discard(client)
        self._waiting = [waiting for waiting in self._waiting if waiting[0] is not client]
        self._selector.unregister(client.connection)
        client.connection.close()
        self._counts["left"] += sum(1 for _ in self._queue.of(client))
        for worker in [worker for worker in self._workers if worker.job and worker.job.connection is client]:
            self._counts["ended_client_gone"] += 1
            self._end(worker)

    def _tell(self, client: Client, head: dict[str, Any], body: bytes = b"") -> None:
        """Send an answer; a client that does not take it at once is not one of ours."""
        if client not in self._clients:
            return
        frame = pack(head, body)
        try:
            sent = client.connection.send(frame)
        except OSError:
            sent = -1
        if sent != len(frame):
            self._leave(client)

    # --- queries

    def _enqueue(self, client: Client, asked: dict[str, Any]) -> None:
        now = time.monotonic()
        who = asked["limits"].get("client")
        self._counts["queries"] += 1
        wait = self._rate.wait(who, now)
        if wait:
            self._counts["rate_limited"] += 1
            seconds = math.ceil(wait)
            error = RateLimited("this client asks faster than its rate", retry_after=seconds)
            self._tell(client, failure(error))
            return
        self._numbers += 1
        asked["path"] = str(self._folder / f"{self._numbers}.answer")
        job = Job(self._numbers, client, asked, float(asked["limits"]["seconds"]), who, now)
        if not self._queue.add(job):
            self._counts["refused_full"] += 1
            self._tell(client, failure(self._overloaded("the queue of queries is full", now)))
            return
        self._dispatch(now)

    def _dispatch(self, now: float) -> None:
        while (job := self._queue.peek()) is not None:
            worker = next((each for each in self._workers if each.idle and each.nursery is self._nursery), None)
            if worker is None:
                return
            self._queue.start(job)
            try:
                worker.ask(job, now)
            except OSError:
                self._lose(worker)

    def _overloaded(self, message: str, now: float) -> Overloaded:
        left = (each.job.seconds - (now - each.since) for each in self._workers if each.job is not None)
        seconds = max(1, min(30, math.ceil(min(left, default=1.0))))
        return Overloaded(message, retry_after=seconds, fix=f"try again in {seconds} s")

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
                    self._finish(worker, message.head, message.body)
        except BlockingIOError:
            return
        except (OSError, Garbled):
            self._lose(worker)

    def _born(self, worker: Worker, head: dict[str, Any]) -> None:
        if "ready" not in head:
            self._lose(worker)
            return
        worker.pid, self._barred = int(head["ready"]), bool(head["barred"])
        worker.since = time.monotonic()
        if worker.nursery is self._next:
            self._switch(self._next)
        self._dispatch(time.monotonic())

    def _finish(self, worker: Worker, head: dict[str, Any], body: bytes) -> None:
        job, now = worker.job, time.monotonic()
        if job is None:
            return
        self._counts["failed" if "failure" in head else "answered"] += 1
        if "timings" in head:
            head["timings"]["queue"] = (worker.since - job.queued) * 1e3
            head["release"] = worker.nursery.source.name
        worker.job, worker.since = None, now
        self._queue.done(job)
        if worker.slow or worker.nursery is not self._nursery:  # priority cannot be raised again
            self._retire(worker)
        self._tell(job.connection, head, body)
        if job.connection not in self._clients:
            Path(job.asked["path"]).unlink(missing_ok=True)
        self._dispatch(now)

    # --- processes

    def _nurse(self, source: Source) -> None:
        keep = {key.fd for key in self._selector.get_map().values()}
        nursery = start_nursery(source, self._limits, keep)
        self._nurseries.add(nursery)
        self._next = nursery
        self._selector.register(nursery.control, selectors.EVENT_READ, lambda: self._report(nursery))

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
                self._problem = message.head
            else:
                ended = [worker for worker in self._workers if worker.pid == message.head["ended"]]
                for worker in ended:
                    self._bury(worker, message.head["status"])
        if not block:
            self._forget(nursery)

    def _forget(self, nursery: Nursery) -> None:
        """End a nursery with all its workers; what was served last is loaded again by ``_keep_up``."""
        if nursery not in self._nurseries:
            return
        self._nurseries.discard(nursery)
        self._selector.unregister(nursery.control)
        nursery.close()
        for worker in [worker for worker in self._workers if worker.nursery is nursery]:
            self._lose(worker)
        if nursery is self._nursery:
            self._nursery = None
        elif nursery is self._next:
            self._next = None
            self._failed = time.monotonic()
            self._announce()

    def _switch(self, fresh: Nursery) -> None:
        """Make a nursery whose first worker is ready the current one, and drain the one before."""
        self._nursery, self._next, self._good = fresh, None, fresh.source
        for worker in [worker for worker in self._workers if worker.idle and worker.nursery is not fresh]:
            self._retire(worker)
        self._announce()

    def _announce(self) -> None:
        """Tell those who wait for the data that they are there, or why they are not."""
        if self._next is not None:
            return
        waiting, self._waiting = self._waiting, []
        for client, wanted in waiting:
            served = self._nursery is not None and wanted in (None, self._nursery.source)
            self._tell(client, {"ready": True} if served else self._problem)

    def _add(self, nursery: Nursery, now: float) -> None:
        try:
            worker = start_worker(nursery, now)
        except OSError:
            self._failed = now
            return
        self._workers.append(worker)
        self._selector.register(worker.connection, selectors.EVENT_READ, lambda: self._listen(worker))

    def _retire(self, worker: Worker) -> None:
        """Let go of a worker; a nursery that is not current ends with its last worker."""
        self._workers.remove(worker)
        self._selector.unregister(worker.connection)
        worker.close()
        nursery = worker.nursery
        if nursery not in (self._nursery, self._next) and all(each.nursery is not nursery for each in self._workers):
            self._forget(nursery)

    def _end(self, worker: Worker, error: StoreError | None = None) -> None:
        """End a busy worker at once, tell its client why, and remove what it has written."""
        self._retire(worker)
        job, worker.job = worker.job, None
        if job is not None:
            self._queue.done(job)
            Path(job.asked["path"]).unlink(missing_ok=True)
            if error is not None:
                self._tell(job.connection, failure(error))
        now = time.monotonic()
        self._keep_up(now)
        self._dispatch(now)

    def _lose(self, worker: Worker) -> None:
        """Note that a worker has ended by itself."""
        if worker not in self._workers:
            return
        if worker.job is None:
            self._failed = time.monotonic() if worker.pid == 0 else self._failed
            self._retire(worker)
            return
        if worker.nursery not in self._nurseries:  # else the nursery says in a moment how it ended
            self._bury(worker, 0)

    def _bury(self, worker: Worker, status: int) -> None:
        """Tell a client why the worker that ran its query has ended by itself."""
        limit = self._limits["memory"]
        if worker.job is None:
            self._retire(worker)
        elif status == -signal.SIGABRT:  # the engine aborts where an allocation is refused
            self._counts["ended_memory"] += 1
            self._end(worker, _too_much(limit))
        else:
            self._counts["crashed"] += 1
            message = "the engine crashed on this query and was started again"
            self._end(worker, StoreError(message, fix="write the query with less nesting", code="store.crashed"))

    # --- time

    def _pause(self) -> float:
        """Give how long to wait for news: until the next deadline, or a moment while anything runs."""
        now = time.monotonic()
        ends = [each.since + each.job.seconds - now for each in self._workers if each.job is not None]
        return max(0.0, min([*ends, _MOMENT])) if ends or len(self._queue) else 1.0

    def _look(self, now: float) -> None:
        """Do what time asks for: deadlines, memory, the queue, enough workers, forgotten files."""
        for worker in [worker for worker in self._workers if worker.job is not None]:
            self._time(worker, now)
        if now > self._watched + _MOMENT:
            self._watched = now
            for worker in [worker for worker in self._workers if worker.job and now > worker.since + _MOMENT]:
                self._watch(worker)
        for job in list(self._queue.older_than(now - float(self._options["queue_seconds"]))):
            self._counts["refused_waited"] += 1
            self._tell(job.connection, failure(self._overloaded("every worker has been busy for too long", now)))
        self._keep_up(now)
        if now - self._swept > _KEPT_SECONDS / 60:
            self._swept = now
            self._sweep()
        self._stopping = self._stopping or os.getppid() != self._parent

    def _time(self, worker: Worker, now: float) -> None:
        """End a worker whose query has passed its deadline."""
        if worker.job is not None and now >= worker.since + worker.job.seconds:
            self._counts["ended_deadline"] += 1
            seconds = worker.job.seconds
            message = f"the query ran for {seconds:g} s and was ended"
            fix = "narrow it: name a graph or a class, or add a LIMIT"
            self._end(worker, QueryTimedOut(message, seconds=seconds, fix=fix))

    def _watch(self, worker: Worker) -> None:
        """End a slow worker that has outgrown its memory, and let others go before it."""
        limit = self._limits["memory"]
        if walls.private_bytes(worker.pid) > limit:
            self._counts["ended_memory"] += 1
            self._end(worker, _too_much(limit))
        elif not worker.slow:
            worker.slow = True
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, worker.pid, _NICE)

    def _keep_up(self, now: float) -> None:
        """Keep the usual number of workers, more while queries wait behind slow ones, fewer again after a while."""
        if now < self._failed + _START_SECONDS:
            return
        if self._nursery is None and self._next is None and self._good is not None:
            self._nurse(self._good)
        nursery = self._nursery or self._next
        if nursery is None or not nursery.ready:
            return
        mine = [worker for worker in self._workers if worker.nursery is nursery]
        slow = sum(1 for worker in mine if worker.slow and worker.job is not None)
        wanted = self._usual + min(slow, self._usual)
        for _ in range(len(mine), wanted):
            self._add(nursery, now)
        idle = [worker for worker in mine if worker.idle and now - worker.since > _IDLE_SECONDS]
        for worker in idle[: max(0, len(mine) - wanted)]:
            self._retire(worker)

    def _sweep(self) -> None:
        limit = time.time() - _KEPT_SECONDS
        for path in self._folder.glob("*.answer"):
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < limit:
                    path.unlink()

    def _status(self) -> dict[str, Any]:
        now = time.monotonic()
        nursery = self._nursery
        return {
            "ready": nursery is not None,
            "release": nursery.source.name if nursery else "",
            "in_memory": nursery is not None and nursery.source.index is None,
            "sockets_barred": self._barred,
            "queue": len(self._queue),
            "nursery": nursery.pid if nursery else 0,
            "workers": [describe(worker, now) for worker in self._workers],
            "counts": dict(self._counts),
        }


def _too_much(limit: int) -> ResultTooLarge:
    message = f"the query needed more than {limit >> 20} MiB of memory and was ended"
    return ResultTooLarge(message, limit=limit, unit="memory", fix="group or sort fewer rows")


def main() -> None:
    """Run a broker as its first line of standard input describes it."""
    with open(0, "rb", buffering=0, closefd=False) as stream:
        told = json.loads(stream.readline())
    broker = Broker(Path(told["folder"]), source_from(told["source"]), told["options"])
    os.write(1, b"listening\n")
    broker.run()


if __name__ == "__main__":
    main()
