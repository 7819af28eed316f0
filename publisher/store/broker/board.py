"""The board: what each worker does now, in memory that every process of a site shares.

    process ──pick──▶ a worker that is idle, or soon will be ──▶ its line ──▶ the worker notes what it begins and ends

So a query needs nobody's leave while workers are free, and costs no other process a moment. Where queries wait in the
broker's queue nobody picks, and a worker that ends one tells the broker by the pipe. The board refuses to decide
anything: who may ask, how long, and what becomes of a worker is the broker's.

It is a file of 128 bytes for the site and for each worker, in words of 8 bytes of the machine's own order. Each word is
written by one process: those of a query by its worker, ``number`` and ``leave`` by the broker. Only ``marked`` is
anybody's; it tells others that the worker will begin a query in a moment, and is believed no longer than that.
"""

import contextlib
import hashlib
import mmap
import os
from collections.abc import Mapping, Sized
from pathlib import Path

BOARD = "board"
NEWS = "news"
SLOTS = 1023
MOMENT = 0.01  # seconds that a query may take while others wait in its worker's line; most take less
_BELIEVED = 0.001  # seconds from asking a worker until it has noted that it begins
_WORDS = 16
_NUMBER, _LINE, _LEAVE, _SINCE, _LAST, _SECONDS, _CLIENT, _ANSWERED, _FAILED, _MARKED = range(10)
_BYTES = (SLOTS + 1) * _WORDS * 8
_OWNERS = 32  # bits of a line's number that are not its process's


class Board:
    """The board of one broker, as one process sees it; safe to use from several threads."""

    __slots__ = ("_counts", "_map", "_seconds", "news")

    def __init__(self, folder: Path):
        """Open the board in a broker's folder; raise OSError where there is none."""
        descriptor = os.open(folder / BOARD, os.O_RDWR)
        try:
            self._map = mmap.mmap(descriptor, _BYTES)
        finally:
            os.close(descriptor)
        self._counts = memoryview(self._map).cast("Q")
        self._seconds = memoryview(self._map).cast("d")
        self.news = os.open(folder / NEWS, os.O_RDWR | os.O_NONBLOCK)

    def __del__(self) -> None:
        """Close the pipe with the last thread that looks at the board; the memory goes by itself."""
        if hasattr(self, "news"):
            os.close(self.news)

    # --- who is asked

    def pick(self, owner: int, client: int, asked: Mapping[int, Sized], now: float) -> int | None:
        """Give the slot of a worker to ask: an idle one, else one that ends its query soon; None where none does.

        ``asked`` are the queries that the process ``owner`` has in each worker's line. A client that runs as many as it
        may gets no idle worker: what it asks comes after what it runs.
        """
        found, fewest, slots = None, 0, self._counts[1]
        full: bool | None = None
        for step in range(slots):
            slot = (owner + step) % slots
            at = (slot + 1) * _WORDS
            if not self._counts[at + _NUMBER] or self._counts[at + _LEAVE]:
                continue
            since, mine = self._seconds[at + _SINCE], len(asked.get(slot, ()))
            if since == 0.0 and full is None:
                full = self._has_its_share(client)
            if since == 0.0 and not full and not mine and now - self._seconds[at + _MARKED] > _BELIEVED:
                found = slot
                break
            young = now - since < MOMENT if since else not full
            if young and (found is None or mine < fewest):
                found, fewest = slot, mine
        if found is not None:
            self.mark(found, now)
        return found

    def mark(self, slot: int, now: float) -> None:
        """Tell others that the worker is asked now."""
        self._seconds[(slot + 1) * _WORDS + _MARKED] = now

    def tell(self) -> None:
        """Wake the broker, where queries wait that a worker is free for."""
        with contextlib.suppress(BlockingIOError):
            os.write(self.news, b"+")

    def hear(self) -> None:
        """Take in what woke the broker."""
        with contextlib.suppress(BlockingIOError):
            os.read(self.news, 4096)

    # --- the site

    def rule(self, *, share: int, slots: int) -> None:
        """Note how many queries of one client may run at once, and how many slots are in use."""
        self._counts[0], self._counts[1] = share, max(slots, self._counts[1])

    @property
    def waiting(self) -> bool:
        """Tell whether queries wait in the broker's queue, who are served before those that come now."""
        return self._counts[2] != 0

    def wait(self, queries: int) -> None:
        """Note how many queries wait in the broker's queue."""
        self._counts[2] = queries

    def _has_its_share(self, client: int) -> bool:
        """Tell whether a client runs as many queries as it may; the site itself never does."""
        if not client:
            return False
        slots = range(self._counts[1])
        running = sum(1 for slot in slots if self.client(slot) == client and self.since(slot))
        return running >= self._counts[0]

    # --- workers, by slot

    def begin(self, slot: int, *, line: int, now: float, seconds: float, client: int) -> None:
        """Note that a query begins: whose it is, and how many seconds it may run from ``now`` on."""
        at = (slot + 1) * _WORDS
        self._counts[at + _LINE] = line
        self._counts[at + _CLIENT] = client
        self._seconds[at + _SECONDS] = seconds
        self._seconds[at + _SINCE] = now

    def end(self, slot: int, *, now: float, failed: bool) -> None:
        """Note that the query has ended, answered or failed."""
        at = (slot + 1) * _WORDS
        self._counts[at + (_FAILED if failed else _ANSWERED)] += 1
        self._seconds[at + _LAST] = now
        self._seconds[at + _SINCE] = 0.0

    def stop(self, slot: int) -> None:
        """Note that the query has ended without an answer, with its worker."""
        self._seconds[(slot + 1) * _WORDS + _SINCE] = 0.0

    def clear(self, slot: int, now: float) -> None:
        """Empty a slot, for a worker that is made now or because one is no more: nobody picks it."""
        at = (slot + 1) * _WORDS
        for word in range(_WORDS):
            self._counts[at + word] = 0
        self._seconds[at + _LAST] = now

    def open(self, slot: int, number: int) -> None:
        """Let the worker of a slot be picked."""
        self._counts[(slot + 1) * _WORDS + _NUMBER] = number

    def number(self, slot: int) -> int:
        """Give the number of the worker of a slot; 0 where there is none that may be asked."""
        return self._counts[(slot + 1) * _WORDS + _NUMBER]

    def leave(self, slot: int) -> None:
        """Have the worker end with its query."""
        self._counts[(slot + 1) * _WORDS + _LEAVE] = 1

    def leaves(self, slot: int) -> bool:
        """Tell whether the worker is to end with its query."""
        return self._counts[(slot + 1) * _WORDS + _LEAVE] != 0

    def line(self, slot: int) -> int:
        """Give the number of the line whose query the worker runs or ran last."""
        return self._counts[(slot + 1) * _WORDS + _LINE]

    def client(self, slot: int) -> int:
        """Give the number of the client whose query the worker runs or ran last; 0 is the site itself."""
        return self._counts[(slot + 1) * _WORDS + _CLIENT]

    def since(self, slot: int) -> float:
        """Give the moment at which the worker's query began; 0.0 while it is idle."""
        return self._seconds[(slot + 1) * _WORDS + _SINCE]

    def last(self, slot: int) -> float:
        """Give the moment at which the worker became idle."""
        return self._seconds[(slot + 1) * _WORDS + _LAST]

    def seconds(self, slot: int) -> float:
        """Give how long the worker's query may run."""
        return self._seconds[(slot + 1) * _WORDS + _SECONDS]

    def counts(self, slot: int) -> tuple[int, int]:
        """Give how many queries the worker has answered, and how many have failed."""
        at = (slot + 1) * _WORDS
        return self._counts[at + _ANSWERED], self._counts[at + _FAILED]


def make_board(folder: Path) -> Board:
    """Make an empty board in a broker's folder, in the place of one that a broker before left there."""
    for name in (BOARD, NEWS):
        (folder / name).unlink(missing_ok=True)
    (folder / BOARD).write_bytes(bytes(_BYTES))
    os.mkfifo(folder / NEWS, 0o600)
    return Board(folder)


def line_of(owner: int, count: int) -> int:
    """Give the number of a line of a process."""
    return owner << _OWNERS | count


def owner_of(line: int) -> int:
    """Give the number of the process that a line is of."""
    return line >> _OWNERS


def number_of(client: str | None) -> int:
    """Give the number of a client on the board; None, the site itself, is 0."""
    if client is None:
        return 0
    return int.from_bytes(hashlib.blake2b(client.encode(), digest_size=8).digest()) or 1
