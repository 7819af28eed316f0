"""The evidence of a fact: a kind, passages of a document by their offsets, the works cited there, the word that hedges.

It refuses to read the documents: whether a passage holds what it should is proved where the text is at hand.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from publisher.dataset.near import suggestion
from publisher.dataset.seeds.documents import Document, Reference, check_sha256, document_of
from publisher.dataset.seeds.entities import issued
from publisher.dataset.seeds.record import Record
from publisher.dataset.seeds.rows import Rows
from publisher.dataset.seeds.segments import Segment, segment_at
from publisher.dataset.seeds.values import values_of
from publisher.errors import Severity

KEYS = ("id", "document", "code", "passages", "cites", "cue", "note", "properties")
REQUIRED = ("id", "code", "passages")
PASSAGE_KEYS = ("start", "end", "sha256")
LONGEST_CUE = 8


@dataclass(frozen=True, slots=True)
class EvidenceReader:
    """Reads the evidence of one fact after another into the tables."""

    rows: Rows
    documents: Mapping[str, Document]
    references: Mapping[str, Reference]
    segments: Mapping[str, tuple[Segment, ...]]

    def read(self, fact: Record, document: Document | None, *, certainty: str | None) -> None:
        """Read what stands under ``evidence`` of a fact; ``document`` is the one of the file."""
        cues: list[str] = []
        for node in fact.items("evidence"):
            record = fact.inner("evidence", node)
            if record.check(KEYS, REQUIRED):
                self._evidence(record, fact, document)
                cues += [record.text("cue") or ""]
        self._check_cues(fact, [cue for cue in cues if cue], certainty)

    def _evidence(self, record: Record, fact: Record, document: Document | None) -> None:
        rows, own = self.rows, issued(record)
        if own is None:
            return
        name, iri = own
        record = record.about(iri)
        self._keys(record, iri)
        source = document_of(record, self.documents) if record.get("document") else document
        told = any(
            each.code == "document.unknown" and each.where and each.where.file == record.file for each in rows.findings
        )
        if source is None and record.get("document") is None and not told:
            rows.report(
                "evidence.missing-key",
                "this evidence has no document, and neither has its file",
                record.where,
                focus=iri,
                value="document",
                fix="write document: … at the top of the file",
            )
        cells = {"id": name, "iri": iri, "fact": fact.focus, "document": source.iri if source else None}
        cells |= {"code": record.iri("code"), "cue": record.text("cue"), "note": record.text("note")}
        rows.add("evidence", record.where, cells)
        for property_, node, value in values_of(record, "properties"):
            rows.add("evidence_values", node.where(record.file), {"evidence": iri, **value})
            rows.key_origins.setdefault((iri, property_.iri), node.where(record.file))
        for number, node in enumerate(record.items("passages"), start=1):
            passage = record.inner("passage", node)
            if passage.check(PASSAGE_KEYS, PASSAGE_KEYS):
                self._passage(passage, iri, number, source)
        self._citations(record, iri)

    def _keys(self, record: Record, iri: str) -> None:
        roles = self.rows.manifest.roles
        for key, role in (("code", "evidence_code"), ("cites", "cites"), ("cue", "cue"), ("document", "document")):
            if key in record.node.fields:
                self.rows.key_origins[iri, roles[role]] = record.place(key)

    def _passage(self, record: Record, iri: str, number: int, document: Document | None) -> None:
        start, end = record.whole("start"), record.whole("end")
        check_sha256(record, "sha256")
        if start is None or end is None:
            return
        self._check_span(record, start, end, document)
        segments = self.segments.get(document.id, ()) if document else ()
        found = segment_at(segments, start)
        if segments and found is None and document and start < (document.length or start + 1):
            self._outside_segments(record, start, end, document)
        suffix = "" if number == 1 else f"-{number}"
        target, position = f"{iri}#target{suffix}", f"{iri}#position{suffix}"
        self.rows.origins[target] = self.rows.origins[position] = record.where
        self.rows.add(
            "passages",
            record.where,
            {
                "evidence": iri,
                "number": str(number),
                "suffix": suffix,
                "target": target,
                "position": position,
                "document": document.iri if document else None,
                "start": str(start),
                "end": str(end),
                "sha256": record.text("sha256"),
                "section": found.section if found else None,
                "sentence": found.sentence if found else None,
                "segment": str(found.ordinal) if found else None,
            },
        )

    def _check_span(self, record: Record, start: int, end: int, document: Document | None) -> None:
        shown = f"{start}-{end}"
        if end <= start:
            message, code = "a passage ends after it starts", "passage.empty"
        elif document is not None and document.length is not None and end > document.length:
            message = f"the passage ends at {end}, but {document.id} has {document.length} characters"
            code = "passage.outside-document"
        else:
            return
        self.rows.report(
            *(code, message, record.where),
            focus=record.focus,
            value=shown,
            fix='find the passage again with: exportin locate "words of the passage"',
        )

    def _outside_segments(self, record: Record, start: int, end: int, document: Document) -> None:
        self.rows.report(
            *("passage.outside-segments", f"the passage begins in no segment of {document.id}", record.where),
            severity=Severity.WARNING,
            focus=record.focus,
            value=f"{start}-{end}",
            fix=f"let it begin with a sentence, or add the segment to seeds/segments/{document.id}.tsv",
        )

    def _citations(self, record: Record, iri: str) -> None:
        for node in record.items("cites"):
            reference = self.references.get(node.text)
            if reference is None:
                record.report(
                    "reference.unknown",
                    f"there is no reference {node.text} in seeds/documents.yaml",
                    node,
                    path=self.rows.manifest.roles["cites"],
                    fix=suggestion(node.text, self.references, otherwise="add it under references"),
                )
                continue
            self.rows.add("citations", node.where(record.file), {"evidence": iri, "reference": reference.iri})

    def _check_cues(self, fact: Record, cues: list[str], certainty: str | None) -> None:
        """Check the words that hedge against the certainty: ``[certainty.cues]`` says which allow which."""
        table = self.rows.manifest.certainty.cues
        if certainty is None or not table:
            return
        shown = self.rows.manifest.prefixes.compress(certainty) or certainty
        hedges = {value for allowed in table.values() for value in allowed}
        if certainty in hedges and certainty not in self.rows.manifest.certainty.bare and not cues:
            self.rows.report(
                "certainty.no-cue",
                f"a fact that is {shown} names the word that says so",
                fact.place("certainty"),
                focus=fact.focus,
                path=self.rows.manifest.roles["cue"],
                value=shown,
                fix="add cue: … to its evidence, with the word of the passage",
            )
        for cue in cues:
            told = cues_in(cue, table)
            if told and not any(certainty in table[word] for word in told):
                self.rows.report(
                    "certainty.wrong-cue",
                    f"the word {cue} does not go with {shown}",
                    fact.place("certainty"),
                    focus=fact.focus,
                    path=self.rows.manifest.roles["certainty"],
                    value=shown,
                    fix="choose the certainty that the word tells, or the word that tells the certainty",
                )


def cues_in(text: str, table: Iterable[str]) -> tuple[str, ...]:
    """Give the cues of a table that stand in a text as whole words, without those inside a longer one that does.

    >>> cues_in("It may  not be", ["may", "may not", "be"])
    ('may not', 'be')
    """
    spoken = " ".join(text.casefold().split())
    found = [cue for cue in table if re.search(rf"(?<!\w){re.escape(cue)}(?!\w)", spoken)]
    return tuple(cue for cue in found if not any(cue != other and cue in other for other in found))
