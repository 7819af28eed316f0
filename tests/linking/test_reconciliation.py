"""The reconciliation service in both versions: live answers against the schemas of the specification."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

from publisher.web.site import Site

GRANITE = "http://example.com/coast/C_0000002"
LIGHT = "https://example.org/lights/thing/LX0000001"
LV = "https://example.org/lights/vocab#"
LIMITED = {"type": "object"}
_SWAGGER = Resource.from_contents(
    {"definitions": {"securityDefinitions": {"additionalProperties": {}}}}, default_specification=DRAFT7
)


class Schemas:
    """The schemas of one version."""

    def __init__(self, folder: Path):
        """Read every schema of a folder."""
        self.folder = folder

    def check(self, name: str, value: Any) -> Any:
        """Give the value, or fail where it is not as the schema wants."""

        def found(uri: str) -> Resource:
            place = self.folder / uri.rpartition("/")[2]
            if uri.startswith("http://swagger.io"):
                return _SWAGGER
            return Resource.from_contents(json.loads(place.read_text("utf-8")), default_specification=DRAFT7)

        schema = json.loads((self.folder / f"{name}.json").read_text("utf-8"))
        Draft202012Validator({**schema, "$schema": "https://json-schema.org/draft/2020-12/schema"},
                             registry=Registry(retrieve=found)).validate(value)  # fmt: skip
        return value


@pytest.fixture(name="old", scope="module")
def _old(suites: Path) -> Schemas:
    return Schemas(suites / "reconciliation" / "0.2" / "schemas")


@pytest.fixture(name="new", scope="module")
def _new(suites: Path) -> Schemas:
    return Schemas(suites / "reconciliation" / "1.0-draft" / "schemas")


def _match(client: FlaskClient, queries: list[dict[str, Any]]) -> Any:
    found = client.post("/reconcile/match", json={"queries": queries})
    assert found.status_code == 200, found.text
    return found.get_json()


def test_both_manifests_are_valid(client: FlaskClient, old: Schemas, new: Schemas) -> None:
    """The service says what it can do in both versions, readable from anywhere."""
    found = client.get("/reconcile")
    first = old.check("manifest", found.get_json())
    second = new.check("manifest", client.get("/reconcile/1.0").get_json())
    assert (first["versions"], second["versions"]) == (["0.2"], ["1.0-draft"])
    assert found.headers["Access-Control-Allow-Origin"] == "*"
    assert first["identifierSpace"] == "https://example.org/lights/"
    assert "{{id}}" in first["view"]["url"]


def test_default_types_are_what_facts_speak_of(client: FlaskClient, site: Site) -> None:
    """The types offered first are classes of the dataset's things, most spoken of first: no claims, no bookkeeping."""
    assert site.lookup is not None
    offered = [kind["id"] for kind in client.get("/reconcile").get_json()["defaultTypes"]]
    told: dict[str, int] = {}
    for iri in site.lookup.all_iris():
        for item in site.lookup.things([iri]):
            if f"{LV}Thing" in item.classes:
                told[item.hit.kind] = told.get(item.hit.kind, 0) + item.hit.uses
    uses = [told[site.lookup.class_label(iri)] for iri in offered]
    assert f"{LV}Lighthouse" in offered
    assert {f"{LV}Claim", f"{LV}Witness", "https://w3id.org/sssom/Mapping"}.isdisjoint(offered)
    assert sorted(uses, reverse=True) == uses


def test_bookkeeping_is_found_by_its_class_only(client: FlaskClient) -> None:
    """Rows of alignments and example queries are no answer to words, unless their class is asked for."""
    by_words = client.get("/search?q=standing", headers={"Accept": "application/json"}).get_json()
    kind = {"q": "standing", "class": "http://www.w3.org/ns/shacl#SPARQLSelectExecutable"}
    by_class = client.get("/search", query_string=kind, headers={"Accept": "application/json"}).get_json()
    assert [hit["label"] for hit in by_class] == ["standing"]
    assert by_class[0]["iri"] not in [hit["iri"] for hit in by_words]


def test_a_name_spelt_otherwise_finds_its_thing_first(client: FlaskClient) -> None:
    """A whole name in another spelling finds its thing first."""
    found = client.get("/search?q=GRAN-ITE", headers={"Accept": "application/json"}).get_json()
    assert found[0]["iri"] == GRANITE


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_batch_of_the_old_version(client: FlaskClient, old: Schemas, method: str) -> None:
    """Queries by name are answered by name, by GET and by a posted form; request and answer are valid."""
    asked = {
        "q0": {"query": "granite"},
        "q1": {"query": "Skarholm Light", "type": f"{LV}Lighthouse", "limit": 3},
        "q2": {"query": "Skårholm Ligth", "type": ["lv:Lighthouse"], "type_strict": "any"},
        "q3": {"query": "no such thing at all"},
    }
    old.check("reconciliation-query-batch", asked)
    sent = {"query_string" if method == "get" else "data": {"queries": json.dumps(asked)}}
    found = getattr(client, method)("/reconcile", **sent)
    answers = old.check("reconciliation-result-batch", found.get_json())
    assert list(answers) == list(asked)
    assert [(item["id"], item["match"]) for item in answers["q0"]["result"]][:1] == [(GRANITE, True)]
    assert [(item["id"], item["match"], item["score"]) for item in answers["q1"]["result"]][:1] == [
        (LIGHT, True, 100.0)
    ]
    assert [(item["id"], item["match"]) for item in answers["q2"]["result"]][:1] == [(LIGHT, False)]
    assert [item for item in answers["q3"]["result"] if item["score"] >= 50] == []


def test_a_batch_of_the_new_version(client: FlaskClient, new: Schemas) -> None:
    """Conditions on name, identifier and property are answered in order, with features that have names."""
    asked = [
        {"conditions": [{"matchType": "name", "propertyValue": "granite"}]},
        {"conditions": [{"matchType": "id", "propertyValue": "COAST:0000002"}]},
        {"type": "lv:Lighthouse", "limit": 2, "conditions": [{"matchType": "name", "propertyValue": "Varnes"}]},
        {
            "conditions": [
                {"matchType": "property", "propertyId": f"{LV}standsIn", "propertyValue": {"id": "lx:LX0000003"}}
            ]
        },
    ]
    new.check("reconciliation-query-batch", {"queries": asked})
    found = new.check("reconciliation-result-batch", _match(client, asked))
    first = [[item["id"] for item in row["candidates"]][:1] for row in found["results"]]
    assert first[:2] == [[GRANITE], [GRANITE]]
    assert first[2] == ["https://example.org/lights/thing/LX0000002"]
    assert first[3] == [LIGHT]
    assert all(
        feature["name"] for row in found["results"] for item in row["candidates"] for feature in item["features"]
    )


def test_properties_decide_between_candidates(client: FlaskClient) -> None:
    """A property that fits keeps the score, one that does not halves it; a required one shuts out."""

    def ask(value: str, *, required: bool = False) -> list[dict[str, Any]]:
        condition = {"matchType": "property", "propertyId": "lv:standsIn", "propertyValue": value, "required": required}
        name = {"matchType": "name", "propertyValue": "Skårholm Light"}
        return _match(client, [{"conditions": [name, condition]}])["results"][0]["candidates"]

    assert [(item["id"], item["score"], item["match"]) for item in ask("Skårholm (islet)")][:1] == [
        (LIGHT, 100.0, True)
    ]
    assert [(item["score"], item["match"]) for item in ask("granite") if item["id"] == LIGHT] == [(50.0, False)]
    assert [item for item in ask("granite", required=True) if item["id"] == LIGHT] == []


def test_suggestions_are_valid(client: FlaskClient, old: Schemas, new: Schemas) -> None:
    """Things, types and properties are suggested by the letters typed, in the form of both versions."""
    entity = client.get("/reconcile/suggest/entity?prefix=sk%C3%A5r").get_json()
    type_ = client.get("/reconcile/1.0/suggest/type?prefix=light").get_json()
    property_ = client.get("/reconcile/suggest/property?prefix=stands").get_json()
    for schemas in (old, new):
        schemas.check("suggest-entities-response", entity)
        schemas.check("suggest-types-response", type_)
        schemas.check("suggest-properties-response", property_)
    assert LIGHT in [item["id"] for item in entity["result"]]
    assert f"{LV}Lighthouse" in [item["id"] for item in type_["result"]]
    assert f"{LV}standsIn" in [item["id"] for item in property_["result"]]
    only = client.get("/reconcile/suggest/entity?prefix=sk%C3%A5r&type=lv:Place").get_json()["result"]
    assert "https://example.org/lights/thing/LX0000003" in [item["id"] for item in only]
    assert LIGHT not in [item["id"] for item in only]


def test_values_are_fetched(client: FlaskClient, old: Schemas, new: Schemas) -> None:
    """A data extension gives labels, things and dates of the chosen properties, in the form of each version."""
    asked = {"ids": [LIGHT, "coast:0000002"],
             "properties": [{"id": "lv:standsIn"}, {"id": "rdfs:label", "settings": {"limit": "1"}}]}  # fmt: skip
    old.check("data-extension-query", asked)
    first = old.check(
        "data-extension-response", client.post("/reconcile", data={"extend": json.dumps(asked)}).get_json()
    )
    second = new.check("data-extension-response", client.post("/reconcile/extend", json=asked).get_json())
    assert first["rows"][LIGHT]["lv:standsIn"] == [
        {"id": "https://example.org/lights/thing/LX0000003", "name": "Skårholm (islet)"}
    ]
    assert second["rows"][1] == {
        "id": "coast:0000002",
        "properties": [{"id": "lv:standsIn", "values": []}, {"id": "rdfs:label", "values": [{"str": "granite"}]}],
    }


def test_properties_are_proposed(client: FlaskClient, old: Schemas, new: Schemas) -> None:
    """The properties that things of a type have are proposed, the commonest first."""
    found = client.get("/reconcile/extend/propose?type=lv:Lighthouse&limit=5").get_json()
    for schemas in (old, new):
        schemas.check("data-extension-property-proposal", found)
    assert len(found["properties"]) == 5


def test_a_preview_may_be_framed(client: FlaskClient) -> None:
    """The preview is a small page that other sites may frame; the flyout holds the same."""
    found = client.get("/reconcile/preview", query_string={"id": LIGHT})
    assert "Skårholm" in found.text
    assert "frame-ancestors *" in found.headers["Content-Security-Policy"]
    flyout = client.get("/reconcile/flyout", query_string={"id": "lx:LX0000001"}).get_json()
    assert (flyout["id"], "Skårholm" in flyout["html"]) == (LIGHT, True)
    assert client.get("/reconcile/preview?id=none:1").status_code == 404


BAD_OLD = [
    "", "{", "[]", "1", '{"a": 1}', '{"a": {}}', '{"a": {"query": ""}}', '{"a": {"query": 5.5, "limit": -1}}',
    '{"a": {"query": "x", "limit": "many"}}', '{"a": {"query": "x", "type": "lv:None"}}',
    '{"a": {"query": "x", "type": 5}}',
    '{"a": {"query": ["x"]}}', '{"a": {"query": "x", "properties": {"pid": "a"}}}',
    '{"a": {"query": "x", "properties": [{"pid": "none", "v": "y"}]}}',
    '{"a": {"query": "x", "properties": [{"pid": "rdfs:label", "v": {"no": 1}}]}}',
    '{"a": {"query": "x", "properties": [{"v": "y"}]}}', '{"a": {"query": "' + "x" * 10_001 + '"}}',
    json.dumps({str(number): {"query": "x"} for number in range(1001)}),
]  # fmt: skip


@pytest.mark.parametrize("queries", BAD_OLD, ids=range(len(BAD_OLD)))
def test_wrong_queries_are_told(client: FlaskClient, queries: str) -> None:
    """A wrong batch is 400 with what is wrong, never a failure of the service."""
    found = client.post("/reconcile", data={"queries": queries}, headers={"Accept": "application/json"})
    assert (found.status_code, bool(found.get_json(force=True)["detail"])) == (400, True)


@pytest.mark.parametrize(
    "body",
    [
        {}, [], {"queries": {}}, {"queries": [1]}, {"queries": [{}]}, {"queries": [{"conditions": []}]},
        {"queries": [{"conditions": [{"matchType": "sound", "propertyValue": "x"}]}]},
        {"queries": [{"conditions": [{"matchType": "name", "propertyValue": {"a": []}}]}], "more": "x" * 20_000},
        {"queries": [{"conditions": [{"matchType": "property", "propertyId": "lv:standsIn", "propertyValue": None}]}]},
        {"queries": [{"conditions": [{"matchType": "property", "propertyId": 5, "propertyValue": True}]}]},
        {"queries": [{"type": "lv:None", "conditions": [{"matchType": "name", "propertyValue": "x"}]}]},
        {"queries": [{"limit": True, "conditions": [{"matchType": "name", "propertyValue": "x"}]}]},
    ],
    ids=range(12),
)  # fmt: skip
def test_wrong_new_queries_are_told(client: FlaskClient, body: Any) -> None:
    """The same for the new version, except what it may mean as nothing."""
    found = client.post("/reconcile/match", json=body)
    assert found.status_code in (200, 400)
    assert found.status_code == 400 or found.get_json()["results"][0]["candidates"] == []


@pytest.mark.parametrize(
    "text",
    [
        '"',
        "a\0b",
        "*",
        "%",
        "' OR 1=1 --",
        "NEAR(a b)",
        "text : x",
        "{-}",
        "\u202eabc",
        "😀",
        "AND",
        "NOT",
    ],
)
def test_hostile_names_find_nothing(client: FlaskClient, text: str) -> None:
    """Wildcards, SQL, FTS syntax and control characters are names like others: nothing matches and nothing fails."""
    found = client.post("/reconcile", data={"queries": json.dumps({"q": {"query": text}})})
    assert found.status_code == 200
    assert [item for item in found.get_json()["q"]["result"] if item["match"]] == []
    for path, name in (("/search", "q"), ("/suggest", "q"), ("/reconcile/suggest/entity", "prefix")):
        assert client.get(path, query_string={name: text}).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/reconcile/suggest/entity?prefix=a&type=none", "/reconcile/suggest/entity?prefix=a&cursor=x",
     "/reconcile/suggest/type?prefix=a&limit=0", "/reconcile/extend/propose?type=",
     "/reconcile/extend/propose?type=none",
     "/reconcile?extend=5", "/reconcile?extend={}",
     "/reconcile/suggest/entity?prefix=" + "x" * 10_000, "/reconcile/suggest/entity?prefix=a&cursor=%C2%B2",
     "/search?q=" + "x" * 10_000, "/suggest?q=" + "x" * 10_000, "/search?q=a&type=none", "/suggest?q=a&class=none",
     "/search?q=a&page=x", "/search?q=a&page=0", "/search?q=a&page=%C2%B2", "/search?q=a&page=99999"],
)  # fmt: skip
def test_wrong_parameters_are_told(client: FlaskClient, path: str) -> None:
    """Unknown types, numbers that are none and texts that are no name are 400, in words."""
    found = client.get(path, headers={"Accept": "application/json"})
    assert (found.status_code, bool(found.get_json(force=True)["detail"])) == (400, True)


def test_wrong_extensions_are_told(client: FlaskClient) -> None:
    """A data extension needs lists of ids and properties, and properties that exist."""
    for body in ({}, {"ids": 1, "properties": []}, {"ids": ["a"]}, {"ids": [], "properties": [{"id": "none"}]},
                 {"ids": [], "properties": [{"id": "rdfs:label", "settings": {"limit": "x"}}]},
                 {"ids": ["a"] * 1001, "properties": []}):  # fmt: skip
        assert client.post("/reconcile/extend", json=body).status_code == 400, body
