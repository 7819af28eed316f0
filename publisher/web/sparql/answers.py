"""A thin WSGI layer in front of Flask: queries are answered without it.

Every request of the SPARQL protocol is read here, and every query is run, counted and logged here. An answer that is
rows or RDF goes out at once; what people read (the editor, a table of results, a problem) is left to the views of
``endpoint``, which find in the environment what was asked and what came of it. Answers are kept in memory by the bytes
of the request: the second time nobody reads the query again.
"""

import time
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from werkzeug.exceptions import HTTPException
from werkzeug.http import http_date, is_resource_modified
from werkzeug.wsgi import ClosingIterator, FileWrapper, get_input_stream

from publisher.errors import ExportinError, NotOffered
from publisher.rdf.media import HTML, TURTLE, Media
from publisher.rdf.query import Form, read
from publisher.store.port import Answer, Variants
from publisher.web import headers, negotiation, problems
from publisher.web.kept.memory import LARGEST, Kept, Memory
from publisher.web.meters import Meters
from publisher.web.paths import QUERY_ADDRESS, QUERY_ADDRESSES
from publisher.web.site import Site
from publisher.web.sparql import protocol
from publisher.web.sparql.query_log import Entry, QueryLog, name_of
from publisher.web.wsgi import Application, Environ, Start

ASKED = "exportin.asked"
VIEW = "endpoint"
_BODIES = ("POST", "QUERY")
_READING = ("GET", "HEAD")
_WHOLE, _UNCHANGED = 200, 304
_BLOCK = 256 * 1024
_CHOICES = 1000
_HIT = ("X-Cache", "hit")
_NOTHING = Variants(None, None)


class Asked(NamedTuple):
    """A request of the protocol and what came of it: an answer in the media type, or the problem that it is.

    Both are None for a request without a query, which asks for the service itself.
    """

    request: protocol.SparqlRequest
    media: Media = HTML
    answer: Answer | None = None
    problem: problems.Problem | None = None

    def entry(self, *, counted: bool) -> Entry:
        """Give what the log says of it; ``counted`` tells the rows too, where that costs something."""
        query, answer = self.request.query or "", self.answer
        if self.problem is not None or answer is None:
            form = read(query).form.value or "unknown" if query else "none"
            outcome, status = (self.problem.kind, self.problem.status) if self.problem else ("answered", _WHOLE)
            return Entry(name_of(query), form, status, outcome)
        cache = "disk" if answer.cached else "miss" if answer.etag else "none"
        form = answer.form.value or "unknown"
        rows = answer.count_rows() if counted else answer.rows
        return Entry(name_of(query), form, _WHOLE, "answered", cache, rows, _size(answer))


class Choice(NamedTuple):
    """What a client gets for rows, and what for RDF: a variant, or the problem that it takes none."""

    rows: Media | problems.Problem
    graph: Media | problems.Problem
    wanted: Variants

    def of(self, form: Form) -> Media | problems.Problem:
        """Give what it is for a query of a form."""
        return self.graph if form in (Form.CONSTRUCT, Form.DESCRIBE) else self.rows


class Answers:
    """The layer over one application; made anew with each release, so nothing old is ever served."""

    def __init__(self, site: Site, application: Application, *, meters: Meters, log: QueryLog):
        """Take the site, the application behind, and where queries are counted and logged."""
        self._site = site
        self._application = application
        self._meters = meters
        self._log = log
        self._kept = Memory()
        self._limits = site.limits(None)
        self._choices: dict[tuple[str | None, str | None], Choice] = {}
        self._longest = site.settings.count("max_request_kb") * 1024
        self._longest_address = site.settings.count("max_url_length")
        self._lasting = [("Cache-Control", headers.fresh(site.settings.count("page_seconds")))]
        if site.changed:
            self._lasting.append(("Last-Modified", http_date(site.changed)))

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        """Answer a request of the protocol; leave every other to the application."""
        path, method = environ.get("PATH_INFO", ""), environ["REQUEST_METHOD"]
        address = environ.get("QUERY_STRING", "")
        ours = path in QUERY_ADDRESSES and method in protocol.METHODS and method != "OPTIONS"
        if not ours or len(path) + len(address) > self._longest_address:
            return self._application(environ, start)
        began = time.perf_counter()
        body = _body(environ, self._longest) if method in _BODIES else None
        if isinstance(body, problems.Problem):
            return self._leave(Asked(protocol.SparqlRequest(), problem=body), environ, start, began)
        key = _key(environ, body)
        kept = self._kept.get(key)
        if kept is not None:
            return self._send_again(kept, environ, start, began)
        asked = self._ask(environ, body or b"")
        if asked.answer is None or asked.media is HTML:
            return self._leave(asked, environ, start, began)
        entry = asked.entry(counted=self._log.written)
        finished = self._finished(asked.answer, entry)
        if finished.etag and not _is_large(asked.answer):
            self._kept.put(key, _from_memory(finished, entry))
        return self._send(finished, asked.answer, environ, start, began)

    def recall(self, environ: Environ, start: Start) -> list[bytes] | None:
        """Answer a query in the address from memory, or give None where its answer is not there."""
        if environ["REQUEST_METHOD"] not in _READING:
            return None
        began = time.perf_counter()
        kept = self._kept.get(_key(environ, None))
        return None if kept is None else self._send_again(kept, environ, start, began)

    def _ask(self, environ: Environ, body: bytes) -> Asked:
        """Read a request, and run its query where it has one."""
        method, media_type, address = environ["REQUEST_METHOD"], environ.get("CONTENT_TYPE"), environ["QUERY_STRING"]
        parsed = protocol.parse_request(method, media_type, address, body, longest=self._longest)
        if isinstance(parsed, problems.Problem):
            return Asked(protocol.SparqlRequest(), problem=parsed)
        accept, query = environ.get("HTTP_ACCEPT"), parsed.query
        if query is None:
            media = _variant(accept, parsed.format, (*self._site.graphs(), HTML), default=TURTLE)
            return Asked(parsed, media) if isinstance(media, Media) else Asked(parsed, problem=media)
        choice = self._choice(accept, parsed.format)
        try:
            answer = self._answer(parsed, query, choice, environ.get("REMOTE_ADDR"))
        except ExportinError as error:
            refused = choice.of(read(query).form) if isinstance(error, NotOffered) else None
            problem = refused if isinstance(refused, problems.Problem) else problems.from_error(error)
            return Asked(parsed, problem=problem)
        return Asked(parsed, HTML if choice.of(answer.form) is HTML else answer.media, answer)

    def _answer(self, parsed: protocol.SparqlRequest, query: str, choice: Choice, client: str | None) -> Answer:
        """Run a query; raise as the store does, and NotOffered where the client takes nothing that there is."""
        if choice.wanted == _NOTHING:
            raise NotOffered("nothing that the client takes can be written")
        limits = self._limits._replace(client=client)
        if parsed.timeout is not None or parsed.partial:
            limits = self._site.limits(client, seconds=parsed.timeout, partial=parsed.partial)
        return self._site.store.query(
            query,
            choice.wanted,
            limits=limits,
            default_graphs=parsed.default_graphs,
            named_graphs=parsed.named_graphs,
        )

    def _choice(self, accept: str | None, asked: str | None) -> Choice:
        """Give what a client gets; what was chosen for the same Accept header before is remembered."""
        chosen = self._choices.get((accept, asked))
        if chosen is None:
            rows, graphs = self._site.results(), self._site.graphs()
            for_rows = _variant(accept, asked, (*rows, HTML), default=rows[0])
            for_graph = _variant(accept, asked, (*graphs, HTML), default=graphs[0])
            chosen = Choice(for_rows, for_graph, Variants(_written(for_rows, rows), _written(for_graph, graphs)))
            if len(self._choices) >= _CHOICES:
                self._choices.clear()
            self._choices[accept, asked] = chosen
        return chosen

    def _leave(self, asked: Asked, environ: Environ, start: Start, began: float) -> Iterable[bytes]:
        """Leave to the application what people read."""
        if asked.request.query is not None or asked.problem is not None:
            self._log.write(asked.entry(counted=self._log.written), milliseconds=_since(began))
        environ[ASKED] = asked
        environ["wsgi.input"] = BytesIO()
        return self._application(environ, start)

    def _finished(self, answer: Answer, entry: Entry) -> Kept:
        """Give an answer as it is sent; the body of a large one stays in its file."""
        fields = [("Content-Type", answer.media.content_type), ("Content-Length", str(entry.bytes)), ("Vary", "Accept")]
        if answer.etag:
            fields.append(("ETag", f'"{answer.etag}"'))
            fields.extend(self._lasting)
        else:
            fields.append(("Cache-Control", "no-store"))
        body = b"" if _is_large(answer) else answer.read()
        return Kept("200 OK", (*fields, *told(answer, entry), *headers.COMMON), body, answer.etag or "", entry)

    def _send(self, finished: Kept, answer: Answer, environ: Environ, start: Start, began: float) -> Iterable[bytes]:
        """Send an answer that was made now or found on disk; the body of a large one from its file."""
        timing = ", ".join(f"{name};dur={spent:.2f}" for name, spent in answer.timings)
        body = self._begin(finished, timing, environ, start, began)
        if body is not None and answer.path is not None and _is_large(answer):
            return ClosingIterator(FileWrapper(answer.path.open("rb"), _BLOCK), [answer.discard])
        answer.discard()
        return [body or b""]

    def _send_again(self, kept: Kept, environ: Environ, start: Start, began: float) -> list[bytes]:
        """Send an answer from memory."""
        return [self._begin(kept, f"cache;dur={_since(began):.2f}", environ, start, began) or b""]

    def _begin(self, kept: Kept, timing: str, environ: Environ, start: Start, began: float) -> bytes | None:
        """Send the head of an answer, log and count it, and give its body; None where nothing follows."""
        entry = kept.note
        if not isinstance(entry, Entry):
            raise TypeError(entry)
        method = environ["REQUEST_METHOD"]
        fields = [*kept.headers, ("Server-Timing", timing)]
        body = None if method == "HEAD" else kept.body
        may_have_it = kept.etag and method in _READING and "HTTP_IF_NONE_MATCH" in environ
        if may_have_it and not is_resource_modified(environ, etag=kept.etag):
            entry, body = entry._replace(status=_UNCHANGED, outcome="unchanged"), None
            start("304 NOT MODIFIED", [pair for pair in fields if pair[0] not in ("Content-Length", "Content-Type")])
        else:
            start(kept.status, fields)
        seconds = time.perf_counter() - began
        self._log.write(entry, milliseconds=seconds * 1e3)
        self._meters.count(VIEW, entry.status, seconds)
        return body


def _key(environ: Environ, body: bytes | None) -> tuple[object, ...]:
    """Give what fixes an answer: the query string and the Accept header, and the body where there can be one."""
    if body is None:
        return environ.get("QUERY_STRING"), environ.get("HTTP_ACCEPT")
    return environ.get("QUERY_STRING"), environ.get("HTTP_ACCEPT"), environ.get("CONTENT_TYPE"), body


def _from_memory(finished: Kept, entry: Entry) -> Kept:
    """Give a finished answer as it is sent from the second time on."""
    again = Entry(entry.query, entry.form, entry.status, entry.outcome, "memory", entry.rows, entry.bytes)
    return Kept(finished.status, (*finished.headers, _HIT), finished.body, finished.etag, again)


def told(answer: Answer, entry: Entry) -> list[tuple[str, str]]:
    """Give the headers that tell the name of a query, and that its answer was cut."""
    fields = [("Query-Id", entry.query)]
    if answer.truncated is not None:
        fields.append(("SPARQL-Truncated", f"rows={answer.truncated}"))
        fields.append(("Link", '</problems/result-too-large>; rel="help"'))
    return fields


def _body(environ: Environ, longest: int) -> bytes | problems.Problem:
    """Take in the body of a request, but not more than is read of it."""
    try:
        return get_input_stream(environ, max_content_length=longest + 1024).read()
    except HTTPException as error:
        return problems.of_status(error.code or _WHOLE, error.description or error.name)


def _variant(
    accept: str | None, asked: str | None, variants: tuple[Media, ...], *, default: Media
) -> Media | problems.Problem:
    """Give the variant that is asked for by name or by the Accept header, or the problem that it is."""
    if asked:
        named = negotiation.asked_for({"format": asked}, variants)
        if isinstance(named, Media):
            return named
        names = ", ".join(media.suffix for media in variants)
        return problems.Problem("bad-request", f"there is no format {asked!r} here; there are: {names}")
    chosen = negotiation.choose(accept, variants, default=default)
    if chosen is HTML and not negotiation.is_browser(accept):
        others = [media for media in variants if media is not HTML]
        chosen = negotiation.choose(accept, others, default=default) or HTML
    return chosen or problems.not_acceptable(
        {media.type: f"{QUERY_ADDRESS}?format={media.suffix}" for media in variants}
    )


def _written(chosen: Media | problems.Problem, offered: tuple[Media, ...]) -> Media | None:
    """Give what a store writes for what a client gets: a page is made of the first variant."""
    if isinstance(chosen, problems.Problem):
        return None
    return offered[0] if chosen is HTML else chosen


def _is_large(answer: Answer) -> bool:
    return answer.body is None and _size(answer) > LARGEST


def _size(answer: Answer) -> int:
    path: Path | None = answer.path
    return len(answer.body or b"") if answer.body is not None or path is None else path.stat().st_size


def _since(began: float) -> float:
    """Give the milliseconds since a moment."""
    return (time.perf_counter() - began) * 1e3
