"""A site of the real command line on a free port of loopback, for tests that ask it over the wire."""

import http.client
import os
import re
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

_START_SECONDS = 30.0
_STOP_SECONDS = 20.0


class Reply(NamedTuple):
    """An answer as it came."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media(self) -> str:
        """Give the media type without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip()

    @property
    def text(self) -> str:
        """Give the body as text."""
        return self.body.decode("utf-8")


@dataclass(frozen=True)
class Served:
    """A running site: its port, the process, and the seconds until it answered."""

    port: int
    process: int
    seconds: float

    @property
    def root(self) -> str:
        """Give the address of the site, without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def endpoint(self) -> str:
        """Give the address of the query service."""
        return f"{self.root}/sparql"

    def send(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        timeout: float = 60,
        source: str = "127.0.0.1",
    ) -> Reply:
        """Send exactly these headers, and Host and the length of the body, from an address of loopback."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout, source_address=(source, 0))
        try:
            connection.putrequest(method, target, skip_accept_encoding=True)
            for name, value in (headers or {}).items():
                connection.putheader(name, value)
            if body or method in ("POST", "QUERY"):
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body or None)
            found = connection.getresponse()
            return Reply(found.status, {name.lower(): value for name, value in found.getheaders()}, found.read())
        finally:
            connection.close()

    def ask(self, query: str, accept: str = "application/sparql-results+json", timeout: float = 60) -> Reply:
        """Send a query by POST."""
        headers = {"Content-Type": "application/sparql-query", "Accept": accept}
        return self.send("POST", "/sparql", headers, query.encode(), timeout)


@contextmanager
def serving(
    *arguments: str | Path, within: float = _START_SECONDS, own_session: bool = True, **settings: object
) -> Iterator[Served]:
    """Run ``exportin serve`` until the end of the block; it has to answer ``within`` so many seconds.

    It is in a session of its own, where no Ctrl-C for the tests reaches it, unless ``own_session`` is false.
    """
    given = [part for name, value in settings.items() for part in ("--setting", name, str(value))]
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "publisher", *given, "serve", *map(str, arguments), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        start_new_session=own_session,
    )
    try:
        port = _port(process, within)
        yield Served(port, process.pid, time.perf_counter() - began)
    finally:
        _end(process)


def _port(process: "subprocess.Popen[bytes]", within: float) -> int:
    """Wait for the line that tells the address."""
    assert process.stdout is not None
    said, deadline = b"", time.monotonic() + within
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while time.monotonic() < deadline:
            if not selector.select(0.5):
                continue
            block = os.read(process.stdout.fileno(), 4096)
            said += block
            found = re.search(rb"http://127\.0\.0\.1:(\d+)/sparql", said)
            if found:
                return int(found[1])
            if not block:
                break
    raise AssertionError(f"the site did not start: {said.decode()}")


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.communicate(timeout=_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


def descendants(pid: int) -> set[int]:
    """Give every process below a process."""
    try:
        children = {int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in _children(task)}
    except FileNotFoundError:
        return set()
    return children.union(*(descendants(child) for child in children))


def _children(task: Path) -> list[str]:
    return (task / "children").read_text(encoding="ascii").split()


def eventually(holds: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Wait until something holds, and tell whether it did."""
    until = time.monotonic() + seconds
    while not holds() and time.monotonic() < until:
        time.sleep(0.02)
    return holds()
