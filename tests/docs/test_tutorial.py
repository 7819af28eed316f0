"""The tutorial is executed as a newcomer would: each command typed, each edit made, each answer compared."""

import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ports import free_port

TUTORIAL = Path(__file__).resolve().parents[2] / "docs" / "tutorial" / "first-release.md"
_STEP = re.compile(
    r"<!-- append: (?P<file>\S+) -->\n```\w+\n(?P<text>.*?)```"
    r"|<!-- replace: (?P<changed>\S+): (?P<old>\S+) → (?P<new>\S+) -->"
    r"|```console(?: status=(?P<status>\d))?\n(?P<session>.*?)```",
    re.DOTALL,
)


def _commands(session: str) -> Iterator[tuple[str, list[str]]]:
    for part in re.split(r"^\$ ", session, flags=re.MULTILINE)[1:]:
        command, *expected = part.rstrip("\n").split("\n")
        yield command, expected


def _run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    environment = {"PATH": path, "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    shell = shutil.which("bash") or "sh"
    return subprocess.run(
        [shell, "-c", command], cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def _serve(command: str, folder: Path, port: int) -> subprocess.Popen[bytes]:
    words = command.removesuffix(" &").split()
    process = subprocess.Popen(
        [sys.executable, "-m", "publisher", *words[1:]],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                return process
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise AssertionError("the server of the tutorial did not come up")


@pytest.mark.slow
def test_the_tutorial_holds_step_by_step(tmp_path: Path) -> None:
    """Each command gives the status and the lines that the page shows, and each edit can be made as it says."""
    if shutil.which("curl") is None:
        pytest.skip("curl is missing: the tutorial calls it")
    port = free_port()
    text = TUTORIAL.read_text(encoding="utf-8").replace("8000", str(port))
    servers: list[subprocess.Popen[bytes]] = []
    try:
        for step in _STEP.finditer(text):
            if step["file"]:
                place = tmp_path / step["file"]
                place.write_text(place.read_text(encoding="utf-8") + step["text"], encoding="utf-8")
            elif step["changed"]:
                place = tmp_path / step["changed"]
                before = place.read_text(encoding="utf-8")
                assert step["old"] in before
                place.write_text(before.replace(step["old"], step["new"]), encoding="utf-8")
            else:
                _session(step["session"], int(step["status"] or 0), tmp_path, port, servers)
    finally:
        for server in servers:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=30)


def _session(session: str, status: int, folder: Path, port: int, servers: list[subprocess.Popen[bytes]]) -> None:
    for command, expected in _commands(session):
        if command.endswith(" &"):
            servers.append(_serve(command, folder, port))
            continue
        run = _run(command, folder)
        for _ in range(20):
            if not command.startswith("curl") or all(line in run.stdout for line in expected):
                break
            time.sleep(0.5)
            run = _run(command, folder)
        shown = run.stdout + run.stderr
        assert (command, status) == (command, run.returncode), shown
        assert [] == [line for line in expected if line not in shown], f"$ {command}\n{shown}"
