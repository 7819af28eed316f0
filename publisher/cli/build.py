"""Commands that map and check: a whole dataset, or one mapping document or file of RDF by itself."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from publisher.cli.terminal import DATASET, DOCUMENTS, FINDINGS, FORMAT, OK, REASONER, RELEASES, Terminal, pass_terminal


@click.command("build")
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


@click.command()
@DATASET
@DOCUMENTS
@REASONER
@FORMAT
@pass_terminal
def check(terminal: Terminal, dataset: Path, form: str, **given: Any) -> int:
    """Do all that build does, but write nothing."""
    from publisher import build

    return terminal.outcome(build.check(dataset, terminal.options(**given), terminal.progress), form)


@click.command("map")
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


@click.command("validate")
@click.argument("data", type=click.Path(path_type=Path))
@click.option("--shapes", type=click.Path(path_type=Path), required=True, multiple=True, help="File of SHACL shapes.")
@FORMAT
@pass_terminal
def validate_(terminal: Terminal, data: Path, shapes: tuple[Path, ...], form: str) -> int:
    """Check an RDF file against SHACL shapes."""
    from publisher.validation import validate_file

    return terminal.report(validate_file(data, shapes, form)[0], form)


@click.command()
@click.argument("wanted")
@DATASET
@pass_terminal
def explain(terminal: Terminal, wanted: str, dataset: Path) -> int:
    """Say which mapping rule, which file and which line made a thing (IRI or CURIE) or a quad (N-Quads line)."""
    from publisher import build

    made = build.explain(dataset, wanted)
    lines = [f"{each.line}\n    {each.mapping}: {each.triples_map}\n    {each.file}:{each.row}" for each in made]
    terminal.say("\n".join(lines) or f"nothing names {wanted}", quads=[asdict(each) for each in made])
    return OK if made else FINDINGS
