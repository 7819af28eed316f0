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
from publisher.store.pool import Pool, Worker
from publisher.store.quota import Job, Queue, Rate
from publisher.store.source import Source, source_from
from publisher.store.wire import Frames, Garbled, failure, pack

SOCKET = "broker.sock"
_BLOCK = 1 << 18
_MOMENT = 0.25  # seconds after which a query counts as slow, and between two looks at its memory
_KEPT_SECONDS = 3600.0  # how long an answer's file may lie before it counts as forgotten
_SWEEP_SECONDS = 60.0
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
        self._memory = int(options["memory"])
        self._rate = Rate(rate=options["rate"], burst=options["burst"])
        self._queue = Queue(bound=int(options["queue"]), share=int(options["workers"]))
        self._counts: Counter[str] = Counter()
        self._waiting: list[tuple[Client, Source | None]] = []  # who waits to have which data served (None: any)
        self._clients: set[Client] = set()
        self._numbers = 0
        self._parent = os.getppid()
        self._swept = self._watched = -math.inf
        self._stopping = False
        self._selector = selectors.DefaultSelector()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / SOCKET))
        self._listener.listen(128)
        self._listener.settimeout(0)
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        self._selector.register(0, selectors.EVENT_READ, self._stop)
        limits = {"memory": self._memory, "answer": int(options["answer"])}
        self._pool = Pool(self._selector, self, usual=int(options["workers"]), limits=limits)
        self._pool.load(source)

    def run(self) -> None:
        """Serve until the starting process ends or closes our standard input."""
        try:
            while not self._stopping:
                for key, _ in self._selector.select(self._pause()):
                    key.data()
                self._look(time.monotonic())
        finally:
            self._pool.close()
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
            self.changed()
        elif asked["do"] == "reload":
            source = source_from(asked["source"])
            self._waiting.append((client, source))
            self._pool.load(source)

    def _leave(self, client: Client) -> None:
        """Forget a client: what it waits for is no longer run."""
        if client not in self._clients:
            return
        self._clients.discard(client)
        self._waiting = [waiting for waiting in self._waiting if waiting[0] is not client]
        self._selector.unregister(client.connection)
        client.connection.close()
        self._counts["left"] += sum(1 for _ in self._queue.of(client))
        for worker, job in self._pool.busy():
            if job.connection is client:
                self._counts["ended_client_gone"] += 1
                self._end(worker, job)

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
            worker = self._pool.free()
            if worker is None:
                return
            self._queue.start(job)
            try:
                worker.ask(job, now)
            except OSError:
                self.crashed(worker, 0)

    def _overloaded(self, message: str, now: float) -> Overloaded:
        left = (job.seconds - (now - worker.since) for worker, job in self._pool.busy())
        seconds = max(1, min(30, math.ceil(min(left, default=1.0))))
        return Overloaded(message, retry_after=seconds, fix=f"try again in {seconds} s")

    def answered(self, worker: Worker, head: dict[str, Any], body: bytes) -> None:
        """Send a worker's answer to who asked, and let the next query run."""
        job, now = worker.job, time.monotonic()
        if job is None:
            return
        self._counts["failed" if "failure" in head else "answered"] += 1
        if "timings" in head:
            head["timings"]["queue"] = (worker.since - job.queued) * 1e3
            head["release"] = worker.nursery.source.name
        self._queue.done(job)
        self._pool.release(worker, now)
        self._tell(job.connection, head, body)
        if job.connection not in self._clients:
            Path(job.asked["path"]).unlink(missing_ok=True)
        self._dispatch(now)

    def crashed(self, worker: Worker, status: int) -> None:
        """Tell a client why the worker that ran its query has ended by itself."""
        job = worker.job
        if job is None:
            return
        if status == -signal.SIGABRT:  # the engine aborts where an allocation is refused
            self._counts["ended_memory"] += 1
            self._end(worker, job, _too_much(self._memory))
        else:
            self._counts["crashed"] += 1
            message = "the engine crashed on this query and was started again"
            error = StoreError(message, fix="write the query with less nesting", code="store.crashed")
            self._end(worker, job, error)

    def changed(self) -> None:
        """Tell those who wait for data that they are served, or why they are not, and let queries run."""
        if self._pool.next is None:
            waiting, self._waiting = self._waiting, []
            current = self._pool.current
            for client, wanted in waiting:
                served = current is not None and wanted in (None, current.source)
                self._tell(client, {"ready": True} if served else self._pool.problem)
        self._dispatch(time.monotonic())

    def _end(self, worker: Worker, job: Job, error: StoreError | None = None) -> None:
        """End a busy worker at once, tell its client why, and remove what it has written."""
        if worker not in self._pool.workers:
            return
        self._pool.retire(worker)
        self._queue.done(job)
        Path(job.asked["path"]).unlink(missing_ok=True)
        if error is not None:
            self._tell(job.connection, failure(error))
        now = time.monotonic()
        self._pool.keep_up(now)
        self._dispatch(now)

    # --- time

    def _pause(self) -> float:
        """Give how long to wait for news: until the next deadline, or a moment while anything runs."""
        now = time.monotonic()
        ends = [worker.since + job.seconds - now for worker, job in self._pool.busy()]
        return max(0.0, min([*ends, _MOMENT])) if ends or len(self._queue) else 1.0

    def _look(self, now: float) -> None:
        """Do what time asks for: deadlines, memory, the queue, enough workers, forgotten files."""
        for worker, job in self._pool.busy():
            if now >= worker.since + job.seconds:
                self._counts["ended_deadline"] += 1
                self._end(worker, job, _too_long(job.seconds))
        if now > self._watched + _MOMENT:
            self._watched = now
            for worker, job in self._pool.busy():
                if now > worker.since + _MOMENT:
                    self._watch(worker, job)
        for job in list(self._queue.older_than(now - float(self._options["queue_seconds"]))):
            self._counts["refused_waited"] += 1
            self._tell(job.connection, failure(self._overloaded("every worker has been busy for too long", now)))
        self._pool.keep_up(now)
        if now > self._swept + _SWEEP_SECONDS:
            self._swept = now
            _sweep(self._folder)
        self._stopping = self._stopping or os.getppid() != self._parent

    def _watch(self, worker: Worker, job: Job) -> None:
        """End a slow worker that has outgrown its memory, and let others go before it."""
        if walls.private_bytes(worker.pid) > self._memory:
            self._counts["ended_memory"] += 1
            self._end(worker, job, _too_much(self._memory))
        elif not worker.slow:
            worker.slow = True
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, worker.pid, _NICE)

    def _status(self) -> dict[str, Any]:
        now = time.monotonic()
        current = self._pool.current
        return {
            "ready": current is not None,
            "release": current.source.name if current else "",
            "in_memory": current is not None and current.source.index is None,
            "sockets_barred": self._pool.barred,
            "queue": len(self._queue),
            "nursery": current.pid if current else 0,
            "workers": [
                {"pid": each.pid, "busy": each.job is not None, "seconds": round(now - each.since, 3)}
                for each in self._pool.workers
            ],
            "counts": dict(self._counts),
        }


def _sweep(folder: Path) -> None:
    """Remove the files of answers that nobody discarded."""
    limit = time.time() - _KEPT_SECONDS
    for path in folder.glob("*.answer"):
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < limit:
                path.unlink()


def _too_long(seconds: float) -> QueryTimedOut:
    fix = "narrow it: name a graph or a class, or add a LIMIT"
    return QueryTimedOut(f"the query ran for {seconds:g} s and was ended", seconds=seconds, fix=fix)


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
