"""Probes of a query service with queries that cost nothing: SPARQL 1.1 Protocol, and what SPARQLES and Umaka ask.

No probe can change anything: the updates that a service should refuse insert and delete nothing.
"""

import csv
import json
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from urllib.parse import quote, urlencode, urlsplit

from publisher.audit.graph import elements, graph_of
from publisher.audit.probe import Probe, Seen
from publisher.audit.site import RDF_ACCEPT, Lacking, Site
from publisher.audit.wire import Reply
from publisher.rdf.media import CSV, JSON, JSON_LD, N_TRIPLES, RDF_XML, TSV, TURTLE, XML, Media
from publisher.rdf.names import DCTERMS, SD, VOID

_OK, _BAD, _NOT_ACCEPTABLE, _UNSUPPORTED = 200, 400, 406, 415
_REFUSED = range(400, 600)
_SELECT = 'SELECT ?x ?y WHERE { VALUES (?x ?y) { ("a,b" 1) } }'
_CONSTRUCT = "CONSTRUCT { <http://example.org/a> <http://example.org/b> ?x } WHERE { VALUES ?x { 1 } }"
_NAMED = "CONSTRUCT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } } LIMIT 1"
_ANY = "SELECT ?s WHERE { ?s ?p ?o } LIMIT 1"
_WRONG = "SELECT ?x WHERE { ?x ?y"
_PROBLEM = "application/problem+json"
_FORM = "application/x-www-form-urlencoded"
_DIRECT = "application/sparql-query"
_NO_GRAPH = "urn:x-exportin:no-such-graph"
_SERVICE = (
    ("sd:endpoint", (SD + "endpoint", SD + "url")),
    ("sd:supportedLanguage", (SD + "supportedLanguage",)),
    ("sd:resultFormat", (SD + "resultFormat",)),
    ("sd:defaultDataset", (SD + "defaultDataset", SD + "availableGraphs")),
)


def _get(site: Site, query: str, accept: str, **more: str) -> Reply:
    parameters = urlencode({"query": query} | {name.replace("_", "-"): value for name, value in more.items()})
    return site.get(f"{site.endpoint}?{parameters}", accept)


def _post(site: Site, body: str, type_: str, accept: str = JSON.type) -> Reply:
    return site.get(site.endpoint, accept, method="POST", headers={"Content-Type": type_}, body=body.encode())


def _judged(reply: Reply, fault: str | None) -> Seen:
    return Seen(fine=fault is None, text=fault or str(reply), url=reply.url)


def _fault(reply: Reply, media: Media, *, boolean: bool = False) -> str | None:
    """Say what is wrong with an answer to one of our own queries; None where nothing is."""
    if reply.status != _OK or reply.media != media.type:
        return f"answered {reply}"
    if media is JSON:
        return _json_fault(reply, boolean=boolean)
    if media is XML:
        names = [name for name, _ in elements(reply.body, reply.url)]
        good = names[:1] == ["sparql"] and ("boolean" if boolean else "binding") in names
        return None if good else f"the XML has {', '.join(names[:5])}"
    try:
        rows = list(csv.reader(reply.text.splitlines(), delimiter="," if media is CSV else "\t"))
    except csv.Error as error:
        return f"the body is no {media.label}: {error}"
    good = rows[:1] == [["x", "y"] if media is CSV else ["?x", "?y"]] and len(rows) == 1 + 1
    return None if good else f"the body begins {reply.text[:60]!r}"


def _json_fault(reply: Reply, *, boolean: bool) -> str | None:
    try:
        found = json.loads(reply.body)
        good = found["boolean"] is True if boolean else found["results"]["bindings"][0]["x"]["value"] == "a,b"
    except (ValueError, LookupError, TypeError, RecursionError):
        good = False
    return None if good else f"the body begins {reply.text[:60]!r}"


def _select(media: Media) -> Callable[[Site], Seen]:
    def look(site: Site) -> Seen:
        reply = _get(site, _SELECT, media.type)
        return _judged(reply, _fault(reply, media))

    return look


def _ask(media: Media) -> Callable[[Site], Seen]:
    def look(site: Site) -> Seen:
        reply = _get(site, "ASK {}", media.type)
        return _judged(reply, _fault(reply, media, boolean=True))

    return look


def _construct(media: Media) -> Callable[[Site], Seen]:
    def look(site: Site) -> Seen:
        reply = _get(site, _CONSTRUCT, media.type)
        if reply.status != _OK or reply.media != media.type:
            return _judged(reply, f"answered {reply}")
        return _judged(reply, None if len(graph_of(reply)) == 1 else f"the body begins {reply.text[:60]!r}")

    return look


def anything(site: Site) -> Seen:
    """Tell whether a client that takes everything gets rows in a registered form."""
    reply = _get(site, _SELECT, "*/*")
    fine = reply.status == _OK and reply.media in {media.type for media in (JSON, XML)}
    return Seen(fine=fine, text=f"*/* is answered {reply}", url=reply.url)


def _posted(type_: str) -> Callable[[Site], Seen]:
    """Give the probe that posts a query with a content type."""

    def look(site: Site) -> Seen:
        body = urlencode({"query": _SELECT}) if type_.startswith(_FORM) else _SELECT
        reply = _post(site, body, type_)
        return _judged(reply, _fault(reply, JSON))

    return look


def _refused(*statuses: int, query: str, accept: str = JSON.type) -> Callable[[Site], Seen]:
    """Give the probe that sends a query which must be refused with one of the statuses."""

    def look(site: Site) -> Seen:
        reply = _get(site, query, accept)
        return Seen(fine=reply.status in statuses, text=f"answered {reply}", url=reply.url)

    return look


def problem(site: Site) -> Seen:
    """Tell whether a wrong query is told to programs as a problem of RFC 9457."""
    reply = _get(site, _WRONG, f"{JSON.type}, {_PROBLEM}")
    if reply.media != _PROBLEM:
        return Seen(fine=False, text=f"answered {reply}", url=reply.url)
    try:
        found = json.loads(reply.body)
        missing = [name for name in ("type", "title", "status", "detail") if name not in found]
    except (ValueError, TypeError, RecursionError):
        return Seen(fine=False, text=f"the body begins {reply.text[:60]!r}", url=reply.url)
    fine = not missing and found["status"] == reply.status
    return Seen(fine=fine, text=f"no {', '.join(missing)}" if missing else str(found["detail"]), url=reply.url)


def two_queries(site: Site) -> Seen:
    """Two queries in one request are refused, not one of them chosen."""
    query = quote("ASK {}")
    reply = site.get(f"{site.endpoint}?query={query}&query={query}", JSON.type)
    return Seen(fine=reply.status == _BAD, text=f"answered {reply}", url=reply.url)


def no_query(site: Site) -> Seen:
    """Tell whether a form without a query is refused."""
    reply = _post(site, "quarry=ASK", _FORM)
    return Seen(fine=reply.status == _BAD, text=f"answered {reply}", url=reply.url)


def update(site: Site) -> Seen:
    """Tell whether updates are refused in each of the ways in which one can be sent; these would change nothing."""
    tries = (
        _post(site, urlencode({"update": "INSERT DATA {}"}), _FORM),
        _post(site, "DELETE DATA {}", "application/sparql-update"),
        _post(site, urlencode({"query": "INSERT DATA {}"}), _FORM),
        _get(site, "DELETE DATA {}", JSON.type),
    )
    done = next((reply for reply in tries if reply.status not in _REFUSED), None)
    seen = f"answered {done}" if done else ", ".join(str(reply.status) for reply in tries)
    return Seen(fine=done is None, text=seen, url=site.endpoint)


def unsupported(site: Site) -> Seen:
    """Tell whether a body of an unknown type is not run."""
    reply = _post(site, "ASK {}", "text/plain")
    return Seen(fine=reply.status == _UNSUPPORTED, text=f"answered {reply}", url=reply.url)


def head(site: Site) -> Seen:
    """HEAD of a query is answered as GET, without a body."""
    url = f"{site.endpoint}?{urlencode({'query': 'ASK {}'})}"
    got, asked = (site.get(url, JSON.type, method=method) for method in ("GET", "HEAD"))
    fine = (got.status, got.media) == (asked.status, asked.media) and not asked.body
    return Seen(fine=fine, text=f"GET is answered {got}, HEAD {asked}", url=url)


def _described(media: Media) -> Callable[[Site], Seen]:
    """Give the probe of the service description in an RDF syntax."""

    def look(site: Site) -> Seen:
        reply = site.get(site.endpoint, media.type)
        if reply.status != _OK or reply.media != media.type:
            return _judged(reply, f"answered {reply}")
        graph = graph_of(reply)
        fine = bool(graph.of_type(SD + "Service"))
        return Seen(fine=fine, text=f"{len(graph)} triples, {'with' if fine else 'no'} sd:Service", url=reply.url)

    return look


def service_terms(site: Site) -> Seen:
    """Tell whether the service description says what clients ask it for, and names this endpoint."""
    graph = graph_of(site.get(site.endpoint, RDF_ACCEPT))
    missing = graph.lacking(_SERVICE, graph.of_type(SD + "Service"))
    told = graph.objects(SD + "endpoint", SD + "url")
    if told and not missing and not any(site.at(each) == site.endpoint or each == site.endpoint for each in told):
        return Seen(fine=False, text=f"sd:endpoint is {told[0]}", url=site.endpoint)
    return Seen(fine=not missing, text=f"no {', no '.join(missing)}" if missing else "all there", url=site.endpoint)


def fresh(site: Site) -> Seen:
    """Tell whether the service description says how old the data is, and how much there is."""
    graph = graph_of(site.get(site.endpoint, RDF_ACCEPT))
    dates = graph.objects(DCTERMS + "modified", DCTERMS + "issued")
    counts = graph.objects(VOID + "triples")
    most = max(counts, key=lambda told: (len(told), told), default="no")
    seen = f"{'modified ' + max(dates) if dates else 'no dcterms:modified'}, triples: {most}"
    return Seen(fine=bool(dates and counts), text=seen, url=site.endpoint)


def named_graphs(site: Site) -> Seen:
    """Tell whether data can be seen in named graphs, as the check of Umaka looks for it."""
    graph = graph_of(_get(site, _NAMED, TURTLE.type))
    return Seen(fine=bool(graph), text=f"triples in GRAPH ?g: {len(graph)}", url=site.endpoint)


def default_graph(site: Site) -> Seen:
    """Tell whether data can be seen without naming a graph."""
    reply = _get(site, _ANY, XML.type)
    rows = sum(name == "result" for name, _ in elements(reply.body, reply.url)) if reply.status == _OK else 0
    return Seen(fine=rows > 0, text=f"{reply}, rows: {rows}", url=reply.url)


def no_such_graph(site: Site) -> Seen:
    """Tell whether the dataset of the request is minded: a graph that is not there is empty."""
    reply = _get(site, "SELECT ?s WHERE { ?s ?p ?o } LIMIT 1", XML.type, default_graph_uri=_NO_GRAPH)
    if reply.status in _REFUSED:
        return Seen(fine=True, text=f"refused: {reply}", url=reply.url)
    rows = sum(name == "result" for name, _ in elements(reply.body, reply.url))
    return Seen(fine=reply.status == _OK and rows == 0, text=f"{reply}, rows: {rows}", url=reply.url)


def form_in_text(site: Site) -> Seen:
    """Tell whether the form of a query is read from its grammar, not from words within its literals."""
    reply = _get(site, 'SELECT ("CONSTRUCT" AS ?x) ("a,b" AS ?y) {}', JSON.type)
    fine = reply.status == _OK and reply.media == JSON.type and '"CONSTRUCT"' in reply.text
    return Seen(fine=fine, text=f"answered {reply}", url=reply.url)


def cors(site: Site) -> Seen:
    """Tell whether a page of another site may query, with a preflight and without."""
    asking: Mapping[str, str] = {"Origin": "https://reader.example"}
    preflight = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    before = site.get(site.endpoint, method="OPTIONS", headers={**asking, **preflight})
    reply = site.get(f"{site.endpoint}?{urlencode({'query': 'ASK {}'})}", JSON.type, headers=asking)
    for each in (before, reply):
        allowed = each.header("access-control-allow-origin")
        if each.status not in range(200, 300) or allowed not in ("*", "https://reader.example"):
            seen = f"{each.status} with Access-Control-Allow-Origin: {allowed or 'nothing'}"
            return Seen(fine=False, text=seen, url=each.url)
    names = before.header("access-control-allow-headers").lower()
    fine = "content-type" in names or "*" in names
    return Seen(fine=fine, text=f"preflight allows {names or 'no headers'}", url=before.url)


def vary(site: Site) -> Seen:
    """Answers to queries tell caches that they depend on Accept."""
    reply = _get(site, "ASK {}", JSON.type)
    fine = "accept" in {name.strip().lower() for name in reply.header("vary").split(",")}
    return Seen(fine=fine, text=f"Vary: {reply.header('vary') or 'nothing'}", url=reply.url)


def address(site: Site) -> Seen:
    """Tell whether the endpoint has an address that can last: a name, the usual port, no query."""
    told = site.endpoint
    if site.here:
        told = next(iter(site.catalogue.objects(VOID + "sparqlEndpoint")), "")
        if not told:
            raise Lacking("the VoID does not say what the endpoint's public address is", fix="name it there")
    parts = urlsplit(told)
    try:
        ip_address(parts.hostname or "")
        fine = False
    except ValueError:
        fine = parts.port in (None, 80, 443) and not parts.query
    return Seen(fine=fine, text=told, url=site.endpoint)


_FORM_FIX = "write each result format under its registered media type (SPARQL 1.1 Protocol, section 2.2)"
_POST_FIX = "compare the media type of Content-Type only, and ignore its parameters"
_SD_FIX = "answer GET of the endpoint without a query with a service description (SPARQL 1.1 Service Description)"

PROBES = (
    *(Probe(f"sparql.select-{m.suffix}", f"{m.type} for SELECT", _FORM_FIX, _select(m)) for m in (JSON, XML, CSV, TSV)),
    *(Probe(f"sparql.ask-{m.suffix}", f"{m.type} for ASK", _FORM_FIX, _ask(m)) for m in (JSON, XML)),
    *(
        Probe(f"sparql.construct-{m.suffix}", f"{m.type} for CONSTRUCT", _FORM_FIX, _construct(m))
        for m in (TURTLE, N_TRIPLES, JSON_LD, RDF_XML)
    ),
    Probe("sparql.anything", "results as JSON or XML for */*", _FORM_FIX, anything),
    Probe("sparql.post-form", "a query in a form, by POST", _POST_FIX, _posted(_FORM)),
    Probe("sparql.post-form-charset", "the same with a charset", _POST_FIX, _posted(f"{_FORM}; charset=UTF-8")),
    Probe("sparql.post-direct", "a query as the body of POST", _POST_FIX, _posted(_DIRECT)),
    Probe("sparql.post-direct-charset", "the same with a charset", _POST_FIX, _posted(f"{_DIRECT}; charset=utf-8")),
    Probe(
        "sparql.syntax-error",
        "400 for a query that is no SPARQL",
        "answer 400, never 200 or 500 (SPARQL 1.1 Protocol, section 2.1.6)",
        _refused(_BAD, query=_WRONG),
    ),
    Probe(
        "sparql.problem",
        f"{_PROBLEM} that says what is wrong",
        "answer errors with type, title, status and detail (RFC 9457) where JSON is accepted",
        problem,
    ),
    Probe("sparql.two-queries", "400 for two queries", "refuse a request with more than one query", two_queries),
    Probe("sparql.no-query", "400 for a form without a query", "refuse a request without a query", no_query),
    Probe(
        "sparql.update-refused",
        "a status of 400 or more for every update",
        "switch updates off for the public, in every form in which they can be sent",
        update,
    ),
    Probe(
        "sparql.not-acceptable",
        "406 for a form that is not offered",
        "answer 406 and say what there is, not some form that was not asked for",
        _refused(_NOT_ACCEPTABLE, query=_SELECT, accept="application/x-no-such-type"),
    ),
    Probe("sparql.unsupported", "415 for a body of text/plain", "answer 415 for other content types", unsupported),
    Probe("sparql.head", "HEAD is answered as GET", "answer HEAD of the endpoint and of a query", head),
    *(
        Probe(f"sparql.description-{m.suffix}", f"sd:Service in {m.label}", _SD_FIX, _described(m))
        for m in (TURTLE, RDF_XML)
    ),
    Probe("sparql.description-terms", f"{', '.join(name for name, _ in _SERVICE)}", _SD_FIX, service_terms),
    Probe(
        "sparql.fresh",
        "dcterms:modified and void:triples in the service description",
        "say in the service description when the data was changed last, and how many triples there are",
        fresh,
    ),
    Probe(
        "sparql.named-graphs",
        "at least one triple in GRAPH ?g",
        "put the data into named graphs, and let the default graph be their union",
        named_graphs,
    ),
    Probe(
        "sparql.default-graph",
        "at least one triple without GRAPH",
        "let the default graph be the union of the named graphs",
        default_graph,
    ),
    Probe(
        "sparql.no-such-graph",
        "no rows from a graph that does not exist",
        "honour default-graph-uri and named-graph-uri (SPARQL 1.1 Protocol, section 2.1.4)",
        no_such_graph,
    ),
    Probe(
        "sparql.form-in-text",
        "rows for a SELECT that has the word CONSTRUCT in a literal",
        "parse the query to learn its form",
        form_in_text,
    ),
    Probe(
        "sparql.cors",
        "Access-Control-Allow-Origin: *, and a preflight that allows Content-Type",
        "answer OPTIONS with 200 or 204 and the headers of CORS, and send them with every answer",
        cors,
    ),
    Probe("sparql.vary", "Vary: Accept", "send Vary: Accept with every answer to a query", vary),
    Probe(
        "sparql.address",
        "a host name, the usual port, no query string",
        "publish the endpoint under a name that you can keep",
        address,
    ),
)
