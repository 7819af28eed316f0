"""Reading what a store says of all its things in portions, where one answer cannot hold it.

A subject belongs to a portion by the MD5 of its IRI, which every SPARQL 1.1 engine computes: so no row is read twice,
all rows of a subject come together, and the rows that arrive are held against those that the engine counts. It refuses
to take fewer, for some endpoints cut an answer and say nothing.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from publisher.entities.reader import Bindings, Reader, literal
from publisher.errors import ResultTooLarge

ROWS = 250_000
_SURE = 1000  # rows; no endpoint is known to cut shorter answers
MOST = 100_000_000
Found = Mapping[str, Bindings]
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Bucket:
    """The subjects whose hash begins alike, and how many rows each query has about them."""

    name: str
    rows: tuple[int, ...]


def portions(reader: Reader, queries: Sequence[str], *, tell: Tell, rows: int = ROWS) -> Iterator[Found]:
    """Give the bindings of some of the package's queries about ``?s``, by query, all of a subject in one portion.

    A portion has at most so many rows of each query; small data are one, and ``tell`` hears of more. The engine passes
    over all rows for each portion: raises ResultTooLarge where that would be more than 100 million rows, or where one
    portion of 256 is still more than an answer may have.
    """
    reading = _Reading(reader, queries, min(rows, reader.limits.rows))
    found = reading.whole()
    if found is not None and all(len(each) < _SURE for each in found.values()):
        yield found
        return
    buckets = reading.buckets()
    if found is not None and not _short(found, buckets):
        yield found
        return
    most = reading.most if found is None else _cut(found, buckets)
    planned = list(_planned(buckets, most))
    total = max(_sums(buckets), default=0)
    if not planned or len(planned) * total > MOST:
        raise ResultTooLarge(
            f"{total} rows are to be read in {len(planned)} portions", limit=MOST // max(1, len(planned)), unit="rows"
        )
    tell(f"{total} names are read in portions")
    for span in planned:
        yield from reading.read(span)


@dataclass(frozen=True, slots=True)
class _Reading:
    reader: Reader
    queries: Sequence[str]
    most: int

    @property
    def bounded(self) -> Reader:
        """Give the reader with the bound of a portion."""
        return replace(self.reader, limits=self.reader.limits._replace(rows=self.most))

    def whole(self) -> Found | None:
        """Give all rows of all queries, or None where one has too many."""
        try:
            return {query: self.bounded.bindings(query) for query in self.queries}
        except ResultTooLarge:
            return None

    def buckets(self) -> list[_Bucket]:
        """Count the rows of each query in each bucket."""
        counts: dict[str, list[int]] = {}
        for place, query in enumerate(self.queries):
            for row in self.reader.rows("portion_sizes", query=self.reader.text(query, {})):
                counts.setdefault(row["portion"].value, [0] * len(self.queries))[place] = int(row["rows"].value)
        return [_Bucket(name, tuple(counts[name])) for name in sorted(counts)]

    def read(self, span: Sequence[_Bucket]) -> Iterator[Found]:
        """Give the rows of some neighbouring buckets, in halves where they are more than an answer may have."""
        try:
            found = self._complete(span)
        except ResultTooLarge:
            if len(span) == 1:
                raise
            yield from self.read(span[: len(span) // 2])
            yield from self.read(span[len(span) // 2 :])
        else:
            yield found

    def _complete(self, span: Sequence[_Bucket]) -> Found:
        found = {query: self._within(query, span) for query in self.queries}
        if _short(found, span) and _short(found, self._again(span)):
            raise ResultTooLarge(
                f"the endpoint gives fewer rows than it counts ({max(_sums(span))}) and does not say so",
                limit=max(map(len, found.values())),
                unit="rows",
            )
        return found

    def _within(self, query: str, span: Sequence[_Bucket]) -> Bindings:
        first, last = literal(span[0].name), literal(span[-1].name)
        return self.bounded.bindings("portion", query=self.reader.text(query, {}), first=first, last=last)

    def _again(self, span: Sequence[_Bucket]) -> list[_Bucket]:
        """Count once more, for data behind an endpoint may have changed since."""
        return [bucket for bucket in self.buckets() if span[0].name <= bucket.name <= span[-1].name]


def _planned(buckets: Sequence[_Bucket], most: int) -> Iterator[list[_Bucket]]:
    """Group neighbouring buckets, so that each group has as many rows as fit."""
    span: list[_Bucket] = []
    for bucket in buckets:
        if span and max(_sums([*span, bucket])) > most:
            yield span
            span = []
        span.append(bucket)
    if span:
        yield span


def _sums(span: Sequence[_Bucket]) -> list[int]:
    return [sum(rows) for rows in zip(*(bucket.rows for bucket in span), strict=True)]


def _short(found: Found, span: Sequence[_Bucket]) -> bool:
    return any(len(rows) < count for rows, count in zip(found.values(), _sums(span) or [0] * len(found), strict=True))


def _cut(found: Found, buckets: Sequence[_Bucket]) -> int:
    """Give the length at which an endpoint cuts its answers."""
    pairs = zip(found.values(), _sums(buckets), strict=True)
    return min(len(rows) for rows, count in pairs if len(rows) < count)
