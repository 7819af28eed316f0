"""A dataset directory, read as one value: manifest, tables, ontology, findings, and where everything came from.

It refuses to raise for bad data: what is wrong is in ``findings``. Only a directory without a readable
``dataset.toml`` cannot be opened at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from publisher.dataset.manifest import Manifest, read_manifest
from publisher.dataset.ontology import Ontology, read_ontology
from publisher.dataset.prefixing import check_prefixes
from publisher.dataset.seeds.alignments import read_alignments
from publisher.dataset.seeds.documents import Document, Reference, read_document_values, read_documents
from publisher.dataset.seeds.entities import Entity, read_entities
from publisher.dataset.seeds.facts import read_facts
from publisher.dataset.seeds.retired import read_retired
from publisher.dataset.seeds.rows import Rows
from publisher.dataset.seeds.segments import Segment, read_segments
from publisher.dataset.tables import Table
from publisher.errors import Finding, Where
from publisher.rdf.prefixes import Prefixes


@dataclass(frozen=True, slots=True)
class Dataset:
    """Everything that a dataset directory says, without the text of its documents.

    ``documents``, ``references`` and ``segments`` are by the document's or reference's id, ``entities`` by IRI.
    ``origins`` maps an IRI to where it is curated, ``key_origins`` an IRI and a property's IRI to the value's place.
    Files are named relative to ``root``.
    """

    root: Path
    manifest: Manifest
    ontology: Ontology
    documents: Mapping[str, Document]
    references: Mapping[str, Reference]
    segments: Mapping[str, tuple[Segment, ...]]
    entities: Mapping[str, Entity]
    tables: Mapping[str, Table]
    findings: tuple[Finding, ...]
    origins: Mapping[str, Where]
    key_origins: Mapping[tuple[str, str], Where]

    @property
    def prefixes(self) -> Prefixes:
        """Give the preferred prefixes of the dataset."""
        return self.manifest.prefixes


def open_dataset(root: Path) -> Dataset:
    """Read a dataset directory; raise DatasetUnreadable where it has no readable ``dataset.toml``."""
    manifest, manifest_findings = read_manifest(root)
    ontology, ontology_findings = read_ontology(root, language=manifest.language)
    found = [*manifest_findings, *ontology_findings, *check_prefixes(root, manifest, ontology)]
    rows = Rows(root, manifest, ontology, findings=found, ontology_broken=bool(ontology_findings))
    rows.known.update(ontology.types, ontology.labels)
    read_retired(rows)
    documents, references, records = read_documents(rows)
    segments = read_segments(rows, documents)
    entities = read_entities(rows)
    read_document_values(records)
    read_facts(rows, documents=documents, references=references, segments=segments, entities=entities)
    read_alignments(rows)
    return Dataset(
        root=root,
        manifest=manifest,
        ontology=ontology,
        documents=MappingProxyType(dict(documents)),
        references=MappingProxyType(dict(references)),
        segments=MappingProxyType(dict(segments)),
        entities=MappingProxyType(dict(entities)),
        tables=rows.tables(),
        findings=tuple(rows.findings),
        origins=MappingProxyType(rows.origins),
        key_origins=MappingProxyType(rows.key_origins),
    )
