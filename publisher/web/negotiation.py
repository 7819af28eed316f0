"""Choosing a representation: the header is made regular, Werkzeug chooses, our order breaks ties.

It refuses to parse ``Accept`` itself (RFC 9110, section 12.5.1, is Werkzeug's work); it only repairs what Werkzeug
would not take: weights written ``q=.9``, and parameters such as ``charset`` that say nothing about the type.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from publisher.rdf.media import Media, by_alias

FORMAT_PARAMETERS = ("format", "_mediatype", "output", "results", "accept")
_WEIGHT = re.compile(r"^q\s*=\s*\"?(\d*\.?\d*)\"?$", re.IGNORECASE)
_LONGEST = 4096


@dataclass(frozen=True, slots=True)
class Unknown:
    """A format that was asked for by name and is not among those offered."""

    asked: str


def normalised(accept: str) -> str:
    """Give an Accept header with regular weights and without other parameters.

    >>> normalised("text/turtle;charset=utf-8, text/html;q=.5")
    'text/turtle, text/html;q=0.5'
    """
    items = []
    for item in accept[:_LONGEST].split(","):
        name, *parameters = (part.strip() for part in item.split(";"))
        if not name:
            continue
        found = next((match[1] for match in map(_WEIGHT.match, parameters) if match), None)
        items.append(name if found is None else f"{name};q={_weight(found)}")
    return ", ".join(items)


def _weight(text: str) -> str:
    if text in ("", "."):
        return "0"
    return f"{min(float(text), 1.0):g}"


def choose(accept: str | None, variants: Sequence[Media], *, default: Media | None = None) -> Media | None:
    """Give the variant that a client likes best, or None where it would take none of them.

    A client that states nothing, or takes anything, gets ``default`` (the first variant where that is None).
    """
    first = default or variants[0]
    ordered = [first, *(media for media in variants if media is not first)]
    if not accept or not accept.strip():
        return first
    parsed = parse_accept_header(normalised(accept), MIMEAccept)
    table: dict[str, Media] = {}
    for media in ordered:
        table.setdefault(media.type, media)
    for media in ordered:
        for name in media.accepted:
            if any(name == client.lower() for client, _ in parsed):
                table.setdefault(name, media)
    best = parsed.best_match(list(table))
    return table[best] if best else None


def asked_for(parameters: Mapping[str, str], variants: Sequence[Media]) -> Media | Unknown | None:
    """Give the variant named by ``format=`` or its aliases, Unknown where the name fits none, None without a name."""
    for name in FORMAT_PARAMETERS:
        value = parameters.get(name)
        if value:
            return by_alias(value.replace(" ", "+"), tuple(variants)) or Unknown(value[:100])
    return None


def is_browser(accept: str | None) -> bool:
    """Tell whether a client names HTML itself and likes it no less than anything else it names."""
    if not accept:
        return False
    parsed = parse_accept_header(normalised(accept), MIMEAccept)
    named = [(client.lower(), weight) for client, weight in parsed]
    pages = [weight for client, weight in named if client in ("text/html", "application/xhtml+xml")]
    return bool(pages) and max(pages) >= max(weight for _, weight in named)
