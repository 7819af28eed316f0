"""Facts and evidence, read from a page's triples by the parts that the release says their properties play."""

from collections.abc import Iterable

from publisher.entities.graph import Graph, Term
from publisher.entities.naming import LABELS, TYPE, Naming
from publisher.entities.reader import Reader
from publisher.entities.values import Certainty, Evidence, Fact, Link, Parts, Passage, Property, Text, Value
from publisher.rdf import names

CURATION = (names.DCTERMS, names.PAV, names.PROV, names.SPDX, names.OA)
PAPERWORK = (*(f"{names.DCTERMS}{name}" for name in ("identifier", "created", "modified")), names.PAV, names.SPDX)
_COMMENT = f"{names.RDFS}comment"
_TARGET = f"{names.OA}hasTarget"
_SELECTOR = f"{names.OA}hasSelector"
_START, _END = f"{names.OA}start", f"{names.OA}end"
_PLAYED = ("subject", "predicate", "object", "certainty", "negated", "evidence", "evidence_code", "about",
           "original_subject", "original_object")  # fmt: skip
_DEPTH = 3


class Facts:
    """Reads facts out of one graph: made once for a page."""

    __slots__ = ("_graph", "_naming", "_reader")

    def __init__(self, reader: Reader, graph: Graph, naming: Naming):
        """Take the triples and the names of what they mention."""
        self._reader = reader
        self._graph = graph
        self._naming = naming

    def fact(self, iri: str, *, whole: bool = False) -> Fact:
        """Give one fact with its context and evidence; ``whole`` includes its paperwork."""
        role = self._reader.role
        graph = self._graph
        played = {role(name) for name in _PLAYED} | {TYPE, _COMMENT, *LABELS}
        common = self._reader.common
        mentions = [
            term.value for name in ("original_subject", "original_object") for term in graph.objects(iri, role(name))
        ]
        relation = next(iter(graph.iris(iri, role("predicate"))), None)
        return Fact(
            iri=iri,
            label=graph.text(iri, LABELS, self._reader.about.language) or self._naming.words(iri),
            subject=self._first(iri, "subject"),
            relation=self._naming.link(relation) if relation else None,
            object=self._first(iri, "object"),
            certainty=self._certainty(iri),
            negated=any(term.value in ("true", "1") for term in graph.objects(iri, role("negated"))),
            context=_once(self.properties(iri, hidden=played | common, barred=CURATION)),
            evidence=tuple(self.evidence(item) for item in graph.iris(iri, role("evidence"))),
            kinds=self._naming.kinds(iri),
            mentions=tuple(mentions),
            remark=graph.text(iri, (_COMMENT,)) or "",
            record=self.record(iri, hidden=played, begin=(*CURATION, *common)) if whole else (),
        )

    def evidence(self, iri: str) -> Evidence:
        """Give one piece of evidence with its places."""
        role = self._reader.role
        graph = self._graph
        targets = graph.iris(iri, _TARGET)
        nodes = (iri, *targets, *(node for target in targets for node in graph.iris(target, _SELECTOR)))
        hidden = {role(name) for name in ("document", "section", "sentence", "evidence_code", "cites", "cue")}
        return Evidence(
            iri=iri,
            documents=self._links(graph.iris(iri, role("document"))),
            passages=tuple(sorted(self._passages(iri, nodes))),
            codes=self._links(graph.iris(iri, role("evidence_code"))),
            cites=self._links(graph.iris(iri, role("cites"))),
            cue=graph.text(iri, (role("cue"),)) or "",
            others=self.properties(iri, hidden=hidden | {TYPE, *LABELS}, barred=CURATION),
        )

    def properties(
        self, subject: str, *, hidden: Iterable[str | None], barred: tuple[str, ...] = (), depth: int = _DEPTH
    ) -> tuple[Property, ...]:
        """Give what is said about a node, without the hidden relations and those that begin like a barred one."""
        unseen = set(hidden)
        found = [
            Property(
                Link(predicate, self._naming.name(predicate)), tuple(self.value(subject, term, depth) for term in terms)
            )
            for predicate, terms in self._graph.of(subject)
            if predicate not in unseen and not predicate.startswith(barred)
        ]
        return tuple(sorted(found, key=lambda item: item.relation.name.casefold()))

    def record(
        self, subject: str, *, hidden: Iterable[str | None], begin: tuple[str, ...] = PAPERWORK
    ) -> tuple[Property, ...]:
        """Give the paperwork about a node, such as dates and checksums: relations that begin in one of these ways."""
        return tuple(item for item in self.properties(subject, hidden=hidden) if item.relation.iri.startswith(begin))

    def value(self, subject: str, term: Term, depth: int = _DEPTH) -> Value:
        """Give a term as a link, a text, or the node that belongs to its subject."""
        if term.is_literal:
            datatype = term.datatype or ""
            plain = datatype.startswith(names.XSD) or datatype in ("", f"{names.RDF}langString")
            return Text(term.value, term.language or "", "" if plain else self._naming.words(datatype))
        owned = not term.is_iri or term.value.startswith(f"{subject.partition('#')[0]}#")
        if owned and depth > 0 and term.value in self._graph and term.value != subject:
            inner = self.properties(term.value, hidden={TYPE, *LABELS}, depth=depth - 1)
            if term.is_iri and not inner and self._graph.text(term.value, LABELS):
                return self._naming.link(term.value)  # all that is said of it is what it is called
            return Parts(term.value, self._naming.kinds(term.value), inner)
        return self._naming.link(term.value) if term.is_iri else Text("…")

    def _first(self, iri: str, name: str) -> Value | None:
        found = self._graph.objects(iri, self._reader.role(name))
        return self.value(iri, found[0], 0) if found else None

    def _links(self, iris: Iterable[str]) -> tuple[Link, ...]:
        return tuple(self._naming.link(iri) for iri in iris)

    def _certainty(self, iri: str) -> Certainty | None:
        found = self._graph.iris(iri, self._reader.role("certainty"))
        if not found:
            return None
        about = self._reader.about
        rank = about.certainty.index(found[0]) if found[0] in about.certainty else 0
        return Certainty(found[0], self._naming.name(found[0]), rank, len(about.certainty), found[0] in about.bare)

    def _passages(self, evidence: str, nodes: tuple[str, ...]) -> Iterable[Passage]:
        section = self._told(nodes, "section")
        sentence = self._told(nodes, "sentence")
        for node in nodes:
            starts, ends = self._graph.objects(node, _START), self._graph.objects(node, _END)
            if starts and ends and starts[0].value.isdecimal() and ends[0].value.isdecimal():
                near = (node, *(owner for owner in nodes if node in self._graph.iris(owner, _SELECTOR)), evidence)
                yield Passage(
                    int(starts[0].value),
                    int(ends[0].value),
                    self._told(near, "section") or section,
                    self._told(near, "sentence") or sentence,
                )

    def _told(self, nodes: tuple[str, ...], name: str) -> str:
        for node in nodes:
            for term in self._graph.objects(node, self._reader.role(name)):
                return term.value if term.is_literal else self._naming.name(term.value)
        return ""


def _once(properties: tuple[Property, ...]) -> tuple[Property, ...]:
    """Give the properties without the nodes that are already shown inside another one."""
    inside = {
        inner.node
        for item in properties
        for value in item.values
        if isinstance(value, Parts)
        for inner in _nested(value)
    }
    left = [
        Property(item.relation, tuple(v for v in item.values if not isinstance(v, Parts) or v.node not in inside))
        for item in properties
    ]
    return tuple(item for item in left if item.values)


def _nested(part: Parts) -> Iterable[Parts]:
    for item in part.properties:
        for value in item.values:
            if isinstance(value, Parts):
                yield value
                yield from _nested(value)
