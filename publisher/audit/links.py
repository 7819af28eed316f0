"""The typed links of an answer: its ``Link`` header (RFC 8288) and, in a page, ``<link>`` and embedded JSON-LD."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from publisher.audit.wire import Reply, joined
from publisher.errors import AuditFailed

_LINK = re.compile(r'<([^>]*)>((?:\s*;\s*[\w!#$&+.^`|~*-]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,"]*))?)*)')
_PARAMETER = re.compile(r';\s*([\w!#$&+.^`|~*-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?')


@dataclass(frozen=True, slots=True)
class Link:
    """One typed link: relation, absolute target, announced media type, and whether it stood in the header."""

    relation: str
    target: str
    type: str = ""
    in_header: bool = True


def of_header(reply: Reply) -> list[Link]:
    """Give the links of the ``Link`` header.

    >>> of_header(Reply("http://a/", 200, {"link": '</x>; rel="item license"; type="text/turtle"'}))[0].target
    'http://a/x'
    """
    found = []
    for target, rest in _LINK.findall(reply.header("link")):
        given: dict[str, str] = {}
        for name, quoted, plain in _PARAMETER.findall(rest):
            given.setdefault(name.lower(), quoted or plain)
        found += [
            Link(relation.lower(), place, given.get("type", ""))
            for relation in given.get("rel", "").split()
            if (place := _joined(reply.url, target))
        ]
    return found


def _joined(place: str, target: str) -> str | None:
    try:
        return joined(place, target)
    except AuditFailed:
        return None


def of_page(reply: Reply) -> tuple[list[Link], list[dict[str, Any]]]:
    """Give the links and the JSON-LD objects of a page; JSON that cannot be read is left out."""
    page = _Page(reply.url)
    try:
        page.feed(reply.text)
        page.close()
    except AssertionError:  # what html.parser raises for marked sections that no page has; the links before it hold
        return page.links, list(_objects(page.data))
    return page.links, list(_objects(page.data))


def _objects(texts: list[str]) -> Iterator[dict[str, Any]]:
    for text in texts:
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            continue
        for each in found if isinstance(found, list) else [found]:
            if isinstance(each, dict):
                inner = each.get("@graph")
                parts = inner if isinstance(inner, list) else [each]
                yield from ({"@context": each.get("@context")} | part for part in parts if isinstance(part, dict))


class _Page(HTMLParser):
    """Collects what a page says to machines."""

    def __init__(self, url: str):
        super().__init__(convert_charrefs=True)
        self._url = url
        self._in_data = False
        self.links: list[Link] = []
        self.data: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "link" and given.get("href"):
            target = _joined(self._url, given["href"])
            self.links += [
                Link(relation.lower(), target, given.get("type", ""), in_header=False)
                for relation in given.get("rel", "").split()
                if target
            ]
        if tag == "script" and given.get("type", "").partition(";")[0].strip().lower() == "application/ld+json":
            self._in_data = True
            self.data.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._in_data = False

    def handle_data(self, data: str) -> None:
        if self._in_data:
            self.data[-1] += data
