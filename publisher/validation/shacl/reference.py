"""pySHACL as the reference: the judge of shapes that do not compile, and the yardstick of the tests.

rdflib's ``NORMALIZE_LITERALS`` is switched off while it reads, because it would mend ill-formed literals before they
are judged.
"""

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager

import pyshacl
import rdflib

from publisher.rdf import quads
from publisher.rdf.names import SH
from publisher.validation import terms
from publisher.validation.graph import Graph
from publisher.validation.shacl.paths import read_path
from publisher.validation.shacl.shape import VIOLATION, ShapeMalformed, ShapeResult


def reference_results(data: Graph, shapes: Graph, *, only: Collection[str] = ()) -> Iterator[ShapeResult]:
    """Give pySHACL's results for the shapes in ``only`` (N-Quads texts; none: for all shapes).

    Raises ShapeMalformed where it cannot judge a shape.
    """
    names = [terms.iri_of(each) for each in sorted(only) if terms.is_iri(each)]
    with _literals_as_written():
        try:
            _, report, _ = pyshacl.validate(
                _rdflib_graph(data),
                shacl_graph=_rdflib_graph(shapes),
                advanced=True,
                use_shapes=[*names] or None,
            )
        except Exception as error:  # noqa: BLE001 - pySHACL and rdflib raise the class itself, and others without a base
            raise _refused(error, only) from None
        if isinstance(report, Exception):
            raise _refused(report, only)
        reached = _reached(shapes, only)
        yield from (each for each in _results(Graph(_lines(report))) if not only or each.shape in reached)


def _refused(error: Exception, only: Collection[str]) -> ShapeMalformed:
    told = str(getattr(error, "message", "") or error).strip() or type(error).__name__
    shape = next(iter(sorted(filter(terms.is_iri, only)) or sorted(only)), "_:shapes")
    return ShapeMalformed(
        f"pySHACL, which judges what goes beyond SHACL Core and SPARQL, cannot read a shape: {told}",
        shape=shape,
        fix="mend that shape, or write it with SHACL Core or sh:sparql",
    )


def _reached(shapes: Graph, nodes: Collection[str]) -> set[str]:
    """Give the nodes and everything that hangs on them: shapes without a name can only be chosen by that."""
    seen: set[str] = set()
    pending = [*nodes]
    while pending:
        node = pending.pop()
        if node not in seen:
            seen.add(node)
            pending.extend(each for predicate in shapes.predicates() for each in shapes.objects(node, predicate))
    return seen


@contextmanager
def _literals_as_written() -> Iterator[None]:
    before, log = rdflib.NORMALIZE_LITERALS, logging.getLogger("rdflib.term")
    rdflib.NORMALIZE_LITERALS = False
    # It logs a traceback for each ill-formed literal, which is what the shapes are there to find.
    log.addFilter(_silent)
    try:
        yield
    finally:
        rdflib.NORMALIZE_LITERALS = before
        log.removeFilter(_silent)


def _silent(_record: logging.LogRecord) -> bool:
    return False


def _results(report: Graph) -> Iterator[ShapeResult]:
    # Results of inner shapes hang below sh:detail and are not results of the report.
    for node in report.to(f"<{SH}result>"):

        def one(name: str, node: str = node) -> str | None:
            return report.one(node, f"<{SH}{name}>")

        at = one("resultPath")
        yield ShapeResult(
            focus=one("focusNode") or "",
            component=one("sourceConstraintComponent") or "",
            shape=one("sourceShape") or "",
            severity=one("resultSeverity") or VIOLATION,
            path=read_path(report, at) if at else None,
            value=one("value"),
            constraint=one("sourceConstraint"),
            messages=tuple(report.objects(node, f"<{SH}resultMessage>")),
        )


def _rdflib_graph(graph: Graph) -> rdflib.Graph:
    made = rdflib.Graph()
    for subject, predicate, object_ in graph.triples():
        made.add((_term(subject), _term(predicate), _term(object_)))
    return made


def _term(text: str) -> rdflib.term.Node:
    if terms.is_iri(text):
        return rdflib.URIRef(terms.iri_of(text))
    if terms.is_blank(text):
        return rdflib.BNode(text[2:])
    literal = terms.parts(text)
    if literal.language:
        return rdflib.Literal(literal.lexical, lang=literal.language)
    plain = literal.datatype.endswith("XMLSchema#string")
    return rdflib.Literal(literal.lexical, datatype=None if plain else rdflib.URIRef(literal.datatype))


def _lines(graph: rdflib.Graph) -> Iterator[str]:
    for subject, predicate, object_ in graph:
        yield quads.line(_text(subject), _text(predicate), _text(object_))


def _text(term: rdflib.term.Node) -> str:
    if isinstance(term, rdflib.Literal):
        datatype = str(term.datatype) if term.datatype else None
        return quads.literal(str(term), datatype=datatype, language=term.language)
    return f"_:{term}" if isinstance(term, rdflib.BNode) else quads.iri(str(term))
