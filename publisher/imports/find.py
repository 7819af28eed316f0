"""Looking for terms by name in the full sources: for a curator, and for suggestions that are never accepted alone.

A match has a score: 1 for the label letter by letter, less for another case, a synonym, a wider scope, part of the
words or a misspelling, and half of that for an obsolete term. Case matters, because it tells some names apart.
"""

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from publisher.imports.cut import Library
from publisher.imports.sources import Source, read_sources
from publisher.imports.term import Scope, Term

_WORD = re.compile(r"\w+")
_SCORES = {Scope.EXACT: 0.9, Scope.RELATED: 0.8, Scope.NARROW: 0.7, Scope.BROAD: 0.7}
_HOW = {scope: f"{scope.name.lower()} synonym" for scope in Scope}
_OTHER_CASE = 0.03
_FUZZY = 0.65
_LEAST = 0.4
_LIKE = 0.8
_LONGER = 2


@dataclass(frozen=True, slots=True)
class Match:
    """A term that may be meant: its source, how its name was met, and a score between 0 and 1.

    ``curie`` is how a dataset writes it, where a prefix is declared.
    """

    iri: str
    label: str
    score: float
    how: str
    source: str
    obsolete: bool = False
    replaced_by: tuple[str, ...] = ()
    curie: str = ""

    def __str__(self) -> str:
        """Say it in one line: score, identifier, label, how it was met, and what an obsolete term is replaced by."""
        gone = f"obsolete, use {', '.join(self.replaced_by)}" if self.replaced_by else "obsolete"
        words = [f"{self.score:.2f}", self.curie or self.iri, self.label, self.how]
        return "\t".join([*words, *((gone,) if self.obsolete else ())])


class _Name(NamedTuple):
    """One name of a term: a tuple, because a source has hundreds of thousands."""

    text: str
    score: float
    how: str
    term: Term
    source: str


class Names:
    """The names of every term of a source, ready to be looked up again and again."""

    __slots__ = ("_by_iri", "_by_name", "_by_word")

    def __init__(self, names: Iterable[_Name]):
        """Index names by their folded text; words are indexed when a name is first not found as it is."""
        self._by_name: dict[str, list[_Name]] = {}
        self._by_iri: dict[str, _Name] = {}
        self._by_word: dict[str, set[str]] | None = None
        for name in names:
            self._by_name.setdefault(_folded(name.text), []).append(name)
            self._by_iri.setdefault(name.term.iri, name)

    def find(self, words: str, *, limit: int = 10, misspelt: bool = False) -> list[Match]:
        """Give the best matches of a name or an IRI, best first; ``misspelt`` also takes words spelled nearly so."""
        best: dict[str, Match] = {}
        known = self._by_iri.get(words)
        found = [_match(known, 1.0, "identifier")] if known else list(self._exact(words))
        for match in found if len(found) >= limit else [*found, *self._near(words, misspelt=misspelt)]:
            if match.score > best.get(match.iri, _NOTHING).score:
                best[match.iri] = match
        return sorted(best.values(), key=_rank)[:limit]

    def _exact(self, words: str) -> Iterator[Match]:
        for name in self._by_name.get(_folded(words), ()):
            yield _match(name, name.score - (0 if name.text == words else _OTHER_CASE), name.how)

    def _near(self, words: str, *, misspelt: bool) -> Iterator[Match]:
        wanted = _folded(words)
        for text in self._misspelt(wanted) if misspelt else self._holding(wanted):
            ratio = difflib.SequenceMatcher(None, wanted, text).ratio()
            if ratio >= _LEAST and text != wanted:
                yield from (
                    _match(name, name.score * ratio * _FUZZY, f"near {name.how}") for name in self._by_name[text]
                )

    def _holding(self, wanted: str) -> Iterable[str]:
        words = wanted.split()
        return (text for text in self._by_name if all(word in text for word in words)) if words else ()

    def _misspelt(self, wanted: str) -> Iterable[str]:
        sets = [_like(word, self._words()) for word in wanted.split()]
        return set.intersection(*sets) if sets else ()

    def _words(self) -> dict[str, set[str]]:
        if self._by_word is None:
            self._by_word = {}
            for text in self._by_name:
                for word in _WORD.findall(text):
                    self._by_word.setdefault(word, set()).add(text)
        return self._by_word


_NOTHING = Match("", "", 0.0, "", "")


def find(
    root: Path, source_dir: Path, words: str, *, sources: Iterable[str] | None = None, limit: int = 10
) -> tuple[Match, ...]:
    """Look for a term by name, synonym, CURIE or IRI in the full sources of a folder, in all or in the named ones."""
    return find_each(root, source_dir, [words], sources=sources, limit=limit)[words]


def find_each(
    root: Path, source_dir: Path, words: Iterable[str], *, sources: Iterable[str] | None = None, limit: int = 10
) -> dict[str, tuple[Match, ...]]:
    """Look for several names at once, source after source, so that one source at a time is in memory.

    A name that no source has is looked for again, as if misspelt. Gives the best matches of each name, best first.
    Raises ImportFailed where a source cannot be read.
    """
    declared = read_sources(root)
    chosen = declared.all if sources is None else [declared.named(name) for name in sources]
    found: dict[str, list[Match]] = {each: [] for each in words}
    for misspelt in (False, True):
        missing = [each for each, matches in found.items() if not matches]
        for source in chosen if missing else ():
            names = Names(_names(Library(declared, source_dir), source))
            for each in missing:
                iri = declared.prefixes.expand(each) or each
                found[each].extend(names.find(iri, limit=limit, misspelt=misspelt))
    best = {each: sorted(matches, key=_rank)[:limit] for each, matches in found.items()}
    short = declared.prefixes.compress
    return {
        each: tuple(replace(match, curie=short(match.iri) or "") for match in matches) for each, matches in best.items()
    }


def _names(library: Library, source: Source) -> Iterator[_Name]:
    for term in library.open(source):
        if term.label:
            yield _Name(term.label, 1.0, "label", term, source.name)
        for synonym in term.synonyms:
            yield _Name(synonym.text, _SCORES[synonym.scope], _HOW[synonym.scope], term, source.name)


def _rank(match: Match) -> tuple[float, int, str]:
    return -match.score, len(match.label), match.iri


def _match(name: _Name, score: float, how: str) -> Match:
    term = name.term
    weight = 0.5 if term.obsolete else 1.0
    told = how if how in {"label", "identifier"} else f"{how}: {name.text}"
    return Match(
        iri=term.iri,
        label=term.label or term.iri,
        score=round(score * weight, 3),
        how=told,
        source=name.source,
        obsolete=term.obsolete,
        replaced_by=term.replaced_by,
    )


def _folded(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold().replace("_", " ")))


def _like(word: str, index: dict[str, set[str]]) -> set[str]:
    """Give the names that hold a word, or, where none does, one spelled nearly so that begins with the same letters."""
    if word in index:
        return index[word]
    candidates = [each for each in index if each[:2] == word[:2] and abs(len(each) - len(word)) <= _LONGER]
    near = difflib.get_close_matches(word, candidates, n=5, cutoff=_LIKE)
    return set().union(*(index[each] for each in near))
