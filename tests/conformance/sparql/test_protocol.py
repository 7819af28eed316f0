"""The W3C's protocol and service-description tests, and rows of our own, over the wire against the real service."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from ruamel.yaml import YAML

from tests.conformance.sparql.compare import Rows, read_results
from tests.serving import Reply, Served, serving

SD = "http://www.w3.org/ns/sparql-service-description#"
_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
# property: what its subject is, what its object is ("" anything but a literal)
_SD_PROPERTIES = {
    "endpoint": ("Service", ""), "feature": ("Service", ""), "defaultEntailmentRegime": ("Service", ""),
    "defaultSupportedEntailmentProfile": ("Service", ""), "entailmentRegime": ("NamedGraph", ""),
    "supportedEntailmentProfile": ("NamedGraph", ""), "extensionFunction": ("Service", ""),
    "extensionAggregate": ("Service", ""), "languageExtension": ("Service", ""), "supportedLanguage": ("Service", ""),
    "propertyFeature": ("Service", ""), "defaultDataset": ("Service", "Dataset"),
    "availableGraphs": ("Service", "GraphCollection"), "resultFormat": ("Service", ""), "inputFormat": ("Service", ""),
    "defaultGraph": ("Dataset", "Graph"), "namedGraph": ("", "NamedGraph"), "name": ("NamedGraph", ""),
    "graph": ("NamedGraph", "Graph"), "url": ("Service", ""),
}  # fmt: skip
_SD_TERMS = {
    "Service", "Feature", "Language", "Function", "Aggregate", "EntailmentRegime", "EntailmentProfile",
    "GraphCollection", "Dataset", "Graph", "NamedGraph", "SPARQL10Query", "SPARQL11Query", "SPARQL11Update",
    "DereferencesURIs", "UnionDefaultGraph", "RequiresDataset", "EmptyGraphs", "BasicFederatedQuery",
}  # fmt: skip
_RESULTS = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}
_COUNT = "SELECT (COUNT(*) AS ?n) WHERE { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"


@pytest.fixture(name="table", scope="module")
def _table(suites: Path) -> dict[str, Any]:
    return dict(YAML(typ="safe").load((suites / "protocol-requests.yaml").read_text(encoding="utf-8")))


@pytest.fixture(name="served", scope="module")
def _served(suites: Path, table: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data = tmp_path_factory.mktemp("protocol") / "graphs.nq"
    quads = [
        ox.Quad(triple.subject, triple.predicate, triple.object, ox.NamedNode(graph))
        for graph, file in table["graphs"].items()
        for triple in ox.parse(path=str(suites / file), format=ox.RdfFormat.N_TRIPLES)
    ]
    data.write_bytes(ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"")
    with serving(data, "--base-iri", "http://localhost/") as served:
        yield served


@pytest.mark.shared
def test_every_row_of_the_protocol_table(table: dict[str, Any], served: Served) -> None:
    """All 82 requests, with exactly their headers, get the answer that a read-only service must give."""
    assert len(table["rows"]) == 82
    before = served.ask(_COUNT).body
    wrong = {row["id"]: fault for row in table["rows"] if (fault := _fault(served, row, before))}
    assert wrong == {}


def _fault(served: Served, row: dict[str, Any], before: bytes) -> str:
    encoding = row.get("body_encoding", "utf-8")
    body = (row.get("body") or "").encode(encoding)
    target = f"/sparql{row.get('target') or ''}"
    reply = served.send(row["method"], target, row.get("headers") or {}, body)
    expect = row["expect"]
    statuses = [str(status) for status in expect["status"]]
    if str(reply.status) not in statuses and f"{reply.status // 100}xx" not in statuses:
        return f"{reply.status} {reply.text[:200]}"
    if expect.get("unchanged") and served.ask(_COUNT).body != before:
        return "the data have changed"
    if "content_types" in expect and reply.media not in expect["content_types"]:
        return reply.media
    if reply.media in expect.get("content_types_not", ()):
        return reply.media
    missing = [name for name in expect.get("header_present", ()) if name not in reply.headers]
    if missing:
        return f"no {missing}"
    return _body_fault(served, reply, expect)


def _body_fault(served: Served, reply: Reply, expect: dict[str, Any]) -> str:
    if expect.get("empty_body"):
        return "a body came" if reply.body else ""
    faults = []
    if "boolean" in expect and read_results(reply.body, _RESULTS[reply.media]) is not expect["boolean"]:
        faults.append(reply.text)
    for column, values in expect.get("values", {}).items():
        if _column(reply, column) != values:
            faults.append(f"{column}: {reply.text}")
    if {"rdf", "triples", "sd_endpoint", "sd_schema"} & expect.keys():
        graph = _graph(reply)
        if "triples" in expect and len(graph) != expect["triples"]:
            faults.append(f"{len(graph)} triples")
        endpoint = ox.Quad(ox.NamedNode("urn:x"), ox.NamedNode(f"{SD}endpoint"), ox.NamedNode(served.endpoint))
        if expect.get("sd_endpoint") and not any(
            quad.predicate == endpoint.predicate and quad.object == endpoint.object for quad in graph
        ):
            faults.append("no sd:endpoint with the address that was asked")
        if expect.get("sd_schema"):
            faults.extend(_schema_faults(graph))
    return "; ".join(faults)


def _column(reply: Reply, name: str) -> list[str]:
    if reply.media == "text/csv":
        return [row[name] for row in csv.DictReader(io.StringIO(reply.text))]
    found = read_results(reply.body, _RESULTS[reply.media])
    assert isinstance(found, Rows)
    return [str(getattr(row[name], "value", "")) for row in found.rows]


def _graph(reply: Reply) -> ox.Dataset:
    form = ox.RdfFormat.from_media_type(reply.media)
    assert form is not None, reply.media
    return ox.Dataset(ox.parse(reply.body, form, base_iri="http://localhost/"))


def _schema_faults(graph: ox.Dataset) -> Iterator[str]:
    """Give each use of the vocabulary that its own definition does not allow."""
    kinds: dict[object, set[str]] = {}
    for quad in graph.quads_for_predicate(_TYPE):
        kinds.setdefault(quad.subject, set()).add(str(getattr(quad.object, "value", "")).removeprefix(SD))
    for quad in graph:
        terms = (quad.predicate, quad.object)
        names = [str(getattr(term, "value", "")) for term in terms if not isinstance(term, ox.Literal)]
        for name in names:
            if name.startswith(SD) and name.removeprefix(SD) not in _SD_TERMS | _SD_PROPERTIES.keys():
                yield f"there is no sd:{name.removeprefix(SD)}"
        if not quad.predicate.value.startswith(SD):
            continue
        domain, range_ = _SD_PROPERTIES.get(quad.predicate.value.removeprefix(SD), ("", ""))
        if domain and domain not in kinds.get(quad.subject, ()):
            yield f"{quad.subject} of {quad.predicate} is no sd:{domain}"
        if isinstance(quad.object, ox.Literal):
            yield f"{quad.predicate} has a literal"
        elif range_ and range_ not in kinds.get(quad.object, ()):
            yield f"{quad.object} of {quad.predicate} is no sd:{range_}"
