"""The command as a person types it: a real process, its output, its exit status."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

CALLING = """
import os, signal, duckdb, pyarrow
from publisher import cli

def rows():
    os.kill(os.getpid(), signal.SIGINT)
    yield pyarrow.record_batch({"n": [1]})

@cli.cli.command()
def ask() -> None:
    table = pyarrow.RecordBatchReader.from_batches(pyarrow.schema({"n": pyarrow.int64()}), rows())
    duckdb.connect().register("numbers", table).execute("SELECT * FROM numbers").fetchall()

cli.main()
"""
LIGHTHOUSES = Path(__file__).resolve().parents[1] / "datasets" / "lighthouses"


@pytest.fixture(name="dataset")
def _dataset(tmp_path: Path) -> Path:
    return Path(shutil.copytree(LIGHTHOUSES, tmp_path / "lighthouses"))


def _exportin(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "publisher", *(str(each) for each in arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_new_gives_a_dataset_that_conforms(tmp_path: Path) -> None:
    """What `new` makes passes `check` at once."""
    made = _exportin("new", tmp_path / "my-data")
    checked = _exportin("check", tmp_path / "my-data", "--no-reasoner")

    assert (made.returncode, checked.returncode, checked.stdout) == (0, 0, "no findings\n")


def test_findings_are_status_1_with_file_and_line(dataset: Path) -> None:
    """A wrong dataset is status 1, and the report on standard output names file and line."""
    manifest = dataset / "dataset.toml"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace("licence =", "lisence ="), encoding="utf-8")

    run = _exportin("check", dataset, "--no-reasoner")

    assert run.returncode == 1
    assert "dataset.toml" in run.stdout
    assert "lisence" in run.stdout
    assert "Traceback" not in run.stderr


def test_a_folder_without_a_dataset_is_status_2(tmp_path: Path) -> None:
    """What cannot be read is status 2, one message, and no traceback."""
    run = _exportin("build", tmp_path)

    assert run.returncode == 2
    assert "dataset.toml" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_program_gets_json(dataset: Path) -> None:
    """With --json the report is JSON on standard output and progress is silent."""
    run = _exportin("--json", "check", dataset, "--no-reasoner")

    assert (run.returncode, run.stderr) == (0, "")
    assert json.loads(run.stdout)["conforms"] is True


def test_an_unknown_setting_is_told_with_what_there_is() -> None:
    """A setting that is spelled wrong is status 2 and lists the settings."""
    run = _exportin("--setting", "query_secs", "3", "releases")

    assert run.returncode == 2
    assert "query_seconds" in run.stderr


def test_releases_publish_rollback_verify_and_diff(dataset: Path) -> None:
    """Two versions can be listed, switched between, proved and compared."""
    assert _exportin("--quiet", "build", dataset, "--no-reasoner").returncode == 0
    assert _exportin("--quiet", "build", dataset, "--no-reasoner", "--version", "2026-04-01").returncode == 0

    assert _exportin("releases", dataset).stdout.split() == ["2026-03-01", "*", "2026-04-01"]
    assert _exportin("rollback", dataset).stdout == "current is now 2026-03-01\n"
    assert "every checksum holds" in _exportin("verify", "2026-04-01", dataset).stdout
    assert _exportin("diff", "2026-03-01", "2026-04-01", dataset).returncode == 0
    assert _exportin("publish", "2026-04-01", dataset).stdout == "current is now 2026-04-01\n"


def test_a_damaged_release_is_named(dataset: Path) -> None:
    """One flipped byte is found, and the file is named."""
    assert _exportin("--quiet", "build", dataset, "--no-reasoner").returncode == 0
    victim = dataset / "releases" / "2026-03-01" / "void.ttl"
    victim.chmod(0o644)
    victim.write_bytes(victim.read_bytes().replace(b"e", b"f", 1))

    run = _exportin("verify", "2026-03-01", dataset)

    assert run.returncode == 2
    assert "void.ttl" in run.stderr


def test_ctrl_c_in_a_build_is_status_130_and_leaves_nothing(dataset: Path) -> None:
    """An interrupted build says so, publishes nothing and leaves no half-written folder."""
    command = [sys.executable, "-m", "publisher", "build", str(dataset)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "mapping" in line:
                break
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
        status = process.wait(timeout=30)

    shelf = dataset / "releases"
    left = [path.name for path in shelf.iterdir() if path.name not in {".lock"}] if shelf.exists() else []
    assert (130, [], False) == (status, left, "Traceback" in rest), rest


def test_ctrl_c_while_a_library_calls_python_is_status_130() -> None:
    """DuckDB hands an interrupt of the Python that it calls on as an error of its own; it is told as an interrupt."""
    done = subprocess.run([sys.executable, "-c", CALLING, "ask"], capture_output=True, text=True, check=False)

    assert (130, "exportin: interrupted; nothing was changed\n") == (done.returncode, done.stderr.lstrip())


def test_tables_are_written_as_csv(dataset: Path, tmp_path: Path) -> None:
    """The flat tables can be read by any other engine."""
    run = _exportin("tables", dataset, tmp_path / "csv")

    assert run.returncode == 0
    assert (tmp_path / "csv" / "facts.csv").read_text(encoding="utf-8").startswith("id,iri,type,")


def test_locate_gives_a_passage_ready_to_paste(dataset: Path) -> None:
    """Words of a document come back as document, section, sentence and the YAML of the passage."""
    words = (dataset / "documents" / "P1.txt").read_text(encoding="utf-8").split()[5:9]

    run = _exportin("locate", " ".join(words), dataset, "--documents", dataset / "documents")

    assert run.returncode == 0
    assert "{start: " in run.stdout


@pytest.fixture(name="released", scope="module")
def _released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = Path(shutil.copytree(LIGHTHOUSES, tmp_path_factory.mktemp("cli") / "lighthouses"))
    assert _exportin("--quiet", "build", place, "--no-reasoner").returncode == 0
    return place


def test_a_query_is_answered_without_a_server(released: Path, tmp_path: Path) -> None:
    """A query file is answered from the current release in the form that is asked for."""
    query = tmp_path / "count.rq"
    query.write_text("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", encoding="utf-8")

    run = _exportin("query", query, released, "--format", "csv")

    assert (run.returncode, run.stdout.split()[0]) == (0, "n")
    assert int(run.stdout.split()[1]) > 500


def test_a_query_that_is_no_sparql_is_status_2(released: Path, tmp_path: Path) -> None:
    """A syntax error is told with its place, without a traceback."""
    query = tmp_path / "wrong.rq"
    query.write_text("SELECT * WHERE { ?s ?p }", encoding="utf-8")

    run = _exportin("query", query, released)

    assert run.returncode == 2
    assert "Traceback" not in run.stderr


def test_a_thing_is_described_by_its_curie(released: Path) -> None:
    """The description is Turtle with the dataset's prefixes; an unknown thing is status 2."""
    known = _exportin("describe", "lx:LX0000001", released)
    unknown = _exportin("describe", "lx:LX9999999", released)

    assert (known.returncode, unknown.returncode) == (0, 2)
    assert "lx:LX0000001" in known.stdout
    assert "says nothing of" in unknown.stderr


def test_a_quad_is_explained_by_rule_file_and_line(released: Path) -> None:
    """Whoever doubts a triple is led to the mapping and the line that made it."""
    run = _exportin("explain", "lx:LX0000001", released)

    assert run.returncode == 0
    assert "mappings/entities.rml.ttl" in run.stdout
    assert "seeds/entities.yaml:" in run.stdout


def test_the_site_is_exported_as_files(released: Path, tmp_path: Path) -> None:
    """Pages, RDF and dumps are there for any web host, and a folder that holds files is refused."""
    first = _exportin("export", tmp_path / "site", released, "--static")
    second = _exportin("export", tmp_path / "site", released, "--static")

    assert (first.returncode, second.returncode) == (0, 2)
    assert (tmp_path / "site" / "index.html").is_file()


def test_redirect_rules_are_written_for_the_base(released: Path, tmp_path: Path) -> None:
    """The rules lead every name below the base to the site."""
    run = _exportin("w3id", "https://data.example.org", released, "--out", tmp_path / "w3id")

    assert run.returncode == 0
    assert "https://data.example.org/" in (tmp_path / "w3id" / ".htaccess").read_text(encoding="utf-8")


def test_tools_are_offered_on_standard_input(released: Path) -> None:
    """A language-model client that lists the tools gets them as JSON-RPC, one line for one line."""
    command = [sys.executable, "-m", "publisher", "mcp", str(released)]
    asked = '{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}\n'
    run = subprocess.run(command, input=asked, capture_output=True, text=True, check=False, timeout=120)

    assert run.returncode == 0
    assert json.loads(run.stdout.splitlines()[0])["result"]["tools"]
