"""The lines of the files that findings name, and which part of its line each finding means.

A reader that knows the column says it; where only the line is known, the value that was seen is looked for in it.
"""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from publisher.errors import Finding, Where
from publisher.rdf.prefixes import Prefixes


@dataclass(frozen=True, slots=True)
class SourceLines:
    """Lines by file, each file read once; ``root`` is the folder that the names of files are relative to.

    A value that is an IRI may stand in its line by a prefix of ``prefixes``.
    """

    root: Path | None = None
    prefixes: Prefixes | None = None
    _files: dict[str, list[str]] = field(default_factory=dict)

    def at(self, where: Where) -> str | None:
        """Give a line without its end; None where the file or the line is not there."""
        if where.file not in self._files:
            self._files[where.file] = self._read(where.file)
        lines = self._files[where.file]
        return lines[where.line - 1] if 0 < where.line <= len(lines) else None

    def placed(self, finding: Finding) -> Finding:
        """Give a finding with the column of its value, where the line is known and the column is not."""
        where = finding.where
        if where is None or where.column or not finding.value:
            return finding
        found = self._find(finding, 0)
        return finding if found is None else replace(finding, where=replace(where, column=found[0] + 1))

    def span(self, finding: Finding) -> tuple[int, int]:
        """Give the part of its line that a finding means, from 0, end excluded: the value, a word, or the whole."""
        where = finding.where
        source = (self.at(where) if where else None) or ""
        column = where.column - 1 if where and 0 < where.column <= len(source) else 0
        found = self._find(finding, column)
        if found is not None:
            return found
        start = column if where and where.column else len(source) - len(source.lstrip())
        word = re.match(r":?[\w./#-]+(?::[\w./#-]+)*|\S", source[start:])
        return start, start + (word.end() if word else 1)

    def _find(self, finding: Finding, start: int) -> tuple[int, int] | None:
        source = (self.at(finding.where) if finding.where else None) or ""
        for form in (finding.value, self.prefixes.compress(finding.value or "") if self.prefixes else None):
            match = re.compile(rf"(?<!\w){re.escape(form)}(?!\w)").search(source, start) if form else None
            if match:
                return match.span()
        return None

    def _read(self, name: str) -> list[str]:
        path = self.root / name if self.root else Path(name)
        return path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []
