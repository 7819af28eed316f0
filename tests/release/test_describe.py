"""What a release says about itself is true: every count is one that a query over the release gives."""

import gzip
import json
import re
from importlib.resources import files

import pyoxigraph as ox
import pytest

from publisher.rdf.quads import lines_of
from publisher.release.content import Agent
from publisher.release.describe.examples import read_example
from publisher.release.describe.schema_org import json_bytes, schema_org, spdx
from publisher.release.record import Release
from publisher.release.write import write_release
from tests.release.conftest import description

_PREFIXES = """
PREFIX void: <http://rdfs.org/ns/void#> PREFIX sd: <http://www.w3.org/ns/sparql-service-description#>
PREFIX dcat: <http://www.w3.org/ns/dcat#> PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX spdx: <http://spdx.org/rdf/terms#> PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX voidext: <http://ldf.fi/void-ext#> PREFIX pav: <http://purl.org/pav/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
"""
_VERSION = "<https://example.org/birds/dataset/2026-01-02>"


@pytest.fixture(name="release", scope="module")
def _release(content_in, tmp_path_factory: pytest.TempPathFactory) -> Release:
    tmp_path = tmp_path_factory.mktemp("described")
    extra = [
        '<https://example.org/birds/fact/F1> <http://e/p> "a" .',
        '<https://example.org/birds/fact/F1> <http://e/p> "a" <http://e/other> .',
        '<https://example.org/birds/fact/F1> <http://e/p> "a"@en <http://e/other> .',
    ]
    data = content_in(tmp_path / "plain").quads[0].read_text(encoding="utf-8").split("\n")[:-1]
    return write_release(content_in(tmp_path / "data", data + extra), tmp_path / "shelf")


@pytest.fixture(name="stores", scope="module")
def _stores(release: Release) -> tuple[ox.Store, ox.Store]:
    """Give the release without its description graph, and its description by itself."""
    data, said = ox.Store(), ox.Store()
    data.bulk_load(gzip.decompress((release.path / "birds-2026-01-02.nq.gz").read_bytes()), format=ox.RdfFormat.N_QUADS)
    data.remove_graph(ox.NamedNode("https://example.org/birds/graph/description"))
    said.bulk_load((release.path / "void.ttl").read_bytes(), format=ox.RdfFormat.TURTLE)
    return data, said


def _rows(store: ox.Store, query: str, *, union: bool = False) -> list[tuple[str, ...]]:
    found = store.query(_PREFIXES + query, use_default_graph_as_union=union)
    assert isinstance(found, ox.QuerySolutions)
    return sorted(tuple(getattr(term, "value", str(term)) for term in row) for row in found)


@pytest.mark.parametrize(
    ("said", "counted"),
    [
        ("?v void:triples ?n", "SELECT (COUNT(*) AS ?n) { SELECT DISTINCT ?s ?p ?o { ?s ?p ?o } }"),
        ("?v void:entities ?n", "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c }"),
        ("?v void:classes ?n", "SELECT (COUNT(DISTINCT ?c) AS ?n) { ?s a ?c }"),
        ("?v void:properties ?n", "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }"),
        ("?v void:distinctSubjects ?n", "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }"),
        ("?v void:distinctObjects ?n", "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }"),
        (
            "?v void:classPartition [ void:class ?c ; void:entities ?n ]",
            "SELECT ?c (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c } GROUP BY ?c",
        ),
        (
            "?v void:propertyPartition [ void:property ?p ; void:triples ?n ; void:distinctSubjects ?a ;"
            " void:distinctObjects ?b ]",
            "SELECT ?p (COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?a) (COUNT(DISTINCT ?o) AS ?b)"
            " { SELECT DISTINCT ?s ?p ?o { ?s ?p ?o } } GROUP BY ?p",
        ),
        (
            "?v voidext:datatypePartition [ voidext:datatype ?d ; void:triples ?n ]",
            "SELECT ?d (COUNT(*) AS ?n) { { SELECT DISTINCT ?s ?p ?o { ?s ?p ?o FILTER(ISLITERAL(?o)) } }"
            " BIND(DATATYPE(?o) AS ?d) } GROUP BY ?d",
        ),
    ],
)
def test_every_count_is_what_a_query_gives(stores: tuple[ox.Store, ox.Store], said: str, counted: str) -> None:
    """VoID's numbers of the whole are those of SPARQL over all graphs but the description."""
    data, description = stores
    wanted = _rows(data, counted, union=True)
    head = re.sub(r"\(.*? AS (\?\w)\)", r"\1", counted.partition(" {")[0])
    assert wanted
    assert wanted == _rows(description, f"{head} {{ {said.replace('?v', _VERSION)} }}")


def test_graphs_are_counted_by_name(stores: tuple[ox.Store, ox.Store]) -> None:
    """The service description names each graph with the number of its triples."""
    data, description = stores
    wanted = _rows(data, "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
    query = f"SELECT ?g ?n {{ {_VERSION} sd:namedGraph [ sd:name ?g ; sd:graph [ void:triples ?n ] ] }}"
    assert wanted == _rows(description, query)


_CURATED = (
    "FILTER(?g NOT IN (" + ", ".join(f"<https://example.org/birds/graph/{x}>" for x in ("imports", "examples")) + "))"
)


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        (
            "SELECT ?c ?p { ?v void:classPartition [ void:class ?c ; void:propertyPartition [ void:property ?p ] ] }",
            "SELECT DISTINCT ?c ?p { GRAPH ?g { ?s a ?c ; ?p ?o } FILTER(?p != rdf:type) %s }",
        ),
        (
            "SELECT ?c ?p ?d { ?part void:class ?c ; void:propertyPartition ?used ."
            " ?used void:property ?p ; voidext:datatypePartition [ voidext:datatype ?d ] }",
            "SELECT DISTINCT ?c ?p ?d { GRAPH ?g { ?s a ?c ; ?p ?o FILTER(ISLITERAL(?o)) }"
            " BIND(DATATYPE(?o) AS ?d) %s }",
        ),
        (
            "SELECT ?g ?c ?n { ?v sd:namedGraph [ sd:name ?g ; sd:graph [ void:classPartition ?part ] ] ."
            " ?part void:class ?c ; void:entities ?n }",
            "SELECT ?g ?c (COUNT(DISTINCT ?s) AS ?n) { GRAPH ?g { ?s a ?c } %s } GROUP BY ?g ?c",
        ),
    ],
    ids=["properties of classes", "datatypes of properties", "classes of graphs"],
)
def test_editors_learn_what_a_class_has(stores: tuple[ox.Store, ox.Store], said: str, asked: str) -> None:
    """The properties of each class in the curated graphs, and their datatypes, are those that a query finds."""
    wanted = _rows(stores[0], asked % _CURATED)
    assert wanted
    assert wanted == _rows(stores[1], said.replace("?v", _VERSION))


def test_linksets_are_counted_and_dumped(release: Release, stores: tuple[ox.Store, ox.Store]) -> None:
    """Links to an outside namespace are counted by property, and their dump holds just them."""
    linkset = "?l a void:Linkset ; void:objectsTarget/void:uriSpace ?t ; void:linkPredicate ?p ; void:triples ?n"
    found = _rows(stores[1], f"SELECT ?t ?p ?n {{ {linkset} }}")
    assert found == [("https://trees.example/T_", "https://example.org/birds/vocab#eats", "3")]
    dump = gzip.decompress((release.path / "linksets/tree.nt.gz").read_bytes()).decode()
    assert len(dump.splitlines()) == 3
    assert all("<https://example.org/birds/vocab#eats> <https://trees.example/T_" in row for row in dump.splitlines())


def test_every_file_has_its_checksum_and_size(release: Release, stores: tuple[ox.Store, ox.Store]) -> None:
    """DCAT names each file made before it, with the size and checksum of the record."""
    query = "SELECT ?f ?n ?c { ?v dcat:distribution ?f . ?f dcat:byteSize ?n ; spdx:checksum/spdx:checksumValue ?c }"
    found = {iri.rpartition("/2026-01-02/")[2]: (int(size), digest) for iri, size, digest in _rows(stores[1], query)}
    later = {"void.ttl", "dcat.jsonld", "schema.jsonld", "CITATION.cff", "release.json"}
    assert found == {f.name: (f.size, f.sha256) for f in release.files.values() if f.name not in later}


def test_the_graph_in_the_endpoint_says_the_same(release: Release, stores: tuple[ox.Store, ox.Store]) -> None:
    """The description graph is part of ``void.ttl``; only checksums of the dumps that hold it are missing."""
    inside = ox.Store()
    inside.bulk_load(
        gzip.decompress((release.path / "birds-2026-01-02-description.ttl.gz").read_bytes()), format=ox.RdfFormat.TURTLE
    )
    missing = {str(quad) for quad in inside} - {str(quad) for quad in stores[1]}
    assert missing == set()
    for word in ("void:triples", "dcat:isVersionOf", "prov:wasGeneratedBy", "sd:namedGraph"):
        query = f"SELECT ?o {{ {_VERSION} {word} ?o }}"
        assert _rows(inside, query) == _rows(stores[1], query)


def test_json_ld_says_what_turtle_says(release: Release) -> None:
    """Another parser reads the same triples from ``dcat.jsonld`` and ``void.ttl``."""
    first = set(lines_of(ox.parse((release.path / "void.ttl").read_bytes(), format=ox.RdfFormat.TURTLE)))
    second = set(lines_of(ox.parse((release.path / "dcat.jsonld").read_bytes(), format=ox.RdfFormat.JSON_LD)))
    assert len(first) > 500
    assert first == second


def test_provenance_and_retired(stores: tuple[ox.Store, ox.Store]) -> None:
    """The build names its inputs with checksums and its programs; a withdrawn fact names what replaces it."""
    used = f"{_VERSION} prov:wasGeneratedBy/prov:used ?i . ?i rdfs:label ?l ; spdx:checksum/spdx:checksumValue ?c"
    assert _rows(stores[1], f"SELECT ?l ?c {{ {used} }}") == [("seeds/facts/a b.yaml", "0" * 64)]
    assert _rows(stores[1], f"SELECT ?t {{ {_VERSION} prov:generatedAtTime ?t }}") == [("2026-01-02T00:00:00Z",)]
    assert _rows(stores[1], "SELECT ?o { <https://example.org/birds/fact/F0> dcterms:isReplacedBy ?o }") == [
        ("https://example.org/birds/fact/F1",)
    ]


def test_creators_are_what_they_are_known_to_be(stores: tuple[ox.Store, ox.Store]) -> None:
    """An ORCID is a person's; of whom nothing is stated, nothing is made up, neither in RDF nor for search engines."""
    asked = "SELECT DISTINCT ?n ?c { ?a a foaf:Agent, ?c ; foaf:name ?n FILTER(STRSTARTS(STR(?c), STR(foaf:))) }"
    foaf = "http://xmlns.com/foaf/0.1/"
    assert set(_rows(stores[1], asked)) == {
        ("Robin Redbreast", f"{foaf}Agent"), ("Robin Redbreast", f"{foaf}Person"), ("The Aviary", f"{foaf}Agent"),
    }  # fmt: skip
    stated = description(publisher=Agent("The Nest", kind="organization"))
    table = json.loads(json_bytes(schema_org(stated, ())))
    assert [item.get("@type") for item in (*table["creator"], table["publisher"])] == ["Person", None, "Organization"]


def test_schema_org(release: Release) -> None:
    """The description for search engines has what Bioschemas asks of every dataset."""
    table = json.loads((release.path / "schema.jsonld").read_bytes())
    wanted = {
        "@context",
        "@type",
        "@id",
        "dct:conformsTo",
        "description",
        "identifier",
        "keywords",
        "license",
        "name",
        "url",
    }
    assert wanted <= set(table)
    assert {item["contentUrl"].rpartition(".")[2] for item in table["distribution"]} == {"gz", "zst"}


def test_citation(release: Release) -> None:
    """``CITATION.cff`` is YAML that names authors, licence and date."""
    from ruamel.yaml import YAML  # noqa: PLC0415 - only this test reads YAML

    table = YAML(typ="safe").load((release.path / "CITATION.cff").read_text(encoding="utf-8"))
    assert table["license"] == "CC0-1.0"
    assert table["date-released"] == "2026-01-02"
    assert table["authors"][0] == {"name": "Robin Redbreast", "orcid": "https://orcid.org/0000-0002-1825-0097"}
    assert spdx("https://spdx.org/licenses/MIT") == "MIT"
    assert spdx("https://example.org/own") is None


@pytest.mark.parametrize(
    ("body", "form", "tags", "summary"),
    [
        ("#+ summary: What?\n#+ tags:\n#+   - a\n#+   - b c\nASK { ?s ?p 'SELECT' }", "ASK", ("a", "b c"), "What?"),
        ("# SELECT in a comment\nPREFIX x: <http://e/ASK#>\ndescribe x:a", "DESCRIBE", (), "my query"),
        ("#+ tags: one, two\nCONSTRUCT {} WHERE { SERVICE <http://e/s> {} }", "CONSTRUCT", ("one", "two"), "my query"),
    ],
)
def test_example_queries_are_read(body: str, form: str, tags: tuple[str, ...], summary: str) -> None:
    """The header gives summary and tags; the form is told from the query and not from its comments or texts."""
    example = read_example("my-query", body)
    assert (example.form, example.tags, example.summary) == (form, tags, summary)
    assert "#+" not in example.query


def _conforms(data: str) -> tuple[bool, str]:
    import pyshacl  # noqa: PLC0415 - slow to import, and only these tests need it
    import rdflib  # noqa: PLC0415 - as above

    shapes = rdflib.Graph().parse(
        files("publisher.release.describe") / "shapes.ttl", format="turtle", publicID="http://shapes.example/"
    )
    graph = rdflib.Graph().parse(data=data, format="turtle")
    conforms, _, text = pyshacl.validate(graph, shacl_graph=shapes, inference="none")
    return bool(conforms), str(text)


def test_the_description_has_its_shape(release: Release) -> None:
    """The file beside the dumps and the graph in them both conform to the shapes of a description."""
    inside = gzip.decompress((release.path / "birds-2026-01-02-description.ttl.gz").read_bytes()).decode()
    for data in ((release.path / "void.ttl").read_text(encoding="utf-8"), inside):
        assert _conforms(data) == (True, "Validation Report\nConforms: True\n")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("void:sparqlEndpoint <https://example.org/birds/sparql> ;", "a version needs its endpoint"),
        ("sd:supportedLanguage sd:SPARQL11Query", "it speaks SPARQL 1.1 Query"),
        ('foaf:name "The Aviary"', "whoever is named has a name"),
        ("void:linkPredicate bird:eats ;", "a linkset is of one property"),
    ],
)
def test_the_shapes_find_what_is_missing(release: Release, said: str, message: str) -> None:
    """A description from which one statement is taken no longer conforms, and the message says what is missing."""
    data = (release.path / "void.ttl").read_text(encoding="utf-8")
    assert said in data
    conforms, text = _conforms(data.replace(said, "" if said.endswith(";") else "rdfs:comment 1"))
    assert not conforms
    assert message in text
