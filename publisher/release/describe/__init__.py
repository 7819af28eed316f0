"""What a release says about itself, computed from its quads and its description, in every form that is published.

One model, many outputs: the same statements stand in the description graph of the endpoint and the dumps, in
``void.ttl`` and in ``dcat.jsonld``; the files beside the dumps also know the checksums of the dumps.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from publisher.rdf.jsonld import jsonld
from publisher.rdf.prefixes import Prefixes
from publisher.rdf.turtle import turtle
from publisher.release.content import Content, Description
from publisher.release.describe.catalogue import say_dataset, say_distributions
from publisher.release.describe.endpoint import say_service
from publisher.release.describe.examples import say_examples
from publisher.release.describe.lines import STANDARD, Lines
from publisher.release.describe.provenance import say_build, say_retired
from publisher.release.describe.schema_org import citation, json_bytes, schema_org
from publisher.release.describe.statistics import Statistics
from publisher.release.describe.void import say_void
from publisher.release.record import File

_PLANNED = ("nq", "trig", "nt", "ttl", "jsonld")
Document = tuple[str, bytes, str, str]


def examples(about: Description, queries: Sequence[Path]) -> list[str]:
    """Give the sorted lines of the graph of example queries; none where the dataset has no such graph."""
    if "examples" not in about.graphs:
        return []
    lines = Lines(about.graphs["examples"])
    say_examples(lines, about, queries)
    return sorted(lines.said)


def description(content: Content, statistics: Statistics, files: Sequence[File]) -> list[str]:
    """Give the sorted lines of the description graph; ``files`` are those that do not hold that graph themselves."""
    about = content.description
    stem = f"{about.name}-{about.version}"
    planned = [f"{stem}.{suffix}.{packed}" for suffix in _PLANNED for packed in ("gz", "zst")]
    return sorted(_said(content, statistics, files, planned).said)


def documents(content: Content, statistics: Statistics, files: Sequence[File]) -> Iterator[Document]:
    """Give the name, bytes, media type and title of each file of description, with the checksums of all dumps."""
    about = content.description
    said = sorted(_said(content, statistics, files, ()).said, key=lambda line: (_rank(line, about), line))
    table = dict(STANDARD) | dict(about.prefixes)
    table.setdefault("here", f"{about.version_iri}#")
    used = Prefixes({prefix: space for prefix, space in table.items() if any(space in line for line in said)})
    yield "void.ttl", "".join(turtle(said, used)).encode(), "text/turtle", "The description: VoID, DCAT, HCLS, PROV"
    yield "dcat.jsonld", "".join(jsonld(said, used)).encode(), "application/ld+json", "The description as JSON-LD"
    yield "schema.jsonld", json_bytes(schema_org(about, files)), "application/ld+json", "The description in schema.org"
    yield "CITATION.cff", citation(about).encode(), "text/yaml", "How to cite this version"


def _rank(line: str, about: Description) -> int:
    """Give the place of a line's subject: what people look for first comes first."""
    subject = line[1 : line.index("> ")]
    first = (about.iri, about.version_iri, f"{about.base}sparql")
    return first.index(subject) if subject in first else len(first)


def _said(content: Content, statistics: Statistics, files: Sequence[File], planned: Sequence[str]) -> Lines:
    about = content.description
    lines = Lines(about.description_graph)
    say_dataset(lines, about)
    say_void(lines, about, statistics)
    say_service(lines, about, statistics)
    say_distributions(lines, about, files, planned)
    say_build(lines, content)
    say_retired(lines, content)
    return lines
