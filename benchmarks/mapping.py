"""Mapping speed: generated tables through the engine, a plain Python loop, Spark and Morph-KGC, side by side.

    python benchmarks/mapping.py [--rows 10000 100000 1000000] [--feed 100000] [--repeat 3] [--memory 1024] [--spark]
        [--morph-kgc] [--morph-limit 1000000]

Each run is a process of its own, and the ways take turns, so that a busy machine is busy for all of them. Time is that
of mapping to a file, without the start of Python and Java; memory is that of the largest process. The ratio is the
median of those of each turn. Morph-KGC is put into a virtual environment below the user's cache folder and takes as
many processes as there are cores, or twice as many, whichever is faster in that turn.
"""

import argparse
import csv
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.mapping_peers import environment, tables
from publisher.mapping import Sources, run_mappings, run_on_spark
from publisher.mapping.run.spark import session

BASE = "https://example.org/"
DRIVER = Path(__file__).parent / "mapping_peers" / "with_morph_kgc.py"
Run = tuple[float, int]


def engine(folder: Path, memory_mb: int) -> None:
    """Map with the engine."""
    run_mappings([folder / "mapping.ttl"], Sources(root=folder), folder / "engine.nq", base=BASE, memory_mb=memory_mb)


def spark(folder: Path, memory_mb: int) -> None:
    """Map with the same plan on Spark, two local threads."""
    run_on_spark([folder / "mapping.ttl"], Sources(root=folder), folder / "spark.nq", base=BASE, memory_mb=memory_mb)


def loop(folder: Path, _: int) -> None:
    """Write the quads of the table of facts by hand: no mapping document, no check of anything."""
    safe = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
    seen: set[str] = set()
    vocab, xsd = "https://example.org/vocab#", "http://www.w3.org/2001/XMLSchema#"
    with (folder / "facts.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            fact = f"<https://example.org/fact/{row['id']}>"
            label = row["label"].replace("\\", "\\\\").replace('"', '\\"')
            thing = "".join(each if each in safe else f"%{ord(each):02X}" for each in row["thing"])
            seen.add(f"{fact} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{vocab}Fact> .\n")
            seen.add(f'{fact} <http://www.w3.org/2000/01/rdf-schema#label> "{label}"@en .\n')
            seen.add(f"{fact} <{vocab}subject> <{row['about']}> .\n")
            seen.add(f"{fact} <{vocab}object> <https://example.org/thing/{thing}> .\n")
            seen.add(f'{fact} <{vocab}score> "{row["score"]}"^^<{xsd}integer> .\n')
    with (folder / "loop.nq").open("w", encoding="utf-8") as out:
        out.writelines(seen)


WAYS: dict[str, Callable[[Path, int], None]] = {"engine": engine, "spark": spark, "loop": loop}


def one(way: str, folder: Path, memory_mb: int) -> None:
    """Do one run in this process and print what it took."""
    if way == "spark":
        session("local[2]")
    began = time.perf_counter()
    WAYS[way](folder, memory_mb)
    seconds = time.perf_counter() - began
    print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024]))


def measure(command: list[str]) -> Run:
    """Run one process and give seconds and MiB."""
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, memory = json.loads(done.stdout.splitlines()[-1])
    return seconds, memory


def morph_kgc(folder: Path) -> Run:
    """Give the better of two numbers of processes."""
    cores = os.cpu_count() or 2
    runs = [measure([environment.python(), str(DRIVER), str(folder), str(count)]) for count in (cores, cores * 2)]
    return min(runs)


def compare(folder: Path, name: str, rows: int, options: argparse.Namespace) -> None:
    """Print the lines of one source, after as many turns as are asked for."""
    own = [sys.executable, __file__, "--memory", str(options.memory), "--one"]
    ways = ["engine", *(["loop"] if name == "facts" and rows <= options.morph_limit else [])]
    ways += ["spark"] if options.spark else []
    turns: dict[str, list[Run]] = {way: [] for way in ways}
    if options.morph_kgc and rows <= options.morph_limit:
        turns["morph"] = []
    for _ in range(options.repeat):
        for way, runs in turns.items():
            runs.append(morph_kgc(folder) if way == "morph" else measure([*own, way, str(folder)]))
    quads = {way: _lines(folder / f"{way}.nq") for way in turns}
    for way, runs in turns.items():
        seconds = statistics.median(run[0] for run in runs)
        ratio = statistics.median(run[0] / base[0] for run, base in zip(runs, turns["engine"], strict=True))
        shown = f"{seconds:.2f} | {quads[way] / seconds:,.0f} | {max(run[1] for run in runs)} | {ratio:.1f}"
        print(f"| {name} | {rows} | {way} | {quads[way]} | {shown} |", flush=True)


def _lines(path: Path) -> int:
    with path.open("rb") as stream:
        return sum(block.count(b"\n") for block in iter(lambda: stream.read(1 << 20), b""))


def main() -> None:
    """Read the options, run each way on each size, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="*", default=[10_000, 100_000, 1_000_000], help="of the facts")
    parser.add_argument("--feed", type=int, nargs="*", default=[100_000], help="stop times of a transport feed")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--memory", type=int, default=1024)
    parser.add_argument("--morph-kgc", action="store_true", help="also run Morph-KGC, installed where it is not yet")
    parser.add_argument("--morph-limit", type=int, default=1_000_000, help="rows above which only the engine runs")
    parser.add_argument("--spark", action="store_true", help="also run on Spark, two local threads")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        one(options.one[0], Path(options.one[1]), options.memory)
        return
    print("| source | rows | way | quads | seconds | quads/s | peak MiB | times the engine's |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    sizes = [("facts", rows) for rows in options.rows] + [("feed", rows) for rows in options.feed]
    for name, rows in sizes:
        with tempfile.TemporaryDirectory() as place:
            {"facts": tables.facts, "feed": tables.feed}[name](Path(place), rows)
            compare(Path(place), name, rows, options)


if __name__ == "__main__":
    main()
