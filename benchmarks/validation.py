"""How fast shapes are checked: ours against pySHACL and pyrudof, on generated facts with evidence.

Run ``python benchmarks/validation.py [TRIPLES ...] [--reference TRIPLES ...] [--pyrudof PYTHON] [--runs N]``. The data
are facts with evidence, 12 triples each pair; the shapes are eleven property shapes and one SPARQL constraint; one fact
in 500 breaks a shape.

Each run is a process of its own: time runs from the file to the results, memory is the peak of the process. We and
pyrudof take turns, and the median counts; pySHACL runs once, at the sizes of ``--reference``. We and pySHACL must
give the same results, one by one, and pyrudof as many, or the benchmark fails.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from publisher.validation.graph import Graph, read_graph
from publisher.validation.shapes import validate_graphs

EX = "http://bench.example/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix ex: <http://bench.example/> .

ex: sh:declare [ sh:prefix "ex" ; sh:namespace "http://bench.example/"^^xsd:anyURI ] .

ex:FactShape a sh:NodeShape ; sh:targetClass ex:Fact ;
  sh:property ex:f1 , ex:f2 , ex:f3 , ex:f4 , ex:f5 , ex:f6 , ex:f7 ;
  sh:sparql [ sh:prefixes ex: ; sh:message "a hypothesis has no bare triple" ; sh:select \"\"\"
    SELECT $this WHERE {
      $this ex:certainty ex:hypothesised ; ex:subject ?s ; ex:predicate ?p ; ex:object ?o .
      FILTER EXISTS { ?s ?p ?o }
    }\"\"\" ] .
ex:f1 sh:path ex:subject ; sh:minCount 1 ; sh:maxCount 1 ; sh:nodeKind sh:IRI .
ex:f2 sh:path ex:predicate ; sh:minCount 1 ; sh:maxCount 1 ; sh:nodeKind sh:IRI .
ex:f3 sh:path ex:object ; sh:minCount 1 ; sh:maxCount 1 ; sh:nodeKind sh:IRI .
ex:f4 sh:path rdfs:label ; sh:minCount 1 ; sh:maxCount 1 ; sh:datatype rdf:langString ; sh:uniqueLang true .
ex:f5 sh:path ex:certainty ; sh:minCount 1 ; sh:maxCount 1 ; sh:in ( ex:asserted ex:presupposed ex:hypothesised ) .
ex:f6 sh:path ex:evidence ; sh:minCount 1 ; sh:class ex:Evidence .
ex:f7 sh:path ex:negated ; sh:maxCount 1 ; sh:datatype xsd:boolean .
ex:EvidenceShape a sh:NodeShape ; sh:targetClass ex:Evidence ; sh:property ex:e1 , ex:e2 , ex:e3 , ex:e4 .
ex:e1 sh:path ex:start ; sh:minCount 1 ; sh:maxCount 1 ; sh:datatype xsd:integer ; sh:lessThan ex:end .
ex:e2 sh:path ex:end ; sh:minCount 1 ; sh:maxCount 1 ; sh:datatype xsd:integer ; sh:minInclusive 1 .
ex:e3 sh:path ex:sha256 ; sh:minCount 1 ; sh:pattern "^[0-9a-f]{64}$" .
ex:e4 sh:path ( ex:document ex:title ) ; sh:minLength 3 .
"""


def generated(triples: int) -> Iterator[str]:
    """Give about so many N-Quads lines of facts and evidence."""
    yield f'<{EX}document> <{EX}title> "A document" .'
    for number in range(triples // 12):
        fact, evidence = f"<{EX}fact/{number}>", f"<{EX}evidence/{number}>"
        certainty = "hypothesised" if number % 7 == 0 else "asserted"
        yield f"{fact} <{RDF}type> <{EX}Fact> ."
        yield f"{fact} <{EX}subject> <{EX}thing/{number % 997}> ."
        yield f"{fact} <{EX}predicate> <{EX}moves> ."
        yield f"{fact} <{EX}object> <{EX}thing/{number % 1009}> ."
        yield f'{fact} <http://www.w3.org/2000/01/rdf-schema#label> "fact {number}"@en .'
        yield f"{fact} <{EX}certainty> <{EX}{certainty if number % 500 else 'unknown'}> ."
        yield f"{fact} <{EX}evidence> {evidence} ."
        yield f"{evidence} <{RDF}type> <{EX}Evidence> ."
        yield f'{evidence} <{EX}start> "{number}"^^<{XSD}integer> .'
        yield f'{evidence} <{EX}end> "{number + 90}"^^<{XSD}integer> .'
        yield f'{evidence} <{EX}sha256> "{number:064x}" .'
        yield f"{evidence} <{EX}document> <{EX}document> ."


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one validator: seconds, peak memory in MiB, and its results or how many there were."""

    seconds: float
    memory: int
    results: list[list[str]] | int

    @property
    def count(self) -> int:
        """Give how many results there were."""
        return self.results if isinstance(self.results, int) else len(self.results)


def once(validator: str, path: Path, shapes: Path, *, python: Path = Path(sys.executable)) -> Run:
    """Run a validator in a process of its own."""
    command = [str(python), "-c", RUDOF] if validator == "pyrudof" else [str(python), __file__, "--inside", validator]
    done = subprocess.run([*command, str(path), str(shapes)], check=True, capture_output=True, text=True)
    seconds, memory, results = json.loads(done.stdout)
    return Run(seconds, memory // 1024, results)


def inside(validator: str, path: Path, shapes_path: Path) -> None:
    """Validate here and now, and print seconds, memory and results."""
    shapes = read_graph([shapes_path])
    if validator == "pyshacl":
        from publisher.validation.shacl.reference import reference_results  # noqa: PLC0415 - only where it is asked for
    start = time.perf_counter()
    with path.open(encoding="utf-8") as lines:
        data = Graph(lines)
    found = reference_results(data, shapes) if validator == "pyshacl" else validate_graphs(data, shapes).results
    results = sorted((each.focus, each.component, each.value or "") for each in found)
    seconds = time.perf_counter() - start
    print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, results]))


RUDOF = """
import json, resource, sys, time
import pyrudof
session = pyrudof.Rudof(pyrudof.RudofConfig())
session.read_shacl(sys.argv[2])
start = time.perf_counter()
session.read_data(sys.argv[1], pyrudof.RDFFormat.NTriples)
report = session.validate_shacl()
seconds = time.perf_counter() - start
print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, len(report)]))
"""


def main() -> None:
    """Print one row for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[10_000, 100_000])
    parser.add_argument("--reference", nargs="*", type=int, default=[10_000], help="sizes that pySHACL runs too")
    parser.add_argument("--pyrudof", type=Path, help="a Python that has pyrudof")
    parser.add_argument("--runs", type=int, default=5, help="how often we and pyrudof run")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        shapes = Path(folder) / "shapes.ttl"
        shapes.write_text(SHAPES, encoding="utf-8")
        print("| triples | results | ours, s (MiB) | pySHACL, s (MiB) | ratio | pyrudof, s (MiB) | ratio |")
        print("| --- | --- | --- | --- | --- | --- | --- |")
        for size in options.sizes:
            path = Path(folder) / f"{size}.nq"
            path.write_text("".join(f"{line}\n" for line in generated(size)), encoding="utf-8")
            row(path, shapes, size, options)


def row(path: Path, shapes: Path, size: int, options: argparse.Namespace) -> None:
    """Print the row of one size."""
    ours: list[Run] = []
    rudof: list[Run] = []
    for _ in range(options.runs):
        ours.append(once("ours", path, shapes))
        if options.pyrudof:
            rudof.append(once("pyrudof", path, shapes, python=options.pyrudof))
    slow = [once("pyshacl", path, shapes)] if size in options.reference else []
    for each in slow:
        if each.results != ours[0].results:
            raise SystemExit("the results of pySHACL are not ours")
    if any(each.count != ours[0].count for each in rudof):
        raise SystemExit("pyrudof has more or fewer results")
    cells = [f"{size:,}", str(ours[0].count), shown(ours), *against(slow, ours), *against(rudof, ours)]
    print(f"| {' | '.join(cells)} |", flush=True)


def against(theirs: Sequence[Run], ours: Sequence[Run]) -> tuple[str, str]:
    """Give the two cells of a peer: its time and how many times ours it is."""
    return (shown(theirs), f"{median(theirs) / median(ours):.1f}") if theirs else ("", "")


def shown(runs: Sequence[Run]) -> str:
    """Give the median time and the highest memory."""
    return f"{median(runs):.3g} ({max(each.memory for each in runs)})"


def median(runs: Sequence[Run]) -> float:
    """Give the median time in seconds."""
    return statistics.median(each.seconds for each in runs)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        inside(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
    else:
        main()
