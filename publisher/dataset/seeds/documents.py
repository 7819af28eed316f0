"""``seeds/documents.yaml``: the documents that facts are read from and the works they cite, never their text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

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


def read_documents(rows: Rows) -> tuple[Mapping[str, Document], Mapping[str, Reference]]:
    """Read the documents and references by id; properties are read later, when every IRI is known."""
    path = rows.root / FILE
    if not path.exists():
        return {}, {}
    top = rows.load(path)
    Record(rows, FILE, "file", top).check(("documents", "references")) if top.fields else None
    documents = {}
    for record in records(rows, FILE, "document", top, "documents"):
        found = _document(record)
        if found is not None:
            documents[found.id] = found
    references = {}
    for record in records(rows, FILE, "reference", top, "references"):
        cited = _reference(record, documents)
        if cited is not None:
            references[cited.id] = cited
    return documents, references


def read_document_values(rows: Rows, documents: Mapping[str, Document], references: Mapping[str, Reference]) -> None:
    """Read the properties of documents and references into their tables."""
    path = rows.root / FILE
    if not path.exists():
        return
    # The file has been parsed before, and its syntax reported: only its values are wanted now.
    kept = len(rows.findings)
    top = rows.load(path)
    del rows.findings[kept:]
    for kind, key, known in (("document", "documents", documents), ("reference", "references", references)):
        for record in records(rows, FILE, kind, top, key):
            found = known.get(_quiet(record, "id")) if record.node.fields else None
            if found is None:
                continue
            for property_, node, cells in values_of(record.about(found.iri), "properties", checked=False):
                place = node.where(FILE)
                rows.add(f"{kind}_values", place, {kind: found.iri, **cells})
                rows.key_origins.setdefault((found.iri, property_.iri), place)


def _quiet(record: Record, key: str) -> str:
    node = record.get(key)
    return node.text if node else ""


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
