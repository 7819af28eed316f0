"""The sections and keys of ``dataset.toml``, and what stands for those that it does not give."""

from collections.abc import Mapping

from publisher.rdf.names import PROV, RDF, SCHEMA

FILE = "dataset.toml"
REQUIRED = ("name", "title", "base", "version", "licence")
GRAPHS = ("facts", "evidence", "mappings", "ontology", "imports", "inferred", "description", "examples")

# Roles whose default is a term of a standard; the others default to a term of the dataset's own vocabulary.
STANDARD_ROLES = {
    "subject": RDF + "subject",
    "predicate": RDF + "predicate",
    "object": RDF + "object",
    "about": SCHEMA + "about",
    "cites": "http://purl.org/spar/cito/citesAsEvidence",
    "document": PROV + "wasDerivedFrom",
}
OWN_ROLES = {
    "fact": "Fact",
    "certainty": "certainty",
    "negated": "negated",
    "evidence": "evidence",
    "evidence_class": "Evidence",
    "evidence_code": "evidenceCode",
    "cue": "cue",
    "section": "section",
    "sentence": "sentence",
    "original_subject": "subjectAsWritten",
    "original_object": "objectAsWritten",
    "entity": "Entity",
}
_OPTIONAL_ROLES = ("name", "product")  # the short name that pages show; what a thing, such as a gene, makes
ROLES = (*STANDARD_ROLES, *OWN_ROLES, *_OPTIONAL_ROLES)
CERTAINTIES = ("asserted", "presupposed", "hedged", "hypothesised", "outlook", "recommended", "underdetermined")
IDS = {"fact": "F%07d", "evidence": "E%07d", "entity": "X%07d"}
PATHS = {
    "fact": "fact/",
    "evidence": "evidence/",
    "entity": "entity/",
    "document": "source/",
    "reference": "reference/",
}
GATES = ("violation", "warning", "info", "off")
KEYS: Mapping[str, tuple[str, ...] | None] = {
    "": (
        "dataset",
        "prefixes",
        "vocabulary",
        "graphs",
        "roles",
        "certainty",
        "ids",
        "paths",
        "rollup",
        "aliases",
        "gates",
    ),
    "dataset": (
        *("name", "title", "description", "base", "version", "licence", "language", "keywords", "creators"),
        *("publisher", "homepage", "examples", "previous"),
    ),
    "prefixes": None,
    "vocabulary": ("iri",),
    "graphs": GRAPHS,
    "roles": ROLES,
    "certainty": ("values", "bare", "cues"),
    "certainty.cues": None,
    "ids": tuple(IDS),
    "paths": tuple(PATHS),
    "rollup": ("property", "along"),
    "aliases": None,
    "gates": None,
}
