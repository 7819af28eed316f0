"""Every check on the quads of a build, one after the other, into one report.

It refuses to raise for bad data: a shape that cannot be read is a finding too, at the file that holds it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from publisher.dataset import Dataset
from publisher.errors import DatasetUnreadable, Finding, Severity, Where
from publisher.rdf.names import SH
from publisher.rdf.prefixes import Prefixes
from publisher.validation import terms
from publisher.validation.alignment import check_alignment
from publisher.validation.file_lines import places_in
from publisher.validation.graph import Graph, read_graph
from publisher.validation.house_rules import House, check_house
from publisher.validation.passages import check_cues, check_passages, check_published, read_texts
from publisher.validation.places import Places, places_of
from publisher.validation.reasoning import HermiT, check_reasoning
from publisher.validation.report import Report
from publisher.validation.report_forms import code_of
from publisher.validation.shacl.shape import ShapeResult
from publisher.validation.shapes import Outcome, validate_graphs

_SEVERITIES = {f"<{SH}Warning>": Severity.WARNING, f"<{SH}Info>": Severity.INFO}


def validate(
    quads: Path, dataset: Dataset, *, documents: Path | None, reasoner: bool, progress: Callable[[str], None]
) -> Report:
    """Validate the quads of a build, and give the dataset's own findings with those of every check.

    ``documents`` is the folder with the texts, where there is one; ``reasoner`` asks HermiT too; ``progress`` is
    told each step in words.
    """
    progress("reading the quads")
    with quads.open(encoding="utf-8", newline="\n") as stream:
        data = Graph(line for line in stream if not line.isspace())
    places = places_of(dataset)
    findings = [*dataset.findings]
    progress("checking shapes")
    shapes = sorted((dataset.root / "shapes").glob("*.ttl"))
    causes = [each for each in findings if dataset.manifest.gates.get(each.code, each.severity.value) == "violation"]
    results = check_shapes(data, shapes, dataset.root, places=places, prefixes=dataset.prefixes)
    findings.extend(each for each in results if not _follows(each, causes))
    progress("checking outside identifiers against their ontologies")
    findings.extend(check_alignment(dataset))
    progress("checking the house rules")
    refused = {finding.focus for finding in causes}
    house = check_house(House(data, dataset.manifest, dataset.tables, places))
    # A bare triple that is missing because its fact was refused is a consequence, not a finding of its own.
    findings.extend(each for each in house if each.code != "fact.bare-missing" or each.focus not in refused)
    if documents is not None:
        progress("proving the passages")
        findings.extend(check_texts(data, dataset, documents, places))
    if reasoner:
        progress("reasoning")
        findings.extend(check_reasoning(data, dataset, reasoner=HermiT.found(), progress=progress))
    return Report.of(findings, gates=dataset.manifest.gates, root=dataset.root)


def _follows(result: Finding, causes: Sequence[Finding]) -> bool:
    """Tell whether a result of a shape only repeats what reading found: a value that was refused is missing later."""
    return result.code != "shape.malformed" and any(
        (cause.where is not None and cause.where == result.where)
        or (cause.code == "class.unknown" and cause.focus in {result.focus, result.value})
        for cause in causes
    )


def validate_file(data: Path, shapes: Sequence[Path], form: str) -> tuple[Report, str]:
    """Validate one RDF file of any syntax by SHACL alone: the report, and the report in a format.

    Raises DatasetUnreadable where the data or the shapes cannot be read or are malformed.
    """
    files = list(dict.fromkeys((data, *shapes)))
    graph, rules = read_graph([data], among=files), read_graph(shapes, among=files)
    try:
        outcome = validate_graphs(graph, rules)
    except DatasetUnreadable as error:
        place = error.where or Where(", ".join(str(path) for path in shapes))
        raise DatasetUnreadable(error.message, where=place, fix=error.fix, code=error.reason) from None
    places, prefixes = (Places({}, {}), Prefixes({})) if outcome.conforms else places_in(data)
    declared = {} if outcome.conforms else _declared(shapes)
    told = findings_of(outcome, places=places, prefixes=prefixes, declared=declared, file=str(data))
    findings = Report.of(told).findings
    report = Report(findings, shacl=outcome.results)
    return report, report.render(form)


def check_shapes(
    data: Graph, shapes: Sequence[Path], root: Path, *, places: Places, prefixes: Prefixes
) -> Iterator[Finding]:
    """Give the findings of SHACL shapes; a file of shapes that cannot be read is a finding, the others go on."""
    readable = []
    for path in shapes:
        name = path.relative_to(root).as_posix()
        try:
            validate_graphs(Graph(), read_graph([path]))
        except DatasetUnreadable as error:
            place = Where(name, error.where.line, error.where.column) if error.where else Where(name)
            yield Finding("shape.malformed", error.message, place, fix=error.fix)
        else:
            readable.append(path)
    try:
        outcome = validate_graphs(data, read_graph(readable))
    except DatasetUnreadable as error:
        yield Finding("shape.malformed", error.message, Where("shapes"), fix=error.fix)
        return
    declared = {} if outcome.conforms else _declared(readable, root)
    yield from findings_of(outcome, places=places, declared=declared, prefixes=prefixes)


def _declared(shapes: Sequence[Path], root: Path | None = None) -> dict[str, Where]:
    """Give the place of each shape that has a name."""
    found: dict[str, Where] = {}
    for path in shapes:
        name = path.relative_to(root).as_posix() if root else str(path)
        for node, where in places_in(path)[0].nodes.items():
            found.setdefault(node, Where(name, where.line, where.column))
    return found


def findings_of(
    outcome: Outcome,
    *,
    places: Places,
    prefixes: Prefixes,
    declared: Mapping[str, Where] | None = None,
    file: str | None = None,
) -> Iterator[Finding]:
    """Give a finding for each result of the shapes, in words, at the line that made the focus node.

    ``declared`` is where the shapes stand; ``file`` is where a finding goes whose node has no place.
    """
    for result in outcome.results:
        focus = terms.text_of(result.focus)
        path = _path(result, prefixes)
        value = terms.text_of(result.value) if result.value else None
        yield Finding(
            code_of(terms.iri_of(result.component)),
            _message(result, prefixes),
            places.of(focus, path, value) or (Where(file) if file else None),
            _SEVERITIES.get(result.severity, Severity.VIOLATION),
            focus=focus,
            path=path,
            value=value,
            fix=_asks(result.shape, declared or {}, prefixes),
        )
    for node in outcome.by_reference:
        yield Finding(
            "shape.by-reference",
            f"the shape {_short(node, prefixes)} uses more than SHACL Core and SPARQL, so pySHACL judged it",
            Where(file) if file else None,
            Severity.INFO,
            focus=terms.iri_of(node),
        )


def check_texts(data: Graph, dataset: Dataset, folder: Path, places: Places) -> Iterator[Finding]:
    """Give the findings of passages, cues and published text, where the documents are at hand."""
    texts, findings = read_texts(dataset.documents.values(), folder)
    yield from findings
    yield from check_passages(dataset.tables, texts)
    yield from check_cues(dataset.tables, texts, dataset.manifest.certainty.cues)
    yield from check_published(data, texts, allowed=_titles(dataset), places=places)


def _titles(dataset: Dataset) -> Iterable[str]:
    titles = [each.title for each in dataset.documents.values()]
    titles += [each.title for each in dataset.references.values()]
    yield from (title for title in titles if title)


def _asks(shape: str, declared: Mapping[str, Where], prefixes: Prefixes) -> str:
    if terms.is_blank(shape):
        return "mend the value, or the shape that asks for it"
    where = declared.get(terms.iri_of(shape))
    return f"see the shape {_short(shape, prefixes)}{f' ({where})' if where else ''}"


def _path(result: ShapeResult, prefixes: Prefixes) -> str | None:
    if result.path is None:
        return None
    text = result.path.sparql()
    return terms.iri_of(text) if terms.is_iri(text) and " " not in text and text.count("<") == 1 else text


def _message(result: ShapeResult, prefixes: Prefixes) -> str:
    if result.messages:
        english = [text for text in result.messages if (terms.parts(text).language or "en").startswith("en")]
        return terms.text_of((english or [*result.messages])[0])
    where = f" of {_short(result.path.sparql(), prefixes)}" if result.path else ""
    found = f"the value {_short(result.value, prefixes)}{where}" if result.value else f"the values{where}"
    wanted = " ".join(_short(word, prefixes) for word in result.wanted.split(" "))
    return (
        f"{found} should be {wanted}"
        if wanted
        else f"{found} break the constraint {_short(result.component, prefixes)}"
    )


def _short(term: str, prefixes: Prefixes) -> str:
    if term.startswith("<") and term.endswith(">") and term.count("<") == 1:
        return prefixes.compress(term[1:-1]) or term
    return terms.text_of(term) if term.startswith('"') and term.count(" ") == 0 else term
