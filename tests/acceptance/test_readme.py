"""The first screen of the README holds: its query gives its answer."""

import json
import re
from pathlib import Path

from publisher import build
from publisher.rdf.media import JSON
from publisher.store.port import Limits, Store

README = Path(__file__).resolve().parents[2] / "README.md"


def test_the_query_of_the_readme_gives_the_answer_of_the_readme(ntl_store: Store, ntl_outcome: build.Outcome) -> None:
    """The table under the query is the live answer, row by row and in order."""
    text = README.read_text(encoding="utf-8")
    query = re.search(r"```sparql\n(.*?)```", text, re.DOTALL)
    assert query is not None
    shown = re.findall(r"^\| `([^`]+)` \| (.+) \|$", text, re.MULTILINE)
    prefixes = ntl_outcome.dataset.manifest.prefixes

    rows = json.loads(ntl_store.query(query[1], JSON, limits=Limits()).read())["results"]["bindings"]

    assert [(prefixes.compress(row["cargo"]["value"]), row["name"]["value"]) for row in rows] == shown
