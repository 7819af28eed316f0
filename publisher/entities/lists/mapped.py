"""The dataset's alignments with other vocabularies (SSSOM): what is mapped to what, how, how surely, and why."""

from dataclasses import dataclass

from publisher.entities.naming import Naming
from publisher.entities.reader import Reader
from publisher.entities.values import Link
from publisher.rdf import names

_NONE = f"{names.SSSOM}NoTermFound"


@dataclass(frozen=True, slots=True)
class Mapping:
    """One record: the thing (or only the words) that is mapped, the relation, and what it is mapped to."""

    iri: str
    set: str
    source: Link | None
    words: str
    relation: Link
    target: Link | None
    vocabulary: str
    how: str
    confidence: str
    remark: str


def mappings(reader: Reader) -> tuple[Mapping, ...]:
    """Give every record of an alignment, in the order of their IRIs."""
    rows = reader.rows("mappings")
    iris = {row[name].value for row in rows for name in ("source", "target", "relation", "how") if name in row}
    naming = Naming(reader, iris)
    found = {}
    for row in rows:
        told = {name: item.value for name, item in row.items()}
        source, target = told.get("source"), told.get("target")
        target = None if target == _NONE else target
        curie = reader.about.prefixes.compress(target) if target else None
        found[told["s"]] = Mapping(
            iri=told["s"],
            set=told["s"].partition("#")[0].rpartition("/")[2],
            source=_link(naming, source, told.get("sourceName")),
            words=told.get("sourceName", ""),
            relation=Link(told["relation"], naming.name(told["relation"])),
            target=_link(naming, target, told.get("targetName")),
            vocabulary=curie.partition(":")[0] if curie else "",
            how=naming.name(told["how"]) if "how" in told else "",
            confidence=told.get("confidence", ""),
            remark=told.get("remark", ""),
        )
    return tuple(found.values())


def _link(naming: Naming, iri: str | None, words: str | None) -> Link | None:
    return Link(iri, words or naming.name(iri)) if iri else None
