"""Commands that answer from a release, and one that asks how well others do."""

import sys
from pathlib import Path
from typing import Any, TextIO

import click

from publisher.cli.terminal import DATASET, DOCUMENTS, OK, RELEASES, Terminal, pass_terminal


@click.command()
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
    from publisher.web.serving import server

    place = build.dataset_in(sources)
    if place is not None:
        outcome = build.draft(place, terminal.options(documents=documents, releases=releases), terminal.progress)
        if outcome.served is None:
            return terminal.report(outcome.report)
        sources = (outcome.served,)
    server.start(sources, settings=terminal.settings, tell=terminal.tell, documents=documents, **given)
    return OK


@click.command()
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


@click.command()
@click.argument("iri")
@DATASET
@RELEASES
@click.option("--format", "form", default="ttl", show_default=True, help="RDF syntax of the description.")
@pass_terminal
def describe(terminal: Terminal, iri: str, dataset: Path, releases: Path | None, form: str) -> None:
    """Describe a thing of the current release, by IRI or CURIE, in RDF."""
    from publisher.entities.page.local import describe_here

    release = terminal.shelf(dataset, releases).current()
    click.echo(describe_here(release, iri, form, terminal.settings), nl=False)


@click.command("audit")
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


@click.command()
@DATASET
@RELEASES
@pass_terminal
def mcp(terminal: Terminal, dataset: Path, releases: Path | None) -> None:
    """Offer the current release to language-model tools by the Model Context Protocol, on standard input and output."""
    from publisher.mcp import serve as answer

    shelf = terminal.shelf(dataset, releases)
    answer(shelf.root, settings=terminal.settings, lines=sys.stdin, out=sys.stdout)
