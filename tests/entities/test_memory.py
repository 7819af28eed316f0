"""What was read of a release is not read again."""

from collections.abc import Sequence
from dataclasses import replace

from publisher.entities.memory import Memory, Shelf
from publisher.entities.page.view import view
from publisher.entities.reader import Reader
from publisher.rdf.media import Media
from publisher.store.port import Answer, Limits

BASE = "https://example.org/lights/"
THINGS = ("thing/LX0000001", "claim/LC0000001", "witness/LW0000001", "thing/LX0000002", "vocab#Lighthouse", "source/P1")


class Counted:
    """A store that counts its queries."""

    def __init__(self, reader: Reader):
        """Stand in front of a reader's store."""
        self._store = reader.store
        self.offered = reader.store.offered
        self.asked = 0
        self.graphs: set[str] = set()

    def query(
        self,
        text: str,
        media: Media,
        *,
        limits: Limits,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> Answer:
        """Count, and ask the store."""
        self.asked += 1
        self.graphs.update(default_graphs, named_graphs)
        return self._store.query(text, media, limits=limits, default_graphs=default_graphs, named_graphs=named_graphs)

    def close(self) -> None:
        """Leave the store open: it is shared."""


def test_a_page_is_the_same_with_and_without_memory(reader: Reader) -> None:
    """What is kept is what would be read, whichever page was made before."""
    remembering = replace(reader, memory=Memory())
    for _ in range(2):
        for thing in THINGS:
            assert view(reader, BASE + thing) == view(remembering, BASE + thing)


def test_names_and_facts_are_read_once(reader: Reader) -> None:
    """A page whose facts and names are known asks only what is said about the thing itself and which its facts are."""
    counted = Counted(reader)
    remembering = replace(reader, store=counted, memory=Memory())
    view(remembering, BASE + THINGS[0])
    first, counted.asked = counted.asked, 0
    view(remembering, BASE + THINGS[0])
    assert (first > 2, counted.asked) == (True, 2)


def test_a_page_is_read_from_the_union_that_is_there(reader: Reader) -> None:
    """No page names graphs: where two of them share a triple, each worker would first have to merge them all."""
    counted = Counted(reader)
    for thing in THINGS:
        view(replace(reader, store=counted), BASE + thing)
    assert counted.graphs == set()


def test_a_shelf_keeps_no_more_than_its_bound() -> None:
    """What was kept first goes first; a shelf of nought keeps nothing."""
    shelf: Shelf[int] = Shelf(2)
    for number, name in enumerate("abc"):
        shelf.keep(name, number)
    assert (shelf.get("a"), shelf.get("b"), shelf.missing("abc")) == (None, 1, ["a"])
    empty: Shelf[int] = Shelf(0)
    empty.keep("a", 1)
    assert empty.get("a") is None
