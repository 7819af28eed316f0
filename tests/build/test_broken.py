"""Each slip that only a whole build can see, made in a copy of the lighthouses, gives the finding it is named for."""

import shutil
import tomllib
from pathlib import Path

import pytest

from publisher import build
from publisher.errors import Finding

DATASETS = Path(__file__).resolve().parents[1] / "datasets"
SLIPS = sorted(path.parent for path in (DATASETS / "broken").glob("*/edits.toml"))


def _silent(_: str) -> None:
    """Tell nothing."""


def _found(slip: Path, folder: Path) -> tuple[Finding, ...]:
    dataset = Path(shutil.copytree(DATASETS / "lighthouses", folder / "lighthouses"))
    asked = tomllib.loads((slip / "edits.toml").read_text(encoding="utf-8"))
    for edit in asked["edit"]:
        path = dataset / edit["file"]
        text = path.read_text(encoding="utf-8")
        assert text.count(edit["old"]) >= 1, f"{edit['old']!r} is not in {edit['file']}"
        path.write_text(text.replace(edit["old"], edit["new"], 1), encoding="utf-8")
    documents = dataset / "documents" if asked["documents"] else None
    options = build.Options(documents=documents, reasoner=asked["reasoner"])
    return build.check(dataset, options, _silent).report.findings


@pytest.mark.parametrize("slip", SLIPS, ids=lambda path: path.name)
def test_each_slip_is_found_with_its_file_and_a_next_step(slip: Path, tmp_path: Path) -> None:
    """The finding has the slip's code, a file with a line (a damaged slice has no line), a message and a next step."""
    found = [finding for finding in _found(slip, tmp_path) if finding.code == slip.name]

    assert found, f"no finding {slip.name}"
    assert found[0].where is not None
    assert found[0].where.line > 0 or slip.name in ("alignment.slice-damaged", "iri.no-prefix", "iri.undescribed")
    assert found[0].message
    assert found[0].fix
