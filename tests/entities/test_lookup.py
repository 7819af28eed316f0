"""The index of names."""

import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.entities.names.lookup import Lookup, build_lookup, fold
from publisher.entities.reader import Reader
from publisher.errors import StoreError
from publisher.settings import settings_from
from publisher.store.open import open_store
from publisher.store.port import Limits

LIGHT = "https://example.org/lights/thing/LX0000001"


@pytest.fixture(name="lookup", scope="module")
def _lookup(reader: Reader, tmp_path_factory: pytest.TempPathFactory) -> Lookup:
    path = tmp_path_factory.mktemp("names") / "labels.sqlite"
    build_lookup(reader, path)
    return Lookup(path)


@pytest.mark.parametrize(
    "words", ["Skårholm Light", "skarholm l", "old la", "the lady", "LX0000001", "lx:LX0000001", LIGHT]
)
def test_a_thing_is_found_by_any_of_its_names(lookup: Lookup, words: str) -> None:
    """Label, folded prefix, synonym, the word of a document, identifier, CURIE and IRI all find the thing first."""
    assert lookup.search(words)[0].iri == LIGHT


def test_a_misspelling_finds_what_is_named_alike(lookup: Lookup) -> None:
    """Where no name has the words, those that share most letters are given."""
    assert LIGHT in [hit.iri for hit in lookup.search("Skorholm Lihgt")]
    assert lookup.search("zzzzqqq") == ()


def test_a_misprint_is_found_among_thousands_of_names_alike(reader: Reader, tmp_path: Path) -> None:
    """Two letters that changed places lead to their thing where every run of three letters is common."""
    chance = random.Random(5)  # noqa: S311 - names, not secrets
    syllables = [first + second for first in "bdklmnrst" for second in "aeiou"]
    names = sorted({"".join(chance.choices(syllables, k=6)) for _ in range(5000)})
    data = tmp_path / "names.nt"
    label = "<http://www.w3.org/2000/01/rdf-schema#label>"
    data.write_text("".join(f'<http://e.example/{name}> {label} "{name}" .\n' for name in names), encoding="utf-8")
    store = open_store((data,), settings=settings_from({}), prefixes=reader.about.prefixes, isolated=False)
    build_lookup(
        Reader(store, replace(reader.about, graphs={}, roles={}), Limits(rows=1_000_000)), tmp_path / "names.sqlite"
    )
    lookup = Lookup(tmp_path / "names.sqlite")
    found = 0
    for name in names[::50]:
        at = chance.randrange(11)
        swapped = name[:at] + name[at + 1] + name[at] + name[at + 2 :]
        found += f"http://e.example/{name}" in [hit.iri for hit in lookup.suggest(swapped)]
    store.close()
    assert len(names[::50]) == found


def test_an_exact_name_is_resolved(lookup: Lookup) -> None:
    """A whole name in any case leads to its thing, part of one does not."""
    assert [hit.iri for hit in lookup.resolve("GRANITE")] == ["http://example.com/coast/C_0000002"]
    assert lookup.resolve("granit") == ()


@given(st.text(max_size=60))
def test_any_words_are_survived(lookup: Lookup, words: str) -> None:
    """No text is read as FTS5's own language."""
    assert isinstance(lookup.search(words), tuple)


def test_folding_drops_case_and_accents() -> None:
    """Names that people take for the same fold to the same."""
    assert fold("  Skårholm  LIGHT ") == fold("skarholm light")


def test_a_missing_index_is_told(tmp_path: Path) -> None:
    """An index that is not there is a foreseen failure."""
    with pytest.raises(StoreError, match="index of names"):
        Lookup(tmp_path / "none.sqlite")
