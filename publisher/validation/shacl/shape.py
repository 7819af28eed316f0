"""A shape compiled for one data graph, and the result that it gives for one node that breaks it.

Implements SHACL sections 2 (shapes) and 3.6 (validation report).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from publisher.errors import DatasetUnreadable
from publisher.rdf.names import SH
from publisher.validation.shacl.paths import Path

VIOLATION = f"<{SH}Violation>"


class ShapeMalformed(DatasetUnreadable):
    """A shape breaks the rules of SHACL, so that nothing can be validated by it."""

    code = "shapes.malformed"

    def __init__(self, message: str, *, shape: str, fix: str):
        """Keep the node of the shape, an N-Quads text."""
        super().__init__(message, fix=fix)
        self.shape = shape


@dataclass(frozen=True, slots=True)
class ShapeResult:
    """One sh:ValidationResult; every term is an N-Quads text, ``messages`` are literals."""

    focus: str
    component: str
    shape: str
    severity: str = VIOLATION
    path: Path | None = None
    value: str | None = None
    constraint: str | None = None
    messages: tuple[str, ...] = ()
    wanted: str = ""


Results = list[ShapeResult]
Check = Callable[[str, Sequence[str], Results], None]
Batch = Callable[[Sequence[str], Results], None]


@dataclass(slots=True)
class Shape:
    """A node or property shape: its checks run on one focus node, its batches on many at once.

    ``properties`` are the property shapes that its value nodes must meet. It fills while it is compiled.
    """

    node: str
    path: Path | None = None
    severity: str = VIOLATION
    messages: tuple[str, ...] = ()
    deactivated: bool = False
    checks: list[Check] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)
    properties: list["Shape"] = field(default_factory=list)

    def result(
        self,
        focus: str,
        component: str,
        *,
        value: str | None = None,
        path: Path | None = None,
        constraint: str | None = None,
        messages: tuple[str, ...] = (),
        wanted: str = "",
    ) -> ShapeResult:
        """Give a result of this shape; ``path`` and ``messages`` stand before the shape's own."""
        return ShapeResult(
            focus,
            component,
            self.node,
            self.severity,
            path or self.path,
            value,
            constraint,
            messages or self.messages,
            wanted,
        )
