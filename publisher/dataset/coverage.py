"""The table of sentences: every segment of every document with the facts it gave, or why it gave none.

It refuses to judge: whether a sentence without a fact is a gap is for its readers to see.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from publisher.dataset.open import Dataset
from publisher.dataset.seeds.segments import Segment

COLUMNS = ("document", "ordinal", "section", "sentence", "kind", "start", "end", "facts", "none_because")
_SILENT = ("heading", "boilerplate", "duplicate")


@dataclass(frozen=True, slots=True)
class Covered:
    """One segment with the ids of the facts whose passages touch it, in order."""

    document: str
    segment: Segment
    facts: tuple[str, ...]

    @property
    def none_because(self) -> str:
        """Say why a segment gave no fact: its kind where that is reason enough, ``no fact`` where it is a gap."""
        if self.facts:
            return ""
        return self.segment.kind if self.segment.kind in _SILENT else "no fact"


def coverage(dataset: Dataset) -> Iterator[Covered]:
    """Give every segment of every document, in reading order, with its facts."""
    spans = _spans(dataset)
    for document, segments in dataset.segments.items():
        for segment in segments:
            touching = {fact for start, end, fact in spans[document] if start < segment.end and end > segment.start}
            yield Covered(document, segment, tuple(sorted(touching)))


def as_tsv(dataset: Dataset) -> str:
    """Write the table of sentences as tab-separated values with a head; facts are separated by blanks."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter="\t", lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in coverage(dataset):
        row = each.segment
        place = (each.document, row.ordinal, row.section or "", row.sentence or "", row.kind, row.start, row.end)
        writer.writerow((*place, " ".join(each.facts), each.none_because))
    return stream.getvalue()


def _spans(dataset: Dataset) -> defaultdict[str, list[tuple[int, int, str]]]:
    """Give document id → (start, end, fact id) of every passage."""
    ids = {row[1]: row[0] for row in dataset.tables["facts"].rows}
    documents = {dataset.manifest.iri_of("document", name): name for name in dataset.documents}
    evidence = dataset.tables["evidence"]
    facts = {row[evidence.columns.index("iri")]: ids[row[evidence.columns.index("fact")]] for row in evidence.rows}
    passages = dataset.tables["passages"]
    column = passages.columns.index
    spans: defaultdict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for row in passages.rows:
        document = documents[row[column("document")] or ""]
        start, end = int(row[column("start")] or 0), int(row[column("end")] or 0)
        spans[document].append((start, end, facts[row[column("evidence")]] or ""))
    return spans
