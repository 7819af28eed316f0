"""schema.org data for search engines, put into pages as JSON-LD: what the page is about, and the dataset itself."""

from typing import Any

from publisher.entities.values import Link, Page
from publisher.release.content import Agent, Description
from publisher.release.record import File

_CONTEXT = "https://schema.org/"
_SCHEMA = ("http://schema.org/", "https://schema.org/")
_PARTS = {"fact": "Claim", "document": "CreativeWork", "class": "DefinedTerm", "property": "DefinedTerm"}


def structured(page: Page, about: Description) -> dict[str, Any]:
    """Give the schema.org description of the page about one thing."""
    topic: dict[str, Any] = {"@type": _type(page), "@id": page.thing.iri, "name": page.thing.name}
    if page.fact and page.fact.evidence:
        topic["appearance"] = [
            {"@type": "CreativeWork", "@id": link.iri, "name": link.name}
            for link in dict.fromkeys(link for item in page.fact.evidence for link in item.documents)
        ]
    if page.synonyms:
        topic["alternateName"] = list(page.synonyms[:20])
    if page.curie:
        topic["identifier"] = page.curie
    if page.kinds:
        topic["additionalType"] = [kind.iri for kind in page.kinds]
    if page.summary:
        topic["description"] = page.summary[0].text
    same = [value.iri for item in page.aligned if item.relation.iri.endswith(("exactMatch", "sameAs"))
            for value in item.values if isinstance(value, Link)]  # fmt: skip
    if same:
        topic["sameAs"] = same
    return {**webpage(about, page.thing.name), "about": topic}


def _type(page: Page) -> str:
    """Give the schema.org type of a thing: the one that the data name, else the one that its part on the page means."""
    own = (kind.iri.removeprefix(space) for kind in page.kinds for space in _SCHEMA if kind.iri.startswith(space))
    return next(own, _PARTS.get(page.part, "Thing"))


def webpage(about: Description, name: str) -> dict[str, Any]:
    """Give the schema.org description of a page that is about no one thing."""
    return {
        "@context": _CONTEXT,
        "@type": "WebPage",
        "name": name,
        "isPartOf": {"@type": "Dataset", "@id": about.iri, "name": about.title},
        **({"license": about.licence} if about.licence else {}),
    }


def dataset(about: Description, files: list[File], root: str) -> dict[str, Any]:
    """Give the schema.org (Bioschemas Dataset 1.0) description of the dataset; ``root`` is the site's address."""
    found: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "Dataset",
        "@id": about.iri,
        "http://purl.org/dc/terms/conformsTo": {"@id": "https://bioschemas.org/profiles/Dataset/1.0-RELEASE"},
        "name": about.title,
        "description": about.description,
        "identifier": about.iri,
        "version": about.version,
        "url": root + "/",
        "keywords": list(about.keywords),
        "inLanguage": about.language,
        "isAccessibleForFree": True,
        "creator": [_agent(agent) for agent in about.creators],
        "distribution": [_download(file, about, root) for file in files],
    }
    if about.licence:
        found["license"] = about.licence
    if about.publisher:
        found["publisher"] = _agent(about.publisher)
    return {key: value for key, value in found.items() if value not in ([], "")}


def _agent(agent: Agent) -> dict[str, Any]:
    said = {"@type": agent.class_name, "name": agent.name, "@id": agent.iri}
    return {key: value for key, value in said.items() if value}


def _download(file: File, about: Description, root: str) -> dict[str, Any]:
    return {
        "@type": "DataDownload",
        "name": file.title or file.name,
        "contentUrl": f"{root}/dumps/{about.version}/{file.name}",
        "encodingFormat": file.sent_as,
        "contentSize": f"{file.size} B",
    }
