"""A mapping document as frozen values: triples maps, term maps, joins, sources and views.

Names follow RML-Core; R2RML and the older RML vocabulary are read into the same values.
"""

import enum
from dataclasses import dataclass, field

from publisher.errors import Where


class TermType(enum.Enum):
    """What a term map makes: the term types of RML-Core, section on term types."""

    IRI = "IRI"
    URI = "URI"
    UNSAFE_IRI = "UnsafeIRI"
    UNSAFE_URI = "UnsafeURI"
    BLANK = "BlankNode"
    LITERAL = "Literal"

    @property
    def is_iri(self) -> bool:
        """Tell whether the term is an IRI of some kind."""
        return self not in (TermType.BLANK, TermType.LITERAL)


@dataclass(frozen=True, slots=True)
class Constant:
    """The same term for each row: ``value`` is its text, ``term`` its canonical N-Quads form."""

    value: str
    term: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A column of the row, or a JSONPath into it."""

    name: str


@dataclass(frozen=True, slots=True)
class Template:
    """Text with references in it, in order."""

    parts: tuple[str | Reference, ...]


Expression = Constant | Reference | Template


@dataclass(frozen=True, slots=True)
class TermMap:
    """How one term of a triple is made from a row."""

    expression: Expression
    type: TermType
    language: Expression | None = None
    datatype: "TermMap | None" = None


@dataclass(frozen=True, slots=True)
class Join:
    """One condition of a join: an expression of the child row equals one of the parent row."""

    child: Expression
    parent: Expression


@dataclass(frozen=True, slots=True)
class ReferencingMap:
    """An object that is the subject of another triples map, named by its key."""

    parent: str
    joins: tuple[Join, ...]


@dataclass(frozen=True, slots=True)
class PredicateObject:
    """Predicates, objects and graphs of one predicate-object map: each combination is a quad."""

    predicates: tuple[TermMap, ...]
    objects: tuple[TermMap | ReferencingMap, ...]
    graphs: tuple[TermMap, ...]


class Formulation(enum.Enum):
    """How a reference is read: a column by its name, a column as SQL names it, or a JSONPath."""

    COLUMN = "column"
    SQL = "sql"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class FileSource:
    """A file of rows: where it is and how it is written.

    ``keep_empty`` is RML-IO's rule that an empty cell is an empty text unless ``rml:null`` says otherwise; a file named
    by a plain text has NULL in its empty cells, as the tables of a dataset do.
    """

    path: str
    beside_mapping: bool = False
    encoding: str = "utf-8"
    compression: str | None = None
    nulls: tuple[str, ...] = ()
    keep_empty: bool = False
    delimiter: str | None = None
    quote: str = '"'
    header: bool = True
    comment: str | None = None
    skip: int = 0
    trim: bool = False
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TableSource:
    """A table of the dataset or of a database, or a query over them; ``database`` names another database."""

    table: str | None = None
    query: str | None = None
    database: str | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a logical view: an expression, or an iterator with fields below it."""

    name: str
    expression: Expression | None = None
    iterator: str | None = None
    formulation: Formulation | None = None
    fields: "tuple[Field, ...]" = ()


@dataclass(frozen=True, slots=True)
class ViewJoin:
    """Another view joined to a view: the fields it brings, and whether a row without partner stays."""

    parent: "LogicalSource"
    joins: tuple[Join, ...]
    fields: tuple[Field, ...]
    keep_unmatched: bool


@dataclass(frozen=True, slots=True)
class ViewSource:
    """A logical view (RML-LV): fields over a source or over another view."""

    on: "LogicalSource"
    fields: tuple[Field, ...]
    joins: tuple[ViewJoin, ...] = ()


@dataclass(frozen=True, slots=True)
class LogicalSource:
    """The rows of a triples map: a file, a table or a view, and how references into it are read."""

    source: FileSource | TableSource | ViewSource
    formulation: Formulation
    iterator: str | None = None


@dataclass(frozen=True, slots=True)
class TriplesMap:
    """One rule of a mapping document: for each row of its source, a subject and its quads.

    ``older`` marks the rules of older RML: values of JSON have no datatype of their own, and a value that makes no
    valid IRI makes no quad, where R2RML and RML-Core call it an error.
    """

    key: str
    name: str
    where: Where
    source: LogicalSource
    subject: TermMap
    classes: tuple[Constant, ...] = ()
    graphs: tuple[TermMap, ...] = ()
    predicate_objects: tuple[PredicateObject, ...] = ()
    base: str | None = None
    older: bool = False


@dataclass(frozen=True, slots=True)
class MappingDocument:
    """All triples maps of one file, in the order in which they are written, with the base it declares."""

    file: str
    maps: tuple[TriplesMap, ...] = field(default=())
    base: str | None = None
