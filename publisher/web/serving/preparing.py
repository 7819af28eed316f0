"""Making the documents of a release ahead: processes of their own, in nobody's way, that end when all are made.

Run as ``python -m publisher.web.serving.preparing`` with what to make as JSON on its standard input. Each process takes
its share of the things, a hundred at a time, and asks for their documents as a client of the server would, through the
same layer: what that layer keeps on disk is the result. A process that is ended leaves whole documents or none, and the
next one goes on where it stopped. It refuses to go on when whoever began it is gone, and when the disk is full.
"""

import contextlib
import gc
import json
import logging
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from werkzeug.test import create_environ

from publisher.entities.names.lookup import Lookup
from publisher.entities.page.ahead import read_descriptions, read_pages
from publisher.errors import ExportinError
from publisher.rdf.media import HTML, Media
from publisher.release.read import open_release
from publisher.settings import Settings
from publisher.store.broker import walls
from publisher.store.open import open_store
from publisher.web import create_app
from publisher.web.kept.pages import Pages, kept_as
from publisher.web.kept.prepared import Prepared
from publisher.web.passages import Texts
from publisher.web.paths import suffixed
from publisher.web.site import Site, site_of
from publisher.web.wsgi import Application

_LOG = logging.getLogger("exportin.pages")
_NICE = 15
_LOT = 100
_SYNTAXES = 2
_MOST_PROCESSES = 4
_LOOK = 0.25
_STEPS = 10
_GARBAGE = 50_000
Going = Callable[[], bool]
Tell = Callable[[str], None]
Wanted = tuple[str, str]  # the IRI of a thing and the address of one of its documents


@dataclass(frozen=True, slots=True)
class Making:
    """The processes that make the documents of one release, and how many there are to make."""

    processes: tuple[subprocess.Popen[bytes], ...]
    pages: Path
    missing: int

    def wait(self, tell: Tell) -> int:
        """Wait until all have ended, telling how far they are, and give how many documents are still missing."""
        prepared = Prepared(self.pages)
        before, told = prepared.count(), -1
        while any(process.poll() is None for process in self.processes):
            done = prepared.count() - before
            if done * _STEPS // self.missing > told:
                told = done * _STEPS // self.missing
                tell(f"making pages: {done} of {self.missing}")
            time.sleep(_LOOK)
        made = prepared.count() - before
        prepared.close()
        return max(self.missing - made, 0)

    def end(self) -> None:
        """End the processes."""
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait()


def begin(site: Site, pages: Path, *, calm: bool = True) -> Making:
    """Begin to make the documents of a site's release that are not there yet.

    None are made where there are more things than the setting allows. ``calm`` leaves the machine to whoever else
    wants it, as a server does.
    """
    most = site.settings.count("prepared_things")
    if not most or site.release is None or site.lookup is None or len(site.lookup.all_iris()) > most:
        return Making((), pages, 0)
    prepared = Prepared(pages)
    missing = sum(len(wanted) for _, wanted in _missing(site, prepared))
    prepared.close()
    if not missing or prepared.failed:
        return Making((), pages, missing)
    order = {
        "release": str(site.release.path),
        "settings": dict(site.settings.values),
        "pages": str(pages),
        "names": str(site.lookup.path),
        "texts": str(site.texts.folder) if site.texts else None,
        "calm": calm,
    }
    shares = min(_MOST_PROCESSES, os.cpu_count() or 1)
    try:
        return Making(tuple(_process({**order, "share": [each, shares]}) for each in range(shares)), pages, missing)
    except OSError as error:
        _LOG.info("pages are not made ahead: %s", error)
        return Making((), pages, missing)


def _process(order: dict[str, object]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-P", "-m", "publisher.web.serving.preparing"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, process_group=0)  # noqa: S603 - this program itself
    if process.stdin:
        process.stdin.write(json.dumps(order).encode())
        process.stdin.close()
    return process


def prepare(site: Site, prepared: Prepared, *, share: tuple[int, int] = (0, 1), going: Going = lambda: True) -> int:
    """Make the documents of a site that are not there yet, and give how many were made.

    ``share`` is which part of them is made here, of how many; ``going`` tells whether to go on.
    """
    application = Pages(create_app(site), prepared=prepared, megabytes=0)
    inbound = site.settings.count("inbound_limit")
    made = 0
    for media, wanted in _missing(site, prepared, share):
        for begin_at in range(0, len(wanted), _LOT):
            lot = wanted[begin_at : begin_at + _LOT]
            read = read_pages if media is HTML else read_descriptions
            read(site.reader, tuple(dict.fromkeys(iri for iri, _ in lot)), inbound=inbound)
            for _, address in lot:
                if prepared.failed:
                    _LOG.warning("no more pages are made ahead: %s", prepared.failed)
                    return made
                if not going():
                    return made
                _ask(application, address)
                made += 1
            prepared.flush()
    return made


def _ask(application: Application, address: str) -> None:
    for _ in application(create_environ(address), _unheard):
        pass


def _missing(
    site: Site, prepared: Prepared, share: tuple[int, int] = (0, 1)
) -> Iterator[tuple[Media, Sequence[Wanted]]]:
    """Give what is to be made: each page first, which a reader sees first, then the documents in RDF.

    A share is one of all documents, those that are there too: so shares fit, however far others are by now.
    """
    part, parts = share
    named = [*site.about.examples, *(site.lookup.all_iris() if site.lookup else ())]
    iris = dict.fromkeys(iri for iri in named if iri not in site.retired)
    pages = [(iri, page) for iri in iris for page in (site.paths.page(iri),) if "?" not in page and "#" not in page]
    there = prepared.addresses()
    kinds: tuple[tuple[Media, ...], ...] = ((HTML,), site.graphs()[:_SYNTAXES])
    for media in kinds:
        wanted = [(iri, suffixed(page, kind)) for iri, page in pages for kind in media]
        yield media[0], [one for one in wanted[part::parts] if kept_as(one[1]) not in there]


def _unheard(status: str, headers: list[tuple[str, str]], error: object = None) -> None:
    """Take the beginning of an answer whose end nobody waits for."""


def _main() -> None:
    parent = os.getppid()
    walls.leave_terminal()
    gc.freeze()  # what was imported is for ever, and need not be looked at again
    gc.set_threshold(_GARBAGE)
    order = json.loads(sys.stdin.buffer.read())
    if order["calm"]:
        _calm()
    settings = Settings(MappingProxyType(order["settings"]))
    release = open_release(Path(order["release"]))
    store = open_store(release, settings=settings, prefixes=release.prefixes, base=release.base, isolated=False)
    texts = Texts(Path(order["texts"])) if order["texts"] else None
    site = site_of(release, store=store, settings=settings, lookup=Lookup(Path(order["names"])), texts=texts)
    part, parts = order["share"]
    prepared = Prepared(Path(order["pages"]), lot=_LOT)
    prepare(site, prepared, share=(part, parts), going=lambda: os.getppid() == parent)
    prepared.close()


def _calm() -> None:
    os.nice(_NICE)
    with contextlib.suppress(AttributeError, OSError):  # where the system has such a policy
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


if __name__ == "__main__":
    try:
        _main()
    except (ExportinError, OSError, sqlite3.Error, ValueError) as error:
        _LOG.warning("pages are not made ahead: %s", error)
