"""Probes of what a home page says to machines: Signposting, linksets (RFC 9264), schema.org, as F-UJI reads them."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin

from publisher.audit.graph import media_of
from publisher.audit.probe import Probe, Seen
from publisher.audit.site import Lacking, Site

_OK = 200
_LINKSET = "application/linkset+json"
_FEW = 3
_WANTED = ("name", "description", "url", "identifier", "keywords", "license")
_MADE_BY = ("creator", "author", "publisher", "provider")
_PROFILE = ("http://purl.org/dc/terms/conformsTo", "dct:conformsTo", "dcterms:conformsTo", "conformsTo")


def _signposted(relation: str) -> Callable[[Site], Seen]:
    """Give the probe that wants a typed link in the ``Link`` header of the home page."""

    def look(site: Site) -> Seen:
        found = [link for link in site.links if link.relation == relation]
        header = [link for link in found if link.in_header]
        if not header:
            where = "in the page only, not in the Link header" if found else "nowhere"
            return Seen(fine=False, text=f"rel={relation} is {where}", url=site.root)
        return Seen(fine=True, text=", ".join(link.target for link in header[:_FEW]), url=site.root)

    return look


def author(site: Site) -> Seen:
    """Tell whether who made the dataset is linked to; nothing is wanted where nobody has a web address."""
    found = _dataset(site) or {}
    makers = [each for name in _MADE_BY[:2] for each in _listed(found.get(name))]
    named = [each for each in makers if not isinstance(each, dict) or each.get("@id") or each.get("url")]
    seen = _signposted("author")(site)
    if makers and not named and not seen.fine:
        raise Lacking("the dataset names nobody by a web address", fix="name who made it by an ORCID or the like")
    return seen


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


def in_page(site: Site) -> Seen:
    """Tell whether the page itself carries the links too, for those who do not see headers."""
    wanted = ("cite-as", "describedby", "license")
    missing = [name for name in wanted if not any(x.relation == name and not x.in_header for x in site.links)]
    return Seen(fine=not missing, text=f"no {', no '.join(missing)}" if missing else ", ".join(wanted), url=site.root)


def described(site: Site) -> Seen:
    """Tell whether what describes the dataset answers with the type that the link announces."""
    found = [link for link in site.links if link.relation == "describedby" and link.in_header]
    if not found:
        raise Lacking("no rel=describedby in the Link header", fix="link to the VoID and to the DCAT")
    for link in found[:_FEW]:
        reply = site.get(link.target, link.type or None)
        if reply.status != _OK or (link.type and reply.media != link.type):
            return Seen(fine=False, text=f"{link.type or 'no type'} is announced, {reply} answered", url=link.target)
    fine = any(media_of(link.type) for link in found)
    return Seen(fine=fine, text=", ".join(link.type or "no type" for link in found[:_FEW]), url=site.root)


def items(site: Site) -> Seen:
    """Tell whether what the items are is announced, and they answer."""
    found = [link for link in site.links if link.relation == "item" and link.in_header]
    if not found:
        raise Lacking("no rel=item in the Link header", fix="link to the dumps")
    for link in found[:_FEW]:
        reply = site.get(link.target, method="HEAD")
        if reply.status != _OK or not link.type or reply.media != link.type:
            return Seen(fine=False, text=f"{link.type or 'no type'} is announced, {reply} answered", url=link.target)
    return Seen(fine=True, text=f"{len(found)} items", url=site.root)


def schema_type(site: Site) -> Seen:
    """Tell whether the kind of resource is told by a type of schema.org."""
    found = [link.target for link in site.links if link.relation == "type" and link.in_header]
    fine = any("schema.org/" in target and not target.endswith("/AboutPage") for target in found)
    return Seen(fine=fine, text=", ".join(found[:_FEW]) or "rel=type is nowhere", url=site.root)


def linkset(site: Site) -> Seen:
    """Tell whether the links are there as a linkset in JSON."""
    target = next((x.target for x in site.links if x.relation == "linkset"), None)
    if target is None:
        return Seen(fine=False, text="no rel=linkset", url=site.root)
    return _linkset_at(site, target)


def catalogue(site: Site) -> Seen:
    """Tell whether the interfaces of the site are listed at the well-known place of RFC 9727."""
    return _linkset_at(site, urljoin(site.origin, ".well-known/api-catalog"))


def _linkset_at(site: Site, target: str) -> Seen:
    reply = site.get(target, _LINKSET)
    if reply.status != _OK or reply.media != _LINKSET:
        return Seen(fine=False, text=f"answered {reply}", url=target)
    try:
        sets = json.loads(reply.body)["linkset"]
        targets = [t["href"] for each in sets for name, ts in each.items() if name != "anchor" for t in ts]
        fine = bool(targets) and all(isinstance(t, str) for t in targets) and all("anchor" in each for each in sets)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return Seen(fine=False, text=f"the body begins {reply.text[:60]!r}", url=target)
    return Seen(fine=fine, text=f"{len(targets)} links", url=target)


def _dataset(site: Site) -> dict[str, Any] | None:
    return next((each for each in site.page[1] if "Dataset" in _names(each.get("@type"))), None)


def _names(value: object) -> list[str]:
    return [str(each).rpartition("/")[2].removeprefix("schema:") for each in _listed(value)]


def embedded(site: Site) -> Seen:
    """Tell whether the home page carries a schema.org Dataset, as search engines read it."""
    found = _dataset(site)
    if found is None:
        kinds = sorted({name for each in site.page[1] for name in _names(each.get("@type"))})
        return Seen(fine=False, text=f"no Dataset, but {', '.join(kinds) or 'no JSON-LD'}", url=site.root)
    fine = "schema.org" in json.dumps(found.get("@context"))
    return Seen(fine=fine, text=f"{found.get('@id', 'a Dataset')} with {len(found)} properties", url=site.root)


def properties(site: Site) -> Seen:
    """Tell whether it has the properties that the Bioschemas profile and search engines require."""
    found = _dataset(site)
    if found is None:
        raise Lacking("there is no schema.org Dataset in the home page", fix="embed one")
    missing = [name for name in ("@id", *_WANTED) if not found.get(name)]
    missing += [] if any(found.get(name) for name in _MADE_BY) else ["creator or publisher"]
    missing += [] if any(found.get(name) for name in _PROFILE) else ["dct:conformsTo"]
    return Seen(fine=not missing, text=f"no {', no '.join(missing)}" if missing else "all there", url=site.root)


def downloads(site: Site) -> Seen:
    """Tell whether it names its downloads with URL and media type."""
    each = _listed((_dataset(site) or {}).get("distribution"))
    bad = [x for x in each if not (isinstance(x, dict) and x.get("contentUrl") and x.get("encodingFormat"))]
    seen = f"{len(each) or 'no'} distributions, {len(bad) or 'none'} without contentUrl or encodingFormat"
    return Seen(fine=bool(each) and not bad, text=seen, url=site.root)


_LINKS = {
    "cite-as": "link to the IRI that people should cite",
    "describedby": "link to the VoID and the DCAT, with their media types",
    "item": "link to the dumps, with their media types",
    "license": "link to the licence by its IRI",
}

PROBES = (
    *(
        Probe(
            f"signposting.{relation}",
            f"rel={relation} in the Link header of the home page",
            f"{fix} (FAIR Signposting, level 1)",
            _signposted(relation),
        )
        for relation, fix in _LINKS.items()
    ),
    Probe(
        "signposting.author",
        "rel=author in the Link header of the home page, where who made the dataset has a web address",
        "link to who made the dataset, such as an ORCID (FAIR Signposting, level 1)",
        author,
    ),
    Probe(
        "signposting.type",
        "rel=type with a type of schema.org besides AboutPage",
        "link to https://schema.org/AboutPage and https://schema.org/Dataset (FAIR Signposting, level 1)",
        schema_type,
    ),
    Probe(
        "signposting.described",
        "the announced type where rel=describedby leads",
        "let every link with rel=describedby announce the type that its target answers with",
        described,
    ),
    Probe(
        "signposting.items",
        "the announced type where rel=item leads",
        "announce the media type of each item, and answer HEAD of it",
        items,
    ),
    Probe(
        "signposting.in-page",
        "cite-as, describedby and license as <link> in the page",
        "write the links of the header into the page too",
        in_page,
    ),
    Probe(
        "signposting.linkset",
        f"{_LINKSET} where rel=linkset leads",
        "publish the links as a linkset (RFC 9264), and link to it (FAIR Signposting, level 2)",
        linkset,
    ),
    Probe(
        "signposting.api-catalog",
        f"{_LINKSET} at /.well-known/api-catalog",
        "list the interfaces of the site there (RFC 9727)",
        catalogue,
    ),
    Probe(
        "json-ld.dataset",
        "a schema.org Dataset as JSON-LD in the home page",
        "write it into the page on the server: crawlers do not run scripts",
        embedded,
    ),
    Probe(
        "json-ld.properties",
        f"@id, {', '.join(_WANTED)}, a creator, dct:conformsTo",
        "fill in these properties (Bioschemas Dataset 1.0)",
        properties,
    ),
    Probe(
        "json-ld.distribution",
        "contentUrl and encodingFormat of each distribution",
        "name the downloads as DataDownload with both",
        downloads,
    ),
)
