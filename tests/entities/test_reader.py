"""The package's queries, and terms put into them safely."""

import re
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.entities.reader import Reader, literal, term, terms
from publisher.errors import UsageError
from publisher.rdf.query import Form, read

FOLDER = resources.files("publisher.entities.queries")
QUERIES = sorted(item.name for item in FOLDER.iterdir() if item.name.endswith(".rq"))
SLOTS = {"thing": "<urn:a>", "things": "<urn:a> <urn:b>", "inbound": "5", "among": "9", "offset": "0", "limit": "5",
         "query": "SELECT * {}",
         "document": "<urn:d>", "licence": "", "modified": '"x"', "dataset": "<urn:s>", "version": "",
         "endpoint": "<urn:e>", "title": '"t"', "formats": "", "features": "", "graphs": "", "triples": ""}  # fmt: skip


@pytest.mark.parametrize("name", QUERIES)
def test_every_query_is_a_query(reader: Reader, plain: Reader, name: str) -> None:
    """Each query of the package leaves no slot open, with roles and without."""
    for one in (reader, plain):
        text = one.text(name.removesuffix(".rq"), SLOTS)
        assert read(text).form in (Form.SELECT, Form.ASK, Form.CONSTRUCT)
        assert re.findall(r"\$\w+", text) == []


@given(st.text(max_size=80))
def test_no_text_leaves_its_term(text: str) -> None:
    """A term is an IRI in its brackets or it is refused; a literal never ends before its own end."""
    try:
        written = term(f"http://a.example/{text}")
    except UsageError:
        written = "<>"
    assert re.fullmatch(r"<[^<>\"{}|^`\\\x00-\x20]*>", written)
    assert terms([f"http://a.example/{text}"]) in (written, "")
    assert re.fullmatch(r'"(?:[^"\\\n\r]|\\.)*"', literal(text))
