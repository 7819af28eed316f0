"""schema.org: the dataset for search engines and reference managers, and ``CITATION.cff`` for people who cite.

See the Bioschemas profile Dataset 1.0 and Citation File Format 1.2.
"""

import json
from collections.abc import Mapping, Sequence

from publisher.release.content import Agent, Description
from publisher.release.describe.lines import day, dump_iri
from publisher.release.record import File

_PROFILE = "https://bioschemas.org/profiles/Dataset/1.0-RELEASE"
_SPDX = "https://spdx.org/licenses/"
_LICENCES = {
    "https://creativecommons.org/publicdomain/zero/1.0/": "CC0-1.0",
    "https://creativecommons.org/licenses/by/4.0/": "CC-BY-4.0",
    "https://creativecommons.org/licenses/by-sa/4.0/": "CC-BY-SA-4.0",
    "https://opendatacommons.org/licenses/odbl/1-0/": "ODbL-1.0",
    "https://opendatacommons.org/licenses/pddl/1-0/": "PDDL-1.0",
}


def schema_org(about: Description, files: Sequence[File]) -> dict[str, object]:
    """Give the schema.org description of this version as JSON-LD that can stand in a page."""
    dumps = [file for file in files if file.part in {"whole", "union"}]
    table: dict[str, object] = {
        "@context": ["https://schema.org/", {"dct": "http://purl.org/dc/terms/"}],
        "@type": "Dataset",
        "@id": about.iri,
        "dct:conformsTo": {"@id": _PROFILE},
        "name": about.title,
        "description": about.description,
        "identifier": about.version_iri,
        "url": about.homepage or about.base,
        "version": about.version,
        "license": about.licence,
        "inLanguage": about.language,
        "isAccessibleForFree": True,
        "keywords": list(about.keywords),
        "creator": [_agent(agent) for agent in about.creators],
        "distribution": [_download(about, file) for file in dumps],
    }
    if about.publisher:
        table["publisher"] = _agent(about.publisher)
    if day(about.version):
        table["datePublished"] = about.version
    return {key: value for key, value in table.items() if value not in ([], "")}


def citation(about: Description) -> str:
    """Give ``CITATION.cff``; every text is quoted as JSON quotes it, which YAML reads too."""
    rows = ["cff-version: 1.2.0", f"message: {_quoted('Please cite this dataset as follows.')}", "type: dataset"]
    rows += [f"title: {_quoted(about.title)}", f"version: {_quoted(about.version)}"]
    if day(about.version):
        rows.append(f"date-released: {_quoted(about.version)}")
    rows.append(f"url: {_quoted(about.homepage or about.base)}")
    rows.append(f"abstract: {_quoted(about.description)}")
    licence = spdx(about.licence)
    rows.append(f"license: {licence}" if licence else f"license-url: {_quoted(about.licence)}")
    if about.keywords:
        rows += ["keywords:", *(f"  - {_quoted(word)}" for word in about.keywords)]
    rows.append("authors:")
    for agent in about.creators or (about.publisher or Agent(about.title),):
        rows.append(f"  - name: {_quoted(agent.name)}")
        if agent.iri and agent.iri.startswith("https://orcid.org/"):
            rows.append(f"    orcid: {_quoted(agent.iri)}")
    return "\n".join(rows) + "\n"


def spdx(licence: str) -> str | None:
    """Give the SPDX identifier of a licence's IRI, or None where it is not known."""
    if licence.startswith(_SPDX):
        return licence.removeprefix(_SPDX).removesuffix(".html")
    return _LICENCES.get(licence)


def json_bytes(table: Mapping[str, object]) -> bytes:
    """Give the bytes of a JSON document for people."""
    return json.dumps(table, ensure_ascii=False, indent=1).encode() + b"\n"


def _agent(agent: Agent) -> dict[str, str]:
    said = {"@type": agent.class_name, "name": agent.name, "@id": agent.iri}
    return {key: value for key, value in said.items() if value}


def _download(about: Description, file: File) -> dict[str, object]:
    iri = dump_iri(about, file.name)
    return {
        "@type": "DataDownload",
        "@id": iri,
        "name": file.title,
        "contentUrl": iri,
        "encodingFormat": [file.media, f"application/{file.compression}"],
        "contentSize": f"{file.size} B",
        "sha256": file.sha256,
    }


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
