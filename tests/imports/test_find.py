import pytest

from publisher.errors import ImportFailed
from publisher.imports import find, suggest


def test_the_label_letter_by_letter_comes_first(aviary):
    """A label scores 1, the same label in another case less."""
    exact = find(aviary.root, aviary.folder, "owl", sources=["birds"])[0]
    other = find(aviary.root, aviary.folder, "Owl", sources=["birds"])[0]
    assert (exact.label, exact.score, exact.how) == ("owl", 1.0, "label")
    assert (other.label, other.score) == ("owl", 0.97)


def test_a_synonym_scores_by_its_scope(aviary):
    """A broad synonym is met, told as such, and scores less than a label."""
    found = find(aviary.root, aviary.folder, "night bird", sources=["birds"])[0]
    assert (found.label, found.score, found.how) == ("owl", 0.7, "broad synonym: night bird")


def test_part_of_a_name_and_a_misspelling_are_near(aviary):
    """Names that hold the words, or words spelled nearly so, come with a low score."""
    near = find(aviary.root, aviary.folder, "unusd kite", sources=["birds"])[0]
    assert near.label == "unused kite"
    assert near.score < 0.65
    assert near.how == "near label: unused kite"


def test_an_identifier_is_found_as_curie_and_as_iri(aviary):
    """A CURIE with a declared prefix names its term."""
    assert find(aviary.root, aviary.folder, "BIRD:3", sources=["birds"])[0].label == "barn owl"


def test_an_obsolete_term_scores_half_and_tells_its_replacement(aviary):
    """An obsolete term is found, but below the living."""
    found = find(aviary.root, aviary.folder, "obsolete screech", sources=["birds"])[0]
    assert (found.score, found.obsolete) == (0.5, True)
    assert found.replaced_by == ("http://purl.obolibrary.org/obo/BIRD_3",)


def test_all_sources_are_searched_where_none_is_named(aviary):
    """Without a choice every declared source is read."""
    assert find(aviary.root, aviary.folder, "Tawny")[0].source == "rings"


def test_an_unknown_source_is_refused(aviary):
    """A source that is not declared is an error with the known names."""
    with pytest.raises(ImportFailed, match="there is no source 'fish'"):
        find(aviary.root, aviary.folder, "owl", sources=["fish"])


def test_suggestions_come_for_every_name_with_nothing_accepted(aviary):
    """Each name has its suggestions above the least score, none for a name that nothing is like."""
    owl, nothing = suggest(aviary.root, aviary.folder, ["owl", "zzz"], sources=["birds"])
    assert [match.label for match in owl.matches] == ["owl"]
    assert nothing.matches == ()
