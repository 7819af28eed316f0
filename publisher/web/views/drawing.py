"""The neighbourhood of a thing as a picture: what leads to it on the left, what it leads to on the right.

Plain SVG, drawn here, readable without a script: every name is a link, every line says its relation. A line is whole
where the source states the fact, dashed where it only supposes it, and barred where it denies it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from markupsafe import Markup, escape

from publisher.entities.values import Fact, Link, Page

_WIDTH, _MIDDLE = 860, 430
_ROW, _HEAD, _GAP = 26, 22, 12
_BOX = 88
_EDGE = 262
_MOST = 10
_LONGEST = 28
_RELATION = 34
_IN_THE_MIDDLE = 15
_HALF = _MIDDLE + _BOX + 2


@dataclass(frozen=True, slots=True)
class Line:
    """One neighbour: the thing at the other end, and how the fact that leads there stands."""

    other: Link
    open: bool = False
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Bundle:
    """The neighbours on one side that one relation leads to; ``more`` are not drawn."""

    relation: str
    lines: tuple[Line, ...]
    more: int = 0

    @property
    def height(self) -> int:
        """Give the height in user units."""
        return _HEAD + _ROW * (len(self.lines) + (1 if self.more else 0)) + _GAP


def neighbourhood(page: Page, address: Callable[[str], str], *, root: str = "") -> Markup | None:
    """Give the picture for a page, or None where fewer than two neighbours are known."""
    left = _bundles(page, "in")
    right = _bundles(page, "out")
    if sum(len(bundle.lines) for bundle in (*left, *right)) < 2:  # noqa: PLR2004 - one neighbour is a sentence, not a picture
        return None
    height = max(150, *(sum(bundle.height for bundle in side) + 16 for side in (left, right)))
    parts: list[str] = []
    for side, bundles in (("in", left), ("out", right)):
        y = (height - sum(bundle.height for bundle in bundles)) / 2 + 6
        for bundle in bundles:
            parts.append(_bundle(bundle, side, y, height / 2, address, root))
            y += bundle.height
    title = f"What {page.thing.name} is connected with"
    inside = "".join(parts) + _centre(page.thing.name, height / 2)
    half = "" if left and right else " half in" if left else " half out"
    shift = 0 if left else _WIDTH - _HALF
    return Markup(  # noqa: S704 - every text in it went through escape()
        f'<svg class="neighbourhood{half}" viewBox="0 0 {_HALF if half else _WIDTH} {height:.0f}" role="group" '
        f'aria-label="{escape(title)}"><title>{escape(title)}</title>'
        f'<g transform="translate(-{shift} 0)">{inside}</g></svg>'
    )


def _bundles(page: Page, side: str) -> list[Bundle]:
    table: dict[str, dict[str, Line]] = {}
    for group in page.groups:
        if group.direction != side:
            continue
        for fact in group.facts:
            other = fact.object if side == "out" else fact.subject
            if isinstance(other, Link) and other.iri != page.thing.iri:
                table.setdefault(group.heading.name, {}).setdefault(other.iri, _line(fact, other))
    if side == "out" and not page.groups:
        for item in page.properties:
            links = [value for value in item.values if isinstance(value, Link)]
            if links:
                table[item.relation.name] = {link.iri: Line(link) for link in links}
    if side == "in" and not page.groups:
        table = {
            item.relation.name: {link.iri: Line(link) for link in item.values if isinstance(link, Link)}
            for item in page.incoming
        }
    return list(_fitting(table))


def _line(fact: Fact, other: Link) -> Line:
    return Line(other, bool(fact.certainty and not fact.certainty.plain), fact.negated)


def _fitting(table: dict[str, dict[str, Line]]) -> Iterable[Bundle]:
    room = _MOST
    for relation, lines in sorted(table.items(), key=lambda item: (-len(item[1]), item[0])):
        if room <= 0:
            return
        shown = list(lines.values())[: min(room, 5)]
        room -= len(shown)
        yield Bundle(relation, tuple(shown), len(lines) - len(shown))


def _bundle(bundle: Bundle, side: str, top: float, middle: float, address: Callable[[str], str], root: str) -> str:
    x = _EDGE if side == "in" else _WIDTH - _EDGE
    anchor, gap = ("end", -12) if side == "in" else ("start", 12)
    parts = [
        f'<text class="relation" x="{x + gap}" y="{top + 14:.1f}" text-anchor="{anchor}">'
        f"{escape(_short(bundle.relation, _RELATION))}</text>"
    ]
    for number, line in enumerate(bundle.lines):
        y = top + _HEAD + _ROW * number + 9
        parts.append(_curve(side, x, y, middle, line))
        href = escape(root + address(line.other.iri))
        parts.append(
            f'<a href="{href}"><text class="other" x="{x + gap}" y="{y + 5:.1f}" text-anchor="{anchor}">'
            f"{escape(_short(line.other.name))}</text></a>"
        )
    if bundle.more:
        y = top + _HEAD + _ROW * len(bundle.lines) + 14
        parts.append(
            f'<text class="more" x="{x + gap}" y="{y:.1f}" text-anchor="{anchor}">and {bundle.more} more</text>'
        )
    return "".join(parts)


def _curve(side: str, x: float, y: float, middle: float, line: Line) -> str:
    start = _MIDDLE - _BOX if side == "in" else _MIDDLE + _BOX
    bend = (start + x) / 2
    style = "line" + (" open" if line.open else "") + (" negated" if line.negated else "")
    words = " (negated)" if line.negated else " (not plainly stated)" if line.open else ""
    parts = [f'<path class="{style}" d="M{start} {middle:.1f} C{bend} {middle:.1f} {bend} {y:.1f} {x} {y:.1f}"/>']
    if line.negated:
        parts.append(f'<path class="bar" d="M{x - 5} {y - 5:.1f} l10 10 m0 -10 l-10 10"/>')
    elif side == "out":
        parts.append(f'<path class="tip" d="M{x + 1} {y:.1f} l-8 -4.5 v9 z"/>')
    else:
        parts.append(f'<circle class="tip" cx="{x}" cy="{y:.1f}" r="3.5"/>')
    return f"<g><title>{escape(line.other.name)}{words}</title>{''.join(parts)}</g>"


def _centre(name: str, middle: float) -> str:
    words = escape(_short(name, _IN_THE_MIDDLE))
    return (
        f'<rect class="centre" x="{_MIDDLE - _BOX}" y="{middle - 24:.1f}" width="{2 * _BOX}" height="48" rx="24"/>'
        f'<text class="self" x="{_MIDDLE}" y="{middle + 6:.1f}" text-anchor="middle">{words}</text>'
    )


def _short(text: str, longest: int = _LONGEST) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
