"""Messages between a store's client, its broker and its workers: a JSON object and bytes behind it, on one socket.

It refuses messages over 64 MiB: no request of this service is near that, so the other side speaks something else.
"""

import json
import socket
import struct
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, NamedTuple

from publisher import errors
from publisher.errors import Position, StoreError, Where
from publisher.rdf.media import GRAPHS, RESULTS, Media
from publisher.rdf.query import Form, Query

_HEAD = struct.Struct("!II")
_LARGEST = 64 * 1024 * 1024
_BLOCK = 64 * 1024
_BEGINNING = Position(1, 1, 0)
_written = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_FIELDS = ("position", "seconds", "limit", "unit", "retry_after", "offered")
_CLASSES: Mapping[str, type[StoreError]] = {
    kind.__name__: kind
    for kind in (
        errors.StoreError,
        errors.QueryRejected,
        errors.QueryRefused,
        errors.QueryTimedOut,
        errors.ResultTooLarge,
        errors.Overloaded,
        errors.RateLimited,
        errors.NotOffered,
    )
}
_MEDIA = {media.type: media for media in (*RESULTS, *GRAPHS)}


class Message(NamedTuple):
    """What was said, and the bytes that came with it."""

    head: dict[str, Any]
    body: bytes


class Garbled(Exception):
    """The other side does not speak this protocol; whoever sees it closes the connection."""


class Frames:
    """Bytes of a socket, as they come, into messages."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._buffer = bytearray()

    def feed(self, block: bytes) -> Iterator[Message]:
        """Take bytes and give every message that is complete; raise Garbled."""
        if not self._buffer and len(block) >= _HEAD.size:
            head, body = _HEAD.unpack_from(block)
            if len(block) == _HEAD.size + head + body:  # one message and nothing else, as nearly always
                yield Message(_object(block[_HEAD.size : _HEAD.size + head]), block[_HEAD.size + head :])
                return
        self._buffer += block
        while len(self._buffer) >= _HEAD.size:
            head, body = _HEAD.unpack_from(self._buffer)
            if head + body > _LARGEST:
                raise Garbled
            end = _HEAD.size + head + body
            if len(self._buffer) < end:
                return
            frame = bytes(self._buffer[_HEAD.size : end])
            del self._buffer[:end]
            yield Message(_object(frame[:head]), frame[head:])


def pack(head: Mapping[str, Any], body: bytes = b"") -> bytes:
    """Give the bytes of one message."""
    text = _written(head).encode("utf-8", "surrogatepass")
    return _HEAD.pack(len(text), len(body)) + text + body


def receive(connection: socket.socket, frames: Frames) -> Message | None:
    """Wait for one message; None where the other side has closed. Raises OSError and Garbled."""
    while True:
        block = connection.recv(_BLOCK)
        if not block:
            return None
        for message in frames.feed(block):
            return message


def said_of(query: Query) -> dict[str, Any]:
    """Give a query that was checked as a part of a message: its text, and what an engine has to know of it."""
    return {
        "text": query.text,
        "form": query.form.value,
        "base": query.base,
        "default": query.default_graphs,
        "named": query.named_graphs,
        "limit": query.limit,
        "end": query.end,
    }


def query_of(said: Mapping[str, Any]) -> Query:
    """Give the query that ``said_of`` wrote; what it was checked for is not told again."""
    return Query(
        text=said["text"],
        form=Form(said["form"]),
        base=said["base"],
        default_graphs=tuple(said["default"]),
        named_graphs=tuple(said["named"]),
        services=(),
        undeclared=(),
        depth=0,
        deepest=_BEGINNING,
        volatile=False,
        limit=tuple(said["limit"]) if said["limit"] else None,
        end=said["end"],
    )


def failure(error: StoreError) -> dict[str, Any]:
    """Give an error as a message."""
    fields = {name: getattr(error, name) for name in _FIELDS if hasattr(error, name)}
    if isinstance(fields.get("position"), Position):
        fields["position"] = asdict(fields["position"])
    return {
        "failure": type(error).__name__,
        "message": error.message,
        "fix": error.fix,
        "reason": error.reason,
        "where": None if error.where is None else asdict(error.where),
        "fields": fields,
    }


def raised(head: Mapping[str, Any]) -> StoreError:
    """Give the error that ``failure`` wrote."""
    kind = _CLASSES.get(head["failure"], StoreError)
    fields = dict(head["fields"])
    if isinstance(fields.get("position"), dict):
        fields["position"] = Position(**fields["position"])
    if "offered" in fields:
        fields["offered"] = tuple(fields["offered"])
    error = kind(head["message"], fix=head["fix"], **fields)
    error.reason = head["reason"]
    error.where = None if head["where"] is None else Where(**head["where"])
    return error


def media_named(name: str) -> Media:
    """Give the media type of a registered name; raise NotOffered."""
    if name not in _MEDIA:
        raise errors.NotOffered(f"no answer can be written as {name}", offered=tuple(_MEDIA))
    return _MEDIA[name]


def _object(text: bytes) -> dict[str, Any]:
    try:
        value = json.loads(text.decode("utf-8", "surrogatepass"))
    except ValueError:
        raise Garbled from None
    if not isinstance(value, dict):
        raise Garbled
    return value
