"""VoID: what the dataset holds, by class, property, datatype and target of links.

See Describing Linked Datasets with the VoID Vocabulary, sections 2 to 5.
"""

import re

from publisher.rdf.media import GRAPHS
from publisher.rdf.quads import literal
from publisher.release.content import Description
from publisher.release.describe.lines import Lines, integer, name, node, short_hash, text
from publisher.release.describe.statistics import Counts, Property, Statistics, Used


def say_void(lines: Lines, about: Description, statistics: Statistics) -> None:
    """Say everything that VoID has a word for about this version."""
    version = about.version_iri
    lines.kind(version, "void:Dataset")
    say_counts(lines, version, statistics.union)
    lines.say(version, "void:uriSpace", literal(about.base))
    lines.say(version, "void:uriRegexPattern", literal(f"^{re.escape(about.base)}"))
    lines.say(version, "void:sparqlEndpoint", node(f"{about.base}sparql"))
    lines.say(version, "void:vocabulary", *map(node, statistics.vocabularies))
    lines.say(version, "void:exampleResource", *map(node, about.examples))
    lines.say(version, "void:feature", *(name(f"formats:{media.format_iri}") for media in GRAPHS))
    lines.say(version, "rdfs:comment", text("The counts leave out the graph that holds this description.", about))
    for iri, number in statistics.classes.items():
        say_class(lines, version, iri, number)
    for item in statistics.properties:
        _say_property(lines, version, item)
    for used in statistics.used:
        _say_used(lines, version, used)
    for iri, number in statistics.datatypes.items():
        part = _part(version, "datatype", iri)
        lines.say(version, "voidext:datatypePartition", node(part))
        lines.say(part, "voidext:datatype", node(iri))
        lines.say(part, "void:triples", integer(number))
    _say_links(lines, about, statistics)
    _say_prefixes(lines, about)


def say_counts(lines: Lines, subject: str, counts: Counts) -> None:
    """Say the counts of a set of triples."""
    lines.say(subject, "void:triples", integer(counts.triples))
    lines.say(subject, "void:entities", integer(counts.entities))
    lines.say(subject, "void:classes", integer(counts.classes))
    lines.say(subject, "void:properties", integer(counts.properties))
    lines.say(subject, "void:distinctSubjects", integer(counts.subjects))
    lines.say(subject, "void:distinctObjects", integer(counts.objects))


def say_class(lines: Lines, whole: str, iri: str, number: int) -> None:
    """Say how many things of a class are in a set of triples."""
    part = _part(whole, "class", iri)
    lines.say(whole, "void:classPartition", node(part))
    lines.say(part, "void:class", node(iri))
    lines.say(part, "void:entities", integer(number))


def _say_property(lines: Lines, whole: str, item: Property) -> None:
    part = _part(whole, "property", item.iri)
    lines.say(whole, "void:propertyPartition", node(part))
    lines.say(part, "void:property", node(item.iri))
    lines.say(part, "void:triples", integer(item.triples))
    lines.say(part, "void:distinctSubjects", integer(item.subjects))
    lines.say(part, "void:distinctObjects", integer(item.objects))


def _say_used(lines: Lines, version: str, used: Used) -> None:
    """Say that things of a class have a property: not counted, for there are very many such pairs."""
    whole = _part(version, "class", used.of)
    part = _part(whole, "property", used.iri)
    lines.say(whole, "void:propertyPartition", node(part))
    lines.say(part, "void:property", node(used.iri))
    for iri in used.datatypes:
        kind = _part(version, "literals", f"{used.of} {used.iri} {iri}")
        lines.say(part, "voidext:datatypePartition", node(kind))
        lines.say(kind, "voidext:datatype", node(iri))


def _say_links(lines: Lines, about: Description, statistics: Statistics) -> None:
    version = about.version_iri
    for links in statistics.links:
        part = f"{version}#links-{short_hash(f'{links.namespace} {links.predicate}')}"
        target = f"{version}#target-{short_hash(links.namespace)}"
        lines.say(version, "void:subset", node(part))
        lines.kind(part, "void:Linkset")
        lines.say(part, "void:subjectsTarget", node(version))
        lines.say(part, "void:objectsTarget", node(target))
        lines.say(part, "void:linkPredicate", node(links.predicate))
        lines.say(part, "void:triples", integer(links.triples))
        lines.kind(target, "void:Dataset")
        lines.say(target, "void:uriSpace", literal(links.namespace))
        lines.say(target, "rdfs:label", literal(links.prefix))


def _say_prefixes(lines: Lines, about: Description) -> None:
    for prefix, namespace in about.prefixes:
        part = f"{about.iri}#prefix-{prefix}"
        lines.say(about.iri, "sh:declare", node(part))
        lines.say(part, "sh:prefix", literal(prefix))
        lines.say(part, "sh:namespace", literal(namespace, datatype="http://www.w3.org/2001/XMLSchema#anyURI"))


def _part(whole: str, kind: str, iri: str) -> str:
    return f"{whole}{'-' if '#' in whole else '#'}{kind}-{short_hash(iri)}"
