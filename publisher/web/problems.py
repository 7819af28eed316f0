"""Errors as RFC 9457 problems: the only place that knows which failure is which HTTP status.

A problem is JSON for programs, a page for browsers, text for the rest. It never tells how the server is built:
an error that nobody foresaw is ``internal``, and its story goes to the log.
"""

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Request, Response, render_template

from publisher import errors
from publisher.rdf.media import Family, Media
from publisher.web import negotiation


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of problem: its HTTP status, title, and what it means in one sentence."""

    status: int
    title: str
    meaning: str


KINDS: Mapping[str, Kind] = {
    "bad-request": Kind(400, "The request is not right", "A parameter is missing, unknown or has the wrong form."),
    "query-syntax": Kind(400, "The query is not valid SPARQL", "The parser stopped at the place that is told."),
    "too-many-parameters": Kind(400, "A parameter was given too often", "One request carries exactly one query."),
    "update-refused": Kind(403, "This service is read-only", "SPARQL Update is never carried out here."),
    "service-refused": Kind(403, "The policy forbids this query", "The query names a service that is not allowed."),
    "result-too-large": Kind(
        403, "The answer is too large", "It has more rows or bytes than the limit; partial=1 asks for a part of it."
    ),
    "unknown-entity": Kind(404, "Nothing is known by this name", "The dataset says nothing about that name."),
    "method-not-allowed": Kind(405, "The method is not allowed here", "The Allow header lists those that are."),
    "not-acceptable": Kind(406, "No variant fits the Accept header", "The variants that exist are listed."),
    "gone": Kind(410, "This thing was retired", "It was part of earlier releases; its page tells what became of it."),
    "request-too-large": Kind(413, "The request is too large", "Its body is longer than the limit."),
    "uri-too-long": Kind(414, "The address is too long", "Send long queries by POST."),
    "unsupported-media-type": Kind(
        415, "The body's media type is not known here", "The types that are known are listed."
    ),
    "range-not-satisfiable": Kind(416, "The range lies outside the file", "The Content-Range header tells its size."),
    "rate-limited": Kind(429, "Too many queries from one client", "Wait as long as Retry-After says."),
    "internal": Kind(500, "Something went wrong here", "The failure was written to the log under the request's name."),
    "query-timeout": Kind(503, "The query took too long", "It ran longer than the limit and was ended."),
    "overloaded": Kind(503, "The service is busy", "Every worker is busy and the queue is full."),
}
_BY_STATUS = {
    400: "bad-request", 404: "unknown-entity", 405: "method-not-allowed", 406: "not-acceptable",
    413: "request-too-large", 414: "uri-too-long", 415: "unsupported-media-type", 416: "range-not-satisfiable",
}  # fmt: skip
PROBLEM_JSON = Media("application/problem+json", "json", Family.RESULTS, "JSON", accepted=("application/json",))
_PAGE = Media("text/html", "html", Family.PAGE, "HTML", accepted=("application/xhtml+xml",))
_PLAIN = Media("text/plain", "txt", Family.PAGE, "text")


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem: its type, what happened in this case, and members for programs (line, limit, variants …)."""

    kind: str
    detail: str
    members: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """Give the HTTP status."""
        return KINDS[self.kind].status


def from_error(error: errors.ExportinError) -> Problem:
    """Give the problem that a foreseen failure is to a client."""
    fix = {"fix": error.fix} if error.fix else {}
    problem = Problem("internal", "the service could not answer; its log says why")
    match error:
        case errors.QueryRejected(position=errors.Position() as place):
            members = {"line": place.line, "column": place.column, "offset": place.offset, **fix}
            problem = Problem("query-syntax", error.message, members)
        case errors.QueryRejected():
            problem = Problem("query-syntax", error.message, fix)
        case errors.QueryRefused():
            problem = Problem("update-refused" if "update" in error.reason else "service-refused", error.message, fix)
        case errors.QueryTimedOut():
            limit = {"limit": {"seconds": error.seconds}, "retryAfter": 5, **fix}
            problem = Problem("query-timeout", error.message, limit, {"Retry-After": "5"})
        case errors.ResultTooLarge():
            problem = Problem("result-too-large", error.message, {"limit": {error.unit: error.limit}, **fix})
        case errors.Overloaded():
            kind = "rate-limited" if "rate" in error.reason else "overloaded"
            limit = {} if error.limit is None else {"limit": {error.unit: error.limit}}
            wait = {"retryAfter": error.retry_after, **limit, **fix}
            problem = Problem(kind, error.message, wait, {"Retry-After": str(error.retry_after)})
        case errors.NotOffered():
            problem = Problem("not-acceptable", error.message, {"variants": list(error.offered), **fix})
        case errors.UsageError():
            problem = Problem("bad-request", error.message, fix)
    return problem


def of_status(status: int, detail: str) -> Problem:
    """Give the problem for an HTTP status that the framework decided on."""
    return Problem(_BY_STATUS.get(status, "bad-request" if status < 500 else "internal"), detail)  # noqa: PLR2004 - server errors begin at 500


def not_acceptable(variants: Mapping[str, str]) -> Problem:
    """Give the problem of a client that takes none of the variants: media type → address."""
    listed = [{"type": media, "href": address} for media, address in variants.items()]
    return Problem("not-acceptable", f"this is available as {', '.join(variants)}", {"variants": listed})


def variant(
    request: Request, variants: Sequence[Media], address: Callable[[Media], str], *, default: Media | None = None
) -> Media | Problem:
    """Give the variant that a request asks for, by name or by its Accept header, or the problem that it is."""
    named = negotiation.asked_for(request.args, variants)
    if isinstance(named, negotiation.Unknown):
        formats = ", ".join(media.suffix for media in variants)
        return Problem("bad-request", f"there is no format {named.asked!r} here; there are: {formats}")
    chosen = named or negotiation.choose(request.headers.get("Accept"), variants, default=default)
    return chosen or not_acceptable({media.type: address(media) for media in variants})


def respond(problem: Problem, request: Request, *, base: str = "/") -> Response:
    """Write a problem in the form that the client can read."""
    name = uuid.uuid4().hex[:12]
    kind = KINDS[problem.kind]
    table = {
        "type": f"{base}problems/{problem.kind}",
        "title": kind.title,
        "status": kind.status,
        "detail": problem.detail,
        "instance": f"{request.path}#req-{name}",
        **problem.members,
    }
    media = _form(request)
    if media is PROBLEM_JSON:
        body = json.dumps(table, ensure_ascii=False, indent=1) + "\n"
    elif media is _PAGE:
        body = render_template("problem.html", problem=problem, kind=kind, table=table)
    else:
        body = _text(table)
    response = Response(body, status=kind.status, content_type=media.content_type)
    response.headers.update(problem.headers)
    response.headers["Cache-Control"] = "no-store" if kind.status >= 500 else "no-cache"  # noqa: PLR2004 - server errors begin at 500
    response.headers["X-Request-Id"] = name
    response.vary.add("Accept")
    return response


def _form(request: Request) -> Media:
    accept = request.headers.get("Accept")
    chosen = negotiation.choose(accept, (PROBLEM_JSON, _PAGE, _PLAIN))
    if chosen is None and accept and "json" in accept.lower():
        return PROBLEM_JSON
    return chosen or _PLAIN


def _text(table: Mapping[str, Any]) -> str:
    lines = [f"{table['status']} {table['title']}", "", str(table["detail"])]
    for name in ("line", "column", "fix", "limit", "retryAfter"):
        if name in table:
            lines.append(f"{name}: {table[name]}")
    for variant in table.get("variants", ()):
        lines.append(f"  {variant}" if isinstance(variant, str) else f"  {variant['type']}  {variant['href']}")
    return "\n".join(lines) + "\n"
