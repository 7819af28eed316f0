"""A thin WSGI layer in front of Flask: finished pages are answered without it.

A release never changes, so a page made once is good until another release is served. Kept are answers to GET that say
``Cache-Control: public``, by path, query string, Accept and mount point; bounded in bytes, least recently used out
first. Documents (whose address fixes their media type) are also kept on disk, where every process finds them. It
refuses to keep what sets a cookie, what varies by anything but Accept, what is large, and what a query was answered,
which is the affair of ``answers``.
"""

import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote_to_bytes

from publisher.rdf.media import DOCUMENTS
from publisher.web.kept.memory import LARGEST, Kept, Memory
from publisher.web.kept.prepared import Prepared
from publisher.web.paths import QUERY_ADDRESSES
from publisher.web.wsgi import Application, Environ, Start

Count = Callable[[str, int, float], None]
DOCUMENT = "exportin.document"
FINISHED = "exportin.finished"
_KEPT = ("200", "303", "308", "404", "406", "410")
_SUFFIXES = tuple(f".{media.suffix}" for media in DOCUMENTS)
_HIT = ("X-Cache", "hit")


class Pages:
    """The layer over one application; made anew with each release, so nothing old is ever served."""

    __slots__ = ("_application", "_count", "_kept", "_prepared")

    def __init__(
        self,
        application: Application,
        *,
        megabytes: int = 64,
        prepared: Prepared | None = None,
        count: Count = lambda *_: None,
    ):
        """Take the application that makes pages, how much memory they may fill, and the documents made already.

        ``count`` hears of each answer that was finished: a name for it, its status, and the seconds that it took.
        """
        self._application = application
        self._kept = Memory(megabytes=megabytes)
        self._prepared = prepared or Prepared(None)
        self._count = count

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        """Answer from memory where the page is there, then from the disk, else from the application."""
        method = environ["REQUEST_METHOD"]
        path, query = environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", "")
        query_service = query and path in QUERY_ADDRESSES
        if method not in ("GET", "HEAD") or "HTTP_RANGE" in environ or query_service:
            return self._application(environ, start)
        began = time.perf_counter()
        mount = (environ.get("SCRIPT_NAME", ""), environ.get("HTTP_X_FORWARDED_PREFIX", ""))
        key: tuple[str, ...] = (path, query, environ.get("HTTP_ACCEPT", ""), *mount)
        kept = self._kept.get(key)
        if kept is None and not query and path.endswith(_SUFFIXES):
            key = (path, *mount)
            kept = self._kept.get(key) or self._found(key)
        if kept is None:
            return self._application(environ, start) if method == "HEAD" else self._make(key, environ, start)
        status, body = _answer(kept, method, environ.get("HTTP_IF_NONE_MATCH", ""), start)
        self._count("finished", int(status[:3]), time.perf_counter() - began)
        return [body]

    def _found(self, key: tuple[str, ...]) -> Kept | None:
        kept = self._prepared.get(_address(key))
        if kept is not None:
            self._kept.put(key, kept)
        return kept

    def _make(self, key: tuple[str, ...], environ: Environ, start: Start) -> Iterable[bytes]:
        told: list[Any] = []
        mount = (environ.get("SCRIPT_NAME", ""), environ.get("HTTP_X_FORWARDED_PREFIX", ""))

        def remember(status: str, headers: list[tuple[str, str]], error: Any = None) -> Any:
            told[:] = [status, headers]
            return start(status, headers, error) if error else start(status, headers)

        environ[FINISHED] = lambda address: self._prepared.get(
            _address((unquote_to_bytes(address).decode("latin-1"), *mount))
        )
        chunks = self._application(environ, remember)
        if not told or not _may_keep(told[0], told[1]):
            return chunks
        try:
            body = b"".join(chunks)
        finally:
            close = getattr(chunks, "close", None)
            if close:
                close()
        fixed = len(key) == _OF_DOCUMENT and environ.get(DOCUMENT) and told[0].startswith("200")
        if not fixed and len(key) == _OF_DOCUMENT:
            key = (key[0], environ.get("QUERY_STRING", ""), environ.get("HTTP_ACCEPT", ""), *key[1:])
        kept = Kept(told[0], list(told[1]), body, _header(told[1], "etag"))
        if fixed:
            self._prepared.put(_address(key), kept)
        self._kept.put(key, kept)
        return [body]


_OF_DOCUMENT = 3  # path and mount point: the address of a document fixes all else


def kept_as(address: str) -> str:
    """Give the name under which the document at an encoded address of an unmounted site is kept."""
    return _address((unquote_to_bytes(address).decode("latin-1"), "", ""))


def _address(key: tuple[str, ...]) -> str:
    return "\n".join((*key[1:], key[0]))


def _answer(kept: Kept, method: str, validators: str, start: Start) -> tuple[str, bytes]:
    if kept.etag and validators and _matches(validators, kept.etag):
        headers = [item for item in kept.headers if item[0].lower() not in ("content-length", "content-type")]
        start("304 NOT MODIFIED", [*headers, _HIT])
        return "304", b""
    start(kept.status, [*kept.headers, _HIT])
    return kept.status, b"" if method == "HEAD" else kept.body


def _matches(validators: str, etag: str) -> bool:
    return validators.strip() == "*" or etag in [item.strip().removeprefix("W/") for item in validators.split(",")]


def _may_keep(status: str, headers: list[tuple[str, str]]) -> bool:
    if not status.startswith(_KEPT) or _header(headers, "set-cookie"):
        return False
    length = _header(headers, "content-length")
    small = not length or int(length) <= LARGEST
    vary = _header(headers, "vary").lower()
    return small and "public" in _header(headers, "cache-control") and vary in ("", "accept")


def _header(headers: list[tuple[str, str]], name: str) -> str:
    return next((value for key, value in headers if key.lower() == name), "")
