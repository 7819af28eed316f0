"""Our own dataset by the names and addresses that its pinned registry of prefixes knows, besides those of its IRIs."""

import pytest

from publisher.entities.names.lookup import Lookup
from publisher.release.record import Release


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GeneID:7514", "HGNC:12825"), ("NCBI_GeneID:7514", "HGNC:12825"), ("entrez:7514", "HGNC:12825"),
        ("https://www.ncbi.nlm.nih.gov/gene/7514", "HGNC:12825"), ("ensembl:ENSG00000082898", "HGNC:12825"),
        ("https://www.ensembl.org/id/ENSG00000082898", "HGNC:12825"), ("hgnc:HGNC:12825", "HGNC:12825"),
        ("https://www.genenames.org/data/gene-symbol-report/#!/hgnc_id/HGNC:12825", "HGNC:12825"),
        ("UniProtKB:O14980", "uniprot:O14980"), ("UP:O14980", "uniprot:O14980"),
        ("https://www.uniprot.org/uniprot/O14980", "uniprot:O14980"),
        ("https://www.uniprot.org/uniprotkb/O14980/entry", "uniprot:O14980"),
        ("https://go.drugbank.com/drugs/DB11942", "drugbank:DB11942"), ("DrugBank:DB11942", "drugbank:DB11942"),
        ("CID:71481097", "drugbank:DB11942"),
        ("https://pubchem.ncbi.nlm.nih.gov/compound/71481097", "drugbank:DB11942"),
        ("https://monarchinitiative.org/MONDO:0018874", "MONDO:0018874"),
        ("https://amigo.geneontology.org/amigo/term/GO:0006611", "GO:0006611"),
        ("https://www.cellosaurus.org/CVCL_0004", "cvcl:CVCL_0004"), ("CVCL_0004", "cvcl:CVCL_0004"),
    ],
)  # fmt: skip
def test_registered_spellings_lead_to_their_thing(ours: tuple[Release, Lookup], text: str, expected: str) -> None:
    """Synonyms of a prefix and the addresses of its resolvers lead to one thing, as identifier or by an alignment."""
    release, lookup = ours
    assert [expected] == [release.prefixes.compress(item.hit.iri) for item in lookup.identify(text)]


def test_a_declared_prefix_is_no_thing(ours: tuple[Release, Lookup]) -> None:
    """Names of prefixes are not names of things: nobody who types one finds a record of the registry."""
    _, lookup = ours
    assert [iri for iri in lookup.all_iris() if "bioregistry" in iri] == []
    assert {hit.iri for hit in lookup.resolve("SwissProt")} == set()
