"""The layout of the sheets for spreadsheet programs: which table is which sheet, and what is folded into its rows."""

import re
from dataclasses import dataclass

from publisher.dataset.tables import COLUMNS

BETWEEN = " | "
FORMULA = ("=", "+", "-", "@", "'", "\t", "\r")
# Stands where a datatype stands for a text that has neither datatype nor language, as a mention.
TEXT = "text"
PREFIXES = ("prefix", "namespace")
PLACE = ("file", "line")
SHORT = re.compile(r"(?:0|[1-9][0-9]{0,14})\Z")
TERM = re.compile(r'"(?:[^"\\]|\\.)*"(?:@[A-Za-z0-9-]+|\^\^[^\s|]+)?|[^\s|"]\S*', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Many:
    """Rows of another table, folded into the row they belong to: into one column, or a column for each ``names``."""

    table: str
    key: str
    names: tuple[str, ...] = ()
    column: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: the table whose rows it holds, the key of those rows, and what is folded into them.

    ``read`` are the columns whose labels are shown beside; ``of`` is the column that names a row of another sheet.
    """

    name: str
    key: str
    folded: tuple[Many, ...] = ()
    read: tuple[str, ...] = ()
    of: tuple[str, str] | None = None


SHEETS = (
    Sheet(
        "facts",
        "iri",
        (
            Many("fact_types", "fact", column="type"),
            Many("about", "fact", column="entity"),
            Many("mentions", "fact", ("role", "property")),
            Many("qualifiers", "fact", ("property",)),
        ),
        ("subject", "predicate", "object"),
    ),
    Sheet(
        "parts",
        "part",
        (Many("part_types", "part", column="type"), Many("part_values", "part", ("property",))),
        of=("fact", "facts"),
    ),
    Sheet(
        "evidence",
        "iri",
        (Many("citations", "evidence", column="reference"), Many("evidence_values", "evidence", ("property",))),
        of=("fact", "facts"),
    ),
    Sheet("passages", "evidence", of=("evidence", "evidence")),
    Sheet(
        "entities",
        "iri",
        (Many("entity_types", "entity", column="type"), Many("entity_values", "entity", ("property",))),
    ),
    Sheet("documents", "iri", (Many("document_values", "document", ("property",)),)),
    Sheet("references", "iri", (Many("reference_values", "reference", ("property",)),)),
)
# The columns of those tables that hold IRIs.
_IRIS = frozenset(
    {
        *("iri", "type", "subject", "predicate", "object", "direct_object", "certainty", "curator", "fact", "link"),
        *("part", "code", "evidence", "target", "position"),
    }
)
_IRI_BY_TABLE = frozenset((table, "document") for table in ("evidence", "passages", "references"))


def tables(sheet: Sheet) -> tuple[str, ...]:
    """Give the names of the tables that a sheet holds, its own first."""
    return (sheet.name, *(many.table for many in sheet.folded))


def columns(table: str) -> tuple[str, ...]:
    """Give the columns of a table that are told in its sheet: all but the place it was read from."""
    return tuple(column for column in COLUMNS[table] if column not in PLACE)


def is_iri(table: str, column: str) -> bool:
    """Tell whether a column of a table holds IRIs."""
    return column in _IRIS or (table, column) in _IRI_BY_TABLE
