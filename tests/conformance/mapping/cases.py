"""The official mapping cases beside the checkout, read from their folders, and how two sets of quads are compared.

R2RML, RML-Core, older RML, logical views and RML-IO, as far as they apply to files and SQL.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pyoxigraph as ox

HERE = Path(__file__).parent
SHARED = HERE.parents[3] / "shared" / "suites"


@dataclass(frozen=True)
class Case:
    """One case: its suite and name, the mapping, its database script, what is expected (None: an error)."""

    suite: str
    name: str
    mapping: Path
    expected: Path | None
    script: Path | None = None
    base: str | None = None


def _folders(suite: str, pattern: str) -> list[Path]:
    return sorted((SHARED / suite / "test-cases").glob(pattern))


def _has_error(suite: str) -> set[str]:
    manifest = SHARED / suite / "test-cases" / "manifest.ttl"
    if not manifest.is_file():
        return set()
    found = re.findall(r'/([\w-]+)> <http://w3id.org/rml/test/hasError> "true"', manifest.read_text(encoding="utf-8"))
    return set(found)


def _rml(suite: str, pattern: str, base: str | None) -> Iterator[Case]:
    errors = _has_error(suite)
    for folder in _folders(suite, pattern):
        output = next((folder / name for name in ("output.nq", "default.nq") if (folder / name).is_file()), folder)
        expected = output if output.is_file() and folder.name not in errors else None
        script = folder / "resource.sql"
        yield Case(suite, folder.name, folder / "mapping.ttl", expected, script if script.is_file() else None, base)


def _older(pattern: str) -> Iterator[Case]:
    """Older RML has no manifest: these cases want an error, whatever their output file holds."""
    wrong = re.compile(r"RMLTC(0002c|0002e|0002g|0002h|0003a|0004b|0007h|0012c|0012d|0015b)-")
    for case in _rml("rml", pattern, None):
        yield replace(case, expected=None) if wrong.match(case.name) else case


def _r2rml() -> Iterator[Case]:
    manifest = SHARED / "r2rml" / "manifest.ttl"
    if not manifest.is_file():
        return
    store = ox.Store()
    store.load(path=str(manifest))
    test = "http://purl.org/NET/rdb2rdf-test#"
    rows = store.query(
        f"""PREFIX t: <{test}> PREFIX dcterms: <http://purl.org/dc/terms/>
        SELECT ?id ?mapping ?output ?sql ?has {{ ?c a t:R2RML ; dcterms:identifier ?id ; t:mappingDocument ?mapping ;
          t:database [ t:sqlScriptFile ?sql ] ; t:hasExpectedOutput ?has . OPTIONAL {{ ?c t:output ?output }} }}
        ORDER BY ?id"""
    )
    for row in rows:
        folder = SHARED / "r2rml" / row["id"].value
        expected = folder / row["output"].value if row["has"].value == "true" else None
        script = SHARED / "r2rml" / "databases" / row["sql"].value
        yield Case("r2rml", row["id"].value, folder / row["mapping"].value, expected, script)


def cases() -> list[Case]:
    """Give every case that applies."""
    return [
        *_r2rml(),
        *_rml("rml-core", "RMLTC*-JSON", "http://example.com/"),
        *_rml("rml-core-2025-02", "RMLTC*-CSV", "http://example.com/base/"),
        *_older("RMLTC*-CSV"),
        *_older("RMLTC*-JSON"),
        *_rml("rml-lv", "RMLLVTC*", "http://example.com/"),
        *_rml("rml-io", "RMLSTC*", "http://example.com/"),
        *_rml("rml-io-registry", "RMLIOREGTC0001*", "http://example.com/"),
        *_rml("rml-io-registry", "RMLIOREGTC0002*", "http://example.com/"),
        *_rml("rml-io-registry", "RMLIOREGTC0005*", "http://example.com/base/"),
        *_rml("rml-io-registry", "RMLIOREGTC0012*", "http://example.com/"),
        *_rml("rml-core-2025-02", "RMLTC*-PostgreSQL", "http://example.com/base/"),
        *_older("RMLTC*-PostgreSQL"),
    ]


def reasons(name: str) -> dict[tuple[str, str], str]:
    """Give the reason of each case that a table of this folder lists."""
    text = (HERE / name).read_text(encoding="utf-8")
    return {(row["suite"], row["case"]): row["reason"] for row in csv.DictReader(io.StringIO(text), delimiter="\t")}


def passes_or_is_known(case: Case, outcome: str, name: str) -> None:
    """Hold an outcome against a table of this folder: a listed case fails, as its reason says, every other passes."""
    reason = reasons(name).get((case.suite, case.name))
    if reason is None:
        assert outcome == ""
    else:
        assert not reason.endswith("refused by that reason") or outcome.startswith("refused: "), outcome
        assert outcome != "", f"{case.name} passes now: take it out of {name} ({reason})"


def canonical(lines: bytes) -> set[str]:
    """Give the quads with canonical blank nodes and lower-case language tags; unsafe IRIs are compared as text."""
    text = re.sub(r'"@([\w-]+)', lambda match: f'"@{match[1].lower()}', lines.decode("utf-8"))
    try:
        dataset = ox.Dataset(ox.parse(text.encode(), format=ox.RdfFormat.N_QUADS))
    except SyntaxError:
        return {re.sub(r"\s*\.\s*$", " .", line) for line in text.splitlines() if line.strip()}
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad) for quad in dataset}


def judged(case: Case, made: bytes | None, refused: str = "") -> str:
    """Give an empty text where what came is what the case wants, else the difference; None: it was refused."""
    if made is None:
        return "" if case.expected is None else f"refused: {refused}"
    if case.expected is None:
        return f"an error is wanted, {len(made.splitlines())} quads came"
    want, have = canonical(case.expected.read_bytes()), canonical(made)
    if want == have:
        return ""
    return f"missing {sorted(want - have)[:2]}, extra {sorted(have - want)[:2]}"
