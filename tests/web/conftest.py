"""A small site over a real store: three lights, three claims, two papers."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from publisher.entities.names.lookup import Lookup, build_lookup
from publisher.rdf.names import RDF, SCHEMA, STANDARD_PREFIXES
from publisher.rdf.prefixes import Prefixes
from publisher.release.content import Agent, Retired
from publisher.release.record import File, Release
from publisher.settings import settings_from
from publisher.store.engines.embedded import Embedded
from publisher.store.policy import Policy
from publisher.store.port import Store
from publisher.web import create_app
from publisher.web.site import Example, Site

BASE = "https://example.org/lights/"
LV = f"{BASE}vocab#"
CITES = "http://purl.org/spar/cito/citesAsEvidence"
ROLES = {
    "fact": f"{LV}Claim", "subject": f"{RDF}subject", "predicate": f"{RDF}predicate", "object": f"{RDF}object",
    "certainty": f"{LV}sureness", "negated": f"{LV}denied", "evidence": f"{LV}witness",
    "evidence_class": f"{LV}Witness", "evidence_code": f"{LV}kindOfWitness", "about": f"{SCHEMA}about", "cites": CITES,
    "cue": f"{LV}tellingWord", "document": "http://www.w3.org/ns/prov#wasDerivedFrom", "section": f"{LV}chapter",
    "sentence": f"{LV}line", "original_subject": f"{LV}subjectInPrint", "original_object": f"{LV}objectInPrint",
}  # fmt: skip
PREFIXES = {
    **STANDARD_PREFIXES, "lv": LV, "lc": f"{BASE}claim/", "lx": f"{BASE}thing/", "coast": "http://example.com/coast/C_",
}  # fmt: skip
GRAPHS = {
    name: f"{BASE}graph/{name}"
    for name in ("facts", "evidence", "ontology", "imports", "mappings", "examples", "description")
}


def release_at(path: Path) -> Release:
    """Give the record of a release with one dump, whose bytes are in the folder."""
    dump = path / "lights-2026-03-01.nt.gz"
    dump.write_bytes(bytes(range(256)))
    digest = "40aff2e9d2d8922e47afd4648e6967497158785fbd1da870e7110266bf944880"
    file = File(dump.name, 256, digest, "application/n-triples", "gzip", "whole", "", 12, "Everything")
    gone = Retired(
        f"{BASE}thing/LX0000008", "thing", "Storm of 1889", "It never blew.", "2026-02-01", f"{BASE}thing/LX0000001"
    )
    merged = Retired(f"{BASE}thing/LX0000009", "thing", "Old Beacon", "", "2026-02-01", None, f"{BASE}thing/LX0000002")
    return Release(
        name="lights", title="Lights of the sound", description="What is known about lights.", base=BASE,
        iri=f"{BASE}dataset", version="2026-03-01", licence="https://creativecommons.org/publicdomain/zero/1.0/",
        language="en", prefixes=Prefixes(PREFIXES), keywords=("light",), creators=(Agent("Nora Ekdal", "https://orcid.org/0000-0002-1825-0097"),),
        examples=(f"{BASE}thing/LX0000001",), vocabulary=f"{BASE}vocab", roles=MappingProxyType(ROLES),
        certainty=(f"{LV}certain", f"{LV}guessed"), bare=(f"{LV}certain",), graphs=MappingProxyType(GRAPHS),
        paths={"fact": "claim/", "evidence": "witness/"}, path=path, identity="0" * 64,
        counts={"quads": 70, "triples": 69},
        files={file.name: file}, engine={"exportin": "0"}, inputs=(), retired={gone.iri: gone, merged.iri: merged},
    )  # fmt: skip


@pytest.fixture(name="site", scope="session")
def _site(tmp_path_factory: pytest.TempPathFactory, lights_store: Store) -> Site:
    folder = tmp_path_factory.mktemp("releases") / "2026-03-01"
    folder.mkdir()
    release = release_at(folder)
    example = Example("all", "Every light", (), "SELECT * WHERE { ?s ?p ?o } LIMIT 3\n")
    site = Site(store=lights_store, about=release, settings=settings_from({}), release=release, shelf=folder.parent,
                examples=(example,), counts=release.counts)  # fmt: skip
    index = folder.parent / "names.sqlite"
    build_lookup(site.reader, index)
    return replace(site, lookup=Lookup(index))


@pytest.fixture(name="client", scope="session")
def _client(site: Site) -> FlaskClient:
    return create_app(site).test_client()


@pytest.fixture(name="lights_store", scope="session")
def _lights_store() -> Store:
    return store_of(Path(__file__).parent / "lights.trig")


def store_of(path: Path) -> Store:
    """Give a store in memory over one file."""
    store = ox.Store()
    store.load(path=str(path), format=ox.RdfFormat.TRIG)
    return Embedded(store, policy=Policy(Prefixes(PREFIXES)))


@pytest.fixture(name="store_from", scope="session")
def _store_from() -> Callable[[Path], Store]:
    return store_of
