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
from publisher.store.port import Variants, Wanted

_HEAD = struct.Struct("!II")
_LARGEST = 64 * 1024 * 1024
_BLOCK = 64 * 1024
_written = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_read = json.JSONDecoder().decode
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

    @property
    def empty(self) -> bool:
        """Tell whether no part of a message is held."""
        return not self._buffer

    def feed(self, block: bytes) -> Iterator[Message]:
        """Take bytes and give every message that is complete; raise Garbled."""
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
        if frames.empty and len(block) >= _HEAD.size:
            head, body = _HEAD.unpack_from(block)
            if len(block) == _HEAD.size + head + body:  # one message and nothing else, as nearly always
                return Message(_object(block[_HEAD.size : _HEAD.size + head]), block[_HEAD.size + head :])
        for message in frames.feed(block):
            return message


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


def said_of(wanted: Wanted) -> Any:
    """Give what an answer is to be written as, as a part of a message."""
    if isinstance(wanted, Media):
        return wanted.type
    return [media and media.type for media in wanted]


def wanted_of(said: Any) -> Wanted:
    """Give what ``said_of`` wrote; raise NotOffered for a name that is none of a media type."""
    if isinstance(said, str):
        return media_named(said)
    rows, graph = (name and media_named(name) for name in said)
    return Variants(rows, graph)


def media_named(name: str) -> Media:
    """Give the media type of a registered name; raise NotOffered."""
    if name not in _MEDIA:
        raise errors.NotOffered(f"no answer can be written as {name}", offered=tuple(_MEDIA))
    return _MEDIA[name]


def _object(text: bytes) -> dict[str, Any]:
    try:
        value = _read(text.decode("utf-8", "surrogatepass"))
    except ValueError:
        raise Garbled from None
    if not isinstance(value, dict):
        raise Garbled
    return value
