"""How this process runs: one table of name, default and help, filled from flags and the environment.

Settings limit a process; they never change a byte of a release (``dataset.toml`` does that).
The command line, ``EXPORTIN_*`` and the reference page all read this table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from publisher.errors import UsageError

Value = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its name, its default (whose type it keeps) and one sentence of help."""

    name: str
    default: Value
    help: str


SETTINGS: tuple[Setting, ...] = (
    Setting("workers", 0, "Query worker processes; 0 means one for each core, two at least"),
    Setting("query_seconds", 30.0, "Seconds a query may run before its worker is ended"),
    Setting("queue_length", 64, "Queries that may wait for a worker before the service answers 503"),
    Setting("queue_seconds", 10.0, "Seconds a query may wait for a worker before the service answers 503"),
    Setting("worker_memory_mb", 2048, "Private memory of a query worker in MiB before it is ended"),
    Setting("max_rows", 100_000, "Rows of a SELECT, or triples of a graph answer, before the answer is refused"),
    Setting("max_answer_mb", 200, "Size of one answer in MiB before it is refused"),
    Setting("max_request_kb", 1024, "Size of a request body, and so of a query, in KiB"),
    Setting("max_url_length", 16_384, "Length of a request's URL in characters"),
    Setting("cache_mb", 512, "Answers kept on disk for each release, in MiB; 0 keeps none"),
    Setting("cache_ms", 5.0, "Milliseconds a query must have worked for its answer to be kept on disk"),
    Setting("in_memory_quads", 500_000, "Releases up to this many quads are held in memory, larger ones on disk"),
    Setting("rate_per_second", 0.0, "Uncached queries one client may send in a second, on average; 0 sets no limit"),
    Setting("rate_burst", 20, "Uncached queries one client may send at once above its average"),
    Setting("service_allow", "", "SPARQL endpoints that SERVICE may name, separated by blanks; empty refuses all"),
    Setting("dereference", "303", "How the IRI of a thing answers: 303 to a document, or 200 with Content-Location"),
    Setting("default_format", "html", "The format of an entity for a client that states no preference"),
    Setting("inbound_limit", 100, "Incoming links shown on an entity's page and in its RDF"),
    Setting("prepared_things", 20_000, "Releases with up to this many things get their pages made ahead; 0 makes none"),
    Setting("page_seconds", 300, "Seconds a cache may keep a page or an answer without asking again"),
    Setting("trusted_proxies", 0, "Proxies in front whose X-Forwarded headers are believed"),
    Setting("public_url", "", "Where the site is reached from outside, if not at the address it is served on"),
    Setting("query_log", "", "File for one JSON line per query; empty writes none"),
    Setting("mapping_memory_mb", 2048, "Memory of the mapping engine in MiB before it spills to disk"),
)

_BY_NAME = MappingProxyType({setting.name: setting for setting in SETTINGS})


@dataclass(frozen=True, slots=True)
class Settings:
    """The values of this process: ``settings["query_seconds"]`` with the type of the default."""

    values: Mapping[str, Value]

    def number(self, name: str) -> float:
        """Give a numeric setting."""
        return float(self.values[name])

    def count(self, name: str) -> int:
        """Give a whole-number setting."""
        return int(self.values[name])

    def text(self, name: str) -> str:
        """Give a setting as text."""
        return str(self.values[name])


def settings_from(environment: Mapping[str, str], given: Mapping[str, str] | None = None) -> Settings:
    """Give the settings of a process: defaults, then ``EXPORTIN_NAME`` of the environment, then what was given.

    Raises UsageError for a name that is not a setting or a value of the wrong type.
    """
    values: dict[str, Value] = {setting.name: setting.default for setting in SETTINGS}
    for name in values:
        text = environment.get(f"EXPORTIN_{name.upper()}")
        if text is not None:
            values[name] = _value(name, text)
    for name, text in (given or {}).items():
        values[name] = _value(name, text)
    return Settings(MappingProxyType(values))


def _value(name: str, text: str) -> Value:
    if name not in _BY_NAME:
        raise UsageError(
            f"there is no setting {name!r}", fix=f"choose one of: {', '.join(sorted(_BY_NAME))}", code="usage.setting"
        )
    kind = type(_BY_NAME[name].default)
    try:
        return kind(text)
    except ValueError:
        raise UsageError(
            f"the setting {name} wants a value like {_BY_NAME[name].default!r}, not {text!r}", code="usage.setting"
        ) from None
