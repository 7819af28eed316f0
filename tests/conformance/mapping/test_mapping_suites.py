"""The official cases of R2RML, RML-Core, older RML, logical views and RML-IO, on files and on DuckDB."""

import io
import re
from pathlib import Path

import duckdb
import pytest

from publisher.errors import MappingFailed
from publisher.mapping import map_document
from tests.conformance.mapping.cases import Case, cases, judged, passes_or_is_known


def _for_duckdb(script: str) -> str:
    """DuckDB's binary type takes no length, and it writes bytes as hexadecimal digits by a function."""
    return re.sub(r"'\\\\?x([0-9A-F]+)'", r"from_hex('\1')", script.replace("VARBINARY(200)", "VARBINARY"))


def _run(case: Case, folder: Path) -> bytes:
    database = None
    if case.script is not None:
        database = folder / "case.duckdb"
        with duckdb.connect(str(database)) as connection:
            script = case.script.read_text(encoding="utf-8")
            connection.execute(_for_duckdb(script))
    out = io.BytesIO()
    map_document(
        case.mapping, out, root=case.mapping.parent, base=case.base, database=str(database) if database else None
    )
    return out.getvalue()


def _outcome(case: Case, folder: Path) -> str:
    """Give an empty text where the case passes, else what went wrong."""
    try:
        return judged(case, _run(case, folder))
    except duckdb.Error as error:
        return f"the script cannot be loaded: {error}"
    except MappingFailed as error:
        return judged(case, None, str(error))


@pytest.mark.shared
@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case.suite}-{case.name}")
def test_the_official_cases_pass_or_are_known(case: Case, tmp_path: Path, suites: Path) -> None:
    """Each official case passes, or fails and is listed with its reason; a listed case that passes is a failure."""
    assert suites.is_dir()
    passes_or_is_known(case, _outcome(case, tmp_path), "known-failures.tsv")
