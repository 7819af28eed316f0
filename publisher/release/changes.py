"""What differs between two versions, as a value and as text, JSON, Markdown and RDF (the changeset vocabulary).

It refuses to find the differences: that is :mod:`publisher.release.compare`.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from publisher.rdf.quads import literal
from publisher.rdf.turtle import turtle
from publisher.release.describe.lines import STANDARD, Lines, moment, node, short_hash

_SHOWN = 12
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs: ``kind`` is added, removed or changed; what was said no longer, and what is said now.

    The statements are (predicate, object) as N-Quads terms; those of a fact's evidence and parts are among its own.
    """

    kind: str
    iri: str
    label: str
    removed: tuple[Pair, ...] = ()
    added: tuple[Pair, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """All that differs between two versions: facts, other things, and quads added and removed by graph."""

    name: str
    base: str
    iri: str
    version: str
    previous: str | None
    facts: tuple[Change, ...] = ()
    things: tuple[Change, ...] = ()
    graphs: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """Give how many facts were added, removed and changed."""
        return {kind: sum(change.kind == kind for change in self.facts) for kind in ("added", "removed", "changed")}

    def render(self, form: str) -> str:
        """Give the changes as ``text``, ``json``, ``md``, ``ttl`` or ``atom`` (RFC 4287)."""
        return {"text": _text, "json": _json, "md": _markdown, "ttl": _turtle, "atom": _atom}[form](self)


def _text(changes: Changes) -> str:
    counts = changes.counts()
    rows = [f"{changes.name} {changes.previous or '(nothing)'} → {changes.version}"]
    rows.append(", ".join(f"{number} facts {kind}" for kind, number in counts.items()))
    sign = {"added": "+", "removed": "-", "changed": "~"}
    for change in changes.facts:
        rows.append(f"{sign[change.kind]} {change.iri}  {change.label}".rstrip())
        if change.kind == "changed":
            rows += [f"    - {predicate} {term}" for predicate, term in change.removed]
            rows += [f"    + {predicate} {term}" for predicate, term in change.added]
    rows += [
        f"{graph or 'default graph'}: +{added} -{removed} quads" for graph, (added, removed) in changes.graphs.items()
    ]
    return "\n".join(rows) + "\n"


def _json(changes: Changes) -> str:
    table = {
        "name": changes.name,
        "version": changes.version,
        "previous": changes.previous,
        "counts": changes.counts(),
        "facts": [_plain(change) for change in changes.facts],
        "things": [_plain(change) for change in changes.things],
        "graphs": {graph: {"added": added, "removed": gone} for graph, (added, gone) in changes.graphs.items()},
    }
    return json.dumps(table, ensure_ascii=False, indent=1) + "\n"


def _markdown(changes: Changes) -> str:
    rows = [f"# {changes.name} {changes.version}", ""]
    if changes.previous is None:
        return "\n".join([*rows, "This version names no version before it."]) + "\n"
    rows += [f"Compared with {changes.previous}.", ""]
    for kind, heading in (("added", "Added"), ("removed", "Withdrawn"), ("changed", "Changed")):
        found = [change for change in changes.facts if change.kind == kind]
        rows += [f"## {heading} facts: {len(found)}", ""]
        for change in found:
            rows.append(f"- [{change.iri.removeprefix(changes.base)}]({change.iri}) {change.label}".rstrip())
            rows += [f"  - {row}" for row in _differences(change)] if kind == "changed" else []
        rows.append("")
    rows += ["## Quads by graph", "", "| graph | added | removed |", "|---|---:|---:|"]
    rows += [f"| {graph or 'default'} | {added} | {removed} |" for graph, (added, removed) in changes.graphs.items()]
    return "\n".join(rows) + "\n"


def _turtle(changes: Changes) -> str:
    lines = Lines(None)
    for change in (*changes.facts, *changes.things):
        iri = f"{changes.iri}/{changes.version}#change-{short_hash(change.iri)}"
        lines.kind(iri, "cs:ChangeSet")
        lines.say(iri, "cs:subjectOfChange", node(change.iri))
        lines.say(iri, "cs:changeReason", literal(change.kind))
        lines.say(iri, "rdfs:label", *([literal(change.label)] if change.label else []))
        when = moment(changes.version)
        lines.say(iri, "cs:createdDate", *([when] if when else []))
        for kind, pairs in (("cs:removal", change.removed), ("cs:addition", change.added)):
            for predicate, term in pairs:
                statement = f"{iri}-{short_hash(f'{kind} {predicate} {term}')}"
                lines.say(iri, kind, node(statement))
                lines.kind(statement, "rdf:Statement")
                lines.say(statement, "rdf:subject", node(change.iri))
                lines.say(statement, "rdf:predicate", predicate)
                lines.say(statement, "rdf:object", term)
    return "".join(turtle(sorted(lines.said), STANDARD))


def _atom(changes: Changes) -> str:
    when = f"{changes.version}T00:00:00Z" if moment(changes.version) else "1970-01-01T00:00:00Z"
    rows = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<id>{escape(changes.iri)}#changes</id>",  # for ever the same: RFC 4287, section 4.2.6
        f"<title>What changed in {escape(changes.name)} {escape(changes.version)}</title>",
        f"<updated>{when}</updated>",
        f"<author><name>{escape(changes.name)}</name></author>",
        f"<link href={quoteattr(changes.base)}/>",
    ]
    for change in changes.facts:
        said = "\n".join(_differences(change)) or change.kind
        rows += [
            "<entry>",
            f"<id>{escape(changes.iri)}/{escape(changes.version)}#change-{short_hash(change.iri)}</id>",
            f"<title>{change.kind}: {escape(change.label or change.iri)}</title>",
            f"<updated>{when}</updated>",
            f"<link href={quoteattr(change.iri)}/>",
            f'<content type="text">{escape(said)}</content>',
            "</entry>",
        ]
    return "\n".join([*rows, "</feed>"]) + "\n"


def _plain(change: Change) -> dict[str, object]:
    return {
        "kind": change.kind,
        "iri": change.iri,
        "label": change.label,
        "removed": [list(pair) for pair in change.removed],
        "added": [list(pair) for pair in change.added],
    }


def _differences(change: Change) -> Iterator[str]:
    rows = [("no longer", pair) for pair in change.removed] + [("now", pair) for pair in change.added]
    for word, (predicate, term) in rows[:_SHOWN]:
        yield f"{word}: `{predicate} {term}`"
    if len(rows) > _SHOWN:
        yield f"and {len(rows) - _SHOWN} more"
