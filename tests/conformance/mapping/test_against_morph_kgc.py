"""The official cases and a whole dataset through Morph-KGC, a second engine, in an environment of its own."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from benchmarks.mapping_peers import environment
from publisher.dataset import open_dataset, write_tables
from publisher.mapping import Sources, run_mappings
from tests.conformance.mapping.cases import Case, cases, judged, reasons

XSD = "http://www.w3.org/2001/XMLSchema#"
COLUMN = re.compile(r'(reference|child|parent) "(subject|predicate|object)"')
DRIVER = Path(__file__).parent / "with_morph_kgc.py"


@pytest.fixture(name="morph_kgc", scope="module")
def _morph_kgc() -> str:
    try:
        return os.environ.get("EXPORTIN_MORPH_KGC") or environment.python()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("Morph-KGC cannot be installed; EXPORTIN_MORPH_KGC may name a Python that has it, with SQLAlchemy")


def _run(python: str, asked: list[tuple[str, str, str, str | None]]) -> dict[str, list[str] | str]:
    done = subprocess.run([python, str(DRIVER)], input=json.dumps(asked), capture_output=True, text=True, check=True)
    found: dict[str, list[str] | str] = json.loads(done.stdout)
    return found


def _verdict(case: Case, came: list[str] | str) -> str:
    return judged(case, None, came) if isinstance(came, str) else judged(case, "\n".join(came).encode())


@pytest.mark.shared
@pytest.mark.soak
def test_what_morph_kgc_gets_right_is_right_here_or_listed(morph_kgc: str, suites: Path) -> None:
    """No case passes with Morph-KGC and fails here without standing in the list of known failures."""
    assert suites.is_dir()
    known = reasons("known-failures.tsv")
    named = {f"{case.suite}-{case.name}": case for case in cases()}
    asked = [
        (name, str(case.mapping), str(case.mapping.parent), str(case.script) if case.script else None)
        for name, case in named.items()
    ]

    came = _run(morph_kgc, asked)

    right = {name for name, case in named.items() if _verdict(case, came[name]) == ""}
    only_there = {name for name in right if (named[name].suite, named[name].name) in known}
    assert len(right) > 100
    assert only_there <= {f"{suite}-{case}" for suite, case in known}


def _renamed(folder: Path, documents: list[Path]) -> list[Path]:
    """Call three columns otherwise: Morph-KGC keeps its terms in columns of these names, over those of the source."""
    words = ("subject", "predicate", "object")
    for table in folder.glob("*.csv"):
        head, _, rows = table.read_text(encoding="utf-8").partition("\n")
        names = [f"the_{name}" if name in words else name for name in head.split(",")]
        table.write_text(",".join(names) + "\n" + rows, encoding="utf-8")
    made = []
    for document in documents:
        text = document.read_text(encoding="utf-8")
        made.append(folder / document.name)
        made[-1].write_text(COLUMN.sub(r'\1 "the_\2"', text).replace("{subject}", "{the_subject}"), encoding="utf-8")
    return made


def _compared(line: str) -> str:
    """Morph-KGC writes xsd:string, and gives a constant literal no datatype."""
    return line.replace(f"^^<{XSD}string>", "").replace(f'"true"^^<{XSD}boolean>', '"true"')


@pytest.mark.soak
def test_a_dataset_gives_the_same_quads_with_both_engines(morph_kgc: str, root: Path, tmp_path: Path) -> None:
    """The tables that `exportin tables` writes and the dataset's own mappings give Morph-KGC the same quads."""
    place = root / "tests" / "datasets" / "lighthouses"
    dataset = open_dataset(place)
    write_tables(dataset.tables, tmp_path)
    documents = sorted((place / "mappings").glob("*.rml.ttl"))
    sources, out = Sources(tables=dataset.tables), tmp_path / "own.nq"
    run_mappings(documents, sources, out, base=dataset.manifest.base, memory_mb=256)

    came = _run(morph_kgc, [(path.name, str(path), str(tmp_path), None) for path in _renamed(tmp_path, documents)])

    assert {name: each for name, each in came.items() if isinstance(each, str)} == {}
    theirs = {_compared(line) for lines in came.values() for line in lines}
    assert {_compared(line) for line in out.read_text(encoding="utf-8").splitlines()} == theirs
