"""A replica is the release it was pulled from, or nothing at all."""

import functools
import http.server
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from publisher.errors import ReleaseError, UsageError
from publisher.release.pull import pull
from publisher.release.read import verify
from publisher.release.record import Release
from publisher.release.shelf import Shelf
from publisher.release.write import write_release

Body = Callable[[str, bytes], bytes]


class _Handler(http.server.BaseHTTPRequestHandler):
    """A site with the dumps of one release, whose bodies a test may spoil."""

    def __init__(self, *given: object, release: Release, spoil: Body):
        self.release = release
        self.spoil = spoil
        super().__init__(*given)  # type: ignore[arg-type] - as the server calls it

    def do_GET(self) -> None:
        """Answer with the file, or a redirect of ``latest``."""
        _, _, rest = self.path.partition("/dumps/")
        version, _, name = rest.partition("/")
        if version == "latest":
            self.send_response(302)
            self.send_header("Location", f"/dumps/{self.release.version}/{name}")
            self.end_headers()
            return
        place = self.release.path / name
        if not place.is_file():
            self.send_error(404)
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.spoil(name, place.read_bytes()))

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(name="published", scope="module")
def _published(content_in, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a shelf of one release that no test changes."""
    folder = tmp_path_factory.mktemp("published")
    return write_release(content_in(folder / "data"), folder / "shelf").path.parent


@pytest.fixture(name="site")
def _site(published: Path, tmp_path: Path) -> Iterator[Callable[[Body], str]]:
    """Give a function that serves a release, spoiled as told, and gives its address."""
    shutil.copytree(published, tmp_path / "origin")
    release = Shelf(tmp_path / "origin").release("2026-01-02")
    servers = []

    def serve(spoil: Body) -> str:
        handler = functools.partial(_Handler, release=release, spoil=spoil)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def _whole(_: str, body: bytes) -> bytes:
    return body


@pytest.mark.parametrize("version", ["latest", "2026-01-02"])
def test_a_replica_is_the_same(site, tmp_path: Path, version: str) -> None:
    """Every file arrives as it was, and the release verifies; nothing is published by it."""
    release = pull(site(_whole) + "/", tmp_path / "copy", version=version)
    origin = tmp_path / "origin/2026-01-02"
    assert (release.path / "SHA256SUMS").read_bytes() == (origin / "SHA256SUMS").read_bytes()
    assert verify(release)
    assert Shelf(tmp_path / "copy").live() is None
    assert pull(site(_whole), tmp_path / "copy").version == "2026-01-02"


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda name, body: body[:-1] if name == "void.ttl" else body, "release.damaged"),
        (lambda name, body: body + b"x" * 9_000_000 if name == "void.ttl" else body, "release.damaged"),
        (lambda name, body: body.replace(b"Birds", b"Beasts"[:5]) if name == "void.ttl" else body, "release.damaged"),
        (lambda name, body: b"{}" if name == "release.json" else body, "release.damaged"),
        (lambda name, body: b"<html>" if name == "release.json" else body, "release.damaged"),
        (lambda name, body: body.replace(b'"void.ttl"', b'"../../void.ttl"'), "release.damaged"),
        (lambda name, body: body.replace(b'"void.ttl"', b'"/etc/void.ttl"'), "release.damaged"),
        (lambda name, body: body.replace(b'"version": "2026-01-02"', b'"version": "../../x"'), "release.damaged"),
        (lambda name, body: b"" if name == "SHA256SUMS" else body, "release.damaged"),
        (lambda name, body: body.replace(b'"void.ttl"', b'"gone.ttl"'), "release.unreachable"),
        (lambda name, body: body + b" " * (65 << 20) if name == "release.json" else body, "release.damaged"),
        (lambda name, body: re.sub(rb'("size": )', rb"\g<1>9999999999999", body, count=1), "release.unwritable"),
    ],
    ids=[
        "short",
        "long",
        "changed",
        "empty",
        "html",
        "escape",
        "absolute",
        "version",
        "sums",
        "missing",
        "endless",
        "huge",
    ],
)
def test_a_hostile_site_gets_nothing_in(site, tmp_path: Path, spoil: Body, reason: str) -> None:
    """Whatever the other side sends, the error says what is wrong and the shelf is left as it was."""
    with pytest.raises(ReleaseError) as caught:
        pull(site(spoil), tmp_path / "copy")
    assert caught.value.reason == reason
    left = [item.name for item in (tmp_path / "copy").iterdir()] if (tmp_path / "copy").exists() else []
    assert left in ([], [".lock"])
    assert sorted(item.name for item in tmp_path.iterdir() if item.name not in {"data", "copy"}) == ["origin"]


def test_nobody_there(tmp_path: Path) -> None:
    """A site that does not answer is told as such, an address that is no web address too."""
    with pytest.raises(ReleaseError) as caught:
        pull("http://127.0.0.1:9", tmp_path / "copy", seconds=2)
    assert caught.value.reason == "release.unreachable"
    with pytest.raises(UsageError, match="not an address"):
        pull("file:///etc", tmp_path / "copy")
