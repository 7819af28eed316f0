"""The names of the standards that the engine itself speaks, as plain strings.

Nothing here belongs to a dataset: what a dataset calls its facts is told by its manifest.
"""

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
SH = "http://www.w3.org/ns/shacl#"
OA = "http://www.w3.org/ns/oa#"
PROV = "http://www.w3.org/ns/prov#"
PAV = "http://purl.org/pav/"
DCTERMS = "http://purl.org/dc/terms/"
DCAT = "http://www.w3.org/ns/dcat#"
VOID = "http://rdfs.org/ns/void#"
SD = "http://www.w3.org/ns/sparql-service-description#"
FORMATS = "http://www.w3.org/ns/formats/"
FOAF = "http://xmlns.com/foaf/0.1/"
SPDX = "http://spdx.org/rdf/terms#"
SCHEMA = "http://schema.org/"
SSSOM = "https://w3id.org/sssom/"
OBO_IN_OWL = "http://www.geneontology.org/formats/oboInOwl#"

STANDARD_PREFIXES: dict[str, str] = {
    "rdf": RDF,
    "rdfs": RDFS,
    "owl": OWL,
    "xsd": XSD,
    "skos": SKOS,
    "sh": SH,
    "oa": OA,
    "prov": PROV,
    "pav": PAV,
    "dcterms": DCTERMS,
    "dcat": DCAT,
    "void": VOID,
    "sd": SD,
    "foaf": FOAF,
    "spdx": SPDX,
    "schema": SCHEMA,
    "sssom": SSSOM,
    "oboInOwl": OBO_IN_OWL,
}
