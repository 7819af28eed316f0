"""OBO Format 1.2 and 1.4, read line by line and tolerantly: a line that is not valid is dropped and reported.

Published files hold single lines at which strict readers stop. Only the tags that a slice needs are read;
definitions are other people's sentences and are left where they are.
See the OBO Flat File Format 1.4 syntax and semantics.
"""

import re
from collections.abc import Iterator, Mapping

from publisher.imports.read.terms import Terms
from publisher.imports.sources import Source
from publisher.imports.term import Kind, Link, Refused, Scope, Synonym, Term
from publisher.rdf import names
from publisher.rdf.prefixes import Prefixes, is_iri

OBO_PURL = "http://purl.obolibrary.org/obo/"
_PART_OF = ("part_of", "BFO:0000050", OBO_PURL + "BFO_0000050")

_END = r"[ \t]*(?:\{[^\n]*\})?[ \t]*(?:![^\n]*)?$"
_QUOTED = r'"(?:[^"\\\n]|\\.)*"'
_XREF = rf'(?:[^\s\\,\]"]|\\.)+(?:[ \t]+{_QUOTED})?'
_VALID = {
    "def": rf"{_QUOTED}[ \t]*\[[ \t]*(?:{_XREF}(?:[ \t]*,[ \t]*{_XREF})*)?[ \t]*\]{_END}",
    "id": rf"[^\s!{{]\S*{_END}",
    "name": r"[^\s!{][^\n]*$",
    "synonym": rf"{_QUOTED}(?:[ \t]+(?:EXACT|BROAD|NARROW|RELATED))?(?:[ \t]+[^\s\[]+)?[ \t]*\[[^\n]*\]{_END}",
    "xref": rf"(?!https?:https?\\)(?:[^\s\\]|\\.)+(?:[ \t]+{_QUOTED})?{_END}",
    "is_a": rf"\S+{_END}",
    "alt_id": rf"\S+{_END}",
    "replaced_by": rf"\S+{_END}",
    "consider": rf"\S+{_END}",
    "relationship": rf"\S+[ \t]+\S+{_END}",
    "is_obsolete": rf"(?:true|false){_END}",
}
_REFUSED = re.compile(
    "^(?:" + "|".join(rf"{tag}:(?![ \t]*{valid})" for tag, valid in _VALID.items()) + r")[^\n]*$", re.MULTILINE
)
_STANZA = re.compile(r"^\[(Term|Typedef|Instance)\][ \t]*$", re.MULTILINE)
_ID = re.compile(r"^id:[ \t]*(\S+)", re.MULTILINE)
_ALT_ID = re.compile(r"^alt_id:[ \t]*(\S+)", re.MULTILINE)
_SYNONYM = re.compile(rf"({_QUOTED})[ \t]*(EXACT|BROAD|NARROW|RELATED)?")
_ESCAPED = re.compile(r"\\(.)")
_KINDS = {"Term": Kind.CLASS, "Typedef": Kind.OBJECT_PROPERTY, "Instance": Kind.INDIVIDUAL}

_Raw = tuple[Kind, str]


def read_obo(text: str, source: Source, prefixes: Prefixes) -> Terms[_Raw]:
    """Read an OBO document; a stanza is parsed when its term is asked for."""
    text = text.replace("\r\n", "\n")
    refused = tuple(_refused(text))
    dropped = {each.text for each in refused}
    raw: dict[str, _Raw] = {}
    for kind, stanza in _stanzas(text):
        found = _ID.search(stanza)
        if found:
            raw.setdefault(iri_of(found[1], prefixes), (kind, stanza))

    def parse(iri: str, entry: _Raw) -> Term:
        return _parse(iri, entry, source=source, prefixes=prefixes, dropped=dropped)

    def alternatives() -> Mapping[str, str]:
        return {
            iri_of(alternative, prefixes): iri
            for iri, (_, stanza) in raw.items()
            if "\nalt_id:" in stanza
            for alternative in _ALT_ID.findall(stanza)
        }

    return Terms(raw, parse, alternatives=alternatives, refused=refused)


def iri_of(identifier: str, prefixes: Prefixes) -> str:
    """Give the IRI of an OBO identifier: by a declared prefix, else as an OBO permanent URL."""
    identifier = _unescape(identifier)
    if "://" in identifier:
        return identifier
    prefix, colon, local = identifier.partition(":")
    if colon and prefix in prefixes:
        return prefixes[prefix] + local
    return OBO_PURL + (f"{prefix}_{local}" if colon else identifier)


def _refused(text: str) -> Iterator[Refused]:
    line, at = 1, 0
    for found in _REFUSED.finditer(text):
        line += text.count("\n", at, found.start())
        at = found.start()
        tag = found[0].partition(":")[0]
        yield Refused(line, found[0], f"the value of {tag} is not valid OBO")


def _stanzas(text: str) -> Iterator[tuple[Kind, str]]:
    marks = list(_STANZA.finditer(text))
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        yield _KINDS[mark[1]], text[mark.end() : following.start() if following else len(text)]


def _parse(iri: str, entry: _Raw, *, source: Source, prefixes: Prefixes, dropped: set[str]) -> Term:
    kind, stanza = entry
    values: dict[str, list[str]] = {}
    for line in stanza.split("\n"):
        if line and line not in dropped:
            tag, _, value = line.partition(":")
            values.setdefault(tag, []).append(value.strip())
    obsolete = _first(values, "is_obsolete").startswith("true")
    wholes, links = _relations(values.get("relationship", ()), source, prefixes)
    return Term(
        iri=iri,
        kind=kind,
        label=_unescape(re.sub(r"[ \t]+\{[^{}]*\}$", "", _first(values, "name"))) or None,
        synonyms=tuple(_synonym(value) for value in values.get("synonym", ())),
        parents=tuple(_targets(values.get("is_a", ()), prefixes)),
        wholes=wholes,
        links=(*links, *_matches(values.get("property_value", ()), source, prefixes)),
        xrefs=tuple(word for word in map(_word, values.get("xref", ())) if word.partition(":")[0] in source.xrefs),
        branch=_first(values, "namespace") or None,
        obsolete=obsolete,
        replaced_by=tuple(_targets(values.get("replaced_by", ()), prefixes)),
        consider=tuple(_targets(values.get("consider", ()), prefixes)),
    )


def _first(values: Mapping[str, list[str]], tag: str) -> str:
    return values.get(tag, [""])[0]


def _word(value: str) -> str:
    return value.split(None, 1)[0] if value else ""


def _targets(values: list[str] | tuple[str, ...], prefixes: Prefixes) -> Iterator[str]:
    for value in values:
        iri = iri_of(_word(value), prefixes)
        if is_iri(iri):
            yield iri


def _synonym(value: str) -> Synonym:
    found = _SYNONYM.match(value)
    if found is None:
        return Synonym(_unescape(value), Scope.RELATED)
    return Synonym(_unescape(found[1][1:-1]), Scope[found[2] or "RELATED"])


def _relations(
    values: list[str] | tuple[str, ...], source: Source, prefixes: Prefixes
) -> tuple[tuple[str, ...], tuple[Link, ...]]:
    wholes, links = [], []
    for value in values:
        relation, target = value.split(None, 2)[:2]
        if relation in _PART_OF:
            wholes.append(iri_of(target, prefixes))
        elif relation in source.relations:
            links.append(Link(source.relations[relation], iri_of(target, prefixes), follow=True))
    return tuple(wholes), tuple(links)


def _matches(values: list[str] | tuple[str, ...], source: Source, prefixes: Prefixes) -> Iterator[Link]:
    """Give the SKOS matches to the vocabularies that the source's ``xrefs`` name."""
    for value in values:
        property_, _, rest = value.partition(" ")
        if property_.startswith(names.SKOS) or property_.startswith("skos:"):
            target = _word(rest)
            if target.partition(":")[0] in source.xrefs:
                name = property_.removeprefix("skos:").removeprefix(names.SKOS)
                yield Link(names.SKOS + name, iri_of(target, prefixes))


def _unescape(text: str) -> str:
    if "\\" not in text:
        return text
    return _ESCAPED.sub(lambda found: {"n": "\n", "W": " ", "t": "\t"}.get(found[1], found[1]), text)
