"""The SPARQL protocol's request, as a pure function: method, media type, query string and body in; a value out.

It implements SPARQL 1.1 Protocol, section 2.1, for a read-only service, and the QUERY method. It knows no Flask, reads
no query, and refuses what is ambiguous: two queries, a query beside an update, text not in UTF-8.
"""

import binascii
import re
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from publisher.rdf.prefixes import is_iri
from publisher.rdf.query import Form, read
from publisher.web.problems import Problem

METHODS = ("GET", "HEAD", "POST", "QUERY", "OPTIONS")
FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
UPDATE = "application/sparql-update"
_FORMATS = ("format", "output", "results", "accept", "_mediatype")
_MANY = 100
_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


class SparqlRequest(NamedTuple):
    """What a client asks of the service; ``query`` is None where it asks for the service itself.

    ``format`` is the name of a media type, ``timeout`` in seconds, ``partial`` allows a cut answer.
    """

    query: str | None = None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    format: str | None = None
    timeout: float | None = None
    partial: bool = False

    @property
    def graph(self) -> bool:
        """Tell whether the answer is RDF rather than rows or a truth value."""
        return self.query is not None and read(self.query).form in (Form.CONSTRUCT, Form.DESCRIBE)


def parse_request(
    method: str, content_type: str | None, query_string: str, body: bytes, *, longest: int = 1 << 20
) -> SparqlRequest | Problem:
    """Give the request, or the problem that it is; ``longest`` is the most bytes of a body."""
    if len(body) > longest:
        detail = f"the body has {len(body)} bytes, the limit is {longest}"
        return Problem("request-too-large", detail, {"limit": {"bytes": longest}})
    pairs = _pairs(query_string)
    if isinstance(pairs, Problem):
        return pairs
    if method in ("GET", "HEAD"):
        return _from_address(pairs)
    media, charset = _media(content_type)
    if charset not in ("", "utf-8", "utf8", "us-ascii"):
        return Problem("unsupported-media-type", f"the charset must be UTF-8, not {charset}")
    if media == UPDATE:
        return Problem("update-refused", "updates are refused: this service only answers queries")
    return _from_body(method, media, pairs, body)


def _from_address(pairs: list[tuple[str, str]]) -> SparqlRequest | Problem:
    match pairs:
        case [("query", query)]:  # and nothing else, as nearly always
            return _refused(query) or SparqlRequest(query)
    return _from_pairs(pairs, None)


def _from_body(method: str, media: str, pairs: list[tuple[str, str]], body: bytes) -> SparqlRequest | Problem:
    if media == FORM:
        more = _pairs(body.decode("latin-1"))
        return more if isinstance(more, Problem) else _from_pairs([*pairs, *more], None, bare=False)
    if media == DIRECT:
        text = _text(body)
        return text if isinstance(text, Problem) else _from_pairs(pairs, text, bare=False)
    seen = f"{media!r}" if media else "a body without a media type"
    known = [FORM, DIRECT]
    headers = {"Accept-Query" if method == "QUERY" else "Accept-Post": ", ".join(known)}
    return Problem("unsupported-media-type", f"send {FORM} or {DIRECT}, not {seen}", {"supported": known}, headers)


def _media(content_type: str | None) -> tuple[str, str]:
    media, *parameters = (part.strip() for part in (content_type or "").split(";"))
    charset = ""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            charset = value.strip().strip("\"'").lower()
    return media.lower(), charset


def _pairs(text: str) -> list[tuple[str, str]] | Problem:
    """Give the names and values of a form-encoded text, strictly UTF-8."""
    found = []
    for part in text.split("&"):
        if part:
            name, _, value = part.partition("=")
            decoded = (_decoded(name), _decoded(value))
            if decoded[0] is None or decoded[1] is None:
                return Problem("bad-request", f"the parameter {name[:40]!r} is not UTF-8")
            found.append((decoded[0], decoded[1]))
    return found


def _decoded(text: str) -> str | None:
    try:
        return unquoted(text.replace("+", " ").encode("latin-1", "strict")).decode("utf-8")
    except UnicodeEncodeError:
        return text
    except UnicodeDecodeError:
        return None


def unquoted(text: bytes) -> bytes:
    """Give the bytes that are written with ``%`` escapes, as ``urllib.parse.unquote_to_bytes`` does in thrice the time.

    Where every escape is whole they are those of quoted-printable (RFC 2045, section 6.7) with another sign.
    """
    if _BROKEN_ESCAPE.search(text):
        return unquote_to_bytes(text)
    return binascii.a2b_qp(text.replace(b"=", b"=3D").replace(b"%", b"="))


def _text(body: bytes) -> str | Problem:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        return Problem("bad-request", f"the query is not UTF-8: byte {error.start} cannot be read")


def _from_pairs(pairs: list[tuple[str, str]], direct: str | None, *, bare: bool = True) -> SparqlRequest | Problem:
    table: dict[str, list[str]] = {}
    for name, value in pairs:
        table.setdefault(name, []).append(value)
    queries = [*table.get("query", []), *([direct] if direct is not None else [])]
    if "update" in table:
        kind = "bad-request" if queries else "update-refused"
        return Problem(kind, "a request carries one query; updates are refused: this service is read-only")
    if len(queries) > 1:
        return Problem("too-many-parameters", f"one query was wanted, {len(queries)} were given")
    if any(len(values) > _MANY for values in table.values()):
        return Problem("too-many-parameters", f"no parameter may be given more than {_MANY} times")
    if not queries and not bare:
        return Problem("bad-request", "the parameter query is missing")
    if not queries and ("default-graph-uri" in table or "named-graph-uri" in table):
        return Problem("bad-request", "graphs were named, but the parameter query is missing")
    return _request(table, queries[0] if queries else None)


def _request(table: dict[str, list[str]], query: str | None) -> SparqlRequest | Problem:
    if query is not None:
        wrong = _refused(query)
        if wrong:
            return wrong
    graphs = {name: tuple(table.get(name, ())) for name in ("default-graph-uri", "named-graph-uri")}
    for name, values in graphs.items():
        bad = next((value for value in values if not is_iri(value)), None)
        if bad is not None:
            return Problem("bad-request", f"{name} wants an absolute IRI, not {bad[:80]!r}")
    seconds = _seconds(table.get("timeout", [""])[-1])
    if isinstance(seconds, Problem):
        return seconds
    return SparqlRequest(
        query=query,
        default_graphs=graphs["default-graph-uri"],
        named_graphs=graphs["named-graph-uri"],
        format=next((table[name][-1] for name in _FORMATS if table.get(name, [""])[-1]), None),
        timeout=seconds,
        partial=table.get("partial", ["0"])[-1] in ("1", "true", "yes"),
    )


def _refused(query: str) -> Problem | None:
    if not query.strip():
        return Problem("query-syntax", "the query is empty", {"line": 1, "column": 1, "offset": 0})
    if "\0" in query:
        at = query.index("\0")
        line, column = query.count("\n", 0, at) + 1, at - query.rfind("\n", 0, at)
        return Problem(
            "query-syntax", "the query holds a NUL character", {"line": line, "column": column, "offset": at}
        )
    return None


def _seconds(text: str) -> float | Problem | None:
    if not text:
        return None
    if not re.fullmatch(r"\d{1,6}(\.\d{1,3})?", text):
        return Problem("bad-request", f"timeout wants seconds, such as 5, not {text[:40]!r}")
    return float(text) or None
