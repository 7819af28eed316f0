"""The port that every query engine stands behind: a query goes in, the bytes of a finished answer come out.

It refuses to interpret results: the caller fixes the media type, the engine writes the bytes.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from publisher.rdf.media import Media
from publisher.rdf.query import Form
from publisher.store.rows import rows_in


class Variants(NamedTuple):
    """What an answer may be written as: rows and truth values, RDF; None where the client takes none of these."""

    rows: Media | None
    graph: Media | None


Wanted = Media | Variants


class Limits(NamedTuple):
    """What one query may cost: seconds of running, rows, bytes; ``partial`` cuts at the rows instead of refusing.

    ``client`` names who asks (an address), for the per-client rate; None is the site itself and is not limited.
    """

    seconds: float = 30.0
    rows: int = 100_000
    bytes: int = 200 * 1024 * 1024
    partial: bool = False
    client: str | None = None


class Answer(NamedTuple):
    """A whole answer, in memory (``body``) or in a file (``path``): exactly one of the two is set.

    ``etag`` is the SHA-256 of the bytes in hexadecimal where the answer is good for as long as its release, else None.
    ``truncated`` is the number of rows after which a partial answer was cut. ``timings`` are milliseconds by name
    (``parse``, ``queue``, ``exec``, ``cache``). ``rows`` is known where the engine told it, else ``count_rows`` counts.
    The file of a ``temporary`` answer belongs to whoever got the answer: call ``discard`` after its last byte is sent.
    ``release`` names the data that answered, where the engine knows, ``form`` the form of the query. ``digest`` is the
    SHA-256 of the bytes where whoever wrote them has told it. The answer to a ``volatile`` query may be another one the
    next time.
    """

    media: Media
    body: bytes | None = None
    path: Path | None = None
    etag: str | None = None
    truncated: int | None = None
    rows: int | None = None
    cached: bool = False
    timings: tuple[tuple[str, float], ...] = ()
    temporary: bool = False
    release: str | None = None
    form: Form = Form.UNKNOWN
    digest: str | None = None
    volatile: bool = False

    def read(self) -> bytes:
        """Give all bytes of the answer."""
        if self.body is not None:
            return self.body
        if self.path is None:
            return b""
        return self.path.read_bytes()

    def count_rows(self) -> int | None:
        """Give how many rows there are: as the engine told it, else counted in the bytes; None where there are none."""
        if self.rows is not None or self.form is not Form.SELECT:
            return self.rows
        return rows_in(self.path or self.body or b"", self.media)

    def discard(self) -> None:
        """Remove the file of a temporary answer; do nothing for any other."""
        if self.temporary and self.path is not None:
            self.path.unlink(missing_ok=True)


class Store(Protocol):
    """A read-only RDF dataset that answers SPARQL 1.1 Query.

    ``query`` raises QueryRejected, QueryRefused, QueryTimedOut, ResultTooLarge, Overloaded, NotOffered or StoreError.
    ``offered`` lists the media types that the engine can write; ``media`` is the one to write, or one for each family,
    of which the form of the query takes its own. Where ``default_graphs`` or ``named_graphs`` are given
    they replace the query's own dataset (SPARQL 1.1 Protocol, section 2.1.4); without both, and without FROM, the
    default graph is the union of all named graphs, unless the store was opened as plain.
    """

    @property
    def offered(self) -> tuple[Media, ...]:
        """Give the media types that the engine can write."""
        ...

    def query(
        self,
        text: str,
        media: Wanted,
        *,
        limits: Limits,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> Answer:
        """Run a query and give the whole answer in the media type."""
        ...

    def close(self) -> None:
        """End every process and remove every temporary file that the store owns."""
        ...


def variant(wanted: Wanted, form: Form) -> Media | None:
    """Give what the answer to a query of a form is to be written as; None where nothing of the kind is taken."""
    if isinstance(wanted, Media):
        return wanted
    if form in (Form.CONSTRUCT, Form.DESCRIBE):
        return wanted.graph
    return wanted.rows or (wanted.graph if form is Form.UNKNOWN else None)
