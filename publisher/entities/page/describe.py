"""The description of a thing in RDF: one read, its document included, written so that people can read it."""

import re
from collections.abc import Iterator, Sequence

from publisher.entities.page.ahead import described
from publisher.entities.reader import Reader, literal, term, terms
from publisher.rdf import names
from publisher.rdf.document import document as written
from publisher.rdf.media import Media
from publisher.rdf.quads import line
from publisher.release.record import Release

_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")


def describe(reader: Reader, iri: str, media: Media, *, document: str, inbound: int = 100) -> bytes:
    """Give a thing's concise bounded description, its incoming links, its neighbours' names, and its document.

    ``document`` is the IRI of the document that is asked for; ``inbound`` is the most incoming links that are given.
    """
    lines = (*described(reader, iri, inbound=inbound), *_document(reader, iri, document))
    return written(lines, media, reader.about.prefixes, first=(document, iri))


def _document(reader: Reader, iri: str, document: str) -> Iterator[str]:
    """Give what is said about the document itself."""
    about = reader.about
    said = {
        f"{names.RDF}type": f"<{names.FOAF}Document>",
        f"{names.FOAF}primaryTopic": term(iri),
        f"{names.VOID}inDataset": term(about.iri),
        f"{names.DCTERMS}license": term(about.licence) if about.licence else "",
        f"{names.DCTERMS}modified": _modified(reader),
        f"{names.PROV}wasDerivedFrom": term(about.version_iri) if about.version else "",
    }
    return (line(term(document), f"<{predicate}>", object_) for predicate, object_ in said.items() if object_)


def service(reader: Reader, media: Media, *, endpoint: str, offered: Sequence[Media], union: str) -> bytes:
    """Give the description of the query service and of the dataset behind it (SPARQL 1.1 Service Description)."""
    about = reader.about
    count = about.counts.get("triples") if isinstance(about, Release) else None
    return reader.construct(
        "dataset",
        media,
        endpoint=term(endpoint),
        title=literal(about.title),
        formats=terms([names.FORMATS + item.format_iri for item in offered if item.format_iri]),
        features=terms([f"{names.SD}UnionDefaultGraph"] if union == "union" else []),
        graphs=terms(list(about.graphs.values())),
        triples="" if count is None else str(count),
        licence=term(about.licence) if about.licence else "",
        modified=_modified(reader),
        dataset=term(about.iri),
    )


def _modified(reader: Reader) -> str:
    version = reader.about.version
    return literal(version, datatype=f"{names.XSD}date" if _DATE.match(version) else None) if version else ""
