"""The IRIs of nanopublications lie under the base, so they have pages too."""

import gzip
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from publisher.entities.lists.publications import publications_of
from publisher.release.record import File
from publisher.web import create_app
from publisher.web.site import Site

OWN = "https://example.org/lights/np/RAone"
OTHER = "https://example.org/lights/np/RAtwo"
EDITION = f"""@prefix lc: <https://example.org/lights/claim/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix npx: <http://purl.org/nanopub/x/> .
@prefix unused: <https://example.org/unused#> .

@prefix sub: <{OWN}#> .

sub:assertion {{

    lc:LC0000001 rdfs:label "<b>lit</b> in 1790" .
}}

sub:pubinfo {{

    <{OWN}> npx:introduces lc:LC0000001 ;
        rdfs:label "lit <script>" .
}}

@prefix sub: <{OTHER}#> .

sub:pubinfo {{

    <{OTHER}> npx:introduces lc:LC0000002 .
}}
"""


@pytest.fixture(name="publishing")
def _publishing(site: Site, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    assert site.release is not None
    path = tmp_path_factory.mktemp("shelf") / site.release.version
    (path / "editions").mkdir(parents=True)
    name = "editions/lights-2026-03-01.nanopubs.trig.gz"
    (path / name).write_bytes(gzip.compress(EDITION.encode()))
    file = File(name, 1, "0" * 64, "application/trig", "gzip", "", "", 0, "Nanopublications")
    release = replace(site.release, path=path, files={**site.release.files, name: file})
    return create_app(replace(site, release=release, publications=publications_of(release))).test_client()


def test_the_iri_of_a_nanopublication_leads_to_its_documents(publishing: FlaskClient) -> None:
    """303 by Accept to a page, TriG or N-Quads; a syntax without graphs gets 406 with what there is."""
    found = {
        accept: publishing.get("/np/RAone", headers={"Accept": accept})
        for accept in ("text/html", "application/trig", "application/n-quads", "text/turtle")
    }
    assert [answer.headers.get("Location") for answer in found.values()] == [
        "/np/RAone.html",
        "/np/RAone.trig",
        "/np/RAone.nq",
        None,
    ]
    assert found["text/turtle"].status_code == 406
    assert {answer.headers["Vary"] for answer in found.values()} == {"Accept"}


def test_its_graphs_are_those_of_the_edition(publishing: FlaskClient) -> None:
    """One publication is one part of the edition with the prefixes that it uses; N-Quads say the same."""
    trig = publishing.get("/np/RAone.trig")
    assert trig.text.startswith("@prefix lc: <https://example.org/lights/claim/> .\n@prefix rdfs:")
    assert ("unused" in trig.text, "RAtwo" in trig.text, trig.mimetype) == (False, False, "application/trig")
    quads = publishing.get("/np/RAone.nq").text.splitlines()
    assert quads == sorted(quads)
    assert len(quads) == 3
    assert f'<{OWN}> <http://www.w3.org/2000/01/rdf-schema#label> "lit <script>" <{OWN}#pubinfo> .' in quads


def test_a_fact_and_its_nanopublication_lead_to_each_other(publishing: FlaskClient) -> None:
    """The page of a fact names its publication, whose page names the fact; nothing in them is run."""
    assert 'href="/np/RAone"' in publishing.get("/claim/LC0000001.html").text
    page = publishing.get("/np/RAone.html").text
    assert 'href="/claim/LC0000001"' in page
    assert "lit &lt;script&gt;</h1>" in page
    assert "<b>lit" not in page


def test_what_is_no_nanopublication_is_unknown(publishing: FlaskClient, client: FlaskClient) -> None:
    """Another name under the same path is 404, as is every one where the release has no such edition."""
    assert publishing.get("/np/RAthree").status_code == 404
    assert client.get("/np/RAone").status_code == 404
