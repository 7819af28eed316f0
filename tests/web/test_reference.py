"""The reference page of addresses and problems, held against the code."""

from pathlib import Path

import pytest

from publisher.web import create_app
from publisher.web.problems import KINDS
from publisher.web.site import Site


@pytest.fixture(name="page", scope="module")
def _page(root: Path) -> str:
    return (root / "docs" / "reference" / "http.md").read_text(encoding="utf-8")


def test_every_address_is_in_the_reference(site: Site, page: str) -> None:
    """Each route of the application stands on the page as it is written in the code."""
    rules = {rule.rule.replace("<path:path>", "<path>") for rule in create_app(site).url_map.iter_rules()}
    missing = sorted(
        rule for rule in rules if f"`{rule}`" not in page and f"`{rule.replace('<path:name>', '<name>')}`" not in page
    )
    assert missing == []


def test_every_problem_is_in_the_reference(page: str) -> None:
    """Each type of problem stands on the page with its status."""
    rows = [f"| `{name}` | {kind.status} |" for name, kind in KINDS.items()]
    assert [row for row in rows if row not in page] == []
