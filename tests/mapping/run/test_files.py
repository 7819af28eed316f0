"""Files as sources: encodings, line ends, YAML, and what a person is told when one cannot be read."""

from pathlib import Path

import pytest

from publisher.errors import MappingFailed
from tests.mapping.rules import NAMES, run


def test_a_missing_file_names_the_files_there_are(tmp_path: Path) -> None:
    """A source that is not there fails with what is there."""
    (tmp_path / "thing.csv").write_text("id,name\n", encoding="utf-8")
    with pytest.raises(MappingFailed, match=r"the file 'things.csv' does not exist") as caught:
        run(tmp_path, NAMES)
    assert "did you mean 'thing.csv'?" in (caught.value.fix or "")


def test_a_broken_line_of_a_file_is_named(tmp_path: Path) -> None:
    """A CSV line that cannot be read fails with its number."""
    (tmp_path / "things.csv").write_text('id,name\na,Anna\n"b,Bert\n', encoding="utf-8")
    with pytest.raises(MappingFailed, match=r"things.csv, line 3 cannot be read"):
        run(tmp_path, NAMES)


def test_lines_may_end_as_on_windows_and_begin_with_a_mark(tmp_path: Path) -> None:
    """A byte order mark and CRLF are no part of names and values."""
    (tmp_path / "things.csv").write_bytes("\ufeffid,name\r\na,Anna\r\n".encode())
    assert run(tmp_path, NAMES) == ['<http://example.org/a> <http://example.org/name> "Anna" .']


@pytest.mark.parametrize("bad", [b"\xff\xfeid", "id,name\nä,b\n".encode("latin-1")])
def test_a_wrong_encoding_is_a_failure_for_people(tmp_path: Path, bad: bytes) -> None:
    """A file that is not UTF-8 fails with its name."""
    (tmp_path / "things.csv").write_bytes(bad)
    with pytest.raises(MappingFailed, match=r"things.csv"):
        run(tmp_path, NAMES)


def test_yaml_is_read_as_the_tree_it_is(tmp_path: Path) -> None:
    """A YAML file is a source of JSONPath, lists and all; a broken one fails with its line."""
    rules = """<#t> rml:logicalSource [ rml:source "t.yaml" ; rml:iterator "$.things[*]" ] ;
      rml:subjectMap [ rml:template "http://example.org/{$.id}" ] ;
      rml:predicateObjectMap [ rml:predicate ex:tag ; rml:objectMap [ rml:reference "$.tags[*]" ] ] ."""
    (tmp_path / "t.yaml").write_text("things:\n- {id: a, tags: [x, 2]}\n- {id: b, tags: []}\n", encoding="utf-8")
    assert run(tmp_path, rules) == [
        '<http://example.org/a> <http://example.org/tag> "2"^^<http://www.w3.org/2001/XMLSchema#integer> .',
        '<http://example.org/a> <http://example.org/tag> "x" .',
    ]
    (tmp_path / "t.yaml").write_text("things:\n- {id: a\n", encoding="utf-8")
    with pytest.raises(MappingFailed, match=r"t.yaml, line \d is not valid YAML"):
        run(tmp_path, rules)
