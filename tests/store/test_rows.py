"""Rows of an answer are counted without parsing it, and only where the bytes do not show that they are few."""

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.rdf import media as kinds
from publisher.rdf.media import RESULTS, Media
from publisher.store.rows import are_few, rows_in

_FORMATS = {
    kinds.JSON: ox.QueryResultsFormat.JSON,
    kinds.XML: ox.QueryResultsFormat.XML,
    kinds.CSV: ox.QueryResultsFormat.CSV,
    kinds.TSV: ox.QueryResultsFormat.TSV,
}
_SHORTEST = "SELECT ?a { VALUES ?a { UNDEF UNDEF UNDEF } }"
_TEXTS = st.text(st.sampled_from('},{":[]b\\\r\n<result>\t'), max_size=12)
_CELLS = st.one_of(st.none(), _TEXTS)


def _written(query: str, media: Media) -> bytes:
    found = ox.Store().query(query)
    assert isinstance(found, ox.QuerySolutions)
    return found.serialize(format=_FORMATS[media]) or b""


@pytest.mark.parametrize("media", RESULTS, ids=lambda media: media.suffix)
@given(rows=st.lists(st.tuples(_CELLS, _CELLS), max_size=5))
def test_rows_are_counted_whatever_they_hold(rows: list[tuple[str | None, str | None]], media: Media) -> None:
    """Text that looks like the end of a row, a quotation mark or a tag does not make another row, nor does no value."""
    cells = (["UNDEF" if cell is None else str(ox.Literal(cell)) for cell in row] for row in rows)
    values = " ".join(f"({' '.join(row)})" for row in cells)
    written = _written(f"SELECT * {{ VALUES (?a ?b) {{ {values} }} }}", media)
    assert rows_in(written, media) == len(rows)
    assert are_few(len(written), media, len(rows)) is False or not rows


@pytest.mark.parametrize("media", RESULTS, ids=lambda media: media.suffix)
def test_few_bytes_are_few_rows(media: Media) -> None:
    """Three rows of the shortest kind are never taken for two, and so many bytes are few for a high limit."""
    written = _written(_SHORTEST, media)
    assert rows_in(written, media) == 3
    assert not are_few(len(written), media, 2)
    assert are_few(len(written), media, 1000)
