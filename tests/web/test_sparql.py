"""The SPARQL protocol's request as a pure function."""

from urllib.parse import quote, unquote_to_bytes, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.web.problems import Problem
from publisher.web.sparql.protocol import DIRECT, FORM, UPDATE, SparqlRequest, parse_request, unquoted

ASK = "ASK { ?s ?p 'é+& ' }"


def test_the_three_ways_and_query_say_the_same() -> None:
    """GET, form POST, direct POST and QUERY give one and the same request."""
    form = urlencode({"query": ASK})
    asked = [
        parse_request("GET", None, form, b""),
        parse_request("POST", f"{FORM}; charset=UTF-8", "", form.encode()),
        parse_request("POST", f"{DIRECT};charset=utf-8", "", ASK.encode()),
        parse_request("QUERY", DIRECT, "", ASK.encode()),
    ]
    assert asked == [SparqlRequest(query=ASK)] * 4


def test_the_dataset_of_the_request_is_read() -> None:
    """Graphs may be named many times, in the address of a direct POST as well."""
    text = (
        "default-graph-uri=http://a.example/1&default-graph-uri=http://a.example/2&named-graph-uri=http://a.example/3"
    )
    found = parse_request("POST", DIRECT, text, b"ASK {}")
    assert found == SparqlRequest("ASK {}", ("http://a.example/1", "http://a.example/2"), ("http://a.example/3",))


@pytest.mark.parametrize(
    ("method", "content_type", "query_string", "body", "kind"),
    [
        ("GET", None, "query=ASK{}&query=ASK{}", b"", "too-many-parameters"),
        ("POST", DIRECT, "query=ASK{}", b"ASK{}", "too-many-parameters"),
        ("GET", None, "query=ASK{}&update=CLEAR ALL", b"", "bad-request"),
        ("POST", FORM, "", b"update=CLEAR+ALL", "update-refused"),
        ("POST", UPDATE, "", b"CLEAR ALL", "update-refused"),
        ("POST", "text/plain", "", b"ASK{}", "unsupported-media-type"),
        ("POST", None, "", b"ASK{}", "unsupported-media-type"),
        ("QUERY", None, "", b"ASK{}", "unsupported-media-type"),
        ("POST", f"{DIRECT};charset=latin-1", "", b"ASK{}", "unsupported-media-type"),
        ("POST", FORM, "", b"", "bad-request"),
        ("GET", None, "query=", b"", "query-syntax"),
        ("GET", None, "query=ASK%7B%00%7D", b"", "query-syntax"),
        ("GET", None, "query=%FF", b"", "bad-request"),
        ("POST", DIRECT, "", b"ASK { \xff }", "bad-request"),
        ("GET", None, "query=ASK{}&default-graph-uri=not+an+iri", b"", "bad-request"),
        ("GET", None, "query=ASK{}&timeout=soon", b"", "bad-request"),
        ("POST", DIRECT, "", b" " * 2000, "request-too-large"),
    ],
)
def test_what_is_wrong_is_named(
    method: str, content_type: str | None, query_string: str, body: bytes, kind: str
) -> None:
    """Each request that the protocol does not allow gives its own problem."""
    found = parse_request(method, content_type, query_string, body, longest=1000)
    assert isinstance(found, Problem)
    assert found.kind == kind


def test_a_bare_request_asks_for_the_service() -> None:
    """Without a query, GET asks for the service itself; other parameters are passed over."""
    assert parse_request("GET", None, "x=1", b"") == SparqlRequest()


def test_wishes_are_read() -> None:
    """Format, timeout and partial answers are read under their tolerated names."""
    found = parse_request("GET", None, f"query={quote(ASK)}&output=csv&timeout=2.5&partial=1", b"")
    assert found == SparqlRequest(ASK, format="csv", timeout=2.5, partial=True)


@given(st.sampled_from(["GET", "POST", "QUERY"]), st.sampled_from([None, FORM, DIRECT, "a/b"]), st.text(), st.binary())
def test_any_bytes_are_survived(method: str, media: str | None, text: str, body: bytes) -> None:
    """No request, however mangled, is more than a value or a problem."""
    assert isinstance(parse_request(method, media, quote(text, safe="=&%+"), body), SparqlRequest | Problem)


@given(st.lists(st.sampled_from([b"%", b"=", b"\n", b"\r", b" ", b"A", b"f3", b"%41", b"%0a", b"%3D", b"_", b"\xff"])))
def test_escapes_are_read_as_the_standard_library_reads_them(parts: list[bytes]) -> None:
    """Any bytes, whole escapes and broken ones, give what urllib gives."""
    text = b"".join(parts)
    assert unquoted(text) == unquote_to_bytes(text)
