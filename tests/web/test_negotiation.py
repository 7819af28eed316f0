"""Choosing a representation by Accept and by name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.rdf.media import CSV, DOCUMENTS, HTML, JSON, JSON_LD, N_TRIPLES, RDF_XML, RESULTS, TURTLE, XML, Media
from publisher.web.negotiation import Unknown, asked_for, choose, is_browser, normalised

CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        (None, HTML),
        ("*/*", HTML),
        (CHROME, HTML),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", HTML),
        ("text/turtle", TURTLE),
        ("text/turtle;charset=utf-8", TURTLE),
        ("text/turtle;q=.9, text/html;q=.1", TURTLE),
        ("application/x-turtle", TURTLE),
        ("text/n3", TURTLE),
        ("application/json", JSON_LD),
        ("application/ld+json, */*;q=0.1", JSON_LD),
        ("application/rdf+xml, text/turtle;q=0.5", RDF_XML),
        ("text/plain", N_TRIPLES),
        ("text/*;q=0.5, text/html;q=0", TURTLE),
        ("application/xhtml+xml", HTML),
        ("image/png", None),
        ("text/turtle, */*", TURTLE),
        ("nonsense", None),
    ],
)
def test_accept_chooses_the_document(accept: str | None, wanted: Media | None) -> None:
    """Each header that clients really send leads to the variant they mean."""
    assert choose(accept, DOCUMENTS, default=HTML) == wanted


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("application/json", JSON),
        ("application/xml", XML),
        ("text/turtle", None),
        ("application/sparql-results+xml, application/rdf+xml, text/turtle", XML),
        ("text/csv;q=0.9, text/tab-separated-values;q=0.8", CSV),
    ],
)
def test_rows_are_chosen_among_rows(accept: str, wanted: Media | None) -> None:
    """A long list of both families gives the right one, a list of the wrong one gives nothing."""
    assert choose(accept, RESULTS) == wanted


def test_a_name_overrides_and_an_unknown_name_is_told() -> None:
    """``format=`` and its aliases name a variant; a name that fits none is not passed over."""
    assert asked_for({"format": "ttl"}, DOCUMENTS) == TURTLE
    assert asked_for({"_mediatype": "application/rdf xml"}, DOCUMENTS) == RDF_XML
    assert asked_for({"format": "docx"}, DOCUMENTS) == Unknown("docx")
    assert asked_for({}, DOCUMENTS) is None


def test_browsers_are_told_from_programs() -> None:
    """Only a client that names HTML first is a browser."""
    assert [is_browser(accept) for accept in (CHROME, "*/*", None, "text/turtle, text/html;q=0.5")] == [
        True, False, False, False,
    ]  # fmt: skip


@given(st.text(max_size=300))
def test_any_header_is_survived(accept: str) -> None:
    """No header, however mangled, is more than a choice or no choice."""
    assert normalised(accept) is not None
    assert choose(accept, DOCUMENTS) in (*DOCUMENTS, None)
