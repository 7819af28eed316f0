"""Commands for releases: make one current, compare and verify them, take them elsewhere."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from publisher.cli.terminal import DATASET, DOCUMENTS, RELEASES, Terminal, pass_terminal


@click.command()
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


@click.command("index")
@click.argument("version", required=False)
@DATASET
@DOCUMENTS
@RELEASES
@pass_terminal
def index_(
    terminal: Terminal, version: str | None, dataset: Path, documents: Path | None, releases: Path | None
) -> None:
    """Make ready what a server opens of a release, the current one or a version: its index and its pages."""
    from publisher.web.serving.indexing import index

    shelf = terminal.shelf(dataset, releases)
    release = shelf.release(version) if version else shelf.current()
    made = index(release, settings=terminal.settings, tell=terminal.progress, texts=documents)
    terminal.say(f"{release.version} is indexed, {made}", version=release.version, **asdict(made))


@click.command()
@click.argument("version")
@DATASET
@DOCUMENTS
@RELEASES
@pass_terminal
def publish(terminal: Terminal, version: str, dataset: Path, documents: Path | None, releases: Path | None) -> None:
    """Make a version the current release, once it is indexed; a running server switches to it."""
    release = terminal.shelf(dataset, releases).publish(version, terminal.ready(documents))
    terminal.say(f"current is now {release.version}", current=release.version)


@click.command()
@DATASET
@DOCUMENTS
@RELEASES
@pass_terminal
def rollback(terminal: Terminal, dataset: Path, documents: Path | None, releases: Path | None) -> None:
    """Make the release that was current before the current one again."""
    release = terminal.shelf(dataset, releases).rollback(terminal.ready(documents))
    terminal.say(f"current is now {release.version}", current=release.version)


@click.command()
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


@click.command()
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


@click.command()
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


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
@DATASET
@RELEASES
@click.option("--static", "static", is_flag=True, required=True, help="Write plain files for any web host.")
@pass_terminal
def export(terminal: Terminal, directory: Path, dataset: Path, releases: Path | None, *, static: bool) -> None:
    """Write the whole site of the current release as files: pages, RDF of every thing, dumps."""
    from publisher.web.serving.statically import export_site

    release = terminal.shelf(dataset, releases).current()
    done = export_site(release, directory, terminal.settings, progress=terminal.progress)
    terminal.say(f"wrote {len(done.files)} pages to {directory}", files=len(done.files), static=static)


@click.command()
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


@click.command()
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
