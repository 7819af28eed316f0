"""Every foreseen failure: exceptions for what stops the work, findings for what is wrong in the data.

The tree of exceptions, each with a stable code::

    ExportinError
    ├── UsageError                  usage.*         the call itself cannot be carried out (exit 2)
    ├── DatasetUnreadable           dataset.*       a dataset file cannot be read at all (exit 2)
    ├── MappingFailed               mapping.*       a mapping document or a source cannot be run (exit 1)
    ├── ImportFailed                imports.*       an outside ontology cannot be read or cut (exit 2)
    ├── AuditFailed                 audit.*         a site that is audited gives no answer, or one of no use (exit 2)
    ├── ReleaseError                release.*       a release is missing, damaged, busy, or exists already (exit 2)
    └── StoreError                  store.*         the query engine cannot be opened or reached (exit 2)
        ├── QueryRejected           query.rejected  the query is not SPARQL; line and column are known
        ├── QueryRefused            query.refused   the policy forbids the query (SERVICE, update, nesting)
        ├── QueryTimedOut           query.timed-out the deadline passed and the worker was ended
        ├── ResultTooLarge          query.too-large more rows or bytes than the limit
        ├── Overloaded              query.overloaded   the queue is full
        └── NotOffered              query.not-offered  the engine cannot write that media type or take that request form

A :class:`Finding` is a value, never raised: bad data becomes a finding with its file and line, the value
seen, the value wanted and the next step.
"""

import enum
from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True, slots=True, order=True)
class Where:
    """A place in a file: the path as shown to a person, line and column counted from 1 (0: not known)."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """Give ``file:line:column`` as far as it is known, in the form that editors open."""
        parts = [self.file, *(str(number) for number in (self.line, self.column) if number)]
        return ":".join(parts)


class Severity(enum.Enum):
    """How much a finding weighs: a violation stops a release, a warning and an info do not."""

    VIOLATION = "violation"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong in the data, for a person to mend.

    ``code`` is stable (``passage.outside-document``); ``focus`` is the IRI it is about, ``path`` the IRI of the
    property, ``value`` what was seen; ``message`` says what is wrong and what was wanted; ``fix`` is the next step.
    """

    code: str
    message: str
    where: Where | None = None
    severity: Severity = Severity.VIOLATION
    focus: str | None = None
    path: str | None = None
    value: str | None = None
    fix: str | None = None


class ExportinError(Exception):
    """A foreseen failure: what happened, where, and what to do next."""

    code: ClassVar[str] = "exportin.failed"
    exit_status: ClassVar[int] = 2

    def __init__(self, message: str, *, where: Where | None = None, fix: str | None = None, code: str | None = None):
        """Keep the message, the place and the next step; ``code`` narrows the code of the class."""
        super().__init__(message)
        self.message = message
        self.where = where
        self.fix = fix
        self.reason = code or self.code

    def __str__(self) -> str:
        """Give the place, the message and the next step on one line each."""
        place = f"{self.where}: " if self.where else ""
        step = f"\n  next: {self.fix}" if self.fix else ""
        return f"{place}{self.message}{step}"


class UsageError(ExportinError):
    """The call cannot be carried out as it was made."""

    code = "usage.wrong"


class DatasetUnreadable(ExportinError):
    """A file of the dataset is missing or cannot be read at all."""

    code = "dataset.unreadable"


class MappingFailed(ExportinError):
    """A mapping document is not valid, or a source that it names cannot be run."""

    code = "mapping.failed"
    exit_status = 1


class ImportFailed(ExportinError):
    """An outside ontology or table cannot be read, or is not the one that was declared."""

    code = "imports.failed"


class AuditFailed(ExportinError):
    """A site that is audited cannot be reached, or its answer is of no use."""

    code = "audit.failed"


class ReleaseError(ExportinError):
    """A release is missing, damaged, being written by someone else, or exists already."""

    code = "release.failed"


class StoreError(ExportinError):
    """The query engine cannot be opened, reached or understood."""

    code = "store.failed"


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a query text: line and column from 1, offset from 0 in code points."""

    line: int
    column: int
    offset: int


class QueryRejected(StoreError):
    """The query is not valid SPARQL."""

    code = "query.rejected"

    def __init__(self, message: str, *, position: Position | None = None, fix: str | None = None):
        """Keep where in the query text the parser stopped."""
        super().__init__(message, fix=fix)
        self.position = position


class QueryRefused(StoreError):
    """The query is valid, but the policy of this service does not allow it."""

    code = "query.refused"


class QueryTimedOut(StoreError):
    """The query ran longer than its deadline and was ended."""

    code = "query.timed-out"

    def __init__(self, message: str, *, seconds: float, fix: str | None = None):
        """Keep the limit that was passed, in seconds."""
        super().__init__(message, fix=fix)
        self.seconds = seconds


class ResultTooLarge(StoreError):
    """The answer has more rows or bytes than the limit allows."""

    code = "query.too-large"

    def __init__(self, message: str, *, limit: int, unit: str, fix: str | None = None):
        """Keep the limit and its unit, ``rows``, ``bytes`` or ``memory``."""
        super().__init__(message, fix=fix)
        self.limit = limit
        self.unit = unit


class Overloaded(StoreError):
    """Every worker is busy and the queue is full."""

    code = "query.overloaded"

    def __init__(
        self, message: str, *, retry_after: int, limit: float | None = None, unit: str = "", fix: str | None = None
    ):
        """Keep how many seconds the client should wait, and the limit that was met: ``queue`` or ``perSecond``."""
        super().__init__(message, fix=fix)
        self.retry_after = retry_after
        self.limit = limit
        self.unit = unit


class RateLimited(Overloaded):
    """One client asks faster than the rate that the settings allow it."""

    code = "query.rate-limited"


class NotOffered(StoreError):
    """The engine cannot write that media type, or cannot take that form of request."""

    code = "query.not-offered"

    def __init__(self, message: str, *, offered: tuple[str, ...] = (), fix: str | None = None):
        """Keep the media types that the engine can write."""
        super().__init__(message, fix=fix)
        self.offered = offered


@dataclass(frozen=True, slots=True)
class Findings:
    """A growing list of findings that a reader fills while it goes on reading."""

    items: list[Finding] = field(default_factory=list)

    def add(self, finding: Finding) -> None:
        """Keep one more finding."""
        self.items.append(finding)
