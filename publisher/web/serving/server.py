"""Serving a site with Granian: a few processes, each with the thin layer in front, following the live release.

The parent process opens the release, starts its store, and looks at the link to the live release once a second; when it
points elsewhere the new release is opened first, then the web processes turn to it, and the old store is closed when
the requests that it had then are done. It refuses to stop serving because a new release cannot be opened: the old one
stays, and the log says why.
"""

import contextlib
import gc
import http.client
import logging
import os
import shutil
import signal
import socket
import sqlite3
import tempfile
import threading
import time
import webbrowser
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from publisher.errors import ExportinError, UsageError
from publisher.rdf.media import HTML
from publisher.settings import Settings
from publisher.store.broker import walls
from publisher.web import ANSWERS, METERS, create_app, meters
from publisher.web.kept.pages import Pages
from publisher.web.kept.prepared import Prepared
from publisher.web.serving import preparing
from publisher.web.serving.live import Live, News
from publisher.web.serving.opening import HEAVY, Opened, Sources, Turn, Union, open_sources, open_turn, weight_of
from publisher.web.serving.patience import Patience
from publisher.web.serving.preparing import Making
from publisher.web.site import Site
from publisher.web.wsgi import Application, Remembering

_LOG = logging.getLogger("exportin.server")
_SECOND = 1.0
_DRAIN = 30.0
_PATIENCE = 60.0
_SPARE_THREADS = 32
_BODY_SECONDS = 20.0
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server listens, and the path under which a proxy in front mounts the site."""

    host: str = "127.0.0.1"
    port: int = 8000
    prefix: str | None = None


class Serving:
    """What is served now; it can be put in another's place while requests are answered."""

    __slots__ = (
        "_again",
        "_folder",
        "_lock",
        "_making",
        "_news",
        "_opened",
        "_opening",
        "_pointed",
        "_stop",
        "_watched",
    )

    def __init__(
        self,
        opening: Callable[[], Opened],
        *,
        watched: Path | None = None,
        again: Callable[[Turn], Opened] | None = None,
    ):
        """Open the site; ``watched`` is the link whose target names the live release.

        ``again`` opens in a web process what ``opening`` has opened here.
        """
        self._opening = opening
        self._again = again
        self._watched = watched
        self._pointed = _target(watched)
        self._opened = opening()
        _warm(create_app(self._opened.site), self._opened.site)
        self._folder = Path(tempfile.mkdtemp(prefix="exportin-live-"))
        self._news = News(self._folder / "turn")
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._making: Making | None = None

    @property
    def opened(self) -> Opened:
        """Give the site that is served now."""
        return self._opened

    @property
    def making(self) -> Making | None:
        """Give the processes that make the pages of the site ahead, where they were begun."""
        return self._making

    def make_ahead(self) -> Making | None:
        """Begin to make the pages of the site that were not made when it was indexed, where they can be kept."""
        with self._lock:
            _ended(self._making)
            self._making = _making(self._opened)
            return self._making

    def read_names(self) -> bool:
        """Read the names that were left for later, and tell whether the web processes turn to a site with them."""
        try:
            self._opened = self._opened.with_names()
        except (ExportinError, OSError, sqlite3.Error) as error:
            if not self._stop.is_set():
                _LOG.error("the names could not be read: %s", error)
            return False
        self._news.tell(self._opened.turn(None))
        return self._opened.names is not None

    def begin(self) -> Application:
        """Begin a web process, and give its application; Ctrl-C reaches its parent alone, with which it ends.

        Granian's own handler waits for itself where it is called for two signals at once.
        """
        walls.end_with_parent()
        walls.leave_terminal()
        return self.application()

    def application(self) -> Application:
        """Give the application of one web process."""
        heard, opened = self._news.mark(), self._opened
        gc.freeze()  # what was imported before the fork is neither looked at again nor copied
        live = Live(_application(opened))
        again = self._again
        if again is not None:
            live.follow(self._news, heard, lambda turn: _application(again(turn), warm=True))
        settings = opened.site.settings
        share = 0 if settings.count("trusted_proxies") else threads(settings) // 2
        return Patience(live, share=share, seconds=_BODY_SECONDS, largest=settings.count("max_request_kb") * 1024)

    def look(self) -> Opened | None:
        """Open the release that is live now, where it is another one, and give the one before it."""
        pointed = _target(self._watched)
        if pointed is None or pointed == self._pointed:
            return None
        self._pointed = pointed
        try:
            opened = self._opening()
        except ExportinError as error:
            _LOG.error("the release at %s cannot be served, the one before stays: %s", pointed, error)
            return None
        before, self._opened = self._opened, opened
        self._news.tell(opened.turn(Path(pointed)))
        self.make_ahead()
        _LOG.warning("now serving %s %s", opened.site.about.name, opened.site.about.version)
        return before

    def follow(self) -> None:
        """Look at the link once a second until the end, and have the web processes turn to what it leads to."""
        while not self._stop.wait(_SECOND):
            before = self.look()
            if before is not None:
                drain = threading.Timer(_DRAIN, before.close)
                drain.daemon = True
                drain.start()

    def close(self) -> None:
        """Stop following and close the store."""
        self._stop.set()
        _ended(self._making)
        self._opened.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def _making(opened: Opened) -> Making | None:
    if opened.pages is None:
        return None
    site = opened.in_this_process()
    try:
        return preparing.begin(site, opened.pages)
    finally:
        if site.lookup:
            site.lookup.close()


def _ended(making: Making | None) -> None:
    if making is not None:
        making.end()


def _application(opened: Opened, *, warm: bool = False) -> Remembering:
    """Give the application on what is open, with the thin layer in front."""
    site = opened.in_this_process()
    app = create_app(site)
    if warm:
        _warm(app, site)
    count, recall = app.extensions[METERS].count, app.extensions[ANSWERS].recall
    return Pages(app, prepared=Prepared(opened.pages), count=count, queries=recall)


def _warm(app: Flask, site: Site) -> None:
    """Answer in this process, so that the web processes are forked with every module and template at hand.

    What a thing's page is made with, and the names that many pages mention, are read here once for all.
    """
    "exportin".encode("idna")
    client = app.test_client()
    for address in ("/healthz", *map(site.paths.page, site.about.examples[:1])):
        client.get(address, headers={"Accept": HTML.type}, follow_redirects=True)


def start(
    places: Sequence[Path],
    *,
    settings: Settings,
    tell: Tell,
    host: str = "127.0.0.1",
    port: int = 8000,
    browse: bool = False,
    store: str | None = None,
    base_iri: str | None = None,
    default_graph: Union = "union",
    documents: Path | None = None,
) -> None:
    """Serve a release, the live release of a shelf, or RDF files until the process is told to stop.

    ``port`` 0 takes a free one. ``documents`` is a folder with the documents' texts, of which passages are then shown.
    ``tell`` is told the address when the site answers; ``browse`` opens it in a browser.
    Raises UsageError, ReleaseError or StoreError where there is nothing to serve or the address is taken.
    """
    address = Address(host, _free(host, port))
    sources = Sources(tuple(places), settings, store, base_iri, default_graph, documents)
    counts = Path(tempfile.mkdtemp(prefix="exportin-counts-"))
    meters.share(counts)
    if weight_of(places) >= HEAVY:
        tell(f"loading {weight_of(places)} MiB of RDF")
    try:
        serving = Serving(
            lambda: open_sources(sources, at_once=True),
            watched=sources.watched,
            again=lambda turn: open_turn(turn, sources),
        )
        with contextlib.closing(serving):
            threading.Thread(target=_announce, args=(address, serving, tell, browse), daemon=True).start()
            serve(serving, address)
    finally:
        shutil.rmtree(counts, ignore_errors=True)


def threads(settings: Settings) -> int:
    """Give the threads of a web process: one for each query that may wait, and enough beside them for pages."""
    return settings.count("queue_length") + _SPARE_THREADS


def serve(serving: Serving, address: Address, *, processes: int | None = None) -> None:
    """Serve until the process is told to stop; ``processes`` is one for each core where it is None."""
    server = Granian(
        "publisher.web",
        address=address.host,
        port=address.port,
        interface=Interfaces.WSGI,
        workers=processes or min(4, os.cpu_count() or 1),
        blocking_threads=threads(serving.opened.site.settings),
        log_level=LogLevels.error,  # it warns of more threads than cores, but most of ours wait
        url_path_prefix=address.prefix,
        respawn_failed_workers=True,
        respawn_interval=1.0,
        workers_kill_timeout=10,
    )
    hung_up = signal.getsignal(signal.SIGHUP)

    @server.on_startup
    def end_with_terminal() -> None:
        """End where the terminal is closed, as Granian does not; stay where ``nohup`` has said so."""
        signal.signal(signal.SIGHUP, hung_up if hung_up is signal.SIG_IGN else signal.getsignal(signal.SIGTERM))

    threading.Thread(target=serving.follow, name="release-watch", daemon=True).start()
    server.serve(target_loader=serving.begin, wrap_loader=False)


def _announce(address: Address, serving: Serving, tell: Tell, browse: bool) -> None:  # noqa: FBT001 - a thread's argument
    shown = f"http://{_named(address.host)}:{address.port}"
    about = serving.opened.site.about
    if not _answers(address):
        return
    tell(f"serving {about.title} {about.version}".rstrip())
    tell(f"  {shown}/           the pages")
    tell(f"  {shown}/sparql     the query service")
    for iri in about.examples[:1]:
        tell(f"  {shown}{serving.opened.site.paths.page(iri)}")
    tell("  stop with Ctrl-C")
    if browse:
        webbrowser.open(f"{shown}/")
    if serving.opened.unread:
        tell("  reading the names; search by name comes after that")
        tell("  search by name is there" if serving.read_names() else "  search by name stays off")
    making = serving.make_ahead()  # only now, since it would keep the first visitor waiting
    if making is not None and making.processes:
        tell(f"  making {making.missing} pages ahead; each takes a moment longer until then")
        missing = making.wait(lambda _: None)
        if serving.making is making:
            tell(f"  {missing} pages could not be made ahead" if missing else "  every page is made")


def _answers(address: Address) -> bool:
    """Wait until the site answers; tell whether it did."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection(_named(address.host), address.port, timeout=2)
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:  # noqa: PLR2004 - the one status that means yes
                return True
        connection.close()
        time.sleep(0.05)
    return False


def _named(host: str) -> str:
    return "127.0.0.1" if host in ("0.0.0.0", "::", "") else host  # noqa: S104 - compared, not bound


def _free(host: str, port: int) -> int:
    """Give a port that can be bound; raise UsageError where the one asked for is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise UsageError(
                f"cannot listen on {host}:{port}: {error.strerror}", fix="choose another --port", code="usage.port"
            ) from None
        return int(probe.getsockname()[1])


def _target(watched: Path | None) -> str | None:
    try:
        return str(watched.resolve(strict=True)) if watched else None
    except OSError:
        return None
