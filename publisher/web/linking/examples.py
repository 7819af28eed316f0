"""An example for every parameter and every body of the described routes, made of what the dataset itself holds."""

import json
from collections.abc import Mapping
from typing import Any

from publisher.rdf.names import RDFS, SKOS
from publisher.web.site import Site

_LETTERS = 3


def parameters(site: Site, path: str) -> Mapping[str, Any]:
    """Give an example value for each parameter of a route, by name; none for what the dataset has no example of."""
    thing = next(iter(site.about.examples), "")
    curie = site.about.prefixes.compress(thing) or thing
    label, kind = _named(site, thing)
    asked = _asked(label, kind, thing)
    found: dict[str, Any] = {
        "iri": kind if path == "/browse/class" else thing,
        "id": thing,
        "subject": thing,
        "evidence": _evidence(site) if path == "/passage" else "",
        "relation": f"{SKOS}exactMatch",
        "predicate": f"{RDFS}label",
        "object": f'"{label}"@{site.about.language}' if label else "",
        "curie": curie,
        "q": label,
        "class": kind,
        "type": kind,
        "prefix": label[:_LETTERS],
        "page": 1,
        "limit": 5,
        "cursor": 0,
        "suffix": "json" if path.startswith("/linkset") else "ttl",
        "kind": "unknown-entity",
        "version": site.about.version,
        "name": curie if path.startswith("/entity") else "SHA256SUMS",
        "path": thing.removeprefix(site.about.base) if thing.startswith(site.about.base) else "dataset",
        **{key: value for key, value in asked.items() if path == "/reconcile"},
    }
    return {name: value for name, value in found.items() if value != ""}


def body(site: Site, path: str) -> Any:
    """Give an example of what is posted to a route, or None."""
    thing = next(iter(site.about.examples), "")
    label, kind = _named(site, thing)
    identifiers = [site.about.prefixes.compress(thing) or thing, thing]
    name = {"matchType": "name", "propertyValue": label or thing}
    call = {"name": "search", "arguments": {"words": label or thing}}
    bodies: dict[str, Any] = {
        "/resolve": identifiers,
        "/lookup": identifiers,
        "/mcp": {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call},
        "/reconcile": {"queries": _asked(label, kind, thing)["queries"]},
        "match": {"queries": [{**({"type": kind} if kind else {}), "conditions": [name]}]},
        "extend": {"ids": [thing], "properties": [{"id": f"{RDFS}label"}]},
    }
    return bodies.get(path, bodies.get(path.rpartition("/")[2])) if thing else None


def _named(site: Site, thing: str) -> tuple[str, str]:
    """Give what a thing is called, and a class of it that others may ask for."""
    found = site.lookup.things([thing]) if site.lookup and thing else ()
    return (found[0].hit.label, next(iter(found[0].classes), "")) if found else ("", "")


def _evidence(site: Site) -> str:
    start = site.about.base + site.about.paths.get("evidence", "evidence/")
    known = site.lookup.all_iris() if site.lookup else ()
    return next((iri for iri in known if iri.startswith(start)), "")


def _asked(label: str, kind: str, thing: str) -> dict[str, str]:
    query = {"query": label or thing, **({"type": kind} if kind else {})}
    extend = {"ids": [thing], "properties": [{"id": f"{RDFS}label"}]}
    return {"queries": json.dumps({"q0": query}, ensure_ascii=False), "extend": json.dumps(extend, ensure_ascii=False)}
