"""``seeds/entities.yaml``: every entity that facts use, our own and outside ones, with label and type."""

from collections.abc import Mapping
from dataclasses import dataclass

from publisher.dataset.seeds.record import Record, records
from publisher.dataset.seeds.retired import id_pattern
from publisher.dataset.seeds.rows import Rows
from publisher.dataset.seeds.values import class_of, values_of
from publisher.errors import Where
from publisher.rdf.names import RDF, RDFS

FILE = "seeds/entities.yaml"
KEYS = ("id", "label", "name", "type", "properties", "comment")


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing that facts are about: ``id`` as written, its IRI, label, display name and classes.

    ``where`` is the place of its id; ``minted`` tells that its IRI is our own; ``parts`` are the entities that its own
    properties name.
    """

    id: str
    iri: str
    label: str
    name: str | None
    types: tuple[str, ...]
    minted: bool
    where: Where
    parts: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """Give the name to show: the short one where there is one."""
        return self.name or self.label


def read_entities(rows: Rows) -> Mapping[str, Entity]:
    """Read every entity by its IRI: first all ids, then their values, which may name each other."""
    path = rows.root / FILE
    if not path.exists():
        return {}
    top = rows.load(path)
    found = []
    for record in records(rows, FILE, "entity", top, "entities"):
        iri = _identify(record)
        if iri is not None:
            found.append((record.about(iri), iri))
            rows.entities.add(iri)
            rows.known.add(iri)
    return {iri: _entity(record, iri) for record, iri in found}


def _identify(record: Record) -> str | None:
    rows = record.rows
    if not record.check(KEYS, ("id",)):
        return None
    name, iri = record.text("id"), record.iri("id")
    if name is None or iri is None:
        return None
    # One thing has one entry, however its IRI is written.
    if not rows.issue(rows.manifest.prefixes.compress(iri) or iri, record.place("id"), focus=iri):
        return None
    stem = rows.manifest.iri_of("entity", "")
    pattern = rows.manifest.ids["entity"]
    if iri.startswith(stem) and not id_pattern(pattern).fullmatch(iri.removeprefix(stem)):
        _wrong_id(record, name, pattern)
    return iri


def issued(record: Record) -> tuple[str, str] | None:
    """Give the own id of a fact or of evidence and its IRI; None where it has none, or one that another record has."""
    rows, name = record.rows, record.text("id")
    if name is None:
        return None
    iri, pattern = rows.manifest.iri_of(record.kind, name), rows.manifest.ids[record.kind]
    if not id_pattern(pattern).fullmatch(name):
        _wrong_id(record.about(iri), name, pattern)
    if not rows.issue(name, record.place("id"), focus=iri):
        return None
    rows.origins[iri] = record.where
    return name, iri


def _wrong_id(record: Record, name: str, pattern: str) -> None:
    record.rows.report(
        "id.pattern",
        f"the id {name} does not follow the pattern {pattern}, as {pattern % 1}",
        record.place("id"),
        focus=record.focus,
        value=name,
        fix="let exportin new-fact issue the id"
        if record.kind != "entity"
        else "take the next number of seeds/ids.toml",
    )


def _entity(record: Record, iri: str) -> Entity:
    rows, where = record.rows, record.place("id")
    name = record.text("id") or ""
    for key, path in (("label", RDFS + "label"), ("type", RDF + "type")):
        if record.get(key) is not None:
            rows.key_origins[iri, path] = record.place(key)
    minted = iri.startswith(rows.manifest.iri_of("entity", ""))
    label = record.text("label") or rows.ontology.label(iri)
    if label is None:
        rows.report(
            "entity.missing-key",
            f"the entity {name} has no label, and no slice gives one",
            where,
            focus=iri,
            fix="add label: …",
        )
    types = record.iris("type")
    parts = []
    types = [(type_, place) for type_, place in types if class_of(record, type_, place)]
    for type_, place in types:
        rows.add("entity_types", place, {"entity": iri, "type": type_})
    for property_, node, cells in values_of(record, "properties"):
        rows.add("entity_values", node.where(FILE), {"entity": iri, **cells})
        rows.key_origins.setdefault((iri, property_.iri), node.where(FILE))
        if cells.get("iri") in rows.entities:
            parts.append(cells["iri"] or "")
    for namespace, others in rows.manifest.aliases.items():
        if iri.startswith(namespace):
            for other in others:
                rows.add("aliases", where, {"entity": iri, "alias": other + iri.removeprefix(namespace)})
    entity = Entity(
        name, iri, label or name, record.text("name"), tuple(t for t, _ in types), minted, where, tuple(parts)
    )
    cells = {"id": name, "iri": iri, "label": entity.label, "language": rows.manifest.language, "name": entity.name}
    rows.add("entities", where, {**cells, "minted": "true" if minted else "false"})
    rows.origins[iri] = where
    return entity
