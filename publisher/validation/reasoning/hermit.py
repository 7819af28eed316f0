"""HermiT, the reasoner that Owlready2 carries, as a process of its own: it can be ended at a deadline.

It reads N-Triples and says whether they can be true together, and which classes can have no member; not why.
"""

import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

Triple = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the reasoner says: consistent or not, the classes that can have no member, or why it could not say."""

    consistent: bool = True
    unsatisfiable: tuple[str, ...] = ()
    failure: str | None = None


@dataclass(slots=True)
class HermiT:
    """The reasoner as a command, with the seconds and the memory of one run; ``runs`` and ``spent`` count up."""

    java: str
    seconds: float = 120.0
    memory_mb: int = 3000
    runs: int = field(default=0)
    spent: float = field(default=0.0)

    @classmethod
    def found(cls, *, seconds: float = 120.0) -> "HermiT | None":
        """Give the reasoner, or None where there is no Java."""
        java = shutil.which("java")
        return cls(java, seconds) if java and _jar() else None

    def ask(self, triples: Iterable[Triple]) -> Verdict:
        """Ask for consistency and unsatisfiable classes of triples."""
        start = time.monotonic()
        try:
            return self._ask(triples)
        finally:
            self.runs += 1
            self.spent += time.monotonic() - start

    def _ask(self, triples: Iterable[Triple]) -> Verdict:
        with tempfile.TemporaryDirectory(prefix="exportin-owl-") as folder:
            path = Path(folder) / "axioms.nt"
            path.write_text("".join(f"{s} {p} {o} .\n" for s, p, o in triples), encoding="utf-8")
            jar = _jar()
            quick = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1") if self.runs else ()
            command = [self.java, *quick, f"-Xmx{self.memory_mb}M", "-cp", f"{jar.parent}:{jar}" if jar else ""]
            command += ["org.semanticweb.HermiT.cli.CommandLine", "-U", path.as_uri()]
            try:
                done = subprocess.run(  # noqa: S603 - a fixed command on a file of our own
                    command, capture_output=True, text=True, timeout=self.seconds, check=False
                )
            except subprocess.TimeoutExpired:
                return Verdict(failure=f"it took more than {self.seconds:g} seconds")
            except OSError as error:
                return Verdict(failure=f"Java cannot be started: {error.strerror}")
        return _verdict(done)


def _jar() -> Path | None:
    spec = find_spec("owlready2")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "hermit" / "HermiT.jar"


def _verdict(done: "subprocess.CompletedProcess[str]") -> Verdict:
    if "InconsistentOntologyException" in done.stderr:
        return Verdict(consistent=False)
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        return Verdict(failure=lines[0] if lines else f"it ended with status {done.returncode}")
    names = re.findall(r"^\s+<([^>]+)>\s*$", done.stdout, re.MULTILINE)
    return Verdict(unsatisfiable=tuple(sorted(names)))
