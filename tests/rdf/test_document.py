"""A small document for people: what it is about first, grouped, only the prefixes in use, the same bytes each time."""

import pyoxigraph as ox
import pytest

from publisher.rdf.document import document
from publisher.rdf.media import GRAPHS, JSON_LD, N_QUADS, N_TRIPLES, RDF_XML, TRIG, TURTLE, Media
from publisher.rdf.prefixes import Prefixes

PREFIXES = Prefixes(
    {"ex": "http://example.org/", "un": "http://example.net/unused#", "xsd": "http://www.w3.org/2001/XMLSchema#"}
)
LINES = [
    '<http://example.org/b> <http://example.org/says> "two\\nlines \u2028 and _:more"@en .',
    "<http://example.org/a> <http://example.org/knows> <http://example.org/b> .",
    '<http://example.org/b> <http://example.org/on> "2026-01-01"^^<http://www.w3.org/2001/XMLSchema#date> .',
    "_:x9 <http://example.org/knows> <http://example.org/b> .",
]
FORMATS = {
    TURTLE: ox.RdfFormat.TURTLE, JSON_LD: ox.RdfFormat.JSON_LD, N_TRIPLES: ox.RdfFormat.N_TRIPLES,
    TRIG: ox.RdfFormat.TRIG, N_QUADS: ox.RdfFormat.N_QUADS, RDF_XML: ox.RdfFormat.RDF_XML,
}  # fmt: skip


def test_turtle_begins_with_the_thing_and_declares_what_it_uses() -> None:
    """One block for each subject, the thing's own before the others; unused prefixes are left out."""
    text = document(LINES, TURTLE, PREFIXES, first=("http://example.org/b",)).decode()
    assert "un:" not in text
    assert text.index("ex:b ex:on") < text.index("ex:a ex:knows")
    assert text.count("\nex:b ") == 1


@pytest.mark.parametrize("media", GRAPHS, ids=lambda media: media.suffix)
def test_every_syntax_says_the_same(media: Media) -> None:
    """The triples of a document are those of the lines, whatever their order was and however blank nodes were named."""
    again = [line.replace("_:x9", "_:other") for line in reversed(LINES)]
    made = document(LINES, media, PREFIXES)
    assert made == document(again, media, PREFIXES)
    found = {str(quad.triple) for quad in ox.parse(made, format=FORMATS[media])}
    assert len(found) == len(LINES)
    assert (
        '<http://example.org/b> <http://example.org/on> "2026-01-01"^^<http://www.w3.org/2001/XMLSchema#date>' in found
    )
