"""RDF/XML of sorted N-Quads lines, one ``rdf:Description`` for each subject, written as a stream.

It refuses what XML cannot say: a property whose IRI does not end in an XML name, a character that XML 1.0 forbids.
See RDF 1.1 XML Syntax, sections 2 and 6.1.4.
"""

import re
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape, quoteattr

from publisher.errors import ReleaseError
from publisher.rdf.names import RDF, XSD
from publisher.rdf.prefixes import Prefixes
from publisher.rdf.terms import subjects, text_of, triples

_LOCAL = re.compile(r"[^\W\d][\w.\-\u00b7]*\Z")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_RETURN = {"\r": "&#13;"}


def rdfxml(lines: Iterable[str], prefixes: Prefixes) -> Iterator[str]:
    """Give an RDF/XML document, in pieces; graphs are merged and a repeated triple is one.

    Raises ReleaseError ``release.not-xml`` at the first statement that RDF/XML cannot say.
    """
    table = {prefix: namespace for prefix, namespace in prefixes if not prefix.lower().startswith("xml")}
    table.setdefault("rdf", RDF)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF'
    yield "".join(f"\n    xmlns:{prefix}={quoteattr(namespace)}" for prefix, namespace in table.items()) + ">\n"
    elements: dict[str, tuple[str, str]] = {}
    for subject, predicates in subjects(triples(lines)):
        yield f"  <rdf:Description {_node('about', subject)}>\n"
        for predicate, objects in predicates.items():
            if predicate not in elements:
                elements[predicate] = _element(predicate[1:-1], table)
            yield "".join(_property(*elements[predicate], term) for term in objects)
        yield "  </rdf:Description>\n"
    yield "</rdf:RDF>\n"


def _element(iri: str, table: dict[str, str]) -> tuple[str, str]:
    for prefix, namespace in table.items():
        if iri.startswith(namespace) and _LOCAL.match(iri[len(namespace) :]):
            return f"{prefix}:{iri[len(namespace) :]}", ""
    match = re.search(r"[^\W\d][\w.\-\u00b7]*\Z", iri)
    if match is None:
        raise _not_xml(f"the property <{iri}> does not end in an XML name")
    return f"ns0:{match[0]}", f" xmlns:ns0={quoteattr(iri[: match.start()])}"


def _property(element: str, namespace: str, term: str) -> str:
    if term[0] != '"':
        return f"    <{element}{namespace} {_node('resource', term)}/>\n"
    text = text_of(term)
    if _FORBIDDEN.search(text.value):
        raise _not_xml(f"the text {text.value!r} holds a character that XML forbids")
    kind = "" if text.datatype == f"{XSD}string" else f" rdf:datatype={quoteattr(text.datatype)}"
    kind = f" xml:lang={quoteattr(text.language)}" if text.language else kind
    return f"    <{element}{namespace}{kind}>{escape(text.value, _RETURN)}</{element}>\n"


def _node(attribute: str, term: str) -> str:
    if term.startswith("_:"):
        return f"rdf:nodeID={quoteattr(term[2:])}"
    return f"rdf:{attribute}={quoteattr(term[1:-1])}"


def _not_xml(message: str) -> ReleaseError:
    return ReleaseError(f"RDF/XML cannot say this: {message}", code="release.not-xml")
