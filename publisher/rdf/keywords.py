"""The bare words of SPARQL: what a misspelt one was probably meant to be.

From the grammars of SPARQL 1.1 Query, section 19.8, and of SPARQL 1.2. Outside strings, names and IRIs a query holds no
other words, so one that is not among them is where a person went wrong, wherever an engine stopped.
"""

import difflib
from collections.abc import Iterable

from publisher.rdf.query import Token

_WORDS = frozenset(
    """
    a true false base prefix version select ask construct describe where from named distinct reduced as group
    order by having limit offset asc desc values undef optional union minus filter exists not in graph service
    silent bind lateral count sum min max avg sample group_concat separator str lang langmatches datatype
    bound iri uri bnode rand abs ceil floor round concat strlen ucase lcase encode_for_uri contains strstarts
    strends strbefore strafter year month day hours minutes seconds timezone tz now uuid struuid md5 sha1
    sha256 sha384 sha512 coalesce if strlang strdt sameterm isiri isuri isblank isliteral isnumeric regex
    substr replace langdir strlangdir haslang haslangdir istriple triple subject predicate object adjust
    """.split()  # noqa: SIM905 - read by people as prose, and as long as that
)
_NEAR = 0.7


def misspelt(tokens: Iterable[Token]) -> tuple[Token, str | None] | None:
    """Give the first bare word that SPARQL does not know, and the word that it probably was meant to be."""
    for token in tokens:
        word = token.text.lower()
        if token.kind == "word" and word not in _WORDS:
            near = difflib.get_close_matches(word, sorted(_WORDS), n=1, cutoff=_NEAR)
            return token, near[0].upper() if near else None
    return None
