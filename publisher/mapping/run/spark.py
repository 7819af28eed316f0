"""The same plans on Spark: each query in Spark SQL, the lines written as part files and taken into one.

Sources that are Parquet are read by Spark where they lie; every other source becomes Parquet first, in bulk. The
lines are those that DuckDB writes, byte for byte. JSON is read by DuckDB alone, so a mapping of it is refused here.
"""

import importlib
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from publisher.errors import MappingFailed, UsageError
from publisher.mapping.plan.distinct import distinct_query
from publisher.mapping.plan.query import MapPlan
from publisher.mapping.plan.quoting import identifier, literal
from publisher.mapping.rml.values import FileSource, Formulation
from publisher.mapping.run import faults
from publisher.mapping.run.engine import Engine
from publisher.mapping.run.mappings import plans_of
from publisher.mapping.run.sources import Sources

_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}

# In one process nothing leaves the machine, and a few parts are faster than the two hundred meant for a cluster.
_LOCALLY = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.shuffle.partitions": "8",
}


def run_on_spark(
    documents: Sequence[Path],
    sources: Sources,
    out: Path,
    *,
    base: str | None,
    memory_mb: int,
    master: str = "local[2]",
) -> None:
    """Run mapping documents on Spark and write distinct N-Quads lines to ``out``, in no order.

    Raises UsageError where PySpark is not installed, MappingFailed for a source that Spark cannot take.
    """
    spark = session(master)
    with tempfile.TemporaryDirectory(prefix="exportin-spark-") as name, Engine(sources, memory_mb) as engine:
        folder = Path(name)
        plans = plans_of(engine, documents, base)
        for relation, path in _parquet(engine, plans, folder).items():
            spark.read.parquet(str(path)).createOrReplaceTempView(relation)
        try:
            whole = distinct_query(plans, lambda query: spark.sql(query).first(), "spark")
            spark.sql(whole).write.option("lineSep", "\n").text(str(folder / "lines"))
        except _spark_errors() as error:
            said = str(error).partition(" SQLSTATE: ")[0]
            fault = faults.data_fault(said, [plan.map for plan in plans], engine.place)
            raise fault or MappingFailed(
                f"Spark cannot run the mapping: {said.splitlines()[0][:400]}", fix="run it with DuckDB to see why"
            ) from None
        _gather(sorted((folder / "lines").glob("part-*")), out)


def session(master: str) -> Any:
    """Open a session of Spark, or give the one that is open; raise UsageError where PySpark is not installed."""
    try:
        sql = importlib.import_module("pyspark.sql")
    except ImportError:
        raise UsageError("PySpark is not installed", fix="pip install 'exportin[spark]', with Java 17") from None
    builder = sql.SparkSession.builder.master(master).appName("exportin")
    for name, value in _SETTINGS.items():
        builder = builder.config(name, value)
    for name, value in (_LOCALLY if master.startswith("local") else {}).items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def _spark_errors() -> tuple[type[Exception], ...]:
    """Give what a failed query raises: PySpark's own errors, and those of the Java side that it does not know."""
    own = importlib.import_module("pyspark.errors").PySparkException
    java = importlib.import_module("py4j.protocol").Py4JError
    return own, java


def _parquet(engine: Engine, plans: Sequence[MapPlan], folder: Path) -> dict[str, Path]:
    """Give each relation of the plans as a Parquet file: its own, or one that DuckDB writes."""
    files: dict[str, Path] = {}
    for relation, logical in engine.known():
        if relation.formulation is Formulation.JSON:
            raise MappingFailed(
                f"triples map {plans[0].name}: {relation.shown} is JSON, which the Spark engine does not read",
                fix="run it with DuckDB, or put a logical view over it",
                code="mapping.unsupported",
            )
        source = logical.source
        beside = engine.sources.root / source.path if isinstance(source, FileSource) and engine.sources.root else None
        if beside is not None and beside.suffix == ".parquet" and beside.is_file():
            files[relation.name] = beside
            continue
        files[relation.name] = folder / f"{relation.name}.parquet"
        target = literal(str(files[relation.name]))
        engine.connection.execute(f"COPY (FROM {identifier(relation.name)}) TO {target} (FORMAT parquet)")
    return files


def _gather(parts: Sequence[Path], out: Path) -> None:
    partial = out.with_name(out.name + ".partial")
    with partial.open("wb") as whole:
        for part in parts:
            with part.open("rb") as lines:
                shutil.copyfileobj(lines, whole, 1 << 20)
    partial.replace(out)
