"""Who starts a broker, and starts it again where it ends though nobody asked it to."""

import contextlib
import json
import logging
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from publisher.errors import StoreError
from publisher.store.broker.hall import stopped
from publisher.store.source import Source

_LOG = logging.getLogger("exportin.store")
_STOP_SECONDS = 10.0
_TUNABLES = "glibc.malloc.tcache_count=127"  # an engine takes and gives back hundreds of small pieces for each query


class Keeper:
    """Who starts a broker, and starts it again where it ends though nobody asked it to."""

    def __init__(self, folder: Path, source: Source, options: dict[str, float]):
        """Start a broker in a private folder; raise StoreError where it cannot be started."""
        self.source = source
        self._folder = folder
        self._options = options
        self._stopping = threading.Event()
        self._broker = self._start()
        self._watch = threading.Thread(target=self._keep, name="broker-watch", daemon=True)
        self._watch.start()

    def stop(self) -> None:
        """End the broker: it sees its standard input close, ends its workers and removes its folder."""
        self._stopping.set()
        _close(self._broker)
        try:
            self._broker.wait(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._broker.kill()
            self._broker.wait()
        self._watch.join()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _keep(self) -> None:
        while True:
            status = self._broker.wait()
            if self._stopping.is_set():
                return
            _LOG.error("the process that runs queries ended (status %s) and is started again", status)
            _close(self._broker)
            with contextlib.suppress(StoreError):
                self._broker = self._start()
            if self._stopping.wait(1.0):
                _close(self._broker)

    def _start(self) -> "subprocess.Popen[bytes]":
        paths = os.pathsep.join(path for path in sys.path if path)
        environment = {"GLIBC_TUNABLES": _TUNABLES, **os.environ, "PYTHONPATH": paths}
        broker = subprocess.Popen(
            [sys.executable, "-P", "-m", "publisher.store.broker.process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            process_group=0,  # from its first moment on; see walls.leave_terminal
        )
        told = {"folder": str(self._folder), "source": self.source.to_json(), "options": self._options}
        try:
            _begin(broker, told)
        except BaseException:
            _close(broker)
            broker.kill()
            broker.wait()
            raise
        return broker


def _begin(broker: "subprocess.Popen[bytes]", told: dict[str, Any]) -> None:
    """Send a broker its description and wait until it listens."""
    if broker.stdin is None or broker.stdout is None:
        raise stopped()
    try:
        broker.stdin.write(json.dumps(told).encode() + b"\n")
        broker.stdin.flush()
    except BrokenPipeError:
        raise stopped() from None
    if not broker.stdout.readline():
        raise stopped()


def _close(broker: "subprocess.Popen[bytes]") -> None:
    for stream in (broker.stdin, broker.stdout):
        if stream is not None:
            with contextlib.suppress(BrokenPipeError):
                stream.close()
