"""``seeds/facts/*.yaml``: the curated facts, flattened into rows that keep their file and line.

A fact is a subject, a predicate and an object, with how sure the source is, what qualifies it, its parts and its
evidence. The bare triple stands only where nothing is lost by it: sure, not negated, complete without qualifiers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from publisher.dataset.near import suggestion
from publisher.dataset.ontology import PropertyKind
from publisher.dataset.seeds.documents import Document, Reference, document_of
from publisher.dataset.seeds.entities import Entity, issued
from publisher.dataset.seeds.evidence import EvidenceReader
from publisher.dataset.seeds.kinds import check_kinds
from publisher.dataset.seeds.marked import Kind, Node
from publisher.dataset.seeds.record import Record, records
from publisher.dataset.seeds.rows import Rows
from publisher.dataset.seeds.segments import Segment
from publisher.dataset.seeds.values import Cells, class_of, property_of, unknown_thing, values_of
from publisher.rdf.names import RDF, RDFS

KEYS = (
    *("id", "type", "subject", "predicate", "object", "mentions", "certainty", "negated", "complete"),
    *("knowledge_level", "agent_type", "label", "comment", "qualifiers", "parts", "evidence", "curation"),
)
REQUIRED = ("id", "subject", "predicate", "object", "certainty", "evidence")
PART_KEYS = ("link", "type", "label", "properties")
MENTION_KEYS = ("subject", "object")
CURATION_KEYS = ("created", "curator", "status", "flag")
LONGEST_MENTION = 8

_Pairs = tuple[tuple[str | None, ...], ...]


@dataclass(frozen=True, slots=True)
class FactReader:
    """Reads the facts of every file; ``claims`` maps what a fact says to where it was said first."""

    rows: Rows
    documents: Mapping[str, Document]
    references: Mapping[str, Reference]
    segments: Mapping[str, tuple[Segment, ...]]
    entities: Mapping[str, Entity]
    claims: dict[tuple[object, ...], Record]

    def read(self) -> None:
        """Read ``seeds/facts/*.yaml`` in the order of their names."""
        for path in sorted((self.rows.root / "seeds" / "facts").glob("*.yaml")):
            self._file(path)

    def _file(self, path: Path) -> None:
        file = self.rows.file(path)
        top = self.rows.load(path)
        if top.kind is Kind.NULL:
            return
        whole = Record(self.rows, file, "file", top)
        if not whole.check(("document", "facts")):
            return
        document = document_of(whole, self.documents)
        for record in records(self.rows, file, "fact", top, "facts"):
            if record.check(KEYS, REQUIRED):
                self._fact(record, document)

    def _fact(self, record: Record, document: Document | None) -> None:
        rows, own = self.rows, issued(record)
        if own is None:
            return
        name, iri = own
        record = record.about(iri)
        self._keys(record, iri)
        cells = self._claim(record)
        things = [cells["subject"], cells["object"]]
        self._types(record, iri)
        things += self._qualifiers(record, iri)
        things += self._parts(record, iri, name)
        self._mentions(record, iri)
        self._about(record, iri, things)
        self._curation(record, cells)
        cells |= {"id": name, "iri": iri, "document": document.id if document else None}
        rows.add("facts", record.where, cells)
        EvidenceReader(rows, self.documents, self.references, self.segments).read(
            record, document, certainty=cells["certainty"]
        )

    def _keys(self, record: Record, iri: str) -> None:
        roles = self.rows.manifest.roles
        properties = {key: roles[key] for key in ("subject", "predicate", "object", "certainty", "negated", "evidence")}
        properties |= {"type": RDF + "type", "label": RDFS + "label", "comment": RDFS + "comment"}
        for key, property_ in properties.items():
            if key in record.node.fields:
                self.rows.key_origins[iri, property_] = record.place(key)
        mentions = record.node.fields.get("mentions")
        for role in MENTION_KEYS:
            if mentions and role in mentions.fields:
                self.rows.key_origins[iri, roles[f"original_{role}"]] = mentions.fields[role].where(record.file)

    # What is claimed ----------------------------------------------------------------------------------------------

    def _claim(self, record: Record) -> dict[str, str | None]:
        subject, object_ = self._thing(record, "subject"), self._thing(record, "object")
        predicate = self._predicate(record)
        certainty = self._certainty(record)
        negated = record.flag("negated", default="false")
        complete = record.flag("complete", default="true")
        bare = certainty in self.rows.manifest.certainty.bare and negated == "false" and complete == "true"
        cells: dict[str, str | None] = {
            "subject": subject,
            "predicate": predicate,
            "object": object_,
            "direct_object": object_ if bare else None,
            "certainty": certainty,
            "negated": negated,
            "complete": complete,
            "language": self.rows.manifest.language,
            **{key: record.text(key) for key in ("knowledge_level", "agent_type", "comment")},
        }
        cells["label"] = record.text("label") or self._label(cells)
        cells["type"] = next((iri for iri, _ in record.iris("type")), self.rows.manifest.roles["fact"])
        property_ = self.rows.ontology.properties.get(predicate or "")
        if subject and object_ and property_ and property_.kind is PropertyKind.OBJECT:
            check_kinds(record, property_, self.entities, things=(subject, object_))
        if None not in {subject, predicate, object_, certainty}:
            self._only_once(record, (subject, predicate, object_, certainty, negated))
        return cells

    def _thing(self, record: Record, key: str) -> str | None:
        node = record.get(key)
        iri = record.iri(key)
        if node is None or iri is None:
            return None
        rows = self.rows
        if iri in rows.retired:
            rows.report(
                "entity.retired",
                f"{node.text} was retired at {rows.retired[iri]}",
                node.where(record.file),
                focus=record.focus,
                path=rows.manifest.roles[key],
                value=node.text,
                fix="use what replaced it",
            )
        elif iri not in rows.known and iri not in rows.ontology.own:
            unknown_thing(record, node, path=rows.manifest.roles[key])
        return iri

    def _predicate(self, record: Record) -> str | None:
        node = record.get("predicate")
        if node is None or not node.scalar:
            record.text("predicate")
            return None
        found = property_of(record, node)
        if found is not None and found.kind is PropertyKind.DATATYPE:
            record.report(
                "fact.wrong-predicate",
                f"{node.text} is a datatype property: it does not lead from a thing to a thing",
                node,
                path=found.iri,
                fix="use an object property, or write the value under qualifiers",
            )
        return found.iri if found else None

    def _certainty(self, record: Record) -> str | None:
        certainty = self.rows.manifest.certainty
        node, iri = record.get("certainty"), record.iri("certainty")
        if node is not None and iri is not None and iri not in certainty.values:
            compress = self.rows.manifest.prefixes.compress
            names = [compress(value) or value for value in certainty.values]
            record.report(
                "certainty.unknown",
                f"there is no certainty {node.text}",
                node,
                path=self.rows.manifest.roles["certainty"],
                fix=suggestion(node.text, names, otherwise=f"use one of: {', '.join(names)}"),
            )
            return None
        return iri

    def _label(self, cells: Mapping[str, str | None]) -> str:
        ontology, roles = self.rows.ontology, self.rows.manifest.roles
        words = [self._shown(cells[key]) for key in ("subject", "predicate", "object")]
        marks = []
        if cells["negated"] == "true":
            marks.append(ontology.label(roles["negated"]) or "negated")
        if cells["certainty"] and cells["certainty"] != self.rows.manifest.certainty.values[0]:
            marks.append(self._shown(cells["certainty"]))
        return " ".join(words) + (f" ({', '.join(marks)})" if marks else "")

    def _shown(self, iri: str | None) -> str:
        if iri is None:
            return "?"
        entity = self.entities.get(iri)
        return entity.shown if entity else self.rows.ontology.label(iri) or iri.rpartition("#")[2].rpartition("/")[2]

    def _only_once(self, record: Record, claim: tuple[str | None, ...]) -> None:
        qualified = tuple((key, _said(record.node.fields[key])) for key in ("qualifiers", "parts") if record.get(key))
        first = self.claims.setdefault((*claim, qualified), record)
        if first is not record:
            self.rows.report(
                "fact.duplicate",
                f"this says the same as the fact at {first.where}",
                record.where,
                focus=record.focus,
                value=record.text("id"),
                fix=f"move its evidence to {first.text('id')} and remove it, or qualify it",
            )

    # What surrounds the claim -------------------------------------------------------------------------------------

    def _types(self, record: Record, iri: str) -> None:
        for type_, place in record.iris("type") or [(self.rows.manifest.roles["fact"], record.where)]:
            if class_of(record, type_, place):
                self.rows.add("fact_types", place, {"fact": iri, "type": type_})

    def _qualifiers(self, record: Record, iri: str) -> list[str | None]:
        things = []
        for property_, node, cells in values_of(record, "qualifiers"):
            place = node.where(record.file)
            self.rows.add("qualifiers", place, {"fact": iri, **cells})
            self.rows.key_origins.setdefault((iri, property_.iri), place)
            things.append(self._entity_of(cells))
            self._check_part(record, node, cells)
        return things

    def _parts(self, record: Record, iri: str, name: str) -> list[str | None]:
        things: list[str | None] = []
        for key, node in record.fields("parts"):
            part = record.inner("part", node).about(f"{iri}#{key.text}")
            if not part.check(PART_KEYS, ("link", "type")):
                continue
            self.rows.origins[f"{iri}#{key.text}"] = node.where(record.file)
            label = part.text("label") or f"{key.text} of {name}"
            language = self.rows.manifest.language
            link = self._link(part)
            cells = {"fact": iri, "link": link, "part": part.focus, "label": label, "language": language}
            self.rows.add("parts", key.where(record.file), cells)
            for type_, place in part.iris("type"):
                if class_of(part, type_, place):
                    self.rows.add("part_types", place, {"part": part.focus, "type": type_})
            for _, value, found in values_of(part, "properties"):
                self.rows.add("part_values", value.where(record.file), {"part": part.focus, **found})
                things.append(self._entity_of(found))
                self._check_part(record, value, found)
        return things

    def _check_part(self, record: Record, node: Node, cells: Cells) -> None:
        """Report a value that names a part, as ``#measure``, which the fact does not have."""
        fact, hash_, name = (cells.get("iri") or "").partition("#")
        parts = [key.text for key, _ in record.fields("parts")]
        if hash_ and fact == record.focus and name not in parts:
            record.report(
                "part.unknown",
                f"this fact has no part {name}",
                node,
                fix=suggestion(name, parts, otherwise="add it under parts"),
            )

    def _link(self, part: Record) -> str | None:
        node = part.get("link")
        found = property_of(part, node) if node is not None and node.scalar else None
        return found.iri if found else None

    def _mentions(self, record: Record, iri: str) -> None:
        node = record.get("mentions")
        if node is None or not record.inner("mention", node).check(MENTION_KEYS):
            return
        for key, value in record.fields("mentions"):
            if key.text not in MENTION_KEYS:
                continue
            role = self.rows.manifest.roles[f"original_{key.text}"]
            for form in value.items or (value,):
                if not form.scalar or not form.text:
                    continue
                check_words(record, form)
                place = form.where(record.file)
                self.rows.add("mentions", place, {"fact": iri, "role": key.text, "property": role, "text": form.text})

    def _about(self, record: Record, iri: str, things: list[str | None]) -> None:
        # One step further for our own entities: a fact about a complex is about its members too.
        found = dict.fromkeys(thing for thing in things if thing)
        for thing in tuple(found):
            entity = self.entities.get(thing)
            if entity is not None and entity.minted:
                found |= dict.fromkeys(entity.parts)
        for thing in found:
            self.rows.add("about", record.where, {"fact": iri, "entity": thing})

    def _entity_of(self, cells: Cells) -> str | None:
        return cells.get("iri") if cells.get("iri") in self.rows.entities else None

    def _curation(self, record: Record, cells: dict[str, str | None]) -> None:
        node = record.get("curation")
        if node is None:
            return
        curation = record.inner("curation", node)
        if curation.check(CURATION_KEYS):
            cells |= {key: curation.text(key) for key in CURATION_KEYS if key != "curator"}
            cells["curator"] = curation.iri("curator")


def check_words(record: Record, node: Node) -> None:
    """Report a surface form of more than eight words: more would be the text of the source."""
    if len(node.text.split()) > LONGEST_MENTION:
        record.report(
            "mention.too-long",
            f"a surface form has at most {LONGEST_MENTION} words, this has {len(node.text.split())}",
            node,
            fix="keep only the name as it is printed",
        )


def _said(node: Node) -> object:
    """Give what a value says, without places, in an order that does not depend on how it was written."""
    if node.kind is Kind.TABLE:
        return tuple(sorted((key, repr(_said(value))) for key, value in node.fields.items()))
    if node.kind is Kind.LIST:
        return tuple(sorted(repr(_said(value)) for value in node.items))
    return node.text


def read_facts(
    rows: Rows,
    *,
    documents: Mapping[str, Document],
    references: Mapping[str, Reference],
    segments: Mapping[str, tuple[Segment, ...]],
    entities: Mapping[str, Entity],
) -> None:
    """Read every fact into the tables."""
    FactReader(rows, documents, references, segments, entities, {}).read()
