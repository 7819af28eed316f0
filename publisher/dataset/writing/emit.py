"""Marked values written as canonical YAML: keys in a fixed order, no folded lines, quotes where they are needed.

What is written parses to the same values, and writing it again changes nothing.
See YAML 1.2.2, sections 7.3 and 8.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from publisher.dataset.seeds.marked import Kind, Node, plain_kind
from publisher.dataset.writing.remarks import Remarks

# A text that YAML, and a person, cannot take for anything else: an id, a CURIE, an IRI without blanks.
_PLAIN = re.compile(r"[A-Za-z](?:[\w./+%=~-]|:(?=[\w/.%+~-]))*\Z", re.ASCII)
# Truth values of YAML 1.1, which other readers may still take them for.
_TRUTHS = frozenset({"y", "n", "yes", "no", "on", "off"})
_NATURAL = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class Style:
    """How the tables under one key are written.

    ``keys`` is the order of their keys (others follow as they are); ``flow`` puts a table on one line; ``quoted`` keys
    hold texts for people; ``sort`` orders their items by ``id``, ``alphabetical`` their keys; ``spaced`` leaves a blank
    line between items.
    """

    keys: tuple[str, ...] = ()
    flow: bool = False
    quoted: frozenset[str] = frozenset()
    sort: bool = False
    alphabetical: bool = False
    spaced: bool = False


@dataclass(frozen=True, slots=True)
class Emitter:
    """Writes one file: ``styles`` by the key that a table stands under, remarks kept beside their values."""

    styles: Mapping[str, Style]
    remarks: Remarks

    def text(self, top: Node) -> str:
        """Give the text of the whole file."""
        lines = list(self._table(top, "", 0)) if top.fields else []
        return "".join(f"{line}\n" for line in (*lines, *self.remarks.last))

    def _table(self, node: Node, name: str, indent: int, *, item: bool = False) -> Iterator[str]:
        style = self.styles.get(name, Style())
        for key in _ordered(node, style):
            marked, value = node.keys[key], node.fields[key]
            # What stands above the first key of a list's item stands above the item.
            if not item or (marked.line, marked.column) != (node.line, node.column):
                yield from self._above(marked, indent)
            head = f"{' ' * indent}{scalar(marked, quoted=False)}:"
            yield from self._value(head, marked, value, key, indent, quoted=key in style.quoted)

    def _value(self, head: str, marked: Node, value: Node, key: str, indent: int, *, quoted: bool) -> Iterator[str]:
        behind = self._behind(marked)
        if value.kind is Kind.NULL:
            yield head + behind
        elif value.kind is Kind.LIST and value.items and not self._short_list(value, key):
            yield head + behind
            yield from self._list(value, key, indent)
        elif value.kind is Kind.TABLE and value.fields and not self._short_table(value, key):
            yield head + behind
            yield from self._table(value, key, indent + 2)
        else:
            inner = "".join(self._behind(item) for item in value.items)
            yield f"{head} {self._flow(value, key, quoted=quoted)}{behind}{inner}"

    def _list(self, node: Node, name: str, indent: int) -> Iterator[str]:
        style = self.styles.get(name, Style())
        items = sorted(node.items, key=_natural) if style.sort else node.items
        for number, item in enumerate(items):
            if style.spaced and number:
                yield ""
            if item.kind is Kind.TABLE and item.fields and not self._short_table(item, name):
                # The first key stands on the line of the dash; a remark above it goes above the dash.
                yield from self._above(item, indent)
                lines = list(self._table(item, name, indent + 2, item=True))
                first = next(index for index, line in enumerate(lines) if not line.lstrip().startswith("#"))
                yield from (f"{' ' * indent}{line.lstrip()}" for line in lines[:first])
                yield f"{' ' * indent}- {lines[first].lstrip()}"
                yield from lines[first + 1 :]
            else:
                yield from self._above(item, indent)
                yield f"{' ' * indent}- {self._flow(item, name, quoted=False)}{self._behind(item)}"

    def _short_table(self, node: Node, name: str) -> bool:
        style = self.styles.get(name, Style(flow=bool({"iri", "value", "text"} & node.fields.keys())))
        inner = any(self.remarks.has(value) or value.kind is Kind.TABLE for value in node.fields.values())
        places = [(marked.line, marked.column) for marked in node.keys.values()]
        held = any(place in self.remarks.above or place in self.remarks.behind for place in places)
        # A remark behind a one-line table is tied to its last key, and may stay there.
        only_last = (
            held
            and places[-1] in self.remarks.behind
            and not any(place in self.remarks.above or place in self.remarks.behind for place in places[:-1])
        )
        return style.flow and not inner and (not held or only_last)

    def _short_list(self, node: Node, name: str) -> bool:
        if self.styles.get(name, Style()).sort or any(not item.scalar for item in node.items):
            return False
        places = [(item.line, item.column) for item in node.items]
        return not any(place in self.remarks.above for place in places)

    def _flow(self, node: Node, name: str, *, quoted: bool) -> str:
        if node.kind is Kind.LIST:
            return f"[{', '.join(self._flow(item, name, quoted=quoted) for item in node.items)}]"
        if node.kind is Kind.TABLE:
            style = self.styles.get(name, Style(keys=("iri", "value", "datatype", "text", "language")))
            fields = (
                f"{scalar(node.keys[key], quoted=False)}: "
                f"{self._flow(node.fields[key], key, quoted=key in style.quoted or key in {'value', 'text'})}"
                for key in _ordered(node, style)
            )
            last = "".join(self._behind(marked) for marked in node.keys.values())
            return f"{{{', '.join(fields)}}}{last}"
        return scalar(node, quoted=quoted)

    def _above(self, marked: Node, indent: int) -> Iterator[str]:
        for remark in self.remarks.above.get((marked.line, marked.column), ()):
            yield f"{' ' * indent}{remark}"

    def _behind(self, marked: Node) -> str:
        return "".join(f"  {remark}" for remark in self.remarks.behind.get((marked.line, marked.column), ()))


def scalar(node: Node, *, quoted: bool) -> str:
    """Give a scalar as it is written: numbers and truth values as they are, texts quoted where wanted or needed.

    >>> scalar(Node(Kind.TEXT, "no: 1", 1, 1), quoted=False)
    '"no: 1"'
    """
    if node.kind is Kind.NULL:
        return ""
    if node.kind is not Kind.TEXT:
        return node.text
    plain = _PLAIN.match(node.text) and plain_kind(node.text) is Kind.TEXT and node.text.casefold() not in _TRUTHS
    if plain and not quoted:
        return node.text
    return _quote(node.text)


def _quote(text: str) -> str:
    # JSON's escapes are all YAML's too; what JSON leaves as it is, YAML may print, but for a few line breaks.
    escaped = json.dumps(text, ensure_ascii=False)
    return re.sub("[\x7f-\x84\x86-\x9f\x85\u2028\u2029\ufeff]", lambda match: f"\\u{ord(match[0]):04x}", escaped)


def _ordered(node: Node, style: Style) -> list[str]:
    known = [key for key in style.keys if key in node.fields]
    others = [key for key in node.fields if key not in style.keys]
    return known + (sorted(others) if style.alphabetical else others)


def _natural(node: Node) -> list[tuple[int, str]]:
    found = node.fields.get("id")
    pieces = _NATURAL.split(found.text) if found else ["\U0010ffff"]
    return [(int(piece), "") if piece.isdecimal() else (-1, piece) for piece in pieces]


def said(node: Node, sorted_keys: Callable[[str], bool], name: str = "") -> object:
    """Give what a value says without places: what must be the same before and after writing."""
    if node.kind is Kind.TABLE:
        return {key: said(value, sorted_keys, key) for key, value in node.fields.items()}
    if node.kind is Kind.LIST:
        items = sorted(node.items, key=_natural) if sorted_keys(name) else node.items
        return [said(item, sorted_keys, name) for item in items]
    return node.kind, node.text
