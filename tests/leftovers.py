"""Ends what a run of the tests leaves running, however it was ended itself: by Ctrl-C, a signal, or want of memory.

Every process that the tests start inherits a mark in its environment, also one that goes into a session of its own.
A process beside the run waits for its end and then ends whatever still bears the mark. Linux only, which has /proc.
"""

import contextlib
import os
import secrets
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

MARK = "EXPORTIN_TEST_RUN"
_LOOK_SECONDS = 0.3
_STOP_SECONDS = 20.0


def watch() -> None:
    """Mark this process and what it will start, and begin to wait for its end."""
    if not Path("/proc/self/environ").exists():
        return
    environment = {name: value for name, value in os.environ.items() if name != MARK}
    os.environ[MARK] = mark = secrets.token_hex(8)
    nothing = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in range(3)]
    command = [sys.executable, __file__, str(os.getpid()), mark]
    os.posix_spawn(sys.executable, command, environment, file_actions=nothing, setsid=True)


def _marked(mark: str) -> Iterator[int]:
    wanted = f"{MARK}={mark}".encode()
    for place in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if place.name.isdecimal() and wanted in (place / "environ").read_bytes().split(b"\0"):
                yield int(place.name)


def _end(mark: str) -> None:
    for sent, seconds in ((signal.SIGTERM, _STOP_SECONDS), (signal.SIGKILL, 1.0)):
        left = list(_marked(mark))
        for process in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, sent)
        until = time.monotonic() + seconds
        while left and time.monotonic() < until:
            time.sleep(_LOOK_SECONDS)
            left = list(_marked(mark))


if __name__ == "__main__":
    while os.getppid() == int(sys.argv[1]):
        time.sleep(_LOOK_SECONDS)
    _end(sys.argv[2])
