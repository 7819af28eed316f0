"""Every check on the quads of a build, one after the other, into one report.

It refuses to raise for bad data: a shape that cannot be read is a finding too, at the file that holds it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from publisher.dataset import Dataset
from publisher.errors import DatasetUnreadable, Finding, Where
from publisher.rdf.prefixes import Prefixes
from publisher.validation import terms
from publisher.validation.alignment import check_alignment
from publisher.validation.graph import Graph, read_graph
from publisher.validation.house_rules import House, check_house
from publisher.validation.passages import check_cues, check_passages, check_published, read_texts
from publisher.validation.places import Places, places_of
from publisher.validation.places.files import places_in
from publisher.validation.reasoning import HermiT, check_reasoning
from publisher.validation.report import Report
from publisher.validation.shacl.shape import ShapeMalformed
from publisher.validation.shape_findings import Told, declared_in, findings_of, name_of
from publisher.validation.shapes import validate_graphs


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
    return Report.of(findings, gates=dataset.manifest.gates, root=dataset.root, prefixes=dataset.prefixes)


def _follows(result: Finding, causes: Sequence[Finding]) -> bool:
    """Tell whether a result of a shape only repeats what reading found: a value that was refused is missing later."""
    return result.code != "shape.malformed" and any(
        (cause.where is not None and cause.where == result.where)
        or (cause.code == "class.unknown" and cause.focus in {result.focus, result.value})
        or (result.code == "shape.min-count" and cause.focus is not None and cause.focus == result.focus)
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
    except ShapeMalformed as error:
        place = declared_in(shapes).get(name_of(rules, error.shape)) or Where(", ".join(str(path) for path in shapes))
        raise DatasetUnreadable(error.message, where=place, fix=error.fix, code=error.reason) from None
    places, prefixes = (Places({}, {}), Prefixes({})) if outcome.conforms else places_in(data)
    told = Told(graph, rules, places, prefixes, file=str(data), shapes={} if outcome.conforms else declared_in(shapes))
    findings = Report.of(findings_of(outcome, told), prefixes=prefixes).findings
    report = Report(findings, shacl=outcome.results, prefixes=prefixes)
    return report, report.render(form)


def check_shapes(
    data: Graph, shapes: Sequence[Path], root: Path, *, places: Places, prefixes: Prefixes
) -> Iterator[Finding]:
    """Give the findings of SHACL shapes; a file of shapes that cannot be read is a finding, the others go on."""
    readable = []
    for path in shapes:
        try:
            rules = read_graph([path])
            validate_graphs(Graph(), rules)
        except DatasetUnreadable as error:
            yield _malformed(error, path, root)
        else:
            readable.append(path)
    rules = read_graph(readable)
    try:
        outcome = validate_graphs(data, rules)
    except ShapeMalformed as error:
        place = declared_in(readable, root).get(name_of(rules, error.shape))
        yield Finding("shape.malformed", error.message, place or Where("shapes"), fix=error.fix)
        return
    declared = {} if outcome.conforms else declared_in(readable, root)
    yield from findings_of(outcome, Told(data, rules, places, prefixes, shapes=declared))


def _malformed(error: DatasetUnreadable, path: Path, root: Path) -> Finding:
    name = path.relative_to(root).as_posix()
    where = Where(name, error.where.line, error.where.column) if error.where else Where(name)
    if isinstance(error, ShapeMalformed):
        where = declared_in([path], root).get(terms.iri_of(error.shape), where)
    return Finding("shape.malformed", error.message, where, fix=error.fix)


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
