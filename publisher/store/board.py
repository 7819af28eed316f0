"""The board: what each worker does now, in memory that every process of a site shares, and the tokens of idle ones.

    token in the pipe ──take──▶ who took it asks that worker ──give──▶ token in the pipe

The kernel hands each token to one taker, so a query that finds an idle worker needs nobody's leave, and costs no other
process a moment. Where queries wait in the broker's queue, whoever is done hands the worker to the broker instead. The
board refuses to decide anything: who may ask, how long, and what becomes of a worker is the broker's.

It is a file of 64 bytes for the site and for each worker, in words of 8 bytes of the machine's own order, each written
by one process at a time: by whoever holds the worker's token, but ``leave``, which is the broker's.
"""

import contextlib
import hashlib
import mmap
import os
import struct
from pathlib import Path

BOARD = "board"
TOKENS = "tokens"
SLOTS = 1023
_WORDS = 8
_OWNER, _LEAVE, _SINCE, _LAST, _SECONDS, _CLIENT, _ANSWERED, _FAILED = range(_WORDS)
_BYTES = (SLOTS + 1) * _WORDS * 8
_TOKEN = struct.Struct("=I")
_MANY = _TOKEN.size * 1024


class Board:
    """The board of one broker, as one process sees it; safe to use from several threads."""

    __slots__ = ("_counts", "_map", "_seconds", "tokens")

    def __init__(self, folder: Path):
        """Open the board in a broker's folder; raise OSError where there is none."""
        descriptor = os.open(folder / BOARD, os.O_RDWR)
        try:
            self._map = mmap.mmap(descriptor, _BYTES)
        finally:
            os.close(descriptor)
        self._counts = memoryview(self._map).cast("Q")
        self._seconds = memoryview(self._map).cast("d")
        self.tokens = os.open(folder / TOKENS, os.O_RDWR | os.O_NONBLOCK)

    def __del__(self) -> None:
        """Close the pipe with the last thread that looks at the board; the memory goes by itself."""
        if hasattr(self, "tokens"):
            os.close(self.tokens)

    # --- tokens

    def take(self) -> int | None:
        """Take the token of an idle worker and give its number, or None where none is idle."""
        with contextlib.suppress(BlockingIOError):
            token = os.read(self.tokens, _TOKEN.size)
            if len(token) == _TOKEN.size:
                return int(_TOKEN.unpack(token)[0])
        return None

    def give(self, number: int) -> None:
        """Put the token of a worker that is idle now into the pipe."""
        os.write(self.tokens, _TOKEN.pack(number))

    def withdraw(self, number: int) -> bool:
        """Take the token of this one worker out of the pipe; False where it is not there."""
        held = b""
        with contextlib.suppress(BlockingIOError):
            held = os.read(self.tokens, _MANY)
        numbers = [each for (each,) in _TOKEN.iter_unpack(held)]
        for each in numbers:
            if each != number:
                self.give(each)
        return number in numbers

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

    def has_its_share(self, client: int) -> bool:
        """Tell whether a client runs as many queries as it may; the site itself never does."""
        if not client:
            return False
        slots = range(self._counts[1])
        running = sum(1 for slot in slots if self.client(slot) == client and self.since(slot))
        return running >= self._counts[0]

    # --- workers, by slot

    def begin(self, slot: int, *, owner: int, now: float, seconds: float, client: int) -> None:
        """Note that a query begins: whose it is, and how many seconds it may run from ``now`` on."""
        at = (slot + 1) * _WORDS
        self._counts[at + _OWNER] = owner
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
        """Begin a slot for a worker that has just become idle for the first time."""
        at = (slot + 1) * _WORDS
        for word in range(_WORDS):
            self._counts[at + word] = 0
        self._seconds[at + _LAST] = now

    def leave(self, slot: int) -> None:
        """Have whoever ends the worker's next query give it back to the broker."""
        self._counts[(slot + 1) * _WORDS + _LEAVE] = 1

    def leaves(self, slot: int) -> bool:
        """Tell whether the worker has to go back to the broker."""
        return self._counts[(slot + 1) * _WORDS + _LEAVE] != 0

    def owner(self, slot: int) -> int:
        """Give the number of the process whose query the worker runs or ran last."""
        return self._counts[(slot + 1) * _WORDS + _OWNER]

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
    for name in (BOARD, TOKENS):
        (folder / name).unlink(missing_ok=True)
    (folder / BOARD).write_bytes(bytes(_BYTES))
    os.mkfifo(folder / TOKENS, 0o600)
    return Board(folder)


def number_of(client: str | None) -> int:
    """Give the number of a client on the board; None, the site itself, is 0."""
    if client is None:
        return 0
    return int.from_bytes(hashlib.blake2b(client.encode(), digest_size=8).digest()) or 1
