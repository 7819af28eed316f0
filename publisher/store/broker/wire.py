"""Messages between a store's client, its broker and its workers: a head and bytes behind it, on one socket.

The head is a JSON object, but for what ``exchange`` writes shorter because every query pays for it.

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


class Message(NamedTuple):
    """What was said, as it came, and the bytes that came with it."""

    head: bytes
    body: bytes

    def said(self) -> dict[str, Any]:
        """Give the JSON object that the head is; raise Garbled where it is none."""
        try:
            value = _read(self.head.decode("utf-8", "surrogatepass"))
        except ValueError:
            raise Garbled from None
        if not isinstance(value, dict):
            raise Garbled
        return value


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
            yield Message(frame[:head], frame[head:])


def pack(head: Mapping[str, Any]) -> bytes:
    """Give the bytes of one message that is a JSON object."""
    return framed(written(head), b"")


def written(head: Mapping[str, Any]) -> bytes:
    """Give a JSON object as the head of a message."""
    return _written(head).encode("utf-8", "surrogatepass")


def framed(head: bytes, body: bytes) -> bytes:
    """Give the bytes of one message."""
    return b"".join((_HEAD.pack(len(head), len(body)), head, body))


def receive(connection: socket.socket, frames: Frames) -> Message | None:
    """Wait for one message; None where the other side has closed. Raises OSError and Garbled."""
    while True:
        block = connection.recv(_BLOCK)
        if not block:
            return None
        if frames.empty and len(block) >= _HEAD.size:
            head, body = _HEAD.unpack_from(block)
            if len(block) == _HEAD.size + head + body:  # one message and nothing else, as nearly always
                return Message(block[_HEAD.size : _HEAD.size + head], block[_HEAD.size + head :])
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
