"""What SARIF 2.1.0 demands of the parts of it that our reports use, as a JSON Schema and three rules beside it.

The numbers are sections of the OASIS standard. Objects are closed: a report that comes to use another property is
refused here until somebody has looked it up.
"""

import json
from typing import Any

from jsonschema import Draft202012Validator


def _object(required: str, **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": required.split(),
        "properties": properties,
        "additionalProperties": False,
        "minProperties": 1,
    }


def _list(items: dict[str, Any], *, distinct: bool = False) -> dict[str, Any]:
    return {"type": "array", "items": items, "uniqueItems": distinct}


_TEXT = {"type": "string", "minLength": 1}
_COUNTED = {"type": "integer", "minimum": 1}
_MESSAGE = _object("text", text=_TEXT)  # 3.11, and 3.12 for those of a rule
_REFERENCE = {"type": "string", "pattern": r"^(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$"}  # RFC 3986
_REGION = _object(  # 3.30: lines and columns count from 1, and an end needs its beginning
    "startLine",
    startLine=_COUNTED,
    startColumn=_COUNTED,
    endColumn=_COUNTED,
    snippet=_object("text", text={"type": "string"}),  # 3.3
) | {"dependentRequired": {"endColumn": ["startColumn"]}}
_LOCATION = _object(  # 3.28
    "",
    physicalLocation=_object("artifactLocation", artifactLocation=_object("uri", uri=_REFERENCE), region=_REGION),
    logicalLocations=_list(_object("fullyQualifiedName", fullyQualifiedName=_TEXT), distinct=True),  # 3.33
)
_RULE = _object("id", id=_TEXT, shortDescription=_MESSAGE, fullDescription=_MESSAGE, help=_MESSAGE)  # 3.49
_RESULT = _object(  # 3.27
    "message",
    ruleId=_TEXT,
    level={"enum": ["none", "note", "warning", "error"]},
    message=_MESSAGE,
    locations=_list(_LOCATION),
)
_RUN = _object(  # 3.14, 3.18, 3.19
    "tool results",
    tool=_object("driver", driver=_object("name", name=_TEXT, rules=_list(_RULE, distinct=True))),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    results=_list(_RESULT),
)
_LOG = _object(  # 3.13
    "version runs", version={"const": "2.1.0"}, runs=_list(_RUN), **{"$schema": {"type": "string", "format": "uri"}}
)


def read_sarif(text: str) -> dict[str, Any]:
    """Give the one run of a SARIF report; assert that the report is as the standard wants it."""
    log = json.loads(text)
    wrong = [f"{error.json_path}: {error.message}" for error in Draft202012Validator(_LOG).iter_errors(log)]
    assert wrong == []
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules)
    assert {result["ruleId"] for result in run["results"]} <= set(rules)  # 3.27.5
    places = [place for result in run["results"] for place in result.get("locations", [])]
    regions = [place["physicalLocation"].get("region", {}) for place in places if "physicalLocation" in place]
    assert all(region["endColumn"] >= region["startColumn"] for region in regions if "endColumn" in region)  # 3.30.8
    return dict(run)
