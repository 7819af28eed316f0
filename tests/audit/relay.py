"""A site with one defect: it hands requests on to a good site, and spoils one thing on the way."""

import http.client
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote_plus, urlsplit


@dataclass(frozen=True)
class Request:
    """A request as it came; names of headers are in small letters."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def path(self) -> str:
        """Give the path without the query."""
        return urlsplit(self.target).path

    @property
    def accept(self) -> str:
        """Give what the client takes."""
        return self.headers.get("accept", "")

    @property
    def query(self) -> str:
        """Give the first SPARQL query, from wherever it stands; empty where there is none."""
        told = parse_qs(urlsplit(self.target).query).get("query")
        return told[0] if told else unquote_plus(self.body.decode()).removeprefix("query=")


@dataclass(frozen=True)
class Answer:
    """An answer to be sent."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


Ask = Callable[[Request], Answer]
Defect = Callable[[Request, Ask], Answer]
When = Callable[[Request], bool]


def good(request: Request, ask: Ask) -> Answer:
    """Spoil nothing."""
    return ask(request)


def always(_: Request) -> bool:
    """Say yes to every request."""
    return True


def at(prefix: str) -> When:
    """Choose the requests whose path begins so."""
    return lambda request: request.path.startswith(prefix)


def accepting(accept: str, *, word: str = "", path: str = "/sparql") -> When:
    """Choose the requests with an Accept header and, where it is given, a word in the query."""
    return lambda request: request.accept == accept and word in request.query and request.path.startswith(path)


def as_if(accept: str, when: When) -> Defect:
    """Answer as if another Accept header had been sent."""
    return headed("accept", accept, when)


def headed(name: str, value: str, when: When) -> Defect:
    """Answer as if a header of the request had been another, or absent where it is empty."""

    def defect(request: Request, ask: Ask) -> Answer:
        if not when(request):
            return ask(request)
        rest = {key: old for key, old in request.headers.items() if key != name}
        return ask(replace(request, headers=rest | ({name: value} if value else {})))

    return defect


def aimed(old: str, new: str, when: When = always) -> Defect:
    """Answer as if the target had been another."""

    def defect(request: Request, ask: Ask) -> Answer:
        return ask(replace(request, target=re.sub(old, new, request.target)) if when(request) else request)

    return defect


def without(name: str, when: When = always) -> Defect:
    """Leave a header out of the answers."""
    return labelled(name, "", when)


def labelled(name: str, value: str, when: When = always) -> Defect:
    """Send another value of a header; where it is empty, none."""

    def defect(request: Request, ask: Ask) -> Answer:
        answer = ask(request)
        if not when(request):
            return answer
        rest = {key: old for key, old in answer.headers.items() if key != name}
        return replace(answer, headers=rest | ({name: value} if value else {}))

    return defect


def with_status(status: int, when: When) -> Defect:
    """Send another status, and nothing else where it is an error."""

    def defect(request: Request, ask: Ask) -> Answer:
        if not when(request):
            return ask(request)
        kind = {"content-type": "text/plain; charset=utf-8"}
        return replace(ask(request), status=status) if status < 300 else Answer(status, kind, b"no")

    return defect


def saying(body: bytes, when: When, type_: str = "") -> Defect:
    """Send another body."""

    def defect(request: Request, ask: Ask) -> Answer:
        if not when(request) or request.method == "HEAD":
            return ask(request)
        answer = ask(request)
        return replace(answer, headers=answer.headers | ({"content-type": type_} if type_ else {}), body=body)

    return defect


def edited(pattern: bytes, new: bytes, when: When = always) -> Defect:
    """Change words in the bodies and in the Link header."""

    def defect(request: Request, ask: Ask) -> Answer:
        answer = ask(request)
        if not when(request):
            return answer
        link = re.sub(pattern, new, answer.headers.get("link", "").encode()).decode()
        headers = answer.headers | ({"link": link} if link else {})
        return replace(answer, headers=headers, body=re.sub(pattern, new, answer.body))

    return defect


class Relay:
    """The running relay; ``defect`` can be switched while it runs."""

    def __init__(self, upstream: int):
        """Take the port of the good site."""
        self.defect: Defect = good
        self._upstream = upstream
        relay = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                """Say nothing."""

            def _handle(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                headers = {name.lower(): value for name, value in self.headers.items()}
                request = Request(self.command, self.path, headers, self.rfile.read(length))
                answer = relay.defect(request, relay.ask)
                self.send_response_only(answer.status)
                for name, value in answer.headers.items():
                    if name not in ("content-length", "transfer-encoding", "connection"):
                        self.send_header(name, value)
                told = answer.headers.get("content-length", "0") if self.command == "HEAD" else str(len(answer.body))
                self.send_header("content-length", told)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(answer.body)

            do_GET = do_HEAD = do_POST = do_OPTIONS = _handle  # noqa: N815 - the names that the server looks for

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]

    @property
    def root(self) -> str:
        """Give the address of the relay."""
        return f"http://127.0.0.1:{self.port}/"

    def ask(self, request: Request) -> Answer:
        """Ask the good site."""
        connection = http.client.HTTPConnection("127.0.0.1", self._upstream, timeout=20)
        try:
            connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
            for name, value in request.headers.items():
                if name not in ("content-length", "connection"):
                    connection.putheader(name, value)
            connection.putheader("content-length", str(len(request.body)))
            connection.endheaders(request.body or None)
            found = connection.getresponse()
            return Answer(found.status, {k.lower(): v for k, v in found.getheaders()}, found.read())
        finally:
            connection.close()

    @contextmanager
    def running(self) -> Iterator["Relay"]:
        """Serve until the end of the block."""
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()
