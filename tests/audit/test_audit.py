"""Our own site passes every probe, and a site with one defect fails the probe that is there for it."""

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from publisher.audit import PROBES, audit
from publisher.audit.probe import Outcome, Result
from publisher.audit.run import tried
from publisher.audit.site import Site
from publisher.audit.wire import Client
from publisher.errors import AuditFailed, UsageError
from tests.audit.relay import (
    Answer,
    Defect,
    Relay,
    Request,
    accepting,
    aimed,
    always,
    as_if,
    at,
    edited,
    good,
    headed,
    labelled,
    saying,
    with_status,
    without,
)
from tests.sarif import read_sarif
from tests.serving import Served

_BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
_JSON, _XML = "application/sparql-results+json", "application/sparql-results+xml"
_CSV, _TSV = "text/csv", "text/tab-separated-values"
_TTL, _NT, _LD, _RDF = "text/turtle", "application/n-triples", "application/ld+json", "application/rdf+xml"
_NONE = "application/x-no-such-type"
_ORIGIN = "access-control-allow-origin"
_NO_ROWS = b'<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#"><head/><results/></sparql>'


def _void(request: Request) -> bool:
    return request.path in ("/void.ttl", "/.well-known/void")


def _thing(accept: str, instead: str) -> Defect:
    return as_if(instead, accepting(accept, path="/thing"))


def _posted(type_: str, *, charset: bool) -> Defect:
    return with_status(
        415,
        lambda r: (
            r.method == "POST"
            and r.headers.get("content-type", "").startswith(type_)
            and ("charset" in r.headers["content-type"]) is charset
        ),
    )


DEFECTS: dict[str, Defect] = {
    "site.home": with_status(404, lambda r: r.path == "/"),
    "site.cors": without(_ORIGIN),
    "site.health": with_status(404, at("/healthz")),
    "crawler.robots": saying(b"User-agent: *\nDisallow: /\n", at("/robots.txt")),
    "crawler.sitemap-named": saying(b"User-agent: *\n", at("/robots.txt")),
    "crawler.sitemap": edited(rb"<loc>http://[^/]+/", b"<loc>http://elsewhere.example/", at("/sitemap.xml")),
    "crawler.pages": with_status(500, lambda r: r.path not in ("/", "/robots.txt", "/sitemap.xml")),
    "thing.ttl": _thing(_TTL, "text/html"),
    "thing.jsonld": _thing(_LD, "text/html"),
    "thing.nt": _thing(_NT, _TTL),
    "thing.rdf": _thing(_RDF, _TTL),
    "thing.html": _thing("text/html", _TTL),
    "thing.browser": _thing(_BROWSER, _RDF),
    "thing.quality": _thing("text/html;q=0.1, text/turtle;q=0.9", "text/html"),
    "thing.second-choice": _thing(f"{_NONE}, {_LD};q=.5, {_TTL};q=0.1", _TTL),
    "thing.parameters": _thing("text/turtle;charset=utf-8;q=.9,text/html;q=.1", "text/html"),
    "thing.not-acceptable": _thing(_NONE, "*/*"),
    "thing.vary": without("vary"),
    "thing.see-other": lambda r, ask: without("content-location")(
        r, lambda s: aimed(r"(/LX\d+)$", r"\1.ttl", accepting(_TTL, path="/thing"))(s, ask)
    ),
    "thing.representation": with_status(404, lambda r: r.path.endswith(".ttl") and r.accept == "*/*"),
    "thing.head": with_status(405, lambda r: r.method == "HEAD"),
    "thing.etag": headed("if-none-match", "", always),
    "thing.cors": without(_ORIGIN, at("/thing")),
    "thing.unknown": with_status(200, at("/thing/no-such")),
    "thing.charset": labelled("content-type", "text/html", accepting("text/html", path="/thing")),
    "thing.alternates": edited(rb'rel="(alternate|describedby)"', b'rel="other"', at("/thing")),
    "thing.about-itself": edited(rb"void:inDataset", b"void:inDatabase", at("/thing")),
    "thing.useful": edited(rb"(?i)label|name|title", b"l", at("/thing")),
    "thing.iri": edited(rb"lx:LX0000001 ;", b"<https://example.org/lights/thing?id=1> ;", _void),
    "thing.dataset": with_status(404, at("/dataset")),
    "sparql.select-srj": as_if(_XML, accepting(_JSON, word="VALUES")),
    "sparql.select-srx": saying(b"<sparql", accepting(_XML, word="VALUES")),
    "sparql.select-csv": as_if(_TSV, accepting(_CSV)),
    "sparql.select-tsv": as_if(_XML, accepting(_TSV)),
    "sparql.ask-srj": saying(b'{"boolean": false}', accepting(_JSON, word="ASK")),
    "sparql.ask-srx": as_if(_JSON, accepting(_XML, word="ASK")),
    "sparql.construct-ttl": as_if(_NT, accepting(_TTL, word="CONSTRUCT")),
    "sparql.construct-nt": saying(b"<a> <b> .", accepting(_NT, word="CONSTRUCT")),
    "sparql.construct-jsonld": saying(b"{", accepting(_LD, word="CONSTRUCT")),
    "sparql.construct-rdf": saying(b"<rdf:RDF/>", accepting(_RDF, word="CONSTRUCT")),
    "sparql.anything": as_if(_CSV, accepting("*/*", word="SELECT")),
    "sparql.post-form": _posted("application/x-www-form-urlencoded", charset=False),
    "sparql.post-form-charset": _posted("application/x-www-form-urlencoded", charset=True),
    "sparql.post-direct": _posted("application/sparql-query", charset=False),
    "sparql.post-direct-charset": _posted("application/sparql-query", charset=True),
    "sparql.syntax-error": with_status(200, lambda r: r.query.endswith("?y")),
    "sparql.problem": labelled("content-type", "application/json", lambda r: r.query.endswith("?y")),
    "sparql.two-queries": aimed(r"&query=.*", ""),
    "sparql.no-query": with_status(200, lambda r: b"quarry" in r.body),
    "sparql.update-refused": with_status(200, lambda r: r.headers.get("content-type") == "application/sparql-update"),
    "sparql.not-acceptable": as_if(_JSON, accepting(_NONE)),
    "sparql.unsupported": headed(
        "content-type", "application/sparql-query", lambda r: r.headers.get("content-type") == "text/plain"
    ),
    "sparql.head": with_status(405, lambda r: r.method == "HEAD"),
    "sparql.description-ttl": as_if("text/html", lambda r: r.path == "/sparql" and r.accept == _TTL and not r.query),
    "sparql.description-rdf": as_if(_TTL, lambda r: r.path == "/sparql" and r.accept == _RDF and not r.query),
    "sparql.description-terms": edited(rb"sd:resultFormat", b"sd:format", at("/sparql")),
    "sparql.fresh": edited(rb"dcterms:(modified|issued)", b"dcterms:date", at("/sparql")),
    "sparql.named-graphs": saying(b"", accepting(_TTL, word="GRAPH ?g")),
    "sparql.default-graph": saying(_NO_ROWS, accepting(_XML, word="?s ?p ?o")),
    "sparql.no-such-graph": aimed(r"&default-graph-uri=.*", ""),
    "sparql.form-in-text": saying(b"[object Map].", accepting(_JSON, word='("CONSTRUCT"'), "application/n-quads"),
    "sparql.cors": with_status(405, lambda r: r.method == "OPTIONS"),
    "sparql.vary": without("vary", at("/sparql")),
    "sparql.address": edited(rb"<https://example.org/lights/sparql>", b"<http://192.0.2.1:8890/sparql>"),
    "void.well-known": with_status(404, at("/.well-known/void")),
    "void.terms": edited(rb"void:exampleResource", b"void:example", _void),
    "void.access": edited(rb"void:dataDump", b"void:dump", _void),
    "void.statistics": edited(rb"void:distinctSubjects", b"void:subjects", _void),
    "void.dated": edited(rb"dcterms:(modified|issued)", b"dcterms:date", _void),
    "dcat.dataset": edited(rb"dcat:keyword", b"dcat:key"),
    "dcat.distributions": edited(rb"dcat:byteSize", b"dcat:size"),
    "dcat.service": edited(rb"dcat:DataService", b"dcat:Service"),
    "dcat.provenance": edited(rb"prov:was|dcterms:source|pav:(derived|created|retrieved)", b"prov:x"),
    "dcat.landing-page": edited(rb"dcat:landingPage|foaf:homepage|foaf:page", b"foaf:seat"),
    "dcat.access": edited(rb"isAccessibleForFree", b"free"),
    "licence.stated": edited(rb'rel="license"', b'rel="rights"'),
    "licence.same": edited(
        rb'"license": "https://creativecommons', b'"license": "https://other', lambda r: r.path == "/"
    ),
    "dumps.listed": edited(rb"void:dataDump|dcat:downloadURL", b"void:dump"),
    "dumps.head": with_status(405, lambda r: r.method == "HEAD"),
    "dumps.range": headed("range", "", always),
    "dumps.parses": saying(b"not RDF at all", at("/dumps")),
    "dumps.size": edited(rb'("dcat:byteSize": \[\{"@value": ")|(dcat:byteSize )', rb"\g<1>\g<2>1"),
    "dumps.checksum": saying(b"something else", at("/dumps")),
    "dumps.cors": without(_ORIGIN, at("/dumps")),
    **{
        f"signposting.{name}": edited(f'rel="{name}"'.encode(), b'rel="other"')
        for name in ("cite-as", "author", "describedby", "item", "license", "type")
    },
    "signposting.described": labelled("content-type", "text/html", at("/void.ttl")),
    "signposting.items": labelled("content-type", "text/plain", at("/dumps")),
    "signposting.in-page": edited(rb'<link rel="license"', b'<link rel="other"'),
    "signposting.linkset": as_if(_TTL, at("/linkset")),
    "signposting.api-catalog": with_status(404, at("/.well-known/api-catalog")),
    "json-ld.dataset": edited(rb'<script type="application/ld\+json"', b'<script type="text/plain"'),
    "json-ld.properties": edited(rb'"description":', b'"about":', lambda r: r.path == "/"),
    "json-ld.distribution": edited(rb'"contentUrl"', b'"content"'),
}


def _results(root: str, *names: str) -> list[Result]:
    probes = [probe for probe in PROBES if probe.name in names or not names]
    return list(audit(root, rate=1e4, allow_private=True, probes=probes).results)


def test_our_own_site_passes_every_probe(served: Served) -> None:
    """Nothing fails, and nothing is skipped but what a site of this machine cannot have."""
    found = {result.probe.name: (result.outcome, result.seen) for result in _results(served.root)}

    assert {} == {name: seen for name, (outcome, seen) in found.items() if outcome is Outcome.FAILED}
    assert ["site.secure"] == [name for name, (outcome, _) in found.items() if outcome is Outcome.SKIPPED]


def test_the_relay_spoils_nothing_by_itself(relay: Relay) -> None:
    """Without a defect the relay passes too, so that a failure is the defect's."""
    relay.defect = good

    assert [] == [(r.probe.name, r.seen) for r in _results(relay.root) if r.outcome is Outcome.FAILED]


@pytest.mark.parametrize("name", [probe.name for probe in PROBES if probe.name != "site.secure"])
def test_a_defect_fails_the_probe_that_is_there_for_it(relay: Relay, name: str) -> None:
    """The probe fails on the spoilt site, and says what it saw."""
    relay.defect = DEFECTS[name]

    (result,) = _results(relay.root, name)

    assert Outcome.FAILED is result.outcome
    assert result.seen


def test_a_public_site_without_tls_fails(relay: Relay) -> None:
    """A site that is not of this machine is wanted over https."""
    relay.defect = good
    site = Site(relay.root, Client(1e4, 5, frozenset({("127.0.0.1", relay.port)})))
    site.here = False

    assert Outcome.FAILED is tried(next(probe for probe in PROBES if probe.name == "site.secure"), site).outcome


def test_a_site_is_asked_for_its_own_things_only(relay: Relay) -> None:
    """Here its own IRIs are asked at its address; elsewhere where they lead; those of others never."""
    relay.defect = good
    own, other = "https://example.org/lights/thing/LX0000001", "https://elsewhere.example/x"
    site = Site(relay.root, Client(1e4, 5, frozenset({("127.0.0.1", relay.port)})))
    here = [site.at(own), site.at(other)]
    site.here = False

    assert [f"{relay.root}thing/LX0000001", None] == here
    assert [own, None] == [site.at(own), site.at(other)]


def test_the_reports_say_the_same_in_every_form(relay: Relay) -> None:
    """JSON, JUnit and SARIF name the failed probe, its URL and the next step; so does the text."""
    relay.defect = with_status(404, at("/healthz"))
    report = audit(relay.root, rate=1e4, allow_private=True, probes=PROBES[:8])
    plain = json.loads(report.render("json"))
    suites = ET.fromstring(report.render("junit"))  # noqa: S314 - we wrote it
    sarif = read_sarif(report.render("sarif"))
    text = report.render("text")

    assert {"passed": 6, "failed": 1, "skipped": 1} == plain["counts"]
    assert ("8", "1", "1") == tuple(suites.attrib[name] for name in ("tests", "failures", "skipped"))
    assert ["site.health"] == [
        case.attrib["name"] for case in suites.iter("testcase") if case.find("failure") is not None
    ]
    assert ["site.health"] == [each["ruleId"] for each in sarif["results"]]
    assert f"{relay.root}healthz" == sarif["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert "error[site.health]" in text
    assert "help: answer /healthz" in text


@pytest.mark.parametrize(
    "type_", ["text/turtle", "application/ld+json", "text/html", "application/sparql-results+xml", "text/csv"]
)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe\x00",
        b"[" * 50_000,
        b'<!DOCTYPE x [<!ENTITY y "z">]><x>&y;</x>',
        b'<link rel="item" href="http://[x"><![x[ <script type="application/ld+json">[1, {"@graph": 3}]</script>',
        b"\x1f\x8b broken",
        b"x" * 200_000,
        b'<?xml version="1.0" encoding="utf-7"?><sparql/>',
    ],
)
def test_nothing_that_a_site_says_breaks_the_audit(relay: Relay, body: bytes, type_: str) -> None:
    """Whatever the bodies and the links are, each probe comes to an end with words."""
    link = '<http://[x>; rel="item", <x'
    relay.defect = lambda *_: Answer(200, {"content-type": type_, "link": link, "content-length": "\u00b2"}, body)

    assert len(PROBES) == len([result for result in _results(relay.root) if result.seen])


def test_words_of_another_site_cannot_write_on_the_terminal(relay: Relay) -> None:
    """Escapes and line ends in what a site says become spaces."""
    relay.defect = saying(b"\x1b[2J\nUser-agent", at("/robots.txt"), "text/\x1b[31mred")

    (result,) = _results(relay.root, "crawler.robots")

    assert result.seen.isprintable()


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["--allow-private", "--rate", "1000", "--format", "json"], 0, '"conforms": true'),
        (["--allow-private", "--rate", "1000", "--iri", "https://example.org/lights/no-such"], 1, "error[thing.ttl]"),
        ([], 2, "an address of a private network"),
        (["--allow-private", "--rate", "0"], 2, "above 0"),
    ],
)
def test_the_command_tells_by_its_status(served: Served, arguments: list[str], status: int, said: str) -> None:
    """0 is fine, 1 has findings, 2 could not be asked; no traceback in any case."""
    command = [sys.executable, "-m", "publisher", "audit", served.root, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert status == done.returncode
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("url", ["ftp://a.example/", "a.example", "http://", "http://u:p@a.example/", "http://[::1/"])
def test_what_is_no_address_of_the_web_is_said_so(url: str) -> None:
    """A wrong address is a wrong call."""
    with pytest.raises(UsageError, match="not an address of the web"):
        audit(url)


def test_a_site_that_is_not_there_is_said_so() -> None:
    """Nobody listens at the port: the site cannot be reached."""
    with pytest.raises(AuditFailed, match="no answer"):
        audit("http://127.0.0.1:9/", allow_private=True)


def test_every_probe_is_in_the_reference(root: Path) -> None:
    """The reference has a row for each probe with what is wanted and what to do, and every probe has a defect."""
    page = (root / "docs" / "reference" / "audit.md").read_text(encoding="utf-8")

    assert [] == [p.name for p in PROBES if f"| `{p.name}` | {p.wanted} | {p.fix} |" not in page]
    assert {probe.name for probe in PROBES} == set(DEFECTS) | {"site.secure"}
