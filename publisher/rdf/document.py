"""A small RDF document for people: what it is about comes first, one block for each subject, only the prefixes in use.

The same triples give the same bytes. It refuses to stream.
"""

from collections.abc import Sequence
from itertools import groupby

from publisher.rdf.canon import canonical
from publisher.rdf.jsonld import jsonld
from publisher.rdf.media import JSON_LD, N_QUADS, N_TRIPLES, RDF_XML, Media
from publisher.rdf.prefixes import Prefixes
from publisher.rdf.rdfxml import rdfxml
from publisher.rdf.terms import split
from publisher.rdf.turtle import turtle

_WRITERS = {JSON_LD: jsonld, RDF_XML: rdfxml}


def document(lines: Sequence[str], media: Media, prefixes: Prefixes, *, first: Sequence[str] = ()) -> bytes:
    """Give the document of some N-Triples lines in a syntax of RDF; ``first`` are the IRIs of what comes first.

    Blank nodes get the labels of RDFC-1.0, so that their names are the same each time. Raises ReleaseError
    ``release.not-xml`` for a statement that RDF/XML cannot say.
    """
    ordered = canonical(lines) if any("_:" in line for line in lines) else sorted(set(lines))
    if media in (N_TRIPLES, N_QUADS):
        return "".join(f"{line}\n" for line in ordered).encode()
    rank = {f"<{iri}>": place for place, iri in enumerate(first)}
    blocks = [(subject, list(group)) for subject, group in groupby(ordered, key=_subject)]
    blocks.sort(key=lambda block: rank.get(block[0], len(rank)))
    grouped = [line for _, block in blocks for line in block]
    write = _WRITERS.get(media, turtle)
    return "".join(write(grouped, _used(grouped, prefixes))).encode()


def _subject(line: str) -> str:
    return line.partition(" ")[0]


def _used(lines: Sequence[str], prefixes: Prefixes) -> Prefixes:
    """Give the prefixes that some name in the lines is written with."""
    terms = {term for line in lines for term in split(line)[:3]}
    iris = {term[1:-1] if term[0] == "<" else term[term.rindex("<") + 1 : -1] for term in terms if term[-1] == ">"}
    used = {name.partition(":")[0] for name in map(prefixes.turtle_name, iris) if name[0] != "<"}
    return Prefixes({prefix: namespace for prefix, namespace in prefixes if prefix in used})
