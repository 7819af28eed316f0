r"""References: templates and JSONPath, the two small languages inside a mapping document, and names that are not there.

Templates as R2RML section 7.3 and RML-Core define them: ``{name}`` is a reference, ``\{``, ``\}`` and ``\\`` stand
for themselves. JSONPath (RFC 9535) is read as far as names, indexes and wildcards go; filters, slices and descendants
are refused by name.
"""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from publisher.mapping.rml.values import Reference, Template


class Malformed(ValueError):
    """A template or a path that is not written as its language wants."""


def parse_template(text: str) -> Template:
    """Give the parts of a template; raise Malformed for an unmatched brace or a wrong escape.

    >>> parse_template("http://example.org/{id}").parts
    ('http://example.org/', Reference(name='id'))
    """
    parts: list[str | Reference] = []
    buffer: list[str] = []
    inside = False
    letters = iter(text)
    for letter in letters:
        if letter == "\\":
            escaped = next(letters, "")
            if escaped not in ("{", "}", "\\"):
                raise Malformed(
                    f"the template {text!r} escapes {escaped!r}: only braces and backslashes may be escaped"
                )
            buffer.append(escaped)
        elif letter in "{}":
            if (letter == "{") is inside:
                raise Malformed(f"the template {text!r} has a {letter!r} without its partner")
            if inside and not buffer:
                raise Malformed(f"the template {text!r} has an empty reference")
            _close(parts, "".join(buffer), inside=inside)
            buffer, inside = [], not inside
        else:
            buffer.append(letter)
    if inside:
        raise Malformed(f"the template {text!r} has a '{{' without its partner")
    _close(parts, "".join(buffer), inside=False)
    return Template(tuple(parts))


def _close(parts: list[str | Reference], text: str, *, inside: bool) -> None:
    if inside:
        parts.append(Reference(text))
    elif text:
        parts.append(text)


def near_miss(name: str, known: Sequence[str]) -> str:
    """Give the beginning of a next step that asks whether another name was meant; nothing where none is near.

    >>> near_miss("nmae", ["id", "name"])
    "did you mean 'name'? "
    """
    near = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {near[0]!r}? " if near else ""


@dataclass(frozen=True, slots=True)
class JsonPath:
    """A JSONPath in the form that DuckDB reads, and whether it may give several values."""

    path: str
    many: bool


_STEP = re.compile(
    r"""\.\s*(?P<star>\*)
      | \[\s*(?P<bracket_star>\*)\s*\]
      | \[\s*(?P<index>-?\d+)\s*\]
      | \[\s*'(?P<single>(?:[^'\\]|\\.)*)'\s*\]
      | \[\s*"(?P<double>(?:[^"\\]|\\.)*)"\s*\]
      | \.(?P<name>[^.\[\]*?()@]+)
    """,
    re.VERBOSE,
)


def parse_json_path(text: str) -> JsonPath:
    """Give a JSONPath for DuckDB; a bare name is read as a member of the row (older RML).

    >>> parse_json_path("$.people[*]['first name']").path
    '$."people"[*]."first name"'
    """
    rest = text.strip()
    if rest.startswith("@"):
        rest = "$" + rest[1:]
    if not rest.startswith("$"):
        rest = "$." + rest
    rest, steps, many = rest[1:], ["$"], False
    while rest:
        match = _STEP.match(rest)
        if match is None:
            raise Malformed(f"the path {text!r} cannot be read from {rest!r}: names, indexes and [*] are supported")
        rest = rest[match.end() :]
        if match["star"] or match["bracket_star"]:
            steps.append(".*" if match["star"] else "[*]")
            many = True
        elif match["index"]:
            steps.append(f"[{match['index']}]" if int(match["index"]) >= 0 else f"[#{match['index']}]")
        else:
            steps.append(_member(match))
    return JsonPath("".join(steps), many)


def _member(match: re.Match[str]) -> str:
    if match["name"]:
        name = match["name"].strip()
    else:
        quoted = match["single"] if match["single"] is not None else match["double"]
        name = re.sub(r"\\(.)", r"\1", quoted)
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'."{escaped}"'
