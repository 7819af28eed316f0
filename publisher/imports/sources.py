"""``ontology/sources.toml`` read into values: which outside sources there are, and how each is read.

It refuses to guess: a key that it does not know, or a value of the wrong kind, is an error with its line.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from publisher.errors import ImportFailed, Where
from publisher.imports.term import Scope
from publisher.rdf import names
from publisher.rdf.prefixes import Prefixes, is_iri

SOURCES_FILE = Path("ontology") / "sources.toml"
FORMATS = ("obo", "owl", "turtle", "obographs", "tsv", "csv", "json", "registry")


@dataclass(frozen=True, slots=True)
class Column:
    """Values of a table: the column, how to split and match them, and what they become.

    ``match`` is a pattern whose first group is the identifier; a value that does not match is left out. ``iri`` makes
    an IRI of the identifier, ``brackets`` gives the names in brackets behind the first name.
    """

    column: str
    separator: str | None = None
    match: re.Pattern[str] | None = None
    iri: str | None = None
    property: str | None = None
    scope: Scope = Scope.EXACT
    follow: bool = False
    brackets: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """How one table gives terms: its file, its columns, and which rows count."""

    file: str
    id: Column
    columns: tuple[str, ...] | None = None
    label: str | None = None
    where: Mapping[str, str] = field(default_factory=dict)
    synonyms: tuple[Column, ...] = ()
    parents: tuple[Column, ...] = ()
    links: tuple[Column, ...] = ()
    obsolete: str | None = None
    replaced_by: Column | None = None
    consider: Column | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One outside source: where it is, whose it is, and how it is read.

    ``classes`` says that the rows of a table stand for classes of an ontology, not for records.
    """

    name: str
    title: str
    files: Mapping[str, str]
    version: str
    home: str
    format: str
    namespaces: tuple[str, ...]
    licence: str | None = None
    rights: str | None = None
    top: frozenset[str] = frozenset()
    xrefs: frozenset[str] = frozenset()
    relations: Mapping[str, str] = field(default_factory=dict)
    object_properties_below: frozenset[str] = frozenset()
    kinds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    classes: bool = False
    layouts: tuple[Layout, ...] = ()

    @property
    def file(self) -> str:
        """Give the name of the source's first file."""
        return next(iter(self.files))

    def owns(self, iri: str) -> bool:
        """Tell whether an IRI lies in one of the source's namespaces."""
        return iri.startswith(self.namespaces)


@dataclass(frozen=True, slots=True)
class Sources:
    """All outside sources of a dataset, in the order in which they are asked for a term."""

    base: str
    language: str
    prefixes: Prefixes
    all: tuple[Source, ...]

    def named(self, name: str) -> Source:
        """Give the source of that name; ImportFailed where there is none."""
        for source in self.all:
            if source.name == name:
                return source
        known = ", ".join(source.name for source in self.all)
        raise ImportFailed(f"there is no source {name!r} in {SOURCES_FILE}", fix=f"choose one of: {known}")


_SOURCE_KEYS = {
    "title", "file", "sha256", "files", "version", "home", "format", "namespaces", "licence", "rights", "top", "xrefs",
    "relations", "object_properties_below", "kinds", "classes", "table", "tables",
}  # fmt: skip
_LAYOUT_KEYS = {
    "file", "columns", "id", "label", "where", "synonyms", "parents", "links", "obsolete", "replaced_by", "consider",
}  # fmt: skip
_COLUMN_KEYS = {"column", "separator", "match", "iri", "property", "scope", "follow", "brackets"}
_TABLES = ("tsv", "csv", "json")


def read_sources(root: Path) -> Sources:
    """Read ``ontology/sources.toml`` of a dataset; raise ImportFailed with the line of the first mistake."""
    path = root / SOURCES_FILE
    try:
        text = path.read_text(encoding="utf-8")
        document = tomllib.loads(text)
    except FileNotFoundError:
        raise ImportFailed(
            f"this dataset declares no outside sources: {SOURCES_FILE} is missing",
            where=Where(str(SOURCES_FILE)),
            fix="write one table for each outside ontology or table",
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ImportFailed(
            f"cannot read the sources: {error}",
            where=Where(str(SOURCES_FILE), _line_of_error(error)),
            fix="mend the TOML at that place",
        ) from None
    return _Reader(text).document(document)


def _line_of_error(error: Exception) -> int:
    found = re.search(r"at line (\d+)", str(error))
    return int(found[1]) if found else 0


class _Reader:
    """Turns the parsed TOML into values, and knows in which table it is when something is wrong."""

    def __init__(self, text: str):
        self.text = text
        self.table = ""
        self.prefixes = Prefixes({})

    def document(self, document: Mapping[str, Any]) -> Sources:
        self._known(document, {"base", "language", "prefixes", "sources"})
        table: dict[str, str] = {**names.STANDARD_PREFIXES, **document.get("prefixes", {})}
        self.prefixes = Prefixes(table)
        sources = []
        for name, entry in document.get("sources", {}).items():
            self.table = f"sources.{name}"
            sources.append(self._source(name, entry))
        return Sources(
            base=self._iri(document.get("base", "urn:slice:"), "base"),
            language=document.get("language", "en"),
            prefixes=self.prefixes,
            all=tuple(sources),
        )

    def _source(self, name: str, entry: Mapping[str, Any]) -> Source:
        self._known(entry, _SOURCE_KEYS)
        format_ = self._text(entry, "format")
        if format_ not in FORMATS:
            raise self._wrong("format", f"{format_!r} is no format that can be read", f"one of {', '.join(FORMATS)}")
        files = entry.get("files") or {self._text(entry, "file"): entry.get("sha256", "")}
        layouts = [self._layout(each, next(iter(files))) for each in entry.get("tables", [])]
        if "table" in entry:
            layouts.insert(0, self._layout(entry["table"], next(iter(files))))
        if format_ in _TABLES and not layouts:
            raise self._wrong("table", "a table source does not say which columns it has", "add table = { id = … }")
        kinds = entry.get("kinds", {})
        if isinstance(kinds, list):
            kinds = {"*": kinds}
        return Source(
            name=name,
            title=entry.get("title", name),
            files=files,
            version=self._text(entry, "version"),
            home=self._iri(self._text(entry, "home"), "home"),
            format=format_,
            namespaces=tuple(self._iri(item, "namespaces") for item in entry.get("namespaces", ())),
            licence=self._iri(entry["licence"], "licence") if "licence" in entry else None,
            rights=entry.get("rights"),
            top=frozenset(self._iri(item, "top") for item in entry.get("top", ())),
            xrefs=frozenset(entry.get("xrefs", ())),
            relations={key: self._iri(value, "relations") for key, value in entry.get("relations", {}).items()},
            object_properties_below=frozenset(
                self._iri(item, "object_properties_below") for item in entry.get("object_properties_below", ())
            ),
            kinds={key if key == "*" else self._iri(key, "kinds"): tuple(value) for key, value in kinds.items()},
            classes=bool(entry.get("classes", False)),
            layouts=tuple(layouts),
        )

    def _layout(self, entry: Mapping[str, Any], file: str) -> Layout:
        self._known(entry, _LAYOUT_KEYS)
        return Layout(
            file=entry.get("file", file),
            id=self._column(entry.get("id", "@key")),
            columns=tuple(entry["columns"]) if "columns" in entry else None,
            label=entry.get("label"),
            where=entry.get("where", {}),
            synonyms=tuple(self._column(each) for each in entry.get("synonyms", ())),
            parents=tuple(self._column(each) for each in entry.get("parents", ())),
            links=tuple(self._column(each) for each in entry.get("links", ())),
            obsolete=entry.get("obsolete"),
            replaced_by=self._column(entry["replaced_by"]) if "replaced_by" in entry else None,
            consider=self._column(entry["consider"]) if "consider" in entry else None,
        )

    def _column(self, entry: str | Mapping[str, Any]) -> Column:
        if isinstance(entry, str):
            return Column(entry)
        self._known(entry, _COLUMN_KEYS)
        scope = entry.get("scope", "exact").upper()
        if scope not in Scope.__members__:
            raise self._wrong("scope", f"{entry['scope']!r} is no scope", "exact, broad, narrow or related")
        try:
            match = re.compile(entry["match"]) if "match" in entry else None
        except re.error as error:
            raise self._wrong("match", f"the pattern {entry['match']!r} cannot be read: {error}", "mend it") from None
        return Column(
            column=self._text(entry, "column"),
            separator=entry.get("separator"),
            match=match,
            iri=entry.get("iri"),
            property=self._iri(entry["property"], "property") if "property" in entry else None,
            scope=Scope[scope],
            follow=bool(entry.get("follow", False)),
            brackets=bool(entry.get("brackets", False)),
        )

    def _text(self, entry: Mapping[str, Any], key: str) -> str:
        value = entry.get(key)
        if not isinstance(value, str) or not value:
            raise self._wrong(key, f"{key!r} is {'missing' if value is None else repr(value)}", f"give {key} as text")
        return value

    def _iri(self, text: str, key: str) -> str:
        found = self.prefixes.expand(text) or (text if text.startswith("urn:") and is_iri(text) else None)
        if found is None:
            raise self._wrong(key, f"{text!r} is neither an IRI nor a CURIE with a known prefix", "mend the prefix")
        return found

    def _known(self, entry: Mapping[str, Any], keys: set[str]) -> None:
        for key in entry:
            if key not in keys:
                raise self._wrong(key, f"the key {key!r} is not known", f"use one of: {', '.join(sorted(keys))}")

    def _wrong(self, key: str, message: str, fix: str) -> ImportFailed:
        place = f"[{self.table}] " if self.table else ""
        return ImportFailed(f"{place}{message}", where=Where(str(SOURCES_FILE), self._line(key)), fix=fix)

    def _line(self, key: str) -> int:
        lines = self.text.splitlines()
        start = (
            next((at for at, line in enumerate(lines) if line.startswith(f"[{self.table}]")), 0) if self.table else 0
        )
        pattern = re.compile(rf'(^|[{{,\[\s])"?{re.escape(key)}"?\s*=')
        for number in range(start, len(lines)):
            if pattern.search(lines[number]):
                return number + 1
        return start + 1
