"""Probes of what describes the dataset: VoID, DCAT 3, licence and rights, as Umaka, SPARQLES and F-UJI read them."""

from collections.abc import Callable
from urllib.parse import urljoin

from publisher.audit.graph import Graph, graph_of
from publisher.audit.probe import Probe, Seen
from publisher.audit.site import Lacking, Site
from publisher.rdf.names import DCAT, DCTERMS, FOAF, PAV, PROV, SPDX, VOID

Wanted = tuple[tuple[str, tuple[str, ...]], ...]

_VOID: Wanted = (
    ("dcterms:title", (DCTERMS + "title",)),
    ("dcterms:description", (DCTERMS + "description",)),
    ("dcterms:license", (DCTERMS + "license",)),
    ("void:triples", (VOID + "triples",)),
    ("void:uriSpace", (VOID + "uriSpace",)),
    ("void:exampleResource", (VOID + "exampleResource",)),
    ("void:vocabulary", (VOID + "vocabulary",)),
)
_ACCESS: Wanted = (("void:sparqlEndpoint", (VOID + "sparqlEndpoint",)), ("void:dataDump", (VOID + "dataDump",)))
_STATISTICS: Wanted = (
    ("void:classPartition", (VOID + "classPartition",)),
    ("void:propertyPartition", (VOID + "propertyPartition",)),
    ("void:distinctSubjects", (VOID + "distinctSubjects",)),
)
_DATED: Wanted = (("dcterms:modified or dcterms:issued", (DCTERMS + "modified", DCTERMS + "issued")),)
_DATASET: Wanted = (
    ("dcterms:title", (DCTERMS + "title",)),
    ("dcterms:description", (DCTERMS + "description",)),
    ("dcterms:license", (DCTERMS + "license",)),
    ("dcat:distribution", (DCAT + "distribution",)),
    ("dcat:keyword or dcat:theme", (DCAT + "keyword", DCAT + "theme")),
    ("dcterms:creator or dcterms:publisher", (DCTERMS + "creator", DCTERMS + "publisher")),
    ("dcterms:identifier", (DCTERMS + "identifier",)),
    ("dcat:version", (DCAT + "version", PAV + "version")),
)
_DISTRIBUTION: Wanted = (
    ("dcat:downloadURL", (DCAT + "downloadURL",)),
    ("dcat:mediaType or dcterms:format", (DCAT + "mediaType", DCTERMS + "format")),
    ("dcat:byteSize", (DCAT + "byteSize",)),
    ("spdx:checksum", (SPDX + "checksum",)),
)
_SERVICE: Wanted = (
    ("dcat:endpointURL", (DCAT + "endpointURL",)),
    ("dcat:servesDataset", (DCAT + "servesDataset",)),
)
_PROVENANCE: Wanted = (
    (
        "prov:wasDerivedFrom, prov:wasGeneratedBy, pav:* or dcterms:source",
        (
            PROV + "wasDerivedFrom",
            PROV + "wasGeneratedBy",
            PAV + "createdOn",
            PAV + "derivedFrom",
            PAV + "retrievedFrom",
            DCTERMS + "source",
            DCTERMS + "provenance",
        ),
    ),
)


def _judged(graph: Graph, wanted: Wanted, subjects: list[str], url: str) -> Seen:
    missing = min((graph.lacking(wanted, [each]) for each in subjects), key=len, default=["such description"])
    fine = bool(subjects) and not missing
    seen = f"no {', no '.join(missing)}" if missing else "all there"
    return Seen(fine=fine, text=seen, url=url)


def well_known(site: Site) -> Seen:
    """There is a VoID description at the well-known place."""
    reply = site.well_known
    graph = graph_of(reply)
    found = graph.of_type(VOID + "Dataset")
    seen = f"{len(graph)} triples, {len(found)} void:Dataset{'s' if len(found) != 1 else ''}"
    return Seen(fine=bool(found), text=seen, url=reply.url)


def _void(wanted: Wanted) -> Callable[[Site], Seen]:
    """Give the probe that wants these properties in the VoID description."""

    def look(site: Site) -> Seen:
        graph = site.void
        return _judged(graph, wanted, graph.of_type(VOID + "Dataset"), urljoin(site.origin, ".well-known/void"))

    return look


def endpoint_named(site: Site) -> Seen:
    """Tell whether the VoID says where to query and what to download, as SPARQLES looks for it."""
    return _void(_ACCESS)(site)


def dataset(site: Site) -> Seen:
    """There is a dcat:Dataset with what catalogues and assessors want to know."""
    graph = site.catalogue
    return _judged(graph, _DATASET, graph.of_type(DCAT + "Dataset"), site.root)


def distributions(site: Site) -> Seen:
    """Every distribution says where it is, what it is, how large, and its checksum."""
    graph = site.catalogue
    found = graph.of_type(DCAT + "Distribution")
    wrong = next(((each, missing) for each in found if (missing := graph.lacking(_DISTRIBUTION, [each]))), None)
    if wrong:
        return Seen(fine=False, text=f"{wrong[0]} has no {', no '.join(wrong[1])}", url=site.root)
    return Seen(fine=bool(found), text=f"{len(found) or 'no'} distributions", url=site.root)


def service(site: Site) -> Seen:
    """Tell whether the query service is a dcat:DataService."""
    graph = site.catalogue
    return _judged(graph, _SERVICE, graph.of_type(DCAT + "DataService"), site.root)


def provenance(site: Site) -> Seen:
    """Tell whether the description says where the data came from."""
    graph = site.catalogue
    return _judged(graph, _PROVENANCE, graph.of_type(DCAT + "Dataset", VOID + "Dataset"), site.root)


def landing_page(site: Site) -> Seen:
    """Tell whether the description leads back to the page for people."""
    graph = site.catalogue
    found = graph.objects(DCAT + "landingPage", FOAF + "homepage", FOAF + "page")
    return Seen(fine=bool(found), text=found[0] if found else "no dcat:landingPage", url=site.root)


def rights(site: Site) -> Seen:
    """Who may use the data is said: by rights, by a licence, or as free of charge."""
    told = site.catalogue.objects(DCTERMS + "accessRights")
    free = [each for each in site.page[1] if "isAccessibleForFree" in each or "conditionsOfAccess" in each]
    seen = told[0] if told else "isAccessibleForFree in the JSON-LD" if free else "nothing about access"
    return Seen(fine=bool(told or free), text=seen, url=site.root)


def licence(site: Site) -> Seen:
    """Tell whether the licence is named by a web address, in the RDF, the links and the embedded JSON-LD."""
    for place, found in site.licences.items():
        if not any(each.startswith(("http://", "https://")) for each in found):
            return Seen(fine=False, text=f"no licence with an IRI in {place}", url=site.root)
    return Seen(fine=True, text=min(site.licences["the description"]), url=site.root)


def same_licence(site: Site) -> Seen:
    """Wherever a licence is stated for the dataset, it is the same."""
    said = {place: found for place, found in site.licences.items() if found}
    if not said:
        raise Lacking("no licence is stated anywhere", fix="state one")
    shared = set.intersection(*({_folded(each) for each in found} for found in said.values()))
    if shared:
        return Seen(fine=True, text=min(shared), url=site.root)
    told = "; ".join(f"{place}: {', '.join(sorted(found))}" for place, found in said.items())
    return Seen(fine=False, text=told, url=site.root)


def _folded(iri: str) -> str:
    return iri.replace("http://", "https://", 1).rstrip("/")


PROBES = (
    Probe(
        "void.well-known",
        "a void:Dataset in RDF at /.well-known/void, redirects allowed",
        "publish the VoID description there, or redirect from there to it (VoID, section 7.2)",
        well_known,
    ),
    Probe(
        "void.terms",
        ", ".join(name for name, _ in _VOID),
        "add these properties to the void:Dataset",
        _void(_VOID),
    ),
    Probe(
        "void.access",
        "void:sparqlEndpoint and void:dataDump",
        "say in the VoID where to query and what to download",
        endpoint_named,
    ),
    Probe(
        "void.statistics",
        "class and property partitions, and counts",
        "compute the statistics of VoID when the data is released: editors complete queries from them",
        _void(_STATISTICS),
    ),
    Probe("void.dated", "dcterms:modified or dcterms:issued", "say when the data was changed last", _void(_DATED)),
    Probe(
        "dcat.dataset",
        ", ".join(name for name, _ in _DATASET),
        "describe the dataset with DCAT 3, and link to it with rel=describedby",
        dataset,
    ),
    Probe(
        "dcat.distributions",
        "place, type, size and checksum of every distribution",
        "add dcat:downloadURL, dcat:mediaType, dcat:byteSize and spdx:checksum to each dcat:Distribution",
        distributions,
    ),
    Probe(
        "dcat.service",
        "a dcat:DataService with its endpoint and its dataset",
        "describe the query service as dcat:DataService",
        service,
    ),
    Probe(
        "dcat.provenance",
        "where the data came from, in PROV, PAV or Dublin Core",
        "name the sources with prov:wasDerivedFrom or dcterms:source",
        provenance,
    ),
    Probe("dcat.landing-page", "dcat:landingPage or foaf:homepage", "name the page for people", landing_page),
    Probe(
        "dcat.access",
        "dcterms:accessRights, or isAccessibleForFree in the JSON-LD",
        "say who may use the data, such as with the access rights of the EU vocabulary",
        rights,
    ),
    Probe(
        "licence.stated",
        "the IRI of a licence in the RDF, in rel=license and in the JSON-LD",
        "name the licence by its IRI, such as https://creativecommons.org/publicdomain/zero/1.0/, in all three",
        licence,
    ),
    Probe(
        "licence.same",
        "one licence, wherever it is stated",
        "state the same IRI everywhere; a licence that differs by place is no licence",
        same_licence,
    ),
)
