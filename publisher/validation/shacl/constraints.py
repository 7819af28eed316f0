"""The constraints of SHACL Core that look at values alone: type, range, string, pair and list constraints.

Each factory takes a compiled :class:`Scope` and the value of its parameter and gives a check. Implements SHACL
sections 4.1 to 4.5, 4.8.1 and 4.8.3.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from publisher.rdf.names import SH, XSD
from publisher.validation import terms
from publisher.validation.graph import NIL, REST, Graph
from publisher.validation.shacl.shape import Check, Results, Shape, ShapeMalformed

_TRUE = f'"true"^^<{XSD}boolean>'
_FLAGS = {"i": re.IGNORECASE, "s": re.DOTALL, "m": re.MULTILINE, "x": re.VERBOSE}
_KINDS = {
    "IRI": "<",
    "BlankNode": "_",
    "Literal": '"',
    "BlankNodeOrIRI": "_<",
    "BlankNodeOrLiteral": '_"',
    "IRIOrLiteral": '<"',
}
_KIND_WORDS = {"<": "an IRI", "_": "a blank node", '"': "a literal"}


@dataclass(frozen=True, slots=True)
class Scope:
    """What a factory may look at: the shape being compiled, the data and the shapes."""

    shape: Shape
    data: Graph
    shapes: Graph


Factory = Callable[[Scope, str], Check]


def sh(name: str) -> str:
    """Give a term of the SHACL vocabulary as an N-Quads text."""
    return f"<{SH}{name}>"


def malformed(scope: Scope, parameter: str, value: str) -> ShapeMalformed:
    """Give the failure for a parameter whose value a shape may not have."""
    node, _ = scope.shapes.named(scope.shape.node)
    return ShapeMalformed(
        f"the shape {terms.iri_of(node)} has sh:{parameter} {value}, which SHACL does not allow",
        shape=node,
        fix="see the section on that parameter in https://www.w3.org/TR/shacl/",
    )


def number_of(scope: Scope, parameter: str, value: str) -> int:
    """Give the whole number that a parameter has as its value."""
    if terms.is_literal(value) and re.fullmatch(r"\+?\d+", terms.parts(value).lexical):
        return int(terms.parts(value).lexical)
    raise malformed(scope, parameter, value)


def members(scope: Scope, parameter: str, head: str) -> list[str]:
    """Give the members of the list that a parameter has as its value."""
    if head != NIL and scope.shapes.one(head, REST) is None:
        raise malformed(scope, parameter, head)
    return scope.shapes.items(head)


def _each(scope: Scope, component: str, test: Callable[[str], bool], wanted: str) -> Check:
    shape, name = scope.shape, sh(component)

    def check(focus: str, values: Sequence[str], out: Results) -> None:
        for value in values:
            if not test(value):
                out.append(shape.result(focus, name, value=value, wanted=wanted))

    return check


def _class(scope: Scope, value: str) -> Check:
    found = scope.data.instances(value)
    return _each(scope, "ClassConstraintComponent", found.__contains__, f"an instance of {value}")


def _datatype(scope: Scope, value: str) -> Check:
    wanted = terms.iri_of(value)

    def test(term: str) -> bool:
        return terms.is_literal(term) and terms.parts(term).datatype == wanted and terms.well_formed(term)

    return _each(scope, "DatatypeConstraintComponent", test, f"a literal of {value}")


def _node_kind(scope: Scope, value: str) -> Check:
    starts = _KINDS.get(terms.iri_of(value).removeprefix(SH))
    if starts is None:
        raise malformed(scope, "nodeKind", value)
    wanted = " or ".join(_KIND_WORDS[start] for start in starts)
    return _each(scope, "NodeKindConstraintComponent", lambda term: term[0] in starts, wanted)


def _min_count(scope: Scope, value: str) -> Check:
    least, shape, component = number_of(scope, "minCount", value), scope.shape, sh("MinCountConstraintComponent")

    def check(focus: str, values: Sequence[str], out: Results) -> None:
        if len(values) < least:
            out.append(shape.result(focus, component, wanted=f"at least {_values(least)}, and has {len(values)}"))

    return check


def _max_count(scope: Scope, value: str) -> Check:
    most, shape, component = number_of(scope, "maxCount", value), scope.shape, sh("MaxCountConstraintComponent")

    def check(focus: str, values: Sequence[str], out: Results) -> None:
        if len(values) > most:
            out.append(shape.result(focus, component, wanted=f"at most {_values(most)}, and has {len(values)}"))

    return check


def _values(count: int) -> str:
    return f"{count} value{'s' if count != 1 else ''}"


def _range(component: str, sign: str, allowed: tuple[int, ...]) -> Factory:
    def factory(scope: Scope, bound: str) -> Check:
        return _each(scope, component, lambda term: terms.compare(term, bound) in allowed, f"a value {sign} {bound}")

    return factory


def _length(component: str, sign: str, parameter: str) -> Factory:
    def factory(scope: Scope, value: str) -> Check:
        limit = number_of(scope, parameter, value)

        def test(term: str) -> bool:
            if terms.is_blank(term):
                return False
            length = len(terms.text_of(term))
            return length >= limit if parameter == "minLength" else length <= limit

        return _each(scope, component, test, f"{sign} {limit} characters")

    return factory


def _pattern(scope: Scope, value: str) -> Check:
    flags = scope.shapes.one(scope.shape.node, sh("flags"))
    expression = regular_expression(scope, terms.text_of(value), terms.text_of(flags) if flags else "")

    def test(term: str) -> bool:
        return not terms.is_blank(term) and expression.search(terms.text_of(term)) is not None

    return _each(scope, "PatternConstraintComponent", test, f"a text that matches {terms.text_of(value)}")


def regular_expression(scope: Scope, text: str, flags: str) -> re.Pattern[str]:
    """Compile a regular expression of XPath; raise DatasetUnreadable where Python cannot read it."""
    bits = 0
    for letter in flags:
        bits |= _FLAGS.get(letter, 0)
    source = re.escape(text) if "q" in flags else re.sub(r"(?<!\\)\$$", r"\\Z", text) if "m" not in flags else text
    try:
        return re.compile(source, bits)
    except re.error as error:
        raise malformed(scope, "pattern", f"{text!r} ({error})") from None


def _language_in(scope: Scope, value: str) -> Check:
    ranges = [terms.text_of(each).lower() for each in members(scope, "languageIn", value)]

    def test(term: str) -> bool:
        language = terms.parts(term).language if terms.is_literal(term) else None
        return language is not None and any(
            language.lower() == each or language.lower().startswith(f"{each}-") for each in ranges
        )

    return _each(scope, "LanguageInConstraintComponent", test, f"a text in {' or '.join(ranges)}")


def _unique_lang(scope: Scope, value: str) -> Check:
    shape, component = scope.shape, sh("UniqueLangConstraintComponent")

    def check(focus: str, values: Sequence[str], out: Results) -> None:
        counts: dict[str, int] = {}
        for each in values:
            language = terms.parts(each).language if terms.is_literal(each) else None
            if language:
                counts[language.lower()] = counts.get(language.lower(), 0) + 1
        for language, count in counts.items():
            if count > 1:
                out.append(shape.result(focus, component, wanted=f"one text in {language}, and has {count}"))

    return check if value == _TRUE else _nothing


def _nothing(_focus: str, _values: Sequence[str], _out: Results) -> None:
    """Find nothing: the constraint is switched off."""


def _equals(scope: Scope, value: str) -> Check:
    table, shape, component = scope.data.of(value), scope.shape, sh("EqualsConstraintComponent")

    def check(focus: str, values: Sequence[str], out: Results) -> None:
        others = table.get(focus, [])
        for each in [*(one for one in values if one not in others), *(one for one in others if one not in values)]:
            out.append(shape.result(focus, component, value=each, wanted=f"a value of both, here and of {value}"))

    return check


def _disjoint(scope: Scope, value: str) -> Check:
    table, shape, component = scope.data.of(value), scope.shape, sh("DisjointConstraintComponent")

    def check(focus: str, values: Sequence[str], out: Results) -> None:
        others = table.get(focus, [])
        for each in values:
            if each in others:
                out.append(shape.result(focus, component, value=each, wanted=f"no value of {value}"))

    return check


def _less_than(component: str, allowed: tuple[int, ...], words: str) -> Factory:
    def factory(scope: Scope, value: str) -> Check:
        table, shape, name = scope.data.of(value), scope.shape, sh(component)

        def check(focus: str, values: Sequence[str], out: Results) -> None:
            for other in table.get(focus, []):
                for each in values:
                    if terms.compare(each, other) not in allowed:
                        wanted = f"{words} {other} of {value}"
                        out.append(shape.result(focus, name, value=each, wanted=wanted))

        return check

    return factory


def _has_value(scope: Scope, value: str) -> Check:
    shape, component = scope.shape, sh("HasValueConstraintComponent")

    def check(focus: str, values: Sequence[str], out: Results) -> None:
        if value not in values:
            out.append(shape.result(focus, component, wanted=f"the value {value}"))

    return check


def _in(scope: Scope, value: str) -> Check:
    allowed = members(scope, "in", value)
    shown = ", ".join(allowed[:8]) + (" …" if len(allowed) > 8 else "")  # noqa: PLR2004 - a line of a message holds eight
    return _each(scope, "InConstraintComponent", frozenset(allowed).__contains__, f"one of {shown}")


VALUE_CONSTRAINTS: dict[str, Factory] = {
    sh("class"): _class,
    sh("datatype"): _datatype,
    sh("nodeKind"): _node_kind,
    sh("minCount"): _min_count,
    sh("maxCount"): _max_count,
    sh("minExclusive"): _range("MinExclusiveConstraintComponent", ">", (1,)),
    sh("minInclusive"): _range("MinInclusiveConstraintComponent", ">=", (0, 1)),
    sh("maxExclusive"): _range("MaxExclusiveConstraintComponent", "<", (-1,)),
    sh("maxInclusive"): _range("MaxInclusiveConstraintComponent", "<=", (-1, 0)),
    sh("minLength"): _length("MinLengthConstraintComponent", "at least", "minLength"),
    sh("maxLength"): _length("MaxLengthConstraintComponent", "at most", "maxLength"),
    sh("pattern"): _pattern,
    sh("languageIn"): _language_in,
    sh("uniqueLang"): _unique_lang,
    sh("equals"): _equals,
    sh("disjoint"): _disjoint,
    sh("lessThan"): _less_than("LessThanConstraintComponent", (-1,), "less than"),
    sh("lessThanOrEquals"): _less_than("LessThanOrEqualsConstraintComponent", (-1, 0), "at most"),
    sh("hasValue"): _has_value,
    sh("in"): _in,
}
