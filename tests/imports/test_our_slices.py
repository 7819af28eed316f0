import shutil

import pytest

from publisher.imports import cut_slices
from publisher.imports.slices import IMPORTS

DATASET = ("dataset.toml", "seeds", "mappings", "ontology", "shapes", "queries")


@pytest.mark.shared
def test_cutting_again_gives_the_committed_slices(root, ontologies, tmp_path):
    """The slices in the repository are what the sources and the dataset give, byte for byte.

    The registry of prefixes is not among the sources at hand, so its slice stays as it is.
    """
    for name in DATASET:
        if (root / name).is_dir():
            shutil.copytree(root / name, tmp_path / name)
        elif (root / name).exists():
            shutil.copy(root / name, tmp_path / name)
    for path in (tmp_path / IMPORTS).glob("*.ttl"):
        if path.name != "prefixes.ttl":
            path.unlink()
    cutting = cut_slices(tmp_path, ontologies)
    committed = {path.name: path.read_bytes() for path in (root / IMPORTS).iterdir()}
    assert cutting.unknown == ()
    assert {path.name: path.read_bytes() for path in (tmp_path / IMPORTS).iterdir()} == committed
