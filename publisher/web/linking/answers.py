"""JSON in and out: what every interface for programs shares."""

import json
from typing import Any

from flask import Request, Response

from publisher.web import headers, problems
from publisher.web.site import Site

TYPE = "application/json"


def root(site: Site, request: Request) -> str:
    """Give the address at which the site is reached, without a slash at its end."""
    return site.settings.text("public_url").rstrip("/") or request.url_root.rstrip("/")


def given(site: Site, request: Request, value: Any, *, media: str = TYPE, status: int = 200) -> Response:
    """Answer with JSON; what was asked by GET may be kept."""
    body = json.dumps(value, ensure_ascii=False) + "\n"
    response = Response(body, content_type=media, status=status)
    if request.method in ("GET", "HEAD") and status == 200:  # noqa: PLR2004 - only a whole answer is kept
        return headers.cached(response, request, seconds=site.settings.count("page_seconds"))
    response.headers["Cache-Control"] = "no-store"
    return response


def refused(site: Site, request: Request, detail: str, *, kind: str = "bad-request", **members: Any) -> Response:
    """Answer with a problem."""
    return problems.respond(problems.Problem(kind, detail, members), request, base=site.about.base)


def body_of(request: Request) -> Any | problems.Problem:
    """Give the JSON of a request's body, or the problem that it is."""
    if request.mimetype not in (TYPE, "application/ld+json", "text/plain", ""):
        return problems.Problem("unsupported-media-type", f"send {TYPE}, not {request.mimetype!r}")
    try:
        return json.loads(request.get_data(cache=False), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        return problems.Problem("bad-request", f"the body is not JSON: {str(error)[:200]}")


def whole(text: object, default: int, *, most: int) -> int | None:
    """Give a positive number from a request, at most ``most``; the default where nothing is said, None where wrong."""
    if text is None or text == "":
        return default
    if isinstance(text, bool) or not isinstance(text, int | float | str):
        return None
    try:
        number = int(text)
    except (ValueError, OverflowError):
        return None
    return min(number, most) if number > 0 else None


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")
