import hashlib
from pathlib import Path

import pytest

from publisher.dataset import Dataset
from publisher.dataset.locate import locate, read_document
from publisher.errors import DatasetUnreadable, UsageError


def test_words_become_a_passage(lighthouses: Dataset) -> None:
    """Document, section, sentence, offsets and checksum come from pasted words."""
    (found,) = locate(lighthouses, "does not mark the Tern Rocks", lighthouses.root / "documents")
    assert (found.document, found.section, found.sentence) == ("P1", "The lamp", "5")
    text = read_document(lighthouses.documents["P1"], lighthouses.root / "documents")
    assert text[found.start : found.end] == "does not mark the Tern Rocks"
    assert hashlib.sha256(b"does not mark the Tern Rocks").hexdigest() == found.sha256


def test_words_are_found_across_a_no_break_space_and_a_pasted_line_break(lighthouses: Dataset) -> None:
    """Any blank between words matches any other, and the checksum is of the document's own characters."""
    (found,) = locate(lighthouses, "damaged the\nOld Beacon.", lighthouses.root / "documents")
    assert hashlib.sha256("damaged the Old\u00a0Beacon.".encode()).hexdigest() == found.sha256


def test_offsets_count_code_points(lighthouses: Dataset) -> None:
    """A character beyond the basic plane counts as one."""
    (found,) = locate(lighthouses, "lens, replaced", lighthouses.root / "documents")
    text = (lighthouses.root / "documents" / "P2.txt").read_bytes().decode("utf-8")
    assert text.index("lens, replaced") == found.start


def test_words_in_two_documents_are_found_in_both(lighthouses: Dataset) -> None:
    """Every place is given, and one document can be chosen."""
    folder = lighthouses.root / "documents"
    words = "stands on the islet of Skårholm"
    assert [place.document for place in locate(lighthouses, words, folder)] == ["P1", "P2"]
    assert [place.document for place in locate(lighthouses, words, folder, document="P2")] == ["P2"]


def test_every_curated_passage_is_where_it_says(lighthouses: Dataset) -> None:
    """The passages of the second dataset hold in its documents."""
    table = lighthouses.tables["passages"]
    texts = {
        document.iri: read_document(document, lighthouses.root / "documents")
        for document in lighthouses.documents.values()
    }
    for cells in table.rows:
        row = dict(zip(table.columns, cells, strict=True))
        span = texts[str(row["document"])][int(str(row["start"])) : int(str(row["end"]))]
        assert row["sha256"] == hashlib.sha256(span.encode()).hexdigest()


def test_words_that_are_nowhere_name_the_nearest_sentence(lighthouses: Dataset) -> None:
    """A near miss is shown, with its offsets."""
    with pytest.raises(UsageError, match="P1 141-199") as caught:
        locate(lighthouses, "The tower is 32.5 meters tall", lighthouses.root / "documents")
    assert caught.value.reason == "locate.not-found"


def test_another_text_under_the_same_name_is_refused(lighthouses: Dataset, tmp_path: Path) -> None:
    """A document that was changed since it was curated is not searched."""
    for name in ("P1.txt", "P2.txt"):
        (tmp_path / name).write_text("something else", encoding="utf-8")
    with pytest.raises(DatasetUnreadable, match="is not the text that P1 declares"):
        locate(lighthouses, "something", tmp_path)


def test_a_missing_document_is_an_error(lighthouses: Dataset, tmp_path: Path) -> None:
    """The error names the file that was looked for."""
    with pytest.raises(DatasetUnreadable, match=r"P1\.txt"):
        locate(lighthouses, "something", tmp_path)


@pytest.mark.parametrize(("words", "document"), [(" \n", None), ("tower", "P9")])
def test_nothing_to_look_for_or_nowhere_to_look(lighthouses: Dataset, words: str, document: str | None) -> None:
    """No words, or an unknown document, is told as such."""
    with pytest.raises(UsageError):
        locate(lighthouses, words, lighthouses.root / "documents", document=document)
