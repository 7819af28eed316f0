"""The W3C's SPARQL 1.0, 1.1 and 1.2 query tests through the HTTP service, failures known by name, both ways."""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox
import pytest

from publisher.rdf.prefixes import Prefixes
from publisher.rdf.query import Form, read
from publisher.release.content import Description
from publisher.settings import settings_from
from publisher.store.open import open_store
from publisher.store.port import Store
from publisher.web import create_app
from publisher.web.site import Site
from tests.conformance.sparql.compare import by_value, read_expected, read_graph, read_results, same
from tests.conformance.sparql.suite import Case, cases_in, quads
from tests.serving import Served, serving

KNOWN = Path(__file__).parent / "known-failures.tsv"
_SORTED = re.compile(r"\}[^{}]*\bORDER\s+BY\b([^{}]*)$", re.IGNORECASE | re.DOTALL)
_KEY = re.compile(r"(?:(?:ASC|DESC)\s*\(\s*[?$](\w+)\s*\)|[?$](\w+))\s*", re.IGNORECASE)
_MEDIA = {
    ".srj": ("application/sparql-results+json", ox.QueryResultsFormat.JSON),
    ".srx": ("application/sparql-results+xml", ox.QueryResultsFormat.XML),
    ".tsv": ("text/tab-separated-values", ox.QueryResultsFormat.TSV),
    ".csv": ("text/csv", ox.QueryResultsFormat.CSV),
}
_GRAPH_MEDIA = {
    ".nt": ("application/n-triples", ox.RdfFormat.N_TRIPLES),
    ".rdf": ("application/rdf+xml", ox.RdfFormat.RDF_XML),
    ".ttl": ("text/turtle", ox.RdfFormat.TURTLE),
}


class Answer(NamedTuple):
    """What came back for one query."""

    status: int
    media: str
    body: bytes


Ask = Callable[[str, str], Answer]


@pytest.fixture(name="cases", scope="module")
def _cases(suites: Path) -> list[Case]:
    return list(cases_in(suites / "rdf-tests"))


@pytest.mark.shared
def test_the_suites_are_whole(cases: list[Case]) -> None:
    """Every query test is found: 482 of SPARQL 1.0, 348 of 1.1, 246 of 1.2."""
    versions = [case.name[:8] for case in cases]
    counts = [versions.count(version) for version in ("sparql10", "sparql11", "sparql12")]
    assert counts == [482, 348, 246]


@pytest.mark.shared
@pytest.mark.slow
def test_every_query_test_through_the_service(cases: list[Case], tmp_path: Path) -> None:
    """Each test's query is sent to a service on the test's data: what fails is what is known to fail, and no more."""
    failed: dict[str, str] = {}
    for number, (places, group) in enumerate(_by_data(cases).items()):
        data = tmp_path / f"{number}.nq"
        data.write_bytes(ox.serialize(quads(*places, group[0].root), format=ox.RdfFormat.N_QUADS) or b"")
        store = open_store(
            data, settings=settings_from({}), prefixes=Prefixes({}), default_graph="plain", isolated=False
        )
        ask = _in_process(store)
        failed.update({case.name: fault for case in group if (fault := _fault(case, ask))})
        store.close()
    known = _known()
    assert {name: failed[name] for name in failed.keys() - known.keys()} == {}
    assert sorted(known.keys() - failed.keys()) == []
    assert [fault for fault in failed.values() if fault.startswith("5")] == []


@pytest.fixture(name="empty", scope="module")
def _empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data = tmp_path_factory.mktemp("empty") / "empty.nq"
    data.write_bytes(b"")
    with serving(data, "--default-graph", "plain", "--base-iri", "http://localhost/") as served:
        yield served


@pytest.mark.shared
@pytest.mark.slow
def test_syntax_over_the_wire(cases: list[Case], empty: Served) -> None:
    """Every seventh syntax test against the real server: right queries are answered, wrong ones refused with 4xx."""
    known = _known()
    chosen = [case for case in cases if case.kind != "evaluation" and case.name not in known][::7]
    assert len(chosen) > 60
    faults = {case.name: _fault(case, _over_the_wire(empty)) for case in chosen if not _skipped(case)}
    assert {name: fault for name, fault in faults.items() if fault} == {}


@pytest.mark.shared
@pytest.mark.slow
def test_evaluation_over_the_wire(cases: list[Case], tmp_path: Path) -> None:
    """The data sets that most tests share, named graphs among them, behind the real server."""
    groups = sorted(_by_data(cases).items(), key=lambda item: (-bool(item[0][1]), -len(item[1])))
    known = _known()
    faults: dict[str, str] = {}
    for places, group in [*groups[:2], max(groups, key=lambda item: len(item[1]) * bool(item[0][0]))]:
        data = tmp_path / f"{len(faults)}.nq"
        data.write_bytes(ox.serialize(quads(*places, group[0].root), format=ox.RdfFormat.N_QUADS) or b"")
        with serving(data, "--default-graph", "plain", "--base-iri", "http://localhost/") as served:
            chosen = [case for case in group if case.name not in known]
            faults.update({case.name: _fault(case, _over_the_wire(served)) for case in chosen})
    assert len(faults) > 20
    assert {name: fault for name, fault in faults.items() if fault} == {}


def _by_data(cases: list[Case]) -> dict[tuple[tuple[Path, ...], tuple[Path, ...]], list[Case]]:
    """Give the tests by their data, without those that need an endpoint that a service with SERVICE off never asks."""
    groups: dict[tuple[tuple[Path, ...], tuple[Path, ...]], list[Case]] = defaultdict(list)
    for case in cases:
        if not _skipped(case):
            groups[case.places].append(case)
    return groups


def _skipped(case: Case) -> bool:
    return case.service or case.name.startswith(("sparql11/service#", "sparql11/syntax-fed#"))


def _in_process(store: Store) -> Ask:
    about = Description(name="t", title="t", description="t", base="http://localhost/", iri="http://localhost/dataset",
                        version="", licence="", language="en", prefixes=Prefixes({}))  # fmt: skip
    client = create_app(Site(store=store, about=about, settings=settings_from({}), union="plain")).test_client()

    def ask(query: str, accept: str) -> Answer:
        headers = {"Content-Type": "application/sparql-query", "Accept": accept}
        found = client.post("/sparql", data=query.encode(), headers=headers)
        return Answer(found.status_code, found.mimetype or "", found.get_data())

    return ask


def _over_the_wire(served: Served) -> Ask:
    def ask(query: str, accept: str) -> Answer:
        found = served.ask(query, accept)
        return Answer(found.status, found.media, found.body)

    return ask


def _fault(case: Case, ask: Ask) -> str:
    """Give what is wrong with the answer to a test; nothing where it is right."""
    if case.kind != "evaluation":
        status = ask(case.text, "*/*").status
        fits = 400 <= status < 500 if case.kind == "wrong" else status == 200
        return "" if fits else f"{status} for a query that is {case.kind}"
    assert case.result is not None
    graph = read(case.text).form in (Form.CONSTRUCT, Form.DESCRIBE)
    default = (".ttl" if graph else ".srj") if case.name.startswith("sparql12") else (".ttl" if graph else ".srx")
    table = _GRAPH_MEDIA if graph else _MEDIA
    media, form = table.get(case.result.suffix, table[default])
    answer = ask(case.text, media)
    if answer.status != 200 or answer.media != media:
        return f"{answer.status} {answer.media} {answer.body[:200].decode('utf-8', 'replace')}"
    if form is ox.QueryResultsFormat.CSV:
        return "" if _table(answer.body) == _table(case.result.read_bytes()) else "the rows differ"
    return _difference(case, answer.body, form)


def _difference(case: Case, body: bytes, form: ox.RdfFormat | ox.QueryResultsFormat) -> str:
    assert case.result is not None
    base = case.base.rpartition("/")[0] + "/" + case.result.name
    found = read_graph(body, form, base) if isinstance(form, ox.RdfFormat) else read_results(body, form)
    expected, order = read_expected(case.result, base), _order(case.text)
    if same(found, expected, lax=case.lax, by=order):
        return ""
    if same(by_value(found), by_value(expected), lax=case.lax, by=order):
        return ""
    return f"expected {expected}, came {found}"[:1000]


def _order(text: str) -> list[str] | None:
    """Give the variables that a query sorts by, an empty list where it sorts by expressions, None where it does not."""
    match = _SORTED.search(text)
    if match is None:
        return None
    keys = re.split(r"\b(?:LIMIT|OFFSET|VALUES)\b", match[1], flags=re.IGNORECASE)[0].strip()
    names = [one or other for one, other in _KEY.findall(keys)]
    return names if _KEY.sub("", keys).strip() == "" else []


def _table(body: bytes) -> list[list[tuple[str, str]]]:
    """Give the rows of a CSV answer with their columns by name: neither rows nor columns have an order of their own."""
    rows = csv.DictReader(io.StringIO(body.decode("utf-8"), newline=""))
    return sorted(sorted((name, re.sub("^_:.*", "_:b", cell)) for name, cell in row.items()) for row in rows)


def _known() -> dict[str, str]:
    with KNOWN.open(encoding="utf-8", newline="") as stream:
        return {row["test"]: row["why"] for row in csv.DictReader(stream, delimiter="\t")}
