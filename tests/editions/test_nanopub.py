"""Nanopublications: one for each fact, well formed, under an IRI that anybody can check."""

import base64
import hashlib
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import pyoxigraph as ox

from publisher.editions import nanopub, trusty
from publisher.rdf import quads
from publisher.rdf.names import DCTERMS, PROV, RDF
from publisher.rdf.terms import Statement, split
from tests.conftest import peer
from tests.editions.conftest import LIGHTHOUSES, Built, built

NP = "http://www.nanopub.org/nschema#"
CREATED = f"{DCTERMS}created"


def _publications(made: Built) -> dict[str, list[Statement]]:
    """Give the statements of each publication by its IRI."""
    found: dict[str, list[Statement]] = defaultdict(list)
    for line in quads.lines_of(quads.read(made.path("nanopubs.trig.gz"))):
        statement = split(line)
        found[statement.graph[1:].partition("#")[0]].append(statement)
    return found


def _graphs(statements: list[Statement]) -> dict[str, list[Statement]]:
    found: dict[str, list[Statement]] = defaultdict(list)
    for statement in statements:
        found[statement.graph[1:-1].partition("#")[2]].append(statement)
    return found


def test_every_fact_is_introduced_by_one_nanopublication(each: Built) -> None:
    """There are as many publications as facts, and each introduces another fact."""
    introduced = [
        statement.object[1:-1]
        for statements in _publications(each).values()
        for statement in statements
        if statement.predicate == f"<{nanopub.NPX}introduces>"
    ]

    assert sorted(row["iri"] for row in each.rows("facts")) == sorted(introduced)


def test_the_way_back_gives_the_facts_and_evidence_of_the_core_edition(each: Built) -> None:
    """What assertions and provenance say of facts and evidence is what the core edition says of them."""
    things = {row["iri"] for table in ("facts", "evidence") for row in each.rows(table)}
    expected = {line for line in each.core() if line[1:].partition(">")[0].partition("#")[0] in things}
    expected |= {
        f"<{row['subject']}> <{row['predicate']}> <{row['direct_object']}> ."
        for row in each.rows("facts")
        if row["direct_object"]
    }

    lines = quads.lines_of(quads.read(each.path("nanopubs.trig.gz")))

    assert expected == set(nanopub.statements_of(lines))


def test_each_publication_has_the_four_graphs_of_the_guidelines(each: Built) -> None:
    """Head, assertion, provenance and publication info are there, none is empty, and the head names the others."""
    for iri, statements in _publications(each).items():
        graphs = _graphs(statements)
        linked = {(s.predicate[1:-1].removeprefix(NP), s.object[1:-1].removeprefix(f"{iri}#")) for s in graphs["Head"]}

        assert {"Head", "assertion", "provenance", "pubinfo"} == set(graphs)
        assert {("hasAssertion", "assertion"), ("hasProvenance", "provenance"), ("hasPublicationInfo", "pubinfo")} == {
            link for link in linked if link[0] != f"{RDF}type"
        }


def test_provenance_says_where_the_assertion_was_read_and_pubinfo_who_published_it(each: Built) -> None:
    """Each assertion has a source, each publication a creator, a licence and a date."""
    for iri, statements in _publications(each).items():
        graphs = _graphs(statements)
        sourced = [s for s in graphs["provenance"] if s.subject == f"<{iri}#assertion>"]
        own = {s.predicate[1:-1] for s in graphs["pubinfo"] if s.subject == f"<{iri}>"}

        assert f"<{PROV}wasDerivedFrom>" in {s.predicate for s in sourced}
        assert {CREATED, f"{DCTERMS}creator", f"{DCTERMS}license"} <= own


def test_a_fact_that_may_not_stand_alone_is_asserted_as_its_node_only(each: Built) -> None:
    """The assertion of a negated, doubtful or incomplete fact says nothing of the fact's subject."""
    standing = {row["iri"] for row in each.rows("facts") if row["direct_object"]}
    alone = 0
    for statements in _publications(each).values():
        graphs = _graphs(statements)
        fact = next(s.object[1:-1] for s in graphs["pubinfo"] if s.predicate == f"<{nanopub.NPX}introduces>")
        beside = [s for s in graphs["assertion"] if s.subject[1:-1].partition("#")[0] != fact]
        alone += fact not in standing
        assert len(beside) == (fact in standing)

    assert alone > 0


def test_a_fact_is_dated_by_its_curation(lights: Built) -> None:
    """The date of a publication is the day on which its fact was curated, as a moment."""
    dates = {s.object for found in _publications(lights).values() for s in found if s.predicate == f"<{CREATED}>"}

    assert {'"2026-01-15T00:00:00+00:00"^^<http://www.w3.org/2001/XMLSchema#dateTime>'} == {
        date for date in dates if "dateTime" in date
    }


def test_the_trusty_uris_hold_for_another_reading_of_the_specification(each: Built) -> None:
    """A second implementation, over what another parser reads, gives the same code for every publication."""
    found: dict[str, list[ox.Quad]] = defaultdict(list)
    for quad in ox.parse(path=str(each.path("nanopubs.trig.gz"))):
        found[quad.graph_name.value.partition("#")[0]].append(quad)

    assert [] == [iri for iri, own in found.items() if iri[-45:] != _recomputed(own, iri[-45:])]


def _recomputed(publication: list[ox.Quad], code: str) -> str:
    """Serialise as the specification's module RA says: sorted quads, four lines each, a blank for the code."""

    def plain(node: ox.NamedNode) -> str:
        return node.value.replace(code, " ")

    rows = []
    for quad in publication:
        head = (plain(quad.graph_name), plain(quad.subject), plain(quad.predicate))
        if isinstance(quad.object, ox.NamedNode):
            rows.append((*head, 0, plain(quad.object), "", plain(quad.object)))
            continue
        language, datatype = quad.object.language, quad.object.datatype.value
        escaped = quad.object.value.replace("\\", "\\\\").replace("\n", "\\n")
        mark = f"@{language}" if language else f"^{datatype}"
        rows.append((*head, 1, quad.object.value, "" if language else datatype, f"{mark} {escaped}"))
    text = "".join("\n".join((*row[:3], row[6])) + "\n" for row in sorted(rows))
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return "RA" + base64.b64encode(digest, altchars=b"-_").decode("ascii")[:43]


def test_a_trusty_uri_does_not_hold_for_another_content(lights: Built) -> None:
    """One letter that is changed anywhere breaks the URI."""
    iri, statements = next(iter(_publications(lights).items()))
    changed = [s._replace(object=s.object.replace("Sk", "sk")) for s in statements]

    assert trusty.holds(iri, statements)
    assert not trusty.holds(iri, changed)


def test_only_the_publication_of_a_changed_fact_gets_another_iri(lights: Built, tmp_path: Path) -> None:
    """A fact that stays as it is keeps its publication's IRI in the next release."""
    root = Path(shutil.copytree(LIGHTHOUSES, tmp_path / "lighthouses"))
    facts = root / "seeds" / "facts" / "P2.yaml"
    text = facts.read_text(encoding="utf-8")
    facts.write_text(text.replace("The paper leaves open which", "The paper does not tell which"), encoding="utf-8")
    manifest = root / "dataset.toml"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace("2026-03-01", "2026-04-01"), encoding="utf-8")
    before, after = set(_publications(lights)), set(_publications(built(root, tmp_path)))

    assert (1, 1) == (len(before - after), len(after - before))


def test_the_package_nanopub_accepts_each(each: Built) -> None:
    """The reference implementation finds each publication valid and each trusty URI true."""
    python = str(peer("nanopub") / "python")
    script = Path(__file__).with_name("accepts_nanopubs.py")
    run = subprocess.run(
        [python, str(script), str(each.path("nanopubs.trig.gz"))], capture_output=True, text=True, check=False
    )

    assert ("", 0, str(len(list(each.rows("facts"))))) == (run.stderr, run.returncode, run.stdout.strip())
