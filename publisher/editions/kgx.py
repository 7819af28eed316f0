"""KGX JSON Lines: nodes and edges in the Biolink Model, the form that knowledge graphs exchange.

Categories and predicates are those that the dataset's ontology states above its own, nearest first; what it states
nothing about is a ``NamedThing``, ``Association`` or ``related_to``, and keeps its own name beside.
See the KGX format, section JSON Lines, and the Biolink Model, classes NamedThing and Association.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, partial
from typing import Any

from publisher.editions.biolink import ASSOCIATION, BIOLINK, NAMED_THING, Biolink, expand
from publisher.editions.records import Cells, Records
from publisher.rdf.names import XSD
from publisher.rdf.prefixes import Prefixes

_NUMBERS = frozenset(XSD + name for name in ("integer", "decimal", "double", "float"))
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?\Z")
_NOT_SAID = "not_provided"
# Slots of the Biolink Model that hold a list even of one.
_LISTS = frozenset({"category", "publications", "has_evidence", "xref", "synonym", "anatomical_context_qualifier"})
_EDGE_KEYS = frozenset(
    {
        *("id", "category", "type", "name", "description", "subject", "predicate", "object", "original_predicate"),
        *(
            "original_subject",
            "original_object",
            "subject_mentions",
            "object_mentions",
            "negated",
            "certainty",
            "complete",
            "knowledge_level",
            "agent_type",
        ),
        *("primary_knowledge_source", "has_evidence", "evidence", "publications", "documents", "parts"),
        *("creation_date", "curator", "curation_status", "review_flag"),
    }
)
Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Edge:
    """What an edge says of a fact, in full IRIs; ``values`` are property → what was given, CURIEs as they stand."""

    iri: str
    types: tuple[str, ...]
    subject: str
    predicate: str
    object: str
    certainty: str
    negated: bool
    complete: bool
    evidence: tuple[str, ...] = ()
    cited: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    mentions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    values: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)


def json_lines(objects: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Give each object as one line of JSON."""
    return (json.dumps(item, ensure_ascii=False) + "\n" for item in objects)


def nodes(records: Records) -> Iterator[Object]:
    """Give a node for each entity, and for each other thing that a fact is about, in the order of their IRIs."""
    return _Graph(records).nodes()


def edges(records: Records) -> Iterator[Object]:
    """Give an edge for each fact, in the order of the tables."""
    return _Graph(records).edges()


def facts_of(objects: Iterable[Mapping[str, Any]], prefixes: Prefixes) -> Iterator[Edge]:
    """Give back what edges say of facts; the way back."""
    for item in objects:
        iri = partial(expand, prefixes=prefixes)
        yield Edge(
            iri=iri(item["id"]),
            types=tuple(map(iri, item.get("type", ()))),
            subject=iri(item["subject"]),
            predicate=iri(item["original_predicate"]),
            object=iri(item["object"]),
            certainty=iri(item["certainty"]),
            negated=item["negated"],
            complete=item["complete"],
            evidence=tuple(map(iri, item.get("evidence", ()))),
            cited=tuple(map(iri, item.get("publications", ()))),
            documents=tuple(map(iri, item.get("documents", ()))),
            mentions={role: tuple(item.get(f"{role}_mentions", ())) for role in ("subject", "object")},
            values={
                prefixes.expand(key) or BIOLINK + key: _listed(value)
                for key, value in item.items()
                if key not in _EDGE_KEYS
            },
        )


class _Graph:
    """The nodes and edges of one set of records."""

    def __init__(self, records: Records):
        self._records = records
        self._terms = Biolink(records)
        self._source = f"infores:{records.about.name}"

    def nodes(self) -> Iterator[Object]:
        types = self._records.grouped("entity_types", "entity")
        values = self._records.grouped("entity_values", "entity")
        rows = {row["iri"] or "": row for row in self._records.rows("entities")}
        used = {row[slot] or "" for row in self._records.rows("facts") for slot in ("subject", "object")}
        for iri in sorted(rows.keys() | (used - {""})):
            kinds = [row["type"] or "" for row in types.get(iri, ())] or sorted(self._types.get(iri, ()))
            row = rows.get(iri, {})
            node: Object = {
                "id": self._terms.short(iri),
                "category": self._terms.classes(kinds, NAMED_THING),
                "name": self._name(iri, row),
                "synonym": [row["name"]] if row.get("name") else None,
                "type": self._terms.shorts(kinds),
                "iri": iri,
                "xref": self._terms.exact(iri),
                "provided_by": [self._source],
            }
            yield _filled(node | self._values(values.get(iri, ())))

    def _name(self, iri: str, row: Cells) -> str:
        return row.get("label") or self._labels.get(iri) or self._records.ontology.label(iri) or self._terms.short(iri)

    def edges(self) -> Iterator[Object]:
        find = self._records.grouped
        tables = {name: find(name, "fact") for name in ("fact_types", "qualifiers", "mentions", "parts", "evidence")}
        for row in self._records.rows("facts"):
            iri = row["iri"] or ""
            found = {name: groups.get(iri, []) for name, groups in tables.items()}
            types = [kind["type"] or "" for kind in found["fact_types"]]
            edge: Object = {
                "id": self._terms.short(iri),
                "category": self._terms.classes(types, ASSOCIATION),
                "type": self._terms.shorts(types),
            }
            edge |= self._claim(row) | self._mentions(found["mentions"]) | self._support(found["evidence"])
            edge |= {"parts": self._parts(found["parts"])}
            edge |= self._values(found["qualifiers"])
            yield _filled(edge)

    def _claim(self, row: Cells) -> Object:
        predicate = row["predicate"] or ""
        return {
            "name": row["label"],
            "description": row["comment"],
            "subject": self._terms.short(row["subject"] or ""),
            "predicate": self._terms.predicate(predicate),
            "object": self._terms.short(row["object"] or ""),
            "original_predicate": self._terms.short(predicate),
            "negated": row["negated"] == "true",
            "certainty": self._terms.short(row["certainty"] or ""),
            "complete": row["complete"] != "false",
            "knowledge_level": row["knowledge_level"] or _NOT_SAID,
            "agent_type": row["agent_type"] or _NOT_SAID,
            "primary_knowledge_source": self._source,
            "creation_date": row["created"],
            "curator": self._terms.short(row["curator"]) if row["curator"] else None,
            "curation_status": row["status"],
            "review_flag": row["flag"],
        }

    def _mentions(self, rows: Iterable[Cells]) -> Object:
        """Give the words of the source: the first where Biolink has one slot, and all of them beside."""
        found: dict[str, list[str]] = {}
        for row in rows:
            found.setdefault(row["role"] or "", []).append(row["text"] or "")
        first = {f"original_{role}": texts[0] for role, texts in found.items()}
        return first | {f"{role}_mentions": texts for role, texts in found.items()}

    def _support(self, rows: list[Cells]) -> Object:
        cited = (row["reference"] for each in rows for row in self._citations.get(each["iri"] or "", ()))
        return {
            "has_evidence": self._terms.shorts(row["code"] for row in rows),
            "evidence": self._terms.shorts(row["iri"] for row in rows),
            "publications": self._terms.shorts(cited),
            "documents": self._terms.shorts(row["document"] for row in rows),
        }

    def _parts(self, rows: Iterable[Cells]) -> list[Object]:
        """Give the parts of a fact (measures, activities), which Biolink has no slot for, as objects of their own."""
        parts = []
        for row in rows:
            part = row["part"] or ""
            kinds = self._terms.shorts(kind["type"] for kind in self._part_types.get(part, ()))
            item: Object = {"id": self._terms.short(part), "link": self._terms.short(row["link"] or ""), "type": kinds}
            parts.append(_filled(item | {"name": row["label"]} | self._values(self._part_values.get(part, ()))))
        return parts

    def _values(self, rows: Iterable[Cells]) -> Object:
        found: dict[str, list[object]] = {}
        for row in rows:
            key = self._terms.key(row["property"] or "")
            found.setdefault(key, []).append(self._value(row))
        return {key: values if len(values) > 1 or key in _LISTS else values[0] for key, values in found.items()}

    def _value(self, row: Cells) -> object:
        if row["iri"]:
            return self._terms.short(row["iri"])
        lexical, datatype = row["lexical"], row["datatype"]
        if lexical is None:
            return row["text"]
        if datatype == XSD + "boolean" and lexical in {"true", "false"}:
            return lexical == "true"
        return _number(lexical) if datatype in _NUMBERS else lexical

    @cached_property
    def _citations(self) -> dict[str, list[Cells]]:
        return self._records.grouped("citations", "evidence")

    @cached_property
    def _part_types(self) -> dict[str, list[Cells]]:
        return self._records.grouped("part_types", "part")

    @cached_property
    def _part_values(self) -> dict[str, list[Cells]]:
        return self._records.grouped("part_values", "part")

    @cached_property
    def _labels(self) -> dict[str, str | None]:
        return {
            row["iri"] or "": row["title"] for name in ("documents", "references") for row in self._records.rows(name)
        }

    @cached_property
    def _types(self) -> dict[str, set[str]]:
        found = {
            row["iri"] or "": {row["type"] or ""}
            for name in ("documents", "references")
            for row in self._records.rows(name)
        }
        return {iri: types - {""} for iri, types in found.items()}


def _number(lexical: str) -> int | float | str:
    """Give a number as JSON has it, or the text where it is none or would lose digits."""
    match = _NUMBER.match(lexical)
    if match is None:
        return lexical
    number = float(lexical) if match[1] else int(lexical)
    return number if Decimal(repr(number)) == Decimal(lexical) else lexical


def _filled(item: Object) -> Object:
    return {key: value for key, value in item.items() if value is not None and value != []}


def _listed(value: object) -> tuple[object, ...]:
    return tuple(value) if isinstance(value, list) else (value,)
