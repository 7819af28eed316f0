"""From words of a document to their passage: document, section, sentence, offsets and checksum.

Offsets count Unicode code points of the file's bytes decoded as UTF-8, without newline translation or normalisation.
Words pasted from a page are found even where the document breaks the line or holds a no-break space between them.
It refuses to guess: words that are not there are an error that names the nearest sentence.
"""

import difflib
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from publisher.dataset.open import Dataset
from publisher.dataset.seeds.documents import Document
from publisher.dataset.seeds.segments import segment_at
from publisher.errors import DatasetUnreadable, UsageError, Where

# Characters that printing and pasting exchange for each other, each group as a class of a regular expression.
_TWINS = ("'`\u2018\u2019\u00b4", '"\u201c\u201d\u201e', "-\u2010\u2011\u2012\u2013\u2014\u2212")
_NEAR = 0.5


@dataclass(frozen=True, slots=True)
class Location:
    """A passage: the document's id, section and sentence of its first character, offsets, SHA-256 of its UTF-8."""

    document: str
    section: str | None
    sentence: str | None
    start: int
    end: int
    sha256: str

    @property
    def yaml(self) -> str:
        """Give the passage as it is written under ``passages`` of a fact."""
        return f'{{start: {self.start}, end: {self.end}, sha256: "{self.sha256}"}}'


def read_document(document: Document, directory: Path) -> str:
    """Give the text of a document, exactly; raise DatasetUnreadable where it is missing or is not the one declared."""
    path = directory / (document.file or f"{document.id}.txt")
    try:
        content = path.read_bytes()
        text = content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetUnreadable(
            f"cannot read the text of {document.id}: {error}",
            where=Where(str(path)),
            fix="name the directory that holds the documents, or mend file: in seeds/documents.yaml",
        ) from None
    found = hashlib.sha256(content).hexdigest()
    if document.sha256 is not None and found != document.sha256:
        raise DatasetUnreadable(
            f"{path.name} is not the text that {document.id} declares: its SHA-256 is {found}",
            where=document.where,
            fix="use the document as it was curated, or curate the changed one anew",
            code="document.wrong-checksum",
        )
    return text


def locate(dataset: Dataset, words: str, documents_dir: Path, *, document: str | None = None) -> tuple[Location, ...]:
    """Give every place where the words stand, in all documents or in one, in the order of the text.

    Raises UsageError ``locate.not-found`` where they stand nowhere, with the nearest sentence as the next step.
    """
    if not words.split():
        raise UsageError(
            "there are no words to look for", fix='write some: exportin locate "words"', code="locate.empty"
        )
    if document is not None and document not in dataset.documents:
        known = ", ".join(sorted(dataset.documents))
        raise UsageError(f"there is no document {document}", fix=f"use one of: {known}", code="document.unknown")
    chosen = [found for name, found in dataset.documents.items() if document in {None, name}]
    texts = [(found, read_document(found, documents_dir)) for found in chosen]
    for flags in (re.NOFLAG, re.IGNORECASE):
        pattern = re.compile(_pattern(words), flags)
        locations = tuple(place for found, text in texts for place in _matches(dataset, found, text, pattern))
        if locations:
            return locations
    near = _nearest(dataset, texts, words)
    raise UsageError(
        "these words are in no document" if document is None else f"these words are not in {document}",
        fix=f"did you mean {near}?" if near else "paste them from the document itself",
        code="locate.not-found",
    )


def _pattern(words: str) -> str:
    return r"\s+".join("".join(_character(letter) for letter in word) for word in words.split())


def _character(letter: str) -> str:
    twins = next((group for group in _TWINS if letter in group), None)
    return f"[{re.escape(twins)}]" if twins else re.escape(letter)


def _matches(dataset: Dataset, document: Document, text: str, pattern: re.Pattern[str]) -> Iterator[Location]:
    for match in pattern.finditer(text):
        yield _location(dataset, document, text, match.start(), match.end())


def _location(dataset: Dataset, document: Document, text: str, start: int, end: int) -> Location:
    segment = segment_at(dataset.segments.get(document.id, ()), start)
    digest = hashlib.sha256(text[start:end].encode("utf-8")).hexdigest()
    section, sentence = (segment.section, segment.sentence) if segment else (None, None)
    return Location(document.id, section, sentence, start, end, digest)


def _nearest(dataset: Dataset, texts: list[tuple[Document, str]], words: str) -> str | None:
    """Give the sentence that holds most of the words, as a person would name it, with its text."""
    best, shown = _NEAR, None
    wanted = words.casefold().split()
    for document, text in texts:
        for segment in dataset.segments.get(document.id, ()):
            held = text[segment.start : segment.end]
            ratio = _share(wanted, held.casefold().split())
            if ratio > best:
                best, shown = ratio, f"{document.id} {segment.start}-{segment.end}, “{held}”"
    return shown


def _share(wanted: list[str], held: list[str]) -> float:
    matcher = difflib.SequenceMatcher(None, wanted, held, autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks()) / len(wanted)
