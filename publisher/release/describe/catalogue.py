"""DCAT 3 and the HCLS levels: the dataset as such, this version of it, and each file of this version.

See DCAT 3, sections 6 and 11, and Dataset Descriptions: HCLS Community Profile, section 4. Sizes are ``xsd:integer``,
not a derived type, because stores write derived integers as plain ones.
"""

from collections.abc import Sequence

from publisher.rdf.names import XSD
from publisher.rdf.quads import literal
from publisher.release.content import Description
from publisher.release.describe.lines import Lines, day, dump_iri, integer, name, node, text
from publisher.release.record import File

_MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
_COMPRESSION = {"gzip": f"{_MEDIA_TYPES}application/gzip", "zstd": f"{_MEDIA_TYPES}application/zstd"}


def say_dataset(lines: Lines, about: Description) -> None:
    """Say what the dataset and this version of it are (HCLS summary level and version level)."""
    dataset, version = about.iri, about.version_iri
    lines.kind(dataset, "dcat:Dataset", "dcat:DatasetSeries", "dctypes:Dataset")
    lines.kind(version, "dcat:Dataset", "dctypes:Dataset", "prov:Entity")
    lines.say(dataset, "dcat:hasCurrentVersion", node(version))
    lines.say(dataset, "pav:hasCurrentVersion", node(version))
    lines.say(dataset, "dcat:hasVersion", node(version))
    lines.say(version, "dcat:isVersionOf", node(dataset))
    lines.say(version, "dcterms:isVersionOf", node(dataset))
    lines.say(version, "dcat:inSeries", node(dataset))
    lines.say(version, "dcat:version", literal(about.version))
    lines.say(version, "pav:version", literal(about.version))
    issued = day(about.version)
    if issued:
        lines.say(version, "dcterms:issued", issued)
        lines.say(version, "dcterms:modified", issued)
        lines.say(dataset, "dcterms:modified", issued)
    if about.previous:
        before = node(f"{dataset}/{about.previous}")
        lines.say(version, "dcat:previousVersion", before)
        lines.say(version, "pav:previousVersion", before)
        lines.say(dataset, "dcat:hasVersion", before)
    for level in (dataset, version):
        _say_level(lines, level, about)


def say_distributions(lines: Lines, about: Description, files: Sequence[File], names: Sequence[str] = ()) -> None:
    """Say what each file is (HCLS distribution level); ``names`` are dumps of everything that are still to come.

    A file cannot hold its own checksum: inside the dumps those that hold the description have none, beside them all do.
    """
    version = about.version_iri
    for file_name in names:
        lines.say(version, "void:dataDump", node(dump_iri(about, file_name)))
    for file in files:
        iri = dump_iri(about, file.name)
        lines.say(version, "dcat:distribution", node(iri))
        lines.kind(iri, "dcat:Distribution")
        if file.part in {"whole", "union"}:
            lines.say(version, "void:dataDump", node(iri))
        if file.part:
            lines.kind(iri, "void:Dataset")
            lines.say(iri, "void:triples", integer(file.quads))
        _say_file(lines, iri, file, about)


def _say_level(lines: Lines, level: str, about: Description) -> None:
    lines.say(level, "dcterms:title", text(about.title, about))
    lines.say(level, "dcterms:description", text(about.description, about))
    lines.say(level, "dcterms:identifier", literal(level))
    lines.say(level, "dcterms:license", node(about.licence))
    lines.say(level, "dcterms:language", literal(about.language))
    lines.say(level, "dcat:keyword", *(text(word, about) for word in about.keywords))
    lines.say(level, "dcat:landingPage", node(about.base))
    lines.say(level, "foaf:page", node(about.base))
    if about.homepage:
        lines.say(level, "foaf:homepage", node(about.homepage))
    for agent in about.creators:
        lines.agent(level, "dcterms:creator", agent, about)
    publisher = about.publisher or next(iter(about.creators), None)
    if publisher:
        lines.agent(level, "dcterms:publisher", publisher, about)


def _say_file(lines: Lines, iri: str, file: File, about: Description) -> None:
    lines.say(iri, "dcat:downloadURL", node(iri))
    lines.say(iri, "dcterms:title", text(file.title or file.name, about))
    lines.say(iri, "dcterms:license", node(about.licence))
    lines.say(iri, "dcat:mediaType", node(_MEDIA_TYPES + file.media))
    lines.say(iri, "dcat:byteSize", integer(file.size))
    if file.compression:
        lines.say(iri, "dcat:compressFormat", node(_COMPRESSION[file.compression]))
    checksum = f"{iri}#sha256"
    lines.say(iri, "spdx:checksum", node(checksum))
    lines.say(checksum, "spdx:algorithm", name("spdx:checksumAlgorithm_sha256"))
    lines.say(checksum, "spdx:checksumValue", literal(file.sha256, datatype=f"{XSD}hexBinary"))
