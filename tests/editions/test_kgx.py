"""KGX: nodes and edges in the Biolink Model, and the way back."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from publisher.dataset import Ontology
from publisher.editions import kgx
from publisher.rdf.names import SKOS, XSD
from tests.conftest import peer
from tests.editions.conftest import BASE, Built, records

B = kgx.BIOLINK


def _objects(made: Built, name: str) -> list[dict[str, Any]]:
    text = made.path(f"kgx.{name}.jsonl.gz").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.split("\n")[:-1]]


def _grouped(made: Built, table: str, column: str) -> dict[str | None, tuple[str | None, ...]]:
    found: dict[str | None, tuple[str | None, ...]] = {}
    for row in made.rows(table):
        found[row["fact"]] = tuple(
            dict.fromkeys((*found.get(row["fact"], ()), *([row[column]] if row[column] else [])))
        )
    return found


def test_the_way_back_gives_every_fact(each: Built) -> None:
    """Types, subject, predicate, object, certainty, polarity, evidence and documents come back for each fact."""
    types, evidence = _grouped(each, "fact_types", "type"), _grouped(each, "evidence", "iri")
    documents = _grouped(each, "evidence", "document")
    expected = {
        row["iri"]: (
            *(types[row["iri"]], row["subject"], row["predicate"], row["object"], row["certainty"]),
            *(row["negated"] == "true", row["complete"] == "true"),
            *(evidence.get(row["iri"], ()), documents.get(row["iri"], ())),
        )
        for row in each.rows("facts")
    }
    found = {
        edge.iri: (
            *(edge.types, edge.subject, edge.predicate, edge.object, edge.certainty),
            *(edge.negated, edge.complete, edge.evidence, edge.documents),
        )
        for edge in kgx.facts_of(_objects(each, "edges"), each.release.prefixes)
    }

    assert expected == found


def test_the_way_back_gives_every_qualifier_and_mention(each: Built) -> None:
    """Properties come back with their values: things as CURIEs, numbers and truth values as such, the rest as text."""
    short = each.release.prefixes.compress
    expected: set[tuple[str | None, ...]] = {
        (
            row["fact"],
            row["property"],
            (short(row["iri"]) or row["iri"]) if row["iri"] else row["lexical"] or row["text"],
        )
        for row in each.rows("qualifiers")
    }
    expected |= {(row["fact"], row["role"], row["text"]) for row in each.rows("mentions")}
    found = set()
    for edge in kgx.facts_of(_objects(each, "edges"), each.release.prefixes):
        found |= {(edge.iri, key, _lexical(value)) for key, values in edge.values.items() for value in values}
        found |= {(edge.iri, role, text) for role, texts in edge.mentions.items() for text in texts}

    assert expected == found


def _lexical(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_the_parts_of_a_fact_are_on_its_edge(lights: Built) -> None:
    """A measure is an object with its link, its type and its values as numbers."""
    [part] = [part for edge in _objects(lights, "edges") for part in edge.get("parts", ())]

    assert {"id": "lc:LC0000004#height", "link": "lv:measure", "type": ["lv:Height"], "lv:metres": 32.5} == {
        key: part[key] for key in ("id", "link", "type", "lv:metres")
    }


@pytest.mark.parametrize(
    ("lexical", "datatype", "expected"),
    [
        ("5", "integer", 5),
        ("32.5", "decimal", 32.5),
        ("true", "boolean", True),
        ("2015", "gYear", "2015"),
        ("0.12345678901234567890123", "decimal", "0.12345678901234567890123"),
        ("many", "integer", "many"),
        ("INF", "double", "INF"),
    ],
)
def test_a_value_is_what_json_can_say_without_loss(lexical: str, datatype: str, expected: object) -> None:
    """Numbers and truth values are JSON's own; what JSON would change, or cannot say, is text."""
    value = (f"{BASE}F1", f"{BASE}p", None, lexical, XSD + datatype)
    [edge] = kgx.edges(records(facts=[_fact(f"{BASE}own")], qualifiers=[value]))

    assert (expected, type(expected)) == (edge["ex:p"], type(edge["ex:p"]))


def test_every_end_of_an_edge_is_a_node_and_ids_are_used_once(each: Built) -> None:
    """No edge leads to nothing, and no two nodes or edges share an identifier."""
    nodes, edges = _objects(each, "nodes"), _objects(each, "edges")
    ids = [item["id"] for item in (*nodes, *edges)]

    assert len(ids) == len(set(ids))
    assert set() == {edge[end] for edge in edges for end in ("subject", "object")} - {node["id"] for node in nodes}


def test_nodes_and_edges_hold_what_the_format_requires(each: Built) -> None:
    """Nodes have a name and a category, edges their source, level of knowledge, kind of agent and polarity."""
    node_keys = {"id", "category", "name"}
    edge_keys = {"id", "category", "subject", "predicate", "object", "primary_knowledge_source", "negated"}
    edge_keys |= {"knowledge_level", "agent_type"}

    assert [] == [node for node in _objects(each, "nodes") if not node_keys <= set(node)]
    assert [] == [edge for edge in _objects(each, "edges") if not edge_keys <= set(edge)]
    assert all(edge["predicate"].startswith("biolink:") for edge in _objects(each, "edges"))


def _fact(predicate: str) -> tuple[str | None, ...]:
    return (
        "F1",
        f"{BASE}F1",
        None,
        "one",
        "en",
        f"{BASE}a",
        predicate,
        f"{BASE}b",
        None,
        f"{BASE}sure",
        "false",
        "true",
    )


def test_the_predicate_is_the_nearest_biolink_property_above() -> None:
    """Of two steps and one step upwards the nearer wins, and the dataset's own predicate stays beside."""
    own, mid = f"{BASE}own", f"{BASE}mid"
    ontology = Ontology(broader={own: frozenset({mid, f"{B}affects"}), mid: frozenset({f"{B}related_to"})})
    [edge] = kgx.edges(records(ontology, facts=[_fact(own)]))

    assert ("biolink:affects", "ex:own") == (edge["predicate"], edge["original_predicate"])


def _aligned(subject: str, match: str, object_: str) -> tuple[str | None, ...]:
    return (*[None] * 4, subject, None, None, SKOS + match, None, object_, None, object_)


def test_a_predicate_with_nothing_above_is_what_it_is_aligned_with() -> None:
    """A close match to a Biolink predicate is taken before a broad one."""
    own = f"{BASE}own"
    rows = [_aligned(own, "broadMatch", f"{B}related_to"), _aligned(own, "closeMatch", f"{B}treats")]
    [edge] = kgx.edges(records(facts=[_fact(own)], alignments=rows))

    assert "biolink:treats" == edge["predicate"]


def test_a_predicate_is_found_over_what_is_above_it_and_its_alignment() -> None:
    """That things are related says nothing: a broader property whose alignment says more comes before it."""
    own, mid, other = (f"{BASE}{name}" for name in ("own", "mid", "other"))
    ontology = Ontology(broader={own: frozenset({f"{B}related_to", mid})})
    rows = [_aligned(mid, "broadMatch", other), _aligned(other, "exactMatch", f"{B}member_of")]
    [edge] = kgx.edges(records(ontology, facts=[_fact(own)], alignments=rows))
    [alone] = kgx.edges(records(ontology, facts=[_fact(own)]))

    assert ("biolink:member_of", "biolink:related_to") == (edge["predicate"], alone["predicate"])


def test_what_the_ontology_says_nothing_about_is_the_broadest() -> None:
    """An unknown predicate is related_to, an unknown fact an Association, an unknown thing a NamedThing."""
    given = records(facts=[_fact(f"{BASE}own")])
    [edge] = kgx.edges(given)

    assert ("biolink:related_to", ["biolink:Association"]) == (edge["predicate"], edge["category"])
    assert [["biolink:NamedThing"]] * 2 == [node["category"] for node in kgx.nodes(given)]


def test_categories_go_from_the_narrowest_to_the_broadest() -> None:
    """The Biolink classes above an entity's type are given with the nearest first, mixins left out."""
    parents = {
        f"{BASE}Kind": frozenset({f"{B}Gene", f"{B}Mixin"}),
        f"{B}Gene": frozenset({f"{B}BiologicalEntity"}),
        f"{B}BiologicalEntity": frozenset({f"{B}NamedThing"}),
    }
    rows: dict[str, list[tuple[str | None, ...]]] = {
        "entities": [("a", f"{BASE}a", "A")],
        "entity_types": [(f"{BASE}a", f"{BASE}Kind")],
    }
    [node] = kgx.nodes(records(Ontology(parents=parents), **rows))

    assert ["biolink:Gene", "biolink:BiologicalEntity", "biolink:NamedThing"] == node["category"]


def test_the_package_kgx_finds_no_error(each: Built) -> None:
    """The reference implementation, with its copy of the Biolink Model, finds nothing wrong in nodes and edges."""
    python = str(peer("kgx") / "python")
    script = Path(__file__).with_name("accepts_kgx.py")
    nodes, edges = each.path("kgx.nodes.jsonl.gz"), each.path("kgx.edges.jsonl.gz")
    prefixes = each.folder / "prefixes.json"
    prefixes.write_text(json.dumps(dict(each.release.prefixes)), encoding="utf-8")
    run = subprocess.run(
        [python, str(script), str(nodes), str(edges), str(prefixes)], capture_output=True, text=True, check=False
    )

    assert (0, "") == (run.returncode, run.stderr)
    assert f"{len(_objects(each, 'nodes'))} nodes, {len(_objects(each, 'edges'))} edges" in run.stdout
