"""Every edition of a release as a file: the same records give the same bytes."""

import gzip
from collections.abc import Iterable, Iterator
from pathlib import Path

from publisher.editions import csv, kgx, nanopub, rdf12
from publisher.editions.records import Records, mapped, sort_by_fact
from publisher.release.content import Attachment
from publisher.release.dumps import encoded, joined

FOLDER = "editions"
_LEVEL = 6


def write_editions(records: Records, work: Path) -> Iterator[Attachment]:
    """Write the editions into the folder ``work`` and give each as an attachment of the release; none without facts."""
    if not records.tables["facts"].rows:
        return
    about = records.about
    stem = f"{about.name}-{about.version}"
    folder = work / FOLDER
    folder.mkdir()
    ordered = sort_by_fact(records, folder)
    texts = {
        f"{stem}.nanopubs.trig": (
            "application/trig",
            "Each fact as a nanopublication with a trusty URI",
            nanopub.nanopub_trig(nanopub.nanopubs(mapped(records, ordered), about), about),
        ),
        f"{stem}.rdf12.ttl": (
            "text/turtle",
            "Facts and evidence in RDF 1.2",
            rdf12.rdf12_turtle(mapped(records, ordered), about),
        ),
        f"{stem}.kgx.nodes.jsonl": (
            "application/jsonl",
            "The things as nodes of a knowledge graph (KGX, Biolink Model)",
            kgx.json_lines(kgx.nodes(records)),
        ),
        f"{stem}.kgx.edges.jsonl": (
            "application/jsonl",
            "The facts as edges of a knowledge graph (KGX, Biolink Model)",
            kgx.json_lines(kgx.edges(records)),
        ),
    }
    for name, (media, title, pieces) in texts.items():
        path = folder / f"{name}.gz"
        _write(path, pieces)
        yield Attachment(f"{FOLDER}/{path.name}", media, title, path=path, compression="gzip")
    sheets = folder / f"{stem}.csv.zip"
    csv.write_csv(records, sheets)
    yield Attachment(f"{FOLDER}/{sheets.name}", "application/zip", "Facts and evidence as sheets (CSV)", path=sheets)


def _write(path: Path, pieces: Iterable[str]) -> None:
    """Compress pieces of text as one gzip member without time and name."""
    with path.open("wb") as raw, gzip.GzipFile("", "wb", _LEVEL, raw, mtime=0) as stream:
        for block in joined(encoded(pieces)):
            stream.write(block)
