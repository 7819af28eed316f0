"""``seeds/retired.yaml``: ids that are no longer used, why, and what took their place."""

import re

from publisher.dataset.manifest import Manifest
from publisher.dataset.seeds.record import Record, records
from publisher.dataset.seeds.rows import Rows

FILE = "seeds/retired.yaml"
KEYS = ("id", "was", "reason", "since", "replaced_by", "merged_into")


def id_pattern(pattern: str) -> re.Pattern[str]:
    """Give the regular expression of an id pattern: ``F%07d`` is F and at least seven digits."""
    match = re.fullmatch(r"(.*)%0?(\d*)d", pattern)
    head, width = (match[1], match[2] or "1") if match else (pattern, "1")
    return re.compile(f"{re.escape(head)}([0-9]{{{width},}})")


def kind_of(manifest: Manifest, local: str) -> str | None:
    """Give the kind of an own id by its pattern: ``fact``, ``evidence``, ``entity``, or None."""
    return next((kind for kind, pattern in manifest.ids.items() if id_pattern(pattern).fullmatch(local)), None)


def read_retired(rows: Rows) -> None:
    """Read the retired ids into their table and into ``rows.retired``."""
    path = rows.root / FILE
    if not path.exists():
        return
    for record in records(rows, FILE, "retired", rows.load(path), "retired"):
        if record.check(KEYS, ("id", "was", "reason", "since")):
            _retired(record)


def _retired(record: Record) -> None:
    rows, name = record.rows, record.text("id")
    iri = _own_iri(record, "id")
    if name is None or iri is None:
        return
    rows.retired[iri] = record.place("id")
    rows.origins.setdefault(iri, record.where)
    local = name.rpartition(":")[2].rpartition("/")[2]
    rows.add(
        "retired",
        record.where,
        {
            "id": name,
            "iri": iri,
            "kind": kind_of(rows.manifest, local),
            **{key: record.text(key) for key in ("was", "reason", "since")},
            "replaced_by": _own_iri(record, "replaced_by"),
            "merged_into": _own_iri(record, "merged_into"),
        },
    )


def _own_iri(record: Record, key: str) -> str | None:
    """Give the IRI of a bare own id (``F0000001``) by its pattern, or of a CURIE."""
    text = record.text(key)
    if text is None:
        return None
    kind = kind_of(record.rows.manifest, text)
    return record.rows.manifest.iri_of(kind, text) if kind else record.iri(key)
