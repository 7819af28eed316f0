"""Passages of the documents, where the texts are at hand: shown to people here, and nowhere else."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from publisher.entities.values import Passage
from publisher.web import create_app
from publisher.web.passages import Texts, excerpt
from publisher.web.site import Site

TEXT = "".join(f"Line {number:02d} of the walk along the sound.\n" for number in range(1, 9))
WITNESS = "/passage?evidence=https://example.org/lights/witness/LW0000001"


@pytest.fixture(name="reading", scope="module")
def _reading(site: Site, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    folder = tmp_path_factory.mktemp("documents")
    (folder / "walk.txt").write_text(TEXT, encoding="utf-8")
    (folder / "picture.bin").write_bytes(b"\xff\xfe\xff")
    return create_app(replace(site, texts=Texts(folder))).test_client()


def test_a_passage_is_shown_with_what_stands_around_it(reading: FlaskClient) -> None:
    """The words of the evidence are marked, and the page leads back to the fact."""
    found = reading.get(WITNESS, headers={"Accept": "text/html"})
    body = found.get_data(as_text=True)
    assert found.status_code == 200
    assert f"<mark>{TEXT[33:80]}</mark>" in body
    assert "Skårholm Light stands in Skårholm" in body


def test_a_passage_is_kept_by_nobody(reading: FlaskClient) -> None:
    """No cache keeps a passage, no crawler lists it, no other origin reads it."""
    found = reading.get(WITNESS)
    assert found.headers["Cache-Control"] == "private, no-store"
    assert "noindex" in found.headers["X-Robots-Tag"]
    assert "Access-Control-Allow-Origin" not in found.headers
    assert "ETag" not in found.headers


def test_a_page_leads_to_its_passages_only_where_they_are(reading: FlaskClient, client: FlaskClient) -> None:
    """The page of a fact has the link where the text is at hand, and never the words themselves; RDF has neither."""
    assert "/passage?evidence=" in reading.get("/claim/LC0000001.html").get_data(as_text=True)
    assert "/passage?evidence=" not in client.get("/claim/LC0000001.html").get_data(as_text=True)
    for suffix in ("html", "ttl", "jsonld"):
        assert TEXT[33:60] not in reading.get(f"/claim/LC0000001.{suffix}").get_data(as_text=True)


def test_a_changed_text_is_not_shown(site: Site, tmp_path: Path) -> None:
    """A text whose checksum is another one counts as not at hand."""
    (tmp_path / "walk.txt").write_text(TEXT.replace("01", "10"), encoding="utf-8")
    found = create_app(replace(site, texts=Texts(tmp_path))).test_client().get(WITNESS)
    assert found.status_code == 404
    assert "checksum" in found.get_data(as_text=True)


def test_what_has_no_passage_says_so(reading: FlaskClient, client: FlaskClient) -> None:
    """No texts, no evidence, no IRI: each is told."""
    assert client.get(WITNESS).status_code == 404
    assert reading.get("/passage?evidence=https://example.org/none").status_code == 404
    assert reading.get("/passage").status_code == 400


@pytest.mark.parametrize("place", [Passage(5, 5), Passage(8, 4), Passage(290, 400)])
def test_a_place_outside_the_text_is_no_passage(place: Passage) -> None:
    """A place that the text does not have gives nothing."""
    assert excerpt(TEXT, place) is None


def test_an_excerpt_ends_between_words() -> None:
    """What stands around a passage is cut at a blank, and is told to go on."""
    text = "word " * 400
    found = excerpt(text, Passage(1000, 1004))
    assert found is not None
    assert (found.words, found.begins, found.ends) == ("word", False, False)
    assert (found.before.startswith("word "), found.after.endswith(" word")) == (True, True)
