"""The media types of RDF and of SPARQL results: one table that every reader and writer shares.

It refuses to negotiate: choosing by an ``Accept`` header is the web's work.
"""

import enum
from dataclasses import dataclass


class Family(enum.Enum):
    """What a media type can carry: rows and truth values, triples, quads, or a page for people."""

    RESULTS = "results"
    TRIPLES = "triples"
    QUADS = "quads"
    PAGE = "page"


@dataclass(frozen=True, slots=True, eq=False)
class Media:
    """One media type: its registered name, file suffix, family, and the other names people use for it.

    Each is made once, so one is told from another by identity: every request compares dozens of them.
    """

    type: str
    suffix: str
    family: Family
    label: str
    aliases: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()
    quality: float = 1.0
    format_iri: str | None = None

    @property
    def content_type(self) -> str:
        """Give the value of ``Content-Type``, with the charset for text types."""
        return f"{self.type}; charset=utf-8" if self.type.startswith("text/") else self.type


JSON = Media(
    "application/sparql-results+json",
    "srj",
    Family.RESULTS,
    "JSON",
    aliases=("json", "srj"),
    accepted=("application/json", "text/json"),
    format_iri="SPARQL_Results_JSON",
)
XML = Media(
    "application/sparql-results+xml",
    "srx",
    Family.RESULTS,
    "XML",
    aliases=("xml", "srx"),
    accepted=("application/xml", "text/xml"),
    format_iri="SPARQL_Results_XML",
)
CSV = Media("text/csv", "csv", Family.RESULTS, "CSV", aliases=("csv",), format_iri="SPARQL_Results_CSV")
TSV = Media(
    "text/tab-separated-values", "tsv", Family.RESULTS, "TSV", aliases=("tsv",), format_iri="SPARQL_Results_TSV"
)
TURTLE = Media(
    "text/turtle",
    "ttl",
    Family.TRIPLES,
    "Turtle",
    aliases=("ttl", "turtle"),
    accepted=("application/x-turtle", "application/turtle", "text/n3", "text/rdf+n3", "application/n3"),
    quality=0.9,
    format_iri="Turtle",
)
JSON_LD = Media(
    "application/ld+json",
    "jsonld",
    Family.QUADS,
    "JSON-LD",
    aliases=("jsonld", "json-ld"),
    accepted=("application/json",),
    quality=0.9,
    format_iri="JSON-LD",
)
N_TRIPLES = Media(
    "application/n-triples",
    "nt",
    Family.TRIPLES,
    "N-Triples",
    aliases=("nt", "ntriples", "n-triples"),
    accepted=("text/plain",),
    quality=0.8,
    format_iri="N-Triples",
)
RDF_XML = Media(
    "application/rdf+xml",
    "rdf",
    Family.TRIPLES,
    "RDF/XML",
    aliases=("rdf", "rdfxml", "rdf/xml"),
    accepted=("application/xml", "text/xml"),
    quality=0.8,
    format_iri="RDF_XML",
)
TRIG = Media(
    "application/trig",
    "trig",
    Family.QUADS,
    "TriG",
    aliases=("trig",),
    accepted=("application/x-trig",),
    quality=0.8,
    format_iri="TriG",
)
N_QUADS = Media(
    "application/n-quads",
    "nq",
    Family.QUADS,
    "N-Quads",
    aliases=("nq", "nquads", "n-quads"),
    accepted=("text/x-nquads",),
    quality=0.7,
    format_iri="N-Quads",
)
HTML = Media(
    "text/html", "html", Family.PAGE, "HTML", aliases=("html",), accepted=("application/xhtml+xml",), quality=1.0
)

RESULTS: tuple[Media, ...] = (JSON, XML, CSV, TSV)
GRAPHS: tuple[Media, ...] = (TURTLE, JSON_LD, N_TRIPLES, RDF_XML, TRIG, N_QUADS)
DOCUMENTS: tuple[Media, ...] = (HTML, *GRAPHS)


def by_alias(name: str, among: tuple[Media, ...]) -> Media | None:
    """Give the media type that a person calls ``name`` (alias, suffix or registered type), or None."""
    folded = name.strip().casefold()
    for media in among:
        if folded in (media.type, media.suffix, *media.aliases):
            return media
    return next((media for media in among if folded in media.accepted), None)
