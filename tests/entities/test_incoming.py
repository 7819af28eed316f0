"""Which of many incoming links are shown."""

import random
from pathlib import Path

import pytest

from publisher.entities.page.describe import describe
from publisher.entities.page.view import view
from publisher.entities.reader import Reader
from publisher.rdf.media import N_TRIPLES
from publisher.rdf.names import RDFS
from tests.entities.conftest import reading

HUB = "http://e.example/hub"
LINKS = [
    f"<http://e.example/t{number:04d}> <http://e.example/{verb}> <{HUB}> ." for number in range(600) for verb in "pq"
]
NAMES = [f'<http://e.example/t{number:04d}> <{RDFS}label> "thing {number}" .' for number in range(600)]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_first_incoming_links_are_shown_however_the_data_were_loaded(
    reader: Reader, tmp_path: Path, seed: int
) -> None:
    """The page and the description give the links that come first by IRI, and the names of these."""
    lines = [*LINKS, *NAMES]
    random.Random(seed).shuffle(lines)  # noqa: S311 - an order, not a secret
    with reading(lines, reader, tmp_path) as shuffled:
        page = view(shuffled, HUB, inbound=100)
        told = describe(shuffled, HUB, N_TRIPLES, document=f"{HUB}.nt", inbound=100).decode().splitlines()
    assert page is not None
    shown = {link.iri for item in page.incoming for link in item.values if hasattr(link, "iri")}
    assert shown == {f"http://e.example/t{number:04d}" for number in range(51)}
    assert [line for line in told if line in LINKS] == LINKS[:100]
    assert {line for line in told if line in NAMES} == set(NAMES[:50])
