"""What nobody should send, and what nobody should write into data: never run, never a failure, never a way out."""

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from publisher.entities.names.lookup import Lookup, build_lookup
from publisher.store.port import Store
from publisher.web import create_app
from publisher.web.site import Site

NAMES = (
    "'", '"', "<", ">", "<script>alert(1)</script>", "a b", "../../etc/passwd", "..%2f..%2fetc%2fpasswd", "%2e%2e/x",
    "//evil.example/", "\\evil", "javascript:alert(1)", "data:text/html,x", "\u202etxt.exe", "\u2028", "x" * 10_000,
    "{{7*191}}", "\u00b2", "${7*191}", "a\r\nSet-Cookie: x=1", "%00", "%F0%9F", "\U0001f512", "> } ; DROP ALL #", "\t",
    "|", "^`",
)  # fmt: skip
ADDRESSES = (
    "/{}", "/thing/{}", "/thing/{}.ttl", "/entity/{}", "/entity/lx:{}", "/entity?iri={}", "/entity.ttl?iri={}",
    "/search?q={}", "/search?q=a&page={}", "/suggest?q={}", "/resolve?curie={}", "/lookup?iri={}", "/lookup?q={}",
    "/browse/class?iri={}",
    "/passage?evidence={}", "/mappings?q={}", "/mappings?relation={}&page={}", "/dumps/{}", "/dumps/2026-03-01/{}",
    "/dumps/latest/{}", "/problems/{}", "/thing/LX0000001?format={}", "/thing/LX0000001.html?page={}", "/changes.{}",
    "/linkset.{}", "/dcat.{}", "/sparql?query={}",
)  # fmt: skip


class Reader(HTMLParser):
    """Collects what a browser would run or follow."""

    def __init__(self) -> None:
        """Begin empty."""
        super().__init__()
        self.followed: list[str] = []
        self.handlers: list[str] = []
        self.scripts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the addresses, the handlers and the scripts of a tag."""
        for name, value in attrs:
            if name in ("href", "src", "action", "formaction", "xlink:href"):
                self.followed.append(value or "")
            if name.startswith("on") or name == "style":
                self.handlers.append(name)
        if tag == "script" and ("type", "application/ld+json") not in attrs:
            self.scripts.append(str(dict(attrs).get("src")))


@pytest.fixture(name="hostile", scope="module")
def _hostile(site: Site, store_from: Callable[[Path], Store], tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    store = store_from(Path(__file__).parent / "hostile.trig")
    index = tmp_path_factory.mktemp("hostile") / "names.sqlite"
    other = replace(site, store=store, common=frozenset(), lookup=None)
    build_lookup(other.reader, index)
    return create_app(replace(other, lookup=Lookup(index))).test_client()


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_name_breaks_the_site(client: FlaskClient, address: str) -> None:
    """Whatever stands in an address, the answer is no failure, leads to no other site, and sets no header."""
    for name in NAMES:
        for spelt in (quote(name, safe=""), quote(name, safe="/:%<>\"'")):
            found = client.get(address.format(spelt, spelt), headers={"Accept": "text/html"})
            assert found.status_code < 500, (address, name)
            if found.mimetype == "text/html":
                assert "<script>alert" not in found.get_data(as_text=True), (address, name)
            assert "Set-Cookie" not in found.headers
            location = found.headers.get("Location", "/")
            assert re.match(r"/(?![/\\])", location), (address, name, location)


@pytest.mark.parametrize(
    "path",
    ["/thing/bad.html", "/entity?iri=javascript%3Aalert(5)", "/search?q=alert", "/browse", "/", "/schema", "/thing/",
     "/browse/class?iri=javascript%3Aalert(1)", "/thing/a'b&c=%2522%253E.html", "/browse/tree", "/mappings"],
)  # fmt: skip
def test_no_data_runs(hostile: FlaskClient, path: str) -> None:
    """Markup, templates and script addresses in data are shown as text; a page follows only web addresses."""
    found = hostile.get(path, headers={"Accept": "text/html"}, follow_redirects=True)
    body = found.get_data(as_text=True)
    assert found.status_code in (200, 404)
    page = Reader()
    page.feed(body)
    assert [item for item in page.followed if not item.startswith(("/", "http://", "https://", "#", "?"))] == []
    assert (page.handlers, [item for item in page.scripts if not item.startswith("/static/")]) == ([], [])
    assert "1337" not in body
    assert "unsafe" not in found.headers["Content-Security-Policy"]


def test_script_addresses_stay_in_data(hostile: FlaskClient) -> None:
    """RDF keeps such IRIs as they are, and no header carries one unescaped."""
    found = hostile.get("/thing/bad.ttl")
    assert found.status_code == 200
    assert "javascript:alert(5)" in found.get_data(as_text=True)
    assert "<script" not in found.headers["Link"]


def test_marks_of_direction_stay_inside_a_name(hostile: FlaskClient) -> None:
    """Names are set apart from what stands around them, so that a mark of direction turns nothing else around."""
    with hostile.get("/static/exportin.css") as sent:
        styles = sent.get_data(as_text=True)
    assert "unicode-bidi: isolate" in styles
    body = hostile.get("/thing/bad.html").get_data(as_text=True)
    assert '<h1 dir="auto">' in body


def test_two_slashes_lead_nowhere_else(hostile: FlaskClient) -> None:
    """A path that begins like another site's address is never sent back as one."""
    for path in ("//evil.example/", "//evil.example", "/%2Fevil.example/", "/thing//evil.example"):
        location = hostile.get(path).headers.get("Location", "/")
        assert not location.startswith(("//", "http")), path


def test_the_host_header_is_kept_by_no_cache(client: FlaskClient) -> None:
    """Answers that name the host that was asked may not be kept; all others do not name it."""
    for path in ("/", "/docs", "/thing/LX0000001.html", "/sitemap.xml", "/robots.txt", "/linkset", "/search.xml",
                 "/.well-known/api-catalog", "/dumps/"):  # fmt: skip
        found = client.get(path, headers={"Host": "evil.example", "X-Forwarded-Host": "worse.example"})
        body = found.get_data(as_text=True) + str(found.headers)
        assert "worse.example" not in body
        assert "evil.example" not in body or "public" not in found.headers["Cache-Control"], path
