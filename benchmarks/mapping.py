"""Mapping speed: a generated table of facts through the engine, a plain Python loop, and Morph-KGC where it is given.

    python benchmarks/mapping.py [--rows 10000 100000 1000000] [--repeat 3] [--memory 1024] [--spark] [--morph-kgc VENV]

Prints quads each second (median), peak memory and the ratio to the plain loop. Each run is a process of its own, so
that its memory is its own; the time is that of mapping alone, without the start of Python.
"""

import argparse
import csv
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from publisher.mapping import Sources, run_mappings
from publisher.mapping.spark import run_on_spark

BASE = "https://example.org/"
MAPPING = """@prefix rr: <http://www.w3.org/ns/r2rml#> .
@prefix rml: <http://semweb.mmlab.be/ns/rml#> .
@prefix ql: <http://semweb.mmlab.be/ns/ql#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix v: <https://example.org/vocab#> .

<https://example.org/map#facts> a rr:TriplesMap ;
  rml:logicalSource [ rml:source "facts.csv" ; rml:referenceFormulation ql:CSV ] ;
  rr:subjectMap [ rr:template "https://example.org/fact/{id}" ; rr:class v:Fact ] ;
  rr:predicateObjectMap [ rr:predicate rdfs:label ; rr:objectMap [ rml:reference "label" ; rr:language "en" ] ] ;
  rr:predicateObjectMap [ rr:predicate v:subject ; rr:objectMap [ rml:reference "subject" ; rr:termType rr:IRI ] ] ;
  rr:predicateObjectMap [ rr:predicate v:object ; rr:objectMap [ rr:template "https://example.org/thing/{object}" ] ] ;
  rr:predicateObjectMap [ rr:predicate v:score ; rr:objectMap [ rml:reference "score" ; rr:datatype xsd:integer ] ] .
"""


def generate(folder: Path, rows: int) -> None:
    """Write the mapping and its table: five columns, some names with blanks and quotes, things that repeat."""
    (folder / "mapping.ttl").write_text(MAPPING, encoding="utf-8")
    with (folder / "facts.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("id", "label", "subject", "object", "score"))
        writer.writerows(
            (
                f"F{number:07d}",
                f'the "fact" {number}' if number % 50 == 0 else f"fact number {number}",
                f"https://example.org/protein/P{number % 20_000:05d}",
                f"thing {number % 5_000}" if number % 10 == 0 else f"T{number % 5_000}",
                number % 1_000,
            )
            for number in range(rows)
        )


def engine(folder: Path, memory_mb: int) -> int:
    """Map with the engine."""
    counts = run_mappings(
        [folder / "mapping.ttl"], Sources(root=folder), folder / "out.nq", base=BASE, memory_mb=memory_mb
    )
    return counts.quads


def spark(folder: Path, memory_mb: int) -> int:
    """Map with the same plan on Spark; the start of Java is counted."""
    counts = run_on_spark(
        [folder / "mapping.ttl"], Sources(root=folder), folder / "out.nq", base=BASE, memory_mb=memory_mb
    )
    return counts.quads


def loop(folder: Path, _: int) -> int:
    """Write the same quads by hand: no mapping document, no check of anything."""
    safe = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
    seen: set[str] = set()
    vocab, xsd = "https://example.org/vocab#", "http://www.w3.org/2001/XMLSchema#"
    with (folder / "facts.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            fact = f"<https://example.org/fact/{row['id']}>"
            label = row["label"].replace("\\", "\\\\").replace('"', '\\"')
            thing = "".join(each if each in safe else f"%{ord(each):02X}" for each in row["object"])
            seen.add(f"{fact} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{vocab}Fact> .\n")
            seen.add(f'{fact} <http://www.w3.org/2000/01/rdf-schema#label> "{label}"@en .\n')
            seen.add(f"{fact} <{vocab}subject> <{row['subject']}> .\n")
            seen.add(f"{fact} <{vocab}object> <https://example.org/thing/{thing}> .\n")
            seen.add(f'{fact} <{vocab}score> "{row["score"]}"^^<{xsd}integer> .\n')
    with (folder / "out.nq").open("w", encoding="utf-8") as out:
        out.writelines(seen)
    return len(seen)


MORPH = """
import json, resource, sys, time
import morph_kgc
folder = sys.argv[1]
config = f"[CONFIGURATION]\\nlogging_level=ERROR\\n[source]\\nmappings={folder}/mapping.ttl\\n"
import os
os.chdir(folder)
began = time.perf_counter()
quads = len(morph_kgc.materialize_set(config))
print(json.dumps([quads, time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024]))
"""


def measure(command: list[str]) -> tuple[int, float, int]:
    """Run one process and give quads, seconds and peak memory in MiB."""
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    quads, seconds, memory = json.loads(done.stdout.splitlines()[-1])
    return quads, seconds, memory


def one(way: str, folder: Path, memory_mb: int) -> None:
    """Do one run in this process and print what it took."""
    began = time.perf_counter()
    quads = {"engine": engine, "loop": loop, "spark": spark}[way](folder, memory_mb)
    seconds = time.perf_counter() - began
    print(json.dumps([quads, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024]))


def main() -> None:
    """Read the options, run each way on each size, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--memory", type=int, default=1024)
    parser.add_argument("--morph-kgc", type=Path, help="a virtual environment that holds Morph-KGC")
    parser.add_argument("--spark", action="store_true", help="also run on Spark, two local threads")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        one(options.one[0], Path(options.one[1]), options.memory)
        return
    print("| rows | way | quads | seconds | quads/s | peak MiB | against the loop |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for rows in options.rows:
        with tempfile.TemporaryDirectory() as name:
            table(rows, Path(name), options)


def table(rows: int, folder: Path, options: argparse.Namespace) -> None:
    """Print the lines of one size."""
    generate(folder, rows)
    own = [sys.executable, __file__, "--memory", str(options.memory), "--one"]
    ways = {"loop": [*own, "loop", str(folder)], "engine": [*own, "engine", str(folder)]}
    if options.spark:
        ways["Spark"] = [*own, "spark", str(folder)]
    if options.morph_kgc:
        ways["Morph-KGC"] = [str(options.morph_kgc / "bin" / "python"), "-c", MORPH, str(folder)]
    baseline = 0.0
    for way, command in ways.items():
        runs = [measure(command) for _ in range(options.repeat)]
        quads, seconds = runs[0][0], statistics.median(run[1] for run in runs)
        memory = max(run[2] for run in runs)
        baseline = baseline or seconds
        speed = f"{quads / seconds:,.0f} | {memory} | {baseline / seconds:.1f} x"
        print(f"| {rows} | {way} | {quads} | {seconds:.2f} | {speed} |", flush=True)


if __name__ == "__main__":
    main()
