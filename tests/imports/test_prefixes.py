"""A registry of prefixes: what is read of it, and the slice of the records that a dataset's prefixes need."""

import hashlib
import json

import pytest

from publisher.errors import ImportFailed
from publisher.imports import cut_slices
from publisher.imports.read.registry import read_registry

REGISTRY = {
    "bird": {
        "preferred_prefix": "BIRD",
        "synonyms": ["avis", "Birds"],
        "uri_format": "http://birds.example/B_$1",
        "providers": [
            {"uri_format": "https://www.birds.example/B_$1"},
            {"uri_format": "https://eggs.example/$1.html"},
            {"uri_format": "https://eggs.example/of/$1/page"},
        ],
        "elsewhere": {"nested": {"uri_format": "https://nest.example/bird:$1"}},
    },
    "fish": {"uri_format": "http://fish.example/$1"},
    "old": {"deprecated": True, "uri_format": "http://old.example/$1"},
}
MANIFEST = """
[dataset]
name = "aviary"
title = "Aviary"
base = "https://example.org/aviary/"
version = "2026-01-01"
licence = "https://creativecommons.org/publicdomain/zero/1.0/"

[prefixes]
BIRD = "http://birds.example/B_"
rarity = "http://old.example/"
"""


@pytest.fixture(name="declared")
def _declared(tmp_path):
    """Write a dataset whose only source is the registry."""
    text = json.dumps(REGISTRY)
    (tmp_path / "ontology").mkdir()
    (tmp_path / "dataset.toml").write_text(MANIFEST, encoding="utf-8")
    (tmp_path / "registry.json").write_text(text, encoding="utf-8")
    (tmp_path / "ontology" / "sources.toml").write_text(
        '[sources.prefixes]\ntitle = "A registry"\nfile = "registry.json"\nversion = "1"\nformat = "registry"\n'
        f'sha256 = "{hashlib.sha256(text.encode()).hexdigest()}"\nhome = "https://registry.example/"\n',
        encoding="utf-8",
    )
    return tmp_path


def test_names_and_beginnings_of_addresses_are_read():
    """Other names of a prefix, and formats that end where the identifier goes or go on with a slash, scheme aside."""
    bird, fish, old = read_registry(json.dumps(REGISTRY), "registry.json")
    assert (bird.names, fish.names) == (("BIRD", "Birds", "avis"), ())
    assert bird.namespaces == (
        "http://birds.example/B_",
        "https://eggs.example/of/",
        "https://nest.example/bird:",
    )
    assert [bird.called("birds"), bird.called("fish"), bird.holds("https://birds.example/B_")] == [True, False, True]
    assert old.holds("http://old.example/")


def test_the_records_that_a_dataset_needs_are_cut(declared):
    """A record is kept for its name, under the dataset's spelling, or for its namespace; others are left out."""
    (cut,) = cut_slices(declared, declared, only=["prefixes"]).slices
    text = (declared / cut.path).read_text(encoding="utf-8")
    assert (cut.terms, 'sh:prefix "BIRD"' in text, "fish" in text) == (2, True, False)
    assert 'skos:altLabel "Birds", "avis", "bird"' in text
    assert '<https://registry.example/old> void:uriSpace "http://old.example/" ;\n    sh:prefix "old" .' in text
    assert "sh:namespace" not in text


def test_a_folder_without_the_registry_keeps_its_slice(declared):
    """A whole cut from a folder that has not the registry's file leaves the slice and its checksum as they are."""
    cut_slices(declared, declared)
    before = {path.name: path.read_bytes() for path in (declared / "ontology" / "imports").iterdir()}
    (declared / "elsewhere").mkdir()
    assert cut_slices(declared, declared / "elsewhere").slices == ()
    assert before == {path.name: path.read_bytes() for path in (declared / "ontology" / "imports").iterdir()}
    with pytest.raises(ImportFailed, match=r"registry\.json"):
        cut_slices(declared, declared / "elsewhere", only=["prefixes"])


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a": 1}'])
def test_what_is_no_registry_is_told(text):
    """JSON that is no object of records is an error that names the file."""
    with pytest.raises(ImportFailed, match="registry"):
        read_registry(text, "registry.json")
