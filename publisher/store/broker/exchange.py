"""What a process and a worker say to each other for one query: the query and its terms, the answer and its figures.

    terms, written once for thousands of queries │ number of its file, query ──▶
                                                   ◀── figures, a fixed record │ answer      (or a failure │ nothing)

It refuses to know sockets, and what the query or the answer says.
"""

import functools
import struct
from pathlib import Path
from typing import Any, NamedTuple

from publisher import errors
from publisher.rdf.media import GRAPHS, RESULTS, Media
from publisher.rdf.query import Form
from publisher.store.broker.wire import Garbled, Message, framed, raised, written
from publisher.store.port import Answer, Limits, Variants, Wanted

_MEDIA = (*RESULTS, *GRAPHS)
_BY_NAME = {media.type: media for media in _MEDIA}
_PLACES = {media: place for place, media in enumerate(_MEDIA)}
_FORMS = tuple(Form)
_FORM_PLACES = {form: place for place, form in enumerate(_FORMS)}
_NUMBER = struct.Struct("!Q")
_FIGURES = struct.Struct("!4B2q2d32s")  # media type, form, volatile, in a file; rows, cut after; milliseconds; SHA-256
_UNKNOWN = -1
_KEPT = 1024  # terms that are written or read once, each no longer than …
_LONGEST = 512


class Terms(NamedTuple):
    """How a query is to be answered, and for whom: the client's number on the board, 0 for the site itself."""

    wanted: Wanted
    limits: Limits
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    client: int


class Question(NamedTuple):
    """A query, its terms, and the number of the file that a large answer is written to."""

    text: str
    terms: Terms
    number: int


def asked(question: Question) -> bytes:
    """Give the message that a query is; raise NotOffered for a media type that no worker writes."""
    text = question.text.encode("utf-8", "surrogatepass")
    return framed(_head_of(question.terms), _NUMBER.pack(question.number) + text)


def read_question(message: Message) -> Question:
    """Give what ``asked`` wrote; raise Garbled where it is none."""
    try:
        [number] = _NUMBER.unpack_from(message.body)
        text = message.body[_NUMBER.size :].decode("utf-8", "surrogatepass")
        return Question(text, _terms_of(message.head), number)
    except (struct.error, KeyError, TypeError, ValueError):
        raise Garbled from None


def answered(answer: Answer, release: str) -> bytes:
    """Give the message that an answer of a release is; its bytes stay in the file where they are in one."""
    timings = dict(answer.timings)
    figures = _FIGURES.pack(
        _PLACES[answer.media],
        _FORM_PLACES[answer.form],
        answer.volatile,
        answer.path is not None,
        _UNKNOWN if answer.rows is None else answer.rows,
        _UNKNOWN if answer.truncated is None else answer.truncated,
        timings["parse"],
        timings["exec"],
        bytes.fromhex(answer.digest or ""),
    )
    return framed(figures + release.encode("utf-8", "surrogatepass"), answer.body or b"")


def read_answer(message: Message, file: str, *, seconds: float) -> Answer:
    """Give the answer that a message is, or raise its failure.

    ``file`` is where a large one is, ``seconds`` is how long it took: what the engine did not work is ``queue``. Raises
    StoreError where it is neither.
    """
    try:
        if message.head.startswith(b"{"):
            raise raised(message.said())
        return _answer(message, file, seconds * 1e3)
    except (struct.error, Garbled, LookupError, TypeError, ValueError):
        raise errors.StoreError("the engine's answer cannot be read", code="store.crashed") from None


def _answer(message: Message, file: str, milliseconds: float) -> Answer:
    media, form, volatile, large, rows, truncated, parse, spent, digest = _FIGURES.unpack_from(message.head)
    queue = milliseconds - parse - spent
    return Answer(
        _MEDIA[media],
        body=None if large else message.body,
        path=Path(file) if large else None,
        rows=None if rows == _UNKNOWN else rows,
        truncated=None if truncated == _UNKNOWN else truncated,
        timings=(("parse", parse), ("exec", spent), ("queue", queue)),
        temporary=bool(large),
        release=message.head[_FIGURES.size :].decode("utf-8", "surrogatepass") or None,
        form=_FORMS[form],
        digest=digest.hex(),
        volatile=bool(volatile),
    )


def answer_file(folder: str | Path, process: int, number: int) -> str:
    """Give the path of the file of a large answer to a process, in the broker's folder."""
    return f"{folder}/{process}-{number}.answer"


def _head_of(terms: Terms) -> bytes:
    return _written(terms) if terms.default_graphs or terms.named_graphs else _written_once(terms)


def _written(terms: Terms) -> bytes:
    wanted = terms.wanted
    names = _name(wanted) if isinstance(wanted, Media) else [each and _name(each) for each in wanted]
    return written({**terms._asdict(), "wanted": names, "limits": terms.limits[:-1]})


def _terms_of(head: bytes) -> Terms:
    return _read(head) if len(head) > _LONGEST else _read_once(head)


def _read(head: bytes) -> Terms:
    said = Message(head, b"").said()
    default, named = (tuple(said[name]) for name in ("default_graphs", "named_graphs"))
    return Terms(_wanted_of(said["wanted"]), Limits(*said["limits"]), default, named, said["client"])


_written_once = functools.lru_cache(maxsize=_KEPT)(_written)
_read_once = functools.lru_cache(maxsize=_KEPT)(_read)


def _wanted_of(names: Any) -> Wanted:
    if isinstance(names, str):
        return _BY_NAME[names]
    rows, graph = (name and _BY_NAME[name] for name in names)
    return Variants(rows, graph)


def _name(media: Media) -> str:
    if media not in _PLACES:
        raise errors.NotOffered(f"no answer can be written as {media.type}", offered=tuple(_BY_NAME))
    return media.type
