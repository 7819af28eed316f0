"""The audited site: its address, its client, and what it says about itself, each document asked for once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote, urljoin

from publisher.audit.graph import Graph, elements, graph_of, named
from publisher.audit.links import Link, of_header, of_page
from publisher.audit.wire import BODY_LIMIT, Client, Reply, failed, place_of, web_address
from publisher.errors import AuditFailed, ExportinError
from publisher.rdf.names import DCAT, DCTERMS, VOID

RDF_ACCEPT = "text/turtle, application/rdf+xml;q=0.9, application/ld+json;q=0.8, application/n-triples;q=0.7"
PAGE = "text/html"
_MOST_THINGS = 3
_SAMPLE = "SELECT DISTINCT ?s WHERE {{ ?s ?p ?o FILTER(STRSTARTS(STR(?s), {space})) }} LIMIT 3"


class Lacking(AuditFailed):
    """There is nothing that this probe could be tried on."""


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing that the site describes: its IRI, and the URL at which it is asked for."""

    iri: str
    url: str


class Site:
    """A site, asked through its client; what was asked once is remembered, failures included.

    ``here`` tells that the site runs in a private network: then nothing but it is asked, and its own IRIs are asked
    at its address, so that a site can be audited before it is where its IRIs lead.
    """

    def __init__(self, root: str, client: Client, *, iris: tuple[str, ...] = ()):
        """Take the address of the home page, the client, and IRIs to try instead of those that the site names."""
        parts = web_address(root)
        self.root = parts.geturl() if parts.path.endswith("/") else parts._replace(path=parts.path + "/").geturl()
        self.origin = f"{parts.scheme}://{parts.netloc}/"
        self.here = place_of(parts) in client.private
        self.client = client
        self._iris = iris
        self._known: dict[object, Reply | AuditFailed] = {}

    def get(
        self,
        url: str,
        accept: str | None = None,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        follow: bool = True,
        limit: int = BODY_LIMIT,
    ) -> Reply:
        """Ask, once for the same request; raise AuditFailed where there is no answer."""
        sent = ({} if accept is None else {"Accept": accept}) | dict(headers or {})
        key = (url, method, tuple(sorted(sent.items())), body, follow)
        if key not in self._known:
            try:
                self._known[key] = self.client.ask(
                    url, method=method, headers=sent, body=body, follow=follow, limit=limit
                )
            except AuditFailed as error:
                self._known[key] = error
        found = self._known[key]
        if isinstance(found, AuditFailed):
            raise found
        return found

    def path(self, name: str) -> str:
        """Give the URL of a path under the home page."""
        return urljoin(self.root, name)

    def at(self, iri: str) -> str | None:
        """Give the URL at which an IRI is asked for; None where it belongs to somebody else."""
        if iri.startswith((self.root, self.origin)):
            return iri
        space = next((each for each in self.spaces if iri.startswith(each)), None)
        if self.here:
            return None if space is None else self.root + iri.removeprefix(space)
        return iri if space is not None or iri in self._iris else None

    @cached_property
    def home(self) -> Reply:
        """Give the home page as a browser gets it."""
        return self.get(self.root, PAGE)

    @cached_property
    def links(self) -> list[Link]:
        """Give the typed links of the home page, those of its header first."""
        return [*of_header(self.home), *self.page[0]]

    @cached_property
    def page(self) -> tuple[list[Link], list[dict[str, Any]]]:
        """Give the links and the JSON-LD objects that stand in the home page."""
        return of_page(self.home) if self.home.media in (PAGE, "application/xhtml+xml") else ([], [])

    @cached_property
    def well_known(self) -> Reply:
        """Give what is at the well-known place of VoID (RFC 8615)."""
        return self.get(urljoin(self.origin, ".well-known/void"), RDF_ACCEPT)

    @cached_property
    def void(self) -> Graph:
        """Give the VoID description; raise Lacking where there is none."""
        return self._first_graph([urljoin(self.origin, ".well-known/void"), self.path("void.ttl"), self.path("void")])

    @cached_property
    def catalogue(self) -> Graph:
        """Give everything that describes the dataset: VoID, and what the home page says describes it."""
        described = [link.target for link in self.links if link.relation == "describedby"]
        graph = Graph()
        for url in dict.fromkeys([*described, *([] if described else [self.path("dcat"), self.path("dataset")])]):
            graph += self._graph(url)
        try:
            return graph + self.void
        except Lacking:
            return graph

    @cached_property
    def spaces(self) -> tuple[str, ...]:
        """Give the namespaces of the site's own IRIs as VoID tells them."""
        try:
            graph = self.void
        except Lacking:
            return ()
        datasets = {s.value for s, p, _ in graph.triples if p.value in (VOID + "sparqlEndpoint", VOID + "dataDump")}
        return tuple(o.value for s, p, o in graph.triples if p.value == VOID + "uriSpace" and s.value in datasets)

    @cached_property
    def things(self) -> tuple[Thing, ...]:
        """Give the things to try: those asked for, the examples of VoID, or some that the endpoint names."""
        return tuple(dict.fromkeys(Thing(iri, url) for iri in self._candidates() if (url := self.at(iri)) is not None))[
            :_MOST_THINGS
        ]

    def thing(self) -> Thing:
        """Give one thing to try; raise Lacking where none is known."""
        if not self.things:
            raise Lacking("no IRI of a thing is known", fix="name one: void:exampleResource in the VoID, or --iri")
        return self.things[0]

    def _candidates(self) -> list[str]:
        if self._iris:
            return list(self._iris)
        try:
            found = list(named(self.void, VOID + "exampleResource"))
        except Lacking:
            found = []
        if sum(self.at(iri) is not None for iri in found) < _MOST_THINGS and self.spaces:
            found += self._sampled(self.spaces[0])
        return found

    def _sampled(self, space: str) -> list[str]:
        """Give a few subjects of a namespace as the endpoint names them; none where it does not answer."""
        query = _SAMPLE.format(space='"' + space.replace("\\", "").replace('"', "") + '"')
        try:
            reply = self.get(f"{self.endpoint}?query={quote(query)}", "application/sparql-results+xml")
            return [text for name, text in elements(reply.body, reply.url) if name == "uri"]
        except AuditFailed:
            return []

    @cached_property
    def endpoint(self) -> str:
        """Give the URL of the query service; raise Lacking where the site has none."""
        told = list(named(self.catalogue, VOID + "sparqlEndpoint", DCAT + "endpointURL"))
        found = [url for each in told if (url := self.at(each))]
        if not found and told and not self.here:
            found = told
        if not found:
            guess = self.path("sparql")
            if self.get(guess, RDF_ACCEPT).status >= 400:  # noqa: PLR2004 - client and server errors
                raise Lacking("no query service is known", fix="name it with void:sparqlEndpoint in the VoID")
            found = [guess]
        return found[0]

    @cached_property
    def dumps(self) -> tuple[str, ...]:
        """Give the URLs of the dumps that the descriptions name, with the suffixes of RDF first."""
        told = named(self.catalogue, VOID + "dataDump", DCAT + "downloadURL")
        found = [url for each in told if (url := (self.at(each) or (None if self.here else each)))]
        return tuple(dict.fromkeys(found))

    @cached_property
    def licences(self) -> dict[str, set[str]]:
        """Give the licences that are stated, by where: in RDF, in the links of the home page, in its JSON-LD."""
        said = {str(each.get("license", "")) for each in self.page[1]}
        return {
            "the description": set(self.catalogue.objects(DCTERMS + "license", DCTERMS + "rights")),
            "the links of the home page": {link.target for link in self.links if link.relation == "license"},
            "the embedded JSON-LD": {each for each in said if each},
        }

    def _graph(self, url: str) -> Graph:
        """Give what a document says; nothing where it cannot be read."""
        try:
            return graph_of(self.get(url, RDF_ACCEPT))
        except ExportinError:
            return Graph()

    def _first_graph(self, urls: list[str]) -> Graph:
        for url in urls:
            if graph := self._graph(url):
                return graph
        raise Lacking("there is no VoID description", fix="publish one at /.well-known/void")


def start(root: str, client: Client, *, iris: tuple[str, ...], allow_private: bool) -> Site:
    """Give the site at an address that answers; raise AuditFailed where it does not."""
    if allow_private:
        client.private = frozenset({place_of(web_address(root))})
    site = Site(root, client, iris=iris)
    home = site.home
    if home.status >= 500:  # noqa: PLR2004 - server errors
        raise failed(site.root, f"the home page answers {home}", "wait until the site is well, then audit it again")
    return site
