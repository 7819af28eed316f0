"""Turtle and TriG for people: prefixes, one block for each subject, a stable order, written as a stream.

It refuses to sort: sorted lines in, one subject in memory at a time. Every prefix of the table is declared.
See RDF 1.1 Turtle and RDF 1.1 TriG.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from publisher.rdf.names import RDF, XSD
from publisher.rdf.prefixes import Prefixes
from publisher.rdf.terms import subjects, triples

_TYPE = f"<{RDF}type>"
_WIDTH = 110
_SHORT = {
    f"{XSD}integer": re.compile(r"[+-]?[0-9]+\Z"),
    f"{XSD}decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+\Z"),
    f"{XSD}boolean": re.compile(r"(?:true|false)\Z"),
}
Name = Callable[[str], str]


def turtle(lines: Iterable[str], prefixes: Prefixes) -> Iterator[str]:
    """Give a Turtle document of sorted N-Quads lines, in pieces; graphs are merged, a repeated triple is one."""
    yield declarations(prefixes)
    name = writer(prefixes)
    for subject, table in subjects(triples(lines)):
        yield "\n" + block(subject, table, name)


def trig(graphs: Iterable[tuple[str, Iterable[str]]], prefixes: Prefixes) -> Iterator[str]:
    """Give a TriG document, in pieces, of each graph's IRI (empty for the default graph) and its sorted lines."""
    yield declarations(prefixes)
    name = writer(prefixes)
    for graph, lines in graphs:
        yield f"\n{name(f'<{graph}>')} {{\n" if graph else "\n{\n"
        for subject, table in subjects(triples(lines)):
            yield "\n" + block(subject, table, name, indent="    ")
        yield "}\n"


def declarations(prefixes: Prefixes) -> str:
    """Give the lines that declare every prefix of the table, in its order."""
    return "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in prefixes)


def writer(prefixes: Prefixes) -> Name:
    """Give the function that writes an N-Quads term as Turtle does: prefixed names, short numbers and booleans."""
    named = prefixes.turtle_name

    def name(term: str) -> str:
        if term[0] == "<":
            return named(term[1:-1])
        if term[0] != '"' or term[-1] != ">":
            return term
        end = term.rindex('"')
        value, datatype = term[1:end], term[end + 4 : -1]
        short = _SHORT.get(datatype)
        return value if short and short.match(value) else f'"{value}"^^{named(datatype)}'

    return name


def block(subject: str, table: dict[str, list[str]], name: Name, *, indent: str = "") -> str:
    """Give one subject's statements: ``a`` first, then each predicate with its objects in the order of the lines."""
    order = sorted(table, key=lambda predicate: predicate != _TYPE)
    rows = [_row(name(p) if p != _TYPE else "a", [name(o) for o in table[p]], indent) for p in order]
    return f"{indent}{name(subject)} " + f" ;\n{indent}    ".join(rows) + " .\n"


def _row(predicate: str, objects: list[str], indent: str) -> str:
    joined = ", ".join(objects)
    if len(objects) == 1 or len(joined) + len(predicate) + len(indent) <= _WIDTH:
        return f"{predicate} {joined}"
    return f"{predicate}\n{indent}        " + f",\n{indent}        ".join(objects)
