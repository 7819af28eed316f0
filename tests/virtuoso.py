"""Debian's Virtuoso (package virtuoso-opensource-7) on free ports of loopback, with a data folder of its own."""

import contextlib
import http.client
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.ports import free_port

_START_SECONDS = 60.0
_STOP_SECONDS = 20.0
_INI = """
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
FileExtend = 200
[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
ServerThreads = 16
CheckpointInterval = 0
NumberOfBuffers = {buffers}
DirsAllowed = .
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 10
[SPARQL]
ResultSetMaxRows = {rows}
"""


@dataclass(frozen=True)
class Virtuoso:
    """A running engine: where it answers queries, and where it takes graphs and updates, with user and password."""

    root: str
    process: int
    sql: int
    user: str = "dba"
    password: str = "dba"  # noqa: S105 - what a fresh data folder has, on loopback

    @property
    def endpoint(self) -> str:
        """Give the address of the query service."""
        return f"{self.root}/sparql"

    @property
    def graph_store(self) -> str:
        """Give the address that takes graphs."""
        return f"{self.root}/sparql-graph-crud-auth"

    def let_queries_ask_others(self) -> None:
        """Grant what a federated query needs: a fresh data folder refuses SERVICE to everybody but the owner."""
        grants = (
            'GRANT SELECT ON "DB.DBA.SPARQL_SINV_2" TO "SPARQL"; GRANT EXECUTE ON "DB.DBA.SPARQL_SINV_IMP" TO "SPARQL";'
        )
        command = ["isql-vt", f"127.0.0.1:{self.sql}", self.user, self.password, f"exec={grants}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
        assert (done.returncode, done.stdout.count("Done.")) == (0, 2), done.stdout + done.stderr

    @property
    def update(self) -> str:
        """Give the address that takes updates."""
        return f"{self.root}/sparql-auth"


def installed() -> bool:
    """Tell whether the engine is on this machine."""
    return shutil.which("virtuoso-t") is not None


def wanted() -> None:
    """Skip the test aloud where the engine is missing; fail it where CI=true."""
    if installed():
        return
    message = "Virtuoso is missing: apt-get install virtuoso-opensource-7"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


@contextlib.contextmanager
def running(folder: Path, *, buffers: int = 10_000, rows: int = 1_000_000) -> Iterator[Virtuoso]:
    """Run the engine in a folder until the end of the block; it cuts each answer at so many rows and says nothing."""
    sql, web = free_port(), free_port()
    ini = folder / "virtuoso.ini"
    ini.write_text(_INI.format(sql=sql, http=web, buffers=buffers, rows=rows), encoding="ascii")
    process = subprocess.Popen(
        ["virtuoso-t", "+foreground", "+configfile", ini.name],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(web, process)
        yield Virtuoso(f"http://127.0.0.1:{web}", process.pid, sql)
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/sparql?query=ASK%7B%7D")
            if connection.getresponse().status == http.client.OK:
                connection.close()
                return
        connection.close()
        time.sleep(0.1)
    raise AssertionError("Virtuoso did not start")
