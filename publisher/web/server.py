"""Serving a site with Granian: a few processes, each with the thin layer in front, following the current release.

Each process looks at the link to the current release once a second; when it points elsewhere the new release is opened
first, then requests go to it, and the old one is closed when its last answers are out. It refuses to stop serving
because a new release cannot be opened: the old one stays, and the log says why.
"""

import logging
import socket
import threading
import webbrowser
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Literal

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from publisher.errors import ExportinError, UsageError
from publisher.settings import Settings
from publisher.web import create_app
from publisher.web.opening import opening_of
from publisher.web.pages import Application, Environ, Pages, Start
from publisher.web.site import Site

_LOG = logging.getLogger("exportin.server")
_TRY = (
    ("/", "the dataset's page"),
    ("/sparql", "the query service and its editor"),
    ("/dumps/", "everything as files"),
    ("/void", "the description for machines"),
)
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


def start(
    sources: Sequence[Path],
    *,
    settings: Settings,
    tell: Callable[[str], None],
    host: str,
    port: int,
    browse: bool = False,
    store: str | None = None,
    base_iri: str | None = None,
    default_graph: Literal["union", "plain"] = "union",
) -> None:
    """Open what is to be served, tell its addresses, and serve until the process is told to stop.

    A link to a release is followed when it is moved to another one. Port 0 takes a free port.
    Raises UsageError where the port is taken.
    """
    opening = opening_of(sources, settings=settings, endpoint=store, base=base_iri, default_graph=default_graph)
    port = _free(host, port)
    root = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    tell(f"serving on {root}")
    for path, what in _TRY:
        tell(f"  {root}{path:<28} {what}")
    if browse:
        webbrowser.open(root)
    watched = sources[0] if len(sources) == 1 and sources[0].is_symlink() else None
    serve(opening, host=host, port=port, watched=watched)


def _free(host: str, port: int) -> int:
    """Give the port, or a free one for 0; raise UsageError where it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise UsageError(
                f"cannot listen on {host} port {port}: {error.strerror or error}",
                fix="choose another with --port or --host",
            ) from None
        return int(probe.getsockname()[1])


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
