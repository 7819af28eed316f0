"""A WSGI layer against slow clients: none can hold more than its share of threads, and none can send for ever.

A request holds a thread of the server until its last byte is taken, so a client that reads or writes one byte a second
could hold them all. A client gets a share of them at once; a body has to arrive in time. What is finished already is
sent first, and counts for nothing. It refuses nothing that a proxy in front has taken in already: where proxies are
trusted, slow clients are their affair, and no share is counted.
"""

import json
import threading
import time
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any

from publisher.web.wsgi import Environ, Remembering, Start

_PIECE = 64
_LARGEST_PIECE = 256 * 1024
_QUICK = 0.01
_PAST = 16  # times the largest body: so much of a larger one is read and thrown away


class Patience:
    """The layer over one application, for one process."""

    __slots__ = ("_application", "_held", "_largest", "_lock", "_recall", "_seconds", "_share")

    def __init__(self, application: Remembering, *, share: int, seconds: float, largest: int):
        """Take the application, requests of one client at once (0: any), and how long and large a body may be."""
        self._application = application
        self._recall = application.recall
        self._share = share
        self._seconds = seconds
        self._largest = largest
        self._held: dict[str, int] = {}
        self._lock = threading.Lock()

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        """Answer what is finished, let another request through, or answer 429 or 408."""
        finished = self._recall(environ, start)
        if finished is not None:
            return finished
        client = environ.get("REMOTE_ADDR", "")
        if not self._enter(client):
            return _refuse(start, "429 Too Many Requests", "too many requests of this client are open at once")
        try:
            if not self._take_in(environ):
                self._leave(client)
                return _refuse(start, "408 Request Timeout", f"the body did not arrive in {self._seconds:g} s")
            answer = self._application(environ, start)
        except BaseException:
            self._leave(client)
            raise
        if isinstance(answer, list | tuple):
            self._leave(client)
            return answer
        return _Held(answer, lambda: self._leave(client))

    def _enter(self, client: str) -> bool:
        with self._lock:
            held = self._held.get(client, 0)
            if self._share and held >= self._share:
                return False
            self._held[client] = held + 1
            return True

    def _leave(self, client: str) -> None:
        with self._lock:
            held = self._held.pop(client)
            if held > 1:
                self._held[client] = held - 1

    def _take_in(self, environ: Environ) -> bool:
        """Take in the body, False where it does not come; one that is too large is read past, up to a bound.

        A client that has sent all of it reads why it was refused; one that is cut off may only see a broken pipe.
        """
        length = environ.get("CONTENT_LENGTH") or ""
        if not length.isdecimal() or not 0 < int(length) <= self._largest * _PAST:
            return True
        keep = int(length) <= self._largest
        stream, left, blocks, piece = environ["wsgi.input"], int(length), [], _PIECE
        deadline = time.monotonic() + self._seconds
        while left > 0:
            before = time.monotonic()
            if before > deadline:
                return False
            block = stream.read(min(piece, left))
            if not block:
                return False  # the client has left: half a query is none
            if keep:
                blocks.append(block)
            left -= len(block)
            piece = min(_LARGEST_PIECE, piece * 4) if time.monotonic() - before < _QUICK else 1
        environ["wsgi.input"] = BytesIO(b"".join(blocks))
        return True


class _Held:
    """An answer on its way; when the server closes it, the client's place is free again."""

    __slots__ = ("_answer", "_done")

    def __init__(self, answer: Iterable[bytes], done: Any):
        self._answer = answer
        self._done = done

    def __iter__(self) -> Iterator[bytes]:
        yield from self._answer

    def close(self) -> None:
        """Close the answer, and free the place."""
        close = getattr(self._answer, "close", None)
        try:
            if close:
                close()
        finally:
            done, self._done = self._done, lambda: None
            done()


def _refuse(start: Start, status: str, detail: str) -> list[bytes]:
    code, _, title = status.partition(" ")
    body = json.dumps({"title": title, "status": int(code), "detail": detail}).encode()
    headers = [("Content-Type", "application/problem+json"), ("Content-Length", str(len(body)))]
    start(status, [*headers, ("Retry-After", "5"), ("Access-Control-Allow-Origin", "*"), ("Connection", "close")])
    return [body]
