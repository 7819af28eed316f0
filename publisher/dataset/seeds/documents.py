"""``seeds/documents.yaml``: the documents that facts are read from and the works they cite, never their text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from publisher.dataset.seeds.marked import EMPTY, Kind
from publisher.dataset.seeds.record import Record, records
from publisher.dataset.seeds.rows import Rows
from publisher.dataset.seeds.values import values_of
from publisher.errors import Where

FILE = "seeds/documents.yaml"
DOCUMENT_KEYS = ("id", "file", "sha256", "length", "type", "title", "properties")
REFERENCE_KEYS = ("id", "document", "iri", "title", "type", "properties")


@dataclass(frozen=True, slots=True)
class Document:
    """A source document: its file's name, the SHA-256 of its bytes, its length in Unicode code points."""

    id: str
    iri: str
    file: str | None
    sha256: str | None
    length: int | None
    type: str | None
    title: str | None
    where: Where


@dataclass(frozen=True, slots=True)
class Reference:
    """A work that a document cites."""

    id: str
    iri: str
    document: str | None
    title: str | None
    type: str | None
    where: Where


def read_documents(rows: Rows) -> tuple[Mapping[str, Document], Mapping[str, Reference], tuple[Record, ...]]:
    """Read the documents and references by id, and give their records, whose properties are read later."""
    path = rows.root / FILE
    documents: dict[str, Document] = {}
    references: dict[str, Reference] = {}
    kept = []
    top = rows.load(path) if path.exists() else EMPTY
    if top.kind is not Kind.NULL:
        Record(rows, FILE, "file", top).check(("documents", "references"))
    for record in records(rows, FILE, "document", top, "documents"):
        document = _document(record)
        if document is not None:
            documents[document.id] = document
            kept.append(record.about(document.iri))
    for record in records(rows, FILE, "reference", top, "references"):
        reference = _reference(record, documents)
        if reference is not None:
            references[reference.id] = reference
            kept.append(record.about(reference.iri))
    return documents, references, tuple(kept)


def read_document_values(found: tuple[Record, ...]) -> None:
    """Read the properties of documents and references into their tables, when every IRI is known."""
    for record in found:
        for property_, node, cells in values_of(record, "properties", checked=False):
            place = node.where(FILE)
            record.rows.add(f"{record.kind}_values", place, {record.kind: record.focus, **cells})
            record.rows.key_origins.setdefault((record.focus or "", property_.iri), place)


def _document(record: Record) -> Document | None:
    rows = record.rows
    if not record.check(DOCUMENT_KEYS, ("id", "sha256", "length")) or (name := record.text("id")) is None:
        return None
    iri = rows.manifest.iri_of("document", name)
    record = record.about(iri)
    if not rows.issue(name, record.place("id"), focus=iri):
        return None
    sha256 = record.text("sha256")
    if sha256 is not None:
        check_sha256(record, "sha256")
    length = record.whole("length")
    found = Document(
        *(name, iri, record.text("file"), sha256, length, record.iri("type"), record.text("title"), record.where)
    )
    cells = {"id": name, "iri": iri, "title": found.title, "type": found.type, "sha256": sha256}
    rows.add("documents", record.where, {**cells, "length": None if length is None else str(length)})
    rows.origins[iri] = record.where
    rows.known.add(iri)
    return found


def _reference(record: Record, documents: Mapping[str, Document]) -> Reference | None:
    rows = record.rows
    if not record.check(REFERENCE_KEYS, ("id",)) or (name := record.text("id")) is None:
        return None
    iri = record.iri("iri") or rows.manifest.iri_of("reference", name)
    record = record.about(iri)
    if not rows.issue(name, record.place("id"), focus=iri):
        return None
    document = document_of(record, documents)
    found = Reference(
        *(name, iri, document.iri if document else None, record.text("title"), record.iri("type"), record.where)
    )
    cells = {"id": name, "iri": iri, "document": found.document, "title": found.title, "type": found.type}
    rows.add("references", record.where, cells)
    rows.origins[iri] = record.where
    rows.known.add(iri)
    return found


def document_of(record: Record, documents: Mapping[str, Document]) -> Document | None:
    """Give the document that a record names under ``document``; report one that is unknown."""
    name = record.text("document")
    if name is None or name in documents:
        return documents[name] if name else None
    record.rows.report(
        "document.unknown",
        f"there is no document {name} in {FILE}",
        record.place("document"),
        focus=record.focus,
        value=name,
        fix=f"use one of: {', '.join(sorted(documents)) or 'none is there yet; add it'}",
    )
    return None


def check_sha256(record: Record, key: str) -> None:
    """Report a checksum that is not 64 small hexadecimal digits."""
    text = record.text(key)
    if text is not None and not re.fullmatch(r"[0-9a-f]{64}", text):
        record.rows.report(
            f"{record.kind}.wrong-checksum",
            "a SHA-256 is 64 small hexadecimal digits",
            record.place(key),
            focus=record.focus,
            value=text,
            fix="take it from: exportin locate, or sha256sum FILE for a document",
        )
