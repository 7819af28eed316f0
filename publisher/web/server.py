"""Serving a site with Granian: a few processes, each with the thin layer in front, following the current release.

Each process looks at the link to the current release once a second; when it points elsewhere the new release is opened
first, then requests go to it, and the old one is closed when its last answers are out. It refuses to stop serving
because a new release cannot be opened: the old one stays, and the log says why.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from publisher.errors import ExportinError
from publisher.web import create_app
from publisher.web.pages import Application, Environ, Pages, Start
from publisher.web.site import Site

_LOG = logging.getLogger("exportin.server")
_SECOND = 1.0
_DRAIN = 60.0


class Current:
    """The application that is served now; it can be put in another's place while requests are answered."""

    __slots__ = ("_application", "_opening", "_pointed", "_site", "_stop", "_watched")

    def __init__(self, opening: Callable[[], Site], *, watched: Path | None = None):
        """Open the site; ``watched`` is the link whose target names the current release."""
        self._opening = opening
        self._watched = watched
        self._pointed = _target(watched)
        self._site = opening()
        self._application: Application = Pages(create_app(self._site))
        self._stop = threading.Event()

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        """Answer a request from the release that is current when it comes."""
        return self._application(environ, start)

    def watch(self) -> None:
        """Follow the link until the process ends, in a thread of its own."""
        if self._watched is not None:
            threading.Thread(target=self._follow, name="release-watch", daemon=True).start()

    def look(self) -> bool:
        """Open the release that is current now, where it is another one; tell whether it was."""
        pointed = _target(self._watched)
        if pointed is None or pointed == self._pointed:
            return False
        self._pointed = pointed
        try:
            site = self._opening()
        except ExportinError as error:
            _LOG.error("the new release %s cannot be served, the old one stays: %s", pointed, error)
            return False
        old, self._site = self._site, site
        self._application = Pages(create_app(site))
        drain = threading.Timer(_DRAIN, _close, (old,))
        drain.daemon = True
        drain.start()
        _LOG.warning("now serving %s %s", site.about.name, site.about.version)
        return True

    def close(self) -> None:
        """Stop following and close the site."""
        self._stop.set()
        _close(self._site)

    def _follow(self) -> None:
        while not self._stop.wait(_SECOND):
            self.look()


def serve(
    opening: Callable[[], Site],
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    processes: int = 1,
    watched: Path | None = None,
    prefix: str | None = None,
) -> None:
    """Serve a site until the process is told to stop.

    ``opening`` is called once in each process, and again when the release changes. ``prefix`` is the path under which
    a proxy in front mounts the site.
    """
    server = Granian(
        "publisher.web.server:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=8,
        backlog=1024,
        log_level=LogLevels.warning,
        url_path_prefix=prefix,
        respawn_failed_workers=True,
    )
    server.serve(target_loader=partial(application, opening, watched), wrap_loader=False)


def application(opening: Callable[[], Site], watched: Path | None = None) -> Application:
    """Give the application of one process, following the current release."""
    current = Current(opening, watched=watched)
    current.watch()
    return current


def _target(watched: Path | None) -> str | None:
    try:
        return str(watched.resolve()) if watched else None
    except OSError:
        return None


def _close(site: Site) -> None:
    site.store.close()
    if site.lookup:
        site.lookup.close()
