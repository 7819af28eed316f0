"""OWL: whether ontology and facts can be true together, which classes can have no member, and why not.

HermiT says that there is a contradiction, not which. So axioms are taken away by halves and HermiT asked again
(QuickXplain, Junker 2004) until a set remains of which none can be missing, within a limit of runs and of time. A
class that can have no member is explained in the same way: it is given one.

Only what the reasoner reads goes in: class and property axioms, types, and relations of declared object properties.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from publisher.dataset import Dataset
from publisher.errors import Finding, Severity, Where
from publisher.rdf.names import OWL, RDF, RDFS
from publisher.validation import terms
from publisher.validation.graph import SUBCLASS, TYPE, Graph
from publisher.validation.places import places_of
from publisher.validation.places.turtle import TurtleLines
from publisher.validation.reasoning.hermit import HermiT, Triple
from publisher.validation.reasoning.inference import inferred

__all__ = ["HermiT", "check_reasoning", "inferred"]

_STRUCTURE = (
    f"<{OWL}",
    f"<{RDF}",
    f"<{RDFS}subClassOf>",
    f"<{RDFS}subPropertyOf>",
    f"<{RDFS}domain>",
    f"<{RDFS}range>",
)
_DROPPED = {
    *(
        f"<{OWL}{name}>"
        for name in ("imports", "versionIRI", "versionInfo", "deprecated", "priorVersion", "annotatedSource")
    ),
    *(f"<{RDF}{name}>" for name in ("subject", "predicate", "object", "value")),
}
_DISJOINT = f"<{OWL}disjointWith>"
_OBJECT_PROPERTY = f"<{OWL}ObjectProperty>"
_DECLARATIONS = {
    f"<{OWL}{name}>"
    for name in ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty", "NamedIndividual", "Ontology")
}
_EXPLAINED = 3
_MOST = 12
_MEMBER = "<urn:exportin:member>"
Axiom = tuple[Triple, ...]


def check_reasoning(
    data: Graph, dataset: Dataset, *, reasoner: HermiT | None, limit: int = 60, progress: Callable[[str], None]
) -> Iterator[Finding]:
    """Find contradictions and empty classes; say plainly where no reasoner could be asked."""
    if reasoner is None:
        yield Finding(
            "reasoning.skipped",
            "the ontology was not checked for contradictions, because there is no Java on this machine",
            severity=Severity.INFO,
            fix="install a Java runtime, 11 or newer",
        )
        return
    data = with_blank_nodes(data, dataset.manifest.base)
    axioms = list(axioms_of(data))
    verdict = reasoner.ask(flat(axioms))
    if verdict.failure:
        yield Finding(
            "reasoning.failed",
            f"the reasoner gave no answer: {verdict.failure}",
            severity=Severity.WARNING,
            fix="look at the axioms that were added last; give the reasoner more time or memory",
        )
        return
    search = Search(data, axioms, reasoner, limit)
    lines = TurtleLines(dataset.root, dataset.manifest.prefixes, places_of(dataset))
    if not verdict.consistent:
        progress("contradiction found, looking for its smallest cause")
        conflict = search.conflict(suspects(data, axioms))
        yield _contradiction(conflict, lines, exact=search.within)
    # What lies below an empty class is empty for its reason.
    for number, (name, below) in enumerate(_highest(data, verdict.unsatisfiable).items()):
        progress(f"nothing can be of the class {lines.short(f'<{name}>')}, looking for the smallest cause")
        conflict = search.emptiness(f"<{name}>") if number < _EXPLAINED else []
        yield _empty(name, below, conflict, lines, exact=search.within)


@dataclass(slots=True)
class Search:
    """A search for smallest conflicts that asks the reasoner at most so often, and no longer than one run may take."""

    data: Graph
    axioms: Sequence[Axiom]
    reasoner: HermiT
    limit: int

    @property
    def within(self) -> bool:
        """Tell whether there are runs and time left: a set that was found then is as small as can be."""
        return self.reasoner.runs < self.limit and self.reasoner.spent < self.reasoner.seconds

    def conflict(self, near: Sequence[Axiom], extra: Axiom = ()) -> list[Axiom]:
        """Give a smallest part of the axioms that cannot be true, with ``extra``; first of those ``near`` by."""
        best = list(self.axioms)

        def broken(some: Sequence[Axiom]) -> bool:
            if not self.within or self.reasoner.ask(flat([*some, extra])).consistent:
                return False
            best[:] = some if len(some) < len(best) else best
            return True

        # A thing of two disjoint kinds is what goes wrong most; looking around it first saves most of the runs.
        found = smallest(near if near and broken(near) else self.axioms, broken)
        return min(found, best, key=len)

    def emptiness(self, name: str) -> list[Axiom]:
        """Give a smallest part of the axioms by which a class can have no member."""
        above = self.data.up(name, SUBCLASS)
        near = [axiom for axiom in self.axioms if axiom[0][0] in above or terms.is_blank(axiom[0][0])]
        return self.conflict(near, ((_MEMBER, TYPE, name),))


def with_blank_nodes(data: Graph, base: str) -> Graph:
    """Give a graph whose nodes of lists and restrictions, which a build names by IRIs, have no name again.

    An axiom is a triple with all that hangs on its blank nodes: by halves of a list nothing could be explained.
    """
    skolem = re.compile(rf"<{re.escape(base)}[^<>]*#b-c14n\d+>")
    names: dict[str, str] = {}

    def blank(found: re.Match[str]) -> str:
        return names.setdefault(found[0], f"_:skolem{len(names)}")

    def renamed(term: str) -> str:
        return skolem.sub(blank, term) if term.startswith("<") else term

    return Graph(f"{renamed(s)} {p} {renamed(o)} ." for s, p, o in data.triples())


def _highest(data: Graph, names: Sequence[str]) -> dict[str, int]:
    """Give the classes above which no other one is empty, or only in a circle, with how many are empty below them."""
    empty = [f"<{name}>" for name in names]
    above = {each: {other for other in data.up(each, SUBCLASS) if other != each} for each in empty}
    top = [each for each in empty if all(each in above[other] for other in above[each].intersection(empty))]
    return {terms.iri_of(each): sum(each in above[other] for other in empty) for each in top}


def _empty(name: str, below: int, conflict: Sequence[Axiom], lines: TurtleLines, *, exact: bool) -> Finding:
    others = f", nor any of the {below} classes below it" if below > 1 else ", nor the class below it" if below else ""
    why = f"{'' if exact else ', for some of these'}: {_listed(conflict, lines)}" if conflict else ""
    return Finding(
        "reasoning.empty-class",
        f"nothing can be of the class {lines.short(f'<{name}>')}{others}{why}",
        lines.of((f"<{name}>", SUBCLASS, "")),
        focus=name,
        fix="take away a superclass or a disjointness",
    )


def _listed(conflict: Sequence[Axiom], lines: TurtleLines) -> str:
    more = f"; and {len(conflict) - _MOST} more" if len(conflict) > _MOST else ""
    return "; ".join(_told(axiom, lines) for axiom in conflict[:_MOST]) + more


def suspects(data: Graph, axioms: Sequence[Axiom]) -> list[Axiom]:
    """Give the axioms around the first thing whose kinds, stated or by domain and range, are disjoint."""
    pairs = [(first, second) for first, others in data.of(_DISJOINT).items() for second in others]
    for head in data.of(f"<{OWL}members>").values():
        listed = data.items(head[0])
        pairs.extend((first, second) for first in listed for second in listed if first < second)
    kinds = {node: _all_kinds(data, node) for node in sorted(_things(axioms))}
    for node, found in kinds.items():
        if any(first in found and second in found for first, second in pairs):
            close = {node, *found, *data.predicates()}
            return [axiom for axiom in axioms if _near(axiom[0], node, close)]
    return []


def _near(triple: Triple, node: str, close: set[str]) -> bool:
    subject, predicate, object_ = triple
    # What has no name, as a list of classes that are all disjoint, is about no thing alone, and there is little of it.
    if node in (subject, object_) or terms.is_blank(subject):
        return True
    schema = predicate.startswith(_STRUCTURE)
    return schema and predicate != TYPE and subject in close and (object_ in close or terms.is_blank(object_))


def _things(axioms: Sequence[Axiom]) -> set[str]:
    return {axiom[0][0] for axiom in axioms} | {axiom[0][2] for axiom in axioms}


def _all_kinds(data: Graph, node: str) -> set[str]:
    pending = [*data.objects(node, TYPE)]
    for predicate in data.predicates():
        if node in data.of(predicate):
            pending.extend(data.objects(predicate, f"<{RDFS}domain>"))
        if data.objects(predicate, f"<{RDFS}range>") and node in data.to(predicate):
            pending.extend(data.objects(predicate, f"<{RDFS}range>"))
    found: set[str] = set()
    while pending:
        kind = pending.pop()
        if kind not in found:
            found.add(kind)
            pending.extend(data.objects(kind, f"<{RDFS}subClassOf>"))
    return found


def _contradiction(conflict: Sequence[Axiom], lines: TurtleLines, *, exact: bool) -> Finding:
    places = sorted({place for axiom in conflict[:_MOST] for place in [lines.of(axiom[0])] if place}, key=_ours_first)
    words = "these statements" if exact else "among these statements are some that"
    return Finding(
        "reasoning.inconsistent",
        f"{words} cannot all be true: {_listed(conflict, lines)}",
        places[0] if places else None,
        focus=terms.iri_of(conflict[0][0][0]) if conflict else None,
        fix="take one of them away: the fact where it is misread, the axiom where it says too much",
    )


def _ours_first(place: Where) -> tuple[bool, Where]:
    return (not place.file.startswith("seeds/"), place)


def _told(axiom: Axiom, lines: TurtleLines) -> str:
    subject, predicate, object_ = axiom[0]
    place = lines.of(axiom[0])
    words = f"{lines.short(subject)} {lines.short(predicate)} {lines.short(object_)}"
    if terms.is_blank(subject):
        named = {
            term for triple in axiom[1:] for term in triple if terms.is_iri(term) and not term.startswith(_STRUCTURE)
        }
        place = lines.nameless({terms.iri_of(term) for term in named})
        words = f"{lines.short(object_)} of {len(named)} names"
    return f"{words} ({place})" if place else words


def axioms_of(data: Graph) -> Iterator[Axiom]:
    """Give what the reasoner reads as axioms: a triple with all that hangs on its blank nodes; declarations apart."""
    relations = {each for each in data.predicates() if _OBJECT_PROPERTY in data.objects(each, TYPE)}
    blank = _by_blank(data)
    for subject, predicate, object_ in sorted(data.triples()):
        if terms.is_blank(subject) and predicate not in {TYPE}:
            continue
        if terms.is_blank(subject) and not _is_root(data, subject):
            continue
        if _reads(predicate, object_, relations):
            yield ((subject, predicate, object_), *_hanging(subject, blank), *_hanging(object_, blank))


def _reads(predicate: str, object_: str, relations: set[str]) -> bool:
    if predicate in _DROPPED or terms.is_literal(object_):
        return False
    return predicate in relations or predicate.startswith(_STRUCTURE)


def _is_root(data: Graph, node: str) -> bool:
    return not any(node in data.to(predicate) for predicate in data.predicates())


def _by_blank(data: Graph) -> dict[str, list[Triple]]:
    found: dict[str, list[Triple]] = {}
    for triple in data.triples():
        if terms.is_blank(triple[0]) and triple[1] not in _DROPPED:
            found.setdefault(triple[0], []).append(triple)
    return found


def _hanging(node: str, blank: dict[str, list[Triple]]) -> Iterator[Triple]:
    seen: set[str] = set()
    pending = [node]
    while pending:
        each = pending.pop()
        if each in seen or each not in blank:
            continue
        seen.add(each)
        for triple in sorted(blank[each]):
            yield triple
            pending.append(triple[2])


def flat(axioms: Iterable[Axiom]) -> list[Triple]:
    """Give the triples of axioms, each once."""
    return list(dict.fromkeys(triple for axiom in axioms for triple in axiom))


def smallest(axioms: Sequence[Axiom], broken: Callable[[Sequence[Axiom]], bool]) -> list[Axiom]:
    """Give a smallest part of the axioms that is still broken.

    Where ``broken`` gives up and says no, the part is still broken, but may hold more than it must.
    """
    fixed = [axiom for axiom in axioms if _declares(axiom)]
    loose = [axiom for axiom in axioms if not _declares(axiom)]

    def ask(background: Sequence[Axiom]) -> bool:
        return broken([*fixed, *background])

    def explain(background: list[Axiom], added: bool, candidates: list[Axiom]) -> list[Axiom]:  # noqa: FBT001 - as published
        if added and ask(background):
            return []
        if len(candidates) == 1:
            return candidates
        half = len(candidates) // 2
        first, second = candidates[:half], candidates[half:]
        kept = explain([*background, *first], bool(first), second)
        return [*explain([*background, *kept], bool(kept), first), *kept]

    return sorted(explain([], False, loose)) if loose else []  # noqa: FBT003 - as published


def _declares(axiom: Axiom) -> bool:
    return axiom[0][1] == TYPE and axiom[0][2] in _DECLARATIONS
