"""Bringing quads into another engine: by the SPARQL 1.1 Graph Store Protocol, or by SPARQL Update.

Each graph that is sent replaces the graph of that name; others stay as they are. It refuses quads without a graph:
what an engine's default graph is, only that engine knows.
"""

import base64
import itertools
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import IO, Literal
from urllib.parse import quote, urlencode

import pyoxigraph as ox

from publisher.errors import StoreError, UsageError, Where
from publisher.store.loading import opened

Method = Literal["graph-store", "update"]
_BLOCK = 4 * 1024 * 1024
_TRIPLES = 500  # of one INSERT DATA; Virtuoso takes no more than 10 000 lines of a query
_AGENT = "exportin"


@dataclass(frozen=True, slots=True)
class Target:
    """Where to: the address of a graph store (``…/sparql-graph-crud-auth``, ``…/store``) or of an update service."""

    url: str
    method: Method = "graph-store"
    user: str = ""
    password: str = ""
    seconds: float = 600.0


def send(quads: Path, target: Target, *, tell: Callable[[str], None]) -> Mapping[str, int]:
    """Send the N-Quads of a file, plain or compressed, graph by graph; give the triples sent for each graph.

    Raises StoreError where the file cannot be read or the other side refuses, UsageError where it has no address.
    """
    if not target.url.startswith(("http://", "https://")):
        raise UsageError(f"this is no address of a store: {target.url!r}", fix="give one that begins with http://")
    counts: dict[str, int] = {}
    with tempfile.TemporaryDirectory(prefix="exportin-load-") as folder:
        for graph, (path, count, blanks) in _split(quads, Path(folder)).items():
            put = _by_update if target.method == "update" else _by_graph_store
            put(target, graph, path, whole=blanks)
            counts[graph] = count
            tell(f"{count} triples in <{graph}>")
    return counts


def _split(quads: Path, folder: Path) -> dict[str, tuple[Path, int, bool]]:
    """Write the triples of each graph as N-Triples; give file, number of triples, and whether it has blank nodes."""
    found: dict[str, tuple[Path, int, bool]] = {}
    streams: dict[str, IO[str]] = {}
    with ExitStack() as stack:
        for quad in _read(quads):
            if not isinstance(quad.graph_name, ox.NamedNode):
                message = "a quad without the IRI of a graph cannot be sent"
                raise StoreError(message, where=Where(str(quads)), fix="send a release, whose triples all have graphs")
            name = quad.graph_name.value
            if name not in streams:
                found[name] = (folder / f"{len(found)}.nt", 0, False)
                streams[name] = stack.enter_context(found[name][0].open("w", encoding="utf-8"))
            line = f"{quad.triple} .\n"
            streams[name].write(line)
            path, count, blanks = found[name]
            found[name] = (path, count + 1, blanks or "_:" in line)
    return found


def _read(quads: Path) -> Iterator[ox.Quad]:
    try:
        with opened(quads) as stream:
            yield from ox.parse(stream, ox.RdfFormat.N_QUADS)
    except SyntaxError as error:
        where = Where(str(quads), error.lineno or 0, error.offset or 0)
        raise StoreError(f"these are no N-Quads: {error.msg}", where=where) from None
    except OSError as error:
        raise StoreError(f"cannot read the quads: {error}", where=Where(str(quads))) from None


def _by_graph_store(target: Target, graph: str, path: Path, *, whole: bool) -> None:
    address = f"{target.url}{'&' if '?' in target.url else '?'}graph={quote(graph, safe='')}"
    method = "PUT"
    for block in _blocks(path, path.stat().st_size + 1 if whole else _BLOCK):
        kind = {
            "Content-Type": "text/turtle; charset=utf-8"
        }  # every N-Triples document is one, and all engines take it
        _send(urllib.request.Request(address, block, kind, method=method), target)  # noqa: S310 - http only
        method = "POST"


def _by_update(target: Target, graph: str, path: Path, *, whole: bool) -> None:
    def update(text: str) -> None:
        body = urlencode({"update": text}).encode()
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        _send(urllib.request.Request(target.url, body, kind, method="POST"), target)  # noqa: S310 - http only

    update(f"DROP SILENT GRAPH <{graph}>")
    with path.open(encoding="utf-8") as stream:
        if whole:  # blank nodes must be told in one piece, and Virtuoso takes none in INSERT DATA
            update(f"INSERT {{ GRAPH <{graph}> {{\n{stream.read()}}} }} WHERE {{}}")
            return
        while lines := list(itertools.islice(stream, _TRIPLES)):
            update(f"INSERT DATA {{ GRAPH <{graph}> {{\n{''.join(lines)}}} }}")


def _blocks(path: Path, size: int) -> Iterator[bytes]:
    """Give whole lines, about so many bytes at a time."""
    with path.open("rb") as stream:
        while block := stream.read(size):
            yield block + stream.readline()


def _authorisation(request: urllib.request.Request, target: Target) -> str | None:
    """Ask without a body first: a server that refuses a long one may close before it has said what it wants."""
    headers = {"User-Agent": _AGENT, "Content-Type": str(request.get_header("Content-type"))}
    probe = urllib.request.Request(request.full_url, b"", headers, method=request.get_method())  # noqa: S310 - http only
    try:
        with urllib.request.urlopen(probe, timeout=target.seconds):  # noqa: S310 - http only
            return None
    except urllib.error.HTTPError as error:
        with error:
            scheme, _, challenge = str(error.headers.get("WWW-Authenticate", "")).partition(" ")
    if scheme.lower() == "basic":
        return f"Basic {base64.b64encode(f'{target.user}:{target.password}'.encode()).decode()}"
    if scheme.lower() != "digest":
        return None
    secrets = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    secrets.add_password(None, target.url, target.user, target.password)
    told = urllib.request.parse_keqv_list(urllib.request.parse_http_list(challenge))
    return f"Digest {urllib.request.HTTPDigestAuthHandler(secrets).get_authorization(request, told)}"


def _send(request: urllib.request.Request, target: Target) -> None:
    request.add_header("User-Agent", _AGENT)
    try:
        answer = _authorisation(request, target) if target.user else None
        if answer:
            request.add_header("Authorization", answer)
        with urllib.request.urlopen(request, timeout=target.seconds) as reply:  # noqa: S310 - http only
            reply.read()
    except urllib.error.HTTPError as error:
        with error:
            said = error.read(500).decode("utf-8", "replace").strip().partition("\n")[0]
        refused = error.code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
        fix = "give a user and a password that may write there" if refused else None
        raise StoreError(f"{target.url} answers {error.code}: {said}", fix=fix, code="store.not-loaded") from None
    except (urllib.error.URLError, OSError) as error:
        told = getattr(error, "reason", error)
        fix = f"check that {target.url} answers"
        raise StoreError(f"the store cannot be reached: {told}", fix=fix, code="store.not-loaded") from None
