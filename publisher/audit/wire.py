"""A small, polite HTTP client: a rate, deadlines, caps on bytes and redirects, and no private addresses unless told.

Nothing that the other side says is believed: a host is resolved once and connected to at that address, so a name that
changes its mind leads nowhere; every redirect is checked again; a body is read to the cap and not further. It knows
no proxies, no cookies and no credentials.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

import publisher
from publisher.errors import AuditFailed, UsageError, Where

AGENT = f"exportin/{publisher.__version__} (audit)"
REDIRECTS = 5
BODY_LIMIT = 8 << 20
_MOVED = (301, 302, 303, 307, 308)
_BUSY = (429, 503)
_PATIENCE = 10
_LONGEST_LENGTH = 15
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: names of headers are in small letters; ``whole`` tells whether the cap left the body complete.

    ``hops`` are the answers that redirected here, first to last; their bodies are dropped.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    whole: bool = True
    hops: tuple["Reply", ...] = ()

    @property
    def media(self) -> str:
        """Give the media type in small letters, without parameters."""
        return self.header("content-type").partition(";")[0].strip().lower()

    @property
    def text(self) -> str:
        """Give the body as UTF-8 text; what is not UTF-8 is replaced."""
        return self.body.decode("utf-8", "replace")

    @property
    def first(self) -> "Reply":
        """Give the answer to the request itself, before any redirect."""
        return self.hops[0] if self.hops else self

    @property
    def length(self) -> int | None:
        """Give the announced length in bytes; None where it is not told."""
        told = self.header("content-length")
        return int(told) if told.isdecimal() and len(told) <= _LONGEST_LENGTH else None

    def header(self, name: str) -> str:
        """Give a header, repeated ones joined by commas; empty where it is missing."""
        return self.headers.get(name, "")

    def __str__(self) -> str:
        """Give the status and the media type, as a person tells an answer."""
        way = f" after {len(self.hops)} redirect{'s' if len(self.hops) > 1 else ''}" if self.hops else ""
        return f"{self.status} {self.media or 'without a media type'}{way}"


@dataclass(slots=True)
class Client:
    """Asks one thing at a time: at most ``rate`` requests in a second, each done within ``seconds``.

    ``private`` are the hosts and ports that may be at addresses of a private network, loopback included.
    """

    rate: float
    seconds: float
    private: frozenset[tuple[str, int]] = frozenset()
    sleep: Callable[[float], None] = time.sleep
    asked: int = 0
    _next: float = 0.0
    _addresses: dict[tuple[str, int], str] = field(default_factory=dict)

    def ask(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] = _NONE,
        body: bytes = b"",
        follow: bool = True,
        limit: int = BODY_LIMIT,
    ) -> Reply:
        """Ask and give the answer, whatever its status; raise AuditFailed where there is none or it is not allowed."""
        hops: list[Reply] = []
        while True:
            reply = self._once(url, method, headers, body, limit)
            if not (follow and reply.status in _MOVED and reply.header("location")):
                return Reply(reply.url, reply.status, reply.headers, reply.body, reply.whole, tuple(hops))
            hops.append(Reply(reply.url, reply.status, reply.headers))
            if len(hops) > REDIRECTS:
                raise failed(url, f"more than {REDIRECTS} redirects", "redirect once, to where the answer is")
            url = joined(url, reply.header("location"))
            if reply.status == 303 and method != "HEAD":  # noqa: PLR2004 - See Other
                method, body = "GET", b""

    def _once(self, url: str, method: str, headers: Mapping[str, str], body: bytes, limit: int) -> Reply:
        """Ask without following, once more where the site is busy and says for how short a time."""
        reply = self._send(url, method, headers, body, limit)
        wait = reply.header("retry-after")
        if reply.status in _BUSY and wait.isdecimal() and len(wait) <= len(str(_PATIENCE)) and int(wait) <= _PATIENCE:
            self.sleep(float(wait))
            reply = self._send(url, method, headers, body, limit)
        return reply

    def _send(self, url: str, method: str, headers: Mapping[str, str], body: bytes, limit: int) -> Reply:
        parts = web_address(url)
        connection = self._connection(parts)
        self._pace()
        target = urlunsplit(("", "", parts.path or "/", parts.query, ""))
        sent = {"User-Agent": AGENT, "Accept-Encoding": "identity", "Connection": "close"} | dict(headers)
        watch = threading.Timer(self.seconds, _cut, (connection,))
        watch.daemon = True
        watch.start()
        try:
            connection.request(method, target, body or None, sent)
            found = connection.getresponse()
            content = found.read(limit + 1)
            named: dict[str, str] = {}
            for name, value in found.getheaders():
                named[name.lower()] = f"{named[name.lower()]}, {value}" if name.lower() in named else value
        except (OSError, http.client.HTTPException, ValueError) as error:
            if isinstance(error, TimeoutError) or connection.cut:
                raise failed(url, f"no whole answer in {self.seconds:g} s") from None
            raise failed(url, f"no answer: {error!r}") from None
        finally:
            watch.cancel()
            connection.close()
        if connection.cut:
            raise failed(url, f"no whole answer in {self.seconds:g} s")
        return Reply(urlunsplit(parts), found.status, named, content[:limit], len(content) <= limit)

    def _connection(self, parts: SplitResult) -> "_Plain":
        host, port = place_of(parts)
        if (host, port) not in self._addresses:
            self._addresses[host, port] = self._resolved(host, port)
        made = _Secure if parts.scheme == "https" else _Plain
        return made(self._addresses[host, port], host, port, self.seconds)

    def _resolved(self, host: str, port: int) -> str:
        try:
            found = [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        except (OSError, UnicodeError) as error:
            raise failed(host, f"this name has no address: {error}", "check the name") from None
        if (host, port) not in self.private and not all(is_public(address) for address in found):
            raise failed(
                host,
                f"{host} is at {', '.join(sorted(set(found)))}, an address of a private network",
                "give --allow-private where the site that you audit is meant to be there",
            )
        return found[0]

    def _pace(self) -> None:
        now = time.monotonic()
        if now < self._next:
            self.sleep(self._next - now)
        self._next = max(now, self._next) + 1 / self.rate
        self.asked += 1


class _Plain(http.client.HTTPConnection):
    """A connection to an address that was resolved and allowed before."""

    def __init__(self, address: str, host: str, port: int, seconds: float):
        super().__init__(host, port, timeout=seconds)
        self._address = address
        self.line: socket.socket | None = None
        self.cut = False

    def connect(self) -> None:
        self.line = socket.create_connection((self._address, self.port), self.timeout)
        self.sock = self.line


class _Secure(_Plain):
    """The same with TLS, the certificate checked against the name."""

    default_port = 443

    def connect(self) -> None:
        super().connect()
        if self.line is not None:
            self.line = ssl.create_default_context().wrap_socket(self.line, server_hostname=self.host)
            self.sock = self.line


def _cut(connection: _Plain) -> None:
    """End a request whose time is over, wherever it stands."""
    connection.cut = True
    if connection.line is not None:
        try:
            connection.line.shutdown(socket.SHUT_RDWR)
        except OSError:
            return


def web_address(url: str) -> SplitResult:
    """Give the parts of an ``http`` or ``https`` URL, ready to be sent; raise UsageError for anything else."""
    try:
        parts = urlsplit(url.strip())
        good = parts.scheme in ("http", "https") and parts.hostname and parts.username is None and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise UsageError(f"{url!r} is not an address of the web", fix="give one that begins with https://")
    safe = "/%:@!$&'()*+,;=~-._?[]"
    return parts._replace(path=quote(parts.path, safe=safe), query=quote(parts.query, safe=safe), fragment="")


def place_of(parts: SplitResult) -> tuple[str, int]:
    """Give the host and the port of an address of the web."""
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def joined(place: str, target: str) -> str:
    """Give a target as seen from a place; raise AuditFailed where it is no URL."""
    try:
        return urljoin(place, target)
    except ValueError:
        raise failed(place, f"names {target!r}, which is no URL", "mend that link") from None


def is_public(address: str) -> bool:
    """Tell whether an address is one of the public network, also where an IPv6 address wraps an IPv4 address.

    >>> is_public("93.184.216.34"), is_public("127.0.0.1"), is_public("::ffff:10.0.0.1"), is_public("169.254.169.254")
    (True, False, False, False)
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is None and found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            found = inner
    return found.is_global and not found.is_multicast


def failed(place: str, message: str, fix: str | None = None) -> AuditFailed:
    """Give the failure of a request."""
    return AuditFailed(message, where=Where(place), fix=fix or "check that this address answers")
