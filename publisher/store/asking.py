"""One question to a release or to RDF files in this process: what the command line asks without a server.

It refuses to isolate: there is one query and one person, who can end it.
"""

from collections.abc import Sequence
from pathlib import Path

from publisher.errors import UsageError
from publisher.rdf import query as reading
from publisher.rdf.media import GRAPHS, JSON, RESULTS, TURTLE, Media, by_alias
from publisher.rdf.names import STANDARD_PREFIXES
from publisher.rdf.prefixes import Prefixes
from publisher.release.read import Release
from publisher.settings import Settings
from publisher.store.open import open_store
from publisher.store.port import Answer, Limits


def ask(place: Release | Sequence[Path], text: str, form: str, settings: Settings) -> Answer:
    """Answer a query in the form that is named (a media type or its short name), or in the usual one.

    Raises UsageError for a form that the query cannot be answered in, and what a store raises.
    """
    prefixes = place.prefixes if isinstance(place, Release) else Prefixes(STANDARD_PREFIXES)
    base = place.base if isinstance(place, Release) else None
    media = _media(text, form)
    store = open_store(place, settings=settings, prefixes=prefixes, base=base, isolated=False)
    try:
        return store.query(
            text, media, limits=Limits(seconds=settings.number("query_seconds"), rows=10**9, bytes=1 << 40)
        )
    finally:
        store.close()


def _media(text: str, form: str) -> Media:
    graph = reading.read(text).form in (reading.Form.CONSTRUCT, reading.Form.DESCRIBE)
    among, usual = (GRAPHS, TURTLE) if graph else (RESULTS, JSON)
    media = by_alias(form, among) if form else usual
    if media is None:
        raise UsageError(
            f"an answer to this query cannot be written as {form!r}",
            fix=f"choose one of {', '.join(each.aliases[0] for each in among)}",
        )
    return media
