"""The description of a thing in RDF: one CONSTRUCT, document included, written so that people can read it."""

import re
from collections.abc import Sequence

from publisher.entities.reader import Reader, literal, term, terms
from publisher.rdf import names
from publisher.rdf.document import WRITTEN
from publisher.rdf.document import document as written
from publisher.rdf.media import N_TRIPLES, Media
from publisher.release.record import Release

_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")


def describe(reader: Reader, iri: str, media: Media, *, document: str, inbound: int = 100) -> bytes:
    """Give a thing's concise bounded description, its incoming links, its neighbours' names, and its document.

    ``document`` is the IRI of the document that is asked for; ``inbound`` is the most incoming links that are given.
    """
    about = reader.about
    whole = about.vocabulary == iri and "ontology" in about.graphs
    ours = media in WRITTEN and N_TRIPLES in reader.store.offered
    found = reader.construct(
        "graph" if whole else "describe",
        N_TRIPLES if ours else media,
        thing=term(iri),
        document=term(document),
        inbound=str(inbound),
        **_paperwork(reader),
    )
    if not ours:
        return found
    lines = [line for line in found.decode().split("\n") if line]
    return written(lines, media, about.prefixes, first=(document, iri))


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
        **_paperwork(reader),
    )


def _paperwork(reader: Reader) -> dict[str, str]:
    about = reader.about
    dated = f"{names.XSD}date" if _DATE.match(about.version) else None
    return {
        "licence": term(about.licence) if about.licence else "",
        "modified": literal(about.version, datatype=dated) if about.version else "",
        "dataset": term(about.iri),
        "version": term(about.version_iri) if about.version else "",
    }
