"""A report for a terminal, as a good compiler writes it: code, place, the line with a caret, what to do next."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from publisher.errors import Finding, Severity, Where

_WORDS = {Severity.VIOLATION: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_COLOURS = {Severity.VIOLATION: "31", Severity.WARNING: "33", Severity.INFO: "36"}
_WIDEST = 160


def text(findings: Sequence[Finding], counts: Mapping[str, int], *, root: Path | None, colour: bool) -> str:
    """Write every finding with the line that it is about, and the counts at the end."""
    lines = _Lines(root)
    blocks = ["\n".join(_block(finding, lines, colour=colour)) for finding in findings]
    return "\n\n".join([*blocks, summary(counts)]) + "\n"


def summary(counts: Mapping[str, int]) -> str:
    """Give the counts in one line for a person."""
    told = [f"{count} {name}{'s' if count != 1 and name != 'info' else ''}" for name, count in counts.items() if count]
    return ", ".join(told) if told else "no findings"


class _Lines:
    """The lines of the files that findings name, each file read once."""

    def __init__(self, root: Path | None):
        self._root = root
        self._files: dict[str, list[str]] = {}

    def at(self, where: Where) -> str | None:
        """Give a line without its end; None where the file or the line is not there."""
        if where.file not in self._files:
            self._files[where.file] = self._read(where.file)
        lines = self._files[where.file]
        return lines[where.line - 1] if 0 < where.line <= len(lines) else None

    def _read(self, name: str) -> list[str]:
        path = self._root / name if self._root else Path(name)
        return path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []


def _block(finding: Finding, lines: _Lines, *, colour: bool) -> Iterator[str]:
    def painted(words: str, code: str) -> str:
        return f"\x1b[{code}m{words}\x1b[0m" if colour else words

    head = painted(f"{_WORDS[finding.severity]}[{finding.code}]", f"1;{_COLOURS[finding.severity]}")
    yield f"{head}: {painted(finding.message, '1') if colour else finding.message}"
    margin = " " * len(str(finding.where.line)) if finding.where and finding.where.line else " "
    if finding.where:
        yield f"{margin}{painted('-->', '34')} {finding.where}"
        source = lines.at(finding.where)
        if source is not None:
            yield f"{margin} {painted('|', '34')}"
            yield f"{painted(f'{finding.where.line} |', '34')} {_shown(source)}"
            yield f"{margin} {painted('|', '34')} {painted(_caret(finding, source), _COLOURS[finding.severity])}"
    for name, value in (("about", finding.focus), ("property", finding.path), ("found", finding.value)):
        if value is not None:
            yield f"{margin} = {name}: {_shown(value)}"
    if finding.fix:
        yield f"{margin} = {painted('help', '32')}: {finding.fix}"


def _caret(finding: Finding, source: str) -> str:
    value, where = finding.value or "", finding.where
    match = re.search(rf"(?<!\w){re.escape(value)}(?!\w)", source) if value else None
    if match:
        return " " * match.start() + "^" * len(value)
    column = where.column if where else 0
    start = column - 1 if 0 < column <= len(source) else len(source) - len(source.lstrip())
    word = source[start:].split(" ", 1)[0].rstrip(",") or "^"
    return " " * start + "^" * min(len(word), _WIDEST)


def _shown(line: str) -> str:
    return line if len(line) <= _WIDEST else line[: _WIDEST - 1] + "…"
