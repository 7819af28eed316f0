"""Trusty URIs: codes of statements."""

from publisher.editions import trusty
from publisher.rdf.terms import Statement

CODE = "RA" + "x" * 43


def test_the_order_of_statements_and_repeats_do_not_matter() -> None:
    """A set of statements has one code, however it is given."""
    statements = [Statement("<a>", "<p>", text, "<g>") for text in ('"b"', '"a"@en', "<c>", '"1"^^<d>')]

    assert trusty.artifact_code(statements) == trusty.artifact_code([*statements[::-1], statements[0]])


def test_the_code_of_nothing_is_the_hash_of_no_bytes() -> None:
    """The empty set has the SHA-256 of the empty text, which the specification prints for module FA."""
    assert "RA47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU" == trusty.artifact_code([])


def test_line_ends_and_backslashes_in_texts_are_told_apart() -> None:
    """A line feed, the letters for it, and a backslash before it give three codes."""
    texts = ('"a\\nb"', '"a\\\\nb"', '"a\\\\\\nb"')

    assert 3 == len({trusty.artifact_code([Statement("<a>", "<p>", text, "<g>")]) for text in texts})


def test_only_an_iri_that_ends_in_a_code_is_a_trusty_uri() -> None:
    """The code is 45 characters after one that is not a letter, digit, hyphen or underscore."""
    assert CODE == trusty.code_of(f"https://example.org/np/{CODE}")
    assert [None, None, None] == [
        trusty.code_of(iri) for iri in (f"https://example.org/np{CODE}", f"https://example.org/{CODE}#a", "short")
    ]
