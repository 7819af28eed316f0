"""A run of the tests that is ended leaves no server behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import missing

_TEST = """
import time
from collections.abc import Callable
from pathlib import Path
from tests.serving import serving

def test_a_server_for_ever(tmp_path):
    data = tmp_path / "small.nt"
    data.write_text('<http://e.example/a> <http://e.example/p> "a" .')
    with serving(data) as site:
        Path(__file__).with_name("told").write_text(str(site.process))
        time.sleep(600)
"""


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_servers_end_with_the_run_that_started_them(root: Path, tmp_path: Path, sent: signal.Signals) -> None:
    """Whatever ends the processes of a run, the server that a test started is gone soon after."""
    if not Path("/proc/self/environ").exists():
        missing("what a process is marked with cannot be seen here: there is no /proc")
    test, told = tmp_path / "test_server.py", tmp_path / "told"
    test.write_text(_TEST, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "-n", "1", str(test)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    with subprocess.Popen(
        command, cwd=root, env=environment, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as run:
        assert run.stdout is not None
        assert _within(60, told.exists), run.stdout.read().decode()
        server = int(told.read_text(encoding="utf-8"))
        assert _runs(server)
        os.killpg(run.pid, sent)
        if sent is signal.SIGINT:
            time.sleep(0.5)
            os.killpg(run.pid, sent)  # people press it twice
    assert _within(30, lambda: not _runs(server))


def _runs(process: int) -> bool:
    try:
        return "(zombie)" not in Path(f"/proc/{process}/status").read_text(encoding="ascii")
    except OSError:
        return False


def _within(seconds: float, true: Callable[[], bool]) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.1)
    return False
