"""The command itself: its own options, and what every foreseen failure becomes."""

import errno
import json
import logging
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import Never

import click
from rich.console import Console

import publisher
from publisher.cli import build, curate, release, serve
from publisher.cli.terminal import INTERRUPTED, OK, USAGE, Terminal
from publisher.errors import ExportinError
from publisher.settings import settings_from


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


for _commands in (curate, build, release, serve):
    for _each in vars(_commands).values():
        if isinstance(_each, click.Command):
            cli.add_command(_each)


def main() -> Never:
    """Run the command; every foreseen failure becomes a message and an exit status, never a traceback."""
    machine = "--json" in sys.argv
    interrupts: list[int] = []
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, lambda number, frame: _interrupt(interrupts, number, frame))
    try:
        status = cli.main(standalone_mode=False)
    except (click.exceptions.Abort, KeyboardInterrupt):
        sys.exit(_interrupted(machine=machine))
    except Exception as error:
        if interrupts:  # a library that was calling Python may hand an interrupt on as an error of its own
            sys.exit(_interrupted(machine=machine))
        failure = _failure(error, machine=machine)
        if failure is None:
            raise
        sys.exit(failure)
    sys.exit(status if isinstance(status, int) else OK)


def _interrupt(interrupts: list[int], number: int, frame: FrameType | None) -> None:
    interrupts.append(number)
    signal.default_int_handler(number, frame)


def _failure(error: Exception, *, machine: bool) -> int | None:
    """Tell a foreseen failure and give its exit status; None for any other, which is a bug."""
    match error:
        case click.ClickException() if not machine:
            error.show()
            return USAGE
        case click.ClickException():
            return _complain(error.format_message(), "usage.wrong", USAGE, machine=machine)
        case ExportinError():
            return _complain(str(error), error.reason, error.exit_status, machine=machine)
        case OSError():
            return _complain(_of_system(error), "system.failed", USAGE, machine=machine)
    return None


def _interrupted(*, machine: bool) -> int:
    return _complain("interrupted; nothing was changed", "interrupted", INTERRUPTED, machine=machine)


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
