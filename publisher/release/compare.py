"""Two versions compared, fact by fact: what was added, what was withdrawn, what was said differently.

Both are read once, in their order, one subject in memory at a time. A change of a fact's evidence, passage or part is a
change of the fact. It refuses to compare releases of unlike datasets.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby

from publisher.errors import ReleaseError, Where
from publisher.rdf.names import RDF, RDFS, SKOS
from publisher.rdf.terms import Statement, split, text_of
from publisher.release.changes import Change, Changes, Pair
from publisher.release.content import Description
from publisher.release.read import lines as lines_of_release
from publisher.release.record import Release

_TYPE = f"<{RDF}type>"
_LABELS = (f"<{RDFS}label>", f"<{SKOS}prefLabel>")


def compare(old: Release, new: Release) -> Changes:
    """Compare two releases; raise ReleaseError ``release.unlike`` where they are not of one dataset."""
    return changes_to(lines_of_release(new), new, old)


def changes_to(lines: Iterable[str], about: Description, previous: Release | None) -> Changes:
    """Compare sorted lines that are to become a release with the release before it."""
    if previous is None:
        return Changes(about.name, about.base, about.iri, about.version, None)
    if (previous.name, previous.base) != (about.name, about.base):
        raise ReleaseError(
            f"these are different datasets: {previous.name} at {previous.base} and {about.name} at {about.base}",
            where=Where(str(previous.path)),
            fix="compare two versions of one dataset",
            code="release.unlike",
        )
    walk = _Walk(about, previous)
    for before, after in _pairs(_groups(lines_of_release(previous)), _groups(lines)):
        walk.take(before, after)
    return walk.changes()


class _Walk:
    """What has been seen of both versions so far."""

    def __init__(self, about: Description, previous: Release):
        self._about = about
        self._previous = previous.version
        self._own = {f"<{about.description_graph}>", f"<{previous.description_graph}>"}
        self._role = {name: f"<{iri}>" for name, iri in (*previous.roles.items(), *about.roles.items())}
        self._owner: dict[str, str] = {}
        self._labels: dict[str, str] = {}
        self._facts: set[str] = set()
        self._kinds: dict[str, str] = {}
        self._said: dict[str, tuple[set[Pair], set[Pair]]] = {}
        self._graphs: dict[str, list[int]] = {}

    def take(self, before: list[Statement], after: list[Statement]) -> None:
        """Take what both versions say of one subject (one of the two may be empty)."""
        old, new = ({statement for statement in side if statement.graph not in self._own} for side in (before, after))
        for statement in (*old, *new):
            self._note(statement)
        if old == new:
            return
        subject = next(iter(old or new)).subject
        for index, statements in enumerate((old - new, new - old)):
            for statement in statements:
                self._graphs.setdefault(statement.graph[1:-1], [0, 0])[1 - index] += 1
        pairs = {(s.predicate, s.object) for s in old}, {(s.predicate, s.object) for s in new}
        if pairs[0] != pairs[1]:
            self._said[subject] = (pairs[0] - pairs[1], pairs[1] - pairs[0])
            self._kinds[subject] = "added" if not old else "changed" if new else "removed"
            self._labels[subject] = next((text_of(o).value for o in _labels(after or before)), "")

    def _note(self, statement: Statement) -> None:
        role = self._role
        is_fact = statement.predicate == role.get("certainty") or (
            statement.predicate == _TYPE and statement.object == role.get("fact")
        )
        if is_fact:
            self._facts.add(statement.subject)
        if statement.predicate == role.get("evidence"):
            self._owner[statement.object] = statement.subject

    def changes(self) -> Changes:
        """Give what differs, each fact with its evidence and parts, in the order of the IRIs."""
        gathered: dict[str, list[str]] = {}
        for subject in self._said:
            gathered.setdefault(self._fact_of(subject), []).append(subject)
        facts: list[Change] = []
        things: list[Change] = []
        for owner in sorted(gathered):
            (facts if owner in self._facts else things).append(self._change(owner, gathered[owner]))
        graphs = {graph: (added, removed) for graph, (added, removed) in sorted(self._graphs.items())}
        about = self._about
        return Changes(
            about.name, about.base, about.iri, about.version, self._previous, tuple(facts), tuple(things), graphs
        )

    def _change(self, owner: str, subjects: list[str]) -> Change:
        removed = sorted({pair for subject in subjects for pair in self._said[subject][0]})
        added = sorted({pair for subject in subjects for pair in self._said[subject][1]})
        kind = self._kinds.get(owner, "changed")
        return Change(kind, owner[1:-1], self._labels.get(owner, ""), tuple(removed), tuple(added))

    def _fact_of(self, subject: str) -> str:
        if subject in self._facts:
            return subject
        stem = subject.partition("#")[0].rstrip(">") + ">"
        owner = self._owner.get(subject) or self._owner.get(stem) or (stem if stem in self._facts else subject)
        return owner if owner in self._facts else subject


def _labels(statements: Iterable[Statement]) -> list[str]:
    return [s.object for s in statements if s.predicate in _LABELS and s.object.startswith('"')]


def _groups(lines: Iterable[str]) -> Iterator[tuple[str, list[Statement]]]:
    for subject, group in groupby(map(split, lines), key=lambda statement: statement.subject):
        yield subject, list(group)


def _pairs(
    first: Iterator[tuple[str, list[Statement]]], second: Iterator[tuple[str, list[Statement]]]
) -> Iterator[tuple[list[Statement], list[Statement]]]:
    """Give what two sorted streams say of each subject; subjects are compared as they were sorted, with a blank."""
    left, right = next(first, None), next(second, None)
    while left or right:
        if right is None or (left and left[0] + " " < right[0] + " "):
            yield (left[1] if left else []), []
            left = next(first, None)
        elif left is None or right[0] + " " < left[0] + " ":
            yield [], right[1]
            right = next(second, None)
        else:
            yield left[1], right[1]
            left, right = next(first, None), next(second, None)
