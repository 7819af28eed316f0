"""The Apache file of ``deploy/`` and the rules of an export work with a real Apache."""

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from publisher.release.write import write_release

Apache = Callable[..., AbstractContextManager[int]]
_MODULES = Path("/usr/lib/apache2/modules")
_USED = (
    *("mpm_event", "authz_core", "mime", "dir", "alias", "rewrite", "headers"),
    *("proxy", "proxy_http", "cache", "cache_disk"),
)
_MAIN = """
ServerRoot {work}
ServerName localhost
PidFile {work}/pid
ErrorLog {work}/error.log
TypesConfig {work}/mime.types
User nobody
Group nogroup
{modules}
Listen 127.0.0.1:{port}
"""


@pytest.fixture(name="apache")
def _apache(free_port, wait_for) -> Iterator[Apache]:
    """Give a context that runs a real Apache with lines of configuration; ``WORK`` in them is its folder."""
    program = shutil.which("apache2", path="/usr/sbin:/usr/bin")
    if program is None or not _MODULES.is_dir():
        pytest.skip("Apache is not installed: apt-get install apache2-bin, and this is tested too")

    @contextmanager
    def run(lines: str, site: Path | None = None) -> Iterator[int]:
        with tempfile.TemporaryDirectory() as folder:
            work, port = Path(folder), free_port()
            work.chmod(0o755)
            (work / "cache").mkdir(mode=0o777)
            (work / "cache").chmod(0o777)
            if site:
                shutil.copytree(site, work / "site")
            (work / "mime.types").write_text("text/html html\ntext/css css\ntext/plain txt\n")
            modules = "\n".join(f"LoadModule {name}_module {_MODULES}/mod_{name}.so" for name in _USED)
            text = _MAIN.format(work=work, modules=modules, port=port) + lines.replace("WORK", str(work))
            (work / "main.conf").write_text(text.replace("*:80>", f"127.0.0.1:{port}>"))
            with subprocess.Popen([program, "-f", str(work / "main.conf"), "-D", "FOREGROUND"]) as server:
                try:
                    wait_for(port)
                    yield port
                finally:
                    server.terminate()
                    server.wait(20)

    return run


def test_apache_in_front_under_a_path(make, serve, get, apache: Apache, tmp_path: Path, root: Path) -> None:
    """Links, redirects, data, ranges and queries pass, under the path and host that the client used."""
    release = write_release(make(), tmp_path / "shelf")
    lines = (root / "deploy/apache.conf").read_text(encoding="utf-8")
    lines = lines.replace("/var/cache/apache2/mod_cache_disk", "WORK/cache")
    with (
        serve(release.path, trusted_proxies="1") as behind,
        apache(lines.replace("127.0.0.1:8000", f"127.0.0.1:{behind}")) as port,
    ):
        front = get(port, "/data/", Accept="text/html", Host="data.example.org")
        assert (front.status, b'href="/data/static/' in front.body, b'href="/static/' in front.body) == (
            200,
            True,
            False,
        )
        moved = get(port, "/data/fact/F1", Accept="text/turtle")
        assert (moved.status, moved.headers["location"]) == (303, "/data/fact/F1.ttl")
        assert get(port, "/data/fact/F1.ttl").headers["content-type"].startswith("text/turtle")
        assert b"http://data.example.org/data/" in get(port, "/data/sitemap.xml", Host="data.example.org").body
        part = get(port, f"/data/dumps/{release.version}/birds-{release.version}.nq.gz", Range="bytes=0-1")
        assert (part.status, part.body) == (206, b"\x1f\x8b")
        asked = {"Content_Type": "application/sparql-query", "Accept": "text/csv"}
        assert get(port, "/data/sparql", method="POST", body=b"SELECT (1 AS ?one) {}", **asked).status == 200
        first, second = (get(port, "/data/fact/F2.html") for _ in range(2))
        assert first.body == second.body
        assert "HIT" in second.headers.get("x-cache", "")


def test_exported_files_with_their_rules(exported: Path, get, apache: Apache) -> None:
    """``.htaccess`` gives each thing in the form that is asked for, tombstones their status, files their types."""
    lines = """
<VirtualHost *:80>
    DocumentRoot WORK/site
    <Directory WORK/site>
        AllowOverride All
        Options FollowSymLinks
        Require all granted
    </Directory>
</VirtualHost>
"""
    with apache(lines, exported) as port:
        for form, suffix, wanted in (
            ("text/turtle", "ttl", "text/turtle"),
            ("application/ld+json", "jsonld", "application/ld+json"),
            ("text/html,*/*;q=0.8", "html", "text/html"),
        ):
            moved = get(port, "/fact/F1", Accept=form)
            assert (moved.status, moved.headers["location"].rpartition(".")[2]) == (303, suffix)
            assert "Accept" in moved.headers["vary"]
            assert get(port, f"/fact/F1.{suffix}").headers["content-type"].partition(";")[0] == wanted
        assert get(port, "/", Accept="text/html").status == 200
        assert get(port, "/fact/F0", Accept="text/html").status == 410
        assert get(port, "/dumps/2026-01-02/birds-2026-01-02.nq.zst").headers["content-type"] == "application/zstd"
        assert get(port, "/fact/nothing").status == 404
