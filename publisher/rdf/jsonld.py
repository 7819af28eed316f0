"""JSON-LD 1.1 of sorted N-Quads lines: one node object for each subject, compact IRIs, exact lexical forms.

It refuses native JSON numbers: ``5`` and ``"05"^^xsd:integer`` would become one. See JSON-LD 1.1, section 4.3.
"""

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache

from publisher.rdf.names import RDF, XSD
from publisher.rdf.prefixes import Prefixes
from publisher.rdf.terms import subjects, text_of, triples

_TYPE = f"<{RDF}type>"
_DELIMITERS = ":/?#[]@"
_SCHEMES = frozenset({"data", "did", "file", "ftp", "http", "https", "info", "mailto", "tag", "tel", "urn"})


def jsonld(lines: Iterable[str], prefixes: Prefixes) -> Iterator[str]:
    """Give a JSON-LD document, in pieces; graphs are merged and a repeated triple is one."""
    used = Prefixes({prefix: namespace for prefix, namespace in prefixes if prefix not in _SCHEMES})
    context = {"@version": 1.1} | {prefix: _definition(namespace) for prefix, namespace in used}
    yield '{"@context": ' + json.dumps(context, ensure_ascii=False) + ',\n"@graph": ['
    separator = "\n"
    names = _Names(used)
    for subject, table in subjects(triples(lines)):
        yield separator + json.dumps(names.node(subject, table), ensure_ascii=False)
        separator = ",\n"
    yield "\n]}\n"


def _definition(namespace: str) -> object:
    return namespace if namespace[-1] in _DELIMITERS else {"@id": namespace, "@prefix": True}


class _Names:
    """Terms as JSON-LD writes them with one table of prefixes."""

    def __init__(self, prefixes: Prefixes):
        self._prefixes = prefixes
        self.name = lru_cache(maxsize=1 << 15)(self._name)

    def node(self, subject: str, table: dict[str, list[str]]) -> dict[str, object]:
        node: dict[str, object] = {"@id": self.name(subject)}
        if _TYPE in table:
            node["@type"] = [self.name(term) for term in table[_TYPE]]
        for predicate, objects in table.items():
            if predicate != _TYPE:
                node[self.name(predicate)] = [self._value(term) for term in objects]
        return node

    def _value(self, term: str) -> object:
        if term[0] != '"':
            return {"@id": self.name(term)}
        text = text_of(term)
        if text.language:
            return {"@value": text.value, "@language": text.language}
        if text.datatype == f"{XSD}string":
            return text.value
        return {"@value": text.value, "@type": self.name(f"<{text.datatype}>")}

    def _name(self, term: str) -> str:
        if term[0] != "<":
            return term
        iri = term[1:-1]
        short = self._prefixes.compress(iri)
        return short if short and not short.partition(":")[2].startswith("//") else iri
