"""A SHACL validation report as SHACL itself describes it, in Turtle, terms as written (SHACL section 3.6)."""

from collections.abc import Iterable, Iterator, Sequence

from publisher.rdf.names import SH, XSD
from publisher.validation.shacl.shape import ShapeResult


def shacl_report(results: Sequence[ShapeResult]) -> str:
    """Write a sh:ValidationReport with focus node, path, value, severity, component, source and messages of each."""
    return report_of((_result(each) for each in results), conforms=not results)


def report_of(results: Iterable[Iterable[str]], *, conforms: bool) -> str:
    """Write a sh:ValidationReport of results, each of which is its predicates with their objects in Turtle."""
    head = f"@prefix sh: <{SH}> .\n@prefix xsd: <{XSD}> .\n\n[] a sh:ValidationReport ;\n"
    written = " ,\n  ".join("[\n    " + " ;\n    ".join(each) + "\n  ]" for each in results)
    rest = f" ;\n  sh:result {written}" if written else ""
    return f"{head}  sh:conforms {str(conforms).lower()}{rest} .\n"


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
