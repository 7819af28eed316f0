"""A reader over a real store in memory: three lights, three claims, two papers."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest

from publisher.entities.reader import Reader, reader_of
from publisher.rdf.names import RDF, SCHEMA
from publisher.rdf.prefixes import Prefixes
from publisher.release.content import Description
from publisher.settings import settings_from
from publisher.store.engines.embedded import Embedded
from publisher.store.open import open_store
from publisher.store.policy import Policy
from publisher.store.port import Limits

BASE = "https://example.org/lights/"
LV = f"{BASE}vocab#"
ROLES = {
    "fact": f"{LV}Claim", "subject": f"{RDF}subject", "predicate": f"{RDF}predicate", "object": f"{RDF}object",
    "certainty": f"{LV}sureness", "negated": f"{LV}denied", "evidence": f"{LV}witness", "about": f"{SCHEMA}about",
    "evidence_class": f"{LV}Witness", "evidence_code": f"{LV}kindOfWitness", "cue": f"{LV}tellingWord",
    "cites": "http://purl.org/spar/cito/citesAsEvidence", "document": "http://www.w3.org/ns/prov#wasDerivedFrom",
    "section": f"{LV}chapter", "sentence": f"{LV}line", "original_subject": f"{LV}subjectInPrint",
}  # fmt: skip


def reader_with(roles: dict[str, str]) -> Reader:
    """Give a reader of the lights under some roles."""
    store = ox.Store()
    store.load(path=str(Path(__file__).parents[1] / "web" / "lights.trig"), format=ox.RdfFormat.TRIG)
    prefixes = Prefixes({"lx": f"{BASE}thing/", "coast": "http://example.com/coast/C_"})
    about = Description(
        name="lights", title="Lights", description="Lights.", base=BASE, iri=f"{BASE}dataset", version="2026-03-01",
        licence="https://creativecommons.org/publicdomain/zero/1.0/", language="en", prefixes=prefixes, roles=roles,
        certainty=(f"{LV}certain", f"{LV}guessed"), bare=(f"{LV}certain",), vocabulary=f"{BASE}vocab",
        graphs={name: f"{BASE}graph/{name}" for name in ("facts", "evidence", "ontology", "imports", "description")},
    )  # fmt: skip
    return reader_of(Embedded(store, policy=Policy(prefixes)), about, Limits())


@pytest.fixture(name="reader", scope="session")
def _reader() -> Reader:
    return reader_with(ROLES)


@pytest.fixture(name="plain", scope="session")
def _plain() -> Reader:
    return reader_with({})


@contextmanager
def reading(lines: Sequence[str], about: Reader, folder: Path) -> Iterator[Reader]:
    """Give a reader of these statements, loaded in this order, in a dataset that has neither roles nor graphs."""
    data = folder / "data.nt"
    data.write_text("\n".join((*lines, "")), encoding="utf-8")
    with closing(
        open_store((data,), settings=settings_from({}), prefixes=about.about.prefixes, isolated=False)
    ) as store:
        yield Reader(store, replace(about.about, graphs={}, roles={}), Limits())
