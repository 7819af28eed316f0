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
from publisher.web.wsgi import Application, Environ, Recall, Start, nothing

Count = Callable[[str, int, float], None]
Key = tuple[str, ...]
DOCUMENT = "exportin.document"
FINISHED = "exportin.finished"
_KEPT = ("200", "303", "308", "404", "406", "410")
_SUFFIXES = tuple(f".{media.suffix}" for media in DOCUMENTS)
_HIT = ("X-Cache", "hit")


class Pages:
    """The layer over one application; made anew with each release, so nothing old is ever served."""

    __slots__ = ("_application", "_count", "_kept", "_prepared", "_queries")

    def __init__(
        self,
        application: Application,
        *,
        megabytes: int = 64,
        prepared: Prepared | None = None,
        count: Count = lambda *_: None,
        queries: Recall = nothing,
    ):
        """Take the application that makes pages, how much memory they may fill, and the documents made already.

        ``count`` hears of each answer that was finished: a name for it, its status, and the seconds that it took;
        ``queries`` sends what a query was answered before.
        """
        self._application = application
        self._kept = Memory(megabytes=megabytes)
        self._prepared = prepared or Prepared(None)
        self._count = count
        self._queries = queries

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        """Answer from memory where the page is there, then from the disk, else from the application."""
        recalled = self.recall(environ, start)
        if recalled is not None:
            return recalled
        if not _can_be_kept(environ):
            return self._application(environ, start)
        began = time.perf_counter()
        document = _of_document(environ)
        kept = self._found(document) if document else None
        if kept is not None:
            return self._send(kept, environ, start, began)
        if environ["REQUEST_METHOD"] == "HEAD":
            return self._application(environ, start)
        return self._make(document, environ, start)

    def recall(self, environ: Environ, start: Start) -> list[bytes] | None:
        """Answer from memory, or give None where the answer is not there."""
        if _is_query(environ):
            return self._queries(environ, start)
        if not _can_be_kept(environ):
            return None
        began = time.perf_counter()
        kept = self._kept.get(_of_page(environ))
        if kept is None:
            document = _of_document(environ)
            kept = self._kept.get(document) if document else None
        return None if kept is None else self._send(kept, environ, start, began)

    def _send(self, kept: Kept, environ: Environ, start: Start, began: float) -> list[bytes]:
        status, body = _answer(kept, environ["REQUEST_METHOD"], environ.get("HTTP_IF_NONE_MATCH", ""), start)
        self._count("finished", int(status[:3]), time.perf_counter() - began)
        return [body]

    def _found(self, document: Key) -> Kept | None:
        kept = self._prepared.get(_address(document))
        if kept is not None:
            self._kept.put(document, kept)
        return kept

    def _make(self, document: Key | None, environ: Environ, start: Start) -> Iterable[bytes]:
        told: list[Any] = []
        page, (_, *mount) = _of_page(environ), _place(environ)  # layers behind may write another mount point

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
        kept = Kept(told[0], tuple(told[1]), body, _header(told[1], "etag"))
        if document and environ.get(DOCUMENT) and kept.status.startswith("200"):
            self._prepared.put(_address(document), kept)
            self._kept.put(document, kept)
        else:
            self._kept.put(page, kept)
        return [body]


def _is_query(environ: Environ) -> bool:
    return bool(environ.get("QUERY_STRING")) and environ.get("PATH_INFO") in QUERY_ADDRESSES


def _can_be_kept(environ: Environ) -> bool:
    return environ["REQUEST_METHOD"] in ("GET", "HEAD") and "HTTP_RANGE" not in environ and not _is_query(environ)


def _of_page(environ: Environ) -> Key:
    """Give what fixes an answer: path and mount point, query string, Accept header."""
    return *_place(environ), environ.get("QUERY_STRING", ""), environ.get("HTTP_ACCEPT", "")


def _of_document(environ: Environ) -> Key | None:
    """Give what fixes a document, whose address tells its media type: path and mount point."""
    named = not environ.get("QUERY_STRING") and environ.get("PATH_INFO", "").endswith(_SUFFIXES)
    return _place(environ) if named else None


def _place(environ: Environ) -> tuple[str, str, str]:
    return environ.get("PATH_INFO", ""), environ.get("SCRIPT_NAME", ""), environ.get("HTTP_X_FORWARDED_PREFIX", "")


def kept_as(address: str) -> str:
    """Give the name under which the document at an encoded address of an unmounted site is kept."""
    return _address((unquote_to_bytes(address).decode("latin-1"), "", ""))


def _address(document: Key) -> str:
    path, *mount = document
    return "\n".join((*mount, path))


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
