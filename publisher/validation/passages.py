"""Passages against the text that they point into: documents, spans, surface forms, cues, and texts that slipped out.

Everything is counted in Unicode code points of the UTF-8 text, without newline translation. No finding quotes a
document: reports are published, the documents are not.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from publisher.dataset import Document, Table
from publisher.errors import Finding, Severity
from publisher.validation import terms
from publisher.validation.graph import Graph
from publisher.validation.places import Places, rows_of, where_of

RUN = 9
_FAR = 20_000  # how far away a passage that moved is looked for, and how long one whose end moved may be, in
_LONGEST = 2_000  # code points: every place costs a checksum
_WORD = re.compile(r"\w+")
Rows = Sequence[Mapping[str, str | None]]


def read_texts(sources: Iterable[Document], folder: Path) -> tuple[dict[str, str], list[Finding]]:
    """Read the text of each document by its IRI, with findings for texts that are missing or not the ones declared."""
    texts: dict[str, str] = {}
    findings: list[Finding] = []
    for source in sources:
        if source.file is None or source.sha256 is None:
            continue
        path = folder / source.file
        try:
            content = path.read_bytes()
            text = content.decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            findings.append(
                Finding(
                    *("passage.document-missing", f"the text of {source.id} cannot be read: {reason}", source.where),
                    focus=source.iri,
                    value=source.file,
                    fix=f"put {source.file} into {folder.name}, or name the folder that holds it with --documents",
                )
            )
            continue
        found = hashlib.sha256(content).hexdigest()
        if found != source.sha256:
            findings.append(
                Finding(
                    *("passage.document-changed", f"{source.file} is not the text that {source.id} was curated from"),
                    source.where,
                    focus=source.iri,
                    value=found,
                    fix=f"find the text whose SHA-256 is {source.sha256}, or curate its passages anew",
                )
            )
            continue
        texts[source.iri] = text
    return texts, findings


def check_passages(tables: Mapping[str, Table], texts: Mapping[str, str]) -> Iterator[Finding]:
    """Prove each span by its SHA-256, and each surface form and cue by being inside a span of its fact."""
    spans: dict[str, list[str]] = defaultdict(list)
    for row in rows_of(tables["passages"]):
        text = texts.get(row["document"] or "")
        if text is None:
            continue
        start, end = int(row["start"] or 0), int(row["end"] or 0)
        finding = _check_span(row, text, start, end)
        if finding:
            yield finding
        else:
            spans[row["evidence"] or ""].append(text[start:end])
    evidence = rows_of(tables["evidence"])
    by_fact: dict[str, list[str]] = defaultdict(list)
    for row in evidence:
        by_fact[row["fact"] or ""].extend(spans.get(row["iri"] or "", ()))
        yield from _check_cue(row, spans.get(row["iri"] or "", []))
    yield from _check_mentions(rows_of(tables["mentions"]), by_fact)


def _check_span(row: Mapping[str, str | None], text: str, start: int, end: int) -> Finding | None:
    span = f"{start} to {end}"
    if not 0 <= start < end <= len(text):
        return Finding(
            *("passage.outside-document", f"the passage {span} is not inside its document", where_of(row)),
            focus=row["evidence"],
            value=span,
            fix=f"the document has {len(text)} code points: find the words again with exportin locate",
        )
    found = hashlib.sha256(text[start:end].encode()).hexdigest()
    if found != row["sha256"]:
        moved = _moved(row["sha256"] or "", text, start, end)
        return Finding(
            *("passage.changed", f"the passage {span} does not have the SHA-256 that is written", where_of(row)),
            focus=row["evidence"],
            value=f"start: {start}, end: {end}" if moved else row["sha256"],
            fix=moved or f"if the offsets are right, write {found}; else find the words again with exportin locate",
        )
    return None


def _moved(sha256: str, text: str, start: int, end: int) -> str | None:
    """Give the next step where the words of a checksum stand elsewhere: moved as a whole, or with one end elsewhere.

    A slip of the pen changes one end, an edit of the document moves the whole; either is found by its checksum.
    """
    length = end - start
    first, last = max(0, start - _FAR), min(len(text) - length, start + _FAR)
    spans = [(at, at + length) for at in range(first, last + 1)]
    spans += [(start, at) for at in range(start + 1, min(len(text), start + _LONGEST) + 1)]
    spans += [(at, end) for at in range(max(0, end - _LONGEST), end)]
    for first, last in sorted(spans, key=lambda span: abs(span[0] - start) + abs(span[1] - end)):
        if hashlib.sha256(text[first:last].encode()).hexdigest() == sha256:
            return f"the words with this SHA-256 stand at {first} to {last}: write these offsets"
    return None


def _check_cue(row: Mapping[str, str | None], spans: Sequence[str]) -> Iterator[Finding]:
    cue = row["cue"]
    if cue and spans and not any(_has_word(span, cue) for span in spans):
        yield Finding(
            *("passage.cue-missing", f"the cue “{cue}” is not in the passage of its evidence", where_of(row)),
            focus=row["iri"],
            value=cue,
            fix="write the word as the passage has it, or leave the cue out",
        )


def _check_mentions(mentions: Rows, by_fact: Mapping[str, Sequence[str]]) -> Iterator[Finding]:
    for row in mentions:
        form, spans = row["text"] or "", by_fact.get(row["fact"] or "", ())
        if spans and not any(form in span for span in spans):
            yield Finding(
                *("passage.mention-missing", f"“{form}” is in no passage of the fact", where_of(row)),
                focus=row["fact"],
                path=row.get("property"),
                value=form,
                fix="write the name as the passage has it, letter by letter, or widen the passage",
            )


def check_cues(
    tables: Mapping[str, Table], texts: Mapping[str, str], cues: Mapping[str, frozenset[str]]
) -> Iterator[Finding]:
    """Warn where a passage has a word that allows other certainties than the fact's."""
    facts = {row["iri"]: row for row in rows_of(tables["facts"])}
    owner = {row["iri"]: row["fact"] for row in rows_of(tables["evidence"])}
    for row in rows_of(tables["passages"]):
        text, fact = texts.get(row["document"] or ""), facts.get(owner.get(row["evidence"]))
        if text is None or fact is None:
            continue
        span = text[int(row["start"] or 0) : int(row["end"] or 0)]
        present = [cue for cue in cues if _has_word(span, cue)]
        if present and not any(fact["certainty"] in cues[cue] for cue in present):
            allowed = sorted({_short(iri) for cue in present for iri in cues[cue]})
            yield Finding(
                "passage.cue-certainty",
                f"the passage says “{present[0]}”, but the fact is {_short(fact['certainty'] or '')}",
                where_of(fact),
                Severity.WARNING,
                focus=fact["iri"],
                value=fact["certainty"],
                fix=f"weigh whether it is {' or '.join(allowed)}, or that the word speaks of something else",
            )


def check_published(
    data: Graph, texts: Mapping[str, str], *, allowed: Iterable[str] = (), places: Places
) -> Iterator[Finding]:
    """Find runs of nine words of a document in any literal; ``allowed`` are bibliographic titles, which are data."""
    permitted = {run for title in allowed for run in _runs(title)}
    forbidden = {run for text in texts.values() for run in _runs(text)} - permitted
    if not forbidden:
        return
    for subject, predicate, object_ in data.triples():
        if not terms.is_literal(object_) or object_.count(" ") < RUN - 1:
            continue
        if any(run in forbidden for run in _runs(terms.text_of(object_))):
            focus, path = terms.iri_of(subject), terms.iri_of(predicate)
            yield Finding(
                "passage.text-published",
                f"this text repeats {RUN} words or more of a document, whose text is not ours to publish",
                places.of(focus, path),
                focus=focus,
                path=path,
                fix="say it in your own words, or keep a single name or word of it",
            )


def _runs(text: str) -> Iterator[int]:
    words = _WORD.findall(text.casefold())
    for start in range(len(words) - RUN + 1):
        yield hash(tuple(words[start : start + RUN]))


def _has_word(text: str, word: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE) is not None


def _short(iri: str) -> str:
    return re.split(r"[#/]", iri)[-1]
