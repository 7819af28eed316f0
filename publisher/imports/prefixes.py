"""The prefixes of a dataset as a registry knows them, cut into one slice of declarations.

A record is kept where it has a name or a namespace of one of the dataset's prefixes. It is declared under the dataset's
own spelling, with the registry's names and namespaces beside it, in the words in which a dataset declares any other
spelling of a prefix: ``sh:prefix``, ``skos:altLabel``, ``void:uriSpace``. It has no ``sh:namespace``: what a prefix
stands for in this dataset is said by the dataset alone.
"""

from collections.abc import Iterable, Iterator

from publisher.imports.read.registry import Record
from publisher.imports.slices import document, header
from publisher.imports.sources import Source, Sources
from publisher.rdf import names
from publisher.rdf.prefixes import Prefixes
from publisher.rdf.quads import iri, line, literal


def prefixes_text(source: Source, records: Iterable[Record], used: Prefixes, *, sources: Sources) -> tuple[str, int]:
    """Give the Turtle document of the records that a dataset's prefixes need, and how many they are."""
    kept = {
        record: [prefix for prefix, _ in used if record.called(prefix)]
        for record in records
        if any(record.called(prefix) or record.holds(namespace) for prefix, namespace in used)
    }
    body = {each for record, spellings in kept.items() for each in _lines(record, spellings, source)}
    return document(source, header(source, sources, refused=0), body, sources.prefixes), len(kept)


def _lines(record: Record, spellings: list[str], source: Source) -> Iterator[str]:
    subject = iri(source.home + record.prefix)
    ours, *others = spellings or [record.prefix]
    yield line(subject, iri(names.SH + "prefix"), literal(ours))
    for name in {record.prefix, *record.names, *others} - {ours}:
        yield line(subject, iri(names.SKOS + "altLabel"), literal(name))
    for namespace in record.namespaces:
        yield line(subject, iri(names.VOID + "uriSpace"), literal(namespace))
