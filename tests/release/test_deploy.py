"""What stands in ``deploy/`` works: a real nginx in front of a real server, and over the exported files."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from publisher.release.pull import pull
from publisher.release.read import verify
from publisher.release.shelf import Shelf
from publisher.release.write import write_release

Nginx = Callable[[str], AbstractContextManager[int]]
_LINK = re.compile(rb'(?:href|src|action)="(/[^"]*)"')
_MAIN = """
daemon off; master_process off; pid {work}/pid; error_log {work}/error.log warn;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {work}/a; proxy_temp_path {work}/b; fastcgi_temp_path {work}/c;
    uwsgi_temp_path {work}/d; scgi_temp_path {work}/e;
    include {work}/site.conf;
}}
"""


def _nginx_there() -> str:
    found = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    if found is None:
        pytest.skip("nginx is not installed: apt-get install nginx-light, and this is tested too")
    return found


@pytest.fixture(name="nginx")
def _nginx(tmp_path: Path, free_port, wait_for) -> Nginx:
    """Give a context that runs a real nginx with a site's file, on a port of its own."""
    program = _nginx_there()

    @contextmanager
    def run(site: str) -> Iterator[int]:
        port, work = free_port(), tmp_path / "nginx"
        work.mkdir()
        (work / "site.conf").write_text(site.replace("listen 80;", f"listen 127.0.0.1:{port};"), encoding="utf-8")
        (work / "main.conf").write_text(_MAIN.format(work=work), encoding="utf-8")
        command = [program, "-e", str(work / "error.log"), "-c", str(work / "main.conf")]
        tested = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
        assert tested.returncode == 0, tested.stderr
        with subprocess.Popen(command) as server:
            try:
                wait_for(port)
                yield port
            finally:
                server.terminate()
                server.wait(10)
        assert (work / "error.log").read_text(encoding="utf-8") == ""

    return run


def test_nginx_in_front_under_a_path(make, serve, get, nginx: Nginx, tmp_path: Path, root: Path) -> None:
    """Every link and redirect stays under the path and host that the client used; answers, ranges and queries pass."""
    release = write_release(make(), tmp_path / "shelf")
    Shelf(tmp_path / "shelf").publish(release.version)
    site = (root / "deploy/nginx.conf").read_text(encoding="utf-8")
    site = site.replace("/var/cache/nginx/exportin", str(tmp_path / "cache"))
    with (
        serve(tmp_path / "shelf", trusted_proxies="1") as behind,
        nginx(site.replace("127.0.0.1:8000", f"127.0.0.1:{behind}")) as port,
    ):
        host = {"Host": "data.example.org"}
        front = get(port, "/data/", Accept="text/html", **host)
        links = {link.decode() for link in _LINK.findall(front.body)}
        assert front.status == 200
        assert len(links) > 5
        assert {link for link in links if not link.startswith("/data/")} == set()
        for link in sorted(links):
            assert get(port, link.replace("&amp;", "&"), **host).status in (200, 302, 303, 308), link
        assert get(port, "/data", **host).headers["location"].endswith("/data/")
        moved = get(port, "/data/fact/F1", Accept="text/turtle", **host)
        assert (moved.status, moved.headers["location"]) == (303, "/data/fact/F1.ttl")
        turtle = get(port, moved.headers["location"], **host)
        assert turtle.headers["content-type"].startswith("text/turtle")
        assert get(port, "/data/fact/F1.html", **host).headers["content-type"].startswith("text/html")
        assert get(port, "/data/fact/F0", **host).status == 410
        assert get(port, "/data/fact/none", Accept="application/json", **host).status == 404
        asked = {"Content_Type": "application/sparql-query", "Accept": "text/csv"}
        rows = get(port, "/data/sparql", method="POST", body=b"SELECT (1 AS ?one) {}", **asked, **host)
        assert (rows.status, rows.body.split()) == (200, [b"one", b"1"])
        assert b"http://data.example.org/data/" in get(port, "/data/sitemap.xml", **host).body


def test_nginx_keeps_what_may_be_kept(make, serve, get, nginx: Nginx, tmp_path: Path, root: Path) -> None:
    """A page comes from nginx the second time, one copy for each form; dumps pass with ranges, tags and checksums."""
    release = write_release(make(), tmp_path / "shelf")
    site = (root / "deploy/nginx.conf").read_text(encoding="utf-8")
    site = site.replace("/var/cache/nginx/exportin", str(tmp_path / "cache"))
    with (
        serve(release.path, trusted_proxies="1") as behind,
        nginx(site.replace("127.0.0.1:8000", f"127.0.0.1:{behind}")) as port,
    ):
        first, second = (get(port, "/data/fact/F1.html") for _ in range(2))
        assert [first.headers["x-cache-status"], second.headers["x-cache-status"]] == ["MISS", "HIT"]
        assert first.body == second.body
        for _ in range(2):
            forms = [
                get(port, "/data/fact/F2", Accept=form).headers["location"] for form in ("text/turtle", "text/html")
            ]
            assert forms == ["/data/fact/F2.ttl", "/data/fact/F2.html"]
        again = get(port, "/data/fact/F1.html", If_None_Match=first.headers["etag"])
        assert (again.status, again.body) == (304, b"")
        packed = get(port, "/data/fact/F1.html", Accept_Encoding="gzip")
        assert packed.headers["content-encoding"] == "gzip"

        file = release.files["birds-2026-01-02.nq.gz"]
        dump = f"/data/dumps/{release.version}/{file.name}"
        body = (release.path / file.name).read_bytes()
        part = get(port, dump, Range="bytes=100-199")
        assert (part.status, part.body, part.headers["etag"]) == (206, body[100:200], f'"{file.sha256}"')
        whole = get(port, dump)
        assert (whole.body, "immutable" in whole.headers["cache-control"]) == (body, True)
        assert "x-cache-status" not in whole.headers
        latest = get(port, "/data/dumps/latest/SHA256SUMS")
        assert (latest.status, latest.headers["location"]) == (302, f"/data/dumps/{release.version}/SHA256SUMS")
        resumed = _curl(port, dump, tmp_path / "resumed", body[:1000])
        assert resumed == body


def _curl(port: int, path: str, place: Path, begun: bytes) -> bytes:
    """Go on with a download that was broken off, as a user would."""
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    place.write_bytes(begun)
    subprocess.run(
        ["curl", "-fsS", "-C", "-", "-o", str(place), f"http://127.0.0.1:{port}{path}"], check=True, timeout=30
    )
    return place.read_bytes()


def _unanswered(get, port: int, page: str) -> set[str]:
    """Give the links of a page that a server of files does not answer; what needs a query is not looked for."""
    needs_query = re.compile(r"^/(sparql|query|search|suggest|lookup|resolve|reconcile|metrics|healthz|linkset)\b")
    found = {link.decode().partition("#")[0].partition("?")[0] for link in _LINK.findall(get(port, page).body)}
    return {link for link in found if not needs_query.match(link) and get(port, link).status not in (200, 301)}


def test_exported_files_on_a_plain_server(exported: Path, get, free_port, wait_for, tmp_path: Path) -> None:
    """``python -m http.server`` hands out pages, data, dumps and the description; every link of the pages leads on."""
    port = free_port()
    run = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(exported)]
    with subprocess.Popen(run, stderr=subprocess.DEVNULL) as server:
        try:
            wait_for(port)
            for page in ("/", "/fact/F1.html", "/dumps/"):
                assert get(port, page).status == 200
                assert _unanswered(get, port, page) == set()
            for path in ("/fact/F1.ttl", "/void.ttl", "/.well-known/void", "/dumps/latest/SHA256SUMS", "/sitemap.xml"):
                assert get(port, path).status == 200, path
            assert verify(pull(f"http://127.0.0.1:{port}", tmp_path / "replica"))
        finally:
            server.terminate()


def test_exported_files_on_nginx(exported: Path, get, nginx: Nginx, root: Path) -> None:
    """Nginx with our file gives each form under the thing's own IRI, with media types, ranges and no hidden files."""
    site = (root / "deploy/nginx-static.conf").read_text(encoding="utf-8").replace("/srv/exportin/site", str(exported))
    with nginx(site) as port:
        assert _unanswered(get, port, "/") == set()
        for form, wanted in (
            ("text/turtle", "text/turtle; charset=utf-8"),
            ("application/ld+json", "application/ld+json"),
            ("text/html,*/*;q=0.8", "text/html; charset=utf-8"),
        ):
            answer = get(port, "/fact/F1", Accept=form)
            assert (answer.status, answer.headers["content-type"]) == (200, wanted)
            assert answer.headers["vary"] == "Accept"
        assert get(port, "/fact/F1.ttl", Accept="text/turtle").body == (exported / "fact/F1.ttl").read_bytes()
        assert get(port, "/.well-known/void").headers["content-type"].startswith("text/turtle")
        assert get(port, "/.htaccess").status == 404
        assert get(port, "/fact/nothing").status == 404
        dump = get(port, "/dumps/2026-01-02/birds-2026-01-02.nq.zst", Range="bytes=0-3")
        assert (dump.status, dump.body, dump.headers["content-type"]) == (206, b"\x28\xb5\x2f\xfd", "application/zstd")
        assert "immutable" in dump.headers["cache-control"]


def test_the_container_copies_what_is_there(root: Path) -> None:
    """Every file that the Containerfile takes from the checkout is in it, and its command is one that exists."""
    text = (root / "deploy/Containerfile").read_text(encoding="utf-8")
    copied = [name for row in re.findall(r"^COPY (?!--)(.+)$", text, re.MULTILINE) for name in row.split()[:-1]]
    assert {"requirements.lock", "publisher"} <= set(copied)
    assert [name for name in copied if not (root / name).exists()] == []
    command = re.search(r"^CMD \[(.+)\]$", text, re.MULTILINE)
    assert command is not None
    options = re.findall(r'"(--[a-z-]+)"', command[1])
    shown = subprocess.run(
        [sys.executable, "-m", "publisher", "serve", "--help"], cwd=root, capture_output=True, text=True, check=True
    )
    assert [option for option in options if option not in shown.stdout] == []


def test_the_unit_is_one_that_systemd_reads(root: Path, tmp_path: Path) -> None:
    """``systemd-analyze`` finds nothing wrong with the unit, once its program is there."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    unit = tmp_path / "exportin.service"
    text = (root / "deploy/exportin.service").read_text(encoding="utf-8")
    unit.write_text(text.replace("/opt/exportin/bin/exportin", sys.executable), encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
    assert [row for row in done.stderr.splitlines() if "exportin.service" in row] == []
