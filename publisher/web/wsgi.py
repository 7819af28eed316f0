"""The types of a WSGI application (PEP 3333), as the layers in front of Flask are written with them."""

from collections.abc import Callable, Iterable
from typing import Any, Protocol

Environ = dict[str, Any]
Start = Callable[..., Any]
Application = Callable[[Environ, Start], Iterable[bytes]]
Recall = Callable[[Environ, Start], list[bytes] | None]


class Remembering(Protocol):
    """An application that can send at once what it has finished before."""

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        """Answer a request."""

    def recall(self, environ: Environ, start: Start) -> list[bytes] | None:
        """Answer a request from memory, or give None where the answer is not finished."""


def nothing(_environ: Environ, _start: Start) -> None:
    """Remember nothing."""
