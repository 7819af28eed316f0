"""Redirect rules: what is written, and where a real Apache leads by them."""

import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from publisher.errors import UsageError
from publisher.release.record import Release
from publisher.release.w3id import htaccess, prefix_record, write_w3id
from publisher.web import create_app
from publisher.web.site import Site
from tests.conftest import missing
from tests.ports import free_port

_MODULES = Path("/usr/lib/apache2/modules")


def test_the_rules_are_written(lights: Release, tmp_path: Path) -> None:
    """Three files: rules that send every path on, a page with the title, a record of the prefix."""
    paths = write_w3id(lights, "https://lights.example.org", tmp_path / "lights", contact="Nora Ekdal")
    rules, page, record = (path.read_text("utf-8") for path in paths)
    assert [path.name for path in paths] == [".htaccess", "README.md", "prefix.json"]
    assert "RewriteBase /lights/\n" in rules
    assert "RewriteRule ^(.+)$ https://lights.example.org/$1 [R=302,L]\n" in rules
    assert "Nora Ekdal" in page
    assert json.loads(record) == prefix_record(lights)


def test_the_record_fits_its_own_example(lights: Release) -> None:
    """The example of the prefix has the pattern, and the address format is that of the facts."""
    record = prefix_record(lights)["lc"]
    assert re.match(record["pattern"], record["example"])
    assert record["uri_format"] == "https://example.org/lights/claim/$1"


@pytest.mark.parametrize(
    "target",
    ["", "lights", "ftp://a.example", "https://a.example\nRewriteRule x", "https://a.example/ [P]", "javascript:1"],
)
def test_a_target_that_is_no_address_is_refused(lights: Release, target: str) -> None:
    """Nothing but a web address gets into the rules."""
    with pytest.raises(UsageError):
        htaccess(lights, target)


def test_a_title_stays_on_its_line(lights: Release) -> None:
    """A line break in the title adds no rule, a base without a slash is refused."""
    assert "\nRewriteRule ^x" not in htaccess(replace(lights, title="a\nRewriteRule ^x"), "https://a.example")
    with pytest.raises(UsageError):
        htaccess(replace(lights, base="https://example.org/lights#"), "https://a.example")


@pytest.fixture(name="apache")
def _apache(site: Site, lights: Release, tmp_path: Path) -> Iterator[int]:
    """Start the site and, before it, an Apache with nothing but the rules; give Apache's port."""
    program = shutil.which("apache2") or shutil.which("apache2", path="/usr/sbin")
    if program is None or not _MODULES.is_dir():
        missing("Apache is missing, so the redirect rules are not tried for real: apt-get install apache2-bin")
    server = make_server("127.0.0.1", 0, create_app(site), threaded=True)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    write_w3id(lights, f"http://127.0.0.1:{server.server_port}", tmp_path / "www" / "lights")
    port = free_port()
    configuration = tmp_path / "apache.conf"
    modules = "\n".join(
        f"LoadModule {name}_module {_MODULES}/mod_{name}.so" for name in ("mpm_event", "authz_core", "rewrite")
    )
    user = "User www-data\nGroup www-data\n" if os.geteuid() == 0 else ""
    tmp_path.chmod(0o755)
    configuration.write_text(
        f'ServerName 127.0.0.1\nListen 127.0.0.1:{port}\nServerRoot "{tmp_path}"\nPidFile "{tmp_path}/pid"\n{user}'
        f'ErrorLog "{tmp_path}/log"\n{modules}\nDocumentRoot "{tmp_path}/www"\n'
        f'<Directory "{tmp_path}/www">\nAllowOverride All\nRequire all granted\n</Directory>\n',
        encoding="utf-8",
    )
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid() and "pytest-of" in folder.as_posix():
            folder.chmod(0o755)
    process = subprocess.Popen([program, "-X", "-f", str(configuration)])
    try:
        _wait(port, tmp_path / "log")
        yield port
    finally:
        process.terminate()
        process.wait(10)
        server.shutdown()
        serving.join(10)
        server.server_close()


def _wait(port: int, log: Path) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"Apache does not answer: {log.read_text('utf-8') if log.exists() else 'no log'}")


def _hops(port: int, path: str, accept: str) -> tuple[list[int], str]:
    """Follow redirects from Apache; give each status and the last media type."""
    statuses: list[int] = []
    host = f"127.0.0.1:{port}"
    while len(statuses) < 6:
        connection = http.client.HTTPConnection(host, timeout=10)
        connection.request("GET", path, headers={"Accept": accept})
        answer = connection.getresponse()
        answer.read()
        statuses.append(answer.status)
        where = answer.headers.get("Location")
        connection.close()
        if answer.status not in (301, 302, 303, 308) or where is None:
            return statuses, answer.headers.get_content_type()
        if where.startswith("http://"):
            host, _, rest = where.removeprefix("http://").partition("/")
            path = f"/{rest}"
        else:
            path = where
    return statuses, ""


KINDS = ["claim/LC0000001", "thing/LX0000001", "vocab", "dataset", "graph/facts", "witness/LW0000001", ""]
ACCEPTS = {
    "text/html": "text/html", "text/turtle": "text/turtle", "application/ld+json": "application/ld+json",
    "application/rdf+xml": "application/rdf+xml", "application/n-triples": "application/n-triples",
}  # fmt: skip


def test_apache_leads_every_name_home(apache: int) -> None:
    """Each kind of IRI ends with each Accept at our document of that type, after two redirects at most."""
    for kind in KINDS:
        for accept, wanted in ACCEPTS.items():
            statuses, media = _hops(apache, f"/lights/{kind}", accept)
            assert (statuses[-1], media) == (200, wanted), (kind, accept, statuses)
            assert len(statuses) <= 3, (kind, accept, statuses)


def test_apache_keeps_queries_and_letters(apache: int) -> None:
    """A query string goes along, encoded letters stay encoded, and what is unknown is our 404."""
    assert _hops(apache, "/lights/lookup?iri=coast:0000002", "text/html")[0] == [302, 303, 200]
    assert _hops(apache, "/lights/thing/%C3%A9%20%22", "text/html")[0] == [302, 404]
