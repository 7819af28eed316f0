"""Whether a fact's subject and object are of the kind that its predicate wants: its declared domain and range.

Ontologies infer from a domain, they do not check it; a curator who swapped two things is better told at once.
It refuses to judge things without a class: what is not said cannot be wrong.
"""

from collections.abc import Mapping

from publisher.dataset.ontology import Property
from publisher.dataset.seeds.entities import Entity
from publisher.dataset.seeds.record import Record


def check_kinds(
    record: Record, predicate: Property, entities: Mapping[str, Entity], *, things: tuple[str, str]
) -> None:
    """Report a subject outside the predicate's domain, and an object outside its range.

    ``things`` are the IRIs of subject and object.
    """
    subject, object_ = (entities.get(iri) for iri in things)
    wrong = [
        (key, entity, wanted)
        for key, entity, wanted in (("subject", subject, predicate.domain), ("object", object_, predicate.range))
        if not _fits(record, entity, wanted)
    ]
    fits_swapped = _fits(record, object_, predicate.domain) and _fits(record, subject, predicate.range)
    for key, entity, wanted in wrong:
        if entity is not None:
            _report(record, predicate, key, entity, wanted, swapped=bool(fits_swapped))
            if fits_swapped:
                return


def _fits(record: Record, entity: Entity | None, wanted: tuple[str, ...]) -> bool:
    if entity is None or not entity.types or not wanted:
        return True
    ontology = record.rows.ontology
    held = set(entity.types).union(*(ontology.ancestors(type_) for type_ in entity.types))
    return held.issuperset(wanted)


def _report(
    record: Record, predicate: Property, key: str, entity: Entity, wanted: tuple[str, ...], *, swapped: bool
) -> None:
    rows = record.rows

    def shown(iris: tuple[str, ...]) -> str:
        return " and ".join(rows.ontology.label(iri) or rows.manifest.prefixes.compress(iri) or iri for iri in iris)

    name = predicate.label or rows.manifest.prefixes.compress(predicate.iri)
    rows.report(
        f"fact.wrong-{key}",
        f"the {key} of “{name}” is of the kind {shown(wanted)}; {entity.shown} is of the kind {shown(entity.types)}",
        record.place(key),
        focus=record.focus,
        path=rows.manifest.roles[key],
        value=record.text(key),
        fix="swap subject and object" if swapped else "choose another predicate, or correct the type of the entity",
    )
