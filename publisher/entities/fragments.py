"""Triple Pattern Fragments: one page of the triples that fit a pattern, how many there are, and how to ask for others.

Clients that join in their own process (Comunica and its kin) read a dataset by these pages without its query engine
doing any work but this. Pages follow the order of the index, which is the same for as long as the release is.
See Triple Pattern Fragments (Hydra W3C Community Group), sections 4 and 5. It refuses blank nodes: a release has none.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from publisher.entities.reader import Reader
from publisher.errors import UsageError
from publisher.rdf import names, quads
from publisher.rdf.media import N_TRIPLES
from publisher.rdf.prefixes import Prefixes, is_iri

PAGE = 100
PLACES = ("subject", "predicate", "object")
_LITERAL = re.compile(r'^"(.*)"(?:@([A-Za-z]+(?:-[A-Za-z0-9]+)*)|\^\^<?([^<>"\s]+)>?)?$', re.DOTALL)
_HYDRA = "http://www.w3.org/ns/hydra/core#"
_INTEGER = f"{names.XSD}integer"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A triple pattern: the terms as SPARQL writes them, None where anything fits; ``asked``: the client's words."""

    terms: tuple[str | None, str | None, str | None]
    asked: tuple[tuple[str, str], ...]

    @property
    def possible(self) -> bool:
        """Tell whether any triple can fit: subjects and predicates are IRIs."""
        return all(term is None or term.startswith("<") for term in self.terms[:2])


@dataclass(frozen=True, slots=True)
class Fragment:
    """One page: N-Triples lines of data and of controls, the number of all triples, and whether there is more."""

    data: tuple[str, ...]
    controls: tuple[str, ...]
    total: int
    more: bool


def pattern_of(subject: str, predicate: str, object_: str, prefixes: Prefixes) -> Pattern:
    """Read a pattern; an empty text or a variable fits anything. Raises UsageError for what is no term."""
    texts = dict(zip(PLACES, (subject, predicate, object_), strict=True))
    terms = [_term(text, name, prefixes) for name, text in texts.items()]
    asked = tuple((name, text) for (name, text), term in zip(texts.items(), terms, strict=True) if term is not None)
    return Pattern((terms[0], terms[1], terms[2]), asked)


def fragment(reader: Reader, pattern: Pattern, *, page: int, address: str, size: int = PAGE) -> Fragment:
    """Give one page of a pattern, counted from 1; ``address`` is where fragments are asked for."""
    slots = {name: term or f"?{name}" for name, term in zip(PLACES, pattern.terms, strict=True)}
    total = int(reader.rows("fragment_count", **slots)[0]["count"].value) if pattern.possible else 0
    data: tuple[str, ...] = ()
    if total > (page - 1) * size:
        body = reader.construct("fragment", N_TRIPLES, **slots, limit=str(size), offset=str((page - 1) * size))
        data = tuple(line for line in body.decode("utf-8").split("\n") if line)
    more = total > page * size
    controls = _controls(reader, pattern, page=page, address=address, size=size, total=total)
    return Fragment(data, controls, total, more)


def _controls(reader: Reader, pattern: Pattern, *, page: int, address: str, size: int, total: int) -> tuple[str, ...]:
    def at(number: int | None) -> str:
        query = urlencode([*pattern.asked, *([("page", str(number))] if number else [])])
        return f"{address}?{query}" if query else address

    this, dataset, form = at(page if page > 1 else None), f"{address}#dataset", f"{address}#controls"
    whole = at(None)
    lines = [
        _say(dataset, f"{names.RDF}type", f"{names.VOID}Dataset"),
        _say(dataset, f"{names.RDF}type", f"{_HYDRA}Collection"),
        _say(dataset, f"{names.VOID}subset", this),
        _say(dataset, f"{names.VOID}subset", whole),
        _say(dataset, f"{names.DCTERMS}source", reader.about.iri),
        _say(dataset, f"{_HYDRA}search", form),
        _tell(form, f"{_HYDRA}template", f"{address}{{?subject,predicate,object}}"),
        _say(form, f"{_HYDRA}variableRepresentation", f"{_HYDRA}ExplicitRepresentation"),
        _say(this, f"{names.RDF}type", f"{_HYDRA}PartialCollectionView"),
        _say(whole, f"{_HYDRA}view", this),
        _tell(this, f"{names.VOID}triples", str(total), _INTEGER),
        _tell(this, f"{_HYDRA}totalItems", str(total), _INTEGER),
        _tell(this, f"{_HYDRA}itemsPerPage", str(size), _INTEGER),
        _say(this, f"{_HYDRA}first", at(1)),
    ]
    for name in PLACES:
        lines += [
            _say(form, f"{_HYDRA}mapping", f"{address}#{name}"),
            _tell(f"{address}#{name}", f"{_HYDRA}variable", name),
            _say(f"{address}#{name}", f"{_HYDRA}property", f"{names.RDF}{name}"),
        ]
    if page > 1:
        lines.append(_say(this, f"{_HYDRA}previous", at(page - 1)))
    if total > page * size:
        lines.append(_say(this, f"{_HYDRA}next", at(page + 1)))
    return tuple(dict.fromkeys(lines))


def _term(text: str, place: str, prefixes: Prefixes) -> str | None:
    if not text or text.startswith("?"):
        return None
    literal = _LITERAL.match(text)
    if literal:
        if literal[3] and not is_iri(literal[3]):
            raise UsageError(f"the datatype of the {place}, {literal[3][:100]!r}, is no IRI", code="usage.iri")
        return quads.literal(literal[1], datatype=literal[3], language=literal[2])
    iri = text[1:-1] if text.startswith("<") and text.endswith(">") else prefixes.expand(text) or text
    if not is_iri(iri):
        raise UsageError(
            f"the {place} {text[:100]!r} is no IRI, no literal in quotation marks and no variable", code="usage.iri"
        )
    return f"<{iri}>"


def _say(subject: str, predicate: str, object_: str) -> str:
    return quads.line(quads.iri(subject), quads.iri(predicate), quads.iri(object_))


def _tell(subject: str, predicate: str, value: str, datatype: str | None = None) -> str:
    return quads.line(quads.iri(subject), quads.iri(predicate), quads.literal(value, datatype=datatype))
