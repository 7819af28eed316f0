"""The remarks (``# …``) of a YAML file, each tied to the value that it belongs to, so that they move with it.

A remark on a line of its own belongs to what begins next; one behind a value belongs to what begins last on its line.
See YAML 1.2.2, section 6.6.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.events import ScalarEvent

from publisher.dataset.seeds.marked import Kind, Node


@dataclass(frozen=True, slots=True)
class Remarks:
    """Remarks by the line and column of the key or item that they belong to.

    ``above`` stand on lines before it, ``behind`` at the end of its line; ``last`` come after everything.
    """

    above: dict[tuple[int, int], list[str]] = field(default_factory=dict)
    behind: dict[tuple[int, int], list[str]] = field(default_factory=dict)
    last: list[str] = field(default_factory=list)

    def has(self, node: Node) -> bool:
        """Tell whether a remark stands anywhere inside a value."""
        return any(place in self.above or place in self.behind for place in _anchors(node))


def remarks_of(text: str, top: Node) -> Remarks:
    """Give the remarks of a YAML text, whose values have been parsed."""
    anchors = sorted(set(_anchors(top)))
    found = Remarks()
    if "#" not in text:
        return found
    for line, column, alone, remark in _scan(text):
        if alone:
            position = bisect_right(anchors, (line, 0))
            if position == len(anchors):
                found.last.append(remark)
            else:
                found.above.setdefault(anchors[position], []).append(remark)
        else:
            position = bisect_right(anchors, (line, column)) - 1
            found.behind.setdefault(anchors[max(position, 0)], []).append(remark)
    return found


def _anchors(node: Node) -> Iterator[tuple[int, int]]:
    """Give where every key of a table and every item of a list begins."""
    if node.kind is Kind.TABLE:
        for key, value in node.fields.items():
            marked = node.keys[key]
            yield marked.line, marked.column
            yield from _anchors(value)
    elif node.kind is Kind.LIST:
        for item in node.items:
            yield item.line, item.column
            yield from _anchors(item)


def _scan(text: str) -> Iterator[tuple[int, int, bool, str]]:
    """Give each remark with its line and column from 1, and whether it stands alone on its line."""
    spans = list(_scalars(text))
    starts = [start for start, _ in spans]
    offset = 0
    for number, line in enumerate(text.splitlines(keepends=True), start=1):
        for index, letter in enumerate(line):
            if letter != "#" or (index and line[index - 1] not in " \t"):
                continue
            position = bisect_right(starts, offset + index) - 1
            if position >= 0 and offset + index < spans[position][1]:
                continue
            yield number, index + 1, not line[:index].strip(), line[index:].rstrip()
            break
        offset += len(line)


def _scalars(text: str) -> Iterator[tuple[int, int]]:
    events: Iterator[Any] = YAML(typ="safe", pure=True).parse(text)
    for event in events:
        if isinstance(event, ScalarEvent):
            yield event.start_mark.index, event.end_mark.index
