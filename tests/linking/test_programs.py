"""What programs read: the description of the routes, the context, example queries as addresses, the tools."""

import io
import json
import subprocess
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from publisher.mcp import serve
from publisher.release.record import Release
from publisher.settings import settings_from
from publisher.web import create_app
from publisher.web.site import Site
from tests.conftest import missing
from tests.oxigraph import CLIENTS

LIGHT = "https://example.org/lights/thing/LX0000001"


@pytest.fixture(name="described", scope="module")
def _described(client: FlaskClient) -> dict[str, Any]:
    return client.get("/openapi.json").get_json()


def test_every_route_is_described(site: Site, described: dict[str, Any]) -> None:
    """Each address that is not the query service's or a monitor's stands in the description, with a sentence."""
    assert described["openapi"] == "3.1.0"
    passed = (
        "/sparql",
        "/query",
        "/static",
        "/metrics",
        "/healthz",
        "/readyz",
        "/robots",
        "/sitemap",
        "/favicon",
        "/search.xml",
    )
    rules = {rule.rule for rule in create_app(site).url_map.iter_rules()}
    wanted = {rule.replace("<path:", "<").replace("<", "{").replace(">", "}") for rule in rules if rule != "/"}
    missing = {rule for rule in wanted if not rule.startswith(passed)} - set(described["paths"])
    assert missing == set()
    operations = [operation for path in described["paths"].values() for operation in path.values()]
    assert [operation for operation in operations if not operation["summary"]] == []
    names = [operation["operationId"] for operation in operations]
    assert sorted(set(names)) == sorted(names)


def test_references_lead_somewhere(described: dict[str, Any]) -> None:
    """Each ``$ref`` names a component, and each slot of a path is a parameter."""
    text = json.dumps(described)
    for place in {part.split('"')[0] for part in text.split('"$ref": "#/')[1:]}:
        value: Any = described
        for step in place.split("/"):
            value = value[step]
        assert value
    for path, methods in described["paths"].items():
        for operation in methods.values():
            slots = {item["name"] for item in operation["parameters"] if item["in"] == "path"}
            assert slots == {part.split("}")[0] for part in path.split("{")[1:]}, path


def test_the_examples_run(client: FlaskClient, described: dict[str, Any]) -> None:
    """Every parameter and every body has an example, and the service answers each of them without an error.

    Words of a passage are 404 here: the site has no texts.
    """
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            assert [item["name"] for item in operation["parameters"] if "example" not in item] == [], path
            shown = {place: {item["name"]: item["example"] for item in operation["parameters"] if item["in"] == place}
                     for place in ("path", "query")}  # fmt: skip
            needed = {item["name"]: item["example"] for item in operation["parameters"]
                      if item["in"] == "query" and item.get("required")}  # fmt: skip
            for query in [{**needed, name: value} for name, value in shown["query"].items()] or [{}]:
                for sent in _sent(operation) or [{}]:
                    with getattr(client, method)(path.format(**shown["path"]), query_string=query, **sent) as found:
                        assert found.status_code < 400 or path == "/passage", (method, path, query, found.text)


def _sent(operation: dict[str, Any]) -> list[dict[str, Any]]:
    content = operation.get("requestBody", {}).get("content", {})
    return [{"json" if "json" in media else "data": value["example"]} for media, value in content.items()]


def test_the_context_is_json_ld(client: FlaskClient, site: Site) -> None:
    """The prefixes are a JSON-LD context that expands CURIEs as the dataset does."""
    found = client.get("/context.jsonld")
    assert found.mimetype == "application/ld+json"
    context = found.get_json()
    document = {**context, "@id": "coast:0000002", "rdfs:label": "granite"}
    triple = next(iter(ox.parse(json.dumps(document), format=ox.RdfFormat.JSON_LD)))
    assert triple.subject == ox.NamedNode("http://example.com/coast/C_0000002")
    assert {name for name in context["@context"] if name != "@version"} == {prefix for prefix, _ in site.about.prefixes}


def _labels(client: FlaskClient, query: str) -> list[str]:
    rows = client.get(f"/query/standing{query}").get_json(force=True)["results"]["bindings"]
    return [row["label"]["value"] for row in rows]


def test_a_question_takes_terms(client: FlaskClient) -> None:
    """An example query answers at its own address; a parameter takes any spelling of a thing, or any text."""
    assert _labels(client, "") == ["Skårholm Light"]
    assert _labels(client, "?place=https://example.org/lights/thing/LX0000003") == ["Skårholm Light"]
    assert _labels(client, "?place=LX:LX0000004") == []
    assert _labels(client, "?words=Light") == ["Skårholm Light"]
    assert _labels(client, '?words=")) } %23') == []
    assert client.get("/query/standing?format=csv").mimetype == "text/csv"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("standing?none=1", 400), ("standing?place=", 400), ("standing?place=no iri", 400),
        ("standing?place=%22x%22", 400),
        ("standing?place=lx:a%3E%20%7D", 400), ("standing?place=a:b&place=c:d", 400), ("standing?format=docx", 400),
        ("standing?words=" + "x" * 3000, 400), ("none", 404), ("standing?words=%00", 200),
        ("standing?words=%22%20.%20", 200),
    ],
)  # fmt: skip
def test_wrong_values_are_told(client: FlaskClient, query: str, status: int) -> None:
    """A value that is not of its type, an unknown parameter and an unknown query are told; a text is only a text."""
    assert client.get(f"/query/{query}").status_code == status


def _call(client: FlaskClient, tool: str, **arguments: Any) -> dict[str, Any]:
    message = {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}
    found = client.post("/mcp", json=message)
    assert (found.status_code, found.get_json()["id"]) == (200, 7)
    return found.get_json()["result"]


def test_the_tools_answer(client: FlaskClient) -> None:
    """A model finds a thing, reads what is known of it, a fact with its evidence, and asks by SPARQL."""
    found = _call(client, "search", words="skarholm light")["structuredContent"]["things"]
    assert found[0]["iri"] == LIGHT
    told = _call(client, "describe", thing="lx:LX0000001")["structuredContent"]
    assert (told["iri"], bool(told["facts"])) == (LIGHT, True)
    fact = _call(client, "fact", fact=told["facts"][0]["iri"])["structuredContent"]
    assert fact["certainty"]
    assert fact["evidence"][0]["documents"]
    rows = _call(client, "query", sparql="SELECT ?s WHERE { ?s a <https://example.org/lights/vocab#Lighthouse> }")
    assert LIGHT in [row["s"] for row in rows["structuredContent"]["rows"]]


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("describe", {"thing": "none:1"}), ("describe", {}), ("describe", {"thing": 5}), ("fact", {"fact": LIGHT}),
        ("query", {"sparql": "DROP ALL"}), ("query", {"sparql": "SELECT"}), ("search", {"words": " "}),
        ("query", {"sparql": "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }"}),
        ("search", {"words": "a", "type": "none"}),
    ],
)  # fmt: skip
def test_a_tool_says_what_is_wrong(client: FlaskClient, tool: str, arguments: dict[str, Any]) -> None:
    """A failure is the tool's answer, in words; nothing is executed."""
    found = _call(client, tool, **arguments)
    assert (found["isError"], bool(found["content"][0]["text"])) == (True, True)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{", -32700), ("[" * 100_000, -32700), ("[]", -32600), ("5", -32600), ('{"jsonrpc": "1.0", "id": 1}', -32600),
        ('{"jsonrpc": "2.0", "id": 1, "method": "none"}', -32601), ('{"jsonrpc": "2.0", "id": 1, "method": 5}', -32600),
        ('{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "none"}}', -32602),
        ('{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": [1]}', -32600),
    ],
)  # fmt: skip
def test_wrong_messages_have_their_codes(client: FlaskClient, body: str, code: int) -> None:
    """What is no message is answered as JSON-RPC wants it."""
    found = client.post("/mcp", data=body, content_type="application/json").get_json()
    assert found["error"]["code"] == code


def test_the_handshake(client: FlaskClient) -> None:
    """The service introduces itself in the version that was asked for, lists its tools, and takes notifications."""
    hello = {"protocolVersion": "2025-03-26", "capabilities": {}, "clientInfo": {"name": "a", "version": "1"}}
    found = client.post("/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}).get_json()
    assert found["result"]["protocolVersion"] == "2025-03-26"
    quiet = client.post("/mcp", json={"jsonrpc": "2.0", "method": "notifications/initialized"})
    assert (quiet.status_code, quiet.get_data()) == (202, b"")
    listed = client.post("/mcp", json={"jsonrpc": "2.0", "id": 2, "method": "tools/list"}).get_json()
    assert [tool["name"] for tool in listed["result"]["tools"]] == ["search", "describe", "fact", "query"]
    assert client.get("/mcp").status_code == 405
    assert client.post("/mcp", data="a", content_type="text/plain").status_code == 415


def test_the_tools_answer_line_by_line(lights: Release) -> None:
    """Over standard input and output, each line is a message and each answer a line."""
    messages = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {}},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {
            "jsonrpc": "2.0",
            "id": 2,
            "method": "tools/call",
            "params": {"name": "search", "arguments": {"words": "granite"}},
        },
    ]
    out = io.StringIO()
    lines = [json.dumps(message) + "\n" for message in messages]
    answered = serve(
        Path(lights.path), settings=settings_from({"EXPORTIN_WORKERS": "1"}), lines=[*lines, "\n"], out=out
    )
    rows = [json.loads(line) for line in out.getvalue().splitlines()]
    assert (answered, [row["id"] for row in rows]) == (2, [1, 2])
    assert rows[1]["result"]["structuredContent"]["things"][0]["label"] == "granite"


def test_the_description_is_valid(described: dict[str, Any], tmp_path: Path) -> None:
    """A validator from PyPI, in an environment of its own, takes the description for OpenAPI 3.1."""
    python = CLIENTS / "python"
    if not list(CLIENTS.parent.glob("lib/*/site-packages/openapi_spec_validator")):
        missing("openapi-spec-validator is missing: see tests/clients/python, or set EXPORTIN_CLIENTS")
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(described), encoding="utf-8")
    command = [str(python), "-m", "openapi_spec_validator", "--schema", "3.1", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
