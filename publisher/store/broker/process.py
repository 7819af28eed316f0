"""The broker: one process, one thread, that says who may use which worker, and ends those that pass a limit.

It speaks over a Unix socket in a private folder, so that every server process of a site shares one queue and one set
of limits. It never parses SPARQL, never opens the data, and sees neither queries nor answers: where the board shows a
worker that is free a client asks that; where it shows none, the client asks here and waits.

    client ──claim──▶ queue ──▶ a worker's slot ──▶ client ◀──query, answer──▶ worker
                        │                                          │ deadline, memory, client gone: ended,
                        │ full, or waited too long: Overloaded     │ and another worker is forked

A query that runs longer than a moment gives way: its worker drops in priority, and up to as many workers again are
forked while others wait. So a few endless queries cannot keep a short one from being answered. A worker ends itself
at its deadline, by the kernel's timer; the broker ends it where that fails.
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
from collections import Counter, OrderedDict
from pathlib import Path
from typing import Any

from publisher.errors import Overloaded, QueryTimedOut, RateLimited, ResultTooLarge, StoreError
from publisher.store.broker import walls
from publisher.store.broker.board import make_board, number_of, owner_of
from publisher.store.broker.pool import Pool, Worker
from publisher.store.broker.quota import Job, Queue, Rate
from publisher.store.broker.wire import Frames, Garbled, failure, pack
from publisher.store.source import Source, source_from

SOCKET = "broker.sock"
_BLOCK = 1 << 18
_MOMENT = 0.25  # seconds after which a query counts as slow, and between two looks at its memory
_SOON = 0.02  # seconds between two looks at the queue
_LATE = 1.0  # seconds after its deadline at which a worker is ended from here
_KEPT_SECONDS = 3600.0  # how long an answer's file may lie before it counts as forgotten
_SWEEP_SECONDS = 60.0
_FATES = 1000  # ends of workers that are remembered for who asks
_NICE = 10
_AGAIN = {"again": True}


class Client:
    """A connection of a server process; ``owner`` is its number on the board where it has joined, else 0."""

    def __init__(self, connection: socket.socket):
        """Take the connection."""
        self.connection = connection
        self.frames = Frames()
        self.owner = 0


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
        self._waiting: list[Client] = []  # who waits until the data are loaded
        self._asking: list[tuple[Client, int, int]] = []  # who waits to hear how which worker ends, and over which line
        self._fates: OrderedDict[int, tuple[int, dict[str, Any]]] = OrderedDict()  # by worker: the line, and its end
        self._clients: set[Client] = set()
        self._owners = 0
        self._parent = os.getppid()
        self._swept = self._watched = -math.inf
        self._stopping = False
        self._selector = selectors.DefaultSelector()
        self._board = make_board(folder)
        (folder / SOCKET).unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / SOCKET))
        self._listener.listen(128)
        self._listener.settimeout(0)
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        self._selector.register(0, selectors.EVENT_READ, self._stop)
        self._selector.register(self._board.news, selectors.EVENT_READ, self._freed)
        self._board.rule(share=self._queue.share, slots=0)
        limits = {"memory": self._memory, "answer": int(options["answer"])}
        self._pool = Pool(
            self._selector, self, self._board, usual=int(options["workers"]), limits=limits, folder=folder
        )
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
            if self._stopping:  # else somebody starts another broker in the same folder
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
                self._obey(client, message.said())
        except BlockingIOError:
            return
        except (OSError, Garbled, KeyError, TypeError, ValueError):
            self._leave(client)

    def _obey(self, client: Client, asked: dict[str, Any]) -> None:
        match asked["do"]:
            case "join":
                self._owners += 1
                client.owner = self._owners
                self._tell(client, {"owner": client.owner, "rated": float(self._options["rate"]) > 0})
            case "claim":
                self._claim(client, asked)
            case "link":
                self._link(client, int(asked["worker"]))
            case "fate":
                self._ask(client, int(asked["worker"]), int(asked["line"]))
            case "abandon":
                self._abandon(int(asked["worker"]), int(asked["line"]))
            case "status":
                self._tell(client, self._status())
            case "ready":
                self._waiting.append(client)
                self.changed()

    def _leave(self, client: Client) -> None:
        """Forget a client: what it waits for is no longer run, and what a process that has left runs is ended."""
        if client not in self._clients:
            return
        self._clients.discard(client)
        self._waiting = [waiting for waiting in self._waiting if waiting is not client]
        self._asking = [asking for asking in self._asking if asking[0] is not client]
        self._selector.unregister(client.connection)
        client.connection.close()
        self._counts["left"] += sum(1 for _ in self._queue.of(client))
        for worker, _ in self._pool.busy() if client.owner else ():
            line = self._board.line(worker.slot)
            if owner_of(line) == client.owner:
                self._abandon(worker.number, line)

    def _tell(self, client: Client, head: dict[str, Any]) -> None:
        """Send an answer; a client that does not take it at once is not one of ours."""
        if client not in self._clients:
            return
        frame = pack(head)
        try:
            sent = client.connection.send(frame)
        except OSError:
            sent = -1
        if sent != len(frame):
            self._leave(client)

    # --- who may use which worker

    def _claim(self, client: Client, asked: dict[str, Any]) -> None:
        """Take a query into the queue, or refuse it."""
        now = time.monotonic()
        job = Job(client, int(asked["owner"]), number_of(asked["client"]), float(asked["seconds"]), now)
        wait = self._rate.wait(asked["client"], now)
        if wait:
            self._counts["rate_limited"] += 1
            seconds = math.ceil(wait)
            rate = float(self._options["rate"])
            message = f"this client asks faster than {rate:g} times in a second"
            error = RateLimited(message, retry_after=seconds, limit=rate, unit="perSecond")
            self._tell(client, failure(error))
        elif self._queue.add(job):
            self._dispatch(now)
        else:
            self._counts["refused_full"] += 1
            self._tell(client, failure(self._overloaded("the queue of queries is full", now)))

    def _dispatch(self, now: float) -> None:
        """Give workers that are free to those who wait and may run."""
        running = Counter(self._board.client(worker.slot) for worker, _ in self._pool.busy())
        free: list[Worker] = []
        for worker in self._pool.workers.values():
            if worker.pid and not worker.leaving and not self._board.since(worker.slot):
                if self._is_granted(worker, now):
                    running[worker.client] += 1
                else:
                    free.append(worker)
        while free and (job := self._queue.next(running)) is not None:
            worker = free.pop(0)
            worker.granted, worker.client = now, job.client
            worker.before = sum(self._board.counts(worker.slot))
            self._board.mark(worker.slot, now)
            self._queue.take(job)
            running[job.client] += 1
            self._tell(job.connection, {"slot": worker.slot})
        self._board.wait(len(self._queue))

    def _is_granted(self, worker: Worker, now: float) -> bool:
        """Tell whether an idle worker was given to a client just now that has not come to ask it yet."""
        return now < worker.granted + _SOON and worker.before == sum(self._board.counts(worker.slot))

    def _freed(self) -> None:
        self._board.hear()
        self._dispatch(time.monotonic())

    def _link(self, client: Client, number: int) -> None:
        """Hand a copy of a worker's connection to a process; the worker is 0 where it has ended."""
        worker = self._pool.workers.get(number)
        if worker is None:
            self._tell(client, {"slot": -1})
            return
        with contextlib.suppress(OSError):
            socket.send_fds(client.connection, [pack({"slot": worker.slot})], [worker.connection.fileno()])

    def _ask(self, client: Client, number: int, line: int) -> None:
        """Tell how a worker ended under the query in a line, as soon as that is known, or that it never began it."""
        ran, fate = self._fates.get(number, (0, _AGAIN))
        if number in self._pool.workers and number not in self._fates:
            self._asking.append((client, number, line))
        else:
            self._tell(client, fate if ran == line else _AGAIN)

    def _abandon(self, number: int, line: int) -> None:
        """End a worker whose answer nobody waits for, if it is still that of the line."""
        worker = self._pool.workers.get(number)
        if worker is not None and self._board.since(worker.slot) and self._board.line(worker.slot) == line:
            self._counts["ended_client_gone"] += 1
            self._board.stop(worker.slot)
            self._pool.remove(worker)
            self._refill()

    def _refill(self) -> None:
        self._pool.keep_up(time.monotonic())

    def _overloaded(self, message: str, now: float) -> Overloaded:
        left = (since + self._board.seconds(worker.slot) - now for worker, since in self._pool.busy())
        seconds = max(1, min(30, math.ceil(min(left, default=1.0))))
        fix, limit = f"try again in {seconds} s", int(self._options["queue"])
        return Overloaded(message, retry_after=seconds, limit=limit, unit="queue", fix=fix)

    # --- what the pool tells

    def idle(self, worker: Worker) -> None:
        """Let a worker that is ready be used."""
        self._board.rule(share=self._queue.share, slots=worker.slot + 1)
        self._board.open(worker.slot, worker.number)
        self._dispatch(time.monotonic())

    def ended(self, worker: Worker, status: int) -> None:
        """Note how a worker has ended, for the client whose query it ran."""
        for name, count in zip(("answered", "failed"), self._board.counts(worker.slot), strict=True):
            self._counts[name] += count
        if worker.number not in self._fates:
            ran = self._board.since(worker.slot)
            self._remember(worker, self._reason(worker, status) if ran else None)
        self._board.stop(worker.slot)

    def changed(self) -> None:
        """Tell those who wait for the data that they are loaded, or why they are not."""
        if self._pool.loading is None:
            waiting, self._waiting = self._waiting, []
            for client in waiting:
                self._tell(client, {"ready": True} if self._pool.current else self._pool.problem)

    def _reason(self, worker: Worker, status: int) -> StoreError:
        """Give the failure that the end of a busy worker is to its client."""
        if status == -signal.SIGALRM:
            self._counts["ended_deadline"] += 1
            return _too_long(self._board.seconds(worker.slot))
        if status == -signal.SIGABRT:  # the engine aborts where an allocation is refused
            self._counts["ended_memory"] += 1
            return _too_much(self._memory)
        self._counts["crashed"] += 1
        message = "the engine crashed on this query and was started again"
        return StoreError(message, fix="write the query with less nesting", code="store.crashed")

    def _remember(self, worker: Worker, error: StoreError | None) -> None:
        """Note how a worker has ended, under the query of its last line or idle, and tell those who asked."""
        line = 0 if error is None else self._board.line(worker.slot)
        fate = _AGAIN if error is None else failure(error)
        for client, number, asked in self._asking:
            if number == worker.number:
                self._tell(client, fate if asked == line else _AGAIN)
        self._asking = [each for each in self._asking if each[1] != worker.number]
        self._fates[worker.number] = line, fate
        while len(self._fates) > _FATES:
            self._fates.popitem(last=False)

    # --- time

    def _pause(self) -> float:
        """Give how long to wait for news: a moment, and less while somebody waits."""
        return _SOON if len(self._queue) else _MOMENT

    def _look(self, now: float) -> None:
        """Do what time asks for: deadlines, memory, the queue, enough workers, forgotten files."""
        if now > self._watched + _MOMENT:
            self._watched = now
            for worker, since in self._pool.busy():
                self._watch(worker, since, now)
        for job in list(self._queue.older_than(now - float(self._options["queue_seconds"]))):
            self._counts["refused_waited"] += 1
            self._tell(job.connection, failure(self._overloaded("every worker has been busy for too long", now)))
        if len(self._queue) or self._board.waiting:
            self._dispatch(now)
        self._pool.keep_up(now)
        if now > self._swept + _SWEEP_SECONDS:
            self._swept = now
            _sweep(self._folder)
        self._stopping = self._stopping or os.getppid() != self._parent

    def _watch(self, worker: Worker, since: float, now: float) -> None:
        """End a slow worker that has outgrown its memory or its deadline, and let others go before it."""
        if now <= since + _MOMENT:
            return
        seconds = self._board.seconds(worker.slot)
        if walls.private_bytes(worker.pid) > self._memory:
            self._counts["ended_memory"] += 1
            self._end(worker, _too_much(self._memory))
        elif now > since + seconds + _LATE:
            self._counts["ended_deadline"] += 1
            self._end(worker, _too_long(seconds))
        elif not worker.slow:
            worker.slow = worker.leaving = True
            self._board.leave(worker.slot)
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, worker.pid, _NICE)

    def _end(self, worker: Worker, error: StoreError) -> None:
        self._remember(worker, error)
        self._board.stop(worker.slot)
        self._pool.remove(worker)
        self._refill()

    def _status(self) -> dict[str, Any]:
        now = time.monotonic()
        current = self._pool.current
        counts = Counter(self._counts)
        workers = list(self._pool.workers.values())
        for each in workers:
            for name, count in zip(("answered", "failed"), self._board.counts(each.slot), strict=True):
                counts[name] += count
        return {
            "ready": current is not None,
            "release": current.source.name if current else "",
            "in_memory": current is not None and current.source.index is None,
            "sockets_barred": self._pool.barred,
            "queue": len(self._queue),
            "nursery": current.pid if current else 0,
            "workers": [self._shown(each, now) for each in workers],
            "counts": dict(counts),
        }

    def _shown(self, worker: Worker, now: float) -> dict[str, Any]:
        since = self._board.since(worker.slot)
        moment = since or self._board.last(worker.slot)
        return {"pid": worker.pid, "busy": since != 0.0, "seconds": round(max(0.0, now - moment), 3)}


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
    walls.leave_terminal()
    with open(0, "rb", buffering=0, closefd=False) as stream:
        told = json.loads(stream.readline())
    broker = Broker(Path(told["folder"]), source_from(told["source"]), told["options"])
    os.write(1, b"listening\n")
    broker.run()


if __name__ == "__main__":
    main()
