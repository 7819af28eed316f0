"""The dataset of this repository, built once for all its questions, with the documents where they are at hand."""

import os
from pathlib import Path

import pytest

from publisher import build
from publisher.settings import settings_from
from publisher.store.open import open_store
from publisher.store.port import Store

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(name="ntl_outcome", scope="session")
def _ntl_outcome(tmp_path_factory: pytest.TempPathFactory) -> build.Outcome:
    """Build the dataset into a shelf of its own; passages are proved where the documents are beside the checkout."""
    documents = Path(os.environ.get("EXPORTIN_SHARED", ROOT.parent / "shared")) / "documents"
    options = build.Options(
        documents=documents if documents.is_dir() else None, releases=tmp_path_factory.mktemp("releases")
    )
    return build.build(ROOT, options, lambda _: None)


@pytest.fixture(name="ntl_store", scope="session")
def _ntl_store(ntl_outcome: build.Outcome) -> Store:
    """Open the release that was built, in this process."""
    release = ntl_outcome.release
    assert release is not None, ntl_outcome.report.render("text")
    return open_store(release, settings=settings_from({}), prefixes=release.prefixes, base=release.base, isolated=False)
