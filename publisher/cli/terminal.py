"""How a call of the command speaks, and the options that several commands share."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.markup import escape
from rich.status import Status

from publisher.settings import Settings

if TYPE_CHECKING:
    from publisher.audit import Report as Audit
    from publisher.build import Options, Outcome
    from publisher.release.shelf import Ready, Shelf
    from publisher.validation import Report

OK, FINDINGS, USAGE, INTERRUPTED = 0, 1, 2, 130
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
        from publisher.web.serving.indexing import index

        return lambda release: self.progress(
            str(index(release, settings=self.settings, tell=self.progress, texts=texts))
        )

    def report(self, report: "Report | Audit", form: str = "text") -> int:
        """Show a report, to a program as JSON, and give the exit status that it means."""
        self.step.stop()
        form = "json" if self.machine and form == "text" else form
        click.echo(report.render(form, colour=form == "text" and sys.stdout.isatty()), nl=False)
        return OK if report.conforms else FINDINGS

    def outcome(self, outcome: "Outcome", form: str = "text") -> int:
        """Show what came of a build: the report, then the release where one was made."""
        status = self.report(outcome.report, form)
        if outcome.release is not None and not self.machine:
            self.tell(
                f"released {outcome.release.version}: {outcome.release.counts['quads']} quads in {outcome.release.path}"
            )
        return status


pass_terminal: Callable[[Callable[..., Any]], Callable[..., Any]] = click.make_pass_decorator(Terminal)
