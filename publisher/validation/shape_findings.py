"""Results of shapes as findings: in words, at the line that made the focus node, with the shape that asks for it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from publisher.errors import Finding, Severity, Where
from publisher.rdf.names import SH
from publisher.rdf.prefixes import Prefixes
from publisher.validation import terms
from publisher.validation.graph import Graph
from publisher.validation.places import Places
from publisher.validation.places.files import places_in
from publisher.validation.report.forms import code_of
from publisher.validation.shacl.shape import ShapeResult
from publisher.validation.shapes import Outcome

_SEVERITIES = {f"<{SH}Warning>": Severity.WARNING, f"<{SH}Info>": Severity.INFO}


def declared_in(shapes: Sequence[Path], root: Path | None = None) -> dict[str, Where]:
    """Give the place of each shape that has a name."""
    found: dict[str, Where] = {}
    for path in shapes:
        name = path.relative_to(root).as_posix() if root else str(path)
        for node, where in places_in(path)[0].nodes.items():
            found.setdefault(node, Where(name, where.line, where.column))
    return found


def name_of(shapes: Graph, node: str) -> str:
    """Give the IRI of a shape, or of the shape with a name that one without a name belongs to."""
    return terms.iri_of(shapes.named(node)[0])


@dataclass(frozen=True, slots=True)
class Told:
    """What turns results into findings: both graphs, where nodes and shapes stand, and how IRIs are written.

    ``file`` is where a finding goes whose node has no place.
    """

    data: Graph
    rules: Graph
    places: Places
    prefixes: Prefixes
    shapes: Mapping[str, Where] = field(default_factory=dict)
    file: str | None = None

    def place(self, focus: str, path: str | None, value: str | None) -> Where | None:
        """Give the place of a result: that of its node, else of the node with a name that it hangs on."""
        found = self.places.of(focus, path, value)
        if found is None and focus.startswith("_:"):
            name, predicate = self.data.named(focus)
            found = self.places.of(terms.iri_of(name), terms.iri_of(predicate) if predicate else None)
        return found or (Where(self.file) if self.file else None)

    def step(self, shape: str) -> str:
        """Give the next step: the shape to look at, with its file and line."""
        name = name_of(self.rules, shape)
        if name.startswith("_:"):
            return "mend the value, or the shape that asks for it"
        where = self.shapes.get(name)
        return f"see the shape {self.short(f'<{name}>')}{f' ({where})' if where else ''}"

    def short(self, term: str) -> str:
        """Give a term, or every IRI of a path, as people write it."""
        if term.startswith('"'):
            return terms.text_of(term) if term.count(" ") == 0 else term
        return re.sub(r"<([^<>]*)>", lambda iri: self.prefixes.compress(iri[1]) or iri[0], term)


def findings_of(outcome: Outcome, told: Told) -> Iterator[Finding]:
    """Give a finding for each result of the shapes, in words, at the line that made the focus node."""
    for result in outcome.results:
        focus, path = terms.text_of(result.focus), _path(result)
        value = terms.text_of(result.value) if result.value else None
        yield Finding(
            code_of(terms.iri_of(result.component)),
            _message(result, told),
            told.place(focus, path, value),
            _SEVERITIES.get(result.severity, Severity.VIOLATION),
            focus=focus,
            path=path,
            value=value,
            fix=told.step(result.shape),
        )
    for node in outcome.by_reference:
        yield Finding(
            "shape.by-reference",
            f"the shape {told.short(node)} uses more than SHACL Core and SPARQL, so pySHACL judged it",
            told.shapes.get(terms.iri_of(node)) or (Where(told.file) if told.file else None),
            Severity.INFO,
            focus=terms.iri_of(node),
        )


def _path(result: ShapeResult) -> str | None:
    if result.path is None:
        return None
    text = result.path.sparql()
    return terms.iri_of(text) if terms.is_iri(text) and " " not in text and text.count("<") == 1 else text


def _message(result: ShapeResult, told: Told) -> str:
    if result.messages:
        english = [text for text in result.messages if (terms.parts(text).language or "en").startswith("en")]
        return terms.text_of((english or [*result.messages])[0])
    path = told.short(result.path.sparql()) if result.path else None
    wanted = " ".join(told.short(word) for word in result.wanted.split(" "))
    if result.component == f"<{SH}ClosedConstraintComponent>":
        return f"{path} may not stand here: the shape is closed"
    if result.value is None:
        what = path or "the node"
        return f"{what} should have {wanted}" if wanted else f"{what} breaks {told.short(result.component)}"
    what = f"the value {told.short(result.value)}{f' of {path}' if path else ''}"
    return f"{what} should be {wanted}" if wanted else f"{what} breaks {told.short(result.component)}"
