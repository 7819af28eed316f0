"""The values that a page is drawn from: links, texts, facts, pieces of evidence, passages.

They carry IRIs and words, never markup and never an address on a server.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Link:
    """A thing: its IRI and what to call it; ``kind`` is the name of its class where that is known."""

    iri: str
    name: str
    kind: str = ""

    @property
    def text(self) -> str:
        """Give the words to show."""
        return self.name


@dataclass(frozen=True, slots=True, order=True)
class Text:
    """A literal: its words, its language, and the name of its datatype where it is not plain text."""

    text: str
    language: str = ""
    datatype: str = ""


@dataclass(frozen=True, slots=True)
class Parts:
    """A node that belongs to the thing it hangs on (a measure, a blank node): its kinds and its own properties."""

    node: str
    kinds: tuple[Link, ...]
    properties: "tuple[Property, ...]"


Value = Link | Text | Parts


@dataclass(frozen=True, slots=True)
class Property:
    """One relation with all its values."""

    relation: Link
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True, order=True)
class Passage:
    """A place in a document: start and end in Unicode code points, with section and sentence where they are told."""

    start: int
    end: int
    section: str = ""
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence: who says so (document, cited works), where (passages), and of what kind (codes)."""

    iri: str
    documents: tuple[Link, ...]
    passages: tuple[Passage, ...]
    codes: tuple[Link, ...]
    cites: tuple[Link, ...]
    cue: str = ""
    others: tuple[Property, ...] = ()


@dataclass(frozen=True, slots=True)
class Certainty:
    """How sure a source is: the name of the degree, its place in the closed list, and whether it is plainly stated."""

    iri: str
    name: str
    rank: int
    count: int
    plain: bool

    @property
    def share(self) -> float:
        """Give the degree as a share between 0 and 1, for a gauge: 1 is the first of the list."""
        return 1.0 if self.count < 2 else 1.0 - self.rank / self.count  # noqa: PLR2004 - a list of one has no scale


@dataclass(frozen=True, slots=True)
class Fact:
    """One claim: a sentence of subject, relation and object, its context, its certainty and its evidence.

    ``record`` is the paperwork: what nearly every fact carries, and when and by whom it was written down.
    """

    iri: str
    label: str
    subject: Value | None
    relation: Link | None
    object: Value | None
    certainty: Certainty | None
    negated: bool
    context: tuple[Property, ...]
    evidence: tuple[Evidence, ...]
    kinds: tuple[Link, ...] = ()
    mentions: tuple[str, ...] = ()
    remark: str = ""
    record: tuple[Property, ...] = ()

    @property
    def first_passage(self) -> int:
        """Give where the first passage begins, for reading order."""
        return min((passage.start for item in self.evidence for passage in item.passages), default=0)


@dataclass(frozen=True, slots=True)
class Group:
    """Facts that belong under one heading: a relation, and which end of it the thing is (out, in, about)."""

    heading: Link
    direction: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """All that the page about one thing shows.

    ``record`` is paperwork, such as checksums and dates; ``query`` is the SPARQL that lists the same as the page.
    """

    thing: Link
    curie: str
    title: str
    kinds: tuple[Link, ...]
    synonyms: tuple[str, ...]
    summary: tuple[Text, ...]
    properties: tuple[Property, ...]
    aligned: tuple[Property, ...]
    groups: tuple[Group, ...]
    incoming: tuple[Property, ...]
    fact: Fact | None = None
    evidence: Evidence | None = None
    number_of_facts: int = 0
    more: bool = False
    part: str = "thing"
    query: str = ""
    record: tuple[Property, ...] = ()

    @property
    def tally(self) -> tuple[tuple[Certainty, int], ...]:
        """Give each degree of certainty with the number of facts on the page that have it, the surest first."""
        degrees = Counter(fact.certainty for fact in self._own_facts() if fact.certainty and not fact.negated)
        return tuple(sorted(degrees.items(), key=lambda item: item[0].rank))

    @property
    def denied(self) -> int:
        """Give how many facts on the page are negated."""
        return sum(fact.negated for fact in self._own_facts())

    def _own_facts(self) -> Iterator[Fact]:
        return (fact for group in self.groups if group.direction != "kin" for fact in group.facts)
