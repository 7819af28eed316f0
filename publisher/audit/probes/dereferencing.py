"""Probes of the things that a site names: whether each IRI leads to a description, in the form that was asked for.

They follow the W3C note on cool URIs, RFC 9110 on negotiation and conditional requests, and what F-UJI, FAIR-Checker
and Umaka ask.
"""

from collections.abc import Callable, Iterator
from urllib.parse import urljoin, urlsplit

from publisher.audit import links
from publisher.audit.graph import Graph, graph_of, media_of
from publisher.audit.probe import Probe, Seen
from publisher.audit.site import PAGE, RDF_ACCEPT, Lacking, Site, Thing
from publisher.audit.wire import Reply, joined
from publisher.errors import ExportinError
from publisher.rdf.media import HTML, JSON_LD, N_TRIPLES, RDF_XML, TURTLE, Media
from publisher.rdf.names import DCTERMS, FOAF, SCHEMA, VOID

_OK, _SEE_OTHER, _NOT_MODIFIED, _MISSING, _GONE, _NOT_ACCEPTABLE = 200, 303, 304, 404, 410, 406
_BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
_UNKNOWN = "application/x-no-such-type"
_NOBODY = "no-such-thing-6c1f0b"
_SAME = ("content-type", "content-length", "etag", "last-modified", "location", "vary")


def _negotiated(media: Media, accept: str) -> Callable[[Site], Seen]:
    """Give the probe that asks for every known thing with an Accept header and wants one media type."""

    def look(site: Site) -> Seen:
        site.thing()
        for thing in site.things:
            reply = site.get(thing.url, accept)
            if reply.status != _OK or reply.media != media.type:
                return Seen(fine=False, text=f"{accept} was answered {reply}", url=thing.url)
            if media is not HTML and not _describes(graph_of(reply), thing, site):
                return Seen(fine=False, text=f"{reply}, which does not say anything about {thing.iri}", url=thing.url)
        tried = f"{len(site.things)} thing{'s' if len(site.things) > 1 else ''}"
        return Seen(fine=True, text=f"{media.type} for {tried}", url=site.things[0].url)

    return look


def _describes(graph: Graph, thing: Thing, site: Site) -> bool:
    """Tell whether a document speaks of a thing, by its IRI or by any of ours that is asked for at the same place."""
    return graph.mentions(thing.iri) or any(site.at(s.value) == thing.url for s, _, _ in graph.triples)


def _negotiated_answers(site: Site) -> Iterator[Reply]:
    """Give the answers of this site that depend on Accept: redirects, and a description that needed none."""
    thing = site.thing()
    for accept in (TURTLE.type, PAGE, _UNKNOWN):
        reply = site.get(thing.url, accept)
        on_the_way = [hop for hop in reply.hops if hop.url.startswith(site.origin)]
        yield from on_the_way
        if reply.status != _OK or not any(hop.status == _SEE_OTHER for hop in reply.hops):
            yield reply


def not_acceptable(site: Site) -> Seen:
    """Tell whether an unknown media type is refused, and what there is is named."""
    thing = site.thing()
    reply = site.get(thing.url, _UNKNOWN)
    told = f"{reply.text} {reply.header('link')} {reply.header('alternates')}"
    if reply.status != _NOT_ACCEPTABLE:
        return Seen(fine=False, text=f"answered {reply}", url=thing.url)
    if not any(media.type in told for media in (TURTLE, JSON_LD, RDF_XML, N_TRIPLES)):
        return Seen(fine=False, text="406 that does not name one of the RDF forms there are", url=thing.url)
    return Seen(fine=True, text="406 that names what there is", url=thing.url)


def vary(site: Site) -> Seen:
    """Every negotiated answer tells caches that it depends on Accept."""
    for reply in _negotiated_answers(site):
        names = {name.strip().lower() for name in reply.header("vary").split(",")}
        if not names & {"accept", "*"}:
            seen = f"{reply.status} with Vary: {reply.header('vary') or 'nothing'}"
            return Seen(fine=False, text=seen, url=reply.url)
    return Seen(fine=True, text="on every answer that depends on it", url=site.thing().url)


def see_other(site: Site) -> Seen:
    """Tell whether a thing is told from its description: by 303, by a hash, or by Content-Location."""
    thing = site.thing()
    reply = site.get(thing.url, TURTLE.type)
    if "#" in thing.iri:
        return Seen(fine=True, text="its IRI has a hash", url=thing.url)
    if any(hop.status == _SEE_OTHER for hop in reply.hops):
        return Seen(fine=True, text=f"303 to {reply.url}", url=thing.url)
    place = reply.header("content-location")
    fine = bool(place) and joined(reply.url, place) != thing.url
    return Seen(fine=fine, text=f"{reply} with Content-Location: {place or 'nothing'}", url=thing.url)


def representation(site: Site) -> Seen:
    """Tell whether the description has a URL of its own that gives the same form to everybody."""
    thing = site.thing()
    for media in (TURTLE, JSON_LD):
        reply = site.get(thing.url, media.type)
        place = joined(reply.url, reply.header("content-location"))
        if place == thing.url:
            return Seen(fine=False, text=f"{media.label} has no URL of its own", url=thing.url)
        again = site.get(place, "*/*")
        if again.status != _OK or again.media != reply.media:
            return Seen(fine=False, text=f"{place} answers {again} to */*, not {reply.media}", url=place)
    return Seen(fine=True, text=f"{place} and the like", url=thing.url)


def head(site: Site) -> Seen:
    """HEAD says what GET would say, and sends nothing."""
    thing = site.thing()
    for accept in (TURTLE.type, PAGE):
        got, asked = (site.get(thing.url, accept, method=method) for method in ("GET", "HEAD"))
        if asked.status != got.status or asked.body:
            return Seen(fine=False, text=f"GET is answered {got}, HEAD {asked}", url=thing.url)
        differ = [name for name in _SAME if got.header(name) != asked.header(name)]
        if differ:
            return Seen(fine=False, text=f"HEAD and GET differ in {', '.join(differ)}", url=thing.url)
    return Seen(fine=True, text="the same status and headers", url=thing.url)


def etag(site: Site) -> Seen:
    """Tell whether a description has an ETag, and is not sent again to those who have it."""
    thing = site.thing()
    reply = site.get(thing.url, TURTLE.type)
    tag = reply.header("etag")
    if not tag:
        return Seen(fine=False, text="no ETag", url=reply.url)
    again = site.get(reply.url, TURTLE.type, headers={"If-None-Match": tag})
    if again.status != _NOT_MODIFIED or again.body:
        return Seen(fine=False, text=f"If-None-Match: {tag} is answered {again.status}", url=reply.url)
    return Seen(fine=True, text=f"{tag}, then 304", url=reply.url)


def cors(site: Site) -> Seen:
    """Tell whether a page of another site may read the description, redirects included."""
    thing = site.thing()
    reply = site.get(thing.url, TURTLE.type, headers={"Origin": "https://reader.example"})
    for each in (*reply.hops, reply):
        allowed = each.header("access-control-allow-origin")
        if allowed not in ("*", "https://reader.example"):
            return Seen(
                fine=False,
                text=f"{each.status} with Access-Control-Allow-Origin: {allowed or 'nothing'}",
                url=each.url,
            )
    return Seen(fine=True, text=f"Access-Control-Allow-Origin: {allowed}", url=thing.url)


def unknown(site: Site) -> Seen:
    """Tell whether what does not exist is said not to exist."""
    thing = site.thing()
    url = urljoin(thing.url, _NOBODY)
    reply = site.get(url, TURTLE.type)
    return Seen(fine=reply.status in (_MISSING, _GONE), text=f"answered {reply}", url=url)


def charset(site: Site) -> Seen:
    """Text says that it is UTF-8."""
    thing = site.thing()
    for accept in (PAGE, TURTLE.type):
        reply = site.get(thing.url, accept)
        said = reply.header("content-type")
        if reply.media.startswith("text/") and "charset=utf-8" not in said.lower().replace(" ", "").replace('"', ""):
            return Seen(fine=False, text=f"Content-Type: {said}", url=reply.url)
    return Seen(fine=True, text="charset=utf-8", url=thing.url)


def alternates(site: Site) -> Seen:
    """Tell whether the page links to the RDF, for those who cannot negotiate."""
    thing = site.thing()
    reply = site.get(thing.url, PAGE)
    found = [*links.of_header(reply), *(links.of_page(reply)[0] if reply.media == PAGE else [])]
    types = [link.type for link in found if link.relation in ("alternate", "describedby") and media_of(link.type)]
    if not types:
        return Seen(fine=False, text="the page has no rel=alternate with a type of RDF", url=reply.url)
    return Seen(fine=True, text=", ".join(dict.fromkeys(types)), url=reply.url)


def about_itself(site: Site) -> Seen:
    """Tell whether the description says what it describes, and which dataset it belongs to."""
    thing = site.thing()
    reply = site.get(thing.url, TURTLE.type)
    graph = graph_of(reply)
    wanted = (
        ("foaf:primaryTopic", (FOAF + "primaryTopic", SCHEMA + "mainEntity")),
        ("void:inDataset", (VOID + "inDataset", DCTERMS + "isPartOf")),
    )
    missing = graph.lacking(wanted, (s.value for s, _, _ in graph.triples))
    seen = f"no {', no '.join(missing)}" if missing else "foaf:primaryTopic and void:inDataset"
    return Seen(fine=not missing, text=seen, url=reply.url)


def useful(site: Site) -> Seen:
    """Tell whether the description has a label and links to other things."""
    thing = site.thing()
    graph = graph_of(site.get(thing.url, RDF_ACCEPT))
    label = any(p.value.endswith(("#label", "#prefLabel", "/title", "/name")) for _, p, _ in graph.triples)
    others = {o.value for s, _, o in graph.triples if s.value == thing.iri and o.kind == "iri"}
    seen = f"{'a label' if label else 'no label'}, links to {len(others)} other resources"
    return Seen(fine=label and bool(others), text=seen, url=thing.url)


def http_iris(site: Site) -> Seen:
    """Things have web addresses for names, without a query and without a session."""
    thing = site.thing()
    parts = urlsplit(thing.iri)
    fine = parts.scheme in ("http", "https") and not parts.query
    return Seen(fine=fine, text=thing.iri, url=thing.url)


def whole_space(site: Site) -> Seen:
    """Tell whether an IRI of the dataset itself answers with RDF, as each of its things does."""
    told = [s.value for s, p, _ in site.void.triples if p.value == VOID + "uriSpace"]
    url = next((place for iri in told if (place := site.at(iri)) is not None), None)
    if url is None:
        raise Lacking("the VoID names no dataset of this site", fix="give the dataset an IRI under void:uriSpace")
    try:
        graph = graph_of(site.get(url, RDF_ACCEPT))
    except ExportinError as error:
        return Seen(fine=False, text=str(error).partition("\n")[0], url=url)
    return Seen(fine=bool(graph), text=f"{len(graph)} triples", url=url)


_RDF_FIX = "answer this media type for every IRI of a thing, by 303 to a document or by 200 with Content-Location"
_QUALITY_FIX = "choose by the q values of Accept (RFC 9110, section 12.5.1), and do not mind spaces and parameters"

PROBES = (
    *(
        Probe(f"thing.{media.suffix}", f"200 with {media.type} that speaks of the thing", _RDF_FIX, look)
        for media in (TURTLE, JSON_LD, N_TRIPLES, RDF_XML, HTML)
        for look in (_negotiated(media, media.type),)
    ),
    Probe(
        "thing.browser",
        "a page for the Accept header of a browser",
        "let text/html win over application/xml where both are asked for",
        _negotiated(HTML, _BROWSER),
    ),
    Probe(
        "thing.quality",
        "the form with the higher q value",
        _QUALITY_FIX,
        _negotiated(TURTLE, "text/html;q=0.1, text/turtle;q=0.9"),
    ),
    Probe(
        "thing.second-choice",
        "the second choice where the first is not there",
        _QUALITY_FIX,
        _negotiated(JSON_LD, f"{_UNKNOWN}, application/ld+json;q=.5, text/turtle;q=0.1"),
    ),
    Probe(
        "thing.parameters",
        "parameters of a media type are ignored",
        _QUALITY_FIX,
        _negotiated(TURTLE, "text/turtle;charset=utf-8;q=.9,text/html;q=.1"),
    ),
    Probe(
        "thing.not-acceptable",
        "406 that lists the forms there are",
        "answer 406 with the variants and their URLs, not some form that was not asked for",
        not_acceptable,
    ),
    Probe(
        "thing.vary",
        "Vary: Accept on every negotiated answer",
        "send Vary: Accept with 200, 303, 404 and 406; without it a shared cache gives browsers RDF",
        vary,
    ),
    Probe(
        "thing.see-other",
        "303 to a document, a hash IRI, or 200 with Content-Location",
        "redirect the thing to a document about it with 303, or name the document in Content-Location",
        see_other,
    ),
    Probe(
        "thing.representation",
        "a URL for each form that answers with it to */*",
        "give each form a URL, such as one with a suffix, and name it in Location or Content-Location",
        representation,
    ),
    Probe(
        "thing.head",
        "HEAD is answered as GET, without a body",
        "answer HEAD with the status and the headers of GET (RFC 9110, section 9.3.2)",
        head,
    ),
    Probe(
        "thing.etag",
        "an ETag, and 304 to If-None-Match",
        "send a strong ETag, such as a checksum of the body, and honour If-None-Match",
        etag,
    ),
    Probe(
        "thing.cors",
        "Access-Control-Allow-Origin: *, redirects included",
        "send Access-Control-Allow-Origin: * with every public answer",
        cors,
    ),
    Probe(
        "thing.unknown",
        "404 or 410 for what does not exist",
        "answer 404, not a page with status 200 or a redirect to the home page",
        unknown,
    ),
    Probe(
        "thing.charset",
        "text types say charset=utf-8",
        "add ; charset=utf-8 to the Content-Type of text/html and text/turtle",
        charset,
    ),
    Probe(
        "thing.alternates",
        "rel=alternate with a type of RDF, in the page or in Link",
        'add <link rel="alternate" type="text/turtle" href="…"> to the page, or the same to the Link header',
        alternates,
    ),
    Probe(
        "thing.about-itself",
        "foaf:primaryTopic and void:inDataset in the description",
        "let each document say which thing it is about and which dataset it belongs to",
        about_itself,
    ),
    Probe(
        "thing.useful",
        "a label and links to other things",
        "give every thing rdfs:label or skos:prefLabel, and relate it to others by their IRIs",
        useful,
    ),
    Probe(
        "thing.iri",
        "an http or https IRI without a query",
        "name things with http or https IRIs that carry no query string",
        http_iris,
    ),
    Probe(
        "thing.dataset",
        "RDF at the IRI of the dataset",
        "let the IRI of the dataset lead to its description",
        whole_space,
    ),
)
