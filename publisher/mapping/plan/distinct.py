"""Each quad once, with as little comparing as that takes: which lines can come twice is told before any is made.

A line of one rule equals a line of another only where their constant texts allow it, and two rows of a source make
the same line of a rule only where they share a subject. So subjects are counted first, as hashes of 64 bits: where
there are as many hashes as rows, no two subjects are the same (the other way round proves nothing). Lines that
cannot come twice are written as they come; all others are compared with each other.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from publisher.mapping.plan.query import Branch, Line, MapPlan, written
from publisher.mapping.plan.terms import Term
from publisher.mapping.rml.values import TriplesMap

Ask = Callable[[str], Sequence[int]]
_HASHES = {"duckdb": "hash", "spark": "xxhash64"}


@dataclass(frozen=True, slots=True)
class _Subjects:
    """The subjects of a triples map: whether all rows have one, and whether no two rows share one."""

    complete: bool
    unique: bool


def distinct_query(plans: Sequence[MapPlan], ask: Ask, dialect: str = "duckdb") -> str:
    """Give a query whose rows are the distinct lines of all plans, one or several lines to a row.

    ``ask`` runs a query of the same dialect, ``duckdb`` or ``spark``, and gives the numbers of its one row.
    """
    lines = [line for plan in plans for branch in plan.branches for line in branch.lines]
    alone = {id(line) for line in _alone(lines)}
    subjects = _counted(plans, alone, ask, dialect)
    made: list[str] = []
    compared: list[str] = []
    for branch in (branch for plan in plans for branch in plan.branches):
        known = [subjects[each] for each in branch.keys if each in subjects]
        once = bool(known) and len(known) == len(branch.keys) and all(each.unique for each in known)
        sure = [line for line in branch.lines if once and id(line) in alone]
        rest = [line for line in branch.lines if not once or id(line) not in alone]
        if sure:
            never_empty = all(each.complete for each in known) and any(_of_keys(line, branch) for line in sure)
            made.append(written(branch.blocks(sure, never_empty=never_empty), dialect))
        if rest:
            compared.append(written(branch.select(rest), dialect))
    if compared or not made:
        whole = _union(compared or [plan.sql(dialect) for plan in plans])
        made.append(f"SELECT DISTINCT line FROM ({whole})")
    return _union(made)


def _union(queries: Sequence[str]) -> str:
    return "\nUNION ALL\n".join(f"({query})" for query in queries)


def _counted(plans: Sequence[MapPlan], alone: set[int], ask: Ask, dialect: str) -> dict[TriplesMap, _Subjects]:
    """Count the subjects of each triples map that has lines which only its own rows can make twice."""
    wanted = {
        key
        for plan in plans
        for branch in plan.branches
        for key in branch.keys
        if any(id(line) in alone for line in branch.lines)
    }
    counted: dict[TriplesMap, _Subjects] = {}
    for plan in plans:
        if plan.key is not None and plan.map in wanted:
            keys, hashed = written(plan.key, dialect), _HASHES[dialect]
            rows, filled, hashes = ask(f"SELECT count(*), count(key), count(DISTINCT {hashed}(key)) FROM ({keys}) AS k")
            # A row without a subject makes no line; hash gives NULL a number of its own.
            counted[plan.map] = _Subjects(rows == filled, hashes - (rows > filled) == filled)
    return counted


def _of_keys(line: Line, branch: Branch) -> bool:
    """Tell whether a line is there whenever the subjects of its branch are."""
    _, predicate, object_, graph = line.terms
    joined = len(branch.keys) > 1
    return _constant(predicate) and _constant(graph) and (joined or _constant(object_))


def _constant(term: Term) -> bool:
    return len(term.parts) == 1 and isinstance(term.parts[0], str)


def _alone(lines: Sequence[Line]) -> Iterator[Line]:
    """Give the lines that no other line can equal, whatever the rows hold."""
    groups: dict[str, list[int]] = {}
    for number, line in enumerate(lines):
        predicate = line.terms[1]
        groups.setdefault(str(predicate.parts[0]) if _constant(predicate) else "", []).append(number)
    open_ = groups.pop("", [])
    shared: set[int] = set()
    for group in groups.values() or [[]]:
        for one, other in combinations([*group, *open_], 2):
            if _may_equal(lines[one], lines[other]):
                shared |= {one, other}
    return (line for number, line in enumerate(lines) if number not in shared and not _unsafe(line))


def _may_equal(one: Line, other: Line) -> bool:
    if _unsafe(one) or _unsafe(other):
        return True
    if (one.terms[3].parts == ("",)) != (other.terms[3].parts == ("",)):
        return False
    return all(_meet(first, second) for first, second in zip(one.terms, other.terms, strict=True))


def _meet(one: Term, other: Term) -> bool:
    """Tell whether two terms may be the same text, as far as their beginnings and ends are constant."""
    (start, end), (other_start, other_end) = one.edges, other.edges
    starts = start.startswith(other_start) or other_start.startswith(start)
    return starts and (end.endswith(other_end) or other_end.endswith(end))


def _unsafe(line: Line) -> bool:
    """Tell whether a term of a line may hold what ends it, so that its terms cannot be told from its text."""
    return any(term.unsafe for term in line.terms)
