"""The client of the audit: polite, bounded, and not to be led anywhere it was not sent."""

import gzip
import socket
import threading
import time

import pytest

from publisher.audit.probes.downloading import unpacked
from publisher.audit.wire import REDIRECTS, Client, is_public
from publisher.errors import AuditFailed
from tests.audit.relay import Answer, Ask, Relay, Request, always, saying


def _client(relay: Relay, **options: object) -> Client:
    return Client(**{"rate": 1e4, "seconds": 5.0, "private": frozenset({("127.0.0.1", relay.port)})} | options)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - it is refused
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
def test_an_address_of_a_private_network_is_not_public(address: str) -> None:
    """Loopback, link-local, private, shared and multicast addresses are refused, wrapped in IPv6 too."""
    assert not is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "0x7f000001", "2130706433", "[::1]"])
def test_this_machine_is_refused_by_any_name(host: str) -> None:
    """Whatever the name is written like, the address that it leads to decides."""
    with pytest.raises(AuditFailed, match=r"an address of a private network|has no address"):
        Client(1e4, 5).ask(f"http://{host}:1/")


def test_a_redirect_into_the_private_network_is_refused(relay: Relay) -> None:
    """Only the site that was named may be here, at its port; where it redirects to is checked again."""
    relay.defect = lambda *_: Answer(302, {"location": "http://127.0.0.1:1/secret"})

    with pytest.raises(AuditFailed, match="an address of a private network"):
        _client(relay).ask(relay.root)


@pytest.mark.parametrize("place", ["file:///etc/hostname", "ftp://127.0.0.1/", "http://[x", "http://u:p@127.0.0.1/"])
def test_a_redirect_to_what_is_not_the_web_is_refused(relay: Relay, place: str) -> None:
    """A Location with another scheme, with a password, or that is no URL leads nowhere."""
    relay.defect = lambda *_: Answer(302, {"location": place})

    with pytest.raises(Exception, match=r"no URL|not an address of the web") as caught:
        _client(relay).ask(relay.root)

    assert caught.value.exit_status == 2


def test_a_name_is_resolved_once(relay: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that changes its address between two requests is still asked where it was checked."""
    answers = iter(["127.0.0.1", "127.0.0.2"])
    real = socket.getaddrinfo

    def resolve(host: str, *rest: int, **options: int) -> object:
        return real(next(answers) if host == "rebound.example" else host, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    client = _client(relay, private=frozenset({("rebound.example", relay.port)}))
    relay.defect = saying(b"here", always)

    assert [b"here", b"here"] == [client.ask(f"http://rebound.example:{relay.port}/{n}").body for n in (1, 2)]


def test_redirects_are_followed_to_a_cap(relay: Relay) -> None:
    """A loop ends after a few redirects, and the request says so."""
    seen: list[str] = []
    relay.defect = lambda request, _: seen.append(request.path) or Answer(302, {"location": "/again"})

    with pytest.raises(AuditFailed, match=f"more than {REDIRECTS} redirects"):
        _client(relay).ask(relay.root)

    assert REDIRECTS + 1 == len(seen)


def test_a_body_is_read_to_a_cap(relay: Relay) -> None:
    """What is longer than the cap is cut, and the answer says so."""
    relay.defect = saying(b"x" * 1000, always)

    reply = _client(relay).ask(relay.root, limit=100)

    assert (100, False) == (len(reply.body), reply.whole)


def test_a_trickle_is_ended_at_the_deadline() -> None:
    """A site that sends a byte now and then cannot hold the audit: the deadline is that of the whole answer."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def trickle() -> None:
            line, _ = server.accept()
            with line:
                line.sendall(b"HTTP/1.1 200 OK\r\n")
                try:
                    for _ in range(100):
                        line.sendall(b"X: y\r\n")
                        time.sleep(0.05)
                except OSError:
                    return

        thread = threading.Thread(target=trickle, daemon=True)
        thread.start()
        began = time.monotonic()
        with pytest.raises(AuditFailed, match=r"no whole answer in 0\.3 s"):
            Client(1e4, 0.3, frozenset({("127.0.0.1", port)})).ask(f"http://127.0.0.1:{port}/")
        thread.join()

    assert time.monotonic() - began < 3


def test_requests_keep_to_the_rate(relay: Relay) -> None:
    """Ten requests at four a second wait for two seconds and more between them."""
    waited: list[float] = []
    relay.defect = saying(b"", always)
    client = _client(relay, rate=4.0, sleep=waited.append)

    for number in range(10):
        client.ask(f"{relay.root}{number}")

    assert sum(waited) > 2
    assert max(waited) <= 10 / 4


def test_a_busy_site_is_asked_once_more(relay: Relay) -> None:
    """Retry-After is kept to where it is short; a site that asks for an hour is not asked again."""
    waited: list[float] = []
    answers = iter([Answer(429, {"retry-after": "2"}), Answer(200), Answer(503, {"retry-after": "3600"})])
    relay.defect = lambda *_: next(answers)
    client = _client(relay, sleep=waited.append)

    assert [200, 503] == [client.ask(f"{relay.root}{n}").status for n in (1, 2)]
    assert 2.0 in waited


def test_no_credentials_and_no_proxy_are_used(relay: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment's proxies are not asked, and nothing but the named headers is sent."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1/")
    seen: list[dict[str, str]] = []

    def keep(request: Request, _: Ask) -> Answer:
        seen.append(request.headers)
        return Answer(200)

    relay.defect = keep
    _client(relay).ask(relay.root, headers={"Accept": "text/turtle"})

    assert {"host", "user-agent", "accept-encoding", "connection", "accept"} == set(seen[0])
    assert "exportin/" in seen[0]["user-agent"]


def test_a_bomb_is_not_unpacked() -> None:
    """Of a file that is a thousand times as long without its compression, only the beginning is unpacked."""
    found, whole = unpacked(gzip.compress(bytes(80 << 20), 1))

    assert (64 << 20, False) == (len(found), whole)
