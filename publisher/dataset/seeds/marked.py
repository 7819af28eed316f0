"""YAML as values that know their place: every scalar, list and table with its line and column.

Plain scalars are resolved by the core schema of YAML 1.2, so ``no`` and ``2026-11-20`` are texts.
It refuses anchors and tags, which a curated file has no need of and a reviewer cannot follow.
See YAML 1.2.2, sections 5 to 8 and 10.3.
"""

import enum
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from publisher.dataset.seeds.slips import syntax_finding
from publisher.errors import DatasetUnreadable, Finding, Where

_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_DECIMAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_BOOLEANS = frozenset({"true", "True", "TRUE", "false", "False", "FALSE"})
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_CORE_TAGS = "tag:yaml.org,2002:"


class Kind(enum.Enum):
    """What a value of a YAML file is."""

    TEXT = "a text"
    INTEGER = "a whole number"
    DECIMAL = "a number"
    BOOLEAN = "true or false"
    NULL = "nothing"
    LIST = "a list"
    TABLE = "a table of keys and values"


@dataclass(frozen=True, slots=True)
class Node:
    """One value: its kind, its text as written (of a scalar), its line and column from 1, and what it holds.

    ``items`` are the values of a list; ``fields`` the values of a table by key, ``keys`` where each key stands.
    """

    kind: Kind
    text: str
    line: int
    column: int
    items: tuple["Node", ...] = ()
    fields: Mapping[str, "Node"] = field(default_factory=lambda: MappingProxyType({}))
    keys: Mapping[str, "Node"] = field(default_factory=lambda: MappingProxyType({}))

    def where(self, file: str) -> Where:
        """Give the place of the value in a file."""
        return Where(file, self.line, self.column)

    @property
    def scalar(self) -> bool:
        """Tell whether the value is one text, number or truth value."""
        return self.kind in {Kind.TEXT, Kind.INTEGER, Kind.DECIMAL, Kind.BOOLEAN}


EMPTY = Node(Kind.NULL, "", 1, 1)


def read_text(path: Path, file: str) -> str:
    """Give the text of a file; raise DatasetUnreadable where it is missing or is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise DatasetUnreadable(
            "this file is not UTF-8 text", where=Where(file, line), fix="save it as UTF-8", code="file.not-text"
        ) from None
    except OSError as error:
        raise DatasetUnreadable(
            f"this file cannot be read: {error.strerror or error}",
            where=Where(file),
            fix="check its name and rights",
            code="file.unreadable",
        ) from None


def parse(text: str, file: str) -> tuple[Node, tuple[Finding, ...]]:
    """Parse the text of a YAML file into marked values, with what is wrong in its syntax.

    Where the text does not parse at all, the value is EMPTY and the finding ``yaml.syntax`` says where.
    """
    builder = _Builder(file)
    try:
        events = YAML(typ="safe", pure=True).parse(text)
        node = builder.document(events)
    except MarkedYAMLError as error:
        return EMPTY, (syntax_finding(error, text, file),)
    except RecursionError:
        return EMPTY, (Finding("yaml.syntax", "this YAML is nested too deep", Where(file), fix="write it flatter"),)
    except ReaderError as error:
        message = f"the character U+{ord(text[error.position]):04X} is not allowed in YAML"
        where = Where(file, text.count("\n", 0, error.position) + 1)
        return EMPTY, (Finding("yaml.syntax", message, where, fix="remove it: it is not plain text"),)
    except YAMLError as error:
        message = f"this is not valid YAML: {str(error).splitlines()[0]}"
        return EMPTY, (Finding("yaml.syntax", message, Where(file), fix="mend it, or write it anew"),)
    return node, tuple(builder.findings)


@dataclass(frozen=True, slots=True)
class _Builder:
    """Builds marked values from the events of the parser, without recursion limits of its own."""

    file: str
    findings: list[Finding] = field(default_factory=list)

    def document(self, events: Iterator[Any]) -> Node:
        for event in events:
            if isinstance(event, (ScalarEvent, MappingStartEvent, SequenceStartEvent, AliasEvent)):
                node = self._node(event, events)
                self._end(events)
                return node
        return EMPTY

    def _end(self, events: Iterator[Any]) -> None:
        """Read to the end, and report a second document: nothing of it would be read."""
        for event in events:
            if isinstance(event, DocumentStartEvent):
                where = Where(self.file, event.start_mark.line + 1, event.start_mark.column + 1)
                message, fix = "a second document begins here, and only the first is read", "remove the line ---"
                self.findings.append(Finding("yaml.syntax", message, where, value="---", fix=fix))

    def _node(self, event: Any, events: Iterator[Any]) -> Node:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if isinstance(event, AliasEvent) or event.anchor or (event.tag and not event.tag.startswith(_CORE_TAGS)):
            self._refuse(event, Where(self.file, line, column))
        if isinstance(event, ScalarEvent):
            plain = event.implicit[0] and event.style in {None, ""}
            kind = plain_kind(event.value) if plain else Kind.TEXT
            return Node(kind, event.value, line, column)
        if isinstance(event, SequenceStartEvent):
            return Node(Kind.LIST, "", line, column, items=tuple(self._items(events)))
        if isinstance(event, MappingStartEvent):
            return self._table(line, column, events)
        return Node(Kind.NULL, "", line, column)

    def _items(self, events: Iterator[Any]) -> Iterator[Node]:
        for event in events:
            if isinstance(event, SequenceEndEvent):
                return
            yield self._node(event, events)

    def _table(self, line: int, column: int, events: Iterator[Any]) -> Node:
        fields: dict[str, Node] = {}
        keys: dict[str, Node] = {}
        for event in events:
            if isinstance(event, MappingEndEvent):
                break
            key = self._node(event, events)
            value = self._node(next(events), events)
            if key.text in fields:
                self.findings.append(
                    Finding(
                        "yaml.duplicate-key",
                        f"the key {key.text} stands twice in this table, first on line {keys[key.text].line}",
                        where=key.where(self.file),
                        value=key.text,
                        fix="remove one of them, or make the values a list",
                    )
                )
                continue
            fields[key.text] = value
            keys[key.text] = key
        return Node(Kind.TABLE, "", line, column, fields=MappingProxyType(fields), keys=MappingProxyType(keys))

    def _refuse(self, event: Any, where: Where) -> None:
        shown = event.anchor or event.tag
        self.findings.append(
            Finding(
                "yaml.syntax",
                "anchors, aliases and tags are not used in these files",
                where=where,
                value=str(shown),
                fix="write the value out",
            )
        )


def plain_kind(text: str) -> Kind:
    """Give what a plain scalar is by the core schema of YAML 1.2 (section 10.3.2)."""
    if text in _NULLS:
        return Kind.NULL
    first = text[0]
    if first in "+-.0123456789":
        if _INTEGER.match(text):
            return Kind.INTEGER
        if _DECIMAL.match(text):
            return Kind.DECIMAL
    return Kind.BOOLEAN if text in _BOOLEANS else Kind.TEXT
