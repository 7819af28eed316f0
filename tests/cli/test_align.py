"""The command `exportin align` as a person types it: suggestions, checks, drift, canonical mapping sets."""

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

TERMS = """format-version: 1.4
data-version: 2026-01-01

[Term]
id: SEA:1
name: lens

[Term]
id: SEA:2
name: Fresnel lens
is_a: SEA:1
"""
MAPPINGS = """#mapping_set_id: https://example.org/my-data/mappings/lenses
#license: https://creativecommons.org/publicdomain/zero/1.0/
#object_source_version: "2026-01-01"
#curie_map:
#  SEA: http://purl.obolibrary.org/obo/SEA_
subject_label\tsubject_type\tpredicate_id\tobject_id\tobject_label\tmapping_justification\tconfidence
big lens\trdfs literal\tskos:exactMatch\tSEA:2\t{label}\tsemapv:ManualMappingCuration\t0.9
"""
SOURCES = """base = "https://example.org/my-data/slices#"
language = "en"
[prefixes]
SEA = "http://purl.obolibrary.org/obo/SEA_"
[sources.sea]
title = "Sea"
file = "sea.obo"
sha256 = "{sum}"
version = "2026-01-01"
home = "https://example.org/sea"
licence = "https://creativecommons.org/publicdomain/zero/1.0/"
format = "obo"
namespaces = ["http://purl.obolibrary.org/obo/SEA_"]
"""


def _exportin(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "publisher", *(str(each) for each in arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture(name="dataset")
def _dataset(tmp_path: Path) -> Path:
    root, folder = tmp_path / "data", tmp_path / "full"
    folder.mkdir()
    assert _exportin("new", root).returncode == 0
    (folder / "sea.obo").write_text(TERMS, encoding="utf-8")
    (root / "ontology" / "sources.toml").write_text(
        SOURCES.format(sum=hashlib.sha256(TERMS.encode()).hexdigest()), encoding="utf-8"
    )
    manifest = root / "dataset.toml"
    text = manifest.read_text(encoding="utf-8")
    prefix = '[prefixes]\nSEA = "http://purl.obolibrary.org/obo/SEA_"\n'
    manifest.write_text(
        text.replace("[prefixes]\n", prefix) if "[prefixes]\n" in text else text + prefix, encoding="utf-8"
    )
    (root / "mappings" / "lenses.sssom.tsv").write_text(MAPPINGS.format(label="Fresnel lens"), encoding="utf-8")
    assert _exportin("import", root, "--from", folder).returncode == 0
    return root


def test_names_get_suggestions_with_scores_and_nothing_is_written(dataset: Path) -> None:
    """A name that is given is looked for; the mapping sets stay as they are."""
    before = (dataset / "mappings" / "lenses.sssom.tsv").read_bytes()

    run = _exportin("align", dataset, "--from", dataset.parent / "full", "--name", "fresnel lens", "--name", "zzz")

    assert run.returncode == 0
    assert run.stdout.splitlines()[0] == "fresnel lens"
    assert run.stdout.splitlines()[1].split("\t")[:3] == [
        "  0.97",
        "SEA:2",
        "Fresnel lens",
    ]
    assert run.stdout.splitlines()[-2:] == ["zzz", "  nothing is called so, or nearly so"]
    assert (dataset / "mappings" / "lenses.sssom.tsv").read_bytes() == before


def test_names_without_a_mapping_are_looked_for_by_default(dataset: Path) -> None:
    """Without a name, every surface form and own entity that no mapping grounds is looked for."""
    run = _exportin("--json", "align", dataset, "--from", dataset.parent / "full")

    assert run.returncode == 0
    words = [each["words"] for each in json.loads(run.stdout)["suggestions"]]
    assert words
    assert "big lens" not in words


def test_a_label_that_differs_fails_the_check_at_its_line(dataset: Path) -> None:
    """A mapping set that is right passes; another label is status 1, with file and line, in every form."""
    path = dataset / "mappings" / "lenses.sssom.tsv"
    _exportin("align", dataset, "--write")
    assert _exportin("align", dataset, "--check").returncode == 0
    path.write_text(path.read_text(encoding="utf-8").replace("Fresnel lens", "Fresnell lens"), encoding="utf-8")

    run = _exportin("align", dataset, "--check", "--format", "json")

    assert run.returncode == 1
    found = json.loads(run.stdout)["findings"]
    assert [each["code"] for each in found] == ["alignment.label-differs"]
    assert found[0]["file"] == "mappings/lenses.sssom.tsv"
    assert found[0]["line"] > 5


def test_a_newer_edition_is_compared(dataset: Path, tmp_path: Path) -> None:
    """What a newer file renames is told, and nothing is changed; a comparison without a source is status 2."""
    newer = tmp_path / "sea-2027.obo"
    newer.write_text(TERMS.replace("Fresnel lens", "stepped lens"), encoding="utf-8")
    folder = dataset.parent / "full"

    run = _exportin("align", dataset, "--from", folder, "--source", "sea", "--newer", newer)

    assert run.returncode == 0
    assert "drift.renamed" in run.stdout
    assert "SEA:2 (Fresnel lens) is called 'stepped lens' in the newer edition" in run.stdout
    assert re.search(r"^\d+ \| SEA:2 a owl:Class ;$", run.stdout, re.MULTILINE), "the line of the slice is shown"
    assert _exportin("align", dataset, "--from", folder, "--newer", newer).returncode == 2
    assert _exportin("align", dataset, "--name", "x").returncode == 2
