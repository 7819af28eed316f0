"""Files of rows as queries, and their lines as people count them."""

import csv
import json
from contextlib import suppress
from itertools import islice
from pathlib import Path

from publisher.errors import MappingFailed
from publisher.mapping.plan.quoting import literal
from publisher.mapping.rml.references import Malformed, parse_json_path
from publisher.mapping.rml.values import FileSource, TriplesMap

_LONGEST_LINE = 1 << 20
_LARGEST_JSON = 256 << 20


def line_of(value: str, path: Path, source: FileSource) -> int | None:
    """Find the first line of a CSV file that has a cell with this text."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as stream, suppress(csv.Error):
        reader = csv.reader(stream, delimiter=_delimiter(source), quotechar=source.quote)
        return next((reader.line_num for cells in reader if value in cells), None)
    return None


def broken_json(path: Path, source: FileSource) -> int | None:
    """Find the line on which a file stops to be JSON, as far as it can be read into memory."""
    if path.stat().st_size > _LARGEST_JSON:
        return None
    text = path.read_text(encoding="utf-8", errors="replace")
    for number, value in enumerate(text.splitlines() if _in_lines(source) else [text]):
        try:
            json.loads(value or "null")
        except json.JSONDecodeError as error:
            return number + error.lineno
    return None


def _in_lines(source: FileSource) -> bool:
    return Path(source.path).suffix.lower() in (".jsonl", ".ndjson")


def json_query(path: Path, iterator: str | None, source: FileSource, each: TriplesMap) -> str:
    """Give the query of the values of a JSON file; raise MappingFailed for an iterator that is no path."""
    lines = _in_lines(source)
    default = "$" if lines else "$[*]"
    try:
        steps = parse_json_path(iterator or default)
    except Malformed as error:
        raise MappingFailed(
            f"triples map {each.name}: {error}", where=each.where, fix="mend rml:iterator", code="mapping.path"
        ) from None
    size = max(path.stat().st_size * 2, 16_777_216)
    layout = "newline_delimited" if lines else "array" if steps.path == "$[*]" else "unstructured"
    objects = f"read_json_objects({literal(str(path))}, format = '{layout}', maximum_object_size = {size})"
    if layout == "array":
        return f'SELECT json AS "row" FROM {objects}'
    taken = f"json_extract(json, {literal(steps.path)})"
    return f'SELECT {f"unnest({taken})" if steps.many else taken} AS "row" FROM {objects}'


def csv_query(path: Path, source: FileSource, names: list[str]) -> str:
    """Give the query of the rows of a CSV file whose header has these names."""
    options = {
        "header": "true" if source.header else "false",
        "all_varchar": "true",
        "delim": literal(_delimiter(source)),
        "quote": literal(source.quote),
        "escape": literal(source.quote),
        "allow_quoted_nulls": "true" if source.nulls else "false",
        "nullstr": f"[{', '.join(literal(null) for null in source.nulls or _no_nulls(source))}]",
        "skip": str(source.skip),
    }
    if names and all(names) and len({name.casefold() for name in names}) == len(names):
        # Read without guessing, so that a broken line is reported by its number; DuckDB can tell other names apart.
        named = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
        options |= {"columns": f"{{{named}}}", "auto_detect": "false"}
        del options["all_varchar"]
    if source.comment:
        options["comment"] = literal(source.comment)
    listed = ", ".join(f"{name} = {value}" for name, value in options.items())
    columns = "trim(COLUMNS(*))" if source.trim else "*"
    return f"SELECT {columns} FROM read_csv({literal(str(path))}, {listed})"


def _delimiter(source: FileSource) -> str:
    return source.delimiter or ("\t" if Path(source.path).suffix.lower() in (".tsv", ".tab") else ",")


def header(path: Path, source: FileSource) -> list[str]:
    """Give the column names of a CSV file as they are written."""
    with path.open("rb") as stream:
        lines = (line.decode("utf-8-sig") for line in iter(lambda: stream.readline(_LONGEST_LINE), b""))
        return next(
            csv.reader(islice(lines, source.skip, None), delimiter=_delimiter(source), quotechar=source.quote), []
        )


def _no_nulls(source: FileSource) -> tuple[str, ...]:
    return ("\x00",) if source.keep_empty else ("",)
