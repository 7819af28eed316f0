"""Queries written so that the store answers them fast: the same solutions by another path.

A test inside EXISTS that a variable is one of a few IRIs, as in ``{ ?x a/rdfs:subClassOf* ?kind . FILTER (?kind IN
(ex:A, ex:B)) }``, makes the store walk all classes; with the IRIs written in the variable's place it looks at two.
"""

import re
from functools import lru_cache

_GROUP = re.compile(r"\bEXISTS\s*\{(?P<body>[^{}\"'#]*)\}", re.IGNORECASE)
_CHOICE = re.compile(
    r"\s*\.?\s*FILTER\s*\(\s*[?$](?P<name>\w+)\s+IN\s*\(\s*(?P<items>[^()?$]+?)\s*\)\s*\)\s*\.?\s*$", re.IGNORECASE
)
_IRI = re.compile(r"<[^<>\s]*>|[A-Za-z][\w\-.]*:[\w\-.%]*|:[\w\-.%]+")
_OTHER = re.compile(r"\b(?:FILTER|BIND|VALUES|OPTIONAL|MINUS|GRAPH|SELECT)\b", re.IGNORECASE)


@lru_cache(maxsize=256)
def with_constants(query: str) -> str:
    """Put the IRIs of a choice inside EXISTS in the place of its variable, one alternative for each.

    Groups of any other form stay as they are, and so does a variable that is named outside its group.

    >>> with_constants("SELECT $this { FILTER EXISTS { $this a ?k . FILTER (?k IN (ex:A, ex:B)) } }")
    'SELECT $this { FILTER EXISTS { { $this a ex:A } UNION { $this a ex:B } } }'
    """
    return _GROUP.sub(lambda group: _alternatives(group, query), query)


def _alternatives(group: re.Match[str], query: str) -> str:
    body = group["body"]
    choice = _CHOICE.search(body)
    if choice is None:
        return group[0]
    items = [item.strip() for item in choice["items"].split(",")]
    rest = body[: choice.start()].strip()
    variable = re.compile(rf"[?$]{choice['name']}\b")
    inside = len(variable.findall(body))
    if not all(map(_IRI.fullmatch, items)) or _OTHER.search(rest) or not variable.search(rest):
        return group[0]
    if choice["name"] == "this" or len(variable.findall(query)) != inside:
        return group[0]
    made = " UNION ".join("{ " + variable.sub(lambda _, item=item: item, rest) + " }" for item in items)
    return f"EXISTS {{ {made} }}"
