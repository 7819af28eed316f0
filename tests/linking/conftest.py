"""A site over a release of the invented lighthouses, with every index; and the index of names of our own dataset."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from publisher import build
from publisher.entities.names.lookup import Lookup, build_lookup
from publisher.entities.reader import Reader
from publisher.release.record import Release
from publisher.settings import settings_from
from publisher.store.open import open_store
from publisher.store.port import Limits
from publisher.web import create_app
from publisher.web.serving.opening import Sources, open_sources
from publisher.web.site import Site

SPACES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix void: <http://rdfs.org/ns/void#> .
<https://example.org/lights/prefix/coast> sh:prefix "coast" ; sh:namespace "http://example.com/coast/C_" ;
  skos:altLabel "shore", "sea.coast" ; void:uriSpace "https://coast.example/term/" .
"""
QUERY = """#+ summary: Which lights stand in a place?
#+ tags: places
#+ param: place iri lx:LX0000003 the place
#+ param: words string "Light" what the label holds
PREFIX lv: <https://example.org/lights/vocab#>
PREFIX lx: <https://example.org/lights/thing/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

SELECT ?light ?label WHERE {
  ?light lv:standsIn lx:LX0000003 ; rdfs:label ?label .
  FILTER(CONTAINS(STR(?label), "Light"))
}
"""


@pytest.fixture(name="lights", scope="session")
def _lights(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Release:
    """Build the lighthouses, with other spellings of a prefix declared and a query with parameters."""
    folder = tmp_path_factory.mktemp("lights")
    shutil.copytree(root / "tests" / "datasets" / "lighthouses", folder / "data")
    (folder / "data" / "ontology" / "prefixes.ttl").write_text(SPACES, encoding="utf-8")
    (folder / "data" / "queries" / "standing.rq").write_text(QUERY, encoding="utf-8")
    outcome = build.build(folder / "data", build.Options(releases=folder / "releases", reasoner=False), lambda _: None)
    assert outcome.release is not None, outcome.report.render("text")
    return outcome.release


@pytest.fixture(name="site", scope="session")
def _site(lights: Release) -> Iterator[Site]:
    opened = open_sources(Sources((lights.path,), settings_from({"EXPORTIN_WORKERS": "1"})))
    yield opened.in_this_process()
    opened.close()


@pytest.fixture(name="client", scope="session")
def _client(site: Site) -> FlaskClient:
    return create_app(site).test_client()


@pytest.fixture(name="ours", scope="session")
def _ours(tmp_path_factory: pytest.TempPathFactory, root: Path) -> tuple[Release, Lookup]:
    """Build our own dataset and the index of its names."""
    folder = tmp_path_factory.mktemp("ours")
    outcome = build.build(root, build.Options(releases=folder, reasoner=False), lambda _: None)
    release = outcome.release
    assert release is not None, outcome.report.render("text")
    store = open_store(
        release, settings=settings_from({}), prefixes=release.prefixes, base=release.base, isolated=False
    )
    build_lookup(Reader(store, release, Limits(rows=1_000_000)), folder / "names.sqlite")
    store.close()
    return release, Lookup(folder / "names.sqlite")
