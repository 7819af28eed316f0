"""What a newer edition of a source would change for the terms that a dataset uses.

Nothing is changed here: each difference is a finding for a person, who then declares the new edition and cuts again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from publisher.errors import Finding, Severity, Where
from publisher.imports.cut import Library
from publisher.imports.read import Terms, read_source
from publisher.imports.slices import IMPORTS
from publisher.imports.sources import Source, read_sources
from publisher.imports.term import Term
from publisher.imports.used import used_iris
from publisher.rdf.prefixes import Prefixes


def drift(root: Path, source_dir: Path, name: str, newer: Path) -> Iterator[Finding]:
    """Compare each used term of a source with a newer edition of its file.

    The codes are ``drift.gone``, ``drift.merged``, ``drift.obsolete``, ``drift.renamed`` and ``drift.moved``; each
    finding stands at the term's line of the slice. Raises ImportFailed where either edition cannot be read.
    """
    sources = read_sources(root)
    source = sources.named(name)
    older = Library(sources, source_dir).open(source)
    edition = replace(source, files={newer.name: ""})
    current = read_source(edition, newer.parent, prefixes=sources.prefixes, verify=False)
    comparison = Comparison(source, sources.prefixes, older, current, _lines(root / IMPORTS / f"{source.name}.ttl"))
    for iri in sorted(used_iris(root, dict(sources.prefixes))):
        before = older.get(iri) if source.owns(iri) else None
        if before is not None and not before.obsolete:
            yield from comparison.changes(before)


def _lines(slice_: Path) -> dict[str, int]:
    """Give the line on which each term of a slice begins, by its name there."""
    text = slice_.read_text(encoding="utf-8") if slice_.is_file() else ""
    starts = (line.split(" ", 1)[0] if line[:1].strip() else "" for line in text.splitlines())
    return {name: number for number, name in enumerate(starts, start=1) if name}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two editions of a source, and where its slice tells each term."""

    source: Source
    prefixes: Prefixes
    older: Terms[Any]
    newer: Terms[Any]
    lines: Mapping[str, int]

    def changes(self, before: Term) -> Iterator[Finding]:
        """Give what the newer edition changes about a term."""
        after, named = self.newer.get(before.iri), self._named(before.iri)
        if after is None:
            yield self._finding("gone", before, f"{named} is not in the newer edition", "look for what replaces it")
        elif after.merged:
            target = self._named(after.replaced_by[0])
            yield self._finding("merged", before, f"{named} was merged into {target}", f"use {target}")
        elif after.obsolete:
            targets = ", ".join(map(self._named, after.replaced_by or after.consider))
            verb = "use" if after.replaced_by else "consider"
            step = f"{verb} {targets}" if targets else "choose another term: none is named that replaces it"
            yield self._finding("obsolete", before, f"{named} is obsolete in the newer edition", step)
        else:
            yield from self._differences(before, after, named)

    def _differences(self, before: Term, after: Term, named: str) -> Iterator[Finding]:
        if before.label != after.label:
            message = f"{named} is called {after.label!r} in the newer edition"
            yield self._finding("renamed", before, message, "check that it still means the same")
        old, new = {*before.parents, *before.wholes}, {*after.parents, *after.wholes}
        if old != new:
            lost, won = (", ".join(map(self._named, sorted(some))) or "nothing" for some in (old - new, new - old))
            message = f"{named} moved: no longer below {lost}, now below {won}"
            yield self._finding("moved", before, message, "check what now answers to queries by its ancestors")

    def _named(self, iri: str) -> str:
        term = self.newer.get(iri) or self.older.get(iri)
        label = next((each.label for each in (self.older.get(iri), term) if each and each.label), None)
        shown = self.prefixes.compress(iri) or iri
        return f"{shown} ({label})" if label else shown

    def _finding(self, kind: str, term: Term, message: str, fix: str) -> Finding:
        name = self.prefixes.turtle_name(term.iri)
        return Finding(
            code=f"drift.{kind}",
            message=message,
            where=Where(str(IMPORTS / f"{self.source.name}.ttl"), self.lines.get(name, 0)),
            severity=Severity.INFO if kind in {"renamed", "moved"} else Severity.WARNING,
            focus=term.iri,
            fix=fix,
        )
