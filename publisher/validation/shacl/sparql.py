"""SHACL-SPARQL constraints: a query with ``$this`` bound, run for many focus nodes at once where that is the same.

Pre-binding (SHACL appendix A) is done with the store's substitutions, one query per focus node. Where the query's
form allows it (no subquery, union, group or aggregate), one query joins all focus nodes instead.
Implements SHACL sections 5.1 to 5.3.
"""

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from itertools import chain
from typing import IO

import pyoxigraph as ox

from publisher.rdf import quads
from publisher.rdf.names import OWL, SH, XSD
from publisher.validation import terms
from publisher.validation.graph import Graph
from publisher.validation.shacl.paths import Predicate
from publisher.validation.shacl.rewriting import with_constants
from publisher.validation.shacl.shape import Batch, Results, Shape, ShapeMalformed

_TRUE = f'"true"^^<{XSD}boolean>'
_TOKEN = re.compile(
    r'"""(?:[^\\]|\\.)*?"""|\'\'\'(?:[^\\]|\\.)*?\'\'\'|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\''
    r"|<[^<>\"{}|^`\\\s]*>|#[^\n]*|[?$]\w+|[A-Za-z_][\w\-]*:[\w.\-%]*|\w+|\s+|.",
    re.DOTALL,
)
_REFUSED = ("MINUS", "VALUES", "SERVICE")
_SPLITTING = {"GROUP", "HAVING", "LIMIT", "OFFSET", "ORDER", "GRAPH", "REDUCED", "FROM"}
_AGGREGATES = {"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"}
_FEW = 40
_SHAPES_GRAPH = "urn:exportin:shapes"
_TARGETS = "urn:exportin:targets"
_COMPONENT = f"<{SH}SPARQLConstraintComponent>"
Row = Mapping[str, str]
_Substitutions = dict[ox.Variable, ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple]


class Sparql:
    """The data graph in a store, filled when the first query is asked."""

    def __init__(self, data: Graph, shapes: Graph):
        """Take the data and the shapes; load nothing yet."""
        self.data = data
        self.shapes = shapes
        self._filled: ox.Store | None = None

    @property
    def _store(self) -> ox.Store:
        if self._filled is None:
            self._filled = ox.Store()
            _load(self._filled, self.data)
            self._filled.bulk_extend(_quads(self.shapes, _SHAPES_GRAPH))
        return self._filled

    def prefixes(self, node: str) -> str:
        """Give the PREFIX lines that the sh:prefixes of a node declare (SHACL 5.2.1)."""
        lines: dict[str, None] = {}
        pending, seen = list(self.shapes.objects(node, f"<{SH}prefixes>")), set[str]()
        while pending:
            source = pending.pop()
            if source in seen:
                continue
            seen.add(source)
            pending.extend(self.shapes.objects(source, f"<{OWL}imports>"))
            for declaration in self.shapes.objects(source, f"<{SH}declare>"):
                prefix = self.shapes.one(declaration, f"<{SH}prefix>")
                namespace = self.shapes.one(declaration, f"<{SH}namespace>")
                if prefix and namespace:
                    lines[f"PREFIX {terms.text_of(prefix)}: <{terms.text_of(namespace)}>"] = None
        return "\n".join(lines) + "\n"

    def rows(self, query: str, bindings: Mapping[str, str], *, of: str) -> Iterator[Row]:
        """Run a query of a shape with its variables bound beforehand and give each solution."""
        found = self._run(self._store, query, bindings, of=of)
        names = [variable.value for variable in found.variables]
        for solution in found:
            yield {name: _text(solution[name]) for name in names if solution[name] is not None}

    def check(self, query: str, *, of: str) -> None:
        """Raise ShapeMalformed where a query of a shape is not one that could be run."""
        self._run(ox.Store(), query, {"this": f"<{_TARGETS}>"}, of=of)

    def _run(self, store: ox.Store, query: str, bindings: Mapping[str, str], *, of: str) -> ox.QuerySolutions:
        substitutions: dict[ox.Variable, ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple] = {
            ox.Variable(name): _term(text) for name, text in bindings.items()
        }
        if "BIND" in query.upper():
            query = _inlined(query, bindings)
        try:
            found = store.query(with_constants(query), substitutions=substitutions)
        except (SyntaxError, RuntimeError, ValueError) as error:
            raise _refused(query, str(error), of) from None
        if not isinstance(found, ox.QuerySolutions):
            raise _refused(query, "it is not a SELECT query", of)
        return found

    def select(self, query: str, foci: Sequence[str], *, of: str) -> Iterator[Row]:
        """Run a query of a shape that has ``$this`` for every focus node, all at once where that gives the same."""
        joined = _joined(query) if len(foci) > _FEW and not any(map(terms.is_literal, foci)) else None
        if joined is None:
            for focus in foci:
                for row in self.rows(query, {"this": focus}, of=of):
                    yield {"this": focus, **row}
            return
        graph, mark = ox.NamedNode(_TARGETS), ox.NamedNode(_TARGETS)
        self._store.extend(ox.Quad(mark, mark, _term(focus), graph) for focus in dict.fromkeys(foci))
        try:
            yield from list(self.rows(joined, {}, of=of))
        finally:
            self._store.remove_graph(graph)


def sparql_batch(sparql: Sparql, shape: Shape, constraint: str) -> Iterator[Batch]:
    """Give the batch of one sh:sparql constraint of a shape."""
    shapes = sparql.shapes
    text = shapes.one(constraint, f"<{SH}select>")
    if shapes.one(constraint, f"<{SH}deactivated>") == _TRUE:
        return
    if text is None:
        raise _refused("", "it has no sh:select", shape.node)
    query = prepare(sparql, shape, constraint, terms.text_of(text), {})
    sparql.check(query, of=shape.node)
    messages = tuple(shapes.objects(constraint, f"<{SH}message>"))

    def batch(foci: Sequence[str], out: Results) -> None:
        for row in sparql.select(query, foci, of=shape.node):
            add_row(shape, row, out, component=_COMPONENT, constraint=constraint, messages=messages)

    yield batch


def add_row(
    shape: Shape, row: Row, out: Results, *, component: str, constraint: str | None, messages: tuple[str, ...]
) -> None:
    """Add the result that one solution of a SELECT query stands for (SHACL 5.3.2)."""
    path = Predicate(row["path"]) if terms.is_iri(row.get("path", "_")) else None
    value = row.get("value") or (row["this"] if shape.path is None else None)
    filled = tuple(fill(message, row) for message in messages or shape.messages)
    out.append(shape.result(row["this"], component, value=value, path=path, constraint=constraint, messages=filled))


def fill(message: str, row: Row) -> str:
    """Put the values of a solution in the places ``{?name}`` and ``{$name}`` of a message."""
    literal = terms.parts(message)
    text = re.sub(
        r"\{[?$](\w+)\}", lambda place: terms.text_of(row[place[1]]) if place[1] in row else place[0], literal.lexical
    )
    return quads.literal(text, language=literal.language)


def prepare(sparql: Sparql, shape: Shape, owner: str, text: str, parameters: Mapping[str, str]) -> str:
    """Check a query against SHACL's rules and write path, shape and parameters into it; raise ShapeMalformed."""
    bound = {"this", "shapesGraph", "currentShape", *parameters}
    _check(text, bound, shape.node)
    known = {"shapesGraph": f"<{_SHAPES_GRAPH}>", "currentShape": shape.node, **parameters}
    if shape.path is not None:
        known["PATH"] = shape.path.sparql()
    return sparql.prefixes(owner) + _replaced(text, known)


def _replaced(text: str, known: Mapping[str, str]) -> str:
    def bound(place: re.Match[str]) -> str:
        return "(true)" if place[1] in known or place[1] == "this" else place[0]

    text = re.sub(r"\bbound\s*\(\s*[?$](\w+)\s*\)", bound, text, flags=re.IGNORECASE)
    return "".join(
        known.get(token[1:], token) if token[0] in "?$" and len(token) > 1 else token for token in _TOKEN.findall(text)
    )


def _inlined(query: str, bindings: Mapping[str, str]) -> str:
    """Write bound terms into the patterns of a query, since the store does not substitute inside BIND."""
    known = {name: text for name, text in bindings.items() if not terms.is_blank(text)}
    out, projecting = [], True
    for token in _TOKEN.findall(query):
        projecting = token.upper() == "SELECT" or (projecting and token != "{")  # noqa: S105 - a token of a query
        name = token[1:] if token[0] in "?$" else ""
        out.append(known[name] if name in known and not projecting else token)
    return "".join(out)


def _check(text: str, bound: set[str], shape: str) -> None:
    tokens = [token for token in _TOKEN.findall(text) if not token.isspace() and not token.startswith("#")]
    words = [token.upper() for token in tokens]
    for word in _REFUSED:
        if word in words:
            raise _refused(text, f"{word} is not allowed in a query with pre-bound variables", shape)
    for before, after in zip(words, tokens[1:], strict=False):
        if before == "AS" and after[0] in "?$" and after[1:] in bound:
            raise _refused(text, f"{after} is bound beforehand and cannot be assigned", shape)
    for place in [index for index, word in enumerate(words) if word == "SELECT"][1:]:
        projected = set[str]()
        for token in tokens[place + 1 :]:
            if token == "{" or token.upper() == "WHERE":  # noqa: S105 - a token of a query
                break
            projected.add(token[1:])
        if "this" not in projected:
            raise _refused(text, "a subquery must select $this", shape)


def _joined(query: str) -> str | None:
    tokens = _TOKEN.findall(query)
    solid = [(index, token) for index, token in enumerate(tokens) if not token.isspace() and token[0] != "#"]
    words = [token.upper() for _, token in solid]
    if words.count("SELECT") != 1 or _SPLITTING.intersection(words):
        return None
    opened = [place for place, word in enumerate(words) if word == "{"]
    if not opened or not all(_separable(words, place) for place in opened[1:]):
        return None
    projection = words[words.index("SELECT") : opened[0]]
    if "*" not in projection and not {"?THIS", "$THIS"}.intersection(projection):
        return None
    if _AGGREGATES.intersection(projection):
        return None
    at = solid[opened[0]][0]
    marks = f" GRAPH <{_TARGETS}> {{ <{_TARGETS}> <{_TARGETS}> ?this }} "
    return "".join([*tokens[: at + 1], marks, *tokens[at + 1 :]])


def _separable(words: Sequence[str], place: int) -> bool:
    """Tell whether a group inside a query means the same before and after ``$this`` is joined to it."""
    if words[place - 1] in {"EXISTS", "OPTIONAL"}:
        return True
    depth = 0
    for word in words[place:]:
        depth += {"{": 1, "}": -1}.get(word, 0)
        if word in {"FILTER", "BIND", "OPTIONAL"}:
            return False
        if depth == 0:
            break
    return True


def _refused(query: str, reason: str, shape: str) -> ShapeMalformed:
    shown = f" in the query:\n{query.strip()}" if query else ""
    return ShapeMalformed(
        f"a SPARQL constraint of the shape {terms.iri_of(shape)} cannot be run: {reason}{shown}",
        shape=shape,
        fix="see https://www.w3.org/TR/shacl/#pre-binding",
    )


def _load(store: ox.Store, graph: Graph) -> None:
    """Fill a store; in bulk where there are no blank nodes, whose labels loading in bulk would change."""
    blank = False
    with tempfile.TemporaryFile() as file:
        for predicate in graph.predicates():
            table = graph.of(predicate)
            blank = blank or any(node[0] == "_" for node in chain(table, *table.values()))
            lines = [
                f"{subject} {predicate} {object_} .\n" for subject, objects in table.items() for object_ in objects
            ]
            file.write("".join(lines).encode())
        file.seek(0)
        if blank:
            store.bulk_extend(_read(file, None))
        else:
            store.bulk_load(input=file, format=ox.RdfFormat.N_TRIPLES, lenient=True)


def _quads(graph: Graph, name: str) -> Iterator[ox.Quad]:
    data = "".join(f"{subject} {predicate} {object_} .\n" for subject, predicate, object_ in graph.triples())
    yield from _read(BytesIO(data.encode()), name)


def _read(source: IO[bytes], name: str | None) -> Iterator[ox.Quad]:
    target = ox.NamedNode(name) if name else ox.DefaultGraph()
    for triple in ox.parse(source, ox.RdfFormat.N_TRIPLES, lenient=True):
        yield ox.Quad(triple.subject, triple.predicate, triple.object, target)


def _term(text: str) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    if terms.is_iri(text):
        return ox.NamedNode(text[1:-1])
    if terms.is_blank(text):
        return ox.BlankNode(text[2:])
    literal = terms.parts(text)
    if literal.language:
        return ox.Literal(literal.lexical, language=literal.language)
    return ox.Literal(literal.lexical, datatype=ox.NamedNode(literal.datatype))


def _text(term: object) -> str:
    if isinstance(term, ox.NamedNode):
        return quads.iri(term.value)
    if isinstance(term, ox.Literal):
        return quads.literal(term.value, datatype=term.datatype.value, language=term.language)
    return str(term)
