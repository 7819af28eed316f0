"""A dataset directory, read as values: manifest, documents, segments, entities, ontology, facts as tables."""

from publisher.dataset.manifest import Manifest
from publisher.dataset.ontology import Ontology
from publisher.dataset.open import Dataset, open_dataset
from publisher.dataset.seeds.documents import Document, Reference
from publisher.dataset.seeds.entities import Entity
from publisher.dataset.seeds.segments import Segment
from publisher.dataset.tables import Table, write_tables

__all__ = [
    "Dataset",
    "Document",
    "Entity",
    "Manifest",
    "Ontology",
    "Reference",
    "Segment",
    "Table",
    "open_dataset",
    "write_tables",
]
