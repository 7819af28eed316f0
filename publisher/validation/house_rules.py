"""The house rules: what every dataset keeps to and SHACL cannot say in general.

Each rule takes the graph, the dataset's manifest and tables, and gives findings:
relations between the right kinds of things, a type and a label for every IRI of ours, names for every namespace,
no two IRIs that decode alike, and bare triples exactly where a fact allows one.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from publisher.dataset import Manifest, Table
from publisher.errors import Finding, Severity, Where
from publisher.rdf.names import DCTERMS, OWL, RDF, RDFS, SKOS
from publisher.validation import terms
from publisher.validation.graph import SUBCLASS, TYPE, Graph
from publisher.validation.places import Places, rows_of, where_of
from publisher.validation.reasoning.inference import consequences

_LABELS = tuple(f"<{name}>" for name in (RDFS + "label", SKOS + "prefLabel", DCTERMS + "title"))
_DOMAIN, _RANGE = f"<{RDFS}domain>", f"<{RDFS}range>"
_UNION = f"<{OWL}unionOf>"


@dataclass(frozen=True, slots=True)
class House:
    """What the rules look at: the union of all graphs, the manifest, the tables and where nodes came from."""

    data: Graph
    manifest: Manifest
    tables: Mapping[str, Table]
    places: Places


def check_house(house: House) -> Iterator[Finding]:
    """Apply every house rule."""
    yield from check_kinds(house)
    yield from check_described(house)
    yield from check_prefixes(house)
    yield from check_decoding(house)
    yield from check_bare(house)


def check_kinds(house: House) -> Iterator[Finding]:
    """Find facts whose subject or object is of none of the kinds that a domain or range with ``owl:unionOf`` lists.

    Where a domain or range is one named class, the reader of the dataset has told it already.
    """
    for row in rows_of(house.tables["facts"]):
        predicate = f"<{row['predicate']}>"
        for role, parameter in (("subject", _DOMAIN), ("object", _RANGE)):
            node = f"<{row[role]}>"
            kinds = _kinds(house.data, node)
            for wanted in house.data.objects(predicate, parameter):
                classes = _classes(house.data, wanted)
                if not kinds or not classes or kinds.intersection(classes):
                    continue
                named = " or ".join(_name(house, each) for each in classes)
                yield Finding(
                    f"relation.{role}-kind",
                    f"{_name(house, predicate)} wants a thing of the class {named} as its {role}, "
                    f"and {_name(house, node)} is of {_named_types(house, node)}",
                    house.places.keys.get((row["iri"] or "", house.manifest.roles[role])) or where_of(row),
                    focus=row["iri"],
                    path=house.manifest.roles[role],
                    value=row[role],
                    fix=f"choose another predicate, or another {role}: one of the class {named}",
                )


def check_described(house: House) -> Iterator[Finding]:
    """Find IRIs of ours without a type or a label, and those that are used and never described."""
    own = tuple(house.manifest.base + path for path in house.manifest.paths.values())
    subjects = _own_subjects(house, own)
    retired = {row["iri"] for row in rows_of(house.tables["retired"])}
    for node in sorted(subjects):
        iri = terms.iri_of(node)
        if iri in retired:
            continue
        if not house.data.objects(node, TYPE):
            yield _undescribed(
                house, "iri.no-type", iri, "has no rdf:type", "give it a type in the mapping or the seeds"
            )
        if "#" not in iri and not any(house.data.objects(node, label) for label in _LABELS):
            yield _undescribed(house, "iri.no-label", iri, "has no label", "give it an rdfs:label")
    seen = set(subjects)
    for subject, predicate, object_ in house.data.triples():
        if object_ not in seen and terms.is_iri(object_) and object_[1:].startswith(own):
            seen.add(object_)
            yield Finding(
                "iri.undescribed",
                f"{terms.iri_of(object_)} is used, but nothing is said about it",
                house.places.of(terms.iri_of(subject), terms.iri_of(predicate)),
                focus=terms.iri_of(subject),
                path=terms.iri_of(predicate),
                value=terms.iri_of(object_),
                fix="describe it in the seeds, or mend the id",
            )


def _own_subjects(house: House, own: tuple[str, ...]) -> set[str]:
    return {
        subject
        for predicate in house.data.predicates()
        for subject in house.data.of(predicate)
        if terms.is_iri(subject) and subject[1:].startswith(own)
    }


def _undescribed(house: House, code: str, iri: str, message: str, fix: str) -> Finding:
    return Finding(code, f"{iri} {message}", house.places.of(iri), focus=iri, fix=fix)


def check_prefixes(house: House) -> Iterator[Finding]:
    """Warn once for each namespace of a predicate or a class for which the manifest has no prefix."""
    base = f"<{house.manifest.base}"
    used = [each for each in house.data.predicates() if any(one.startswith(base) for one in house.data.of(each))]
    names = {*used, *(kind for one, kinds in house.data.of(TYPE).items() if one.startswith(base) for kind in kinds)}
    seen: set[str] = set()
    for name in sorted(each for each in names if terms.is_iri(each)):
        iri = terms.iri_of(name)
        namespace = iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]
        if house.manifest.prefixes.compress(iri) is None and namespace not in seen:
            seen.add(namespace)
            yield Finding(
                "iri.no-prefix",
                f"no prefix stands for {namespace}",
                Where("dataset.toml"),
                severity=Severity.WARNING,
                value=iri,
                fix="declare a prefix for it in [prefixes] of dataset.toml",
            )


def check_decoding(house: House) -> Iterator[Finding]:
    """Find IRIs of ours that become the same once their percent-encoding is read: no server could tell them apart."""
    groups: dict[str, set[str]] = defaultdict(set)
    base = f"<{house.manifest.base}"
    for predicate in house.data.predicates():
        for subject in house.data.of(predicate):
            if subject.startswith(base):
                groups[unquote(subject)].add(subject)
    for alike in groups.values():
        if len(alike) > 1:
            first, *others = sorted(terms.iri_of(each) for each in alike)
            for other in others:
                yield Finding(
                    "iri.decode-alike",
                    f"{other} and {first} are the same once decoded",
                    house.places.of(other),
                    focus=other,
                    value=first,
                    fix="mint one of them with other letters",
                )


def check_bare(house: House) -> Iterator[Finding]:
    """Find facts whose bare triple is missing, or stands although the fact is negated, uncertain or incomplete."""
    rows = rows_of(house.tables["facts"])
    stated = [
        (f"<{row['subject']}>", f"<{row['predicate']}>", f"<{row['direct_object']}>")
        for row in rows
        if row["direct_object"]
    ]
    backed = {*stated, *consequences(house.data, stated)}
    for row in rows:
        triple = (f"<{row['subject']}>", f"<{row['predicate']}>", f"<{row['direct_object'] or row['object']}>")
        allowed = row["certainty"] in house.manifest.certainty.bare and row["negated"] != "true"
        if row["direct_object"] and not allowed:
            message, fix = "may not stand as a bare triple, and would", "mend its certainty"
            yield _bare(house, row, "fact.bare-forbidden", message, fix)
        elif row["direct_object"] and not house.data.has(*triple):
            fix = "let a mapping write subject, predicate and direct_object of each fact"
            yield _bare(house, row, "fact.bare-missing", "allows a bare triple, and there is none", fix)
        elif not row["direct_object"] and house.data.has(*triple) and triple not in backed:
            message = "is uncertain, negated or incomplete, and stands as a bare triple"
            fix = "let mappings use direct_object, which is empty where no bare triple may stand"
            yield _bare(house, row, "fact.bare-forbidden", message, fix)
    refused = {(f"<{row['subject']}>", f"<{row['predicate']}>", f"<{row['object']}>") for row in rows}
    yield from _orphans(house, backed | refused, {f"<{row['predicate']}>" for row in rows})


def _orphans(house: House, known: set[tuple[str, str, str]], predicates: set[str]) -> Iterator[Finding]:
    own = f"<{house.manifest.vocabulary}"
    for predicate in sorted(each for each in predicates if each.startswith(own)):
        for subject, objects in house.data.of(predicate).items():
            if (terms.iri_of(subject), terms.iri_of(predicate)) in house.places.keys:
                continue
            for object_ in objects:
                if (subject, predicate, object_) not in known:
                    yield Finding(
                        "fact.bare-orphan",
                        f"{_name(house, subject)} {_name(house, predicate)} {_name(house, object_)}: "
                        "a bare triple that no certain fact stands behind",
                        house.places.of(terms.iri_of(subject), terms.iri_of(predicate)),
                        Severity.WARNING,
                        focus=terms.iri_of(subject),
                        path=terms.iri_of(predicate),
                        value=terms.iri_of(object_),
                        fix="curate the fact with its passage, or take the triple out",
                    )


def _bare(house: House, row: Mapping[str, str | None], code: str, message: str, fix: str) -> Finding:
    return Finding(
        code,
        f"the fact {row['id']} {message}",
        house.places.keys.get((row["iri"] or "", house.manifest.roles["certainty"])) or where_of(row),
        focus=row["iri"],
        value=row["certainty"],
        fix=fix,
    )


def _kinds(data: Graph, node: str) -> set[str]:
    found: set[str] = set()
    pending = list(data.objects(node, TYPE)) + list(data.objects(node, SUBCLASS))
    while pending:
        kind = pending.pop()
        if kind not in found:
            found.add(kind)
            pending.extend(data.objects(kind, SUBCLASS))
    return found


def _classes(data: Graph, wanted: str) -> list[str]:
    head = data.one(wanted, _UNION)
    return data.items(head) if head else []


def _named_types(house: House, node: str) -> str:
    types = [each for each in house.data.objects(node, TYPE) if not each.startswith((f"<{OWL}", f"<{RDF}"))]
    return f"the class {' and '.join(_name(house, each) for each in sorted(types))}" if types else "another class"


def _name(house: House, node: str) -> str:
    for label in _LABELS:
        for text in house.data.objects(node, label):
            return f"“{terms.text_of(text)}”"
    return house.manifest.prefixes.compress(terms.iri_of(node)) or terms.text_of(node)
