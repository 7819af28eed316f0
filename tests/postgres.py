"""A PostgreSQL server of the tests' own, on a free port of this machine, gone when the tests are."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.ports import free_port

_PLACES = ("/usr/lib/postgresql", "/usr/local/pgsql", "/opt/homebrew/opt")
_ADMIN = "postgres"


def programs() -> Path | None:
    """Give the folder of PostgreSQL's programs, the newest version's; None where there is none."""
    found = [path.parent for place in _PLACES for path in Path(place).glob("**/bin/initdb")]
    return max(found, key=lambda path: path.as_posix(), default=None)


@contextmanager
def running() -> Iterator[str]:
    """Run a new server on 127.0.0.1 and give the address of its empty database."""
    place = programs()
    assert place is not None
    user = _ADMIN if os.geteuid() == 0 else None  # the server refuses to run as root
    folder = Path(tempfile.mkdtemp(prefix="exportin-postgresql-"))
    if user is not None:
        shutil.chown(folder, user)
    data, port = folder / "data", free_port()
    try:
        _do(user, place / "initdb", "-D", data, "-U", _ADMIN, "-A", "trust", "-E", "UTF8", "--no-sync", "--no-locale")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        _do(user, place / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
        try:
            yield f"postgresql://{_ADMIN}@127.0.0.1:{port}/postgres"
        finally:
            _do(user, place / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _do(user: str | None, *command: object) -> None:
    words = [str(each) for each in command]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, user=user, cwd="/")
