"""How fast shapes are checked: ours against pySHACL and pyrudof, on generated facts with evidence.

Run ``python benchmarks/validation.py [TRIPLES ...] [--reference TRIPLES ...] [--pyrudof PYTHON]``. The data are facts
with evidence, 12 triples each pair; the shapes are eleven property shapes and one SPARQL constraint; one fact in 500
breaks a shape. The fastest of three runs counts for us and for pyrudof, the only one for pySHACL.
We and pySHACL must give the same results, or the benchmark fails.
"""

import argparse
import gc
import resource
import subprocess
import tempfile
import time
from collections.abc import Iterator
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


def ours(path: Path, shapes: Graph) -> tuple[float, list[tuple[str, ...]]]:
    """Time our validator from the file to the results."""
    gc.collect()
    start = time.perf_counter()
    with path.open(encoding="utf-8") as lines:
        outcome = validate_graphs(Graph(lines), shapes)
    return time.perf_counter() - start, sorted(_key(each) for each in outcome.results)


def reference(path: Path, shapes: Graph) -> tuple[float, list[tuple[str, ...]]]:
    """Time pySHACL on a graph that rdflib has already read, which is to its favour."""
    from publisher.validation.shacl.reference import reference_results  # noqa: PLC0415 - only when it is asked for

    with path.open(encoding="utf-8") as lines:
        data = Graph(lines)
    start = time.perf_counter()
    results = sorted(_key(each) for each in reference_results(data, shapes))
    return time.perf_counter() - start, results


RUDOF = """
import sys, time
import pyrudof
session = pyrudof.Rudof(pyrudof.RudofConfig())
session.read_shacl(sys.argv[2])
start = time.perf_counter()
session.read_data(sys.argv[1], pyrudof.RDFFormat.NTriples)
report = session.validate_shacl()
print(time.perf_counter() - start, len(report))
"""


def rudof(python: Path, path: Path, shapes: Path) -> tuple[float, int]:
    """Time pyrudof, in an environment of its own, from the file to the results."""
    command = [str(python), "-c", RUDOF, str(path), str(shapes)]
    runs = [subprocess.run(command, check=True, capture_output=True, text=True).stdout.split() for _ in range(3)]
    return min(float(run[0]) for run in runs), int(runs[0][1])


def _key(result: object) -> tuple[str, ...]:
    return tuple(str(getattr(result, name)) for name in ("focus", "component", "value"))


def main() -> None:
    """Print one row for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[10_000, 100_000])
    parser.add_argument("--reference", nargs="*", type=int, default=[10_000], help="sizes that pySHACL runs too")
    parser.add_argument("--pyrudof", type=Path, help="a Python that has pyrudof")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        shapes_path = Path(folder) / "shapes.ttl"
        shapes_path.write_text(SHAPES, encoding="utf-8")
        print("| triples | results | ours, s | pySHACL, s | ratio | pyrudof, s (results) | ratio | peak memory, MiB |")
        print("| --- | --- | --- | --- | --- | --- | --- | --- |")
        for size in options.sizes:
            path = Path(folder) / f"{size}.nq"
            path.write_text("".join(f"{line}\n" for line in generated(size)), encoding="utf-8")
            row(path, shapes_path, size, options)


def row(path: Path, shapes_path: Path, size: int, options: argparse.Namespace) -> None:
    """Print the row of one size."""
    shapes = read_graph([shapes_path])
    seconds, found = min(ours(path, shapes) for _ in range(3))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    slow, others = " | ", " | "
    if size in options.reference:
        reference_seconds, wanted = reference(path, shapes)
        if wanted != found:
            raise SystemExit(f"the results differ: {set(wanted) ^ set(found)}")
        slow = f"{reference_seconds:.1f} | {reference_seconds / seconds:.0f}"
    if options.pyrudof:
        rudof_seconds, count = rudof(options.pyrudof, path, shapes_path)
        others = f"{rudof_seconds:.2f} ({count}) | {rudof_seconds / seconds:.1f}"
    print(f"| {size} | {len(found)} | {seconds:.3f} | {slow} | {others} | {peak} |", flush=True)


if __name__ == "__main__":
    main()
