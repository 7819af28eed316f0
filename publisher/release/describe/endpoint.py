"""The SPARQL endpoint: what it speaks, what it writes, which graphs it holds. See SPARQL 1.1 Service Description."""

from publisher.rdf.media import GRAPHS, RESULTS
from publisher.rdf.quads import literal
from publisher.release.content import Description
from publisher.release.describe.lines import Lines, integer, name, node, text
from publisher.release.describe.statistics import Statistics
from publisher.release.describe.void import say_class, say_counts


def say_service(lines: Lines, about: Description, statistics: Statistics) -> None:
    """Say what is true of the service for this release, whatever the settings of the server."""
    service, version = f"{about.base}sparql", about.version_iri
    lines.kind(service, "sd:Service", "dcat:DataService")
    lines.say(service, "sd:endpoint", node(service))
    lines.say(service, "dcat:endpointURL", node(service))
    lines.say(service, "dcat:servesDataset", node(about.iri), node(version))
    lines.say(service, "dcterms:title", text(f"SPARQL service of {about.title}", about))
    lines.say(service, "dcterms:conformsTo", node("https://www.w3.org/TR/sparql11-protocol/"))
    lines.say(service, "sd:supportedLanguage", name("sd:SPARQL11Query"))
    lines.say(service, "sd:feature", name("sd:UnionDefaultGraph"))
    lines.say(service, "sd:defaultEntailmentRegime", name("ent:Simple"))
    written = [media.format_iri for media in (*RESULTS, *GRAPHS) if media.format_iri]
    lines.say(service, "sd:resultFormat", *(name(f"formats:{item}") for item in written))
    lines.say(service, "sd:defaultDataset", node(version))
    lines.kind(version, "sd:Dataset")
    default = f"{version}#default-graph"
    lines.say(version, "sd:defaultGraph", node(default))
    lines.kind(default, "sd:Graph", "void:Dataset")
    lines.say(default, "void:triples", integer(statistics.union.triples))
    _say_graphs(lines, about, statistics)


def _say_graphs(lines: Lines, about: Description, statistics: Statistics) -> None:
    names = {iri: label for label, iri in about.graphs.items()}
    for number, (iri, counts) in enumerate(statistics.graphs.items()):
        label = names.get(iri, f"other-{number}")
        named, content = f"{about.version_iri}#named-graph-{label}", f"{about.version_iri}#graph-{label}"
        lines.say(about.version_iri, "sd:namedGraph", node(named))
        lines.say(about.version_iri, "void:subset", node(content))
        lines.kind(named, "sd:NamedGraph")
        lines.say(named, "sd:name", node(iri))
        lines.say(named, "sd:graph", node(content))
        lines.kind(content, "sd:Graph", "void:Dataset")
        lines.say(content, "dcterms:title", literal(label))
        say_counts(lines, content, counts)
        for kind, things in statistics.graph_classes.get(iri, {}).items():
            say_class(lines, content, kind, things)
