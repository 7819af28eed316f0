"""How much one client may ask: a token bucket for each, and a fair queue for all.

Time is passed in. A client of None (0 by number) is the site itself, which is not limited.
"""

from collections import OrderedDict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_CLIENTS = 10_000


class Rate:
    """A token bucket for each client: ``burst`` queries at once, then ``rate`` in a second; a rate of 0 is no limit."""

    def __init__(self, *, rate: float, burst: int):
        """Take the rate and the burst."""
        self._rate = rate
        self._burst = max(1, burst)
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str | None, now: float) -> float:
        """Take a token and give 0.0, or give the seconds until there is one."""
        if client is None or self._rate <= 0:
            return 0.0
        level, since = self._levels.pop(client, (float(self._burst), now))
        level = min(float(self._burst), level + (now - since) * self._rate)
        short = max(0.0, (1.0 - level) / self._rate)
        self._levels[client] = (level if short else level - 1.0, now)
        if len(self._levels) > _CLIENTS:
            self._levels.popitem(last=False)
        return short


@dataclass(slots=True, eq=False)
class Job:
    """A query that waits for a worker: the connection that hears of it, the process and the client it is of."""

    connection: Any
    owner: int
    client: int
    seconds: float
    queued: float


@dataclass(slots=True)
class Queue:
    """Queries that wait, first in first out, but a client who runs ``share`` queries already waits behind others."""

    bound: int
    share: int
    _jobs: deque[Job] = field(default_factory=deque)

    def __len__(self) -> int:
        """Give how many wait."""
        return len(self._jobs)

    def add(self, job: Job) -> bool:
        """Take a query; False where the queue is full, or half full of this client's own."""
        own = sum(1 for other in self._jobs if other.client == job.client) if job.client else 0
        if len(self._jobs) >= self.bound or own > self.bound // 2:
            return False
        self._jobs.append(job)
        return True

    def next(self, running: Mapping[int, int]) -> Job | None:
        """Give the next query that may run, where clients run so many already, and leave it in the queue."""
        free = (job for job in self._jobs if not job.client or running.get(job.client, 0) < self.share)
        return next(free, None)

    def take(self, job: Job) -> None:
        """Take a query out of the queue because it runs now."""
        self._jobs.remove(job)

    def older_than(self, moment: float) -> Iterator[Job]:
        """Take out and give every query that was queued before a moment."""
        while self._jobs and self._jobs[0].queued < moment:
            yield self._jobs.popleft()

    def of(self, connection: object) -> Iterator[Job]:
        """Take out and give every query of a connection."""
        for job in [job for job in self._jobs if job.connection is connection]:
            self._jobs.remove(job)
            yield job
