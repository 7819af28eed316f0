"""JSON Schema of the curated files, for editors: what may be written where, completed and checked while typing.

Generated from the manifest, the ontology and the entities, so it offers what this dataset knows.
An editor reads it from ``# yaml-language-server: $schema=…``. See JSON Schema 2020-12.
It refuses to be the check: what it cannot say (a passage in its document, an id used twice) the findings say.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from publisher.dataset.ontology import PropertyKind
from publisher.dataset.open import Dataset
from publisher.dataset.seeds import documents, entities, evidence, facts, retired
from publisher.dataset.seeds.retired import id_pattern

Schema = dict[str, object]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TEXT: Schema = {"type": "string"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_SHA256: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_DATE: Schema = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_IRI: Schema = {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9+.-]*://\\S+$"}


def facts_schema(dataset: Dataset) -> Schema:
    """Give the schema of ``seeds/facts/*.yaml``."""
    fact = _record(
        facts.KEYS,
        facts.REQUIRED,
        {
            "id": _own_id(dataset, "fact"),
            "type": _one_or_more(_classes(dataset)),
            "subject": _things(dataset),
            "predicate": _properties(dataset, PropertyKind.OBJECT, PropertyKind.ANNOTATION),
            "object": _things(dataset),
            "mentions": _record(facts.MENTION_KEYS, (), dict.fromkeys(facts.MENTION_KEYS, _one_or_more(_TEXT))),
            "certainty": _choice(_curies(dataset, dataset.manifest.certainty.values)),
            "negated": {"type": "boolean", "default": False},
            "complete": {"type": "boolean", "default": True},
            "qualifiers": _values(dataset),
            "parts": {"type": "object", "additionalProperties": _part(dataset)},
            "evidence": {"type": "array", "minItems": 1, "items": _evidence(dataset)},
            "curation": _record(facts.CURATION_KEYS, (), {"created": _DATE}),
        },
    )
    return _file("facts", {"document": _choice(dataset.documents), "facts": {"type": ["array", "null"], "items": fact}})


def entities_schema(dataset: Dataset) -> Schema:
    """Give the schema of ``seeds/entities.yaml``."""
    types: dict[str, Schema] = {"type": _one_or_more(_classes(dataset)), "properties": _values(dataset)}
    entity = _record(entities.KEYS, ("id",), types)
    return _file("entities", {"entities": {"type": ["array", "null"], "items": entity}})


def documents_schema(dataset: Dataset) -> Schema:
    """Give the schema of ``seeds/documents.yaml``."""
    document = _record(
        documents.DOCUMENT_KEYS,
        ("id", "sha256", "length"),
        {"sha256": _SHA256, "length": _COUNT, "properties": _values(dataset)},
    )
    named: dict[str, Schema] = {"document": _choice(dataset.documents), "iri": _IRI, "properties": _values(dataset)}
    reference = _record(documents.REFERENCE_KEYS, ("id",), named)
    return _file(
        "documents",
        {"documents": {"type": "array", "items": document}, "references": {"type": "array", "items": reference}},
    )


def retired_schema(dataset: Dataset) -> Schema:
    """Give the schema of ``seeds/retired.yaml``."""
    item = _record(retired.KEYS, ("id", "was", "reason", "since"), {"since": _DATE})
    return _file(f"retired ids of {dataset.manifest.name}", {"retired": {"type": ["array", "null"], "items": item}})


def write_schemas(dataset: Dataset, directory: Path) -> tuple[Path, ...]:
    """Write every schema as ``<kind>.schema.json`` into a directory and give the paths."""
    made = {
        "facts": facts_schema(dataset),
        "entities": entities_schema(dataset),
        "documents": documents_schema(dataset),
        "retired": retired_schema(dataset),
    }
    directory.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, schema in made.items():
        path = directory / f"{name}.schema.json"
        path.write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        paths.append(path)
    return tuple(paths)


def _file(title: str, properties: Mapping[str, object]) -> Schema:
    return {
        "$schema": _DIALECT,
        "title": title,
        "type": "object",
        "properties": dict(properties),
        "additionalProperties": False,
    }


def _record(keys: Sequence[str], required: Sequence[str], known: Mapping[str, Schema]) -> Schema:
    return {
        "type": "object",
        "properties": {key: known.get(key, {"type": ["string", "number", "boolean"]}) for key in keys},
        "required": list(required),
        "additionalProperties": False,
    }


def _evidence(dataset: Dataset) -> Schema:
    passage = _record(evidence.PASSAGE_KEYS, evidence.PASSAGE_KEYS, {"start": _COUNT, "end": _COUNT, "sha256": _SHA256})
    return _record(
        evidence.KEYS,
        evidence.REQUIRED,
        {
            "id": _own_id(dataset, "evidence"),
            "document": _choice(dataset.documents),
            "passages": {"type": "array", "minItems": 1, "items": passage},
            "cites": {"type": "array", "items": _choice(dataset.references)},
            "properties": _values(dataset),
        },
    )


def _part(dataset: Dataset) -> Schema:
    return _record(
        facts.PART_KEYS,
        ("link", "type"),
        {
            "link": _properties(dataset, PropertyKind.OBJECT),
            "type": _one_or_more(_classes(dataset)),
            "properties": _values(dataset),
        },
    )


def _values(dataset: Dataset) -> Schema:
    return {"type": "object", "propertyNames": _properties(dataset, *PropertyKind)}


def _properties(dataset: Dataset, *kinds: PropertyKind) -> Schema:
    found = (iri for iri, known in dataset.ontology.properties.items() if known.kind in kinds and not known.deprecated)
    return _choice(_curies(dataset, sorted(found)))


def _classes(dataset: Dataset) -> Schema:
    return _choice(_curies(dataset, sorted(dataset.ontology.classes - dataset.ontology.deprecated.keys())))


def _things(dataset: Dataset) -> Schema:
    known = [*(entity.id for entity in dataset.entities.values()), *_curies(dataset, sorted(dataset.ontology.own))]
    others = [item.iri for item in dataset.documents.values()] + [item.iri for item in dataset.references.values()]
    return {"anyOf": [_choice([*known, *_curies(dataset, others)]), _IRI]}


def _own_id(dataset: Dataset, kind: str) -> Schema:
    return {"type": "string", "pattern": f"^{id_pattern(dataset.manifest.ids[kind]).pattern}$"}


def _one_or_more(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "array", "items": schema}]}


def _choice(values: Iterable[str]) -> Schema:
    listed = sorted(set(values))
    return {"type": "string", "enum": listed} if listed else {"type": "string"}


def _curies(dataset: Dataset, iris: Iterable[str]) -> list[str]:
    return [dataset.prefixes.compress(iri) or iri for iri in iris]
