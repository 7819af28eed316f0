"""Time and peak memory of writing, verifying and comparing releases of growing size.

Run ``python benchmarks/release.py 100000 1000000``; each size is measured in a process of its own.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from publisher.rdf.names import STANDARD_PREFIXES
from publisher.rdf.prefixes import Prefixes
from publisher.release.content import Content, Description
from publisher.release.read import verify
from publisher.release.write import write_release

_BASE = "https://example.org/bench/"
_GRAPHS = ("facts", "evidence", "imports", "description")
_PER_FACT = 10


def main() -> None:
    """Measure each size that is named and print the table."""
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(_measure(int(sys.argv[2]))))
        return
    print("| triples | write s | µs/triple | verify s | peak MiB | dumps MiB | slowest step |")
    print("|---:|---:|---:|---:|---:|---:|---|")
    for size in sys.argv[1:] or ["100000", "1000000"]:
        run = subprocess.run([sys.executable, __file__, "--one", size], capture_output=True, text=True, check=True)
        print(_row(**json.loads(run.stdout)))


def _row(
    *, triples: int, write: float, verify: float, peak: float, dumps: float, slowest: list[str], **_: object
) -> str:
    cells = [f"{triples:,}", f"{write:.1f}", f"{write / triples * 1e6:.1f}", f"{verify:.2f}"]
    cells += [f"{peak:.0f}", f"{dumps:.1f}", f"{slowest[0]} ({float(slowest[1]):.1f} s)"]
    return f"| {' | '.join(cells)} |"


def _measure(size: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        _generate(root / "quads.nq", size // _PER_FACT)
        marks = [("start", time.perf_counter())]
        release = write_release(
            Content(description=_description(), quads=(root / "quads.nq",)),
            root / "shelf",
            progress=lambda step: marks.append((step, time.perf_counter())),
        )
        marks.append(("end", time.perf_counter()))
        steps = {marks[i][0]: marks[i + 1][1] - marks[i][1] for i in range(1, len(marks) - 1)}
        begun = time.perf_counter()
        verify(release)
        return {
            "triples": release.counts["quads"],
            "write": marks[-1][1] - marks[0][1],
            "verify": time.perf_counter() - begun,
            "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "dumps": sum(file.size for file in release.files.values()) / 2**20,
            "slowest": max(steps.items(), key=lambda item: item[1]),
            "steps": steps,
        }


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
