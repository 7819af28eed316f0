"""Probes of the dumps: whether they download, in parts too, parse, and match the size and checksum that are told.

Only the smallest dump is fetched, and no more of it than the cap.
"""

import hashlib
import re
import zlib
from base64 import b64encode
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

import zstandard

from publisher.audit.graph import Graph, media_of
from publisher.audit.probe import Probe, Seen
from publisher.audit.site import Lacking, Site
from publisher.audit.wire import Reply, failed
from publisher.rdf.media import GRAPHS, N_QUADS, N_TRIPLES, Media
from publisher.rdf.names import DCAT, SPDX
from publisher.rdf.quads import parse_terms

_OK, _PARTIAL = 200, 206
_LIMIT = 8 << 20
_UNPACKED = 64 << 20
_GZIP = 31
_SUM = re.compile(r"([0-9a-fA-F]{64}) [ *](.+)")
_ASKED = 6
_PART = 100


def _heads(site: Site) -> dict[str, Reply]:
    """Give the answer to HEAD of a few of the dumps, those that RDF readers know first."""
    if not site.dumps:
        raise Lacking("no dump is known", fix="name the dumps with void:dataDump or dcat:downloadURL")
    known = [url for url in site.dumps if _media(url, "") is not None] or list(site.dumps)
    return {url: site.get(url, method="HEAD") for url in known[:_ASKED]}


def _smallest(site: Site) -> str:
    """Give the smallest of them that answers with a length; else the first."""
    sized = {url: reply.length for url, reply in _heads(site).items() if reply.status == _OK and reply.length}
    return min(sized, key=lambda url: sized[url]) if sized else site.dumps[0]


def _fetched(site: Site) -> Reply:
    reply = site.get(_smallest(site), limit=_LIMIT)
    if reply.status != _OK:
        raise failed(reply.url, f"answered {reply}")
    return reply


def listed(site: Site) -> Seen:
    """Tell whether the descriptions name dumps."""
    found = len(site.dumps)
    return Seen(fine=found > 0, text=f"{found} dump{'s' if found != 1 else ''}", url=site.root)


def heads(site: Site) -> Seen:
    """Each dump answers HEAD with its type and its length."""
    for url, reply in _heads(site).items():
        if not (reply.status == _OK and reply.length and reply.media):
            seen = f"answered {reply}, {'no length' if reply.length is None else f'{reply.length} bytes'}"
            return Seen(fine=False, text=seen, url=url)
    return Seen(fine=True, text=f"{len(_heads(site))} of {len(site.dumps)} tried", url=site.dumps[0])


def parts(site: Site) -> Seen:
    """Tell whether a download that broke off can be continued."""
    url = _smallest(site)
    reply = site.get(url, headers={"Range": f"bytes=0-{_PART - 1}"}, limit=_LIMIT)
    place = reply.header("content-range")
    fine = reply.status == _PARTIAL and place.startswith("bytes 0-") and len(reply.body) <= _PART
    return Seen(fine=fine, text=f"{reply.status} with Content-Range: {place or 'nothing'}", url=url)


def parses(site: Site) -> Seen:
    """Tell whether the dump is valid RDF; of one that is longer than the cap, the whole lines there are."""
    reply = _fetched(site)
    media = _media(urlsplit(reply.url).path, reply.media) or _media(urlsplit(reply.first.url).path, "")
    if media is None:
        return Seen(fine=False, text=f"{reply}, which is no RDF by its name or its type", url=reply.url)
    data, whole = unpacked(reply.body)
    whole = whole and reply.whole
    if not whole and media not in (N_TRIPLES, N_QUADS):
        raise Lacking(f"{reply.url} is longer than the cap and not made of lines", fix="offer N-Triples or N-Quads too")
    count = sum(1 for _ in parse_terms(data if whole else data[: data.rfind(b"\n") + 1], media=media, file=reply.url))
    return Seen(
        fine=count > 0, text=f"{count} statements of {media.label}{'' if whole else ', the first'}", url=reply.url
    )


def size(site: Site) -> Seen:
    """Tell whether the dump is as long as the description says."""
    url = _smallest(site)
    said = [told for node in _described(site, url) for told in site.catalogue.objects(DCAT + "byteSize", of=node)]
    if not said:
        return Seen(fine=False, text="no dcat:byteSize is stated for it", url=url)
    length = site.get(url, method="HEAD").header("content-length")
    return Seen(fine=length in {each.partition(".")[0] for each in said}, text=f"{length}, said {said[0]}", url=url)


def checksum(site: Site) -> Seen:
    """Tell whether the SHA-256 of the dump is the one that is published for it."""
    reply = _fetched(site)
    told = _published(site, reply)
    if not told:
        return Seen(fine=False, text="no SHA-256 is published for it", url=reply.url)
    if not reply.whole:
        raise Lacking(f"{reply.url} is longer than the cap", fix="offer a smaller dump, such as one for each graph")
    found = hashlib.sha256(reply.body).hexdigest()
    wrong = next((place for place, value in told.items() if value != found), None)
    seen = f"{found}, {wrong} says {told[wrong]}" if wrong else f"{found}, as {' and '.join(told)} say"
    return Seen(fine=wrong is None, text=seen, url=reply.url)


def cors(site: Site) -> Seen:
    """Tell whether a page of another site may read the dump."""
    url = _smallest(site)
    allowed = site.get(url, method="HEAD", headers={"Origin": "https://reader.example"})
    value = allowed.header("access-control-allow-origin")
    fine = value in ("*", "https://reader.example")
    return Seen(fine=fine, text=f"Access-Control-Allow-Origin: {value or 'nothing'}", url=url)


def _described(site: Site, url: str) -> list[str]:
    """Give the distributions whose download is at a URL."""
    return [
        s.value
        for s, p, o in site.catalogue.triples
        if p.value == DCAT + "downloadURL" and (site.at(o.value) or o.value) == url
    ]


def _published(site: Site, reply: Reply) -> dict[str, str]:
    """Give the checksums of a dump by where they are published, in small hexadecimal letters."""
    url, found = reply.first.url, {}
    for value in _described_sums(site.catalogue, _described(site, url)):
        found["DCAT"] = value.lower()
    digest = re.search(r"sha-256=:([A-Za-z0-9+/=]+):", reply.header("repr-digest"))
    if digest and reply.whole:
        own = hashlib.sha256(reply.body)
        same = b64encode(own.digest()).decode() == digest[1]
        found["Repr-Digest"] = own.hexdigest() if same else digest[1]
    sums = site.get(urljoin(reply.url, "SHA256SUMS"))
    if sums.status == _OK:
        name = reply.url.rpartition("/")[2]
        for line in sums.text.splitlines():
            match = _SUM.fullmatch(line.strip())
            if match and match[2].strip() == name:
                found["SHA256SUMS"] = match[1].lower()
    return found


def _described_sums(graph: Graph, nodes: list[str]) -> Iterator[str]:
    """Give the SHA-256 that a description states for distributions."""
    for node in nodes:
        for stated in graph.objects(SPDX + "checksum", of=node):
            if any("256" in each for each in graph.objects(SPDX + "algorithm", of=stated)):
                yield from graph.objects(SPDX + "checksumValue", of=stated)


def _media(path: str, type_: str) -> Media | None:
    """Give the RDF syntax of a dump, by its media type or by its suffix before that of the compression."""
    name = re.sub(r"\.(gz|zst)$", "", path.rpartition("/")[2])
    suffix = name.rpartition(".")[2]
    return media_of(type_) or next((media for media in GRAPHS if media.suffix == suffix), None)


@lru_cache(maxsize=2)
def unpacked(data: bytes) -> tuple[bytes, bool]:
    """Give the bytes without their compression, and whether those are all, to a cap; raise ValueError."""
    try:
        if data[:2] == b"\x1f\x8b":
            reader = zlib.decompressobj(_GZIP)
            found = reader.decompress(data, _UNPACKED)
            return found, reader.eof
        if data[:4] == b"\x28\xb5\x2f\xfd":
            with zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(data) as stream:
                found = stream.read(_UNPACKED + 1)
            return found[:_UNPACKED], len(found) <= _UNPACKED
    except (zlib.error, zstandard.ZstdError) as error:
        raise ValueError(f"its compression is broken: {error}") from None
    return data, True


PROBES = (
    Probe(
        "dumps.listed",
        "at least one dump in VoID or DCAT",
        "name each dump with void:dataDump and as a dcat:Distribution",
        listed,
    ),
    Probe(
        "dumps.head",
        "200 with type and length to HEAD",
        "answer HEAD of every dump with Content-Type and Content-Length",
        heads,
    ),
    Probe(
        "dumps.range",
        "206 to a request for a part",
        "answer Range with 206 and Content-Range, so that a broken download goes on",
        parts,
    ),
    Probe("dumps.parses", "valid RDF", "write the dump again, and parse it before it is published", parses),
    Probe(
        "dumps.size",
        "the length that dcat:byteSize states",
        "write the description when the dump is written, from the same bytes",
        size,
    ),
    Probe(
        "dumps.checksum",
        "the SHA-256 that spdx:checksum, SHA256SUMS or Repr-Digest states",
        "publish a SHA-256 of each dump, and compute it from the bytes that are served",
        checksum,
    ),
    Probe("dumps.cors", "Access-Control-Allow-Origin: *", "send the headers of CORS with the dumps too", cors),
)
