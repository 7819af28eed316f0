"""The processes behind the broker: a nursery that holds the data once, and the workers that it forks.

A worker answers one query at a time, and the kernel's timer ends it at the query's deadline. Clients ask it over lines
of their own, in which queries wait for their turn. Neither process has threads of its own when it forks. It refuses
nothing and limits nothing but itself; policy is the engine's, who may ask is the broker's.
"""

import gc
import os
import select
import selectors
import signal
import socket
import struct
import time
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from publisher.errors import StoreError
from publisher.store.broker import walls
from publisher.store.broker.board import MOMENT, Board
from publisher.store.broker.wire import Frames, Garbled, Message, failure, pack, receive, wanted_of
from publisher.store.engines.embedded import Embedded
from publisher.store.port import Limits
from publisher.store.source import Loaded, Source

SLOT = struct.Struct("!H")  # what the broker sends with a worker's socket
LINE = struct.Struct("!Q")  # what a client sends with the socket of a line
_PATIENCE = struct.pack("@ll", 1, 0)  # a second, as struct timeval
_SPARE = 1024 * 1024
_CRASHED = "the engine failed on this query"


def hold(control: socket.socket, source: Source, limits: dict[str, int], folder: Path) -> NoReturn:
    """Hold the data and fork a worker for each slot and socket that come over ``control``, until that closes.

    Answers ``{"ready": …}`` or a failure once, and ``{"ended": pid, "status": …}`` for each worker that has ended.
    """
    walls.end_with_parent()
    status = 0
    try:
        _nurse(control, source, limits, folder)
    except (OSError, Garbled):
        status = 1
    except StoreError as error:
        control.sendall(pack(failure(error)))
    finally:
        os._exit(status)


def _nurse(control: socket.socket, source: Source, limits: dict[str, int], folder: Path) -> None:
    loaded = None if source.index else source.open()
    gc.collect()
    gc.freeze()
    ended, wake = socket.socketpair()
    wake.settimeout(0)
    ended.settimeout(0)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
    control.sendall(pack({"ready": os.getpid()}))
    with selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        selector.register(ended, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is ended:
                    ended.recv(4096)
                    _reap(control)
                    continue
                asked, descriptors, _, _ = socket.recv_fds(control, SLOT.size, 1)
                if not asked:
                    return
                if os.fork() == 0:
                    signal.set_wakeup_fd(-1)
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    for mine in (control, ended, wake):
                        mine.close()
                    selector.close()
                    connection = socket.socket(fileno=descriptors[0])
                    work(connection, source, loaded, limits, board=(folder, SLOT.unpack(asked)[0]))
                os.close(descriptors[0])


def _reap(control: socket.socket) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        control.sendall(pack({"ended": pid, "status": os.waitstatus_to_exitcode(status)}))


def work(
    connection: socket.socket, source: Source, loaded: Loaded | None, limits: dict[str, int], board: tuple[Path, int]
) -> NoReturn:
    """Answer the queries that come over the lines that come over the socket, until that closes.

    ``board`` is the folder of the board and our slot there.
    """
    status = 0
    try:
        walls.end_with_parent()
        walls.go_first()
        walls.limit_files(limits["answer"] + _SPARE)
        walls.deepen_stack()
        folder, slot = board
        place = Place(Board(folder), slot)
        barred = not source.services and walls.bar_sockets()
        engine = source.engine(loaded)
        walls.limit_memory(2 * limits["memory"])
        connection.sendall(pack({"ready": os.getpid(), "barred": barred}))
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # the broker tells of a crash; the engine's own words are many
        _answer_all(connection, engine, source.name, place)
    except (OSError, Garbled):
        status = 1
    except StoreError as error:
        connection.sendall(pack(failure(error)))
    finally:
        os._exit(status)


class Place(NamedTuple):
    """A worker's place on the board."""

    board: Board
    slot: int


def _answer_all(connection: socket.socket, engine: Embedded, release: str, place: Place) -> None:
    """Take one query after the other, from each line in turn, until the board says to leave or the socket closes."""
    lines: dict[int, tuple[socket.socket, int]] = {}
    ready = select.poll()
    ready.register(connection.fileno(), select.POLLIN)
    while True:
        events, looked = ready.poll(), time.monotonic()
        for descriptor, event in events:
            if descriptor == connection.fileno():
                told, descriptors, _, _ = socket.recv_fds(connection, LINE.size, 1)
                if not told:
                    return
                for each in descriptors:
                    lines[each] = _patient(socket.socket(fileno=each)), LINE.unpack(told)[0]
                    ready.register(each, select.POLLIN)
                continue
            line, number = lines[descriptor]
            message = None if event & select.POLLHUP else _message(line)  # a query that its client has withdrawn
            if message is None:
                ready.unregister(descriptor)
                del lines[descriptor]
                line.close()
                continue
            _reply(line, *_answered(engine, message, number, place), release)
            if place.board.leaves(place.slot):
                return
            if time.monotonic() - looked > MOMENT:
                break  # others may have withdrawn theirs meanwhile


def _patient(line: socket.socket) -> socket.socket:
    """Have a client that stops in the middle of a message, or takes none, be waited for no longer than a moment."""
    for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        line.setsockopt(socket.SOL_SOCKET, option, _PATIENCE)
    return line


def _message(line: socket.socket) -> Message | None:
    try:
        return receive(line, Frames())
    except (OSError, Garbled):
        return None


def _answered(engine: Embedded, message: Message, line: int, place: Place) -> tuple[dict[str, Any], bytes]:
    """Run a query under its deadline, and note on the board when it begins and ends."""
    board, slot = place
    head = message.head
    seconds = head["limits"][0]
    board.begin(slot, line=line, now=time.monotonic(), seconds=seconds, client=head["client"])
    signal.setitimer(signal.ITIMER_REAL, seconds)  # at its end SIGALRM ends this process
    told, body = answer(engine, head)
    signal.setitimer(signal.ITIMER_REAL, 0.0)
    board.end(slot, now=time.monotonic(), failed="failure" in told)
    if board.waiting:
        board.tell()
    return told, body


def _reply(line: socket.socket, told: dict[str, Any], body: bytes, release: str) -> None:
    """Send an answer; where its client has left, nobody wants it, nor the file that it may be in."""
    try:
        line.sendall(pack({**told, "release": release}, body))
    except OSError:
        if told.get("path"):
            Path(told["path"]).unlink(missing_ok=True)


def answer(engine: Embedded, asked: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Run one query and give the message and the bytes that answer it; every failure is a message."""
    path = str(asked["path"])
    try:
        found = engine.query(
            asked["query"],
            wanted_of(asked["media"]),
            limits=Limits(*asked["limits"]),
            default_graphs=asked["default"],
            named_graphs=asked["named"],
            spill=path,
        )
    except StoreError as error:
        return failure(error), b""
    except (MemoryError, RecursionError, OSError) as error:
        Path(path).unlink(missing_ok=True)
        return failure(StoreError(f"{_CRASHED}: {type(error).__name__}", code="store.evaluation")), b""
    told = {
        "rows": found.rows,
        "truncated": found.truncated,
        "timings": dict(found.timings),
        "path": None if found.path is None else str(found.path),
        "media": found.media.type,
        "form": found.form.value,
        "digest": found.digest,
        "volatile": found.volatile,
    }
    return told, found.body or b""
