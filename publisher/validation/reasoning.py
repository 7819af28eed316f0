"""OWL: whether ontology and facts can be true together, which classes can have no member, and why not.

HermiT, the reasoner that Owlready2 carries, runs as a process of its own on N-Triples, so that it can be ended at a
deadline and shares no state with us. Where it finds a contradiction, axioms are taken away by halves and HermiT asked
again (QuickXplain, Junker 2004) until a set remains of which none can be missing, within a limit of runs.

Only what the reasoner reads goes in: class and property axioms, types, and relations of declared object properties.
"""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from publisher.dataset import Dataset
from publisher.errors import Finding, Severity, Where
from publisher.rdf.names import OWL, RDF, RDFS
from publisher.validation import terms
from publisher.validation.graph import TYPE, Graph
from publisher.validation.inference import inferred
from publisher.validation.places import places_of
from publisher.validation.turtle_lines import TurtleLines

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
Triple = tuple[str, str, str]
Axiom = tuple[Triple, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the reasoner says: consistent or not, the classes that can have no member, or why it could not say."""

    consistent: bool = True
    unsatisfiable: tuple[str, ...] = ()
    failure: str | None = None


@dataclass(slots=True)
class HermiT:
    """The reasoner as a command; ``runs`` counts how often it was asked."""

    java: str
    seconds: float = 120.0
    memory_mb: int = 2000
    runs: int = field(default=0)

    @classmethod
    def found(cls, *, seconds: float = 120.0) -> "HermiT | None":
        """Give the reasoner, or None where there is no Java."""
        java = shutil.which("java")
        return cls(java, seconds) if java and _jar() else None

    def ask(self, triples: Iterable[Triple]) -> Verdict:
        """Ask for consistency and unsatisfiable classes of triples."""
        self.runs += 1
        with tempfile.TemporaryDirectory(prefix="exportin-owl-") as folder:
            path = Path(folder) / "axioms.nt"
            path.write_text("".join(f"{s} {p} {o} .\n" for s, p, o in triples), encoding="utf-8")
            jar = _jar()
            quick = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1") if self.runs > 1 else ()
            command = [self.java, *quick, f"-Xmx{self.memory_mb}M", "-cp", f"{jar.parent}:{jar}" if jar else ""]
            command += ["org.semanticweb.HermiT.cli.CommandLine", "-U", path.as_uri()]
            try:
                done = subprocess.run(  # noqa: S603 - a fixed command on a file of our own
                    command, capture_output=True, text=True, timeout=self.seconds, check=False
                )
            except subprocess.TimeoutExpired:
                return Verdict(failure=f"it took more than {self.seconds:g} seconds")
            except OSError as error:
                return Verdict(failure=f"Java cannot be started: {error.strerror}")
        return _verdict(done)


def _jar() -> Path | None:
    spec = find_spec("owlready2")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "hermit" / "HermiT.jar"


def _verdict(done: "subprocess.CompletedProcess[str]") -> Verdict:
    if "InconsistentOntologyException" in done.stderr:
        return Verdict(consistent=False)
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        return Verdict(failure=lines[0] if lines else f"it ended with status {done.returncode}")
    names = re.findall(r"^\s+<([^>]+)>\s*$", done.stdout, re.MULTILINE)
    return Verdict(unsatisfiable=tuple(sorted(names)))


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
    lines = TurtleLines(dataset.root, dataset.manifest.prefixes, places_of(dataset))
    if not verdict.consistent:
        progress("contradiction found, looking for its smallest cause")
        conflict = _conflict(data, axioms, reasoner, limit)
        yield _contradiction(conflict, lines, exact=reasoner.runs < limit)
    for name in verdict.unsatisfiable:
        yield Finding(
            "reasoning.empty-class",
            f"nothing can be a {lines.short(f'<{name}>')}: its axioms contradict each other",
            lines.of((f"<{name}>", f"<{RDFS}subClassOf>", "")),
            focus=name,
            fix="take away a superclass or a disjointness",
        )


def _conflict(data: Graph, axioms: Sequence[Axiom], reasoner: HermiT, limit: int) -> list[Axiom]:
    def broken(some: Sequence[Axiom]) -> bool:
        return not reasoner.ask(flat(some)).consistent

    # A thing of two disjoint kinds is what goes wrong most; looking around it first saves most of the runs.
    near = suspects(data, axioms)
    return smallest(near if near and broken(near) else axioms, broken, limit=limit)


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
    if node in (subject, object_):
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
    told = [_told(axiom, lines) for axiom in conflict]
    places = sorted({place for axiom in conflict for place in [lines.of(axiom[0])] if place}, key=_ours_first)
    words = "these statements" if exact else "among these statements are some that"
    return Finding(
        "reasoning.inconsistent",
        f"{words} cannot all be true: {'; '.join(told)}",
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


def smallest(axioms: Sequence[Axiom], broken: Callable[[Sequence[Axiom]], bool], *, limit: int) -> list[Axiom]:
    """Give a smallest part of the axioms that is still broken, asking ``broken`` at most ``limit`` times.

    Where the limit is reached the part is broken, but may hold more than it must.
    """
    fixed = [axiom for axiom in axioms if axiom[0][1] == TYPE and axiom[0][2] in _DECLARATIONS]
    loose = [axiom for axiom in axioms if axiom not in set(fixed)]
    asked = 0

    def ask(background: Sequence[Axiom]) -> bool:
        nonlocal asked
        asked += 1
        return asked <= limit and broken([*fixed, *background])

    def explain(background: list[Axiom], added: bool, candidates: list[Axiom]) -> list[Axiom]:  # noqa: FBT001 - as published
        if added and ask(background):
            return []
        if len(candidates) == 1 or asked > limit:
            return candidates
        half = len(candidates) // 2
        first, second = candidates[:half], candidates[half:]
        kept = explain([*background, *first], bool(first), second)
        return [*explain([*background, *kept], bool(kept), first), *kept]

    return sorted(explain([], False, loose)) if loose else []  # noqa: FBT003 - as published
