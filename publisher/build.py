"""Program one: a dataset becomes a release, or a report of what is wrong with it.

The steps are those of the drawing in ARCHITECTURE.md: read, map, add the ontology and its slices, infer, validate,
describe, write. It refuses to release what does not conform, and it reads no clock.
"""

import hashlib
import importlib.metadata
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import publisher
from publisher.dataset import Dataset, open_dataset
from publisher.dataset.coverage import as_tsv
from publisher.dataset.manifest import FILE as MANIFEST
from publisher.dataset.manifest import Agent as Person
from publisher.dataset.manifest import Manifest
from publisher.editions import Records, write_editions
from publisher.errors import DatasetUnreadable, MappingFailed, Severity, UsageError
from publisher.imports import merge_sssom, read_sssom, sssom_text
from publisher.mapping import Explanation, Sources, run_mappings, run_on_spark
from publisher.mapping import explain as run_explain
from publisher.rdf import canon, quads
from publisher.release.content import Agent, Attachment, Content, Description, Input, Retired
from publisher.release.read import Release
from publisher.release.shelf import CURRENT, Ready, Shelf, unready
from publisher.release.write import write_release
from publisher.validation import Report, reasoning, validate

Progress = Callable[[str], None]

_MAPPED = "mapped.nq"
_READ = ("dataset.toml", "seeds", "mappings", "ontology", "shapes", "queries")
_TOOLS = ("pyoxigraph", "duckdb", "sqlglot", "pyshacl", "owlready2", "rdflib")
# What depends on the machine that builds, not on the dataset: told on the terminal, never written into a release.
_OF_THIS_MACHINE = re.compile(r"^(passage\.|reasoning\.skipped|shapes\.)")
_VERSION = re.compile(r"^[0-9A-Za-z][0-9A-Za-z.+_-]{0,63}$")


@dataclass(frozen=True, slots=True)
class Options:
    """What a build is asked for: the texts to prove passages in, the version to give, and what it may use."""

    documents: Path | None = None
    version: str | None = None
    releases: Path | None = None
    reasoner: bool = True
    memory_mb: int = 2048
    engine: str = "duckdb"
    master: str = "local[2]"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a build: the report, and the release where the data conformed and one was asked for."""

    dataset: Dataset
    report: Report
    quads: int
    release: Release | None = None

    @property
    def served(self) -> Path | None:
        """Give what a server should open: the link ``current`` where it leads to this release, else its folder."""
        if self.release is None:
            return None
        link = self.release.path.parent / CURRENT
        return link if link.resolve() == self.release.path.resolve() else self.release.path


def check(root: Path, options: Options, progress: Progress) -> Outcome:
    """Do all of a build but the writing, and give the report."""
    with tempfile.TemporaryDirectory(prefix="exportin-") as folder:
        return _prepare(root, options, progress, Path(folder), editions=False)[0]


def build(root: Path, options: Options, progress: Progress, ready: Ready = unready) -> Outcome:
    """Build, validate and release a dataset; where it does not conform nothing is written.

    ``ready`` makes the index of the release before it is live.

    The first release of a shelf becomes the current one, and so does every later one: a server that watches the shelf
    switches to it. Raises ReleaseError where the version exists with other bytes.
    """
    with tempfile.TemporaryDirectory(prefix="exportin-") as folder:
        outcome, content = _prepare(root, options, progress, Path(folder))
        if content is None:
            return outcome
        shelf = shelf_of(root, options.releases)
        progress(f"writing release {content.description.version}")
        release = write_release(content, shelf, progress=progress)
        Shelf(shelf).publish(release.version, ready)
        return replace(outcome, release=release)


def draft(root: Path, options: Options, progress: Progress) -> Outcome:
    """Give the current release where it was made from the files as they are now, else build a draft beside it.

    A draft is a release under the version ``<version>-draft.<hash of the inputs>``; it is never made current, so a
    curator can look at every edit while the published release stays as it is.
    """
    shelf = Shelf(shelf_of(root, options.releases))
    dataset_inputs = tuple(inputs(root))
    current = shelf.current() if shelf.live() else None
    if current is not None and tuple(current.inputs) == dataset_inputs:
        dataset = open_dataset(root)
        return Outcome(dataset, Report(()), current.counts["quads"], current)
    if current is None:
        return build(root, options, progress)
    progress(f"the dataset has changed since release {current.version}: building a draft of it")
    state = hashlib.sha256("\n".join(f"{item.sha256} {item.path}" for item in dataset_inputs).encode()).hexdigest()
    version = f"{options.version or open_dataset(root).manifest.version}-draft.{state[:8]}"
    with tempfile.TemporaryDirectory(prefix="exportin-") as folder:
        outcome, content = _prepare(root, replace(options, version=version), progress, Path(folder))
        if content is None:
            return outcome
        return replace(outcome, release=write_release(content, shelf_of(root, options.releases), progress=progress))


def explain(root: Path, wanted: str) -> tuple[Explanation, ...]:
    """Give every quad that names a thing (its IRI or CURIE), or is the N-Quads line given, with the rule and row."""
    dataset = open_dataset(root)
    term = dataset.manifest.prefixes.expand(wanted) or wanted
    documents = sorted((root / "mappings").glob("*.ttl"))
    return tuple(run_explain(term, documents, Sources(tables=dataset.tables), base=dataset.manifest.base))


def dataset_in(sources: Sequence[Path]) -> Path | None:
    """Give the folder of the dataset that is named, this folder where nothing is, or None where it is no dataset."""
    place = sources[0] if len(sources) == 1 else Path()
    return place if len(sources) <= 1 and (place / MANIFEST).is_file() else None


def shelf_of(root: Path, releases: Path | None) -> Path:
    """Give the folder of a dataset's releases: the one asked for, else ``releases`` beside ``dataset.toml``."""
    return releases if releases is not None else root / "releases"


def inputs(root: Path) -> Iterator[Input]:
    """Give every file that a build of a dataset reads, in the order of their paths, with checksum and size."""
    files = [path for name in _READ for path in _files(root / name)]
    for path in sorted(files, key=lambda path: path.relative_to(root).as_posix()):
        body = path.read_bytes()
        yield Input(path.relative_to(root).as_posix(), hashlib.sha256(body).hexdigest(), len(body))


def _files(place: Path) -> Iterable[Path]:
    if place.is_file():
        return (place,)
    return (path for path in place.rglob("*") if path.is_file() and not path.name.startswith("."))


def _prepare(
    root: Path, options: Options, progress: Progress, work: Path, *, editions: bool = True
) -> tuple[Outcome, Content | None]:
    progress(f"reading {root / 'dataset.toml'}")
    dataset = open_dataset(root)
    version = options.version or dataset.manifest.version
    if not _VERSION.match(version):
        raise UsageError(f"{version!r} cannot be a version", fix="give a date such as 2026-11-20, or 1.2.0")
    stopped = any(finding.severity is Severity.VIOLATION for finding in dataset.manifest.gated(dataset.findings))
    try:
        files, count = _quads(dataset, options, progress, work)
    except (MappingFailed, DatasetUnreadable):
        if not stopped:
            raise
        # What cannot be mapped because the seeds are broken is told by the findings of the seeds.
        return Outcome(dataset, Report.of(dataset.findings, gates=dataset.manifest.gates, root=root), 0), None
    report = validate(
        _joined(files, work / "all.nq"),
        dataset,
        documents=options.documents,
        reasoner=options.reasoner,
        progress=progress,
    )
    if stopped:
        # An IRI without type or label is then the consequence of a record that was refused, not a finding of its own.
        report = Report.of((each for each in report.findings if not each.code.startswith("iri.")), root=root)
    outcome = Outcome(dataset, report, count)
    if not report.conforms:
        return outcome, None
    content = _content(dataset, version, files, report)
    if not editions:
        return outcome, content
    progress("writing the editions: nanopublications, RDF 1.2, KGX, CSV")
    # An edition is whole by itself: it is written from all that was mapped, with what the slices say too.
    records = Records(content.description, dataset.tables, dataset.ontology, (work / _MAPPED,))
    written = tuple(write_editions(records, work))
    return outcome, replace(content, attachments=(*content.attachments, *written))


def _quads(dataset: Dataset, options: Options, progress: Progress, work: Path) -> tuple[tuple[Path, ...], int]:
    """Write every graph but the description as N-Quads files; give them with the number of lines mapped."""
    manifest, root = dataset.manifest, dataset.root
    mapped = work / _MAPPED
    documents = sorted((root / "mappings").glob("*.ttl"))
    progress(f"mapping {len(dataset.tables['facts'].rows)} facts by {len(documents)} mapping documents")
    _map(documents, Sources(tables=dataset.tables), mapped, manifest.base, options)
    said: set[str] = set()
    slices = (root / "ontology" / "imports").glob("*.ttl")
    imports = _write(work / "imports.nq", _new(_skolemised(root, slices, manifest, "imports"), said))
    own = (root / "ontology").glob("*.ttl")
    ontology = _write(work / "ontology.nq", _new(_skolemised(root, own, manifest, "ontology"), said))
    mapped = _write(work / "stated-by-facts.nq", _unsaid(mapped, said))
    stated = _joined((mapped, ontology, imports), work / "stated.nq")
    progress("inferring what follows by rule")
    inferred = _write(work / "inferred.nq", reasoning.inferred(stated, dataset))
    files = (mapped, ontology, imports, inferred)
    return files, sum(_lines(path) for path in files)


def _map(documents: Sequence[Path], sources: Sources, out: Path, base: str, options: Options) -> None:
    """Run the mappings on the engine that was asked for; both write the same lines."""
    if options.engine == "spark":
        run_on_spark(documents, sources, out, base=base, memory_mb=options.memory_mb, master=options.master)
    else:
        run_mappings(documents, sources, out, base=base, memory_mb=options.memory_mb)


def _skolemised(root: Path, paths: Iterable[Path], manifest: Manifest, graph: str) -> Iterator[str]:
    """Give the quads of Turtle files in one graph, with each file's blank nodes named after the file."""
    for path in sorted(paths):
        parsed = quads.lines_of(quads.read(path, base=manifest.vocabulary), None)
        name = f"{manifest.base}{path.relative_to(root).with_suffix('').as_posix()}"
        for line in canon.skolemise(parsed, name):
            yield f"{line[:-1]}<{manifest.graphs[graph]}> ."


def _new(lines: Iterable[str], said: set[str]) -> Iterator[str]:
    """Give the lines whose triple no earlier graph holds, and keep their triples: a triple stands in one graph only.

    A union of graphs is a set of triples, but engines that merge at query time count a triple once for each graph.
    """
    for line in lines:
        triple = line[: line.rindex(" <")]
        if triple not in said:
            said.add(triple)
            yield line


def _unsaid(path: Path, said: set[str]) -> Iterator[str]:
    with path.open(encoding="utf-8", newline="\n") as stream:
        for line in stream:
            if line[: line.rindex(" <")] not in said:
                yield line.rstrip("\n")


def _write(path: Path, lines: Iterable[str]) -> Path:
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        for line in lines:
            stream.write(line + "\n")
    return path


def _joined(paths: Iterable[Path], target: Path) -> Path:
    with target.open("wb") as stream:
        for path in paths:
            stream.write(path.read_bytes())
    return target


def _lines(path: Path) -> int:
    with path.open("rb") as stream:
        return sum(1 for _ in stream)


def _content(dataset: Dataset, version: str, files: tuple[Path, ...], report: Report) -> Content:
    root = dataset.root
    kept = Report.of(finding for finding in report.findings if not _OF_THIS_MACHINE.match(finding.code))
    return Content(
        description=_description(dataset.manifest, version),
        quads=files,
        inputs=tuple(inputs(root)),
        engine={"exportin": publisher.__version__, **{name: importlib.metadata.version(name) for name in _TOOLS}},
        reports={name: kept.render(name).encode() for name in ("ttl", "json", "html")},
        queries=tuple(sorted((root / "queries").rglob("*.rq"))),
        attachments=tuple(_attachments(dataset)),
        retired=tuple(_retired(dataset)),
    )


def _description(manifest: Manifest, version: str) -> Description:
    return Description(
        name=manifest.name,
        title=manifest.title,
        description=manifest.description,
        base=manifest.base,
        iri=f"{manifest.base}dataset",
        version=version,
        licence=manifest.licence,
        language=manifest.language,
        prefixes=manifest.prefixes,
        keywords=manifest.keywords,
        creators=tuple(_agent(person) for person in manifest.creators),
        publisher=_agent(manifest.publisher) if manifest.publisher else None,
        homepage=manifest.homepage,
        examples=manifest.examples,
        vocabulary=manifest.vocabulary,
        roles=manifest.roles,
        certainty=manifest.certainty.values,
        bare=tuple(value for value in manifest.certainty.values if value in manifest.certainty.bare),
        graphs=manifest.graphs,
        ids=manifest.ids,
        paths=manifest.paths,
        previous=manifest.previous,
    )


def _agent(person: Person) -> Agent:
    return Agent(person.name, person.iri, person.kind)


def _attachments(dataset: Dataset) -> Iterator[Attachment]:
    root, tsv = dataset.root, "text/tab-separated-values"
    if dataset.segments:
        yield Attachment("sentences.tsv", tsv, "every sentence and its facts", body=as_tsv(dataset).encode())
    mappings = sorted((root / "mappings").glob("*.sssom.tsv"))
    if mappings:
        yield Attachment("mappings.sssom.tsv", tsv, "every alignment", body=_merged(dataset.manifest, mappings))
    for path in mappings:
        yield Attachment(f"mappings/{path.name}", tsv, f"alignments: {path.name.split('.')[0]}", path=path)
    shapes = sorted((root / "shapes").glob("*.ttl"))
    if shapes:
        whole = "\n".join(path.read_text(encoding="utf-8") for path in shapes)
        yield Attachment("shapes.ttl", "text/turtle", "every shape", body=whole.encode())
    for path in shapes:
        yield Attachment(f"shapes/{path.name}", "text/turtle", f"shapes: {path.stem}", path=path)


def _merged(manifest: Manifest, mappings: Sequence[Path]) -> bytes:
    head = {
        "sssom_version": "1.1",
        "mapping_set_id": f"{manifest.base}mappings",
        "mapping_set_version": manifest.version,
        "mapping_set_title": f"{manifest.title}: every alignment",
        "license": manifest.licence,
    }
    return sssom_text(merge_sssom((read_sssom(path) for path in mappings), metadata=head)).encode()


def _retired(dataset: Dataset) -> Iterator[Retired]:
    table = dataset.tables["retired"]
    for row in table.rows:
        cells = dict(zip(table.columns, row, strict=True))
        yield Retired(
            iri=cells["iri"] or "",
            kind=cells["kind"] or "",
            was=cells["was"] or "",
            reason=cells["reason"] or "",
            since=cells["since"] or "",
            replaced_by=cells["replaced_by"],
            merged_into=cells["merged_into"],
        )
