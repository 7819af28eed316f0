"""The exported site is the served site, as files that a plain web server can hand out."""

import functools
import http.server
import threading
import urllib.request
from pathlib import Path

import pytest

from publisher.errors import UsageError
from publisher.release.static import Page, export_static
from publisher.release.write import write_release

_HTML = {"content-type": "text/html; charset=utf-8"}
_TTL = {"content-type": "text/turtle; charset=utf-8"}
_SITE = {
    "/": Page(
        200, _HTML, b'<a href="/fact/F1">one</a> <a href="/browse">all</a> <a href="https://else.example/x">x</a>'
    ),
    "/browse": Page(
        200,
        _HTML,
        b'<a href="/sparql">q</a> <a href="/fact/F0">0</a> <a href="/fact/F1?page=2">2</a>'
        b'<link rel="stylesheet" href="/static/a.css?2026">',
    ),
    "/static/a.css": Page(200, {"content-type": "text/css"}, b"p {}"),
    "/fact/F1": Page(303, {"location": "/fact/F1.html"}),
    "/fact/F1.html": Page(200, _HTML, b'<link rel="alternate" href="/fact/F1.ttl"> <a href="/entity/x:a%20b">a b</a>'),
    "/fact/F1.ttl": Page(200, _TTL, b"<a> <b> <c> .\n"),
    "/entity/x:a%20b": Page(200, _HTML, b"<p>a b</p>"),
    "/dumps/": Page(200, _HTML, b'<a href="/dumps/2026-01-02/birds-2026-01-02.nq.gz">dump</a>'),
    "/fact/F0": Page(410, _HTML, b"<p>withdrawn</p>"),
    "/robots.txt": Page(200, {"content-type": "text/plain"}, b"User-agent: *\n"),
    "/sitemap.xml": Page(
        200,
        {"content-type": "application/xml"},
        b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>http://h/browse</loc></url></urlset>',
    ),
}


def _get(path: str) -> Page:
    return _SITE.get(path, Page(404, _HTML))


def test_a_site_as_files(make, tmp_path: Path) -> None:
    """Pages, RDF and dumps are written; redirects work without rules; searching and querying are left out."""
    release = write_release(make(), tmp_path / "shelf")
    done = export_static(release, _get, tmp_path / "out")
    out = tmp_path / "out"
    assert (out / "index.html").read_bytes() == _SITE["/"].body
    assert (out / "browse/index.html").is_file()
    assert (out / "static/a.css").read_bytes() == b"p {}"
    assert (out / "fact/F1.ttl").read_bytes() == _SITE["/fact/F1.ttl"].body
    assert (out / "entity/x:a b/index.html").is_file()
    assert 'url=/fact/F1.html"' in (out / "fact/F1/index.html").read_text(encoding="utf-8")
    assert "/fact/F1 /fact/F1.html 303" in (out / "_redirects").read_text(encoding="utf-8")
    assert "text/turtle" in (out / ".htaccess").read_text(encoding="utf-8")
    assert (out / "dumps/2026-01-02/SHA256SUMS").read_bytes() == (release.path / "SHA256SUMS").read_bytes()
    assert sorted(done.missing) == ["/.well-known/void", "/void.ttl"]
    assert "/sparql" not in done.files
    assert done.gone == ["/fact/F0"]
    assert b"withdrawn" in (out / "fact/F0/index.html").read_bytes()
    assert "fact/F0/?$ - [G,L]" in (out / ".htaccess").read_text(encoding="utf-8")


def test_served_by_a_plain_web_server(make, tmp_path: Path) -> None:
    """A server that only knows files answers for a page, its data and a dump."""
    release = write_release(make(), tmp_path / "shelf")
    export_static(release, _get, tmp_path / "out")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path / "out"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        root = f"http://127.0.0.1:{server.server_port}"
        for path in ("/", "/browse", "/fact/F1", "/entity/x:a%20b", "/dumps/latest/birds-2026-01-02.nq.gz"):
            with urllib.request.urlopen(root + path) as answer:  # noqa: S310 - our own server
                assert answer.status == 200
        server.shutdown()


def test_a_folder_that_is_in_use(make, tmp_path: Path) -> None:
    """Files that are there are never overwritten."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out/mine").write_text("")
    with pytest.raises(UsageError, match="holds files already"):
        export_static(write_release(make(), tmp_path / "shelf"), _get, tmp_path / "out")
