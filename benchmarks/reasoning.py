"""How long whole ontologies take to reason over: HermiT and the roll-up, on full sources of the dataset.

Run ``python benchmarks/reasoning.py [SOURCES ...] [--from DIR] [--dataset DIR]``, where each of SOURCES is the name of
a source of ``ontology/sources.toml``, or several with + between them. Every term of the full source is written as a
slice, which is what a build reads. HermiT is asked as a build asks it, with the same limits, for consistency and for
classes that can have no member; the roll-up follows subclass and part-of.
"""

import argparse
import resource
import tempfile
import time
from pathlib import Path

from publisher.dataset import open_dataset
from publisher.imports import Library
from publisher.imports.slices import slice_text
from publisher.imports.sources import read_sources
from publisher.validation.graph import read_graph
from publisher.validation.reasoning.consistency import axioms_of, flat
from publisher.validation.reasoning.hermit import HermiT
from publisher.validation.reasoning.inference import rolled_up

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Print one row for each group of sources."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("groups", nargs="*", default=["mondo", "go", "go+mondo"])
    parser.add_argument("--from", dest="folder", type=Path, default=ROOT.parent / "shared" / "ontologies")
    parser.add_argument("--dataset", type=Path, default=ROOT)
    options = parser.parse_args()
    if not options.folder.is_dir():
        raise SystemExit(f"there are no ontologies in {options.folder}: name their folder with --from")
    print("| sources | terms | triples | axioms | HermiT, s | Java, MiB | empty classes | roll-up, triples | s |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    library = Library(read_sources(options.dataset), options.folder)
    for group in options.groups:
        print(f"| {' | '.join(row(group.split('+'), library, options.dataset))} |", flush=True)


def row(names: list[str], library: Library, dataset: Path) -> list[str]:
    """Measure one group of sources together."""
    rollup = open_dataset(dataset).manifest.rollup
    with tempfile.TemporaryDirectory() as folder:
        paths, terms = [], 0
        for name in names:
            source = library.sources.named(name)
            found = library.open(source)
            path = Path(folder) / f"{name}.ttl"
            path.write_text(slice_text(source, found, sources=library.sources, refused=0), encoding="utf-8")
            paths.append(path)
            terms += len(found)
        graph = read_graph(paths)
    start = time.perf_counter()
    along = tuple(f"<{each}>" for each in rollup.along) if rollup else ()
    reached = sum(1 for _ in rolled_up(graph, "<urn:up>", along))
    seconds = time.perf_counter() - start
    axioms = list(axioms_of(graph))
    reasoner = HermiT.found()
    if reasoner is None:
        raise SystemExit("there is no Java on this machine")
    verdict = reasoner.ask(flat(axioms))
    if verdict.failure or not verdict.consistent:
        raise SystemExit(f"{'+'.join(names)}: {verdict.failure or 'it contradicts itself'}")
    java = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    triples = sum(1 for _ in graph.triples())
    numbers = f"{terms:,}", f"{triples:,}", f"{len(axioms):,}", f"{reasoner.spent:.1f}", f"{java:,}"
    return ["+".join(names), *numbers, str(len(verdict.unsatisfiable)), f"{reached:,}", f"{seconds:.1f}"]


if __name__ == "__main__":
    main()
