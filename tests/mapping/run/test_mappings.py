"""Whole runs: written whole or not at all, limited, explained."""

import io
from pathlib import Path

import pytest

from publisher.errors import MappingFailed
from publisher.mapping import Sources, explain, map_document
from tests.mapping.rules import NAMES, run, things, write


def test_a_value_that_is_no_iri_stops_the_run_and_leaves_no_file(tmp_path: Path) -> None:
    """A value with a blank where an IRI is wanted fails by its value, and nothing is written."""
    rules = NAMES.replace('rml:template "http://example.org/{id}"', 'rml:reference "id"')
    with pytest.raises(MappingFailed, match=r"the value 'two words' cannot stand in an IRI"):
        run(tmp_path, rules, things(("two words", "x")))
    assert not (tmp_path / "out.nq").exists()
    assert not (tmp_path / "out.nq.partial").exists()


def test_a_document_maps_by_itself_or_writes_nothing(tmp_path: Path) -> None:
    """A stand-alone run writes N-Quads to a stream, and not a byte where it fails."""
    (tmp_path / "things.csv").write_text("id,name\na,Anna\n", encoding="utf-8")
    out, nothing = io.BytesIO(), io.BytesIO()
    counts = map_document(write(tmp_path, NAMES), out, root=tmp_path, base=None, database=None)
    assert (counts.quads, out.getvalue()) == (1, b'<http://example.org/a> <http://example.org/name> "Anna" .\n')
    with pytest.raises(MappingFailed):
        map_document(write(tmp_path, NAMES.replace("id}", "no}")), nothing, root=tmp_path, base=None, database=None)
    assert nothing.getvalue() == b""


def test_a_limit_holds_for_each_triples_map(tmp_path: Path) -> None:
    """A limit gives so many quads of each triples map, to look at a mapping before it is run in full."""
    (tmp_path / "things.csv").write_text("id,name\n" + "".join(f"{n},x\n" for n in range(50)), encoding="utf-8")
    other = NAMES.replace("#names", "#more").replace("ex:name", "ex:also")
    out = io.BytesIO()
    counts = map_document(write(tmp_path, NAMES + other), out, root=tmp_path, base=None, database=None, limit=3)
    assert (counts.quads, counts.triples_maps) == (6, 2)


def test_an_explanation_leads_to_rule_file_and_line(tmp_path: Path) -> None:
    """A quad is explained by its triples map and the row that made it."""
    table = things(("a", "Anna"), ("b", "Bert"))
    sources = Sources(tables={"things": table})
    found = list(explain("http://example.org/a", [write(tmp_path, NAMES)], sources, base=None))
    assert [(each.triples_map, each.file, each.row) for each in found] == [("names", "seeds/things.yaml", "7")]


def test_a_triple_is_explained_with_or_without_its_graph(tmp_path: Path) -> None:
    """A triple is found in whatever graph it stands, as it is copied from a page or a dump, and no other is."""
    rules = NAMES.replace('{id}" ]', '{id}" ; rml:graph ex:g ]')
    sources, document = Sources(tables={"things": things(("a", "Anna"), ("b", "Bert"))}), write(tmp_path, rules)
    triple = '<http://example.org/a> <http://example.org/name> "Anna"'
    for wanted in (triple, f"{triple} .", f"{triple} <http://example.org/g> ."):
        found = list(explain(wanted, [document], sources, base=None))
        assert [(each.line, each.mapping) for each in found] == [
            (f"{triple} <http://example.org/g> .", f"{document}:5")
        ]
