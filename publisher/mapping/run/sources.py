"""What a mapping may read: tables in memory, files below a root, a database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


class Rows(Protocol):
    """A table in memory: a name, column names, and rows of texts or None."""

    @property
    def name(self) -> str:
        """Give the name under which queries know the table."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Give the names of the columns."""

    @property
    def rows(self) -> list[tuple[str | None, ...]]:
        """Give the rows, each as long as the columns."""


@dataclass(frozen=True, slots=True)
class Table:
    """A few rows that are written down by hand."""

    name: str
    columns: tuple[str, ...]
    rows: list[tuple[str | None, ...]]


@dataclass(frozen=True, slots=True)
class Sources:
    """Where logical sources are looked up: tables by name, then files below ``root``, then a database."""

    tables: Mapping[str, Rows] = field(default_factory=dict)
    root: Path | None = None
    database: str | None = None
