"""The command `exportin`: the composition root, which joins the columns and holds no logic.

Exit status: 0 done; 1 the data has findings, or a mapping or a source cannot be run; 2 usage or unreadable input;
130 interrupted.
"""

import errno
import json
import logging
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Never, TextIO

import click
from rich.console import Console
from rich.markup import escape
from rich.status import Status

import publisher
from publisher.errors import ExportinError, UsageError
from publisher.settings import Settings, settings_from

if TYPE_CHECKING:
    from publisher.audit import Report as Audit
    from publisher.build import Options, Outcome
    from publisher.release.shelf import Ready, Shelf
    from publisher.validation import Report

_OK, _FINDINGS, _USAGE, _INTERRUPTED = 0, 1, 2, 130

DATASET = click.argument("dataset", type=click.Path(path_type=Path), default=".")
DOCUMENTS = click.option("--documents", type=click.Path(path_type=Path), help="Folder of the source documents' texts.")
REASONER = click.option("--reasoner/--no-reasoner", default=True, help="Whether to check with an OWL reasoner.")
FORMAT = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "ttl", "html", "sarif"]),
    default="text",
    help="Form of the report.",
)
RELEASES = click.option("--releases", type=click.Path(path_type=Path), help="Folder of releases [DATASET/releases].")


@dataclass(frozen=True, slots=True)
class Terminal:
    """How this call speaks: settings, verbosity, and whether a program or a person reads."""

    settings: Settings
    machine: bool
    quiet: bool
    console: Console
    step: Status

    def progress(self, message: str) -> None:
        """Tell a step: on a terminal in a line that the next replaces, in a log a plain line, to a program nothing."""
        if self.quiet or self.machine:
            return
        if self.console.is_terminal:
            self.step.update(escape(message))
            self.step.start()
        else:
            self.console.print(message, highlight=False, markup=False)

    def say(self, text: str, **values: Any) -> None:
        """Give the result: the values as JSON to a program, the text to a person."""
        click.echo(json.dumps(values, ensure_ascii=False, sort_keys=True) if self.machine else text)

    def tell(self, message: str) -> None:
        """Tell what a person must see however quiet the call is, such as the address of a server."""
        self.step.stop()
        self.console.print(message, highlight=False, markup=False)

    def shelf(self, dataset: Path, releases: Path | None) -> "Shelf":
        """Give the shelf of a dataset's releases."""
        from publisher.release.shelf import Shelf

        return Shelf(releases if releases is not None else dataset / "releases")

    def options(self, **given: Any) -> "Options":
        """Give the options of a build: what was asked for, within the settings of this process."""
        from publisher.build import Options

        return Options(memory_mb=self.settings.count("mapping_memory_mb"), **given)

    def ready(self, texts: Path | None) -> "Ready":
        """Give what makes the index and the pages of a release, so that a server has them when it becomes live."""
        from publisher.web.indexing import index

        return lambda release: self.progress(
            str(index(release, settings=self.settings, tell=self.progress, texts=texts))
        )

    def report(self, report: "Report | Audit", form: str = "text") -> int:
        """Show a report, to a program as JSON, and give the exit status that it means."""
        self.step.stop()
        form = "json" if self.machine and form == "text" else form
        click.echo(report.render(form, colour=form == "text" and sys.stdout.isatty()), nl=False)
        return _OK if report.conforms else _FINDINGS

    def outcome(self, outcome: "Outcome", form: str = "text") -> int:
        """Show what came of a build: the report, then the release where one was made."""
        status = self.report(outcome.report, form)
        if outcome.release is not None and not self.machine:
            self.tell(
                f"released {outcome.release.version}: {outcome.release.counts['quads']} quads in {outcome.release.path}"
            )
        return status


pass_terminal: Callable[[Callable[..., Any]], Callable[..., Any]] = click.make_pass_decorator(Terminal)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "EXPORTIN"})
@click.version_option(publisher.__version__, prog_name="exportin")
@click.option("--setting", "given", nargs=2, multiple=True, metavar="NAME VALUE", help="Set a setting of this process.")
@click.option("--json", "machine", is_flag=True, help="Write results and errors as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Tell no progress.")
@click.option("-v", "--verbose", is_flag=True, help="Log what the engine does.")
@click.pass_context
def cli(context: click.Context, given: Sequence[tuple[str, str]], *, machine: bool, quiet: bool, verbose: bool) -> None:
    """Publish curated facts as linked data that people can trust, query and cite."""
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    console = Console(stderr=True, soft_wrap=True)
    context.obj = Terminal(settings_from(os.environ, dict(given)), machine, quiet, console, console.status(""))
    context.call_on_close(context.obj.step.stop)


def main() -> Never:
    """Run the command; every foreseen failure becomes a message and an exit status, never a traceback."""
    machine = "--json" in sys.argv
    try:
        status = cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(_complain("interrupted; nothing was changed", "interrupted", _INTERRUPTED, machine=machine))
    except KeyboardInterrupt:
        sys.exit(_complain("interrupted; nothing was changed", "interrupted", _INTERRUPTED, machine=machine))
    except click.ClickException as error:
        if not machine:
            error.show()
            sys.exit(_USAGE)
        sys.exit(_complain(error.format_message(), "usage.wrong", _USAGE, machine=machine))
    except ExportinError as error:
        sys.exit(_complain(str(error), error.reason, error.exit_status, machine=machine))
    except OSError as error:
        sys.exit(_complain(_of_system(error), "system.failed", _USAGE, machine=machine))
    sys.exit(status if isinstance(status, int) else _OK)


def _complain(message: str, code: str, status: int, *, machine: bool) -> int:
    click.echo(json.dumps({"error": code, "message": message}) if machine else f"exportin: {message}", err=True)
    return status


def _of_system(error: OSError) -> str:
    place = f"{error.filename}: " if error.filename else ""
    if error.errno == errno.ENOSPC:
        return f"{place}the disk is full; nothing was published\n  next: free some space and run the same command again"
    if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
        return f"{place}this may not be written or read ({error.strerror})\n  next: check the rights of that place"
    return f"{place}{error.strerror or error}"


@cli.command()
@click.argument("directory", type=click.Path(path_type=Path))
@pass_terminal
def new(terminal: Terminal, directory: Path) -> None:
    """Make a small dataset to start from, ready to build and to serve."""
    from publisher.dataset.scaffold import new as scaffold

    made = scaffold(directory)
    step = f"exportin serve {directory}"
    terminal.say(f"made {directory}, {len(made)} files\n  next: {step}", directory=str(directory), next=step)


@cli.command("build")
@DATASET
@DOCUMENTS
@RELEASES
@REASONER
@click.option("--version", help="Version of the release, as a rule a date [that of dataset.toml].")
@click.option("--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", help="What runs the mappings.")
@click.option("--master", default="local[2]", show_default=True, help="Spark's master, for --engine spark.")
@pass_terminal
def build_(terminal: Terminal, dataset: Path, **given: Any) -> int:
    """Build, validate and release a dataset; where it does not conform, write nothing and say why."""
    from publisher import build

    ready = terminal.ready(given["documents"])
    return terminal.outcome(build.build(dataset, terminal.options(**given), terminal.progress, ready))


@cli.command()
@DATASET
@DOCUMENTS
@REASONER
@FORMAT
@pass_terminal
def check(terminal: Terminal, dataset: Path, form: str, **given: Any) -> int:
    """Do all that build does, but write nothing."""
    from publisher import build

    return terminal.outcome(build.check(dataset, terminal.options(**given), terminal.progress), form)


@cli.command()
@click.argument("sources", nargs=-1, type=click.Path(path_type=Path))
@DOCUMENTS
@RELEASES
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on; 0 takes a free one.")
@click.option("--open", "browse", is_flag=True, help="Open the site in a browser.")
@click.option("--store", help="Answer from this SPARQL endpoint instead of an index of our own.")
@click.option("--base-iri", help="Base of RDF files without a dataset [their longest common namespace].")
@click.option(
    "--default-graph",
    type=click.Choice(["union", "plain"]),
    default="union",
    show_default=True,
    help="What a query sees that names no graph.",
)
@pass_terminal
def serve(
    terminal: Terminal, sources: tuple[Path, ...], documents: Path | None, releases: Path | None, **given: Any
) -> int:
    """Serve a dataset (built first where it has changed), a release, or any RDF files."""
    from publisher import build
    from publisher.web import server

    place = build.dataset_in(sources)
    if place is not None:
        outcome = build.draft(place, terminal.options(documents=documents, releases=releases), terminal.progress)
        if outcome.served is None:
            return terminal.report(outcome.report)
        sources = (outcome.served,)
    server.start(sources, settings=terminal.settings, tell=terminal.tell, documents=documents, **given)
    return _OK


@cli.command("map")
@click.argument("mapping", type=click.Path(path_type=Path))
@click.option("--root", type=click.Path(path_type=Path), default=".", show_default=True, help="Folder of the sources.")
@click.option("--base", help="Base IRI of relative IRIs [that of the mapping document].")
@click.option("--database", help="DuckDB or SQLite file, or postgresql:// address, of SQL sources.")
@click.option("--limit", type=click.IntRange(min=1), help="Give at most so many quads of each triples map.")
@click.option("--show-sql", is_flag=True, help="Show the query of each triples map instead of running it.")
@pass_terminal
def map_(terminal: Terminal, mapping: Path, *, limit: int | None, show_sql: bool, **given: Any) -> None:
    """Run an R2RML or RML document by itself, N-Quads to standard output."""
    from publisher import mapping as engine

    memory = terminal.settings.count("mapping_memory_mb")
    if show_sql:
        click.echo(engine.show_sql(mapping, **given))
    else:
        engine.map_document(mapping, sys.stdout.buffer, memory_mb=memory, limit=limit, **given)


@cli.command("validate")
@click.argument("data", type=click.Path(path_type=Path))
@click.option("--shapes", type=click.Path(path_type=Path), required=True, multiple=True, help="File of SHACL shapes.")
@FORMAT
@pass_terminal
def validate_(terminal: Terminal, data: Path, shapes: tuple[Path, ...], form: str) -> int:
    """Check an RDF file against SHACL shapes."""
    from publisher.validation import validate_file

    return terminal.report(validate_file(data, shapes, form)[0], form)


@cli.command("import")
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


@cli.command()
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


@cli.command()
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


@cli.command("format")
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
    return _OK


@cli.command("new-fact")
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


@cli.command()
@DATASET
@RELEASES
@pass_terminal
def releases(terminal: Terminal, dataset: Path, releases: Path | None) -> None:
    """List the releases of a dataset; a star marks the current one."""
    shelf = terminal.shelf(dataset, releases)
    live, versions = shelf.live(), shelf.versions()
    lines = [f"{'*' if version == live else ' '} {version}" for version in versions]
    if live and live not in versions:
        lines.append(f"! {live} is the current one, but it is not there\n  next: exportin publish VERSION")
    terminal.say("\n".join(lines) or "no release yet", current=live, versions=list(versions))


@cli.command("index")
@click.argument("version", required=False)
@DATASET
@DOCUMENTS
@RELEASES
@pass_terminal
def index_(
    terminal: Terminal, version: str | None, dataset: Path, documents: Path | None, releases: Path | None
) -> None:
    """Make ready what a server opens of a release, the current one or a version: its index and its pages."""
    from publisher.web.indexing import index

    shelf = terminal.shelf(dataset, releases)
    release = shelf.release(version) if version else shelf.current()
    made = index(release, settings=terminal.settings, tell=terminal.progress, texts=documents)
    terminal.say(f"{release.version} is indexed, {made}", version=release.version, **asdict(made))


@cli.command()
@click.argument("version")
@DATASET
@DOCUMENTS
@RELEASES
@pass_terminal
def publish(terminal: Terminal, version: str, dataset: Path, documents: Path | None, releases: Path | None) -> None:
    """Make a version the current release, once it is indexed; a running server switches to it."""
    release = terminal.shelf(dataset, releases).publish(version, terminal.ready(documents))
    terminal.say(f"current is now {release.version}", current=release.version)


@cli.command()
@DATASET
@DOCUMENTS
@RELEASES
@pass_terminal
def rollback(terminal: Terminal, dataset: Path, documents: Path | None, releases: Path | None) -> None:
    """Make the release that was current before the current one again."""
    release = terminal.shelf(dataset, releases).rollback(terminal.ready(documents))
    terminal.say(f"current is now {release.version}", current=release.version)


@cli.command()
@click.argument("old")
@click.argument("new")
@DATASET
@RELEASES
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "md", "ttl", "atom"]),
    default="text",
    help="Form of the comparison.",
)
@pass_terminal
def diff(terminal: Terminal, old: str, new: str, dataset: Path, releases: Path | None, form: str) -> None:
    """Compare two releases fact by fact."""
    from publisher.release.compare import compare

    shelf = terminal.shelf(dataset, releases)
    changes = compare(shelf.release(old), shelf.release(new))
    click.echo(changes.render("json" if terminal.machine else form), nl=False)


@cli.command()
@click.argument("version", required=False)
@DATASET
@RELEASES
@pass_terminal
def verify(terminal: Terminal, version: str | None, dataset: Path, releases: Path | None) -> None:
    """Prove every checksum of a release, the current one or a version."""
    from publisher.release.read import verify as prove

    shelf = terminal.shelf(dataset, releases)
    release = shelf.release(version) if version else shelf.current()
    count = prove(release)
    terminal.say(f"{release.version}: {count} files, every checksum holds", version=release.version, files=count)


@cli.command()
@click.argument("query", type=click.File(encoding="utf-8"))
@DATASET
@RELEASES
@click.option("--data", multiple=True, type=click.Path(path_type=Path), help="Ask this RDF file, not a release.")
@click.option("--format", "form", default="", help="Media type or its short name [json for rows, ttl for graphs].")
@pass_terminal
def query(
    terminal: Terminal, query: TextIO, dataset: Path, releases: Path | None, data: tuple[Path, ...], form: str
) -> None:
    """Answer a SPARQL query from a file (- for standard input), without a server."""
    from publisher.store.asking import ask

    place = data or terminal.shelf(dataset, releases).current()
    click.echo(ask(place, query.read(), form, terminal.settings).read(), nl=False)


@cli.command()
@click.argument("iri")
@DATASET
@RELEASES
@click.option("--format", "form", default="ttl", show_default=True, help="RDF syntax of the description.")
@pass_terminal
def describe(terminal: Terminal, iri: str, dataset: Path, releases: Path | None, form: str) -> None:
    """Describe a thing of the current release, by IRI or CURIE, in RDF."""
    from publisher.entities.local import describe_here

    release = terminal.shelf(dataset, releases).current()
    click.echo(describe_here(release, iri, form, terminal.settings), nl=False)


@cli.command()
@click.argument("wanted")
@DATASET
@pass_terminal
def explain(terminal: Terminal, wanted: str, dataset: Path) -> int:
    """Say which mapping rule, which file and which line made a thing (IRI or CURIE) or a quad (N-Quads line)."""
    from publisher import build

    made = build.explain(dataset, wanted)
    lines = [f"{each.line}\n    {each.mapping}: {each.triples_map}\n    {each.file}:{each.row}" for each in made]
    terminal.say("\n".join(lines) or f"nothing names {wanted}", quads=[asdict(each) for each in made])
    return _OK if made else _FINDINGS


@cli.command()
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
        return _OK
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
    return _OK


@cli.command()
@click.argument("url")
@DATASET
@RELEASES
@click.option("--version", default="latest", show_default=True, help="Version to fetch.")
@click.option("--publish", "live", is_flag=True, help="Make it the current release.")
@pass_terminal
def pull(terminal: Terminal, url: str, dataset: Path, releases: Path | None, version: str, *, live: bool) -> None:
    """Fetch a release that another Exportin publishes, and prove every checksum of it."""
    from publisher.release.pull import pull as fetch

    shelf = terminal.shelf(dataset, releases)
    release = fetch(url, shelf.root, version=version, progress=terminal.progress)
    if live:
        shelf.publish(release.version, terminal.ready(None))
    terminal.say(f"fetched {release.version} into {release.path}", version=release.version)


@cli.command("audit")
@click.argument("url")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "junit", "sarif"]),
    default="text",
    help="Form of the report.",
)
@click.option("--rate", default=5.0, show_default=True, help="Most requests a second.")
@click.option("--seconds", default=20.0, show_default=True, help="Longest that one request may take.")
@click.option("--allow-private", is_flag=True, help="Ask a site of a private network or of this machine.")
@click.option("--iri", "iris", multiple=True, help="Try this IRI instead of the examples that the site names.")
@pass_terminal
def audit_(terminal: Terminal, url: str, form: str, **given: Any) -> int:
    """Check any linked-data site as crawlers and FAIR assessors do; change nothing there."""
    from publisher.audit import audit

    return terminal.report(audit(url, progress=terminal.progress, **given), form)


@cli.command()
@click.argument("directory", type=click.Path(path_type=Path))
@DATASET
@RELEASES
@click.option("--static", "static", is_flag=True, required=True, help="Write plain files for any web host.")
@pass_terminal
def export(terminal: Terminal, directory: Path, dataset: Path, releases: Path | None, *, static: bool) -> None:
    """Write the whole site of the current release as files: pages, RDF of every thing, dumps."""
    from publisher.web.statically import export_site

    release = terminal.shelf(dataset, releases).current()
    done = export_site(release, directory, terminal.settings, progress=terminal.progress)
    terminal.say(f"wrote {len(done.files)} pages to {directory}", files=len(done.files), static=static)


@cli.command()
@click.argument("target")
@DATASET
@RELEASES
@click.option(
    "--out", "folder", type=click.Path(path_type=Path), default="w3id", show_default=True, help="Folder for it."
)
@click.option("--contact", default="", help="Who answers for the name, as w3id.org asks.")
@pass_terminal
def w3id(terminal: Terminal, target: str, dataset: Path, releases: Path | None, folder: Path, contact: str) -> None:
    """Write the redirect rules that lead the dataset's IRIs to the site at TARGET, for w3id.org or any Apache."""
    from publisher.release.w3id import write_w3id

    written = write_w3id(terminal.shelf(dataset, releases).current(), target, folder, contact=contact)
    terminal.say("\n".join(f"wrote {path}" for path in written), files=[str(path) for path in written])


@cli.command()
@DATASET
@RELEASES
@pass_terminal
def mcp(terminal: Terminal, dataset: Path, releases: Path | None) -> None:
    """Offer the current release to language-model tools by the Model Context Protocol, on standard input and output."""
    from publisher.mcp import serve as answer

    shelf = terminal.shelf(dataset, releases)
    answer(shelf.root, settings=terminal.settings, lines=sys.stdin, out=sys.stdout)


@cli.command()
@click.option("--store", "url", required=True, help="Address of the other engine's graph store or update service.")
@DATASET
@RELEASES
@click.option("--method", type=click.Choice(["graph-store", "update"]), default="graph-store", help="How it is sent.")
@click.option("--user", default="", help="Name to sign in with.")
@click.option("--password", default="", help="Password to sign in with; rather EXPORTIN_LOAD_PASSWORD.")
@pass_terminal
def load(terminal: Terminal, dataset: Path, releases: Path | None, **target: Any) -> None:
    """Load the current release into another engine, graph by graph."""
    from publisher.store.sending import Target, send

    release = terminal.shelf(dataset, releases).current()
    sent = send(release.quads, Target(**target), tell=terminal.progress)
    terminal.say(f"sent {sum(sent.values())} triples in {len(sent)} graphs", graphs=dict(sent))
