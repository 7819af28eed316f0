"""What reading a dataset gathers: rows by table, findings, and where every IRI and every value of it came from.

The one place that the readers of this package write to. It refuses to decide what a row means.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from publisher.dataset.manifest import Manifest
from publisher.dataset.near import suggestion
from publisher.dataset.ontology import Ontology
from publisher.dataset.seeds.marked import Node, parse, read_text
from publisher.dataset.tables import COLUMNS, Row, Table
from publisher.errors import DatasetUnreadable, Finding, Severity, Where

_NAMES = ("label", "name")


@dataclass(frozen=True, slots=True)
class Rows:
    """The growing tables, findings and origins of a dataset that is being read.

    ``known`` holds the IRI of every entity, document, reference and term; ``entities`` those of entities alone;
    ``issued`` maps every id that was read to its first place, ``retired`` every retired IRI to its place.
    ``ontology_broken`` tells that a file of the ontology did not parse, so no property can be called undeclared.
    """

    root: Path
    manifest: Manifest
    ontology: Ontology
    cells: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in COLUMNS})
    findings: list[Finding] = field(default_factory=list)
    origins: dict[str, Where] = field(default_factory=dict)
    key_origins: dict[tuple[str, str], Where] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    entities: set[str] = field(default_factory=set)
    issued: dict[str, Where] = field(default_factory=dict)
    retired: dict[str, Where] = field(default_factory=dict)
    ontology_broken: bool = False

    def add(self, table: str, where: Where, cells: Mapping[str, str | None]) -> None:
        """Add one row; a column that is not given is empty."""
        columns = COLUMNS[table]
        self.cells[table].append((*(cells.get(column) for column in columns[:-2]), where.file, str(where.line)))

    def report(
        self,
        code: str,
        message: str,
        where: Where,
        *,
        severity: Severity = Severity.VIOLATION,
        focus: str | None = None,
        path: str | None = None,
        value: str | None = None,
        fix: str | None = None,
    ) -> None:
        """Add one finding."""
        self.findings.append(Finding(code, message, where, severity, focus, path, value, fix))

    def expand(self, text: str, where: Where, *, focus: str | None = None, path: str | None = None) -> str | None:
        """Give the IRI of a CURIE or IRI; where its prefix is unknown, report ``prefix.unknown`` and give None."""
        prefixes = self.manifest.prefixes
        iri = prefixes.expand(text)
        if iri is not None:
            return iri
        prefix, colon, _ = text.partition(":")
        names = [name for name, _ in prefixes]
        if not colon:
            message, fix = f"{text} is neither a CURIE nor an IRI", self._named(text)
        else:
            message = f"the prefix {prefix} of {text} is not declared"
            fix = suggestion(prefix, names, otherwise="declare it under [prefixes] in dataset.toml")
        self.report("prefix.unknown", message, where, focus=focus, path=path, value=text, fix=fix)
        return None

    def near(self, text: str, iris: Iterable[str], *, otherwise: str) -> str:
        """Give the next step for an identifier that is not known: the nearest of the IRIs, with its label."""
        compress, named = self.manifest.prefixes.compress, {row["iri"]: row["label"] for row in self._entities()}
        labels = {compress(iri) or iri: named.get(iri) or self.ontology.label(iri) or "" for iri in sorted(iris)}
        return suggestion(text, labels, otherwise=otherwise, labels=labels)

    def _entities(self) -> Iterator[dict[str, str | None]]:
        return (dict(zip(COLUMNS["entities"], row, strict=True)) for row in self.cells["entities"])

    def _named(self, text: str) -> str:
        """Give the next step where a name stands for an identifier."""
        called = text.casefold()
        meant = next(
            (row["id"] for row in self._entities() if called in {(row[key] or "").casefold() for key in _NAMES}), None
        )
        return f"write the identifier, {meant}" if meant else "write it as prefix:name"

    def issue(self, key: str, where: Where, *, focus: str | None = None) -> bool:
        """Note that an id is used; report one that was used or retired before, and tell whether it is free."""
        first = self.issued.setdefault(key, where)
        if first != where:
            self.report(
                "id.duplicate",
                f"the id {key} is used twice, first at {first}",
                where,
                focus=focus,
                value=key,
                fix="give this one the next free id: exportin new-fact issues it",
            )
            return False
        if focus in self.retired:
            self.report(
                "id.retired",
                f"the id {key} was retired at {self.retired[focus]} and is never used again",
                where,
                focus=focus,
                value=key,
                fix="give this one the next free id",
            )
            return False
        return True

    def text(self, path: Path) -> str:
        """Give the text of a file of the dataset; one that cannot be read is a finding and counts as empty."""
        try:
            return read_text(path, self.file(path))
        except DatasetUnreadable as error:
            self.report(error.reason, error.message, error.where or Where(self.file(path)), fix=error.fix)
            return ""

    def load(self, path: Path) -> Node:
        """Parse a YAML file of the dataset; what is wrong in its syntax becomes findings."""
        node, findings = parse(self.text(path), self.file(path))
        self.findings.extend(findings)
        return node

    def file(self, path: Path) -> str:
        """Give the path of a file as it is shown: relative to the dataset."""
        return path.relative_to(self.root).as_posix()

    def tables(self) -> Mapping[str, Table]:
        """Give the tables as they are now."""
        return MappingProxyType({name: Table(name, COLUMNS[name], rows) for name, rows in self.cells.items()})
