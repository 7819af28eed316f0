"""What a SPARQL query says of itself: form, dataset, SERVICE targets, prefixes, nesting, and where its LIMIT goes.

A tokenizer after SPARQL 1.1 Query, section 19.8, that never recurses and never parses: it refuses to say whether a
query is valid, which only the engine knows. It errs on the side that sees more: what it takes for a keyword may be
none, but no keyword that the engine would see is hidden from it by a string, a comment or an IRI.
"""

import difflib
import enum
import functools
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from publisher.errors import Position
from publisher.rdf.names import STANDARD_PREFIXES
from publisher.rdf.prefixes import Prefixes

_NAME_START = r"A-Za-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C\u200D\u2070-\u218F" + (
    r"\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
_NAME = _NAME_START + r"_0-9\-\u00B7\u0300-\u036F\u203F\u2040"
_ESCAPE = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
_LOCAL = rf"(?:[{_NAME}:]|{_ESCAPE})(?:\.*(?:[{_NAME}:]|{_ESCAPE}))*+"
_TOKEN = re.compile(
    rf"""(?:[ \t\r\n]++|\#[^\r\n]*+)*+(?:
    (?P<iri><(?:[^\x00-\x20<>"{{}}|^`\\]|\\u[0-9A-Fa-f]{{4}}|\\U[0-9A-Fa-f]{{8}})*+>)
    |(?P<string>\"\"\"(?:"{{0,2}}+(?:[^"\\]|\\.))*+"{{3}}
      |'''(?:'{{0,2}}+(?:[^'\\]|\\.))*+'{{3}}
      |"(?:[^"\\\r\n]|\\.)*+"|'(?:[^'\\\r\n]|\\.)*+')
    |(?P<language>@[A-Za-z]++(?:-[A-Za-z0-9]+)*+(?:--[a-z]+)?)
    |(?P<variable>[?$][{_NAME_START}_0-9][{_NAME}]*+)
    |(?P<blank>_:[{_NAME_START}_0-9](?:\.*[{_NAME}])*+)
    |(?P<name>(?:[{_NAME_START}](?:\.{{0,9}}[{_NAME}]){{0,99}}+)?:(?:{_LOCAL})?)
    |(?P<number>[0-9]++(?:\.[0-9]*+)?(?:[eE][+-]?[0-9]+)?|\.[0-9]++(?:[eE][+-]?[0-9]+)?)
    |(?P<word>[A-Za-z_][A-Za-z0-9_]*+)
    |(?P<mark>.)|(?P<end>\Z))""",
    re.VERBOSE | re.DOTALL,
)
_LOCAL_ESCAPE = re.compile(r"\\(.)")
_UNICODE_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_VOLATILE = frozenset({"NOW", "RAND", "UUID", "STRUUID", "SERVICE"})
_UPDATES = frozenset({"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "ADD", "MOVE", "COPY", "CREATE", "WITH"})
_PREFIX_OPERATORS = frozenset("!-+^")
DEEPEST = 500
_KEPT = 16
_NO_CLAUSE = ("", "")


class Form(enum.Enum):
    """The four forms of a query, an update, or none of them."""

    SELECT = "SELECT"
    ASK = "ASK"
    CONSTRUCT = "CONSTRUCT"
    DESCRIBE = "DESCRIBE"
    UPDATE = "UPDATE"
    UNKNOWN = ""


class Token(NamedTuple):
    """A piece of a query: its kind, its text, and its offsets in code points."""

    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Named:
    """Something named at a place of the query: an undeclared prefix, a SERVICE target; None where it is a variable."""

    name: str | None
    at: Position


class Query(NamedTuple):
    """What a query says of itself.

    ``base`` is the IRI of BASE; ``default_graphs`` and ``named_graphs`` are the IRIs of FROM and FROM NAMED with their
    prefixes expanded (relative ones as written); ``depth`` is the deepest nesting of brackets, or of signs before one
    operand, ``deepest`` its offset; ``limit`` is the value and place of the query's own LIMIT; ``end`` is where its
    last modifier ends.
    """

    text: str
    form: Form
    base: str | None
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    services: tuple[Named, ...]
    undeclared: tuple[Named, ...]
    depth: int
    deepest: int
    volatile: bool
    limit: tuple[int, int, int] | None
    end: int

    @property
    def has_dataset(self) -> bool:
        """Tell whether the query has a FROM or FROM NAMED clause."""
        return bool(self.default_graphs or self.named_graphs)

    def capped(self, rows: int) -> str:
        """Give the query with a LIMIT of at most that many rows, its own kept where it is lower; the rest unchanged.

        >>> read("SELECT * { ?s ?p ?o } # all").capped(10)
        'SELECT * { ?s ?p ?o } LIMIT 10 # all'
        """
        if self.limit is None:
            return f"{self.text[: self.end]} LIMIT {rows}{self.text[self.end :]}"
        value, start, end = self.limit
        return self.text if value <= rows else f"{self.text[:start]}{rows}{self.text[end:]}"


def tokens(text: str) -> Iterator[Token]:
    """Give the tokens of a query without blanks and comments; what fits nothing is a ``mark`` of one character."""
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind is not None and kind != "end":
            yield Token(kind, match[kind], *match.span(kind))


def position(text: str, offset: int) -> Position:
    """Give line and column, both from 1, of an offset in a text."""
    before = text[:offset]
    return Position(before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1, offset)


def suggestion(prefix: str, known: Prefixes) -> str:
    """Give the next step for an undeclared prefix: the line to add where the dataset or a standard knows it."""
    for table in (known, Prefixes(STANDARD_PREFIXES)):
        spelled = table.preferred(prefix)
        if spelled is not None:
            return f"add this line at the top: PREFIX {prefix}: <{table[spelled]}>"
    near = difflib.get_close_matches(prefix, [name for name, _ in known], n=1)
    if near:
        return f"did you mean {near[0]}:? If so, add at the top: PREFIX {near[0]}: <{known[near[0]]}>"
    return f"add a line at the top that says what it stands for: PREFIX {prefix}: <…>"


@functools.lru_cache(maxsize=_KEPT)
def read(text: str) -> Query:
    """Read what a query says of itself, in one pass over its tokens that stops where the nesting passes DEEPEST.

    The last few are kept: on its way through the service a query is read more than once.
    """
    reader = _Reader(text)
    reader.read()
    return reader.query()


class _Reader:
    """The state of one pass: brackets open, the clause we are in, and what was found."""

    __slots__ = (
        "base", "before", "body_closed", "deepest", "depth", "end", "ended", "form", "graphs", "limit", "open",
        "services", "signs", "table", "text", "undeclared", "volatile",
    )  # fmt: skip

    def __init__(self, text: str):
        self.text = text
        self.form = Form.UNKNOWN
        self.base: str | None = None
        self.table: dict[str, str] = {}
        self.graphs: tuple[list[str], list[str]] = ([], [])
        self.services: list[Named] = []
        self.undeclared: dict[str, Named] = {}
        self.open = self.depth = self.deepest = self.signs = 0
        self.volatile = False
        self.limit: tuple[int, int, int] | None = None
        self.end = 0
        self.body_closed = self.ended = False
        self.before: tuple[str, str] = _NO_CLAUSE  # the clause that waits for its operand: word, prefix or sub-clause

    def read(self) -> None:
        """Take one token after the other."""
        for match in _TOKEN.finditer(self.text):
            kind, end = match.lastgroup, match.end()
            if kind is None or kind == "end":
                return
            if kind == "mark":
                self._mark(match[kind], end)
                if self.depth > DEEPEST:
                    return
            elif kind == "word":
                self._word(match[kind].upper())
            else:
                self.signs = 0
                if kind == "name" or self.before is not _NO_CLAUSE:
                    self._operand(kind, match[kind], end)
            if not self.ended:
                self.end = end

    def _word(self, word: str) -> None:
        self.signs = 0
        self.volatile = self.volatile or word in _VOLATILE
        if word == "SILENT" and self.before[0] == "SERVICE":
            return
        if word == "NAMED" and self.before[0] == "FROM":
            self.before = ("FROM", "NAMED")
            return
        self.before = (word, "")
        if word == "VALUES" and self.open == 0 and self.body_closed:
            self.ended = True
        if self.form is Form.UNKNOWN:
            if word in Form.__members__ and word != "UPDATE":
                self.form = Form[word]
            elif word in _UPDATES:
                self.form = Form.UPDATE

    def _mark(self, mark: str, end: int) -> None:
        if mark in "([{":
            self.open += 1
            self.before = _NO_CLAUSE
        elif mark in ")]}":
            self.open = max(0, self.open - 1)
            self.body_closed = self.body_closed or (mark == "}" and self.open == 0)
            self.before = _NO_CLAUSE
        self.signs = self.signs + 1 if mark in _PREFIX_OPERATORS else 0
        if self.open > self.depth or self.signs > self.depth:
            self.depth, self.deepest = max(self.open, self.signs), end - 1

    def _operand(self, kind: str, text: str, end: int) -> None:
        (word, sub), self.before = self.before, _NO_CLAUSE
        if word == "PREFIX" and self.form is Form.UNKNOWN:
            if kind == "name":
                self.before = ("PREFIX", text.partition(":")[0])
            elif kind == "iri":
                self.table[sub] = self._iri(kind, text)
            return
        if kind == "name":
            self._declared(text, end)
        if word == "BASE" and kind == "iri" and self.form is Form.UNKNOWN:
            self.base = self._iri(kind, text)
        elif word == "FROM" and self.open == 0 and kind in ("iri", "name"):
            self.graphs[1 if sub else 0].append(self._iri(kind, text))
        elif word == "SERVICE":
            name = self._iri(kind, text) if kind in ("iri", "name") else None
            self.services.append(Named(name, position(self.text, end - len(text))))
        elif word == "LIMIT" and self.open == 0 and self.body_closed and text.isdecimal():
            self.limit = (int(text), end - len(text), end)

    def _declared(self, text: str, end: int) -> None:
        prefix = text.partition(":")[0]
        if prefix not in self.table and prefix not in self.undeclared:
            self.undeclared[prefix] = Named(prefix, position(self.text, end - len(text)))

    def _iri(self, kind: str, text: str) -> str:
        if kind == "iri":
            return _UNICODE_ESCAPE.sub(lambda match: _character(match[1] or match[2]), text[1:-1])
        prefix, _, local = text.partition(":")
        return self.table.get(prefix, f"{prefix}:") + _LOCAL_ESCAPE.sub(r"\1", local)

    def query(self) -> Query:
        """Give what was found."""
        return Query(
            text=self.text,
            form=self.form,
            base=self.base,
            default_graphs=tuple(self.graphs[0]),
            named_graphs=tuple(self.graphs[1]),
            services=tuple(self.services),
            undeclared=tuple(self.undeclared.values()),
            depth=self.depth,
            deepest=self.deepest,
            volatile=self.volatile,
            limit=self.limit,
            end=self.end,
        )


def _character(code: str) -> str:
    number = int(code, 16)
    return chr(number) if number <= sys.maxunicode else "\ufffd"
