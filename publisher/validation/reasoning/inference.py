"""What follows by rule, materialised so that plain queries reach ancestors: the lines of ``graph/inferred``.

The rules, each sound under RDFS and OWL 2 RL:

1. roll-up: ``manifest.rollup.property`` from each node to all that a path along ``manifest.rollup.along`` reaches;
2. types (cax-sco): the superclasses of every type of a thing;
3. bare triples (prp-spo1): their super-properties; (prp-inv): their inverses; (prp-symp): their mirror images.

It refuses to infer anything from a fact that does not stand as a bare triple.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from publisher.dataset import Dataset
from publisher.rdf import quads as lines
from publisher.rdf.names import OWL, RDF, RDFS
from publisher.validation import terms
from publisher.validation.graph import SUBCLASS, TYPE, Graph
from publisher.validation.places import rows_of

_SUBPROPERTY = f"<{RDFS}subPropertyOf>"
_INVERSE = f"<{OWL}inverseOf>"
_SYMMETRIC = f"<{OWL}SymmetricProperty>"
_SCHEMA = (f"<{OWL}", f"<{RDF}", f"<{RDFS}")
_TOP = {f"<{OWL}topObjectProperty>", f"<{OWL}Thing>", f"<{RDFS}Resource>"}
Triple = tuple[str, str, str]


def inferred(quads: Path, dataset: Dataset) -> Iterator[str]:
    """Give the N-Quads lines that follow from the quads of a build, sorted, without those that are there already."""
    with quads.open(encoding="utf-8", newline="\n") as stream:
        data = Graph(line for line in stream if not line.isspace())
    facts = rows_of(dataset.tables["facts"])
    stated = (
        (f"<{row['subject']}>", f"<{row['predicate']}>", f"<{row['direct_object']}>")
        for row in facts
        if row["direct_object"]
    )
    bare = [triple for triple in stated if data.has(*triple)]
    rollup = dataset.manifest.rollup
    along = tuple(f"<{each}>" for each in rollup.along) if rollup else ()
    follow = set(consequences(data, bare))
    found = {*types(data), *follow}
    if rollup:
        found.update(rolled_up(data, f"<{rollup.property}>", along, more=follow))
    graph = f"<{dataset.manifest.graphs['inferred']}>"
    for triple in sorted(found):
        if not data.has(*triple):
            yield lines.line(*triple, graph)


def rolled_up(data: Graph, property_: str, along: tuple[str, ...], *, more: Iterable[Triple] = ()) -> Iterator[Triple]:
    """Give rule 1: every ancestor of every node that has a parent along one of the properties.

    ``more`` are triples that follow by another rule and count as well.
    """
    parents: dict[str, set[str]] = {}
    for predicate in along:
        for subject, objects in data.of(predicate).items():
            parents.setdefault(subject, set()).update(each for each in objects if terms.is_iri(each))
    for subject, predicate, object_ in more:
        if predicate in along:
            parents.setdefault(subject, set()).add(object_)
    for node, direct in parents.items():
        if not terms.is_iri(node):
            continue
        seen: set[str] = set()
        pending = [*direct]
        while pending:
            ancestor = pending.pop()
            if ancestor not in seen and ancestor not in _TOP:
                seen.add(ancestor)
                pending.extend(parents.get(ancestor, ()))
        for ancestor in seen - {node}:
            yield node, property_, ancestor


def types(data: Graph) -> Iterator[Triple]:
    """Give rule 2: the superclasses of each type, but of nothing that the schema languages define."""
    above: dict[str, set[str]] = {}
    for subject, classes in data.of(TYPE).items():
        for class_ in classes:
            if class_ not in above:
                above[class_] = {each for each in data.up(class_, SUBCLASS) if terms.is_iri(each)}
            if not class_.startswith(_SCHEMA):
                for each in above[class_] - {class_} - _TOP:
                    yield subject, TYPE, each


def consequences(data: Graph, bare: list[Triple]) -> Iterator[Triple]:
    """Give rule 3 for bare triples, applied until nothing new follows."""
    seen: set[Triple] = set()
    pending = list(bare)
    while pending:
        triple = pending.pop()
        if triple in seen:
            continue
        seen.add(triple)
        subject, predicate, object_ = triple
        pending.extend((subject, each, object_) for each in data.objects(predicate, _SUBPROPERTY) if terms.is_iri(each))
        inverses = [*data.objects(predicate, _INVERSE), *data.to(_INVERSE).get(predicate, [])]
        if _SYMMETRIC in data.objects(predicate, TYPE):
            inverses.append(predicate)
        pending.extend((object_, each, subject) for each in inverses if terms.is_iri(each))
    yield from (triple for triple in seen if triple[1] not in _TOP)
