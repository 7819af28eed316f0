"""The server itself, live on this machine, following the current release."""

import http.client
import multiprocessing
import socket
import time
from dataclasses import replace
from pathlib import Path

import pytest

from publisher.web.server import Current, serve
from publisher.web.site import Site


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _get(port: int, path: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", path, headers={"Accept": "text/html"})
    answer = connection.getresponse()
    found = (answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    connection.close()
    return found


def test_a_page_comes_over_the_wire(site: Site) -> None:
    """Granian serves the site; the second request for a page is answered by the thin layer."""
    port = _free_port()
    context = multiprocessing.get_context("fork")
    process = context.Process(target=serve, args=(lambda: site,), kwargs={"port": port})
    process.start()
    try:
        deadline = time.monotonic() + 8
        while time.monotonic() < deadline:
            try:
                status = _get(port, "/healthz")[0]
                break
            except OSError:
                time.sleep(0.05)
        assert status == 200
        first, second = _get(port, "/thing/LX0000001.html"), _get(port, "/thing/LX0000001.html")
        assert (first[0], second[0], first[2] == second[2]) == (200, 200, True)
        assert ("x-cache" in first[1], second[1].get("x-cache")) == (False, "hit")
    finally:
        process.terminate()
        process.join(10)
    assert process.exitcode is not None


def test_the_current_release_is_followed(site: Site, tmp_path: Path) -> None:
    """When the link points elsewhere the next request is answered from the new release."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    link = tmp_path / "current"
    link.symlink_to("one")
    about = {"one": site.about, "two": replace(site.about, version="2026-04-01")}
    current = Current(lambda: replace(site, about=about[link.resolve().name]), watched=link)
    assert current.look() is False
    link.unlink()
    link.symlink_to("two")
    assert current.look() is True
    told: list[object] = []
    body = current({"REQUEST_METHOD": "GET", "PATH_INFO": "/readyz", "QUERY_STRING": "", "SERVER_NAME": "h",
                    "SERVER_PORT": "80", "wsgi.url_scheme": "http", "wsgi.input": None},
                   lambda *answer: told.append(answer))  # fmt: skip
    assert b"2026-04-01" in b"".join(body)


@pytest.fixture(name="_site_stays_open", autouse=True)
def _stays_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("publisher.web.server._DRAIN", 3600.0)
