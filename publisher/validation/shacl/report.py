"""A SHACL validation report as SHACL itself describes it, in Turtle, terms as written (SHACL section 3.6)."""

from collections.abc import Iterator, Sequence

from publisher.rdf.names import SH, XSD
from publisher.validation.shacl.shape import ShapeResult


def shacl_report(results: Sequence[ShapeResult]) -> str:
    """Write a sh:ValidationReport with focus node, path, value, severity, component, source and messages of each."""
    head = f"@prefix sh: <{SH}> .\n@prefix xsd: <{XSD}> .\n\n[] a sh:ValidationReport ;\n"
    written = " ,\n  ".join("[\n    " + " ;\n    ".join(_result(each)) + "\n  ]" for each in results)
    rest = f" ;\n  sh:result {written}" if results else ""
    return f"{head}  sh:conforms {str(not results).lower()}{rest} .\n"


def _result(result: ShapeResult) -> Iterator[str]:
    yield "a sh:ValidationResult"
    yield f"sh:focusNode {result.focus}"
    if result.path is not None:
        yield f"sh:resultPath {result.path.turtle()}"
    if result.value is not None:
        yield f"sh:value {result.value}"
    yield f"sh:resultSeverity {result.severity}"
    yield f"sh:sourceConstraintComponent {result.component}"
    yield f"sh:sourceShape {result.shape}"
    if result.constraint is not None:
        yield f"sh:sourceConstraint {result.constraint}"
    for message in result.messages:
        yield f"sh:resultMessage {message}"
