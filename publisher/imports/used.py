"""Which outside IRIs a dataset uses: found in the text of its files, so that one with mistakes has an answer too.

Every CURIE with a known prefix and every whole IRI counts, wherever it stands, comments left out. Prefixes are those
that the file itself declares, then those of ``dataset.toml``, then those of ``ontology/sources.toml``.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from publisher.errors import ImportFailed, Where
from publisher.rdf.prefixes import Prefixes

_PATTERNS = (
    "dataset.toml", "seeds/*.yaml", "seeds/facts/*.yaml", "mappings/*.sssom.tsv", "mappings/*.ttl",
    "ontology/*.ttl", "shapes/*.ttl", "queries/*.rq", "queries/*.ttl",
)  # fmt: skip
_PREFIX = re.compile(
    r"^[ \t#]*(?:@?prefix[ \t]+)?([A-Za-z][\w.\-]*)[ \t]*:[ \t]*<?(https?://[^\s<>\"']+)>?", re.I | re.M
)
_COMMENT = re.compile(r"(?:^|(?<=\s))#[^\n]*", re.MULTILINE)
_CURIE = re.compile(r"(?<![\w:/.\-])([A-Za-z][\w.\-]*):([\w](?:[\w.\-]*\w)?)")
_IRI = re.compile(r"https?://[^\s<>\"'{}|\\^`\[\]()*]++(?![{\[(*\\])")  # neither templates nor patterns of IRIs
_ENDS = ".,;:)]"
_ALIASES = re.compile(r"^\[aliases\].*?(?=^\[|\Z)", re.MULTILINE | re.DOTALL)  # beginnings of IRIs, no terms


def used_iris(root: Path, fallback: Mapping[str, str] | None = None) -> frozenset[str]:
    """Give every IRI that a dataset's files write, as CURIE or in full; ``fallback`` adds prefixes."""
    table = {**(fallback or {}), **manifest_prefixes(root)}
    found: set[str] = set()
    for pattern in _PATTERNS:
        for path in sorted(root.glob(pattern)):
            text = _ALIASES.sub("", _text(path)) if path.name == "dataset.toml" else _text(path)
            found.update(iris_in(text, table, rows=path.name.endswith(".tsv")))
    return frozenset(found - set(table.values()))


def iris_in(text: str, table: Mapping[str, str], *, rows: bool = False) -> Iterator[str]:
    """Give the IRIs that a text writes; ``rows`` reads a table with SSSOM's columns, its identifiers only."""
    prefixes = Prefixes({**table, **dict(_PREFIX.findall(text))})
    body = _COMMENT.sub("", text)
    if rows:
        body = _identifiers(body)
    for iri in _IRI.findall(body):
        yield iri.rstrip(_ENDS)
    for prefix, local in _CURIE.findall(_IRI.sub(" ", body)):
        if prefix in prefixes:
            yield prefixes[prefix] + local


def _identifiers(text: str) -> str:
    """Keep the cells of the columns whose names end in ``_id``: a comment may name what was not chosen."""
    header, *lines = [line for line in text.split("\n") if line.strip()] or [""]
    kept = [at for at, name in enumerate(header.split("\t")) if name.endswith("_id")]
    rows = (line.split("\t") for line in lines)
    return "\n".join(" ".join(cells[at] for at in kept if at < len(cells)) for cells in rows)


def manifest_prefixes(root: Path) -> dict[str, str]:
    """Give the prefixes of ``dataset.toml``, or none where it cannot be read: the build reports that."""
    try:
        prefixes = tomllib.loads((root / "dataset.toml").read_text(encoding="utf-8")).get("prefixes", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return {}
    return {name: value for name, value in prefixes.items() if isinstance(value, str)}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise ImportFailed(f"cannot read this file: {error.strerror}", where=Where(str(path))) from None
