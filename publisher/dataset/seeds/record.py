"""One table of a YAML file under the eyes of a reader: its keys checked, its values fetched with their places.

It refuses to raise: a missing or wrong value becomes a finding, and the reader goes on without it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from publisher.dataset.near import nearest, suggestion
from publisher.dataset.seeds.marked import Kind, Node
from publisher.dataset.seeds.rows import Rows
from publisher.errors import Where


@dataclass(frozen=True, slots=True)
class Record:
    """A table of keys and values of one kind (``fact``, ``evidence``, …) in a file; ``focus`` is its IRI."""

    rows: Rows
    file: str
    kind: str
    node: Node
    focus: str | None = None

    def about(self, focus: str | None) -> "Record":
        """Give the same record with the IRI that its findings are about."""
        return Record(self.rows, self.file, self.kind, self.node, focus)

    def inner(self, kind: str, node: Node) -> "Record":
        """Give a record of another kind inside this one."""
        return Record(self.rows, self.file, kind, node, self.focus)

    @property
    def where(self) -> Where:
        """Give the place of the record."""
        return self.node.where(self.file)

    def place(self, key: str) -> Where:
        """Give the place of a key's value, or of the record where the key is missing."""
        found = self.node.fields.get(key)
        return found.where(self.file) if found else self.where

    def check(self, known: tuple[str, ...], required: tuple[str, ...] = ()) -> bool:
        """Report keys that are unknown or missing; tell whether the record is a table at all."""
        if self.node.kind is not Kind.TABLE:
            self.wrong(
                self.node,
                f"this {_noun(self.kind)} is {self.node.kind.value}",
                "write it as a table of keys and values",
            )
            return False
        meant = set()
        for key, marked in self.node.keys.items():
            if key not in known:
                meant.add(nearest(key, known))
                fix = suggestion(key, known, otherwise=f"use one of: {', '.join(known)}")
                self.report(f"{self.kind}.unknown-key", f"{_a(self.kind)} has no key {key}", marked, fix=fix)
        for key in required:
            found = self.get(key)
            # A key that is there, but misspelt, is not missing too.
            if key in meant:
                continue
            if found is None or (found.kind is Kind.LIST and not found.items):
                self.rows.report(
                    f"{self.kind}.missing-key",
                    f"this {_noun(self.kind)} has no {key}",
                    self.place(key),
                    focus=self.focus,
                    fix=f"add {key}: …",
                )
        return True

    def get(self, key: str) -> Node | None:
        """Give the value of a key, or None where it is missing or empty."""
        found = self.node.fields.get(key)
        return None if found is None or found.kind is Kind.NULL else found

    def text(self, key: str) -> str | None:
        """Give a value as text; a list or a table is reported."""
        node = self.get(key)
        if node is None or node.scalar:
            return node.text if node else None
        self.wrong(node, f"{key} is {node.kind.value}", f"write {key} as one text")
        return None

    def whole(self, key: str) -> int | None:
        """Give a value as a whole number of zero or more; anything else is reported."""
        node = self.get(key)
        if node is None:
            return None
        if node.kind is Kind.INTEGER and int(node.text) >= 0:
            return int(node.text)
        self.wrong(node, f"{key} wants a whole number", f"write {key} as a whole number without quotes")
        return None

    def flag(self, key: str, *, default: str) -> str:
        """Give a truth value as ``true`` or ``false``; anything else is reported."""
        node = self.get(key)
        if node is None:
            return default
        if node.kind is Kind.BOOLEAN:
            return node.text.lower()
        self.wrong(node, f"{key} wants true or false", f"write {key}: true or {key}: false")
        return default

    def items(self, key: str) -> tuple[Node, ...]:
        """Give the values of a list; a single value counts as a list of one."""
        node = self.get(key)
        if node is None:
            return ()
        return node.items if node.kind is Kind.LIST else (node,)

    def fields(self, key: str) -> Iterator[tuple[Node, Node]]:
        """Give the keys and values of a table; anything else is reported."""
        node = self.get(key)
        if node is None:
            return
        if node.kind is not Kind.TABLE:
            self.wrong(node, f"{key} is {node.kind.value}", f"write {key} as a table of keys and values")
            return
        for name, value in node.fields.items():
            yield node.keys[name], value

    def iri(self, key: str) -> str | None:
        """Give a value as an IRI; an unknown prefix is reported."""
        text = self.text(key)
        return None if text is None else self.rows.expand(text, self.place(key), focus=self.focus)

    def iris(self, key: str) -> list[tuple[str, Where]]:
        """Give each value of a list as an IRI with its place; what is no IRI is reported."""
        found = []
        for node in self.items(key):
            if not node.scalar:
                self.wrong(node, f"{key} holds {node.kind.value}", f"write each of {key} as prefix:name")
                continue
            iri = self.rows.expand(node.text, node.where(self.file), focus=self.focus)
            if iri is not None:
                found.append((iri, node.where(self.file)))
        return found

    def wrong(self, node: Node, message: str, fix: str) -> None:
        """Report a value of the wrong type."""
        self.report(f"{self.kind}.wrong-type", message, node, fix=fix)

    def report(self, code: str, message: str, node: Node, *, fix: str | None = None, path: str | None = None) -> None:
        """Report something at the place of a value."""
        value = node.text or None
        self.rows.report(code, message, node.where(self.file), focus=self.focus, path=path, value=value, fix=fix)


def records(rows: Rows, file: str, kind: str, top: Node, key: str) -> Iterator[Record]:
    """Give a record for each item under a key of a file's top table."""
    for node in Record(rows, file, "file", top).items(key) if top.kind is Kind.TABLE else ():
        yield Record(rows, file, kind, node)


def _noun(kind: str) -> str:
    return {"retired": "retired id", "evidence": "piece of evidence"}.get(kind, kind)


def _a(kind: str) -> str:
    noun = _noun(kind)
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
