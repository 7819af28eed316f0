"""The thin layer in front: what is kept, what is not, and what is dropped."""

from typing import Any

from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from publisher.web.kept.pages import Pages


class Counting:
    """An application that counts how often it is asked."""

    def __init__(self, **headers: str):
        """Take the headers of every answer."""
        self.asked = 0
        self.headers = {"Cache-Control": "public, max-age=9", "Vary": "Accept", "ETag": '"a"', **headers}

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        """Answer with the number of the request and its Accept header."""
        self.asked += 1
        body = f"{self.asked} {Request(environ).headers.get('Accept')}"
        return Response(body, headers=self.headers)(environ, start)


def test_a_page_is_made_once_for_each_accept() -> None:
    """The same page is made again only for another Accept header or another address."""
    made = Counting()
    client = Client(Pages(made))
    bodies = [client.get("/a", headers={"Accept": accept}).text for accept in ("x/y", "x/y", "y/z", "x/y")]
    assert (bodies, made.asked) == (["1 x/y", "1 x/y", "2 y/z", "1 x/y"], 2)


def test_a_validator_is_answered_without_the_application() -> None:
    """A kept page answers 304 to its own validator, and HEAD without a body."""
    made = Counting()
    client = Client(Pages(made))
    client.get("/a")
    assert client.get("/a", headers={"If-None-Match": 'W/"b", "a"'}).status_code == 304
    assert (client.head("/a").status_code, client.head("/a").data, made.asked) == (200, b"", 1)


def test_what_is_not_public_is_not_kept() -> None:
    """Private answers, answers that vary by more, and cookies are made anew each time."""
    for headers in ({"Cache-Control": "no-store"}, {"Vary": "Accept, Cookie"}, {"Set-Cookie": "a=b"}):
        made = Counting(**headers)
        client = Client(Pages(made))
        client.get("/a")
        client.get("/a")
        assert made.asked == 2, headers


def test_the_memory_is_bounded() -> None:
    """The least recently used page goes first when the memory is full."""
    made = Counting()
    client = Client(Pages(made, megabytes=1))
    for number in range(1200):
        client.get(f"/{number}")
    client.get("/1199")
    assert made.asked == 1200
    client.get("/0")
    assert made.asked == 1201
