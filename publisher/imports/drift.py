"""What a newer edition of a source would change for the terms that a dataset uses.

Nothing is changed here: each difference is a finding for a person, who then declares the new edition and cuts again.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from publisher.errors import Finding, Severity, Where
from publisher.imports.cut import Library
from publisher.imports.read import read_source
from publisher.imports.slices import IMPORTS
from publisher.imports.sources import Source, read_sources
from publisher.imports.term import Term
from publisher.imports.used import used_iris


def drift(root: Path, source_dir: Path, name: str, newer: Path) -> Iterator[Finding]:
    """Compare each used term of a source with a newer edition of its file.

    The codes are ``drift.gone``, ``drift.merged``, ``drift.obsolete``, ``drift.renamed`` and ``drift.moved``.
    Raises ImportFailed where either edition cannot be read.
    """
    sources = read_sources(root)
    source = sources.named(name)
    older = Library(sources, source_dir).open(source)
    edition = replace(source, files={newer.name: ""})
    current = read_source(edition, newer.parent, prefixes=sources.prefixes, verify=False)
    for iri in sorted(used_iris(root, dict(sources.prefixes))):
        before = older.get(iri) if source.owns(iri) else None
        if before is not None and not before.obsolete:
            yield from _changes(before, current.get(iri), source)


def _changes(before: Term, after: Term | None, source: Source) -> Iterator[Finding]:
    named = f"{before.label or before.iri} ({before.iri})"
    if after is None:
        yield _finding("gone", before, source, f"{named} is not in the newer edition", "look for what replaces it")
    elif after.merged:
        target = after.replaced_by[0]
        yield _finding("merged", before, source, f"{named} was merged into {target}", f"use {target}", target)
    elif after.obsolete:
        targets = ", ".join(after.replaced_by or after.consider)
        step = f"use {targets}" if after.replaced_by else f"consider {targets}" if targets else "choose another term"
        yield _finding("obsolete", before, source, f"{named} is obsolete in the newer edition", step, targets or None)
    else:
        yield from _differences(before, after, source, named)


def _differences(before: Term, after: Term, source: Source, named: str) -> Iterator[Finding]:
    if before.label != after.label:
        message = f"{named} is called {after.label!r} in the newer edition"
        yield _finding("renamed", before, source, message, "check that it still means the same", after.label)
    old, new = {*before.parents, *before.wholes}, {*after.parents, *after.wholes}
    if old != new:
        lost, won = ", ".join(sorted(old - new)) or "nothing", ", ".join(sorted(new - old)) or "nothing"
        message = f"{named} moved: no longer below {lost}, now below {won}"
        yield _finding("moved", before, source, message, "check what now answers to queries by its ancestors")


def _finding(kind: str, term: Term, source: Source, message: str, fix: str, value: str | None = None) -> Finding:
    return Finding(
        code=f"drift.{kind}",
        message=message,
        where=Where(str(IMPORTS / f"{source.name}.ttl")),
        severity=Severity.INFO if kind in {"renamed", "moved"} else Severity.WARNING,
        focus=term.iri,
        value=value,
        fix=fix,
    )
