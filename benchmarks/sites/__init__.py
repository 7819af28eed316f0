"""Other publishers of linked data, installed in a cache of their own, served on loopback with the same triples.

Each is installed once, by its own package manager, at a fixed version, under ``$XDG_CACHE_HOME/exportin``.
A peer that cannot be installed or does not start is told in one line, with the last words of what failed.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "exportin"
TRIFID = "5.3.0"
SHMARQL = "0.70"
_LOADED = Path("instances") / "docker-fetch" / "config.yaml"


class CannotBeMeasured(Exception):
    """A peer that is not there, and why."""


@dataclass(frozen=True, slots=True)
class Peer:
    """One publisher: its name, its program (given the port, the triples' file, the base and a folder), its first page.

    ``warning`` is what is known to be wrong with what it answers, which the table repeats.
    """

    name: str
    command: Callable[[int, Path, str, Path], tuple[list[str], Mapping[str, str]]]
    warning: str = ""


def peers() -> tuple[Peer, ...]:
    """Give the peers; nothing is installed yet."""
    return (
        Peer(f"Trifid {TRIFID}, its own store", _trifid),
        Peer(f"SHMARQL {SHMARQL}", _shmarql, "its HTML is no page: the view is not awaited"),
    )


@contextmanager
def running(peer: Peer, port: int, triples: Path, base: str, folder: Path) -> Iterator[None]:
    """Run a peer's program while the block runs; whoever uses it waits until it answers."""
    command, environment = peer.command(port, triples, base, folder)
    log = folder / f"{peer.name.partition(' ')[0].lower()}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **environment}, stdout=out, stderr=subprocess.STDOUT
        )
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _trifid(port: int, triples: Path, base: str, folder: Path) -> tuple[list[str], Mapping[str, str]]:
    if shutil.which("npm") is None:
        raise CannotBeMeasured("npm is not installed")
    place = CACHE / f"trifid-{TRIFID}"
    package = place / "node_modules" / "trifid"
    if not (package / "server.js").is_file():
        place.mkdir(parents=True, exist_ok=True)
        (place / "package.json").write_text('{"private": true}\n')
        _install(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", f"trifid@{TRIFID}"], place)
    config = folder / "trifid.json"
    listener = {"listener": {"host": "127.0.0.1", "port": port}, "logLevel": "error"}
    config.write_text(json.dumps({"extends": [str(package / _LOADED)], "server": listener}))
    environment = {
        "DATASET_BASE_URL": base,
        "FETCH_HANDLER_FILE": str(triples),
        "FETCH_HANDLER_FILE_TYPE": "application/n-triples",
    }
    return ["node", str(package / "server.js"), "--config", str(config), "--port", str(port)], environment


def _shmarql(port: int, triples: Path, base: str, folder: Path) -> tuple[list[str], Mapping[str, str]]:
    del folder
    place = CACHE / f"shmarql-{SHMARQL}"
    python = place / "bin" / "python"
    if not (place / "done").is_file():
        shutil.rmtree(place, ignore_errors=True)
        _install([sys.executable, "-m", "venv", str(place)], None)
        _install([str(python), "-m", "pip", "install", "--quiet", f"shmarql=={SHMARQL}"], None)
        (place / "done").touch()
    command = [str(python), "-m", "uvicorn", "shmarql.main:app", "--host", "127.0.0.1", "--port", str(port)]
    return [*command, "--log-level", "error"], {"SITE_URI": base, "DATA_LOAD_PATHS": str(triples)}


def _install(command: list[str], place: Path | None) -> None:
    done = subprocess.run(command, cwd=place, check=False, capture_output=True, text=True)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise CannotBeMeasured(f"{' '.join(command[:4])} … failed: {said[-1] if said else done.returncode}")
