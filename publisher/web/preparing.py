"""Making the documents of a release ahead: a process of its own, in nobody's way, that ends when all are made.

Run as ``python -m publisher.web.preparing`` with what to make as JSON on its standard input. It answers the addresses
of all things as the server would, through the same layer, and what that layer keeps on disk is the result. It refuses
to go on when the server that began it is gone.
"""

import contextlib
import json
import logging
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType

from werkzeug.test import create_environ

from publisher.entities.lookup import Lookup
from publisher.errors import ExportinError
from publisher.rdf.media import HTML, Media
from publisher.release.read import open_release
from publisher.settings import Settings
from publisher.store.open import open_store
from publisher.web import create_app
from publisher.web.pages import Pages, kept_as
from publisher.web.passages import Texts
from publisher.web.paths import suffixed
from publisher.web.prepared import Prepared
from publisher.web.site import Site, site_of

_LOG = logging.getLogger("exportin.pages")
_NICE = 15


def begin(site: Site, pages: Path, names: Path) -> subprocess.Popen[bytes] | None:
    """Begin to make the documents of a site's release; None where there are more things than the setting allows."""
    most = site.settings.count("prepared_things")
    lookup = Lookup(names)
    count = len(lookup.all_iris()) if most else 0
    lookup.close()
    if site.release is None or not 0 < count <= most:
        return None
    order = {
        "release": str(site.release.path),
        "settings": dict(site.settings.values),
        "pages": str(pages),
        "names": str(names),
        "texts": str(site.texts.folder) if site.texts else None,
    }
    command = [sys.executable, "-P", "-m", "publisher.web.preparing"]
    try:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603 - this program itself
        if process.stdin:
            process.stdin.write(json.dumps(order).encode())
            process.stdin.close()
    except OSError as error:
        _LOG.info("pages are not made ahead: %s", error)
        return None
    return process


def prepare(site: Site, prepared: Prepared, parent: int | None = None) -> int:
    """Make every document of a site that is not there yet, and give how many were made."""
    application = Pages(create_app(site), prepared=prepared, megabytes=0)
    made = 0
    for address in _addresses(site):
        if kept_as(address) in prepared:
            continue
        if parent is not None and os.getppid() != parent:
            break
        environ = create_environ(address)
        for _ in application(environ, _unheard):
            pass
        made += 1
    return made


def _addresses(site: Site) -> Iterator[str]:
    """Give the address of each page, then those of the preferred RDF syntax; what a reader sees first is made first."""
    iris = dict.fromkeys([*site.about.examples, *(site.lookup.all_iris() if site.lookup else ())])
    wanted: list[Media] = [HTML, *site.graphs()[:1]]
    for media in wanted:
        for iri in iris:
            address = site.paths.page(iri)
            if "?" not in address and "#" not in address:
                yield suffixed(address, media)


def _unheard(status: str, headers: list[tuple[str, str]], error: object = None) -> None:
    """Take the beginning of an answer whose end nobody waits for."""


def _main() -> None:
    parent = os.getppid()
    os.nice(_NICE)
    with contextlib.suppress(AttributeError, OSError):  # where the system has such a policy
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    order = json.loads(sys.stdin.buffer.read())
    settings = Settings(MappingProxyType(order["settings"]))
    release = open_release(Path(order["release"]))
    store = open_store(release, settings=settings, prefixes=release.prefixes, base=release.base, isolated=False)
    texts = Texts(Path(order["texts"])) if order["texts"] else None
    site = site_of(release, store=store, settings=settings, lookup=Lookup(Path(order["names"])), texts=texts)
    prepare(site, Prepared(Path(order["pages"])), parent)


if __name__ == "__main__":
    try:
        _main()
    except (ExportinError, OSError, sqlite3.Error, ValueError) as error:
        _LOG.warning("pages are not made ahead: %s", error)
