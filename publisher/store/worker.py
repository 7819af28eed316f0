"""The processes behind the broker: a nursery that holds the data once, and the workers that it forks.

A worker answers one query at a time, and the kernel's timer ends it at the query's deadline. Neither process has
threads of its own when it forks. It refuses nothing and limits nothing but itself; policy is the engine's, who may ask
is the broker's.
"""

import gc
import os
import selectors
import signal
import socket
from pathlib import Path
from typing import Any, NoReturn

from publisher.errors import StoreError
from publisher.store import walls
from publisher.store.embedded import Embedded
from publisher.store.port import Limits
from publisher.store.source import Loaded, Source
from publisher.store.wire import Frames, Garbled, failure, media_named, pack, query_of, receive

_SPARE = 1024 * 1024
_CRASHED = "the engine failed on this query"


def hold(control: socket.socket, source: Source, limits: dict[str, int]) -> NoReturn:
    """Hold the data and fork a worker for each socket that comes over ``control``, until that closes.

    Answers ``{"ready": …}`` or a failure once, and ``{"ended": pid, "status": …}`` for each worker that has ended.
    """
    walls.end_with_parent()
    status = 0
    try:
        _nurse(control, source, limits)
    except (OSError, Garbled):
        status = 1
    except StoreError as error:
        control.sendall(pack(failure(error)))
    finally:
        os._exit(status)


def _nurse(control: socket.socket, source: Source, limits: dict[str, int]) -> None:
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
                asked, descriptors, _, _ = socket.recv_fds(control, 1, 1)
                if not asked:
                    return
                if os.fork() == 0:
                    signal.set_wakeup_fd(-1)
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    for mine in (control, ended, wake):
                        mine.close()
                    selector.close()
                    work(socket.socket(fileno=descriptors[0]), source, loaded, limits)
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


def work(connection: socket.socket, source: Source, loaded: Loaded | None, limits: dict[str, int]) -> NoReturn:
    """Answer the queries that come over the socket, one after the other, until it closes."""
    status = 0
    try:
        walls.end_with_parent()
        walls.go_first()
        walls.limit_files(limits["answer"] + _SPARE)
        walls.deepen_stack()
        barred = not source.services and walls.bar_sockets()
        engine = source.engine(loaded)
        walls.limit_memory(2 * limits["memory"])
        connection.sendall(pack({"ready": os.getpid(), "barred": barred}))
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # the broker tells of a crash; the engine's own words are many
        _answer_all(connection, engine, source.name)
    except (OSError, Garbled):
        status = 1
    except StoreError as error:
        connection.sendall(pack(failure(error)))
    finally:
        os._exit(status)


def _answer_all(connection: socket.socket, engine: Embedded, release: str) -> None:
    frames = Frames()
    while message := receive(connection, frames):
        signal.setitimer(signal.ITIMER_REAL, message.head["limits"]["seconds"])  # at its end SIGALRM ends this process
        head, body = answer(engine, message.head)
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        connection.sendall(pack({**head, "release": release}, body))


def answer(engine: Embedded, asked: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Run one query and give the message and the bytes that answer it; every failure is a message."""
    path = str(asked["path"])
    try:
        found = engine.answer(
            query_of(asked["query"]),
            media_named(asked["media"]),
            limits=Limits(**asked["limits"]),
            graphs=(asked["default"], asked["named"]),
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
    }
    return told, found.body or b""
