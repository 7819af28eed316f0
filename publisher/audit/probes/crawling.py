"""Probes of what crawlers and monitors ask a site for first: home page, robots.txt, sitemap, health."""

from urllib.parse import urljoin, urlsplit

from publisher.audit.graph import elements
from publisher.audit.probe import Probe, Seen
from publisher.audit.site import PAGE, Lacking, Site
from publisher.audit.wire import Reply

_OK = 200
_FEW = 3
_MOST = 50_000
_XML = ("application/xml", "text/xml")


def home(site: Site) -> Seen:
    """Tell whether the home page is a page, with a title and words that need no script."""
    reply = site.home
    fine = reply.status == _OK and reply.media == PAGE and "<title" in reply.text.lower()
    return Seen(fine=fine, text=str(reply), url=site.root)


def secure(site: Site) -> Seen:
    """Tell whether the site is served over TLS."""
    if site.here:
        raise Lacking("a site of a private network needs no certificate", fix="audit it again where it is public")
    return Seen(fine=site.home.url.startswith("https://"), text=site.home.url, url=site.root)


def robots(site: Site) -> Seen:
    """There is a robots.txt, and it does not shut everybody out."""
    reply = _robots(site)
    if reply.status != _OK or reply.media != "text/plain":
        return Seen(fine=False, text=f"answered {reply}", url=reply.url)
    everybody, shut = False, False
    for line in reply.text.splitlines():
        name, _, value = line.partition("#")[0].partition(":")
        name, value = name.strip().lower(), value.strip()
        if name == "user-agent":
            everybody = value == "*"
        shut = shut or (everybody and name == "disallow" and value == "/")
    return Seen(fine=not shut, text="Disallow: / for everybody" if shut else str(reply), url=reply.url)


def _robots(site: Site) -> Reply:
    return site.get(urljoin(site.origin, "robots.txt"))


def _sitemaps(site: Site) -> list[str]:
    lines = (line.partition(":") for line in _robots(site).text.splitlines())
    return [value.strip() for name, _, value in lines if name.strip().lower() == "sitemap"]


def named(site: Site) -> Seen:
    """Tell whether the robots.txt names the sitemap by its full URL."""
    found = _sitemaps(site)
    fine = any(url.startswith(("http://", "https://")) for url in found)
    return Seen(fine=fine, text=", ".join(found[:_FEW]) or "no Sitemap line", url=_robots(site).url)


def _sitemap(site: Site) -> tuple[Reply, list[str], str]:
    """Give the sitemap, its locations and its kind; of an index, the first map that it names."""
    found = [url for url in _sitemaps(site) if site.at(url)]
    reply = site.get(found[0] if found else site.path("sitemap.xml"))
    if reply.status != _OK or reply.media not in _XML:
        return reply, [], ""
    parts = elements(reply.body, reply.url)
    kind = parts[0][0]
    places = [text for name, text in parts if name == "loc"]
    if kind == "sitemapindex" and places and site.at(places[0]):
        reply = site.get(places[0])
        parts = elements(reply.body, reply.url)
        places = [text for name, text in parts if name == "loc"]
        kind = parts[0][0]
    return reply, places, kind


def sitemap(site: Site) -> Seen:
    """There is a sitemap in XML with full URLs of this site."""
    reply, places, kind = _sitemap(site)
    if kind != "urlset":
        return Seen(fine=False, text=f"answered {reply}", url=reply.url)
    host = urlsplit(reply.url).netloc
    strange = next((place for place in places if urlsplit(place).netloc != host), None)
    fine = 0 < len(places) <= _MOST and strange is None
    seen = f"{strange} is at another host" if strange else f"{len(places)} pages"
    return Seen(fine=fine, text=seen, url=reply.url)


def pages(site: Site) -> Seen:
    """Tell whether the pages of the sitemap answer, first, middle and last."""
    reply, places, _ = _sitemap(site)
    tried = [url for url in dict.fromkeys(places[n] for n in (0, len(places) // 2, -1) if places) if site.at(url)]
    if not tried:
        raise Lacking("the sitemap names no page of this site", fix="name the pages in /sitemap.xml")
    for url in tried:
        answer = site.get(url, PAGE)
        if answer.status != _OK:
            return Seen(fine=False, text=f"answered {answer}", url=url)
    return Seen(fine=True, text=f"{len(tried)} of {len(places)} pages tried", url=reply.url)


def health(site: Site) -> Seen:
    """Tell whether monitors can ask whether the site is well, cheaply."""
    url = site.path("healthz")
    reply = site.get(url)
    return Seen(fine=reply.status == _OK and len(reply.body) < 1 << 16, text=str(reply), url=url)


def readable(site: Site) -> Seen:
    """Tell whether the home page may be read by pages of other sites."""
    reply = site.get(site.root, PAGE, headers={"Origin": "https://reader.example"})
    allowed = reply.header("access-control-allow-origin")
    fine = allowed in ("*", "https://reader.example")
    return Seen(fine=fine, text=f"Access-Control-Allow-Origin: {allowed or 'nothing'}", url=site.root)


PROBES = (
    Probe("site.home", "a page with a title", "answer the address of the site with a page", home),
    Probe("site.secure", "https", "serve the site over TLS, and redirect from http", secure),
    Probe("site.cors", "Access-Control-Allow-Origin: *", "send the headers of CORS with every public answer", readable),
    Probe("site.health", "200 at /healthz", "answer /healthz with a few bytes, for monitors", health),
    Probe(
        "crawler.robots",
        "text/plain that does not shut everybody out",
        "publish robots.txt; bar the query service in it, not the pages",
        robots,
    ),
    Probe(
        "crawler.sitemap-named",
        "a Sitemap line with a full URL",
        "add Sitemap: and the full URL of sitemap.xml to robots.txt",
        named,
    ),
    Probe(
        "crawler.sitemap",
        "a urlset with URLs of this host, at most 50 000",
        "publish /sitemap.xml as sitemaps.org describes it",
        sitemap,
    ),
    Probe("crawler.pages", "200 for the pages of the sitemap", "leave out of the sitemap what does not answer", pages),
)
