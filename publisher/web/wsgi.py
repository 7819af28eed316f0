"""The types of a WSGI application (PEP 3333), as the layers in front of Flask are written with them."""

from collections.abc import Callable, Iterable
from typing import Any

Environ = dict[str, Any]
Start = Callable[..., Any]
Application = Callable[[Environ, Start], Iterable[bytes]]
