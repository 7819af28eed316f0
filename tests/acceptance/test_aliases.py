"""Whoever holds another address of a thing joins our facts in one hop."""

import json

import pytest

from publisher.rdf.media import JSON
from publisher.store.port import Limits, Store

HOP = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX sio: <http://semanticscience.org/resource/>
SELECT (COUNT(DISTINCT ?fact) AS ?facts) WHERE { ?thing skos:exactMatch <%s> . ?fact sio:SIO_000628 ?thing }
"""


@pytest.mark.parametrize(
    "alias",
    [
        "https://identifiers.org/uniprot:O14980",
        "http://identifiers.org/uniprot/O14980",
        "http://purl.obolibrary.org/obo/PR_O14980",
        "https://identifiers.org/hgnc:12825",
        "http://identifiers.org/ncbigene/7514",
        "http://rdf.ebi.ac.uk/resource/ensembl/ENSG00000082898",
        "https://identifiers.org/CHEBI:45783",
        "https://bioregistry.io/mondo:0018874",
        "http://linkedlifedata.com/resource/umls/id/C0023467",
        "https://identifiers.org/drugbank:DB11942",
        "https://www.cellosaurus.org/CVCL_0004",
        "https://clinicaltrials.gov/study/NCT01607892",
    ],
)
def test_an_alias_leads_to_facts_in_one_hop(ntl_store: Store, alias: str) -> None:
    """The alias is an exact match of a thing that facts are about."""
    answer = json.loads(ntl_store.query(HOP % alias, JSON, limits=Limits()).read())

    assert int(answer["results"]["bindings"][0]["facts"]["value"]) > 0


def test_nothing_is_said_to_be_the_same_as_another_thing(ntl_store: Store) -> None:
    """Matches are between names of one thing; owl:sameAs, which would merge things, is nowhere."""
    ask = "ASK { ?one <http://www.w3.org/2002/07/owl#sameAs> ?other }"

    assert json.loads(ntl_store.query(ask, JSON, limits=Limits()).read())["boolean"] is False
