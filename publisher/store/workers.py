"""The client of the broker: a store whose queries run in worker processes, under every limit of the settings.

Any thread of any process may use it; a process that was forked, or got it by pickle, opens connections of its own.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from publisher.errors import StoreError
from publisher.rdf.media import Media
from publisher.rdf.prefixes import Prefixes
from publisher.rdf.query import read
from publisher.settings import Settings
from publisher.store.broker import SOCKET
from publisher.store.embedded import OFFERED
from publisher.store.policy import Policy
from publisher.store.port import Answer, Limits
from publisher.store.source import Source
from publisher.store.wire import Frames, Garbled, Message, pack, raised, receive

_MIB = 1024 * 1024
_SPARE_SECONDS = 30.0
_LOAD_SECONDS = 3600.0
_STOP_SECONDS = 10.0


class Workers:
    """A store behind a broker; only the one that ``start_workers`` gave ends the broker when it is closed."""

    def __init__(self, address: Path, policy: Policy, *, wait: float, broker: "subprocess.Popen[bytes] | None" = None):
        """Take the broker's socket, the policy, the longest wait in its queue, and the broker where we own it."""
        self.address = address
        self._policy = policy
        self._wait = wait
        self._broker = broker
        self._pid = os.getpid()
        self._free: list[socket.socket] = []
        self._lock = threading.Lock()

    def __reduce__(self) -> tuple[object, ...]:
        """Let another process have a client of the same broker."""
        return _client, (self.address, tuple(self._policy.prefixes), self._policy.services, self._wait)

    @property
    def offered(self) -> tuple[Media, ...]:
        """Give the media types that the workers can write."""
        return OFFERED

    def query(
        self,
        text: str,
        media: Media,
        *,
        limits: Limits,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> Answer:
        """Run a query in a worker; a large answer comes as a temporary file."""
        self._policy.check(read(text))
        asked = {
            "do": "query",
            "text": text,
            "media": media.type,
            "limits": {
                "seconds": limits.seconds,
                "rows": limits.rows,
                "bytes": limits.bytes,
                "partial": limits.partial,
                "client": limits.client,
            },
            "default": list(default_graphs),
            "named": list(named_graphs),
        }
        head, body = self._ask(asked, seconds=limits.seconds + self._wait + _SPARE_SECONDS)
        path = None if head["path"] is None else Path(head["path"])
        return Answer(
            media,
            body=None if path else body,
            path=path,
            rows=head["rows"],
            truncated=head["truncated"],
            timings=tuple(head["timings"].items()),
            temporary=path is not None,
            release=head["release"] or None,
        )

    def status(self) -> dict[str, Any]:
        """Give the state of the broker: workers, queue, counts of what was answered, refused and ended."""
        return self._ask({"do": "status"}, seconds=_SPARE_SECONDS).head

    def ready(self) -> None:
        """Wait until the data are loaded; raise StoreError where they cannot be."""
        self._ask({"do": "ready"}, seconds=_LOAD_SECONDS)

    def reload(self, source: Source) -> None:
        """Serve other data from now on, once they are loaded; queries that run keep what they began with."""
        self._ask({"do": "reload", "source": source.to_json()}, seconds=_LOAD_SECONDS)
        self._policy = Policy(Prefixes(dict(source.prefixes)), source.services)

    def close(self) -> None:
        """Close every connection, and end the broker where we own it."""
        self._close_free()
        if self._broker is not None and self._pid == os.getpid():
            stop(self._broker)
            self._broker = None

    def _ask(self, asked: dict[str, Any], *, seconds: float) -> Message:
        connection, used = self._connection()
        connection.settimeout(seconds)
        try:
            message = self._exchange(connection, pack(asked))
        except (BrokenPipeError, ConnectionResetError):
            connection.close()
            if not used:
                raise _stopped() from None
            self._close_free()
            return self._ask(asked, seconds=seconds)
        except (OSError, Garbled):
            connection.close()
            raise _stopped() from None
        except BaseException:
            connection.close()  # the answer that would come is nobody's: the broker ends the query
            raise
        with self._lock:
            self._free.append(connection)
        if "failure" in message.head:
            raise raised(message.head)
        return message

    def _exchange(self, connection: socket.socket, frame: bytes) -> Message:
        connection.sendall(frame)
        message = receive(connection, Frames())
        if message is None:
            raise ConnectionResetError
        return message

    def _close_free(self) -> None:
        with self._lock:
            while self._free:
                self._free.pop().close()

    def _connection(self) -> tuple[socket.socket, bool]:
        if self._pid != os.getpid():  # forked: the parent's connections are the parent's
            self._free, self._lock, self._pid, self._broker = [], threading.Lock(), os.getpid(), None
        with self._lock:
            if self._free:
                return self._free.pop(), True
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(str(self.address))
        except OSError:
            connection.close()
            raise _stopped() from None
        return connection, False


def start_workers(source: Source, settings: Settings) -> Workers:
    """Start a broker with its workers and wait until the data are loaded; raise StoreError where they cannot be."""
    folder = Path(tempfile.mkdtemp(prefix="exportin-"))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    broker = subprocess.Popen(
        [sys.executable, "-P", "-m", "publisher.store.broker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        start_new_session=True,
    )
    told = {"folder": str(folder), "source": source.to_json(), "options": _options(settings)}
    client = Workers(
        folder / SOCKET,
        Policy(Prefixes(dict(source.prefixes)), source.services),
        wait=settings.number("queue_seconds"),
        broker=broker,
    )
    try:
        _begin(broker, told)
        client.ready()
    except BaseException:
        client.close()
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return client


def stop(broker: "subprocess.Popen[bytes]") -> None:
    """End a broker: it sees its standard input close, ends its workers and removes its folder."""
    for stream in (broker.stdin, broker.stdout):
        if stream is not None:
            stream.close()
    try:
        broker.wait(timeout=_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        broker.kill()
        broker.wait()


def _begin(broker: "subprocess.Popen[bytes]", told: dict[str, Any]) -> None:
    """Send a broker its description and wait until it listens."""
    if broker.stdin is None or broker.stdout is None:
        raise _stopped()
    try:
        broker.stdin.write(json.dumps(told).encode() + b"\n")
        broker.stdin.flush()
    except BrokenPipeError:
        raise _stopped() from None
    if not broker.stdout.readline():
        raise _stopped()


def _options(settings: Settings) -> dict[str, float]:
    return {
        "workers": settings.count("workers") or max(2, os.cpu_count() or 2),
        "memory": settings.count("worker_memory_mb") * _MIB,
        "answer": settings.count("max_answer_mb") * _MIB,
        "queue": settings.count("queue_length"),
        "queue_seconds": settings.number("queue_seconds"),
        "rate": settings.number("rate_per_second"),
        "burst": settings.count("rate_burst"),
    }


def _client(address: Path, prefixes: tuple[tuple[str, str], ...], services: tuple[str, ...], wait: float) -> Workers:
    return Workers(address, Policy(Prefixes(dict(prefixes)), services), wait=wait)


def _stopped() -> StoreError:
    return StoreError("the query service is not running", fix="start the server again", code="store.stopped")
