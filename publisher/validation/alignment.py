"""Identifiers and labels against the slices: does the term exist and live, is it called so, is it that kind of thing.

It looks at the entities and the mappings of a dataset, and at ``ontology/imports/`` and ``ontology/sources.toml``; it
never opens a full source. An IRI outside every declared namespace is nobody's business here.
"""

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from publisher.dataset import Dataset, Table
from publisher.dataset.near import nearest
from publisher.errors import DatasetUnreadable, Finding, Severity, Where
from publisher.rdf import names
from publisher.rdf.prefixes import Prefixes
from publisher.rdf.quads import Term, read_terms

_OBO = "http://purl.obolibrary.org/obo/"
_REPLACED = _OBO + "IAO_0100001"
_CONSIDER = names.OBO_IN_OWL + "consider"
_ABOVE = frozenset({names.RDFS + "subClassOf", names.RDFS + "subPropertyOf", names.SKOS + "broader"})
_SYNONYMS = frozenset(
    {
        names.SKOS + "altLabel",
        *(names.OBO_IN_OWL + f"has{how}Synonym" for how in ("Exact", "Broad", "Narrow", "Related")),
    }
)
_SUMS = "ontology/imports/SHA256SUMS"
_CUT = "write the slices again with `exportin import --from DIR`"


@dataclass(frozen=True, slots=True)
class Outside:
    """A term of a slice: its label and other names, whether it is obsolete, what is above it, and its slice."""

    iri: str
    slice: str
    label: str | None = None
    synonyms: tuple[str, ...] = ()
    above: tuple[str, ...] = ()
    obsolete: bool = False
    replaced_by: tuple[str, ...] = ()
    consider: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Origin:
    """A declared source: its version, its namespaces, and the classes of entities that its terms may be.

    ``kinds`` maps the IRI of a term, or ``*``, to the classes allowed for it and for everything below it.
    """

    name: str
    version: str
    namespaces: tuple[str, ...] = ()
    kinds: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Slices:
    """The slices of a dataset: their terms by IRI, the sources they were cut from, and what is wrong with the files."""

    terms: Mapping[str, Outside] = field(default_factory=dict)
    origins: Mapping[str, Origin] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def owned(self, iri: str) -> bool:
        """Tell whether an IRI lies in the namespace of a declared source."""
        return any(iri.startswith(origin.namespaces) for origin in self.origins.values())

    def above(self, iri: str) -> frozenset[str]:
        """Give a term and everything above it."""
        found: set[str] = set()
        waiting = [iri]
        while waiting:
            current = waiting.pop()
            if current not in found:
                found.add(current)
                waiting.extend(self.terms[current].above if current in self.terms else ())
        return frozenset(found)


def read_slices(root: Path, prefixes: Prefixes) -> Slices:
    """Read the slices and the declared sources of a dataset; a damaged slice is a finding, and is read if it can be."""
    folder = root / "ontology" / "imports"
    origins = {origin.name: origin for origin in _origins(root, prefixes)}
    findings = list(_damages(root, folder))
    terms: dict[str, Outside] = {}
    for path in sorted(folder.glob("*.ttl")):
        try:
            terms.update(_terms(path))
        except DatasetUnreadable as error:
            where = Where(path.relative_to(root).as_posix(), error.where.line if error.where else 0)
            findings.append(Finding("alignment.slice-damaged", error.message, where=where, fix=_CUT))
    return Slices(MappingProxyType(terms), MappingProxyType(origins), tuple(findings))


def check_alignment(dataset: Dataset, slices: Slices | None = None) -> Iterator[Finding]:
    """Give what is wrong with the outside identifiers, labels and kinds of a dataset's entities and mappings."""
    known = read_slices(dataset.root, dataset.prefixes) if slices is None else slices
    yield from known.findings
    types: dict[str, set[str]] = {}
    for row in _rows(dataset.tables["entity_types"]):
        types.setdefault(row["entity"], set()).add(row["type"])
    for iri, entity in dataset.entities.items():
        place = dataset.key_origins.get((iri, names.RDFS + "label"), entity.where)
        yield from _identifier(iri, entity.label, known, dataset.prefixes, (entity.where, place))
        place = dataset.key_origins.get((iri, names.RDF + "type"), entity.where)
        yield from _kind(iri, types.get(iri, set()), known, dataset, place)
    for row in _rows(dataset.tables["alignments"]):
        for side in ("subject", "object"):
            id_, label, version = (_cell(row, dataset, f"{side}_{what}") for what in ("id", "label", "source_version"))
            yield from _identifier(row[side], row[f"{side}_label"], known, dataset.prefixes, (id_, label))
            yield from _version(row[side], row[f"{side}_source_version"], known, dataset.prefixes, version)
        yield from _justification(row)


def _identifier(
    iri: str, label: str, slices: Slices, prefixes: Prefixes, places: tuple[Where, Where]
) -> Iterator[Finding]:
    """Judge an identifier and the label beside it; ``places`` are where the two are written."""
    term = slices.terms.get(iri)
    if term is None:
        if slices.owned(iri):
            yield _unknown(iri, label, slices, prefixes, places[0])
        return
    shown = prefixes.compress(iri) or iri
    if term.obsolete:
        yield _obsolete(term, label, slices, prefixes, places[0])
    elif label and term.label and label != term.label:
        also = " (the label given is a synonym of it)" if label in term.synonyms else ""
        yield Finding(
            "alignment.label-differs",
            f"{shown} is called {term.label!r} in the slice {term.slice}, not {label!r}{also}",
            where=places[1],
            focus=iri,
            path=names.RDFS + "label",
            value=label,
            fix=f'write the label "{term.label}", or choose the identifier that was meant',
        )


def _unknown(iri: str, label: str, slices: Slices, prefixes: Prefixes, where: Where) -> Finding:
    shown = prefixes.compress(iri) or iri
    meant = _called(label, slices) if label else None
    step = f"did you mean {prefixes.compress(meant.iri) or meant.iri} ({meant.label})? Else " if meant else ""
    return Finding(
        "alignment.unknown-identifier",
        f"{shown} is in no slice" + (f", given as {label!r}" if label else ""),
        where=where,
        focus=iri,
        value=shown,
        fix=f"{step}cut the slices again with `exportin import --from DIR`; if it is not found then, look it up",
    )


def _called(label: str, slices: Slices) -> Outside | None:
    """Give the living term with that name, or with the nearest one."""
    living = [term for term in slices.terms.values() if not term.obsolete and term.label]
    for term in living:
        if label in {term.label, *term.synonyms}:
            return term
    by_label = {term.label: term for term in living if term.label}
    found = nearest(label, by_label)
    return by_label[found] if found else None


def _obsolete(term: Outside, label: str, slices: Slices, prefixes: Prefixes, where: Where) -> Finding:
    def told(iri: str) -> str:
        label = slices.terms[iri].label if iri in slices.terms else None
        return f"{prefixes.compress(iri) or iri}" + (f" ({label})" if label else "")

    if term.replaced_by:
        step = f"use {', '.join(map(told, term.replaced_by))}"
    elif term.consider:
        step = f"consider {', '.join(map(told, term.consider))}"
    else:
        meant = _called(label, slices) if label else None
        step = f"did you mean {told(meant.iri)}? The" if meant else "choose a living term; the"
        step += " source names no replacement"
    shown = prefixes.compress(term.iri) or term.iri
    return Finding(
        "alignment.obsolete",
        f"{shown} is obsolete in the slice {term.slice}",
        where=where,
        focus=term.iri,
        value=shown,
        fix=step,
    )


def _kind(iri: str, types: set[str], slices: Slices, dataset: Dataset, where: Where) -> Iterator[Finding]:
    term = slices.terms.get(iri)
    origin = slices.origins.get(term.slice) if term else None
    if term is None or origin is None or not origin.kinds or not types:
        return
    keys = {"*", *slices.above(iri)} & set(origin.kinds)
    allowed = frozenset[str]().union(*(origin.kinds[key] for key in keys))
    stated = types.union(*(dataset.ontology.ancestors(each) for each in types))
    if allowed and not allowed & stated:
        seen, wanted = (
            ", ".join(sorted(dataset.prefixes.compress(each) or each for each in group)) for group in (types, allowed)
        )
        shown = dataset.prefixes.compress(iri) or iri
        yield Finding(
            "alignment.wrong-kind",
            f"{shown} ({term.label}) is typed {seen}; a term of {term.slice} in that place is one of: {wanted}",
            where=where,
            focus=iri,
            path=names.RDF + "type",
            value=seen,
            fix="mend the type, or choose the identifier that was meant",
        )


def _version(iri: str, stated: str, slices: Slices, prefixes: Prefixes, where: Where) -> Iterator[Finding]:
    term = slices.terms.get(iri)
    origin = slices.origins.get(term.slice) if term else None
    if origin is not None and stated and not stated.endswith(origin.version):
        yield Finding(
            "alignment.version-differs",
            f"the mapping of {prefixes.compress(iri) or iri} was made with {stated}, the slice is of {origin.version}",
            where=where,
            severity=Severity.WARNING,
            focus=iri,
            value=stated,
            fix=f"check the mapping against {origin.version} and state that version",
        )


def _justification(row: Mapping[str, str]) -> Iterator[Finding]:
    for column in ("justification", "confidence"):
        if not row[column]:
            yield Finding(
                "alignment.unjustified",
                f"the mapping {row['label']} states no {column}",
                where=_where(row),
                focus=row["record"],
                fix="say how it was found (mapping_justification) and how sure it is (confidence, 0 to 1)",
            )


def _rows(table: Table) -> Iterator[dict[str, str]]:
    for row in table.rows:
        yield {column: cell or "" for column, cell in zip(table.columns, row, strict=True)}


def _where(row: Mapping[str, str]) -> Where:
    return Where(row["file"], int(row["line"] or 0))


def _cell(row: Mapping[str, str], dataset: Dataset, slot: str) -> Where:
    """Give the place of a cell of a mapping, else that of its row."""
    return dataset.key_origins.get((row["record"], names.SSSOM + slot), _where(row))


def _damages(root: Path, folder: Path) -> Iterator[Finding]:
    """Compare each slice with the list of checksums that was written with it."""
    present = {path.name for path in folder.glob("*.ttl")}
    if not (folder / "SHA256SUMS").exists():
        return
    lines = (root / _SUMS).read_text(encoding="utf-8").splitlines()
    listed = {name: sha256 for sha256, _, name in (line.partition("  ") for line in lines)}
    for name in sorted(present | set(listed)):
        where = Where(f"ontology/imports/{name}")
        if name not in present:
            yield Finding("alignment.slice-damaged", f"the slice {name} is missing", where=where, fix=_CUT)
        elif name not in listed:
            yield Finding("alignment.slice-damaged", f"the slice {name} is not in {_SUMS}", where=where, fix=_CUT)
        elif (found := hashlib.sha256((folder / name).read_bytes()).hexdigest()) != listed[name]:
            message = f"the slice {name} was changed by hand or damaged: its SHA-256 is not the one in {_SUMS}"
            yield Finding("alignment.slice-damaged", message, where=where, value=found, fix=_CUT)


def _origins(root: Path, prefixes: Prefixes) -> Iterator[Origin]:
    """Give the declared sources as far as they can be read: ``exportin import`` judges the file itself."""
    try:
        document = tomllib.loads((root / "ontology" / "sources.toml").read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return
    known = Prefixes({**dict(prefixes), **document.get("prefixes", {})})
    for name, entry in document.get("sources", {}).items():
        kinds = entry.get("kinds", {})
        kinds = {"*": kinds} if isinstance(kinds, list) else kinds
        yield Origin(
            name=name,
            version=str(entry.get("version", "")),
            namespaces=tuple(known.expand(each) or each for each in entry.get("namespaces", ())),
            kinds={
                known.expand(top) or top: frozenset(known.expand(each) or each for each in classes)
                for top, classes in kinds.items()
            },
        )


def _terms(path: Path) -> dict[str, Outside]:
    triples: dict[str, list[tuple[str, Term]]] = {}
    for subject, predicate, object_ in read_terms(path):
        triples.setdefault(subject.value, []).append((predicate.value, object_))
    return {
        iri: _outside(iri, path.stem, statements)
        for iri, statements in triples.items()
        if (names.RDF + "type", Term("iri", names.OWL + "Ontology")) not in statements
    }


def _outside(iri: str, slice_: str, statements: list[tuple[str, Term]]) -> Outside:
    def values(*properties: str) -> tuple[str, ...]:
        return tuple(term.value for property_, term in statements if property_ in properties)

    return Outside(
        iri=iri,
        slice=slice_,
        label=next(iter(values(names.RDFS + "label")), None),
        synonyms=values(*_SYNONYMS),
        above=values(*_ABOVE),
        obsolete="true" in values(names.OWL + "deprecated"),
        replaced_by=values(_REPLACED),
        consider=values(_CONSIDER),
    )
