"""Fetching a published release from another site, proving it, and putting it on the shelf: how replicas are made.

Nothing that the other side says is believed before it is proved: every file is read to its announced size and not a
byte further, names stay inside the folder, and only what matches its checksums reaches the shelf.
"""

import hashlib
import http.client
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

from publisher.errors import ReleaseError, UsageError, Where
from publisher.release import record
from publisher.release.read import SUMS, inside, open_release, verify
from publisher.release.record import File, Release
from publisher.release.shelf import Progress, Shelf, is_version, silent

RECORD_LIMIT = 64 << 20
_BLOCK = 1 << 18


def pull(
    url: str, shelf_root: Path, *, version: str = "latest", seconds: float = 30.0, progress: Progress = silent
) -> Release:
    """Fetch a release from the site at ``url``, verify it, and give it; it is not published yet.

    ``seconds`` is how long the other side may be silent. Raises UsageError for an address that is not HTTP, and
    ReleaseError ``release.unreachable`` (no answer), ``release.damaged`` (wrong bytes), ``release.exists`` or
    ``release.unwritable``; the shelf stays as it was.
    """
    if urlsplit(url).scheme not in {"http", "https"}:
        raise UsageError(f"{url!r} is not an address of the web", fix="give one that begins with https://")
    site = _Site(url.rstrip("/"), seconds)
    progress(f"asking {site.root} for {version}")
    text = site.small(f"dumps/{quote(version)}/{record.NAME}")
    found = record.from_json(text, Path(site.root))
    if not is_version(found.version) or version not in {"latest", found.version}:
        raise site.wrong(f"it calls itself version {found.version!r}, {version!r} was asked for")
    shelf = Shelf(shelf_root)
    with shelf.staged(found.version, progress) as folder:
        _check_room(site, found, folder)
        (folder / record.NAME).write_bytes(text)
        (folder / SUMS).write_bytes(site.small(f"dumps/{quote(found.version)}/{SUMS}"))
        for file in found.files.values():
            progress(f"fetching {file.name} ({file.size} bytes)")
            _fetch(site, file, found.version, folder)
        release = open_release(folder)
        verify(release)
        return shelf.settle(folder, found.version)


def _check_room(site: "_Site", found: Release, folder: Path) -> None:
    """Refuse a release that is announced to be larger than the room there is, before any of it is fetched."""
    wanted, free = sum(file.size for file in found.files.values()), shutil.disk_usage(folder).free
    if wanted > free:
        raise ReleaseError(
            f"the release at {site.root} is said to have {wanted} bytes; {free} are free here",
            where=Where(str(folder.parent)),
            fix="free some space or give another folder; if the size cannot be true, tell the people who run the site",
            code="release.unwritable",
        )


def _fetch(site: "_Site", file: File, version: str, folder: Path) -> None:
    place = inside(folder, file.name)
    place.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    size = 0
    with place.open("xb") as out:
        for block in site.blocks(f"dumps/{quote(version)}/{quote(file.name)}", file.size):
            out.write(block)
            digest.update(block)
            size += len(block)
    if size != file.size:
        raise site.wrong(f"{file.name} ends after {size} of {file.size} bytes")
    if digest.hexdigest() != file.sha256:
        raise site.wrong(f"the SHA-256 of {file.name} is {digest.hexdigest()}, its record says {file.sha256}")


class _Site:
    """The other side: HTTP and HTTPS only, also after a redirect."""

    def __init__(self, root: str, seconds: float):
        self.root = root
        self._seconds = seconds
        self._opener = urllib.request.OpenerDirector()
        for handler in (
            urllib.request.ProxyHandler(),
            urllib.request.HTTPHandler(),
            urllib.request.HTTPSHandler(),
            urllib.request.HTTPRedirectHandler(),
            urllib.request.HTTPDefaultErrorHandler(),
            urllib.request.HTTPErrorProcessor(),
        ):
            self._opener.add_handler(handler)

    def small(self, path: str) -> bytes:
        """Give the whole body of a small document."""
        return b"".join(self.blocks(path, RECORD_LIMIT))

    def blocks(self, path: str, limit: int) -> Iterator[bytes]:
        """Give a body block by block; raise ReleaseError where it is longer than the limit."""
        address = f"{self.root}/{path}"
        try:
            with self._opener.open(address, timeout=self._seconds) as answer:
                left = limit
                while block := answer.read(min(_BLOCK, left + 1)):
                    if len(block) > left:
                        raise self.wrong(f"{path} is longer than the {limit} bytes that it may have")
                    left -= len(block)
                    yield block
        except urllib.error.HTTPError as error:
            error.close()
            raise _unreachable(address, f"the site answers {error.code} {error.reason}") from None
        except (http.client.HTTPException, urllib.error.URLError, TimeoutError, ConnectionError) as error:
            raise _unreachable(address, str(error)) from None

    def wrong(self, message: str) -> ReleaseError:
        """Give the failure of a site that sends something else than it announced."""
        return ReleaseError(
            f"what this site sends is not the release that it announces: {message}",
            where=Where(self.root),
            fix="pull again; if it stays so, tell the people who run the site",
            code="release.damaged",
        )


def _unreachable(address: str, message: str) -> ReleaseError:
    return ReleaseError(
        f"no release could be fetched: {message}",
        where=Where(address),
        fix="check the address and that the site publishes its dumps, then pull again",
        code="release.unreachable",
    )
