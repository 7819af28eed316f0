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
from typing import NamedTuple, NoReturn

from publisher.errors import StoreError
from publisher.store.broker import walls
from publisher.store.broker.board import MOMENT, Board, owner_of
from publisher.store.broker.exchange import Question, answer_file, answered, read_question
from publisher.store.broker.wire import Frames, Garbled, failure, pack, receive
from publisher.store.engines.embedded import Embedded
from publisher.store.port import Answer
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
        place = Place(Board(folder), slot, folder, source.name)
        barred = not source.services and walls.bar_sockets()
        engine = source.engine(loaded)
        walls.limit_memory(2 * limits["memory"])
        connection.sendall(pack({"ready": os.getpid(), "barred": barred}))
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # the broker tells of a crash; the engine's own words are many
        _answer_all(connection, engine, place)
    except (OSError, Garbled):
        status = 1
    except StoreError as error:
        connection.sendall(pack(failure(error)))
    finally:
        os._exit(status)


class Place(NamedTuple):
    """A worker's place: its slot on the board, the broker's folder, and the release that it answers from."""

    board: Board
    slot: int
    folder: Path
    release: str


def _answer_all(connection: socket.socket, engine: Embedded, place: Place) -> None:
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
            question = None if event & select.POLLHUP else _question(line)  # a query that its client has withdrawn
            if question is None:
                ready.unregister(descriptor)
                del lines[descriptor]
                line.close()
                continue
            _answer(engine, question, (line, number), place)
            if place.board.leaves(place.slot):
                return
            if time.monotonic() - looked > MOMENT:
                break  # others may have withdrawn theirs meanwhile


def _patient(line: socket.socket) -> socket.socket:
    """Have a client that stops in the middle of a message, or takes none, be waited for no longer than a moment."""
    for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        line.setsockopt(socket.SOL_SOCKET, option, _PATIENCE)
    return line


def _question(line: socket.socket) -> Question | None:
    try:
        message = receive(line, Frames())
        return None if message is None else read_question(message)
    except (OSError, Garbled):
        return None


def _answer(engine: Embedded, question: Question, line: tuple[socket.socket, int], place: Place) -> None:
    """Run a query under its deadline, note on the board when it begins and ends, and send what came of it."""
    (connection, number), (board, slot, folder, release) = line, place
    terms = question.terms
    file = answer_file(folder, owner_of(number), question.number)
    seconds, failed = terms.limits.seconds, False
    board.begin(slot, line=number, now=time.monotonic(), seconds=seconds, client=terms.client)
    signal.setitimer(signal.ITIMER_REAL, seconds)  # at its end SIGALRM ends this process
    try:
        reply = answered(run(engine, question, file), release)
    except StoreError as error:
        failed, reply = True, pack(failure(error))
    signal.setitimer(signal.ITIMER_REAL, 0.0)
    board.end(slot, now=time.monotonic(), failed=failed)
    if board.waiting:
        board.tell()
    try:
        connection.sendall(reply)
    except OSError:  # its client has left, so nobody wants it, nor the file that it may be in
        Path(file).unlink(missing_ok=True)


def run(engine: Embedded, question: Question, file: str) -> Answer:
    """Run one query, a large answer into the file; every failure is a StoreError."""
    terms = question.terms
    try:
        return engine.query(
            question.text,
            terms.wanted,
            limits=terms.limits,
            default_graphs=terms.default_graphs,
            named_graphs=terms.named_graphs,
            spill=file,
        )
    except (MemoryError, RecursionError, OSError) as error:
        Path(file).unlink(missing_ok=True)
        raise StoreError(f"{_CRASHED}: {type(error).__name__}", code="store.evaluation") from None
