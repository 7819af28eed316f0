"""SSSOM in and out, and suggestions for names that have no mapping yet.

Written canonically: metadata in the order of the specification, prefixes and rows sorted, empty columns left out, so
that a change of one mapping is one changed line. A suggestion is never written: a person accepts it.
See the Simple Standard for Sharing Ontological Mappings (SSSOM) 1.1, "TSV serialisation".
"""

import csv
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from publisher.dataset import Dataset
from publisher.errors import Finding, ImportFailed, Severity, Where
from publisher.imports.find import Match, find_each

_METADATA = (
    "sssom_version", "curie_map", "mapping_set_id", "mapping_set_version", "mapping_set_title",
    "mapping_set_description", "mapping_set_confidence", "creator_id", "creator_label", "license", "subject_type",
    "subject_source", "subject_source_version", "object_type", "object_source", "object_source_version",
    "predicate_type", "mapping_provider", "cardinality_scope", "mapping_tool", "mapping_tool_id",
    "mapping_tool_version", "mapping_date", "publication_date", "subject_match_field", "object_match_field",
    "subject_preprocessing", "object_preprocessing", "similarity_measure", "see_also", "issue_tracker", "other",
    "comment",
)  # fmt: skip
_COLUMNS = (
    "record_id", "subject_id", "subject_label", "subject_category", "predicate_id", "predicate_label",
    "predicate_modifier", "object_id", "object_label", "object_category", "mapping_justification", "author_id",
    "author_label", "reviewer_id", "reviewer_label", "creator_id", "creator_label", "license", "subject_type",
    "subject_source", "subject_source_version", "object_type", "object_source", "object_source_version",
    "predicate_type", "mapping_provider", "mapping_source", "mapping_cardinality", "cardinality_scope",
    "mapping_tool", "mapping_tool_id", "mapping_tool_version", "mapping_date", "publication_date", "review_date",
    "confidence", "reviewer_agreement", "curation_rule", "curation_rule_text", "subject_match_field",
    "object_match_field", "match_string", "subject_preprocessing", "object_preprocessing", "similarity_score",
    "similarity_measure", "see_also", "issue_tracker_item", "other", "comment",
)  # fmt: skip
_PROPAGATED = (
    "subject_type", "subject_source", "subject_source_version", "object_type", "object_source",
    "object_source_version", "predicate_type", "mapping_provider", "cardinality_scope", "mapping_tool",
    "mapping_tool_id", "mapping_tool_version", "mapping_date", "subject_match_field", "object_match_field",
    "subject_preprocessing", "object_preprocessing", "similarity_measure",
)  # fmt: skip
_PLAIN = re.compile(r"^[^\s\W](?:[^#\n]*\S)?$")
_ORDER = ("subject_id", "subject_label", "predicate_id", "object_id", "mapping_justification", "record_id")


@dataclass(frozen=True, slots=True)
class MappingSet:
    """A set of mappings: its metadata, and its rows as text by column."""

    metadata: Mapping[str, Any]
    rows: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A name without a mapping and the terms that it may mean, best first."""

    words: str
    matches: tuple[Match, ...]

    def __str__(self) -> str:
        """Say the name, and each term in a line below it."""
        lines = [f"  {each}" for each in self.matches]
        return "\n".join([self.words, *(lines or ["  nothing is called so, or nearly so"])])


def read_sssom(path: Path) -> MappingSet:
    """Read an SSSOM/TSV file; raise ImportFailed with the line where it is not one."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ImportFailed(f"cannot read the mappings: {error}", where=Where(str(path))) from None
    head = [line[1:] for line in lines if line.startswith("#")]
    body = [line for line in lines if line.strip() and not line.startswith("#")]
    try:
        metadata = YAML(typ="safe", pure=True).load("\n".join(head)) or {}
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ImportFailed(
            f"the metadata is not valid YAML: {getattr(error, 'problem', None) or error}",
            where=Where(str(path), mark.line + 1 if mark else 0),
            fix="mend the lines that begin with #",
        ) from None
    rows = list(csv.reader(body, delimiter="\t", quoting=csv.QUOTE_NONE))
    header = rows[0] if rows else []
    for name in header:
        if name not in _COLUMNS:
            raise ImportFailed(
                f"{name!r} is no column of SSSOM 1.1", where=Where(str(path), len(head) + 1), fix="mend the column"
            )
    for number, cells in enumerate(rows[1:], start=len(head) + 2):
        if len(cells) > len(header):
            raise ImportFailed(
                f"the row has {len(cells)} cells, the header {len(header)}",
                where=Where(str(path), number),
                fix="a tab too much, or a column too few",
            )
    kept = tuple({name: cell for name, cell in zip(header, cells, strict=False) if cell} for cells in rows[1:])
    return MappingSet(metadata, kept)


def sssom_text(mappings: MappingSet) -> str:
    """Give the canonical SSSOM/TSV document of a set of mappings; the same set gives the same bytes."""
    rows = sorted(mappings.rows, key=lambda row: tuple(row.get(name, "") for name in _ORDER))
    used = [name for name in _COLUMNS if any(row.get(name) for row in rows)]
    lines = [f"#{line}" for line in _header(mappings.metadata)]
    lines.append("\t".join(used))
    lines.extend("\t".join(_cell(row.get(name, "")) for name in used) for row in rows)
    return "\n".join(lines) + "\n"


def write_sssom(path: Path, mappings: MappingSet) -> None:
    """Write a set of mappings canonically and whole; raise ImportFailed where the file cannot be written."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        temporary.write_text(sssom_text(mappings), encoding="utf-8", newline="\n")
        temporary.replace(path)
    except OSError as error:
        raise ImportFailed(f"cannot write the mappings: {error.strerror}", where=Where(str(path))) from None
    finally:
        temporary.unlink(missing_ok=True)


def format_mappings(root: Path, *, write: bool) -> tuple[Path, ...]:
    """Give the SSSOM files of a dataset that are not in canonical form; ``write`` puts them in it.

    Raises ImportFailed where a file is no SSSOM/TSV; then that file and those after it are untouched.
    """
    changed = []
    for path in sorted((root / "mappings").glob("*.sssom.tsv")):
        mappings = read_sssom(path)
        if sssom_text(mappings) != path.read_text(encoding="utf-8"):
            changed.append(path)
            if write:
                write_sssom(path, mappings)
    return tuple(changed)


def unformatted(root: Path) -> Iterator[Finding]:
    """Give a finding for each SSSOM file of a dataset that is not in canonical form, or is no SSSOM/TSV at all."""
    for path in sorted((root / "mappings").glob("*.sssom.tsv")):
        name = path.relative_to(root).as_posix()
        try:
            wanted, seen = sssom_text(read_sssom(path)).split("\n"), path.read_text(encoding="utf-8").split("\n")
        except ImportFailed as error:
            line = error.where.line if error.where else 0
            yield Finding("alignment.wrong-row", error.message, Where(name, line), fix=error.fix)
            continue
        differs = (number for number, (old, new) in enumerate(zip(seen, wanted, strict=False), start=1) if old != new)
        if seen != wanted:
            line = next(differs, min(len(seen), len(wanted)))
            message = "this mapping set is not in its canonical form"
            fix = "run `exportin align --write`"
            yield Finding("format.changed", message, Where(name, line, 1), Severity.WARNING, fix=fix)


def unmapped(dataset: Dataset) -> tuple[str, ...]:
    """Give the names that no mapping grounds: surface forms of facts, and labels of the dataset's own entities."""
    rows = _rows(dataset, "alignments")
    grounded = {row["subject_label"] for row in rows if row["subject"] is None}
    aligned = {row["subject"] for row in rows}
    mentions = {row["text"] for row in _rows(dataset, "mentions")} - grounded
    own = {row["label"] for row in _rows(dataset, "entities") if row["minted"] == "true" and row["iri"] not in aligned}
    return tuple(sorted(each for each in mentions | own if each))


def suggest(
    root: Path,
    source_dir: Path,
    words: Iterable[str],
    *,
    sources: Iterable[str] | None = None,
    least: float = 0.5,
    limit: int = 5,
) -> tuple[Suggestion, ...]:
    """Give, for each name, the terms that it may mean and whose score is high enough; names without one too."""
    found = find_each(root, source_dir, words, sources=sources, limit=limit)
    return tuple(
        Suggestion(each, tuple(match for match in matches if match.score >= least)) for each, matches in found.items()
    )


def _header(metadata: Mapping[str, Any]) -> Iterator[str]:
    known = [name for name in _METADATA if name in metadata]
    for name in [*known, *sorted(set(metadata) - set(known))]:
        value = metadata[name]
        if isinstance(value, Mapping):
            yield f"{name}:"
            yield from (f"  {key}: {_scalar(value[key])}" for key in sorted(value))
        elif isinstance(value, list):
            yield f"{name}:"
            yield from (f"- {_scalar(item)}" for item in value)
        else:
            yield f"{name}: {_scalar(value)}"


def _scalar(value: object) -> str:
    """Write a value as YAML reads it back: plain where it stays the same text, else in double quotes."""
    if not isinstance(value, str):
        return str(value)
    return value if _PLAIN.match(value) and _reads_as_text(value) else json.dumps(value, ensure_ascii=False)


def _reads_as_text(value: str) -> bool:
    try:
        return bool(YAML(typ="safe", pure=True).load(value) == value)
    except YAMLError:
        return False


def _rows(dataset: Dataset, name: str) -> list[dict[str, str | None]]:
    table = dataset.tables[name]
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def _cell(text: str) -> str:
    return " ".join(text.split())


def merge_sssom(sets: Iterable[MappingSet], *, metadata: Mapping[str, str]) -> MappingSet:
    """Give one set of several: every row, with what its own set's head says of all its rows, and one table of prefixes.

    See SSSOM 1.1, propagation of mapping set slots. ``metadata`` is the head of the new set.
    """
    prefixes: dict[str, str] = {}
    rows: list[Mapping[str, str]] = []
    for each in sets:
        prefixes.update(each.metadata.get("curie_map", {}))
        shared = {name: str(each.metadata[name]) for name in _PROPAGATED if name in each.metadata}
        rows.extend({**shared, **{name: cell for name, cell in row.items() if cell}} for row in each.rows)
    return MappingSet({**metadata, "curie_map": prefixes}, tuple(rows))
