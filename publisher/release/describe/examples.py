"""Example queries as RDF, in the form that the SIB's endpoints share.

A query file begins with grlc-style comments (``#+ summary:``, ``#+ tags:``); they are not part of the query's text.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from publisher.rdf.quads import literal
from publisher.release.content import Description
from publisher.release.describe.lines import Lines, node, text

_FORM = re.compile(r"\b(SELECT|ASK|CONSTRUCT|DESCRIBE)\b", re.IGNORECASE)
_NOISE = re.compile(r"<[^>\s]*>|\"[^\"\n]*\"|'[^'\n]*'|#[^\n]*")
_SERVICE = re.compile(r"\bSERVICE\s+(?:SILENT\s+)?<([^>\s]+)>", re.IGNORECASE)
_WORDS = {
    "SELECT": ("sh:SPARQLSelectExecutable", "sh:select"),
    "ASK": ("sh:SPARQLAskExecutable", "sh:ask"),
    "CONSTRUCT": ("sh:SPARQLConstructExecutable", "sh:construct"),
    "DESCRIBE": ("spex:SPARQLDescribeExecutable", "spex:describe"),
}


@dataclass(frozen=True, slots=True)
class Example:
    """One example query: its name (the file's stem), what it asks, its tags, its form, its text."""

    name: str
    summary: str
    tags: tuple[str, ...]
    form: str
    query: str


def read_example(name: str, body: str) -> Example:
    """Give the example of a query file's text; a file without a summary is summed up by its name."""
    rows = body.splitlines()
    header = [row[2:].strip() for row in rows if row.startswith("#+")]
    query = "\n".join(row for row in rows if not row.startswith("#+")).strip() + "\n"
    found = _FORM.search(_NOISE.sub(" ", query))
    summary = next((row.partition(":")[2].strip() for row in header if row.startswith("summary:")), "")
    return Example(
        name, summary or name.replace("-", " "), _tags(header), found[1].upper() if found else "SELECT", query
    )


def say_examples(lines: Lines, about: Description, queries: Sequence[Path]) -> None:
    """Say each example query: what it asks, its text, its tags, where it runs and what it federates with."""
    for path in sorted(queries, key=lambda item: item.name):
        example = read_example(path.stem, path.read_text(encoding="utf-8"))
        iri = f"{about.graphs['examples']}#{quote(example.name, safe='')}"
        kind, predicate = _WORDS[example.form]
        lines.kind(iri, "sh:SPARQLExecutable", kind)
        lines.say(iri, "rdfs:comment", text(example.summary, about))
        lines.say(iri, predicate, literal(example.query))
        lines.say(iri, "sh:prefixes", node(about.iri))
        lines.say(iri, "schema:keywords", *(literal(tag) for tag in example.tags))
        lines.say(iri, "schema:target", node(f"{about.base}sparql"))
        lines.say(iri, "spex:federatesWith", *(node(target) for target in _SERVICE.findall(example.query)))


def _tags(header: Sequence[str]) -> tuple[str, ...]:
    tags: list[str] = []
    inside = False
    for row in header:
        if row.startswith("tags:"):
            inside = True
            tags.extend(word.strip() for word in row.partition(":")[2].strip(" []").split(","))
        elif inside and row.startswith("-"):
            tags.append(row[1:].strip())
        else:
            inside = False
    return tuple(tag for tag in tags if tag)
