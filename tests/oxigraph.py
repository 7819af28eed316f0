"""The ``oxigraph`` server (PyPI) on a free port of loopback, with some RDF files in its memory."""

import contextlib
import http.client
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT, missing
from tests.ports import free_port

CLIENTS = Path(os.environ.get("EXPORTIN_CLIENTS") or ROOT / "tests" / "clients" / "python" / ".venv") / "bin"
_START_SECONDS = 20.0


@contextlib.contextmanager
def running(*files: Path) -> Iterator[str]:
    """Run the server over Turtle files until the end of the block, and give the address of its query service."""
    program = shutil.which("oxigraph", path=f"{CLIENTS}{os.pathsep}{os.environ.get('PATH', '')}")
    if program is None:
        missing("the oxigraph server is missing: pip install oxigraph, or set EXPORTIN_CLIENTS")
    port = free_port()
    process = subprocess.Popen([program, "serve", "--bind", f"127.0.0.1:{port}"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    try:
        _wait(port, process)
        for file in files:
            _sent(port, "POST", "/store?default", file.read_bytes())
        yield f"http://127.0.0.1:{port}/query"
    finally:
        process.terminate()
        process.wait(20)


def _sent(port: int, method: str, target: str, body: bytes = b"") -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(method, target, body, {"Content-Type": "text/turtle"})
        answer = connection.getresponse()
        assert answer.status in (http.client.OK, http.client.CREATED, http.client.NO_CONTENT), answer.read()
    finally:
        connection.close()


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        time.sleep(0.05)
    raise AssertionError("the oxigraph server did not start")
