"""PROV: what the release was made from, by which programs; and what became of things that were withdrawn.

"When" is the version's date: no clock is read, so that the bytes repeat. See PROV-O, section 3.
"""

from urllib.parse import quote

from publisher.rdf.names import XSD
from publisher.rdf.quads import literal
from publisher.release.content import Content
from publisher.release.describe.lines import Lines, moment, name, node, short_hash, text


def say_build(lines: Lines, content: Content) -> None:
    """Say which files were read, with their checksums, and which programs made the release of them."""
    about = content.description
    version, build = about.version_iri, f"{about.version_iri}#build"
    lines.say(version, "prov:wasGeneratedBy", node(build))
    lines.kind(build, "prov:Activity")
    lines.say(build, "rdfs:label", text(f"Build of {about.title} {about.version}", about))
    when = moment(about.version)
    if when:
        lines.say(version, "prov:generatedAtTime", when)
        lines.say(build, "prov:startedAtTime", when)
        lines.say(build, "prov:endedAtTime", when)
    for program, number in sorted(content.engine.items()):
        iri = f"{version}#program-{short_hash(program)}"
        lines.say(build, "prov:wasAssociatedWith", node(iri))
        lines.kind(iri, "prov:SoftwareAgent")
        lines.say(iri, "rdfs:label", literal(f"{program} {number}"))
        lines.say(iri, "pav:version", literal(number))
    for agent in about.creators:
        lines.agent(build, "prov:wasAssociatedWith", agent, about)
    for item in content.inputs:
        iri = f"{version}/input/{quote(item.path, safe='/._~-+')}"
        lines.say(build, "prov:used", node(iri))
        lines.kind(iri, "prov:Entity")
        lines.say(iri, "rdfs:label", literal(item.path))
        lines.say(iri, "spdx:checksum", node(f"{iri}#sha256"))
        lines.say(f"{iri}#sha256", "spdx:algorithm", name("spdx:checksumAlgorithm_sha256"))
        lines.say(f"{iri}#sha256", "spdx:checksumValue", literal(item.sha256, datatype=f"{XSD}hexBinary"))


def say_retired(lines: Lines, content: Content) -> None:
    """Say of each withdrawn or merged thing what it was, why, since when, and what stands in its place."""
    about = content.description
    for item in content.retired:
        lines.say(item.iri, "owl:deprecated", literal("true", datatype=f"{XSD}boolean"))
        lines.say(item.iri, "rdfs:label", *([text(item.was, about)] if item.was else []))
        lines.say(item.iri, "skos:historyNote", *([text(item.reason, about)] if item.reason else []))
        when = moment(item.since)
        lines.say(item.iri, "prov:invalidatedAtTime", *([when] if when else []))
        for instead in (item.replaced_by, item.merged_into):
            lines.say(item.iri, "dcterms:isReplacedBy", *([node(instead)] if instead else []))
