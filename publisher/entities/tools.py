"""What a language model can do with a dataset: search, describe, read a fact with its evidence, query within limits.

The Model Context Protocol's messages (JSON-RPC 2.0, revision 2025-06-18) in and out, as values; transports are others'
work. It refuses what the query service refuses, and answers every failure as the tool's own words.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import publisher
from publisher.entities.names.lookup import Lookup
from publisher.entities.names.matching import candidates
from publisher.entities.page.view import view
from publisher.entities.reader import Reader, whole
from publisher.entities.values import Evidence, Fact, Link, Page, Property, Text, Value
from publisher.errors import ExportinError, UsageError
from publisher.rdf.media import JSON, TURTLE
from publisher.rdf.query import Form, read
from publisher.store.port import Limits

VERSIONS = ("2025-06-18", "2025-03-26", "2024-11-05")
_PARSE, _REQUEST, _METHOD, _PARAMETERS = -32700, -32600, -32601, -32602
_FACTS = 50
_ROWS = 500
_CHARACTERS = 100_000


@dataclass(frozen=True, slots=True)
class Toolbox:
    """What the tools work on: a reader, an index of names, and what one query may cost."""

    reader: Reader
    lookup: Lookup | None
    limits: Limits


def answer(toolbox: Toolbox, message: object) -> dict[str, Any] | None:
    """Answer one message; None where it is a notification or an answer, which want none."""
    if not isinstance(message, Mapping) or message.get("jsonrpc") != "2.0":
        return _failed(None, _REQUEST, "this is no JSON-RPC 2.0 message")
    number, method = message.get("id"), message.get("method")
    if "id" not in message or (method is None and ("result" in message or "error" in message)):
        return None
    parameters = message.get("params") or {}
    if not isinstance(method, str) or not isinstance(parameters, Mapping):
        return _failed(number, _REQUEST, "a request has a method, and parameters by name")
    match method:
        case "initialize":
            found = _done(number, _introduced(toolbox, parameters))
        case "ping":
            found = _done(number, {})
        case "tools/list":
            found = _done(number, {"tools": _listed()})
        case "tools/call":
            found = _called(toolbox, number, parameters)
        case "resources/list" | "prompts/list":
            found = _done(number, {method.partition("/")[0]: []})
        case _:
            found = _failed(number, _METHOD, f"there is no method {method[:100]!r}")
    return found


def answer_text(toolbox: Toolbox, text: str | bytes) -> dict[str, Any] | list[dict[str, Any]] | None:
    """Answer a message, or a batch of them, given as JSON text."""
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as error:
        return _failed(None, _PARSE, f"this is not JSON: {str(error)[:200]}")
    if not isinstance(message, list):
        return answer(toolbox, message)
    if not message or len(message) > _FACTS:
        return _failed(None, _REQUEST, f"a batch has 1 to {_FACTS} messages")
    return [found for found in (answer(toolbox, item) for item in message) if found is not None] or None


def _introduced(toolbox: Toolbox, parameters: Mapping[str, Any]) -> dict[str, Any]:
    about = toolbox.reader.about
    asked = parameters.get("protocolVersion")
    return {
        "protocolVersion": asked if asked in VERSIONS else VERSIONS[0],
        "capabilities": {"tools": {"listChanged": False}},
        "serverInfo": {"name": about.name, "title": about.title, "version": about.version or publisher.__version__},
        "instructions": (
            f"{about.description} Search first, then describe a thing by its IRI or CURIE. A fact is only as sure as"
            " its certainty says, and may be negated; cite its IRI and its evidence."
        ),
    }


def _called(toolbox: Toolbox, number: object, parameters: Mapping[str, Any]) -> dict[str, Any]:
    tool = _TOOLS.get(str(parameters.get("name")))
    arguments = parameters.get("arguments") or {}
    if tool is None or not isinstance(arguments, Mapping):
        return _failed(number, _PARAMETERS, f"there is no tool {str(parameters.get('name'))[:100]!r}")
    try:
        checked = {name: _checked(tool, name, arguments) for name in tool.arguments if name in arguments}
        missing = [name for name in tool.required if name not in checked]
        if missing:
            raise UsageError(f"the tool {tool.name} wants {missing[0]}")
        found = tool.run(toolbox, checked)
    except ExportinError as error:
        told = error.message + (f"; {error.fix}" if error.fix else "")
        return _done(number, {"content": [{"type": "text", "text": told}], "isError": True})
    text = json.dumps(found, ensure_ascii=False)
    content = [{"type": "text", "text": text[:_CHARACTERS]}]
    return _done(number, {"content": content, "structuredContent": found, "isError": False})


def _search(toolbox: Toolbox, given: Mapping[str, Any]) -> dict[str, Any]:
    lookup = _lookup(toolbox)
    kinds: tuple[str, ...] = ()
    if given.get("type"):
        kind = lookup.class_named(given["type"])
        if kind is None:
            raise UsageError(f"there is no type {given['type'][:100]!r}")
        kinds = (kind,)
    limit = max(1, min(int(given.get("limit", 10)), _FACTS))
    found = candidates(lookup, given["words"], classes=kinds, limit=limit)
    return {
        "things": [
            {**_named(toolbox, Link(item.hit.iri, item.hit.label, item.hit.kind)), "facts": item.hit.uses,
             "matched": item.hit.matched, "score": item.score}
            for item in found
        ]
    }  # fmt: skip


def _describe(toolbox: Toolbox, given: Mapping[str, Any]) -> dict[str, Any]:
    page = _page(toolbox, given["thing"])
    return {
        **_named(toolbox, page.thing),
        "title": page.title,
        "types": [kind.name for kind in page.kinds],
        "synonyms": list(page.synonyms[:_FACTS]),
        "summary": [text.text for text in page.summary[:2]],
        "properties": [_property(toolbox, item) for item in page.properties[:_FACTS]],
        "same": [_property(toolbox, item) for item in page.aligned],
        "facts": [_fact(toolbox, fact) for group in page.groups for fact in group.facts][:_FACTS],
        "number_of_facts": page.number_of_facts,
    }


def _fact_with_evidence(toolbox: Toolbox, given: Mapping[str, Any]) -> dict[str, Any]:
    page = _page(toolbox, given["fact"])
    if page.fact is None:
        raise UsageError(f"{given['fact'][:200]!r} is no fact", fix="describe it instead")
    return {
        **_fact(toolbox, page.fact),
        "context": [_property(toolbox, item) for item in page.fact.context],
        "remark": page.fact.remark,
        "evidence": [_evidence(toolbox, item) for item in page.fact.evidence],
    }


def _query(toolbox: Toolbox, given: Mapping[str, Any]) -> dict[str, Any]:
    form = read(given["sparql"]).form
    graph = form in (Form.CONSTRUCT, Form.DESCRIBE)
    limits = Limits(toolbox.limits.seconds, _ROWS, toolbox.limits.bytes, True, toolbox.limits.client)  # noqa: FBT003 - partial
    found = toolbox.reader.store.query(given["sparql"], TURTLE if graph else JSON, limits=limits)
    cut = found.truncated is not None
    body = whole(found)
    if graph:
        return {"turtle": body.decode("utf-8")[:_CHARACTERS], "cut": cut}
    table = json.loads(body)
    if "boolean" in table:
        return {"boolean": table["boolean"]}
    rows = [{name: term["value"] for name, term in row.items()} for row in table["results"]["bindings"]]
    return {"variables": table["head"].get("vars", []), "rows": rows, "cut": cut}


def _page(toolbox: Toolbox, text: str) -> Page:
    found = toolbox.lookup.identify(text) if toolbox.lookup else ()
    iri = found[0].hit.iri if found else toolbox.reader.about.prefixes.expand(text)
    page = view(toolbox.reader, iri, inbound=0) if iri else None
    if page is None:
        raise UsageError(f"nothing is known by {text[:200]!r}", fix="search for it by name")
    return page


def _lookup(toolbox: Toolbox) -> Lookup:
    if toolbox.lookup is None:
        raise UsageError("there is no index of names here", fix="use the query tool")
    return toolbox.lookup


def _named(toolbox: Toolbox, link: Link) -> dict[str, Any]:
    curie = toolbox.reader.about.prefixes.compress(link.iri)
    return {"iri": link.iri, **({"curie": curie} if curie else {}), "label": link.name, "type": link.kind}


def _fact(toolbox: Toolbox, fact: Fact) -> dict[str, Any]:
    return {
        "iri": fact.iri,
        "says": fact.label,
        "negated": fact.negated,
        "certainty": fact.certainty.name if fact.certainty else "",
        "documents": sorted({document.name for item in fact.evidence for document in item.documents}),
    }


def _evidence(toolbox: Toolbox, item: Evidence) -> dict[str, Any]:
    return {
        "iri": item.iri,
        "documents": [_named(toolbox, document) for document in item.documents],
        "passages": [
            {"start": place.start, "end": place.end, "section": place.section, "sentence": place.sentence}
            for place in item.passages
        ],
        "codes": [_named(toolbox, code) for code in item.codes],
        "cites": [_named(toolbox, work) for work in item.cites],
        "cue": item.cue,
    }


def _property(toolbox: Toolbox, item: Property) -> dict[str, Any]:
    return {"relation": item.relation.name, "values": [_value(toolbox, value) for value in item.values[:_FACTS]]}


def _value(toolbox: Toolbox, value: Value) -> Any:
    if isinstance(value, Link):
        return _named(toolbox, value)
    if isinstance(value, Text):
        return value.text
    return [_property(toolbox, item) for item in value.properties]


@dataclass(frozen=True, slots=True)
class _Tool:
    name: str
    title: str
    words: str
    arguments: Mapping[str, tuple[str, str]]
    required: tuple[str, ...]
    run: Callable[[Toolbox, Mapping[str, Any]], dict[str, Any]]


_TOOLS = {
    tool.name: tool
    for tool in (
        _Tool("search", "Search by name", "Find things by name, synonym, identifier or misspelling.",
              {"words": ("string", "A name, part of one, or an identifier"),
               "type": ("string", "Only things of this type"),
               "limit": ("integer", "How many at most, 50 or fewer")}, ("words",), _search),
        _Tool("describe", "Describe a thing", "Tell what is known about one thing: names, properties, and facts.",
              {"thing": ("string", "IRI or CURIE of the thing")}, ("thing",), _describe),
        _Tool("fact", "Read a fact with its evidence",
              "Tell one fact with certainty, context, and each piece of evidence with document and passage.",
              {"fact": ("string", "IRI or CURIE of the fact")}, ("fact",), _fact_with_evidence),
        _Tool("query", "Ask by SPARQL", f"Run a SPARQL 1.1 query, within the service's limits, {_ROWS} rows at most.",
              {"sparql": ("string", "A SELECT, ASK, CONSTRUCT or DESCRIBE query")}, ("sparql",), _query),
    )
}  # fmt: skip


def _listed() -> list[dict[str, Any]]:
    return [
        {
            "name": tool.name,
            "title": tool.title,
            "description": tool.words,
            "inputSchema": {
                "type": "object",
                "properties": {
                    name: {"type": kind, "description": words} for name, (kind, words) in tool.arguments.items()
                },
                "required": list(tool.required),
                "additionalProperties": False,
            },
            "annotations": {"readOnlyHint": True, "openWorldHint": False},
        }
        for tool in _TOOLS.values()
    ]


def _checked(tool: _Tool, name: str, arguments: Mapping[str, Any]) -> Any:
    value = arguments[name]
    kind = tool.arguments[name][0]
    right = isinstance(value, str) if kind == "string" else isinstance(value, int) and not isinstance(value, bool)
    if not right:
        raise UsageError(f"{name} is to be of the type {kind}")
    if isinstance(value, str) and not value.strip():
        raise UsageError(f"{name} is empty")
    return value


def _done(number: object, result: dict[str, Any]) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "result": result}


def _failed(number: object, code: int, message: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": message}}
