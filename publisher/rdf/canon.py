"""RDF Dataset Canonicalization: the same labels for the same blank nodes, and IRIs made from them.

The work is limited: a graph made to be slow (many blank nodes that look alike, each linked to all) is refused by
count, never by clock, so that every machine refuses the same graphs.
See RDF Dataset Canonicalization (RDFC-1.0), section 4.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from itertools import permutations

from publisher.errors import DatasetUnreadable
from publisher.rdf.terms import Statement, split

STEPS = 50_000
Digest = Callable[[str], str]


def sha256(text: str) -> str:
    """Give the SHA-256 of a text's UTF-8 bytes in hexadecimal, the default hash of RDFC-1.0."""
    return hashlib.sha256(text.encode()).hexdigest()


def labels(lines: Iterable[str], *, digest: Digest = sha256, steps: int = STEPS) -> dict[str, str]:
    """Give blank node → canonical label (``c14n0`` …), both without ``_:``, for N-Quads lines.

    Raises DatasetUnreadable ``dataset.blank-nodes`` where that takes more than ``steps`` steps.
    """
    return _Canonicalization(lines, digest, steps).labels()


def canonical(lines: Iterable[str], *, digest: Digest = sha256, steps: int = STEPS) -> list[str]:
    """Give the lines of the canonical form: canonical labels, distinct, in code point order."""
    kept = list(lines)
    names = {f"_:{old}": f"_:{new}" for old, new in labels(kept, digest=digest, steps=steps).items()}
    return sorted({_renamed(split(line), names) for line in kept})


def skolemise(lines: Iterable[str], document: str, *, steps: int = STEPS) -> list[str]:
    """Give the lines of one document with each blank node as the IRI ``<document>#b-<canonical label>``, sorted.

    >>> skolemise(["_:x <http://e/p> _:x ."], "http://e/d")
    ['<http://e/d#b-c14n0> <http://e/p> <http://e/d#b-c14n0> .']
    """
    kept = list(lines)
    stem = document.rstrip("#")
    names = {f"_:{old}": f"<{stem}#b-{new}>" for old, new in labels(kept, steps=steps).items()}
    return sorted({_renamed(split(line), names) for line in kept})


def _renamed(statement: Statement, names: Mapping[str, str]) -> str:
    terms = [names.get(term, term) for term in statement if term]
    return " ".join((*terms, "."))


class _Issuer:
    """Labels given out in order: the identifier issuer of section 4.6."""

    __slots__ = ("_prefix", "issued")

    def __init__(self, prefix: str, issued: Mapping[str, str] | None = None):
        self._prefix = prefix
        self.issued = dict(issued or {})

    def issue(self, node: str) -> str:
        return self.issued.setdefault(node, f"{self._prefix}{len(self.issued)}")

    def copy(self) -> "_Issuer":
        return _Issuer(self._prefix, self.issued)


class _Canonicalization:
    """The state of one run: section 4.2."""

    def __init__(self, lines: Iterable[str], digest: Digest, steps: int):
        self._digest = digest
        self._steps = steps
        self._canonical = _Issuer("c14n")
        self._quads: dict[str, list[Statement]] = {}
        for line in dict.fromkeys(lines):
            statement = split(line)
            for node in {term for term in statement if term.startswith("_:")}:
                self._quads.setdefault(node, []).append(statement)

    def labels(self) -> dict[str, str]:
        """Section 4.4.3, the canonicalization algorithm."""
        alike: dict[str, list[str]] = {}
        self._first = {node: self._first_degree(node) for node in self._quads}
        for node, found in self._first.items():
            alike.setdefault(found, []).append(node)
        for found in sorted(alike):
            if len(alike[found]) == 1:
                self._canonical.issue(alike[found][0])
        for found in sorted(alike):
            if len(alike[found]) > 1:
                self._tell_apart(alike[found])
        return {node[2:]: label for node, label in self._canonical.issued.items()}

    def _tell_apart(self, nodes: list[str]) -> None:
        results: list[tuple[str, _Issuer]] = []
        for node in nodes:
            if node not in self._canonical.issued:
                issuer = _Issuer("b")
                issuer.issue(node)
                results.append(self._n_degree(node, issuer))
        for _, issuer in sorted(results, key=lambda result: result[0]):
            for node in issuer.issued:
                self._canonical.issue(node)

    def _first_degree(self, node: str) -> str:
        """Section 4.6.3: the hash of a node's quads, itself written ``_:a`` and any other node ``_:z``."""
        rows = []
        for statement in self._quads[node]:
            names = {term: "_:a" if term == node else "_:z" for term in statement if term.startswith("_:")}
            rows.append(_renamed(statement, names) + "\n")
        return self._digest("".join(sorted(rows)))

    def _related(self, node: str, statement: Statement, issuer: _Issuer, position: str) -> str:
        """Section 4.7.3."""
        predicate = "" if position == "g" else statement.predicate
        label = self._canonical.issued.get(node) or issuer.issued.get(node)
        return self._digest(position + predicate + (f"_:{label}" if label else self._first[node]))

    def _n_degree(self, node: str, issuer: _Issuer) -> tuple[str, _Issuer]:
        """Section 4.8.3: the hash of a node by the paths to the nodes that it is linked with."""
        self._step()
        neighbours: dict[str, list[str]] = {}
        for statement in self._quads[node]:
            for position, term in (("s", statement.subject), ("o", statement.object), ("g", statement.graph)):
                if term.startswith("_:") and term != node:
                    neighbours.setdefault(self._related(term, statement, issuer, position), []).append(term)
        data = []
        for found in sorted(neighbours):
            path, issuer = self._shortest(neighbours[found], issuer)
            data.append(found + path)
        return self._digest("".join(data)), issuer

    def _shortest(self, nodes: list[str], issuer: _Issuer) -> tuple[str, _Issuer]:
        chosen = ""
        chosen_issuer = issuer
        for order in permutations(nodes):
            self._step()
            candidate = self._path(order, issuer.copy(), chosen)
            if candidate and (not chosen or candidate[0] < chosen):
                chosen, chosen_issuer = candidate
        return chosen, chosen_issuer

    def _path(self, order: Iterable[str], issuer: _Issuer, chosen: str) -> tuple[str, _Issuer] | None:
        path = ""
        later = []
        for node in order:
            if node in self._canonical.issued:
                path += f"_:{self._canonical.issued[node]}"
            else:
                if node not in issuer.issued:
                    later.append(node)
                path += f"_:{issuer.issue(node)}"
            if _worse(path, chosen):
                return None
        for node in later:
            found, deeper = self._n_degree(node, issuer)
            path += f"_:{issuer.issue(node)}<{found}>"
            issuer = deeper
            if _worse(path, chosen):
                return None
        return path, issuer

    def _step(self) -> None:
        self._steps -= 1
        if self._steps < 0:
            raise DatasetUnreadable(
                f"{len(self._quads)} blank nodes are linked so alike that naming them takes too long",
                fix="give IRIs to the nodes of the densest part",
                code="dataset.blank-nodes",
            )


def _worse(path: str, chosen: str) -> bool:
    return bool(chosen) and len(path) >= len(chosen) and path > chosen
