"""Any SPARQL 1.1 endpoint as a store, asked by POST with a form, which every engine takes.

It refuses what it cannot promise: media types that the endpoint does not write as they are registered, and updates.
Where the graphs of the data are known, a query that names none is asked of these: the endpoint may hold others, and
count them to its default graph. The truth value of an ASK is written here, for Virtuoso answers it as a row.
"""

import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any

import pyoxigraph as ox
from SPARQLWrapper import POST, URLENCODED, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import (
    EndPointInternalError,
    EndPointNotFound,
    QueryBadFormed,
    SPARQLWrapperException,
)

from publisher.errors import NotOffered, Overloaded, QueryRejected, QueryTimedOut, StoreError
from publisher.rdf.media import CSV, GRAPHS, JSON, JSON_LD, N_TRIPLES, RDF_XML, RESULTS, TSV, TURTLE, XML, Media
from publisher.rdf.query import Form, read
from publisher.store.engines.embedded import too_many
from publisher.store.engines.sink import too_large
from publisher.store.policy import Policy
from publisher.store.port import Answer, Limits, Wanted, variant

OFFERED: tuple[Media, ...] = (JSON, XML, CSV, TSV, TURTLE, N_TRIPLES, RDF_XML, JSON_LD)
_PARSED = {
    JSON: ox.QueryResultsFormat.JSON,
    XML: ox.QueryResultsFormat.XML,
    TSV: ox.QueryResultsFormat.TSV,
}
_BOOLEANS = {**_PARSED, CSV: ox.QueryResultsFormat.CSV}
_LACKS = {"virtuoso": (TSV,)}  # cells of its TSV are not RDF terms
_PROBE_SECONDS = 5.0
_BUSY = (429, 503)
_AGENT = "exportin (SPARQLWrapper)"
_CSV_ROW = re.compile(rb'"[^"]*"|(\r?\n)')


class Remote:
    """A store behind an HTTP endpoint; ``offered`` are the media types that the endpoint writes as registered."""

    def __init__(
        self, endpoint: str, *, policy: Policy, offered: tuple[Media, ...] = OFFERED, graphs: Sequence[str] = ()
    ):
        """Take the URL of the endpoint, the policy, what the endpoint can write, and the graphs that hold the data."""
        self._endpoint = endpoint
        self._policy = policy
        self._offered = offered
        self._graphs = tuple(graphs)

    @property
    def offered(self) -> tuple[Media, ...]:
        """Give the media types that the endpoint was said to write."""
        return self._offered

    def query(
        self,
        text: str,
        media: Wanted,
        *,
        limits: Limits,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> Answer:
        """Send a query and give the whole answer, in memory."""
        query = read(text)
        self._policy.check(query)
        kind = self._offer(query.form, media)
        started = time.perf_counter()
        graphs = (tuple(default_graphs), tuple(named_graphs))
        if not any(graphs) and not query.has_dataset:
            graphs = (self._graphs, self._graphs)
        rows, truncated = None, None
        if query.form is Form.ASK:
            body = written(truth_of(self._send(text, JSON, limits, graphs)), kind)
        else:
            capped = query.capped(limits.rows + 1) if query.form is Form.SELECT else text
            body = self._send(capped, kind, limits, graphs)
        if query.form is Form.SELECT:
            rows = rows_of(body, kind)
            if rows is not None and rows > limits.rows:
                if not limits.partial:
                    raise too_many(limits.rows)
                body = self._send(query.capped(limits.rows), kind, limits, graphs)
                rows = truncated = limits.rows
        timings = (("exec", (time.perf_counter() - started) * 1e3),)
        return Answer(
            kind,
            body=body,
            rows=rows,
            truncated=truncated,
            timings=timings,
            form=query.form,
            volatile=query.volatile,
        )

    def _offer(self, form: Form, wanted: Wanted) -> Media:
        media = variant(wanted, form)
        family = GRAPHS if form in (Form.CONSTRUCT, Form.DESCRIBE) else RESULTS
        if media is not None and media in self._offered and (media in family or form is Form.UNKNOWN):
            return media
        offered = tuple(other.type for other in self._offered if other in family)
        asked = media.type if media else "what is asked for"
        raise NotOffered(f"this endpoint does not write {asked} for such a query", offered=offered)

    def status(self) -> dict[str, Any]:
        """Give the endpoint; whether it answers is told by asking it."""
        return {"ready": True, "endpoint": self._endpoint}

    def close(self) -> None:
        """Do nothing: each query has a connection of its own."""

    def _send(self, text: str, media: Media, limits: Limits, graphs: tuple[Sequence[str], Sequence[str]]) -> bytes:
        request = SPARQLWrapper(self._endpoint, agent=_AGENT)
        request.setMethod(POST)
        request.setRequestMethod(URLENCODED)
        request.setOnlyConneg(True)
        request.addCustomHttpHeader("Accept", media.type)
        request.setTimeout(max(1, round(limits.seconds)))
        for name, iris in zip(("default-graph-uri", "named-graph-uri"), graphs, strict=True):
            for iri in iris:
                request.addParameter(name, iri)
        request.setQuery(text)
        try:
            with request.query().response as response:
                body = bytes(response.read(limits.bytes + 1))
        except (SPARQLWrapperException, urllib.error.URLError, OSError) as error:
            raise self._failure(error, limits) from None
        if len(body) > limits.bytes:
            raise too_large(limits.bytes)
        return body

    def _failure(self, error: Exception, limits: Limits) -> StoreError:
        if isinstance(error, QueryBadFormed):
            return QueryRejected(f"the endpoint refuses the query: {_words(error)}")
        if isinstance(error, TimeoutError) or isinstance(getattr(error, "reason", None), TimeoutError):
            return QueryTimedOut(f"the endpoint did not answer in {limits.seconds:g} s", seconds=limits.seconds)
        if isinstance(error, urllib.error.HTTPError) and error.code in _BUSY:
            return Overloaded(f"the endpoint is busy ({error.code})", retry_after=5)
        if isinstance(error, EndPointNotFound):
            return StoreError("there is no endpoint at this address", fix=f"check {self._endpoint}")
        if isinstance(error, EndPointInternalError):
            return StoreError(f"the endpoint failed on this query: {_words(error)}")
        return StoreError(f"the endpoint cannot be reached: {error}", fix=f"check that {self._endpoint} answers")


def offered_by(endpoint: str) -> tuple[Media, ...]:
    """Give what an endpoint writes as registered, by the name of its engine; all of it where none answers."""
    try:
        with urllib.request.urlopen(endpoint, timeout=_PROBE_SECONDS) as reply:  # noqa: S310 - an endpoint's URL
            engine = str(reply.headers.get("Server", "")).lower()
    except urllib.error.HTTPError as error:
        engine = str(error.headers.get("Server", "")).lower()
        error.close()
    except (OSError, ValueError):
        return OFFERED
    lacks = next((lacking for name, lacking in _LACKS.items() if name in engine), ())
    return tuple(media for media in OFFERED if media not in lacks)


def truth_of(body: bytes) -> bool:
    """Give the answer of an ASK: SPARQL 1.1 JSON results, a bare word, or a row of one number; raise StoreError."""
    try:
        found = json.loads(body)
        if isinstance(found, dict) and "boolean" not in found:
            found = next((cell["value"] for row in found["results"]["bindings"] for cell in row.values()), "false")
        value = found["boolean"] if isinstance(found, dict) else found
    except (ValueError, KeyError, TypeError, AttributeError):
        value = body.decode("utf-8", "replace").strip()
    word = str(value).lower()
    if word not in ("true", "false", "1", "0"):
        raise StoreError(f"the endpoint answered an ASK with {word[:80]!r}")
    return word in ("true", "1")


def written(truth: bool, media: Media) -> bytes:  # noqa: FBT001 - it is the value, not a switch
    """Give a truth value in a media type, as our own engine writes it."""
    if media not in _BOOLEANS:
        raise NotOffered(f"an ASK cannot be written as {media.type}", offered=tuple(each.type for each in _BOOLEANS))
    found = ox.Store().query("ASK {}" if truth else "ASK { FILTER(false) }")
    if not isinstance(found, ox.QueryBoolean):
        raise StoreError("the engine gave no truth value")
    return found.serialize(format=_BOOLEANS[media]) or b""


def rows_of(body: bytes, media: Media) -> int | None:
    """Count the rows of an answer that any engine wrote; raise StoreError where it is not what it says it is."""
    if media is CSV:
        rows = sum(1 for match in _CSV_ROW.finditer(body) if match[1])
        return rows - 1 if body.endswith(b"\n") else rows
    try:
        found = ox.parse_query_results(body, format=_PARSED[media])
        return sum(1 for _ in found) if isinstance(found, ox.QuerySolutions) else None
    except (SyntaxError, ValueError) as error:
        raise StoreError(f"the endpoint's answer is not {media.label}: {error}") from None


def _words(error: Exception) -> str:
    """Give the first line of what the endpoint said."""
    text = str(error).partition("Response:")[2].strip() or str(error)
    if text.startswith(("b'", 'b"')):
        text = text[2:-1].replace("\\n", "\n")
    return text.strip().partition("\n")[0][:300]
