"""Ids of our own, issued once: the next number of each kind, kept in ``seeds/ids.toml`` and never given again.

The counter stands above every id that is used or retired, whatever the file says, so a lost file loses nothing.
It refuses to fill gaps: a number that was skipped stays unused.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from publisher.dataset.manifest import Manifest
from publisher.dataset.open import Dataset
from publisher.dataset.seeds.retired import id_pattern
from publisher.errors import DatasetUnreadable, Where

FILE = "seeds/ids.toml"
_HEAD = "# The next number of each kind of id; a number is never given twice.\n"


def next_numbers(dataset: Dataset) -> Mapping[str, int]:
    """Give the next number of each kind, above every id that is used, retired or noted in ``seeds/ids.toml``."""
    noted = _noted(dataset.root / FILE)
    return {kind: max(noted.get(kind, 1), _highest(dataset, kind) + 1) for kind in dataset.manifest.ids}


def issue(dataset: Dataset, kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Give the next id of each kind in turn, and note in ``seeds/ids.toml`` that they are given."""
    numbers = dict(next_numbers(dataset))
    given = []
    for kind in kinds:
        given.append(dataset.manifest.ids[kind] % numbers[kind])
        numbers[kind] += 1
    path = dataset.root / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_suffix(".toml.new")
    written.write_text(_HEAD + "".join(f"{kind} = {number}\n" for kind, number in numbers.items()), encoding="utf-8")
    written.replace(path)
    return tuple(given)


def _highest(dataset: Dataset, kind: str) -> int:
    manifest = dataset.manifest
    used = _used(dataset, manifest, kind)
    pattern = id_pattern(manifest.ids[kind])
    return max((int(match[1]) for match in map(pattern.fullmatch, used) if match), default=0)


def _used(dataset: Dataset, manifest: Manifest, kind: str) -> list[str]:
    stem = manifest.iri_of(kind, "")
    iris = [*dataset.origins, *(row[1] or "" for row in dataset.tables["retired"].rows)]
    return [iri.removeprefix(stem) for iri in iris if iri.startswith(stem)]


def _noted(path: Path) -> dict[str, int]:
    if not path.exists():
        return {}
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DatasetUnreadable(
            f"{FILE} is not valid TOML: {error}",
            where=Where(FILE),
            fix="mend it, or remove it: the counters are then taken from the ids in use",
        ) from None
    return {kind: number for kind, number in given.items() if isinstance(number, int)}
