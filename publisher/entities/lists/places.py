"""Where the things of a dataset live: the namespace that all its subjects share."""

import json

from publisher.entities.reader import template, whole
from publisher.rdf.media import JSON
from publisher.rdf.prefixes import is_iri
from publisher.store.port import Limits, Store


def namespace_of(store: Store) -> str | None:
    """Give the longest namespace, ended by ``/`` or ``#``, that all subjects of a store share, or None."""
    answer = store.query(template("extent"), JSON, limits=Limits())
    rows = json.loads(whole(answer))["results"]["bindings"]
    if not rows or "first" not in rows[0] or "last" not in rows[0]:
        return None
    return shared(rows[0]["first"]["value"], rows[0]["last"]["value"])


def shared(first: str, last: str) -> str | None:
    """Give the namespace that two IRIs share: of the first and last in order, it is what all between them share.

    >>> shared("http://a.example/b/c", "http://a.example/b/d#e")
    'http://a.example/b/'
    """
    length = next((at for at, (one, two) in enumerate(zip(first, last, strict=False)) if one != two), len(first))
    end = max(first.rfind("/", 0, length), first.rfind("#", 0, length)) + 1
    found = first[:end]
    return found if is_iri(found) and found.count("/") > 2 else None  # noqa: PLR2004 - scheme://host/ has three
