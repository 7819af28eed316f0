"""The value of a property, typed by what the ontology says of the property, and checked against it.

An object property wants an IRI, a datatype property a literal of its range, an annotation property a text unless
told otherwise; the explicit forms ``{iri: …}``, ``{value: …, datatype: …}`` and ``{text: …, language: …}`` always win.
Lexical forms come out canonical (XML Schema 1.1 part 2), because the store would rewrite any other.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from publisher.dataset.ontology import Property, PropertyKind
from publisher.dataset.seeds.marked import Kind, Node
from publisher.dataset.seeds.record import Record
from publisher.errors import Severity, Where
from publisher.rdf.names import RDF, XSD

Cells = dict[str, str | None]

_DATATYPES = {Kind.INTEGER: XSD + "integer", Kind.DECIMAL: XSD + "decimal", Kind.BOOLEAN: XSD + "boolean"}
_FORMS = {
    XSD + "integer": re.compile(r"[-+]?\d+"),
    XSD + "nonNegativeInteger": re.compile(r"\+?\d+"),
    XSD + "positiveInteger": re.compile(r"\+?0*[1-9]\d*"),
    XSD + "decimal": re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)"),
    XSD + "double": re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?|[-+]?INF|NaN"),
    XSD + "boolean": re.compile(r"true|false|1|0"),
    XSD + "gYear": re.compile(r"-?\d{4,}(Z|[-+]\d{2}:\d{2})?"),
    XSD + "gYearMonth": re.compile(r"-?\d{4,}-(0[1-9]|1[0-2])"),
    XSD + "date": re.compile(r"-?\d{4,}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(Z|[-+]\d{2}:\d{2})?"),
    XSD + "dateTime": re.compile(r"-?\d{4,}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[-+]\d{2}:\d{2})?"),
    XSD + "anyURI": re.compile(r"\S+"),
}
_EXAMPLES = {
    XSD + "integer": "12",
    XSD + "decimal": "12.5",
    XSD + "boolean": "true",
    XSD + "gYear": "2015",
    XSD + "date": "2015-03-31",
    XSD + "dateTime": "2015-03-31T12:00:00Z",
}
_EXPLICIT = ("iri", "value", "datatype", "text", "language")


def property_of(record: Record, key: Node) -> Property | None:
    """Give the declared property of a key; report an unknown prefix, an undeclared or a deprecated property."""
    rows = record.rows
    iri = rows.expand(key.text, key.where(record.file), focus=record.focus)
    if iri is None:
        return None
    found = rows.ontology.properties.get(iri)
    if found is None and not rows.ontology_broken:
        record.report(
            "property.unknown",
            f"the property {key.text} is not declared in the ontology",
            key,
            path=iri,
            fix=rows.near(
                key.text,
                rows.ontology.properties,
                otherwise="declare it in ontology/*.ttl with its kind, label and range",
            ),
        )
    elif found is not None and found.deprecated:
        rows.report(
            "property.deprecated",
            f"the property {key.text} is deprecated",
            key.where(record.file),
            severity=Severity.WARNING,
            focus=record.focus,
            path=iri,
            value=key.text,
            fix="use the one that replaces it",
        )
    return found


def class_of(record: Record, iri: str, place: Where) -> bool:
    """Tell whether a type may stand; report one that its vocabulary, declared here, does not have as a class."""
    rows, compress = record.rows, record.rows.manifest.prefixes.compress
    if rows.ontology.is_class(iri) or rows.ontology_broken or iri in rows.manifest.roles.values():
        return True
    shown = compress(iri) or iri
    prefix = shown.partition(":")[0]
    if not any((compress(each) or "").startswith(f"{prefix}:") for each in rows.ontology.classes):
        return True
    rows.report(
        "class.unknown",
        f"the class {shown} is not declared in the ontology",
        place,
        focus=record.focus,
        path=RDF + "type",
        value=shown,
        fix=rows.near(shown, rows.ontology.classes, otherwise="declare it in ontology/*.ttl with its label"),
    )
    return False


def values_of(record: Record, key: str, *, checked: bool = True) -> Iterator[tuple[Property, Node, Cells]]:
    """Give each value under a key of properties (``qualifiers``, ``properties``) with its property and its cells.

    ``checked`` wants a CURIE among the values to name something that the dataset knows.
    """
    for name, given in record.fields(key):
        found = property_of(record, name)
        for node in given.items if given.kind is Kind.LIST else (given,):
            if found is None:
                continue
            cells = value_cells(record, found, node, checked=checked)
            if cells is not None:
                yield found, node, {"property": found.iri, **cells}


def value_cells(record: Record, property_: Property, node: Node, *, checked: bool) -> Cells | None:
    """Give the cells of one value: ``iri``, or ``lexical`` and ``datatype``, or ``text`` and ``language``."""
    if node.kind is Kind.TABLE:
        return _explicit(record, property_, node, checked=checked)
    if not node.scalar:
        record.report(
            "value.wrong-kind", f"the value is {node.kind.value}", node, path=property_.iri, fix="write one value"
        )
        return None
    if property_.kind is PropertyKind.OBJECT:
        return _thing(record, property_, node, checked=checked)
    if property_.datatype == RDF + "langString":
        return {"text": node.text, "language": record.rows.manifest.language}
    datatype = property_.datatype or _DATATYPES.get(node.kind, XSD + "string")
    return _literal(record, property_, node, datatype)


def canonical(lexical: str, datatype: str) -> str:
    """Give the canonical form of a valid lexical form.

    >>> canonical("01000.0", XSD + "decimal")
    '1000'
    """
    if datatype in {XSD + "integer", XSD + "nonNegativeInteger", XSD + "positiveInteger"}:
        return str(int(lexical))
    if datatype == XSD + "decimal":
        shown = format(Decimal(lexical), "f")
        shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
        return "0" if shown in {"", "-0", "-"} else shown
    if datatype == XSD + "boolean":
        return {"1": "true", "0": "false"}.get(lexical, lexical)
    if datatype == XSD + "dateTime":
        return re.sub(r"(\.\d*?)0+(?=Z|[-+]|$)", r"\1", lexical).replace(".Z", "Z").replace("+00:00", "Z").rstrip(".")
    return lexical


def _thing(record: Record, property_: Property, node: Node, *, checked: bool) -> Cells | None:
    if node.text.startswith("#") and record.focus:
        return {"iri": f"{record.focus.partition('#')[0]}{node.text}"}
    if node.kind is not Kind.TEXT or ":" not in node.text:
        record.report(
            "value.wrong-kind",
            f"{_name(record, property_)} wants a thing, not {node.text}",
            node,
            path=property_.iri,
            fix="write the thing as prefix:name, and add it to seeds/entities.yaml",
        )
        return None
    iri = record.rows.expand(node.text, node.where(record.file), focus=record.focus, path=property_.iri)
    if iri is None:
        return None
    if checked and iri not in record.rows.known and "://" not in node.text:
        unknown_thing(record, node, path=property_.iri)
    return {"iri": iri}


def unknown_thing(record: Record, node: Node, *, path: str | None = None) -> None:
    """Report a thing that no file of the dataset introduces, with the nearest one that is known."""
    rows = record.rows
    step = "add it to seeds/entities.yaml with its label and type"
    record.report(
        "entity.unknown",
        f"{node.text} is not in seeds/entities.yaml",
        node,
        path=path,
        fix=rows.near(node.text, rows.known, otherwise=step),
    )


def _literal(record: Record, property_: Property, node: Node, datatype: str) -> Cells | None:
    text = node.text
    if datatype == XSD + "decimal" and re.fullmatch(r"[-+]?[\d.]+[eE][-+]?\d+", text):
        text = format(Decimal(text), "f")
    if datatype == XSD + "boolean":
        text = text.lower()
    form = _FORMS.get(datatype)
    if form is not None and not form.fullmatch(text):
        wanted = record.rows.manifest.prefixes.compress(datatype) or datatype
        example = f", as {_EXAMPLES[datatype]}" if datatype in _EXAMPLES else ""
        record.report(
            "value.wrong-range",
            f"{_name(record, property_)} wants {wanted}, not {text}",
            node,
            path=property_.iri,
            fix=f"write a value of {wanted}{example}",
        )
        return None
    return {"lexical": canonical(text, datatype), "datatype": datatype}


def _explicit(record: Record, property_: Property, node: Node, *, checked: bool) -> Cells | None:
    given = record.inner("value", node)
    given.check(_EXPLICIT)
    if (thing := given.get("iri")) is not None:
        return _thing(record, property_, thing, checked=checked)
    if (literal := given.get("value")) is not None and literal.scalar:
        datatype = given.iri("datatype") or property_.datatype or _DATATYPES.get(literal.kind, XSD + "string")
        return _literal(record, property_, literal, datatype)
    if (text := given.get("text")) is not None and text.scalar:
        return {"text": text.text, "language": (given.text("language") or record.rows.manifest.language).lower()}
    record.report(
        "value.wrong-kind",
        f"{_name(record, property_)} wants one value",
        node,
        path=property_.iri,
        fix="write {iri: …}, {value: …, datatype: …} or {text: …, language: …}",
    )
    return None


def _name(record: Record, property_: Property) -> str:
    return record.rows.manifest.prefixes.compress(property_.iri) or property_.iri
