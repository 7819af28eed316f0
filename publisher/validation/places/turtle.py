"""Where a triple of the ontology stands: the Turtle file and the line, found by its names.

The parser gives no lines for triples, so the block that begins with the subject is searched for the object. Files
that write one subject per block, as ours do, are always found; others may give the line of the subject.
"""

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from publisher.errors import Where
from publisher.rdf.prefixes import Prefixes
from publisher.validation import terms
from publisher.validation.places.rows import Places

Triple = tuple[str, str, str]


@dataclass
class TurtleLines:
    """The Turtle files of an ontology as lines, with the prefixes that they are written in."""

    root: Path
    prefixes: Prefixes
    places: Places
    _blocks: dict[str, Where] = field(default_factory=dict)

    @cached_property
    def files(self) -> dict[str, list[str]]:
        """Give the lines of each file of ``ontology/`` and its imports, by name."""
        folder = self.root / "ontology"
        found = sorted(folder.glob("*.ttl")) + sorted((folder / "imports").glob("*.ttl"))
        return {
            path.relative_to(self.root).as_posix(): path.read_text(encoding="utf-8", errors="replace").splitlines()
            for path in found
        }

    def of(self, triple: Triple) -> Where | None:
        """Give the place of a triple: in the seeds where it was curated, else in a Turtle file."""
        subject, predicate, object_ = (terms.iri_of(term) if term else "" for term in triple)
        stated = self.places.triples.get((subject, predicate, object_))
        curated = stated or self.places.keys.get((subject, predicate))
        return curated or self._in_turtle(subject, object_) or self.places.of(subject)

    def nameless(self, iris: set[str]) -> Where | None:
        """Give the place of the block without a subject that names all of some IRIs; None where none does."""
        for file, lines in self.files.items():
            for number, line in enumerate(lines, start=1):
                if line.startswith("[") and self._named_in(lines[number - 1 :]).issuperset(iris):
                    return Where(file, number, 1)
        return None

    def _named_in(self, block: list[str]) -> set[str]:
        found: set[str] = set()
        for offset, line in enumerate(block):
            if offset and line and not line[0].isspace():
                break
            words = re.split(r"[\s,;()\[\]]+", line)
            found.update(self.prefixes.expand(word.rstrip(".")) or word.strip("<>") for word in words)
        return found

    def short(self, term: str) -> str:
        """Give a term as people write it."""
        if terms.is_blank(term):
            return "[…]"
        iri = terms.iri_of(term)
        name = self.prefixes.compress(iri) or iri
        return {"rdf:type": "a"}.get(name, name)

    def _in_turtle(self, subject: str, object_: str) -> Where | None:
        for file, lines in self.files.items():
            for number, line in enumerate(lines, start=1):
                if line and not line[0].isspace() and self._names(subject, line.split(" ", 1)[0]):
                    return Where(file, number + self._within(object_, lines[number - 1 :]), 1)
        return None

    def _within(self, object_: str, block: list[str]) -> int:
        for offset, line in enumerate(block):
            if offset and line and not line[0].isspace():
                break
            if object_ and any(self._names(object_, word) for word in re.split(r"[\s,;()\[\]]+", line)[offset == 0 :]):
                return offset
        return 0

    def _names(self, iri: str, word: str) -> bool:
        return word == f"<{iri}>" or (":" in word and self.prefixes.expand(word.rstrip(".")) == iri)
