"""Slow clients: a body has to arrive, and nobody holds more than a share."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any

from publisher.web.serving.patience import Patience
from publisher.web.wsgi import Environ, Start


class Echo:
    """An application that sends back what it got, and at once where the answer is said to be finished."""

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        """Answer with the body of the request."""
        start("200 OK", [])
        return iter([environ["wsgi.input"].read()])

    def recall(self, environ: Environ, start: Start) -> list[bytes] | None:
        """Answer what the request says is finished."""
        if "finished" not in environ:
            return None
        start("200 OK", [])
        return [environ["finished"]]


def _ask(layer: Patience, body: bytes = b"", length: int | None = None) -> tuple[str, Iterable[bytes]]:
    said: list[str] = []
    environ: Environ = {
        "REMOTE_ADDR": "192.0.2.1",
        "CONTENT_LENGTH": str(len(body) if length is None else length),
        "wsgi.input": BytesIO(body),
    }

    def start(status: str, _: list[Any]) -> None:
        said.append(status)

    found = layer(environ, start)
    return said[0], found


def test_a_body_arrives_whole() -> None:
    """A body of any size comes to the application as it was sent."""
    layer = Patience(Echo(), share=2, seconds=5, largest=1 << 20)
    for size in (0, 1, 63, 64, 65, 100_000):
        status, found = _ask(layer, b"x" * size)
        assert (status, b"".join(found)) == ("200 OK", b"x" * size)
        found.close()  # type: ignore[attr-defined]


def test_a_body_that_is_too_large_is_read_past() -> None:
    """What is over the limit is taken in and thrown away, so that its client reads why; what is far over it is not."""
    layer = Patience(Echo(), share=2, seconds=5, largest=100)
    over, far = BytesIO(b"x" * 1500), BytesIO(b"x" * 5000)
    for stream, left in ((over, 0), (far, 5000)):
        length = str(len(stream.getvalue()))
        environ: Environ = {"REMOTE_ADDR": "192.0.2.1", "CONTENT_LENGTH": length, "wsgi.input": stream}
        assert b"".join(layer(environ, lambda *_: None)) == b"x" * left


def test_half_a_body_is_none() -> None:
    """Where the client leaves in the middle, or time runs out, the application is not asked."""
    assert _ask(Patience(Echo(), share=2, seconds=5, largest=100), b"half", 50)[0] == "408 Request Timeout"
    assert _ask(Patience(Echo(), share=2, seconds=-1, largest=100), b"late", 4)[0] == "408 Request Timeout"


def test_a_client_has_its_share() -> None:
    """A client that holds its share of answers gets 429, until one of them is closed."""
    layer = Patience(Echo(), share=2, seconds=5, largest=100)
    held = [_ask(layer)[1] for _ in range(2)]
    assert _ask(layer)[0] == "429 Too Many Requests"
    held[0].close()  # type: ignore[attr-defined]
    held[0].close()  # type: ignore[attr-defined]
    assert [_ask(layer)[0] for _ in range(2)] == ["200 OK", "429 Too Many Requests"]


def test_what_is_finished_counts_for_nothing() -> None:
    """A client that holds its share still gets what is finished, and that holds nothing."""
    layer = Patience(Echo(), share=1, seconds=5, largest=100)
    held = _ask(layer)[1]
    environ: Environ = {"REMOTE_ADDR": "192.0.2.1", "finished": b"kept"}
    assert [layer(environ, lambda *_: None) for _ in range(2)] == [[b"kept"]] * 2
    assert _ask(layer)[0] == "429 Too Many Requests"
    held.close()  # type: ignore[attr-defined]
    assert _ask(layer)[0] == "200 OK"
