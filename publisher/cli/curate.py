"""Commands for those who write a dataset: start one, find words and terms, keep its files in order."""

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import click

from publisher.cli.terminal import DATASET, DOCUMENTS, FORMAT, OK, Terminal, pass_terminal
from publisher.errors import UsageError


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
@pass_terminal
def new(terminal: Terminal, directory: Path) -> None:
    """Make a small dataset to start from, ready to build and to serve."""
    from publisher.dataset.scaffold import new as scaffold

    made = scaffold(directory)
    step = f"exportin serve {directory}"
    terminal.say(f"made {directory}, {len(made)} files\n  next: {step}", directory=str(directory), next=step)


@click.command("import")
@DATASET
@click.option("--from", "folder", type=click.Path(path_type=Path), required=True, help="Folder of the full ontologies.")
@click.option("--only", multiple=True, help="Cut only this source; may be given several times.")
@pass_terminal
def import_(terminal: Terminal, dataset: Path, folder: Path, only: tuple[str, ...]) -> None:
    """Cut the terms that the dataset uses out of outside ontologies, into ontology/imports/."""
    from publisher.imports import cut_slices

    cut = cut_slices(dataset, folder, only=only or None, progress=terminal.progress)
    lines = [*(str(each) for each in cut.slices), *(f"{iri} is in no source" for iri in cut.unknown)]
    terminal.say("\n".join(lines), slices=[each.name for each in cut.slices], unknown=list(cut.unknown))


@click.command()
@DATASET
@click.argument("folder", type=click.Path(path_type=Path))
@pass_terminal
def tables(terminal: Terminal, dataset: Path, folder: Path) -> None:
    """Write the flat tables of a dataset as CSV, as any R2RML or RML engine reads them."""
    from publisher.dataset import open_dataset, write_tables
    from publisher.dataset.coverage import as_tsv

    opened = open_dataset(dataset)
    written = write_tables(opened.tables, folder)
    (folder / "sentences.tsv").write_text(as_tsv(opened), encoding="utf-8", newline="")
    terminal.say(f"wrote {len(written)} tables and sentences.tsv to {folder}", folder=str(folder))


@click.command()
@click.argument("words")
@DATASET
@click.option("--documents", type=click.Path(path_type=Path), required=True, help="Folder of the documents' texts.")
@click.option("--document", help="Look in this document only.")
@pass_terminal
def locate(terminal: Terminal, words: str, dataset: Path, documents: Path, document: str | None) -> None:
    """Find words in the documents: section, sentence, start, end, checksum, ready to paste."""
    from publisher.dataset import open_dataset
    from publisher.dataset.locate import locate as find

    found = find(open_dataset(dataset), words, documents, document=document)
    lines = [f"{each.document} {each.section} {each.sentence}\t{each.yaml}" for each in found]
    terminal.say("\n".join(lines), found=[asdict(each) for each in found])


@click.command("format")
@DATASET
@click.option("--check", "only_check", is_flag=True, help="Change nothing; say which files are not in order.")
@pass_terminal
def format_(terminal: Terminal, dataset: Path, *, only_check: bool) -> int:
    """Write the YAML of a dataset in its stable order and quoting, and the JSON Schemas for editors into .schema/."""
    from publisher.dataset import format as formatting
    from publisher.dataset import open_dataset
    from publisher.dataset.schema import write_schemas
    from publisher.validation import Report

    if only_check:
        return terminal.report(Report.of(formatting.unformatted(dataset), root=dataset))
    changed = formatting.format_dataset(dataset)
    write_schemas(open_dataset(dataset), dataset / ".schema")
    terminal.say("\n".join(f"wrote {path}" for path in changed), changed=[str(path) for path in changed])
    return OK


@click.command("new-fact")
@click.argument("document")
@DATASET
@click.option("--date", "created", default=lambda: date.today().isoformat(), help="Day of curation [today].")
@click.option("--curator", help="IRI of the curator, such as an ORCID.")
@click.option("--words", help="Words of the document that state the fact; their passage is filled in.")
@DOCUMENTS
@pass_terminal
def new_fact(
    terminal: Terminal, document: str, dataset: Path, created: str, curator: str | None, **passage: Any
) -> None:
    """Take the next free numbers and append the skeleton of a fact to a document's file."""
    from publisher.dataset import new_fact as issuing
    from publisher.dataset import open_dataset

    opened = open_dataset(dataset)
    found = issuing.passage_of(opened, document, **passage)
    made = issuing.new_fact(opened, document, created=created, curator=curator, passage=found)
    text = f"{made.where}: {made.fact} with {made.evidence}, to be filled in"
    terminal.say(text, fact=made.fact, evidence=made.evidence, file=made.where.file, line=made.where.line)


@click.command()
@DATASET
@click.option("--name", "names", multiple=True, help="Suggest terms for this name; may be given several times.")
@click.option("--from", "folder", type=click.Path(path_type=Path), help="Folder of the full ontologies.")
@click.option("--source", multiple=True, help="Look in this source only; may be given several times.")
@click.option(
    "--newer", type=click.Path(path_type=Path), help="Tell what this newer file of the --source would change."
)
@click.option("--check", "only_check", is_flag=True, help="Check every mapping against the slices; change nothing.")
@click.option("--write", "write", is_flag=True, help="Put the mapping sets (SSSOM) into canonical form.")
@FORMAT
@pass_terminal
def align(
    terminal: Terminal,
    dataset: Path,
    names: tuple[str, ...],
    folder: Path | None,
    source: tuple[str, ...],
    newer: Path | None,
    form: str,
    *,
    only_check: bool,
    write: bool,
) -> int:
    """Suggest terms for names, by default for those without a mapping; check and compare mappings.

    A suggestion has a score and is never accepted by itself.
    """
    from publisher import imports
    from publisher.dataset import open_dataset
    from publisher.validation import Report
    from publisher.validation.alignment import check_alignment

    if write:
        changed = imports.format_mappings(dataset, write=True)
        terminal.say("\n".join(f"wrote {path}" for path in changed), changed=[str(path) for path in changed])
        return OK
    opened = open_dataset(dataset)
    if only_check:
        broken = [each for each in opened.findings if each.where and each.where.file.startswith("mappings/")]
        found = [*broken, *imports.unformatted(dataset), *check_alignment(opened)]
        return terminal.report(Report.of(found, gates=opened.manifest.gates, root=dataset), form)
    if folder is None:
        raise UsageError("the full ontologies are needed for that", fix="say where they are with --from FOLDER")
    if newer is not None:
        if not source:
            raise UsageError("--newer is one file of one source", fix="name the source with --source NAME")
        found = [each for name in source for each in imports.drift(dataset, folder, name, newer)]
        return terminal.report(Report.of(found, root=dataset), form)
    suggested = imports.suggest(dataset, folder, names or imports.unmapped(opened), sources=source or None)
    terminal.say("\n".join(map(str, suggested)), suggestions=[asdict(each) for each in suggested])
    return OK
