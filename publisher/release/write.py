"""Writing a release: everything into a folder beside the others, then one rename.

Until the rename nothing of it can be seen; whatever ends the work, what was there before stays as it was.
It refuses to write a version again with other bytes.
"""

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from itertools import chain
from pathlib import Path
from types import MappingProxyType

from publisher.errors import ReleaseError
from publisher.rdf.jsonld import jsonld
from publisher.rdf.media import JSON_LD, N_QUADS, N_TRIPLES, RDF_XML, TRIG, TURTLE
from publisher.rdf.rdfxml import rdfxml
from publisher.rdf.turtle import trig, turtle
from publisher.release import compare, describe, record
from publisher.release.content import Attachment, Content, Description
from publisher.release.describe.statistics import Statistics, count
from publisher.release.dumps import blocks_of, copy_file, encoded, lines_of, write_dump, write_file
from publisher.release.parts import Part, Parts, merge, split_graphs
from publisher.release.read import SUMS, inside
from publisher.release.record import File, Release
from publisher.release.shelf import Progress, Shelf, is_version, silent
from publisher.release.sort import sort_lines

_MEDIA = {"ttl": "text/turtle", "json": "application/json", "html": "text/html", "sarif": "application/sarif+json"}
_CHANGES = {
    "md": "text/markdown",
    "ttl": "text/turtle",
    "json": "application/json",
    "atom": "application/atom+xml",
}
_WORK = "work"
_OWN = (
    *("void.ttl", "dcat.jsonld", "schema.jsonld", "CITATION.cff"),
    *(f"changes.{form}" for form in _CHANGES),
    *(record.NAME, SUMS),
)


def write_release(content: Content, shelf_root: Path, *, progress: Progress = silent) -> Release:
    """Write the release and give it; the same content gives the same bytes.

    Raises ReleaseError: ``release.name`` for a name or version that cannot be a file name, ``release.busy`` where
    another build is writing, ``release.exists`` where the version is there with other bytes, ``release.blank-node``,
    ``release.missing`` where the previous version that the description names is not on the shelf, and
    ``release.unwritable`` where the disk is full or read-only. Nothing half-written stays.
    """
    about = content.description
    _check(about)
    shelf = Shelf(shelf_root)
    with shelf.staged(about.version, progress) as folder:
        (folder / _WORK).mkdir()
        _Writer(content, folder, shelf, progress).write()
        return shelf.settle(folder, about.version)


class _Writer:
    """One release while it is written: the files that are finished, and how to add more."""

    def __init__(self, content: Content, folder: Path, shelf: Shelf, progress: Progress):
        self.content = content
        self.about = content.description
        self.folder = folder
        self.work = folder / _WORK
        self.shelf = shelf
        self.progress = progress
        self.files: list[File] = []
        self.stem = f"{self.about.name}-{self.about.version}"

    def write(self) -> None:
        statistics, parts = self._base()
        described = self._describe(statistics, parts)
        whole, union = self.work / "whole.nq", self.work / "union.nt"
        self.progress("merging")
        quads, triples = merge(self.work / "base.nq", described, whole, union)
        description = self._description_part(parts, described)
        if description.quads:
            self._graph_dumps(description)
        self._whole_dumps(Part("whole", "", whole, quads), Part("union", "", union, triples), parts, description)
        self._beside()
        self._changes(whole)
        self._records(statistics, parts, {"quads": quads, "triples": triples, "described": description.quads})
        shutil.rmtree(self.work)

    def _base(self) -> tuple[Statistics, Parts]:
        self.progress("sorting")
        base, examples = self.work / "base.nq", self.work / "examples.nq"
        lines = describe.examples(self.about, self.content.queries)
        examples.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")
        sort_lines([*self.content.quads, examples], base)
        self.progress("counting")
        parts = split_graphs(base, self.about.graphs, self.work)
        statistics = count(base, self.about, self.work)
        for name, part in parts.graphs.items():
            if part.quads and name != "description":
                self._graph_dumps(part)
        for prefix, path in statistics.linksets.items():
            number = sum(links.triples for links in statistics.links if links.prefix == prefix)
            (self.folder / "linksets").mkdir(exist_ok=True)
            pieces = blocks_of(path)
            self._dump(
                f"linksets/{prefix}.nt", pieces, Part(f"linkset:{prefix}", "", path, number), f"Links to {prefix}"
            )
        return statistics, parts

    def _describe(self, statistics: Statistics, parts: Parts) -> list[str]:
        self.progress("describing")
        lines = describe.description(self.content, statistics, tuple(self.files))
        return sorted({*lines, *lines_of(parts.graphs["description"].path)} if "description" in parts.graphs else lines)

    def _description_part(self, parts: Parts, described: Sequence[str]) -> Part:
        iri = self.about.description_graph
        path = self.work / "description.nq"
        own = [line for line in described if line.endswith(f" <{iri}> .")]
        path.write_text("".join(f"{line}\n" for line in own), encoding="utf-8", newline="\n")
        return Part("description", iri, path, len(own))

    def _dump(self, name: str, pieces: Iterable[bytes], part: Part, title: str) -> None:
        self.progress(f"writing {name}")
        media = {item.suffix: item for item in (N_QUADS, TRIG, TURTLE, N_TRIPLES, JSON_LD, RDF_XML)}[
            name.rsplit(".", 1)[1]
        ]
        files = write_dump(pieces, self.folder, name, media=media, part=part.name, quads=part.quads, title=title)
        self.files.extend(files)

    def _graph_dumps(self, part: Part) -> None:
        title = f"The graph {part.name}"
        self._dump(f"{self.stem}-{part.name}.nq", blocks_of(part.path), part, title)
        prefixes = self.about.prefixes
        quads = encoded(trig([(part.iri, lines_of(part.path))], prefixes))
        self._dump(f"{self.stem}-{part.name}.trig", quads, part, title)
        self._dump(f"{self.stem}-{part.name}.ttl", encoded(turtle(lines_of(part.path), prefixes)), part, title)

    def _whole_dumps(self, whole: Part, union: Part, parts: Parts, description: Part) -> None:
        prefixes = self.about.prefixes
        graphs = chain(
            (graph for graph in parts.by_graph() if graph[0] != description.iri or not description.quads),
            [(description.iri, lines_of(description.path))] if description.quads else [],
        )
        self._dump(f"{self.stem}.nq", blocks_of(whole.path), whole, "Everything, with graphs")
        self._dump(f"{self.stem}.trig", encoded(trig(graphs, prefixes)), whole, "Everything, with graphs")
        title = "Everything, all graphs as one"
        self._dump(f"{self.stem}.nt", blocks_of(union.path), union, title)
        self._dump(f"{self.stem}.ttl", encoded(turtle(lines_of(union.path), prefixes)), union, title)
        self._dump(f"{self.stem}.jsonld", encoded(jsonld(lines_of(union.path), prefixes)), union, title)
        try:
            self._dump(f"{self.stem}.rdf", encoded(rdfxml(lines_of(union.path), prefixes)), union, title)
        except ReleaseError as error:
            if error.reason != "release.not-xml":
                raise
            self.progress(f"left out {self.stem}.rdf: {error.message}")
            for suffix in ("gz", "zst"):
                (self.folder / f"{self.stem}.rdf.{suffix}").unlink()

    def _beside(self) -> None:
        for suffix, body in sorted(self.content.reports.items()):
            media = _MEDIA.get(suffix, "application/octet-stream")
            self._file(f"report.{suffix}", body, media, "The report of the checks")
        for query in sorted(self.content.queries, key=lambda path: path.name):
            self._free(f"queries/{query.name}")
            self._file(f"queries/{query.name}", query.read_bytes(), "application/sparql-query", "An example query")
        for attachment in sorted(self.content.attachments, key=lambda item: item.name):
            self._attach(attachment)

    def _attach(self, item: Attachment) -> None:
        self._free(item.name)
        if item.path is not None:
            self.files.append(
                copy_file(
                    item.path, self.folder, item.name, media=item.media, title=item.title, compression=item.compression
                )
            )
        else:
            self._file(item.name, item.body or b"", item.media, item.title, compression=item.compression)

    def _free(self, name: str) -> None:
        place = inside(self.folder, name)
        if place.exists() or name.split("/", maxsplit=1)[0] == _WORK or name in _OWN:
            raise ReleaseError(
                f"two files of this release would be called {name!r}", fix="rename one of them", code="release.name"
            )

    def _file(self, name: str, body: bytes, media: str, title: str, *, compression: str = "") -> None:
        self.files.append(write_file(body, self.folder, name, media=media, title=title, compression=compression))

    def _changes(self, whole: Path) -> None:
        previous = self.shelf.release(self.about.previous) if self.about.previous else None
        changes = compare.changes_to(lines_of(whole), self.about, previous)
        for form, media in _CHANGES.items():
            self._file(f"changes.{form}", changes.render(form).encode(), media, "What changed")

    def _records(self, statistics: Statistics, parts: Parts, counts: dict[str, int]) -> None:
        about = {field.name: getattr(self.about, field.name) for field in fields(Description)}
        union = statistics.union
        counts |= {
            "subjects": union.subjects,
            "classes": union.classes,
            "properties": union.properties,
            "objects": union.objects,
        }
        counts |= {f"graph:{part.name}": part.quads for part in parts.graphs.values() if part.name != "description"}
        counts["graph:description"] = counts.pop("described")
        identity = next(file.content_sha256 for file in self.files if file.name == f"{self.stem}.nq.gz")
        release = Release(
            **about,
            path=self.folder,
            identity=identity,
            counts=counts,
            files={},
            engine=dict(sorted(self.content.engine.items())),
            inputs=tuple(sorted(self.content.inputs, key=lambda item: item.path)),
            retired={item.iri: item for item in sorted(self.content.retired, key=lambda item: item.iri)},
        )
        for name, body, media, title in describe.documents(self.content, statistics, tuple(self.files)):
            self._file(name, body, media, title)
        files = {file.name: file for file in sorted(self.files, key=lambda file: file.name)}
        release = replace(release, files=MappingProxyType(files))
        self._file(record.NAME, record.to_json(release), "application/json", "The record of this release")
        sums = sorted((file.name, file.sha256) for file in self.files)
        write_file(
            "".join(f"{digest}  {name}\n" for name, digest in sums).encode(), self.folder, SUMS, media="", title=""
        )


def _check(about: Description) -> None:
    for what, text in (("version", about.version), ("name", about.name)):
        if not is_version(text):
            raise ReleaseError(
                f"the {what} {text!r} cannot be part of a file name and an IRI",
                fix="use letters, digits, full stops, hyphens and underscores; begin with a letter or digit",
                code="release.name",
            )
