"""The live release in a web process: the next release takes the place of the one before between two requests.

The parent of the web processes opens a release and tells of it in a file; each process sees that, builds its own
application on the store that is open already, and from then on asks that. Requests that have begun end with the
application that they began with, and no connection is closed. It refuses to forget news that could not be followed:
they are tried again, for the release before is not served for ever.
"""

import logging
import pickle
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from publisher.web.serving.opening import Turn
from publisher.web.wsgi import Environ, Remembering, Start

_LOG = logging.getLogger("exportin.server")
_SECOND = 1.0


class News:
    """The file in which the parent tells its web processes what is live; in a folder that is the parent's alone."""

    def __init__(self, path: Path):
        """Take the path, where there need be no file yet."""
        self._path = path

    def tell(self, turn: Turn) -> None:
        """Tell that another release is live."""
        fresh = self._path.with_suffix(".new")
        fresh.write_bytes(pickle.dumps(turn))
        fresh.replace(self._path)

    def mark(self) -> int:
        """Give a number that changes with the news; 0 where there are none."""
        try:
            return self._path.stat().st_mtime_ns
        except FileNotFoundError:
            return 0

    def read(self) -> Turn:
        """Give what is live; raise OSError where there are no news."""
        turn: Turn = pickle.loads(self._path.read_bytes())  # noqa: S301 - written by our parent, readable by nobody else
        return turn


class Live:
    """The application of one web process, which changes with the live release."""

    def __init__(self, first: Remembering):
        """Take the application of the release that is live now."""
        self._application = first

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        """Answer with the application of the release that is live."""
        return self._application(environ, start)

    def recall(self, environ: Environ, start: Start) -> list[bytes] | None:
        """Answer with what the release that is live has finished, or give None."""
        return self._application.recall(environ, start)

    def follow(self, news: News, heard: int, make: Callable[[Turn], Remembering]) -> None:
        """Look for news once a second from now on; ``heard`` is the mark of those that are known already."""
        threading.Thread(target=self._follow, args=(news, heard, make), name="release-turn", daemon=True).start()

    def _follow(self, news: News, heard: int, make: Callable[[Turn], Remembering]) -> None:
        while True:
            time.sleep(_SECOND)
            now = news.mark()
            if now == heard:
                continue
            try:
                self._application = make(news.read())
                heard = now
            except Exception:  # noqa: BLE001 - whatever it was, to stay with a store that ends soon is worse
                _LOG.exception("a web process cannot turn to the live release, and tries again")
