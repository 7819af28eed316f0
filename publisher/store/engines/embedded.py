"""The embedded engine: pyoxigraph over an index directory, or over RDF files held in memory, in this process.

It refuses deadlines: a query runs until it ends. Wherever strangers ask, it stands behind ``workers``.
"""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import NoReturn

import pyoxigraph as ox

from publisher.errors import NotOffered, QueryRejected, ResultTooLarge, StoreError
from publisher.rdf import media as kinds
from publisher.rdf.keywords import misspelt
from publisher.rdf.media import Media
from publisher.rdf.query import Form, Query, position, read, tokens
from publisher.store.engines.datasets import Dataset, Datasets
from publisher.store.engines.sink import Sink
from publisher.store.layout import Layout, lay_out
from publisher.store.policy import Policy
from publisher.store.port import Answer, Limits, Wanted, variant
from publisher.store.rows import are_few, rows_in

_RESULT_FORMATS: Mapping[Media, ox.QueryResultsFormat] = {
    kinds.JSON: ox.QueryResultsFormat.JSON,
    kinds.XML: ox.QueryResultsFormat.XML,
    kinds.CSV: ox.QueryResultsFormat.CSV,
    kinds.TSV: ox.QueryResultsFormat.TSV,
}
_GRAPH_FORMATS: Mapping[Media, ox.RdfFormat] = {
    kinds.TURTLE: ox.RdfFormat.TURTLE,
    kinds.JSON_LD: ox.RdfFormat.JSON_LD,
    kinds.N_TRIPLES: ox.RdfFormat.N_TRIPLES,
    kinds.RDF_XML: ox.RdfFormat.RDF_XML,
    kinds.TRIG: ox.RdfFormat.TRIG,
    kinds.N_QUADS: ox.RdfFormat.N_QUADS,
}
OFFERED: tuple[Media, ...] = (*_RESULT_FORMATS, *_GRAPH_FORMATS)
_SYNTAX = re.compile(r"^error at (\d+):(\d+): (?:expected (?:one of )?)?(.*)$", re.DOTALL)
_SENTENCE = re.compile(r"[A-Z][^,]*? [^,\[\]]*")
_SHORT = 120  # characters of "expected one of …" that still help a person
_UNKNOWN_FUNCTION = re.compile(r"^The custom (?:aggregate )?function <([^>]*)> is not supported")


class Embedded:
    """A store in this process; without a ``layout`` its default graph becomes the union of all graphs."""

    def __init__(self, store: ox.Store, *, policy: Policy, base: str | None = None, layout: Layout | None = None):
        """Take the open pyoxigraph store, the policy (whose prefixes Turtle is written with) and the base IRI."""
        self._datasets = Datasets(store, layout or lay_out(store, union=True), base=base)
        self._policy = policy
        self._prefixes = dict(policy.prefixes)
        self._base = base

    @property
    def offered(self) -> tuple[Media, ...]:
        """Give the media types that the engine can write."""
        return OFFERED

    def query(
        self,
        text: str,
        media: Wanted,
        *,
        limits: Limits,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
        spill: str | None = None,
    ) -> Answer:
        """Run a query and give the whole answer, in memory; with ``spill`` a large one is written to that file."""
        started = time.perf_counter()
        query = read(text)
        self._policy.check(query)
        written = _offer(query, media)
        run = _Run(query, self._datasets.of(query, (default_graphs, named_graphs)), base=self._base)
        sink = Sink(written, limit=limits.bytes, spill=spill)
        try:
            write = self._graph if query.form in (Form.CONSTRUCT, Form.DESCRIBE) else self._results
            rows, truncated = write(run, sink, limits)
        except BaseException:
            sink.discard()
            raise
        done = time.perf_counter()
        timings = (("parse", (run.parsed - started) * 1e3), ("exec", (done - run.parsed) * 1e3))
        return Answer(
            written,
            body=sink.body,
            path=sink.path,
            truncated=truncated,
            rows=rows,
            timings=timings,
            form=query.form,
            digest=sink.digest,
            volatile=query.volatile,
        )

    def close(self) -> None:
        """Let go of the store."""
        del self._datasets

    def _graph(self, run: "_Run", sink: Sink, limits: Limits) -> tuple[int, int | None]:
        triples = _Capped(run.triples(), limits)
        try:
            ox.serialize(triples, sink.stream, _GRAPH_FORMATS[sink.media], prefixes=self._prefixes)
        except (OSError, RuntimeError) as error:
            raise _broken(error) from None
        sink.finish()
        return triples.count, limits.rows if triples.cut else None

    def _results(self, run: "_Run", sink: Sink, limits: Limits) -> tuple[int | None, int | None]:
        if run.query.form is Form.ASK:
            self._write(run, sink, rows=None)
            return 1, None
        self._write(run, sink, rows=limits.rows + 1)
        if sink.body is not None and are_few(len(sink.body), sink.media, limits.rows):
            return None, None
        rows = rows_in(sink.path or sink.body or b"", sink.media)
        if rows <= limits.rows:
            return rows, None
        if not limits.partial:
            raise too_many(limits.rows)
        sink.discard()
        self._write(run, sink, rows=limits.rows)
        return limits.rows, limits.rows

    def _write(self, run: "_Run", sink: Sink, *, rows: int | None) -> None:
        try:
            run.results(rows).serialize(sink.stream, format=_RESULT_FORMATS[sink.media])
        except (OSError, RuntimeError) as error:
            raise _broken(error) from None
        sink.finish()


class _Run:
    """One query on one store: parsed by the engine, and again where it is run a second time."""

    def __init__(self, query: Query, dataset: Dataset, *, base: str | None):
        self.query = query
        self.parsed = 0.0
        self._store = dataset.store
        self._arguments = {**dataset.arguments, "base_iri": base}
        self._functions: dict[ox.NamedNode, object] = {}

    def triples(self) -> ox.QueryTriples:
        """Run a CONSTRUCT or DESCRIBE."""
        found = self._ask(self.query.text)
        if isinstance(found, ox.QueryTriples):
            return found
        raise StoreError("the engine gave rows where triples were asked for")

    def results(self, rows: int | None) -> ox.QuerySolutions | ox.QueryBoolean:
        """Run a SELECT or ASK, with a LIMIT of so many rows."""
        found = self._ask(self.query.text if rows is None else self.query.capped(rows))
        if isinstance(found, ox.QueryTriples):
            raise StoreError("the engine gave triples where rows were asked for")
        return found

    def _ask(self, text: str) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        while True:
            try:
                found = self._store.query(text, custom_functions=self._functions or None, **self._arguments)  # type: ignore[arg-type]
            except SyntaxError as error:
                if text != self.query.text:
                    text = self.query.text  # the place of the error in the query as it was sent
                    continue
                _reject(self.query, str(error))
            except RuntimeError as error:
                self._learn(error)
            except (OSError, ValueError) as error:
                raise _broken(error) from None
            else:
                self.parsed = self.parsed or time.perf_counter()
                return found

    def _learn(self, error: RuntimeError) -> None:
        """Take an unknown function as one that fails in every row, not as a wrong query (SPARQL 1.1 Query, 17.6)."""
        match = _UNKNOWN_FUNCTION.match(str(error))
        name = ox.NamedNode(match[1]) if match else None
        if name is None or name in self._functions:
            raise _broken(error) from None
        self._functions[name] = _no_value


class _Capped:
    """Triples up to the limit of rows; past it ``cut`` is set, or the answer is too large."""

    def __init__(self, triples: ox.QueryTriples, limits: Limits):
        self._triples = triples
        self._limits = limits
        self.count = 0
        self.cut = False

    def __iter__(self) -> Iterator[ox.Triple]:
        for triple in self._triples:
            if self.count == self._limits.rows:
                if not self._limits.partial:
                    raise too_many(self._limits.rows)
                self.cut = True
                return
            self.count += 1
            yield triple


def too_many(rows: int) -> ResultTooLarge:
    """Give the failure of an answer with more rows than the limit."""
    return ResultTooLarge(
        f"the answer has more than {rows} rows",
        limit=rows,
        unit="rows",
        fix="add a LIMIT, ask for the partial answer, or fetch a dump",
    )


def _offer(query: Query, wanted: Wanted) -> Media:
    """Give what the answer is written as; raise NotOffered."""
    media = variant(wanted, query.form)
    graph = query.form in (Form.CONSTRUCT, Form.DESCRIBE)
    table: Mapping[Media, object] = _GRAPH_FORMATS if graph else _RESULT_FORMATS
    if media is not None and (media in table or (query.form is Form.UNKNOWN and media in OFFERED)):
        return media
    written = media.type if media else "anything that is taken"
    raise NotOffered(
        f"the answer to {query.form.value or 'this query'} cannot be written as {written}",
        offered=tuple(other.type for other in table),
        fix=f"ask for {', '.join(other.label for other in table)}",
    )


def _reject(query: Query, message: str) -> NoReturn:
    match = _SYNTAX.match(message)
    if match is None:
        raise QueryRejected(f"this is not a SPARQL query: {message}")
    line, column = int(match[1]), int(match[2])
    before = query.text.split("\n")[: line - 1]
    at = position(query.text, min(len(query.text), sum(len(row) + 1 for row in before) + column - 1))
    wrong = misspelt(tokens(query.text))
    if wrong is not None:
        word, meant = wrong
        at = position(query.text, word.start)
        raise QueryRejected(
            f"line {at.line}, column {at.column}: {word.text[:60]!r} is no word of SPARQL",
            position=at,
            fix=f"did you mean {meant}?" if meant else "a name needs a prefix, a text needs quotation marks",
        )
    token = next((token.text for token in tokens(query.text) if token.end > at.offset), None)
    seen = f"unexpected {token[:60]!r}" if token else "the query ends too early"
    sentences = _SENTENCE.findall(match[3].partition("['")[0])
    told = f"; expected {match[3]}" if len(match[3]) <= _SHORT else ""
    raise QueryRejected(f"line {line}, column {column}: {sentences[0] if sentences else seen + told}", position=at)


def _broken(error: Exception) -> StoreError:
    return StoreError(f"the engine could not evaluate the query: {error}", code="store.evaluation")


def _no_value(*_: object) -> None:
    """Stand for a function that the engine does not know: an error in every row."""
