"""The whole site of a release as files, for any web host: pages, RDF, dumps, and the rules for hosts that take them.

It walks the site as a reader would, from its front page and its site map, and knows nothing of how pages are made:
it is given a function that answers for a path. What needs a query (search, SPARQL) is not exported.
"""

import re
import shutil
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit
from xml.etree import ElementTree

from publisher.errors import UsageError, Where
from publisher.rdf.media import GRAPHS
from publisher.release.read import SUMS, inside
from publisher.release.record import NAME, Release
from publisher.release.shelf import Progress, silent

_START = ("/", "/sitemap.xml", "/robots.txt", "/void.ttl", "/.well-known/void", "/dumps/")
_PACKED = {"gz": "application/gzip", "zst": "application/zstd"}
_QUERIES = ("/sparql", "/query", "/search", "/suggest", "/lookup", "/resolve", "/reconcile", "/metrics", "/fragments")
_SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"
_OK = 200
_GONE = 410
_REDIRECTS = range(301, 309)


@dataclass(frozen=True, slots=True)
class Page:
    """What the site answers for a path: the status, the headers by lower-case name, the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""


Get = Callable[[str], Page]


@dataclass(slots=True)
class Exported:
    """What an export has written: paths that became files, redirects, tombstones, and paths without an answer."""

    files: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    redirects: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)


def export_static(release: Release, get: Get, directory: Path, *, progress: Progress = silent) -> Exported:
    """Write the site into an empty or new folder and give what was written; raise UsageError where it is not empty."""
    if directory.exists() and any(directory.iterdir()):
        raise UsageError(
            "this folder holds files already", where=Where(str(directory)), fix="give an empty folder or a new name"
        )
    directory.mkdir(parents=True, exist_ok=True)
    done = Exported()
    for path, page in _walk(get, done):
        _write(directory, _file_of(path, page), page.body)
        (done.files if page.status == _OK else done.gone).append(path)
        if len(done.files) % 1000 == 0:
            progress(f"{len(done.files)} pages")
    for path, target in done.redirects.items():
        _write_redirect(directory, path, target)
    _copy_dumps(release, directory)
    _write(directory, "_headers", _headers().encode())
    _write(directory, "_redirects", "".join(f"{a} {b} 303\n" for a, b in sorted(done.redirects.items())).encode())
    _write(directory, ".htaccess", _htaccess(done.gone).encode())
    return done


def _walk(get: Get, done: Exported) -> Iterator[tuple[str, Page]]:
    """Give each path that can be a file, once, with its page, in the order in which a reader would find them."""
    waiting = deque(_START)
    seen = set(_START)
    while waiting:
        path = waiting.popleft()
        page = get(path)
        found: list[str] = []
        if page.status in _REDIRECTS:
            target = _local(page.headers.get("location", ""), path)
            if target:
                done.redirects[path] = target
                found = [target]
        elif page.status in {_OK, _GONE}:
            yield path, page
            found = [link for link in _links(page) if link]
        else:
            done.missing.append(path)
        for link in found:
            if link not in seen and _exportable(link):
                seen.add(link)
                waiting.append(link)


def _links(page: Page) -> Iterator[str]:
    kind = page.headers.get("content-type", "").partition(";")[0]
    if kind == "text/html":
        reader = _Links()
        reader.feed(page.body.decode("utf-8"))
        for link in reader.found:
            yield _local(link, "/")
    elif kind == "application/xml":
        for place in ElementTree.fromstring(page.body).iter(_SITEMAP):  # noqa: S314 - our own site map
            yield _local(urlsplit(place.text or "").path, "/")


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        table = dict(attrs)
        asset = tag in {"script", "img"} or table.get("rel") in {"stylesheet", "icon"}
        link = table.get("href") or table.get("src") or ""
        if tag in {"a", "link", "script", "img"} and link:
            self.found.append(link.partition("?")[0] if asset else link)


def _local(link: str, path: str) -> str:
    """Give the path of a link on this site, or nothing where it leads elsewhere or needs a query."""
    target = urldefrag(link)[0]
    if not target.startswith("/") or target.startswith("//") or "?" in target:
        return ""
    return target if target != path else ""


def _exportable(path: str) -> bool:
    if path.startswith("/dumps/") and not path.endswith("/"):
        return False
    return not any(path == stem or path.startswith((f"{stem}/", f"{stem}.")) for stem in _QUERIES)


def _file_of(path: str, page: Page) -> str:
    """Give the name of the file for a path: a page without a suffix becomes ``index.html`` in a folder of its name."""
    name = unquote(path).lstrip("/")
    if not name or name.endswith("/"):
        return f"{name}index.html"
    is_page = page.headers.get("content-type", "").startswith("text/html")
    return f"{name}/index.html" if is_page and not name.endswith(".html") else name


def _write(directory: Path, name: str, body: bytes) -> None:
    place = inside(directory, name)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(body)


def _write_redirect(directory: Path, path: str, target: str) -> None:
    """Write a page that leads on, for hosts without rules."""
    name = unquote(path).strip("/")
    place = inside(directory, f"{name}/index.html")
    if place.exists() or inside(directory, name).is_file():
        return
    address = target.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    body = f'<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url={address}"><a href="{address}">{address}</a>\n'  # noqa: E501 - one page
    _write(directory, f"{name}/index.html", body.encode())


def _copy_dumps(release: Release, directory: Path) -> None:
    for folder in (directory / "dumps" / release.version, directory / "dumps" / "latest"):
        for name in (*release.files, NAME, SUMS):
            place = inside(folder, name)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(release.path / name, place)


def _headers() -> str:
    """Give the rules of hosts such as Netlify and Cloudflare Pages."""
    rows = ["/*\n  Access-Control-Allow-Origin: *\n"]
    rows += [f"/*.{media.suffix}\n  Content-Type: {media.content_type}\n" for media in GRAPHS]
    rows += [f"/*.{suffix}\n  Content-Type: {media}\n" for suffix, media in _PACKED.items()]
    rows.append("/dumps/:version/*\n  Cache-Control: public, max-age=31536000, immutable\n")
    rows.append("/dumps/latest/*\n  Cache-Control: no-cache\n")
    return "".join(rows)


def _htaccess(gone: Sequence[str]) -> str:
    """Give the rules of Apache: media types, and the document of a thing by what the client accepts."""
    rows = ["Options -Indexes -MultiViews", "DirectorySlash Off", "AddDefaultCharset utf-8"]
    rows += [f"AddType {media.type} .{media.suffix}" for media in GRAPHS]
    rows += [f"AddType {media} .{suffix}" for suffix, media in _PACKED.items()]
    rows += [
        "<IfModule mod_headers.c>",
        "  Header always set Access-Control-Allow-Origin *",
        "  Header always merge Vary Accept",
    ]
    rows += ["</IfModule>", "RewriteEngine On"]
    rows += [f"RewriteRule ^{re.escape(unquote(path).lstrip('/'))}/?$ - [G,L]" for path in sorted(gone)]
    for media in GRAPHS:
        rows += [
            f"RewriteCond %{{HTTP_ACCEPT}} {media.type.replace('+', '.')}",
            f"RewriteCond %{{REQUEST_FILENAME}}.{media.suffix} -f",
            f"RewriteRule ^(.+?)/?$ $1.{media.suffix} [R=303,L]",
        ]
    rows += ["RewriteCond %{REQUEST_FILENAME}.html -f", "RewriteRule ^(.+?)/?$ $1.html [R=303,L]"]
    return "\n".join(rows) + "\n"
