"""The server itself, live on this machine, following the current release."""

import contextlib
import http.client
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from publisher.errors import ReleaseError, UsageError
from publisher.settings import settings_from
from publisher.web import create_app
from publisher.web.serving.opening import Opened, Sources, open_sources
from publisher.web.serving.server import Address, Serving, serve
from publisher.web.site import Site
from tests.ports import free_port
from tests.serving import descendants, eventually, serving

IN_A_TERMINAL = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"


def _get(port: int, path: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", path, headers={"Accept": "text/html"})
    answer = connection.getresponse()
    found = (answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    connection.close()
    return found


def _serve(site: Site, port: int) -> None:
    serve(Serving(lambda: Opened(site, None)), Address(port=port), processes=1)


def test_a_page_comes_over_the_wire(site: Site) -> None:
    """Granian serves the site; the second request for a page is answered by the thin layer."""
    port = free_port()
    context = multiprocessing.get_context("fork")
    process = context.Process(target=_serve, args=(site, port))
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


def test_the_live_release_is_followed(site: Site, tmp_path: Path) -> None:
    """When the link points elsewhere the new release is opened, and a broken one leaves the old in its place."""
    for name in ("one", "two", "broken"):
        (tmp_path / name).mkdir()
    link = tmp_path / "current"
    link.symlink_to("one")

    def opening() -> Opened:
        version = link.resolve().name
        if version == "broken":
            raise ReleaseError("it is broken")
        return Opened(replace(site, about=replace(site.about, version=version)), None)

    serving = Serving(opening, watched=link)
    assert serving.look() is None
    for target, served in (("two", "two"), ("broken", "two"), ("one", "one")):
        link.unlink()
        link.symlink_to(target)
        serving.look()
        assert serving.opened.site.about.version == served


def test_any_rdf_files_are_served(tmp_path: Path) -> None:
    """Plain files need no dataset: their base, prefixes and names are read from them, and pages show plain tables."""
    file = tmp_path / "people.ttl"
    file.write_text(
        "@prefix p: <http://people.example/id/> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .\n"
        'p:ada foaf:name "Ada" ; foaf:knows p:bob . p:bob foaf:name "Bob" .\n'
    )
    opened = open_sources(Sources((file,), settings_from({})))
    try:
        client = create_app(opened.in_this_process()).test_client()
        assert client.get("/ada").headers["Location"] == "/ada.html"
        page = client.get("/ada.html").get_data(as_text=True)
        assert 'href="/bob"' in page
        assert "Ada" in page
        assert client.get("/search?q=bo&format=json").get_json()[0]["iri"] == "http://people.example/id/bob"
        assert client.get("/bob.ttl").status_code == 200
    finally:
        opened.close()


def test_what_rdf_xml_cannot_say_is_told_with_the_other_syntaxes(tmp_path: Path) -> None:
    """A property that has no XML name makes RDF/XML a 406 that names the others, which are all there."""
    file = tmp_path / "numbered.nt"
    file.write_text('<http://numbers.example/id/one> <http://numbers.example/id/1> "first" .\n')
    opened = open_sources(Sources((file,), settings_from({}, {"workers": "1"})))
    with contextlib.closing(opened):
        client = create_app(opened.in_this_process()).test_client()
        refused = client.get("/one.rdf", headers={"Accept": "application/json"})
        assert refused.status_code == 406
        assert "RDF/XML cannot say this" in refused.text
        assert client.get("/one.ttl").status_code == 200


def test_files_with_more_names_than_one_answer_are_searched(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Names that are too many for one answer are read in portions: the first and the last of them are found."""
    opened = _opened_with_names(tmp_path, 9000)
    with contextlib.closing(opened):
        client = create_app(opened.in_this_process()).test_client()
        assert "9000 names are read in" in caplog.text
        for number in (0, 8999):
            found = client.get(f"/search?q=thing+number+{number}&format=json").get_json()
            assert [hit["iri"] for hit in found if hit["label"].startswith(f"thing number {number} ")] == [
                f"http://example.org/s{number}"
            ]


def test_files_with_more_names_than_an_index_takes_are_served_without_search(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Data of very many names have pages and answers all the same; only the search is off, and that is said."""
    monkeypatch.setattr("publisher.entities.names.portions.MOST", 1000)
    opened = _opened_with_names(tmp_path, 9000)
    with contextlib.closing(opened):
        client = create_app(opened.in_this_process()).test_client()
        assert "search by name is off" in caplog.text
        assert "no index of names" in client.get("/search?q=thing").text
        assert client.get("/s77.html").status_code == 200


def _opened_with_names(folder: Path, number: int) -> Opened:
    label = "<http://www.w3.org/2000/01/rdf-schema#label>"
    lines = (f'<http://example.org/s{n}> {label} "thing number {n} of very many" .\n' for n in range(number))
    data = folder / "many.nt"
    data.write_text("".join(lines), encoding="utf-8")
    return open_sources(Sources((data,), settings_from({}, {"max_answer_mb": "1"})))


def test_nothing_to_serve_is_told(tmp_path: Path) -> None:
    """A folder without release or dataset is refused with what to do."""
    with pytest.raises(UsageError, match="nothing to serve"):
        open_sources(Sources((tmp_path,), settings_from({})))


def test_large_files_are_served_before_their_names_are_read(tmp_path: Path) -> None:
    """The site answers at once, and finds by name as soon as the names are read."""
    label = "<http://www.w3.org/2000/01/rdf-schema#label>"
    data = tmp_path / "large.nt"
    with data.open("w", encoding="utf-8") as stream:
        for number in range(70):
            stream.write(f'<http://example.org/s{number}> {label} "thing number {number}" .\n')
            stream.write(f'<http://example.org/s{number}> <http://example.org/text> "{"x" * 500_000}" .\n')
    opened = open_sources(Sources((data,), settings_from({}, {"workers": "1"})), at_once=True)
    opened.close()
    assert (opened.names, opened.unread) == (None, True)
    with serving(data) as served:
        found, deadline = [], time.monotonic() + 60
        while not found and time.monotonic() < deadline:
            found = json.loads(served.send("GET", "/search?q=number+69&format=json").body)
            time.sleep(0.2)
        assert [hit["iri"] for hit in found] == ["http://example.org/s69"]
        assert served.send("GET", "/s69.html").status == 200


@contextlib.contextmanager
def _in_a_terminal(folder: Path, *before: str) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    """Serve in a terminal of its own, and give that and the server."""
    data = folder / "one.ttl"
    data.write_text("<http://example.org/a> <http://example.org/b> 1 .", encoding="utf-8")
    command = [*before, sys.executable, "-m", "publisher", "serve", str(data), "--port", str(free_port())]
    with subprocess.Popen(
        [sys.executable, "-c", IN_A_TERMINAL, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as terminal:
        assert terminal.stdout is not None
        said = b""
        while b"stop with Ctrl-C" not in said:
            block = os.read(terminal.stdout.fileno(), 4096)
            assert block, said
            said += block
        every = descendants(terminal.pid)
        [server] = every - {below for each in every for below in descendants(each)}
        try:
            yield terminal, server
        finally:
            for pid in (terminal.pid, server):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


def test_ctrl_c_in_a_terminal_reaches_the_server_alone(tmp_path: Path) -> None:
    """A key press goes to all in the foreground; web processes that got it too were heard to wait for themselves."""
    with _in_a_terminal(tmp_path) as (terminal, server):
        begun = descendants(server)
        assert len(begun) >= 4
        assert {os.getsid(pid) for pid in begun} == {server}
        assert server not in {os.getpgid(pid) for pid in begun}
        assert terminal.stdin is not None
        os.write(terminal.stdin.fileno(), b"\x03")
        assert terminal.wait(timeout=30) == 0


@pytest.mark.parametrize("end", ["terminal", "server"])
def test_nothing_outlives_the_server(tmp_path: Path, end: str) -> None:
    """Where its terminal is closed, or it is killed, all that it began ends with it, and its port is free."""
    with _in_a_terminal(tmp_path) as (terminal, server):
        every = {server, *descendants(server)}
        os.kill(terminal.pid if end == "terminal" else server, signal.SIGKILL)
        assert eventually(lambda: not any(_runs(pid) for pid in every), 15.0)


def test_a_server_deaf_to_hanging_up_outlives_its_terminal(tmp_path: Path) -> None:
    """As ``nohup`` has it."""
    with _in_a_terminal(tmp_path, "sh", "-c", 'trap "" HUP; exec "$@"', "sh") as (terminal, server):
        every = {server, *descendants(server)}
        terminal.kill()
        time.sleep(1.0)
        assert all(_runs(pid) for pid in every)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
