"""Comparing an answer with what a suite expects: bags of rows, one bijection of blank nodes, order where it counts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
_RESULTS = {".srx": ox.QueryResultsFormat.XML, ".srj": ox.QueryResultsFormat.JSON, ".tsv": ox.QueryResultsFormat.TSV}
_GRAPHS = {".ttl": ox.RdfFormat.TURTLE, ".rdf": ox.RdfFormat.RDF_XML, ".nt": ox.RdfFormat.N_TRIPLES}
Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Row = Mapping[str, Term]


@dataclass(frozen=True)
class Rows:
    """Rows of a SELECT; ``ordered`` where their order is part of what is expected."""

    variables: frozenset[str]
    rows: tuple[Row, ...]
    ordered: bool = False


Found = bool | Rows | ox.Dataset


def read_results(content: bytes, form: ox.QueryResultsFormat) -> Found:
    """Give what a results document says."""
    parsed = ox.parse_query_results(content, format=form)
    if isinstance(parsed, ox.QueryBoolean):
        return bool(parsed)
    names = [variable.value for variable in parsed.variables]
    rows = tuple({name: row[name] for name in names if row[name] is not None} for row in parsed)
    return Rows(frozenset(names), rows)


def read_graph(content: bytes, form: ox.RdfFormat, base: str) -> ox.Dataset:
    """Give the graph of a document."""
    return ox.Dataset(ox.parse(content, form, base_iri=base))


def read_expected(path: Path, base: str) -> Found:
    """Give what a file of the suite expects: rows, a truth value or a graph, in whatever syntax it is written."""
    if path.suffix in _RESULTS:
        return read_results(path.read_bytes(), _RESULTS[path.suffix])
    graph = read_graph(path.read_bytes(), _GRAPHS[path.suffix], base)
    kind = next(iter(graph.quads_for_object(ox.NamedNode(f"{RS}ResultSet"))), None)
    return graph if kind is None else _result_set(graph, kind.subject)


def _result_set(graph: ox.Dataset, node: ox.NamedNode | ox.BlankNode | ox.Triple) -> Found:
    values = _values(graph, node)
    truth = values.get("boolean")
    if truth:
        return str(getattr(truth[0], "value", "")) == "true"
    names = frozenset(str(getattr(term, "value", "")) for term in values.get("resultVariable", ()))
    rows: list[tuple[int, Row]] = []
    for solution in values.get("solution", ()):
        parts = _values(graph, solution)
        bindings = [_values(graph, each) for each in parts.get("binding", ())]
        row = {str(getattr(each["variable"][0], "value", "")): each["value"][0] for each in bindings}
        rows.append((int(getattr(parts["index"][0], "value", "0")) if "index" in parts else 0, row))
    rows.sort(key=lambda pair: pair[0])
    return Rows(names, tuple(row for _, row in rows), ordered=any(index for index, _ in rows))


def _values(graph: ox.Dataset, node: object) -> dict[str, list[Term]]:
    found: dict[str, list[Term]] = {}
    for quad in graph.quads_for_subject(node):  # type: ignore[arg-type]
        found.setdefault(quad.predicate.value.removeprefix(RS), []).append(quad.object)
    return found


def same(found: Found, expected: Found, *, lax: bool = False, by: Sequence[str] | None = None) -> bool:
    """Tell whether an answer is the expected one; ``by`` are the variables that the query sorts by (None: it does not).

    A lax answer holds the same distinct rows, none more often than expected.
    """
    if isinstance(found, bool) or isinstance(expected, bool):
        return found is expected
    if isinstance(found, ox.Dataset) and isinstance(expected, ox.Dataset):
        return _canonical(found) == _canonical(expected)
    if isinstance(found, Rows) and isinstance(expected, Rows):
        return _same_rows(found, expected, lax=lax, by=by)
    return False


def _same_rows(found: Rows, expected: Rows, *, lax: bool, by: Sequence[str] | None) -> bool:
    if found.variables != expected.variables and (found.rows or expected.rows):
        return False
    if lax:
        ours, theirs = Counter(map(_key, found.rows)), Counter(map(_key, expected.rows))
        return set(ours) == set(theirs) and ours <= theirs
    if (by is not None or expected.ordered) and not _same_order(found.rows, expected.rows, by or ()):
        return False
    return _same_bag(list(found.rows), list(expected.rows))


def by_value(found: Found) -> Found:
    """Give an answer with every literal in the form in which a store keeps it."""
    if isinstance(found, bool):
        return found
    if isinstance(found, Rows):
        rows = tuple({name: _kept(term) for name, term in row.items()} for row in found.rows)
        return Rows(found.variables, rows, found.ordered)
    store = ox.Store()
    store.extend(found)
    return ox.Dataset(store)


def _kept(term: Term) -> Term:
    if isinstance(term, ox.NamedNode | ox.BlankNode):
        return term
    store = ox.Store()
    store.add(ox.Quad(ox.BlankNode(), ox.NamedNode("urn:x"), term))
    kept: Term = next(iter(store)).object
    if isinstance(kept, ox.Literal) and kept.language:
        return ox.Literal(kept.value, language=kept.language.lower(), direction=kept.direction)
    if isinstance(kept, ox.Literal) and isinstance(term, ox.Literal) and kept.datatype != term.datatype:
        return term  # another type is more than another form
    return kept


def _canonical(graph: ox.Dataset) -> set[ox.Quad]:
    copy = ox.Dataset(graph)
    copy.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return set(copy)


def _key(row: Row) -> str:
    """Give a row as text in which all blank nodes look alike."""
    return " ".join(f"?{name}={_text(term)}" for name, term in sorted(row.items()))


def _text(term: object) -> str:
    if isinstance(term, ox.BlankNode):
        return "_:b"
    if isinstance(term, ox.Triple):
        return f"<<{_text(term.subject)} {_text(term.predicate)} {_text(term.object)}>>"
    if isinstance(term, ox.Literal) and term.language:
        return f"{term.value!r}@{term.language.lower()}--{term.direction}"
    return str(term)


def _same_order(found: Sequence[Row], expected: Sequence[Row], by: Sequence[str]) -> bool:
    """Compare two orders, by the sort keys where they are variables of the answer: equal rows may change places."""
    if not by:
        return [_key(row) for row in found] == [_key(row) for row in expected]
    return [_sorted_by(row, by) for row in found] == [_sorted_by(row, by) for row in expected]


def _sorted_by(row: Row, keys: Sequence[str]) -> list[str]:
    return [_text(row[name]) if name in row else "" for name in keys]


def _same_bag(found: list[Row], expected: list[Row]) -> bool:
    if Counter(map(_key, found)) != Counter(map(_key, expected)):
        return False
    expected.sort(key=_key)
    return _match(found, expected, {})


def _match(found: list[Row], expected: list[Row], nodes: dict[str, str]) -> bool:
    """Find a bijection of blank nodes, row by row."""
    if not expected:
        return True
    wanted = expected[0]
    tried: set[str] = set()
    for place, row in enumerate(found):
        if str(row) in tried or _key(row) != _key(wanted):
            continue
        tried.add(str(row))
        more = dict(nodes)
        pairs = ((row[name], wanted[name]) for name in wanted)
        if all(_pair(one, other, more) for one, other in pairs) and _match(
            found[:place] + found[place + 1 :], expected[1:], more
        ):
            return True
    return False


def _pair(one: object, other: object, nodes: dict[str, str]) -> bool:
    if isinstance(one, ox.BlankNode) and isinstance(other, ox.BlankNode):
        known = nodes.get(one.value)
        if known is None and other.value not in nodes.values():
            nodes[one.value] = other.value
            return True
        return known == other.value
    if isinstance(one, ox.Triple) and isinstance(other, ox.Triple):
        return (
            _pair(one.subject, other.subject, nodes)
            and one.predicate == other.predicate
            and _pair(one.object, other.object, nodes)
        )
    return _text(one) == _text(other)
