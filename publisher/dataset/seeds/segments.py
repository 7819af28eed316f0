"""``seeds/segments/*.tsv``: what each stretch of a document is, by offsets in Unicode code points."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from publisher.dataset.near import suggestion
from publisher.dataset.seeds.documents import Document
from publisher.dataset.seeds.rows import Rows
from publisher.errors import Where

KINDS = ("sentence", "heading", "record", "reference", "boilerplate", "duplicate")
COLUMNS = ("ordinal", "section", "sentence", "kind", "start", "end")


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a document: its section and the label of its sentence, its kind, where it begins and ends.

    ``of`` is the ordinal of the segment that a duplicate repeats.
    """

    document: str
    ordinal: int
    section: str | None
    sentence: str | None
    kind: str
    start: int
    end: int
    where: Where
    of: str | None = None


def read_segments(rows: Rows, documents: Mapping[str, Document]) -> Mapping[str, tuple[Segment, ...]]:
    """Read the segments of every document, by the document's id, in the order of the text."""
    found = {}
    for path in sorted((rows.root / "seeds" / "segments").glob("*.tsv")):
        document = documents.get(path.stem)
        if document is None:
            rows.report(
                "document.unknown",
                f"the segments {path.name} belong to no document of seeds/documents.yaml",
                Where(rows.file(path), 1),
                value=path.stem,
                fix=suggestion(path.stem, documents, otherwise="name the file after a document's id"),
            )
            continue
        segments = tuple(_segments(rows, path, document))
        _check_order(rows, segments)
        found[document.id] = segments
        for segment in segments:
            rows.add("segments", segment.where, _cells(segment, document))
    return found


def segment_at(segments: tuple[Segment, ...], offset: int) -> Segment | None:
    """Give the segment that holds an offset, or None between segments."""
    low, high = 0, len(segments)
    while low < high:
        middle = (low + high) // 2
        if segments[middle].end <= offset:
            low = middle + 1
        else:
            high = middle
    return segments[low] if low < len(segments) and segments[low].start <= offset else None


def _cells(segment: Segment, document: Document) -> dict[str, str | None]:
    return {
        "document": document.iri,
        "ordinal": str(segment.ordinal),
        "section": segment.section,
        "sentence": segment.sentence,
        "kind": segment.kind,
        "start": str(segment.start),
        "end": str(segment.end),
    }


def _segments(rows: Rows, path: Path, document: Document) -> Iterator[Segment]:
    file = rows.file(path)
    lines = rows.text(path).splitlines()
    if not lines:
        return
    head = lines[0].split("\t")
    missing = [column for column in COLUMNS if column not in head]
    if missing:
        rows.report(
            "segment.missing-column",
            f"this file has no column {missing[0]}",
            Where(file, 1),
            value=missing[0],
            fix=f"begin the file with: {' '.join(COLUMNS)}, separated by tabs",
        )
        return
    for number, text in enumerate(lines[1:], start=2):
        if text:
            segment = _segment(rows, Where(file, number), dict(zip(head, text.split("\t"), strict=False)), document)
            if segment is not None:
                yield segment


def _segment(rows: Rows, where: Where, row: dict[str, str], document: Document) -> Segment | None:
    numbers = [row.get(column, "") for column in ("ordinal", "start", "end")]
    if not all(number.isdecimal() for number in numbers):
        rows.report(
            "segment.wrong-row",
            "ordinal, start and end are whole numbers",
            where,
            value=" ".join(numbers),
            fix="write each as a whole number",
        )
        return None
    ordinal, start, end = (int(number) for number in numbers)
    kind = row.get("kind", "")
    if kind not in KINDS:
        fix = suggestion(kind, KINDS, otherwise=f"use one of: {', '.join(KINDS)}")
        rows.report("segment.unknown-kind", f"there is no kind of segment {kind!r}", where, value=kind, fix=fix)
    if end <= start or (document.length is not None and end > document.length):
        rows.report(
            "segment.outside-document",
            f"a segment ends after it starts, and within the {document.length} characters of {document.id}",
            where,
            value=f"{start}-{end}",
            fix="measure it again",
        )
    return Segment(
        document=document.id,
        ordinal=ordinal,
        section=row.get("section") or None,
        sentence=row.get("sentence") or None,
        kind=kind,
        start=start,
        end=end,
        where=where,
        of=row.get("of") or None,
    )


def _check_order(rows: Rows, segments: tuple[Segment, ...]) -> None:
    for before, after in itertools.pairwise(segments):
        if after.start < before.start or after.ordinal <= before.ordinal:
            rows.report(
                "segment.order",
                f"this segment comes before the one on line {before.where.line}",
                after.where,
                value=f"{after.ordinal}: {after.start}-{after.end}",
                fix="sort the segments by start, and number them from 1",
            )
        elif after.start < before.end:
            rows.report(
                "segment.overlap",
                f"this segment begins inside the one on line {before.where.line}, which ends at {before.end}",
                after.where,
                value=f"{after.start}-{after.end}",
                fix="let one end where the other begins",
            )
