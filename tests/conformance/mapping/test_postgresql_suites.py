"""The official relational cases on a real PostgreSQL server."""

import io
import re
from pathlib import Path

import pytest

from publisher.errors import MappingFailed
from publisher.mapping import map_document
from tests.conformance.mapping.cases import Case, cases, judged, passes_or_is_known

EMPTY = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"
BINARY = re.compile(r"\bX'([0-9A-F]+)'")


def _relational() -> list[Case]:
    return [case for case in cases() if case.script is not None]


def _script(case: Case) -> str:
    """Bytes are written in PostgreSQL's own way, where the suite brings no script for it."""
    assert case.script is not None
    text = case.script.read_text(encoding="utf-8")
    return BINARY.sub(r"'\\x\1'", text.replace("VARBINARY(200)", "BYTEA")).replace("'\\\\x", "'\\x")


def _outcome(case: Case, address: str) -> str:
    psycopg = pytest.importorskip("psycopg")
    try:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(EMPTY)
            connection.execute(_script(case))
    except psycopg.Error as error:
        return f"the script cannot be loaded: {error}"
    out = io.BytesIO()
    try:
        map_document(case.mapping, out, root=case.mapping.parent, base=case.base, database=address)
    except MappingFailed as error:
        return judged(case, None, str(error))
    return judged(case, out.getvalue())


@pytest.mark.shared
@pytest.mark.parametrize("case", _relational(), ids=lambda case: f"{case.suite}-{case.name}")
def test_the_relational_cases_pass_on_postgresql_or_are_known(case: Case, postgresql: str, suites: Path) -> None:
    """Each relational case passes on PostgreSQL, or fails and is listed with its reason."""
    assert suites.is_dir()
    passes_or_is_known(case, _outcome(case, postgresql), "known-failures-postgresql.tsv")
