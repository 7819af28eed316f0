"""The prefixes of a dataset, checked: one prefix for one namespace, and each of them known to a registry.

Which prefixes are known is said by the dataset's own files: a slice of a registry, and what its ontology declares with
``sh:prefix``. Without such a slice only the dataset's prefixes among themselves are checked. Prefixes that differ in
case are the same: whoever writes a CURIE minds no case.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from publisher.dataset.manifest import FILE, Manifest, place_of
from publisher.dataset.near import suggestion
from publisher.dataset.ontology import Ontology
from publisher.errors import Finding
from publisher.rdf.names import STANDARD_PREFIXES

_SCHEME = re.compile(r"^https?://")
_NEXT = "take a registered prefix and run `exportin import`, or declare this one in ontology/"


def check_prefixes(root: Path, manifest: Manifest, ontology: Ontology) -> Iterator[Finding]:
    """Give the prefixes of ``dataset.toml`` that say the same twice, and those that nobody has registered."""
    text = (root / FILE).read_text(encoding="utf-8")
    written = tomllib.loads(text).get("prefixes", {})
    given = {prefix: namespace for prefix, namespace in manifest.prefixes if prefix in written}
    namespaces = {_SCHEME.sub("", iri): name for name, iri in STANDARD_PREFIXES.items() if name not in given}
    spellings = {name.casefold(): name for name in STANDARD_PREFIXES if name not in given}
    for prefix, namespace in given.items():
        where = place_of(text, "prefixes", prefix)
        other = namespaces.setdefault(_SCHEME.sub("", namespace), prefix)
        if other != prefix:
            message = f"the prefixes {other} and {prefix} stand for one namespace, so a thing has two CURIEs"
            fix = f"keep one of them; where {prefix} is written, write {other}"
            yield Finding("prefix.same-namespace", message, where=where, value=namespace, fix=fix)
        twin = spellings.setdefault(prefix.casefold(), prefix)
        if twin != prefix:
            message = f"the prefixes {twin} and {prefix} differ in case only, and a CURIE is found in any case"
            yield Finding("prefix.same-name", message, where=where, value=prefix, fix="rename one of them")
        elif not _known(prefix, namespace, manifest, ontology):
            yield Finding(
                "prefix.unregistered",
                f"the prefix {prefix} is in no slice of a registry, so others may not know it or mean something else",
                where=where,
                value=namespace,
                fix=suggestion(prefix, ontology.prefixes, otherwise=f"{_NEXT}: sh:prefix “{prefix}”"),
            )


def _known(prefix: str, namespace: str, manifest: Manifest, ontology: Ontology) -> bool:
    own = namespace.startswith((manifest.base, manifest.vocabulary)) or prefix in STANDARD_PREFIXES
    return own or not ontology.prefixes or prefix.casefold() in ontology.prefixes
