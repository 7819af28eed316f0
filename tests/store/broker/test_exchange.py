"""A query and its answer are the same on the other side, and noise is never taken for one of them."""

import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import NotOffered, QueryTimedOut, StoreError
from publisher.rdf.media import GRAPHS, HTML, JSON, RESULTS, TURTLE
from publisher.rdf.query import Form
from publisher.store.broker import exchange
from publisher.store.broker.exchange import Question, Terms, answered, asked, read_answer, read_question
from publisher.store.broker.wire import Frames, Garbled, Message, failure, framed, pack, receive
from publisher.store.port import Answer, Limits, Variants

_MEDIA = st.sampled_from((*RESULTS, *GRAPHS))
_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)
_WANTED = st.one_of(_MEDIA, st.builds(Variants, st.none() | _MEDIA, st.none() | _MEDIA))
_LIMITS = st.builds(Limits, st.floats(0.1, 1e6), st.integers(0, 2**40), st.integers(0, 2**40), st.booleans(), st.none())
_GRAPHS = st.lists(_TEXT, max_size=3).map(tuple)
_TERMS = st.builds(Terms, _WANTED, _LIMITS, _GRAPHS, _GRAPHS, st.integers(0, 2**64 - 1))
_COUNT = st.none() | st.integers(0, 2**62)
_TIMES = st.tuples(st.floats(0, 1e9), st.floats(0, 1e9)).map(lambda each: (("parse", each[0]), ("exec", each[1])))
_FIGURES = {
    "rows": _COUNT,
    "truncated": _COUNT,
    "timings": _TIMES,
    "form": st.sampled_from(Form),
    "digest": st.binary(min_size=32, max_size=32).map(bytes.hex),
    "volatile": st.booleans(),
}
_NO = st.sampled_from([False])
_UNSAID = {"etag": st.none(), "release": st.none(), "temporary": _NO, "cached": _NO}
_ANSWERS = st.one_of(
    st.builds(Answer, _MEDIA, body=st.binary(max_size=200), path=st.none(), **_FIGURES, **_UNSAID),
    st.builds(Answer, _MEDIA, body=st.none(), path=st.just(Path("7-1.answer")), **_FIGURES, **_UNSAID),
)


def through(frame: bytes) -> Message:
    """Send a frame through a socket and give what comes out."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(frame)
        message = receive(theirs, Frames())
    assert message is not None
    return message


@given(st.builds(Question, _TEXT, _TERMS, st.integers(0, 2**64 - 1)))
def test_a_question_arrives_as_it_was_asked(question: Question) -> None:
    """Text of any characters, every media type, every limit and graph come out as they went in."""
    assert read_question(through(asked(question))) == question


@given(_ANSWERS, _TEXT)
def test_an_answer_arrives_as_it_was_given(answer: Answer, release: str) -> None:
    """Bytes or a file, with every figure; what neither read nor worked is told as the time in the queue."""
    found = read_answer(through(answered(answer, release)), "7-1.answer", seconds=2.5)
    waited = 2500.0 - answer.timings[0][1] - answer.timings[1][1]
    timings = (*answer.timings, ("queue", waited))
    assert found == answer._replace(timings=timings, release=release or None, temporary=answer.path is not None)


def test_a_failure_is_raised_where_it_arrives() -> None:
    """The error of the worker, with all that it tells."""
    error = QueryTimedOut("the query ran for 5 s and was ended", seconds=5.0, fix="narrow it")
    with pytest.raises(QueryTimedOut, match="ran for 5 s") as caught:
        read_answer(through(pack(failure(error))), "none", seconds=1.0)
    assert (caught.value.seconds, caught.value.fix) == (5.0, "narrow it")


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_noise_is_no_question(head: bytes, body: bytes) -> None:
    """Bytes that nobody wrote as a question are garbled, whatever they are."""
    with pytest.raises(Garbled):
        read_question(Message(head, body))


@pytest.mark.parametrize("terms", ['{"wanted": "text/html"}', '{"wanted": 7}', "[]", "{}", '{"wanted":["a","b","c"]}'])
def test_terms_that_lack_something_are_no_question(terms: str) -> None:
    """JSON that is not what a question's terms are is garbled too."""
    with pytest.raises(Garbled):
        read_question(through(framed(terms.encode(), b"\0" * 8 + b"ASK {}")))


def test_a_media_type_that_no_worker_writes_is_not_asked_for() -> None:
    """It is refused here, with those that are written."""
    terms = Terms(Variants(JSON, HTML), Limits(), (), (), 0)
    with pytest.raises(NotOffered) as caught:
        asked(Question("ASK {}", terms, 1))
    assert isinstance(caught.value, StoreError)
    assert TURTLE.type in caught.value.offered


@given(st.binary(max_size=80), st.binary(max_size=20))
def test_noise_is_no_answer(head: bytes, body: bytes) -> None:
    """What a broken worker says is an error of the service, and nothing else, or an answer in every part."""
    try:
        found = read_answer(Message(head, body), "none", seconds=1.0)
    except StoreError as error:
        assert error.reason == "store.crashed"
    else:
        assert found.media in (*RESULTS, *GRAPHS)


def test_long_terms_are_not_remembered() -> None:
    """A client that names another megabyte of graphs each time fills no memory."""
    before = [cache.cache_info().currsize for cache in (exchange._written_once, exchange._read_once)]
    for number in range(50):
        graphs = (f"http://example.org/{number}" + "x" * 10_000,)
        question = Question("ASK {}", Terms(JSON, Limits(), graphs, (), 0), 1)
        assert read_question(through(asked(question))) == question
    assert before == [cache.cache_info().currsize for cache in (exchange._written_once, exchange._read_once)]
