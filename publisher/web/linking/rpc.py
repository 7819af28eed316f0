"""The tools for language models over HTTP: the Model Context Protocol as stateless JSON-RPC by POST."""

from flask import Blueprint, Response, request

from publisher.entities.tools import Toolbox, answer_text
from publisher.web import problems
from publisher.web.linking import answers
from publisher.web.site import Site


def blueprint(site: Site) -> Blueprint:
    """Give the route of the tools."""
    views = Blueprint("rpc", __name__)

    @views.post("/mcp")
    def mcp() -> Response:
        """Answer one JSON-RPC message of the Model Context Protocol, or a batch of them."""
        if request.mimetype != answers.TYPE:
            problem = problems.Problem("unsupported-media-type", f"send {answers.TYPE}, not {request.mimetype!r}")
            return problems.respond(problem, request, base=site.about.base)
        toolbox = Toolbox(site.reader, site.lookup, site.limits(request.remote_addr))
        found = answer_text(toolbox, request.get_data(cache=False))
        if found is None:
            return Response(status=202, headers={"Cache-Control": "no-store"})
        return answers.given(site, request, found)

    @views.get("/mcp")
    def stream() -> Response:
        """Refuse to open a stream: the service keeps no session, so it has nothing to send by itself."""
        problem = problems.Problem("method-not-allowed", "send messages by POST", headers={"Allow": "POST, OPTIONS"})
        return problems.respond(problem, request, base=site.about.base)

    return views
