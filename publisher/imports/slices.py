"""Slices as files: deterministic Turtle, written whole or not at all, with a list of checksums beside them.

A slice says where its terms come from, in which version and under which licence, and how many lines of the source were
refused. It holds labels, synonyms, parents, obsolete marks and chosen links; no definitions.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from publisher.errors import ImportFailed, Where
from publisher.imports.sources import Source, Sources
from publisher.imports.term import Kind, Term
from publisher.rdf import names
from publisher.rdf.prefixes import Prefixes
from publisher.rdf.quads import iri, line, literal
from publisher.rdf.terms import subjects, triples
from publisher.rdf.turtle import block, declarations, writer

IMPORTS = Path("ontology") / "imports"
CHECKSUMS = "SHA256SUMS"
_OBO = "http://purl.obolibrary.org/obo/"
_PART_OF = _OBO + "BFO_0000050"
_REPLACED_BY = _OBO + "IAO_0100001"
_REASON = _OBO + "IAO_0000231"
_MERGED = _OBO + "IAO_0000227"
_TRUE = literal("true", datatype=names.XSD + "boolean")
_PROPERTIES = (Kind.OBJECT_PROPERTY, Kind.DATATYPE_PROPERTY, Kind.ANNOTATION_PROPERTY)


def slice_text(source: Source, terms: Iterable[Term], *, sources: Sources, refused: int) -> str:
    """Give the Turtle document of a slice; the same terms give the same bytes."""
    body = {each for term in terms for each in _lines(term, source, sources.language)}
    return document(source, header(source, sources, refused=refused), body, sources.prefixes)


def document(source: Source, head: Iterable[str], body: Iterable[str], known: Prefixes) -> str:
    """Give the Turtle document of the N-Quads lines of a slice, with the prefixes that it needs."""
    parts = (sorted(head), sorted(body))
    prefixes = _only_used([*parts[0], *parts[1]], known)
    written = writer(prefixes)
    blocks = [block(subject, table, written) for part in parts for subject, table in subjects(triples(part))]
    note = f"# Cut from {source.file}; written by `exportin import`, not by hand.\n"
    return note + declarations(prefixes) + "".join(f"\n{each}" for each in blocks)


def header(source: Source, sources: Sources, *, refused: int) -> Iterator[str]:
    """Give the lines that say what a slice is cut from: title, version, licence, how many lines were refused."""
    subject, language = iri(f"{sources.base}{source.name}"), sources.language
    told = f"Cut from {source.file} (SHA-256 {source.files[source.file]}), definitions left out; "
    told += "no line of it was refused." if not refused else f"lines of it refused as not valid and dropped: {refused}."
    yield line(subject, iri(names.RDF + "type"), iri(names.OWL + "Ontology"))
    yield line(subject, iri(names.DCTERMS + "title"), literal(f"{source.title}: slice", language=language))
    yield line(subject, iri(names.DCTERMS + "source"), iri(source.home))
    yield line(subject, iri(names.OWL + "versionInfo"), literal(source.version))
    yield line(subject, iri(names.RDFS + "comment"), literal(told, language="en"))
    if source.licence:
        yield line(subject, iri(names.DCTERMS + "license"), iri(source.licence))
    if source.rights:
        yield line(subject, iri(names.DCTERMS + "rights"), literal(source.rights, language="en"))


def _lines(term: Term, source: Source, language: str) -> Iterator[str]:
    subject = iri(term.iri)

    def says(property_: str, object_: str) -> str:
        return line(subject, iri(property_), object_)

    record = term.kind is Kind.RECORD
    prefix, _, local = term.kind.value.partition(":")
    yield says(names.RDF + "type", iri(names.STANDARD_PREFIXES[prefix] + local))
    yield says(names.RDFS + "isDefinedBy", iri(source.home))
    if term.label:
        yield says(names.RDFS + "label", literal(term.label, language=language))
    for synonym in term.synonyms:
        how = names.SKOS + "altLabel" if record else names.OBO_IN_OWL + synonym.scope.value
        yield says(how, literal(synonym.text, language=language))
    below = names.RDFS + ("subPropertyOf" if term.kind in _PROPERTIES else "subClassOf")
    yield from (says(below, iri(parent)) for parent in term.parents)
    yield from (says(_PART_OF, iri(whole)) for whole in term.wholes)
    yield from (says(link.property, iri(link.target)) for link in term.links)
    yield from (says(names.OBO_IN_OWL + "hasDbXref", literal(xref)) for xref in term.xrefs)
    if term.branch:
        yield says(names.OBO_IN_OWL + "hasOBONamespace", literal(term.branch))
    if term.obsolete:
        yield says(names.OWL + "deprecated", _TRUE)
    yield from (says(_REPLACED_BY, iri(target)) for target in term.replaced_by)
    yield from (says(names.OBO_IN_OWL + "consider", iri(target)) for target in term.consider)
    if term.merged:
        yield says(_REASON, iri(_MERGED))


def _only_used(lines: Iterable[str], prefixes: Prefixes) -> Prefixes:
    """Give the prefixes that the lines need, so that a slice changes only when its own terms do."""
    table = dict(prefixes)
    found = {word for each in lines for word in each.split(" ") if word.startswith("<") or "^^<" in word}
    found.discard(iri(names.RDF + "type"))
    used = set()
    for word in found:
        name = prefixes.turtle_name(word[word.rindex("<") + 1 :].rstrip(">"))
        if not name.startswith("<"):
            used.add(name.partition(":")[0])
    return Prefixes({name: table[name] for name in sorted(used)})


def write_slices(root: Path, texts: Mapping[str, str], *, whole: bool, kept: frozenset[str] = frozenset()) -> None:
    """Write slices by name, each atomically; a ``whole`` cut removes those no longer cut, but not those ``kept``."""
    folder = root / IMPORTS
    sums = checksums(root)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            sums[f"{name}.ttl"] = _write(folder / f"{name}.ttl", text)
        for gone in [each for each in sums if whole and each.removesuffix(".ttl") not in {*texts, *kept}]:
            (folder / gone).unlink(missing_ok=True)
            del sums[gone]
        _write(folder / CHECKSUMS, "".join(f"{sums[each]}  {each}\n" for each in sorted(sums)))
    except OSError as error:
        raise ImportFailed(
            f"cannot write the slices: {error.strerror}",
            where=Where(str(IMPORTS)),
            fix="make room or mend the rights; the slices there are whole, the older or the newer",
        ) from None


def checksums(root: Path) -> dict[str, str]:
    """Read ``ontology/imports/SHA256SUMS``: SHA-256 by file name; empty where there is none."""
    path = root / IMPORTS / CHECKSUMS
    if not path.exists():
        return {}
    rows = (each.split(None, 1) for each in path.read_text(encoding="utf-8").splitlines())
    return {row[1].strip(): row[0] for row in rows if len(row) == 2}  # noqa: PLR2004 - sum and name


def _write(path: Path, text: str) -> str:
    """Write a file by renaming a finished one into its place; give its SHA-256."""
    data = text.encode("utf-8")
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return hashlib.sha256(data).hexdigest()
