"""Real spellings of genes, proteins, drugs and diseases, against what each should be matched to."""

from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from publisher.entities.names.lookup import Lookup
from publisher.entities.names.matching import PROPOSED, candidates
from publisher.release.record import Release
from tests.linking.drawing import draw


class Spelling(NamedTuple):
    """A row of the table: what a person wrote, the type asked for, the CURIE expected ('' for none), its sort."""

    text: str
    type: str
    expected: str
    sort: str


ROWS = [
    Spelling(*line.split("\t"))
    for line in (Path(__file__).parent / "spellings.tsv").read_text(encoding="utf-8").splitlines()[1:]
]


@pytest.mark.slow
def test_spellings_are_matched(ours: tuple[Release, Lookup], capsys: pytest.CaptureFixture[str]) -> None:
    """Of the things proposed first, and of those expected, at least 95 in 100 are right; no sure match is wrong."""
    release, lookup = ours
    right, proposed, sure, wrong, missed = 0, 0, 0, [], []
    for row in ROWS:
        kind = lookup.class_named(row.type) if row.type else None
        found = [
            item for item in candidates(lookup, row.text, classes=(kind,) if kind else ()) if item.score >= PROPOSED
        ]
        first = release.prefixes.compress(found[0].hit.iri) if found else ""
        proposed += bool(first)
        right += bool(first and first == row.expected)
        sure += any(item.match for item in found)
        wrong += [row for item in found if item.match and release.prefixes.compress(item.hit.iri) != row.expected]
        missed += [(row, first)] if first != row.expected else []
    precision, recall = right / proposed, right / sum(bool(row.expected) for row in ROWS)
    with capsys.disabled():
        print(f"\n{len(ROWS)} spellings: precision {precision:.3f}, recall {recall:.3f}, {sure} sure")  # noqa: T201 - the figures are asked for
    assert wrong == []
    assert precision >= 0.95, missed
    assert recall >= 0.95, missed


def test_the_table_has_every_sort() -> None:
    """There are 200 rows at least, with aliases, misprints, old symbols, homonyms and some that match nothing."""
    assert len(ROWS) >= 200
    assert {"alias", "misprint", "old symbol", "homonym", "absent", "identifier"} <= {row.sort for row in ROWS}
    assert len({(row.text, row.type) for row in ROWS}) == len(ROWS)


@pytest.mark.slow
@pytest.mark.shared
def test_drawn_names_are_matched(
    ours: tuple[Release, Lookup], ontologies: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Names that outside sources give, things named alike, and misprints by chance: no sure match is wrong."""
    release, lookup = ours

    def known(curie: str, kind: str) -> str | None:
        iris = [item.hit.iri for item in lookup.identify(curie)]
        held = [item.hit.iri for item in lookup.things(iris) if lookup.class_named(kind) in item.classes]
        return release.prefixes.compress(held[0]) if held else None

    counts: dict[str, Counter[str]] = {}
    wrong = []
    for row in draw(ontologies, known, seed=2026):
        kind = lookup.class_named(row.kind)
        found = [item for item in candidates(lookup, row.text, classes=(kind or "",)) if item.score >= PROPOSED]
        curies = [release.prefixes.compress(item.hit.iri) for item in found]
        count = counts.setdefault(row.sort, Counter())
        count.update(rows=1, proposed=bool(found), right=bool(found) and curies[0] in row.bearers)
        count.update(sure=any(item.match for item in found), ours=row.sort in ("name", "misprint"))
        wrong += [
            (row, curie) for curie, item in zip(curies, found, strict=True) if item.match and curie not in row.bearers
        ]
    total = sum(counts.values(), Counter())
    precision, recall = total["right"] / total["proposed"], total["right"] / total["ours"]
    with capsys.disabled():
        print(f"\n{total['rows']} drawn names: precision {precision:.3f}, recall {recall:.3f}, {total['sure']} sure")  # noqa: T201 - the figures are asked for
        for sort, count in counts.items():
            print(f"  {sort}: {dict(count)}")  # noqa: T201 - the figures are asked for
    assert wrong == []
    assert counts["name"]["right"] / counts["name"]["rows"] >= 0.95
    assert (precision >= 0.95, recall >= 0.93) == (True, True)
