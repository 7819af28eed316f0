"""The broker's side of its processes: nurseries, the workers forked from them, and how each is ended.

It refuses to decide anything: when to start, ask or end a worker is the broker's choice.
"""

import os
import socket
from dataclasses import dataclass, field
from typing import Any

from publisher.store import walls, worker
from publisher.store.quota import Job
from publisher.store.source import Source
from publisher.store.wire import Frames, pack

_SEND_SECONDS = 5.0


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
    """One worker as the broker sees it; ``pid`` is 0 until it has said that it is ready."""

    connection: socket.socket
    nursery: Nursery
    born: float
    pid: int = 0
    job: Job | None = None
    since: float = 0.0
    slow: bool = False
    frames: Frames = field(default_factory=Frames)

    @property
    def idle(self) -> bool:
        """Tell whether it is ready and has nothing to do."""
        return self.pid != 0 and self.job is None

    def ask(self, job: Job, now: float) -> None:
        """Give it a query; raise OSError where it does not take it."""
        self.job, self.since, self.slow = job, now, False
        self.connection.settimeout(_SEND_SECONDS)
        self.connection.sendall(pack(job.asked))
        self.connection.settimeout(0)

    def close(self) -> None:
        """End it: at once where it is busy, by closing its socket where it is idle."""
        if self.pid and self.job is not None:
            walls.end(self.pid)
        self.connection.close()


def start_nursery(source: Source, limits: dict[str, int], keep: set[int]) -> Nursery:
    """Fork a nursery; ``keep`` are the descriptors of the broker that it must not inherit."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        for descriptor in keep | {ours.fileno()}:
            os.close(descriptor)
        worker.nursery(theirs, source, limits)
    theirs.close()
    ours.settimeout(0)
    return Nursery(pid, ours, source)


def start_worker(nursery: Nursery, now: float) -> Worker:
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


def describe(worker: Worker, now: float) -> dict[str, Any]:
    """Give what a worker does, for the status of the service."""
    return {"pid": worker.pid, "busy": worker.job is not None, "seconds": round(now - worker.since, 3)}
