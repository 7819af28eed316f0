"""Where a dataset and others meet: the links of a thing, both ways, as plain values.

It refuses to say that two things are one: a link has the relation that the data give it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from publisher.entities.reader import Reader, terms


@dataclass(frozen=True, slots=True)
class Linked:
    """One link: where it starts, the IRI of its relation, where it leads."""

    source: str
    relation: str
    target: str


def linked(reader: Reader, things: Sequence[str]) -> tuple[Linked, ...]:
    """Give the matches of things and the facts that speak of them; none for what the dataset does not use."""
    chosen = terms(things)
    rows = reader.rows("linked", things=chosen) if chosen else []
    return tuple(Linked(row["s"].value, row["relation"].value, row["o"].value) for row in rows)
