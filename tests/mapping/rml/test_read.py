"""Mapping documents as they are read: what is wrong in one is said before anything runs."""

from pathlib import Path

import pytest

from publisher.errors import MappingFailed
from tests.mapping.rules import run


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        (
            "<#a> rml:subjectMap [ rml:template 'x{' ] ; rml:logicalSource [ rml:source 'a.csv' ] .",
            "without its partner",
        ),
        ("<#a> rml:subjectMap [ rml:template 'x' ] .", "0 logical sources"),
        (
            "<#a> rml:subjectMap [ rml:termType rml:No ; rml:constant ex:a ] ; rml:logicalSource [ rml:query 'a' ] .",
            "no term type",
        ),
        ("<#a> rml:subjectMap [ rml:gather 1 ] ; rml:logicalSource [ rml:source 'a.csv' ] .", "collections"),
        ("<#a> rml:subjectMap [ ", "not valid RDF"),
        ("", "there is no triples map"),
    ],
)
def test_a_mapping_that_is_not_valid_is_refused_with_its_reason(tmp_path: Path, rules: str, message: str) -> None:
    """What is wrong in a mapping document is said, with the document."""
    with pytest.raises(MappingFailed, match=message):
        run(tmp_path, rules)
