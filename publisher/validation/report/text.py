"""A report for a terminal, as a good compiler writes it: code, place, the line with a caret, what to do next."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from publisher.errors import Finding, Severity
from publisher.validation.report.lines import SourceLines

_WORDS = {Severity.VIOLATION: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_COLOURS = {Severity.VIOLATION: "31", Severity.WARNING: "33", Severity.INFO: "36"}
_WIDEST = 160
_BEFORE = 40
_ALIKE = 3


def text(findings: Sequence[Finding], counts: Mapping[str, int], *, lines: SourceLines, colour: bool) -> str:
    """Write every finding with the line that it is about, and the counts at the end.

    Of many that say the same, as where a whole table is wrong, the first are shown and the others counted.
    """
    alike = Counter((finding.code, finding.message) for finding in findings)
    shown: Counter[tuple[str, str]] = Counter()
    blocks = []
    for finding in findings:
        kind = (finding.code, finding.message)
        shown[kind] += 1
        more = alike[kind] - _ALIKE
        if shown[kind] <= _ALIKE:
            last = shown[kind] == _ALIKE and more > 0
            note = [f"   = and {more} more like this one; --format json tells them all"] if last else []
            blocks.append("\n".join([*_block(finding, lines, colour=colour), *note]))
    return "\n\n".join([*blocks, summary(counts)]) + "\n"


def summary(counts: Mapping[str, int]) -> str:
    """Give the counts in one line for a person."""
    told = [f"{count} {name}{'s' if count != 1 and name != 'info' else ''}" for name, count in counts.items() if count]
    return ", ".join(told) if told else "no findings"


def _block(finding: Finding, lines: SourceLines, *, colour: bool) -> Iterator[str]:
    def painted(words: str, code: str) -> str:
        return f"\x1b[{code}m{words}\x1b[0m" if colour else words

    head = painted(f"{_WORDS[finding.severity]}[{finding.code}]", f"1;{_COLOURS[finding.severity]}")
    yield f"{head}: {painted(finding.message, '1') if colour else finding.message}"
    where = finding.where
    margin = " " * len(str(where.line)) if where and where.line else " "
    if where:
        yield f"{margin}{painted('-->', '34')} {where}"
        source = lines.at(where)
        if source is not None:
            shown, caret = _window(source, *lines.span(finding))
            yield f"{margin} {painted('|', '34')}"
            yield f"{painted(f'{where.line} |', '34')} {shown}".rstrip()
            yield f"{margin} {painted('|', '34')} {painted(caret, _COLOURS[finding.severity])}"
    for name, value in (("about", finding.focus), ("property", finding.path), ("found", finding.value)):
        if value is not None:
            yield f"{margin} = {name}: {_cut(value)}"
    if finding.fix:
        yield f"{margin} = {painted('help', '32')}: {finding.fix}"


def _window(source: str, start: int, end: int) -> tuple[str, str]:
    """Give a line and the carets below it, both cut to what a terminal holds around the carets.

    A tab is shown as an arrow one column wide, so that the carets stand below what they mean.
    """
    first = 0 if len(source) <= _WIDEST or end <= _WIDEST - 1 else max(0, start - _BEFORE)
    last = min(len(source), first + _WIDEST)
    shown = source[first:last].replace("\t", "→")
    shown = ("…" + shown[1:] if first else shown) + ("…" if last < len(source) else "")
    return shown, " " * (start - first) + "^" * max(1, min(end, last) - start)


def _cut(value: str) -> str:
    return value if len(value) <= _WIDEST else value[: _WIDEST - 1] + "…"
