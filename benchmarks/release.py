"""Time and peak memory of releases of growing size: writing, verifying, and the index that answers queries.

Run ``python benchmarks/release.py 100000 1000000`` for generated facts. With the full ontologies in
``../shared/ontologies`` the words ``mondo``, ``all`` and ``all10`` measure this dataset's own quads together with the
whole of MONDO, with all of GO, ChEBI and MONDO, and with these and ten times the facts. Each part runs in a process of
its own, so that its peak of memory is its own. Seconds are those of the processor, all threads together, so that other
work on the machine does not count.
"""

import gzip
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox

from publisher.imports.cut import Library
from publisher.imports.slices import slice_text
from publisher.imports.sources import read_sources
from publisher.rdf.names import STANDARD_PREFIXES
from publisher.rdf.prefixes import Prefixes
from publisher.rdf.quads import lines_of
from publisher.release.content import Content, Description
from publisher.release.read import open_release, verify
from publisher.release.shelf import Shelf
from publisher.release.write import write_release
from publisher.store.index import build_index

ROOT = Path(__file__).resolve().parents[1]
ONTOLOGIES = ROOT.parent / "shared" / "ontologies"
_BASE = "https://example.org/bench/"
_GRAPHS = ("facts", "evidence", "imports", "description")
_PER_FACT = 10
_TIMES = 10
_WHOLE = {"mondo": ("mondo",), "all": ("go", "chebi", "mondo"), "all10": ("go", "chebi", "mondo")}
_HEAD = (
    "| data | quads | write s | µs/quad | slowest step | write MiB | index s | bulk load alone | index MiB "
    "| in memory s | MiB | dumps MB | index on disk MB |"
)


def main() -> None:
    """Measure each size that is named and print the table."""
    if sys.argv[1:2] == ["--one"]:
        done = _PARTS[sys.argv[2]](Path(sys.argv[3]), sys.argv[4])
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({**done, "peak": peak}))
        return
    print(_HEAD)
    print(f"|---|{'---:|' * 3}---|{'---:|' * 8}")
    there = ("mondo", "all", "all10") if ONTOLOGIES.is_dir() and Shelf(ROOT / "releases").live() else ()
    for size in sys.argv[1:] or ["100000", "1000000", *there]:
        with tempfile.TemporaryDirectory() as folder:
            table = {part: _run(part, Path(folder), size) for part in _PARTS}
        print(_row(size, table), flush=True)


def _run(part: str, root: Path, size: str) -> dict[str, float | str]:
    command = [sys.executable, __file__, "--one", part, str(root), size]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    told: dict[str, float | str] = json.loads(done.stdout)
    return told


def _row(size: str, table: dict[str, dict[str, float | str]]) -> str:
    write, index, memory = table["write"], table["index"], table["memory"]
    quads, seconds = float(write["quads"]), float(write["seconds"])
    cells = [size, f"{quads:,.0f}", f"{seconds:.1f}", f"{seconds / quads * 1e6:.1f}"]
    cells += [f"{write['slowest']} ({float(write['slowest_seconds']):.1f} s)", f"{float(write['peak']):.0f}"]
    cells += [f"{float(index['seconds']):.1f}", f"{float(index['bulk']):.1f} s", f"{float(index['peak']):.0f}"]
    cells += [f"{float(memory['seconds']):.1f}", f"{float(memory['peak']):.0f}"]
    cells += [f"{float(write['dumps']):.0f}", f"{float(index['disk']):.0f}"]
    return f"| {' | '.join(cells)} |"


def _prepare(root: Path, size: str) -> dict[str, float | str]:
    """Write the quads that the other parts work on."""
    quads = root / "quads.nq"
    if size.isdigit():
        _generate(quads, int(size) // _PER_FACT)
        return {}
    with quads.open("w", encoding="utf-8", newline="\n") as out:
        out.writelines(f"{line}\n" for line in _facts(_TIMES if size.endswith("10") else 1))
        for name in _WHOLE[size]:
            out.writelines(f"{line}\n" for line in _ontology(name))
    return {}


def _write(root: Path, _: str) -> dict[str, float | str]:
    marks = [("start", time.process_time())]
    content = Content(description=_description(), quads=(root / "quads.nq",))
    release = write_release(content, root / "shelf", progress=lambda step: marks.append((step, time.process_time())))
    marks.append(("end", time.process_time()))
    steps = {marks[i][0]: marks[i + 1][1] - marks[i][1] for i in range(1, len(marks) - 1)}
    slowest = max(steps, key=steps.__getitem__)
    begun = time.process_time()
    verify(release)
    return {
        "quads": release.counts["quads"],
        "seconds": marks[-1][1] - marks[0][1],
        "verify": time.process_time() - begun,
        "dumps": sum(file.size for file in release.files.values()) / 1e6,
        "slowest": slowest,
        "slowest_seconds": steps[slowest],
    }


def _index(root: Path, _: str) -> dict[str, float | str]:
    """Build the index on disk: the whole of it, and before it the engine's own bulk load by itself."""
    release = open_release(root / "shelf/2026-01-01")
    begun = time.process_time()
    store = ox.Store(str(root / "bulk"))
    with gzip.open(release.quads, "rb") as stream:
        store.bulk_load(stream, ox.RdfFormat.N_QUADS)
    store.flush()
    bulk = time.process_time() - begun
    del store
    begun = time.process_time()
    folder = build_index(release.quads, root / "index", release.version)
    seconds = time.process_time() - begun
    disk = sum(item.stat().st_size for item in folder.rglob("*") if item.is_file()) / 1e6
    return {"seconds": seconds, "bulk": bulk, "disk": disk}


def _memory(root: Path, _: str) -> dict[str, float | str]:
    """Load the release into memory, as a small one is served."""
    release = open_release(root / "shelf/2026-01-01")
    begun = time.process_time()
    store = ox.Store()
    with gzip.open(release.quads, "rb") as stream:
        store.bulk_load(stream, ox.RdfFormat.N_QUADS)
    return {"seconds": time.process_time() - begun, "quads": len(store)}


_PARTS: dict[str, Callable[[Path, str], dict[str, float | str]]] = {
    "prepare": _prepare,
    "write": _write,
    "index": _index,
    "memory": _memory,
}


def _facts(times: int) -> Iterator[str]:
    """Give the quads of this dataset's current release, and copies of its facts and evidence under other names."""
    release = Shelf(ROOT / "releases").current()
    ends = {f"{release.graphs[name]}> ." for name in ("facts", "evidence") if name in release.graphs}
    own = f"<{release.base}"
    with gzip.open(release.quads, "rt", encoding="utf-8", newline="\n") as stream:
        for row in stream:
            line = row.rstrip("\n")
            if line.endswith(f"{release.description_graph}> ."):
                continue
            yield line
            if any(line.endswith(end) for end in ends):
                for copy in range(1, times):
                    for kind in ("fact/", "evidence/"):
                        line = line.replace(f"{own}{kind}", f"{own}copy{copy}/{kind}")
                    yield line
                    line = row.rstrip("\n")


def _ontology(name: str) -> Iterator[str]:
    """Give every term of an ontology as the slices say it."""
    sources = read_sources(ROOT)
    source = sources.named(name)
    text = slice_text(source, Library(sources, ONTOLOGIES).open(source), sources=sources, refused=0)
    graph = ox.NamedNode(f"{_BASE}graph/imports")
    found = ox.parse(text, format=ox.RdfFormat.TURTLE)
    return lines_of(ox.Quad(quad.subject, quad.predicate, quad.object, graph) for quad in found)


def _generate(path: Path, facts: int) -> None:
    """Write facts that look like curated ones, in no order, to a file of N-Quads lines."""
    vocabulary, label = f"{_BASE}vocab#", "<http://www.w3.org/2000/01/rdf-schema#label>"
    integer = "<http://www.w3.org/2001/XMLSchema#integer>"
    kind = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    graphs = [f"<{_BASE}graph/{name}>" for name in _GRAPHS]
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for i in range(facts):
            number = (i * 7919) % facts
            fact, proof = f"<{_BASE}fact/F{number:09d}>", f"<{_BASE}evidence/E{number:09d}>"
            thing = f"<https://things.example/T_{number % 5000:05d}>"
            out.write(
                f"{fact} {kind} <{vocabulary}Fact> {graphs[0]} .\n"
                f'{fact} {label} "thing {number % 977} acts on thing {number % 5000}"@en {graphs[0]} .\n'
                f"{fact} <{vocabulary}subject> <{_BASE}entity/X{number % 977:05d}> {graphs[0]} .\n"
                f"{fact} <{vocabulary}object> {thing} {graphs[0]} .\n"
                f"{fact} <{vocabulary}certainty> <{vocabulary}sure> {graphs[0]} .\n"
                f"{fact} <{vocabulary}evidence> {proof} {graphs[0]} .\n"
                f"{proof} {kind} <{vocabulary}Evidence> {graphs[1]} .\n"
                f'{proof} <{vocabulary}start> "{number * 13}"^^{integer} {graphs[1]} .\n'
                f'{proof} <{vocabulary}end> "{number * 13 + 90}"^^{integer} {graphs[1]} .\n'
                f'{thing} {label} "thing {number % 5000} of fact {number}"@en {graphs[2]} .\n'
            )


def _description() -> Description:
    return Description(
        name="bench",
        title="Bench",
        description="Generated facts",
        base=_BASE,
        iri=f"{_BASE}dataset",
        version="2026-01-01",
        licence="https://creativecommons.org/publicdomain/zero/1.0/",
        language="en",
        prefixes=Prefixes(STANDARD_PREFIXES | {"v": f"{_BASE}vocab#", "thing": "https://things.example/T_"}),
        graphs={name: f"{_BASE}graph/{name}" for name in _GRAPHS},
    )


if __name__ == "__main__":
    main()
