"""Any SPARQL 1.1 endpoint as a store, asked by POST with a form, which every engine takes.

It refuses what it cannot promise: media types that the endpoint was not said to write, and updates. The endpoint
itself decides what its default graph is. An ASK that it answers as bare text is written as JSON (Virtuoso does so).
"""

import re
import time
import urllib.error
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
from publisher.rdf.media import CSV, JSON, JSON_LD, N_TRIPLES, RDF_XML, TSV, TURTLE, XML, Media
from publisher.rdf.query import Form, read
from publisher.store.embedded import too_many
from publisher.store.policy import Policy
from publisher.store.port import Answer, Limits
from publisher.store.sink import too_large

OFFERED: tuple[Media, ...] = (JSON, XML, CSV, TSV, TURTLE, N_TRIPLES, RDF_XML, JSON_LD)
_PARSED = {
    JSON: ox.QueryResultsFormat.JSON,
    XML: ox.QueryResultsFormat.XML,
    TSV: ox.QueryResultsFormat.TSV,
}
_BUSY = (429, 503)
_AGENT = "exportin (SPARQLWrapper)"
_CSV_ROW = re.compile(rb'"[^"]*"|(\r?\n)')


class Remote:
    """A store behind an HTTP endpoint; ``offered`` are the media types that the endpoint writes as registered."""

    def __init__(self, endpoint: str, *, policy: Policy, offered: tuple[Media, ...] = OFFERED):
        """Take the URL of the endpoint, the policy, and what the endpoint can write."""
        self._endpoint = endpoint
        self._policy = policy
        self._offered = offered

    @property
    def offered(self) -> tuple[Media, ...]:
        """Give the media types that the endpoint was said to write."""
        return self._offered

    def query(
        self,
        text: str,
        media: Media,
        *,
        limits: Limits,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> Answer:
        """Send a query and give the whole answer, in memory."""
        query = read(text)
        self._policy.check(query)
        if media not in self._offered:
            raise NotOffered(
                f"this endpoint does not write {media.type}", offered=tuple(other.type for other in self._offered)
            )
        started = time.perf_counter()
        capped = query.capped(limits.rows + 1) if query.form is Form.SELECT else text
        body = self._send(capped, media, limits, (default_graphs, named_graphs))
        rows, truncated = None, None
        if query.form is Form.ASK and media is JSON:
            body = as_boolean(body)
        elif query.form is Form.SELECT:
            rows = rows_of(body, media)
            if rows is not None and rows > limits.rows:
                if not limits.partial:
                    raise too_many(limits.rows)
                body = self._send(query.capped(limits.rows), media, limits, (default_graphs, named_graphs))
                rows = truncated = limits.rows
        timings = (("exec", (time.perf_counter() - started) * 1e3),)
        return Answer(media, body=body, rows=rows, truncated=truncated, timings=timings)

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


def as_boolean(body: bytes) -> bytes:
    """Give the answer of an ASK as SPARQL 1.1 JSON results, where the endpoint wrote a bare word."""
    word = body.strip().strip(b'"').lower()
    if word not in (b"true", b"false", b"1", b"0"):
        return body
    return b'{"head":{},"boolean":' + (b"true" if word in (b"true", b"1") else b"false") + b"}"


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
