"""Cutting slices: the outside terms that a dataset uses, with everything above them, out of the full sources.

A term is asked of each source that owns its namespace, in the order of ``ontology/sources.toml``; its ancestors are
asked of their own sources first, then of the source at hand, so that no IRI is told by two slices. A source is opened
only when one of its terms is wanted.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from publisher.imports.prefixes import prefixes_text
from publisher.imports.read import Terms, read_records, read_source
from publisher.imports.slices import IMPORTS, slice_text, write_slices
from publisher.imports.sources import Source, Sources, read_sources
from publisher.imports.term import Link, Refused, Term
from publisher.imports.used import manifest_prefixes, used_iris
from publisher.rdf.prefixes import Prefixes

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Cut:
    """What one source gave: its slice's path, how many terms (or prefixes), and which of its lines were refused."""

    name: str
    path: Path
    terms: int
    refused: tuple[Refused, ...]

    def __str__(self) -> str:
        """Say it in one line, and each refused line of the source in one more."""
        head = f"{self.path}: {self.terms} terms, {len(self.refused)} lines of the source refused"
        return "\n".join((head, *(f"  line {each.line}: {each.reason}: {each.text[:80]}" for each in self.refused)))


@dataclass(frozen=True, slots=True)
class Cutting:
    """The slices that were written, and the IRIs that lie in a source's namespace but are in no source."""

    slices: tuple[Cut, ...]
    unknown: tuple[str, ...]

    def __iter__(self) -> Iterator[str]:
        """Say it in lines: each slice, then each unknown identifier."""
        yield from (str(cut) for cut in self.slices)
        yield from (f"{iri}: used, but in no source" for iri in self.unknown)


class Library:
    """The full sources in one folder, each opened when it is first asked."""

    __slots__ = ("_folder", "_opened", "_progress", "sources")

    def __init__(self, sources: Sources, folder: Path, *, progress: Progress = lambda _: None):
        """Take the declared sources and the folder that holds their files."""
        self.sources = sources
        self._folder = folder
        self._progress = progress
        self._opened: dict[str, Terms[Any]] = {}

    def open(self, source: Source) -> Terms[Any]:
        """Give the terms of a source; raise ImportFailed where its file is missing, changed or not readable."""
        if source.name not in self._opened:
            self._progress(f"reading {source.file}")
            self._opened[source.name] = read_source(source, self._folder, prefixes=self.sources.prefixes)
        return self._opened[source.name]

    def find(self, iri: str, *, near: Source | None = None) -> tuple[Source, Term] | None:
        """Give the term of an IRI from the first source that owns and has it, else from the source ``near``."""
        owners = [source for source in self.sources.all if source.owns(iri)]
        for source in owners if near is None or near in owners else [*owners, near]:
            term = self.open(source).get(iri)
            if term is not None:
                return source, term
        return None


def cut_slices(
    root: Path, source_dir: Path, *, only: Iterable[str] | None = None, progress: Progress = lambda _: None
) -> Cutting:
    """Cut what a dataset uses out of the full sources into ``ontology/imports/<name>.ttl``.

    ``only`` names the slices to write. Raises ImportFailed where a source that is needed is missing, is not the file
    that was declared, or cannot be read; then no slice is touched.
    """
    sources = read_sources(root)
    wanted = None if only is None else {sources.named(name).name for name in only}
    chosen = [source for source in sources.all if wanted is None or source.name in wanted]
    registries = [source for source in chosen if source.format == "registry"]
    absent = {each.name for each in registries if wanted is None and not (source_dir / each.file).exists()}
    texts: dict[str, str] = {}
    cuts: list[Cut] = []
    unknown: tuple[str, ...] = ()
    if len(registries) < len(chosen):
        library = Library(sources, source_dir, progress=progress)
        used = used_iris(root, dict(sources.prefixes))
        taken, unknown = gather(library, (iri for iri in used if any(source.owns(iri) for source in sources.all)))
        for source in chosen:
            terms = [_pruned(term, taken) for owner, term in taken.values() if owner is source]
            if terms:
                refused = library.open(source).refused
                texts[source.name] = slice_text(source, terms, sources=sources, refused=len(refused))
                cuts.append(Cut(source.name, IMPORTS / f"{source.name}.ttl", len(terms), refused))
    for source in registries:
        if source.name not in absent:
            progress(f"reading {source.file}")
            ours, records = Prefixes(manifest_prefixes(root)), read_records(source, source_dir)
            texts[source.name], count = prefixes_text(source, records, ours, sources=sources)
            cuts.append(Cut(source.name, IMPORTS / f"{source.name}.ttl", count, ()))
    write_slices(root, texts, whole=wanted is None, kept=frozenset(absent))
    return Cutting(tuple(cuts), unknown)


def gather(library: Library, used: Iterable[str]) -> tuple[dict[str, tuple[Source, Term]], tuple[str, ...]]:
    """Give the used terms with all that is above them, each with its source, and the IRIs that no source has."""
    taken: dict[str, tuple[Source, Term]] = {}
    unknown: list[str] = []
    waiting: list[tuple[str, Source | None]] = [(iri, None) for iri in sorted(used)]
    seen: set[str] = set()
    while waiting:
        iri, near = waiting.pop()
        if iri in seen:
            continue
        seen.add(iri)
        found = library.find(iri, near=near)
        if found is None:
            if near is None:
                unknown.append(iri)
            continue
        taken[iri] = found
        waiting.extend((target, found[0]) for target in _above(*found))
    return taken, tuple(sorted(unknown))


def _above(source: Source, term: Term) -> list[str]:
    replacements = [*term.replaced_by, *term.consider] if term.obsolete else []
    followed = [link.target for link in term.links if link.follow]
    if term.iri in source.top:
        return [*replacements, *followed]
    return [*term.parents, *term.wholes, *followed, *replacements]


def _pruned(term: Term, taken: dict[str, tuple[Source, Term]]) -> Term:
    """Leave out what leads to a term that is in no slice, and what a term says about itself.

    A property keeps the properties above it that are of its own kind: OWL has no object property above data.
    """

    def kept(targets: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(target for target in targets if target in taken and target != term.iri)

    def stays(link: Link) -> bool:
        return not link.follow or (link.target in taken and link.target != term.iri)

    parents = tuple(parent for parent in kept(term.parents) if taken[parent][1].kind is term.kind)
    return replace(term, parents=parents, wholes=kept(term.wholes), links=tuple(filter(stays, term.links)))
