"""What a curator most likely did where a YAML file does not parse: the place of the slip, and how to mend it.

A parser stops where it can go no further, which is often a line or a whole file below the slip: an open bracket is told
at its end, a missing blank on the next line. Here the place is the one to mend, in the words of someone who edits.
"""

import re
from collections.abc import Sequence

from ruamel.yaml.error import MarkedYAMLError

from publisher.errors import Finding, Where

_ANYWHERE = "mend the indentation, quote or bracket at that place or just above it"
_PAIRS = {"{": "}", "[": "]"}
# The ends of lines (YAML 1.2.2, section 5.4).
_BREAK = re.compile(r"\r\n|[\n\r]")
_KEY_WITHOUT_BLANK = re.compile(r"\s*(?:- )?[\w.-]+:(?=[^\s/])")

# The message, the next step, and the place as line and column from 0.
_Slip = tuple[str, str, int, int]


def syntax_finding(error: MarkedYAMLError, text: str, file: str) -> Finding:
    """Give the finding ``yaml.syntax`` for a failure of the parser on the text of a file."""
    lines = _BREAK.split(text)
    for rule in (_bad_start, _open, _no_colon, _second_colon, _after_value, _escape):
        slip = rule(error, lines)
        if slip is not None:
            message, fix, line, column = slip
            return Finding("yaml.syntax", message, Where(file, line + 1, column + 1), fix=fix)
    mark = error.problem_mark or error.context_mark
    where = Where(file, mark.line + 1, mark.column + 1) if mark else Where(file)
    return Finding("yaml.syntax", f"this is not valid YAML: {error.problem or error.context}", where, fix=_ANYWHERE)


def _bad_start(error: MarkedYAMLError, lines: Sequence[str]) -> _Slip | None:
    if "cannot start any token" not in (error.problem or ""):
        return None
    mark = error.problem_mark
    found = lines[mark.line][mark.column]
    if found == "\t":
        return "a tab stands where YAML wants blanks", "replace the tab by blanks, two a step", mark.line, mark.column
    return f"a value cannot begin with {found}", 'put the value in quotes: "…"', mark.line, mark.column


def _open(error: MarkedYAMLError, lines: Sequence[str]) -> _Slip | None:
    opened, mark, context = error.context_mark, error.problem_mark, error.context or ""
    if "quoted scalar" in context and "end of stream" in (error.problem or ""):
        quote = lines[opened.line][opened.column]
        return "the quote that opens here is never closed", f"close it with {quote}", opened.line, opened.column
    if "flow" not in context:
        return None
    line, column = _bracket(lines, opened.line, opened.column)
    bracket = lines[line][column : column + 1]
    if bracket not in _PAIRS:
        return None
    if mark.line > line or "<stream end>" in (error.problem or ""):
        message = f"the {bracket} that opens here is not closed"
        return message, f"close it with {_PAIRS[bracket]} where the list of values ends", line, column
    return (
        f"here a comma or {_PAIRS[bracket]} is wanted: a quote before it is missing, or one is too many",
        "give each text a quote at both ends, and a comma between two values",
        *(mark.line, mark.column),
    )


def _bracket(lines: Sequence[str], line: int, column: int) -> tuple[int, int]:
    """Give the last bracket that opens at a place or before it: where a value is missing the parser is behind it."""
    before = "\n".join([*lines[:line], lines[line][: column + 1]])
    at = max(before.rfind(bracket) for bracket in _PAIRS)
    return before.count("\n", 0, max(at, 0)), at - (before.rfind("\n", 0, max(at, 0)) + 1)


def _no_colon(error: MarkedYAMLError, _lines: Sequence[str]) -> _Slip | None:
    if "could not find expected ':'" not in (error.problem or ""):
        return None
    at = error.context_mark or error.problem_mark
    return "this line has no colon behind its key", "write it as key: value", at.line, at.column


def _second_colon(error: MarkedYAMLError, lines: Sequence[str]) -> _Slip | None:
    if "mapping values are not allowed" not in (error.problem or ""):
        return None
    line, column = error.problem_mark.line, error.problem_mark.column
    above = next((number for number in range(line - 1, -1, -1) if lines[number].strip()), line)
    glued = _KEY_WITHOUT_BLANK.match(lines[above])
    if above != line and glued:
        return "a blank is missing behind this colon", "write it as key: value", above, glued.end() - 1
    if ": " in lines[line][:column]:
        return "this value has a colon of its own", 'put the whole value in quotes: "…"', line, column
    return _indented(lines, line, above)


def _indented(lines: Sequence[str], line: int, above: int) -> _Slip:
    seen, wanted = _indent(lines[line]), _indent(lines[above])
    message = f"this line begins after {_blanks(seen)}, the one above after {_blanks(wanted)}"
    return message, f"begin it after {_blanks(wanted)}, if it belongs to the same record", line, seen


def _blanks(count: int) -> str:
    return f"{count} blank{'s' if count != 1 else ''}"


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" -"))


def _after_value(error: MarkedYAMLError, lines: Sequence[str]) -> _Slip | None:
    if "expected <block end>" not in (error.problem or ""):
        return None
    line, column = error.problem_mark.line, error.problem_mark.column
    before = lines[line][:column].rstrip()
    if before.endswith(('"', "'")):
        return "the text goes on behind its closing quote", "put the quotes around the whole value", line, column
    if before and not before.endswith("-"):
        return f"{lines[line][column]} stands here without its partner", "remove it, or quote the value", line, column
    if re.match(r"\s*-[^\s-]", lines[line]):
        return "a blank is missing behind this dash", "write it as - key: value", line, column
    above = next((number for number in range(line - 1, -1, -1) if lines[number].strip()), line)
    return _indented(lines, line, above)


def _escape(error: MarkedYAMLError, lines: Sequence[str]) -> _Slip | None:
    if "unknown escape" not in (error.problem or ""):
        return None
    mark = error.problem_mark
    column = mark.column - 1
    shown = lines[mark.line][column : column + 2]
    return f"{shown} means nothing inside double quotes", "write two backslashes, or single quotes", mark.line, column
