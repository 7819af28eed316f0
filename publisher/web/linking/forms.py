"""The two versions of the Reconciliation Service API that are spoken, 0.2 and 1.0-draft: JSON into values and back.

Pure functions; what is wrong with a request is told by name, as UsageError.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from publisher.entities.graph import Term
from publisher.entities.names.lookup import Lookup
from publisher.entities.names.matching import Candidate
from publisher.entities.names.reconciling import Condition, Question
from publisher.errors import UsageError
from publisher.web.linking.answers import whole

LIMIT, MOST = 10, 100
_LONGEST = 10_000
_NUMBER = {"decimal", "double", "float"}
_INTEGER = {"integer", "int", "long", "nonNegativeInteger", "positiveInteger", "short"}
_XSD = "http://www.w3.org/2001/XMLSchema#"
_FEATURES = {
    "identifier": "the text is an identifier of the thing",
    "label": "the name is its label",
    "synonym": "the name is a synonym",
    "as_written": "the name is written the same, case aside",
    "similarity": "how alike the names are",
    "misprint": "a misprint would explain the difference",
    "words": "a name has these words",
    "properties": "share of the properties that fit",
    "property_only": "found by a property",
}


def question_02(table: object, name: str) -> Question:
    """Read one query of version 0.2."""
    if not isinstance(table, Mapping):
        raise _wrong(f"the query {name!r} is no object")
    text = _text(table.get("query", ""), f"query of {name!r}")
    conditions = tuple(
        _condition(item.get("pid"), item.get("v"), name) for item in _objects(table.get("properties", []), name)
    )
    if not text and not conditions:
        raise _wrong(f"the query {name!r} has neither a query nor properties")
    kinds = table.get("type") or []
    listed = [kinds] if isinstance(kinds, str) else kinds
    if not isinstance(listed, list):
        raise _wrong(f"the type of {name!r} is neither a text nor a list of texts")
    classes = tuple(_text(kind.get("id") if isinstance(kind, Mapping) else kind, "type") for kind in listed)
    return Question(
        text=text,
        classes=() if table.get("type_strict") == "should" else classes,
        every_class=table.get("type_strict") == "all",
        conditions=conditions,
        limit=_limit(table),
    )


def question_10(table: object, name: str) -> Question:
    """Read one query of version 1.0-draft."""
    if not isinstance(table, Mapping):
        raise _wrong(f"the query {name} is no object")
    texts: list[str] = []
    identifiers: list[str] = []
    conditions: list[Condition] = []
    given = _objects(table.get("conditions", []), name)
    if not given:
        raise _wrong(f"the query {name} has no conditions")
    for item in given:
        kind, value = item.get("matchType"), item.get("propertyValue")
        values = value if isinstance(value, list) else [value]
        if kind == "name":
            texts.extend(_text(one.get("name", "") if isinstance(one, Mapping) else one, "name") for one in values)
        elif kind == "id":
            identifiers.extend(_text(one.get("id", "") if isinstance(one, Mapping) else one, "id") for one in values)
        elif kind == "property":
            required, quantifier = item.get("required", False), item.get("matchQuantifier", "any")
            if not isinstance(required, bool) or quantifier not in ("any", "all", "none"):
                raise _wrong(f"a condition of the query {name} has a wrong required or matchQuantifier")
            conditions.append(_condition(item.get("propertyId"), value, name, required=required, quantifier=quantifier))
        else:
            raise _wrong(f"the query {name} has a matchType {kind!r}; there are: name, id, property")
    classes = (_text(table["type"], "type"),) if table.get("type") else ()
    return Question(" ".join(texts).strip(), tuple(identifiers), classes, False, tuple(conditions), _limit(table))  # noqa: FBT003 - every_class


def candidate(item: Candidate, lookup: Lookup, *, named: bool) -> dict[str, Any]:
    """Write one candidate; features carry names in version 1.0-draft only."""
    features = [
        {"id": key, "name": _FEATURES[key], "value": value} if named else {"id": key, "value": value}
        for key, value in item.features.items()
    ]
    return {
        "id": item.hit.iri,
        "name": item.hit.label,
        "description": _described(item),
        "score": item.score,
        "match": item.match,
        "type": kinds_of(item.classes, item.hit.kind, lookup),
        "features": features,
    }


def kinds_of(classes: Sequence[str], shown: str, lookup: Lookup) -> list[dict[str, str]]:
    """Write the classes of a thing, the one that it is shown under first, at most five."""
    listed = [{"id": iri, "name": lookup.class_label(iri)} for iri in classes]
    return sorted(listed, key=lambda row: (row["name"] != shown, row["id"]))[:5]


def value(term: Term, names: Mapping[str, str]) -> dict[str, Any]:
    """Write one value of a data extension."""
    if term.is_iri:
        return {"id": term.value, "name": names.get(term.value, term.value)}
    kind = (term.datatype or "").removeprefix(_XSD)
    try:
        if kind in _INTEGER:
            return {"int": int(term.value)}
        if kind in _NUMBER and abs(float(term.value)) < float("inf"):
            return {"float": float(term.value)}
    except ValueError:
        return {"str": term.value}
    if kind == "date":
        return {"date": f"{term.value[:10]}T00:00:00Z"}
    return {"date": term.value} if kind == "dateTime" else {"str": term.value}


def extension(table: object) -> tuple[tuple[str, ...], tuple[tuple[str, int, bool], ...]]:
    """Read a data extension: the things, and each relation with how many values and whether identifiers are wanted."""
    if not isinstance(table, Mapping):
        raise _wrong("a data extension is a JSON object with ids and properties")
    ids, properties = table.get("ids"), table.get("properties")
    if not isinstance(ids, list) or not all(isinstance(item, str) for item in ids):
        raise _wrong("ids is no list of texts")
    read = []
    for item in _objects(properties, "extend"):
        settings = item.get("settings") or {}
        if not isinstance(settings, Mapping):
            raise _wrong("the settings of a property are no object")
        most = 0 if str(settings.get("limit", "0")) == "0" else whole(settings.get("limit"), 0, most=1000)
        if most is None:
            raise _wrong(f"the limit {settings.get('limit')!r} is no number")
        read.append((_text(item.get("id"), "id of a property"), most, settings.get("content") == "id"))
    return tuple(ids), tuple(read)


def _condition(
    relation: object, given: object, name: str, *, required: bool = False, quantifier: str = "any"
) -> Condition:
    values = tuple(given) if isinstance(given, list) else (given,)
    for one in values:
        named = isinstance(one, Mapping) and isinstance(one.get("id"), str)
        if not named and not isinstance(one, str | int | float | bool):
            raise _wrong(f"a value of the query {name} is neither text, number, truth value nor an object with an id")
    text = _text(relation, f"property of the query {name}")
    if not text:
        raise _wrong(f"the query {name} has a property without a name")
    return Condition(text, values, required, quantifier)


def _objects(found: object, name: str) -> list[Mapping[str, Any]]:
    if not isinstance(found, list) or not all(isinstance(item, Mapping) for item in found):
        raise _wrong(f"what {name!r} lists must be a list of objects")
    return found


def _text(found: object, what: str) -> str:
    if isinstance(found, int | float) and not isinstance(found, bool):
        found = str(found)
    if not isinstance(found, str):
        raise _wrong(f"the {what} is no text")
    if len(found) > _LONGEST:
        raise _wrong(f"the {what} has {len(found)} characters, the limit is {_LONGEST}")
    return found.strip()


def _limit(table: Mapping[str, Any]) -> int:
    found = whole(table.get("limit"), LIMIT, most=MOST)
    if found is None:
        raise _wrong(f"the limit {str(table.get('limit'))[:50]!r} is no positive number")
    return found


def _described(item: Candidate) -> str:
    uses = f"{item.hit.uses} facts" if item.hit.uses else ""
    also = f"also {item.hit.matched}" if item.hit.matched != item.hit.label else ""
    return ", ".join(part for part in (item.hit.kind, also, uses) if part)


def _wrong(message: str) -> UsageError:
    return UsageError(message, fix="see /openapi.json for the form of requests")
