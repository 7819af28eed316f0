"""The lines of one process to the workers: sockets of their own, each used by one thread at a time.

A worker takes a new line over a connection that it has had from its birth, of which the broker gives every process a
copy. It refuses to know what is asked over a line.
"""

import contextlib
import itertools
import select
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from publisher.store.broker.board import MOMENT, line_of
from publisher.store.broker.wire import Frames, Message, receive
from publisher.store.broker.worker import LINE

_PATIENCE = struct.pack("@ll", 0, round(MOMENT * 1e6))  # as struct timeval
_FOR_EVER = struct.pack("@ll", 0, 0)
Link = Callable[[int], socket.socket | None]


class Line(NamedTuple):
    """A connection to a worker, and its number on the board."""

    connection: socket.socket
    number: int

    def receive(self, frames: Frames) -> Message:
        """Take the worker's answer; raise OSError where it has ended, BlockingIOError where it takes its time."""
        message = receive(self.connection, frames)
        if message is None:
            raise ConnectionResetError
        return message

    def wait(self, frames: Frames) -> Message:
        """Take the worker's answer, however long it takes; raise OSError where it has ended."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _FOR_EVER)
        message = self.receive(frames)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _PATIENCE)
        return message


class Lines:
    """The lines that no thread uses now, by the number of their worker."""

    def __init__(self, owner: int, link: Link):
        """Take the number of the process, and what gets a copy of a worker's connection (None: it has ended)."""
        self._owner = owner
        self._link = link
        self._links: dict[int, socket.socket] = {}
        self._free: dict[int, deque[Line]] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._closed = False

    def take(self, worker: int) -> Line | None:
        """Give a line to a worker; None where that has ended."""
        free = self._free.get(worker)
        if free:
            with contextlib.suppress(IndexError):
                return free.pop()
        link = self._links.get(worker) or self._linked(worker)
        if link is None:
            return None
        ours, theirs = socket.socketpair()
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _PATIENCE)
        line = Line(ours, line_of(self._owner, next(self._numbers)))
        with theirs, self._lock:
            try:
                socket.send_fds(link, [LINE.pack(line.number)], [theirs.fileno()])
            except OSError:
                ours.close()
                return None
        return line

    def give(self, worker: int, line: Line) -> None:
        """Take back a line whose query was answered."""
        free = self._free.get(worker)
        if free is None or self._closed:
            line.connection.close()
        else:
            free.append(line)

    def close(self) -> None:
        """Close every line that no thread uses; the others close when they are given back."""
        with self._lock:
            self._closed = True
            for worker in list(self._links):
                self._cut(worker)

    def _linked(self, worker: int) -> socket.socket | None:
        link = self._link(worker)
        if link is None:
            return None
        with self._lock:
            self._prune()
            self._free.setdefault(worker, deque())
            first = self._links.setdefault(worker, link)
        if first is not link:  # another thread was as quick
            link.close()
        return first

    def _prune(self) -> None:
        """Close what leads to workers that have ended."""
        hung = select.poll()
        workers = {link.fileno(): worker for worker, link in self._links.items()}
        for descriptor in workers:
            hung.register(descriptor, 0)
        for descriptor, _ in hung.poll(0):
            self._cut(workers[descriptor])

    def _cut(self, worker: int) -> None:
        for line in self._free.pop(worker, ()):
            line.connection.close()
        self._links.pop(worker).close()
