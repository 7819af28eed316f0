"""The index of a release: built whole, kept, and built again when its source is another."""

import gzip
from pathlib import Path

import pyoxigraph as ox
import pytest
import zstandard

from publisher.errors import StoreError
from publisher.store.index import DIRECTORY, build_index, drop_index

LINE = b"<http://e/a> <http://e/p> <http://e/b> <http://e/g> .\n"


def size(folder: Path) -> int:
    """Give how many quads an index holds in its named graphs."""
    quads = ox.Store.read_only(str(folder / DIRECTORY)).quads_for_pattern(None, None, None, None)
    return sum(1 for quad in quads if not isinstance(quad.graph_name, ox.DefaultGraph))


@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
def test_an_index_holds_the_quads(tmp_path: Path, suffix: str) -> None:
    """Plain and compressed N-Quads give the same index, and nothing else is left in the folder."""
    pack = {"": bytes, ".gz": gzip.compress, ".zst": zstandard.compress}[suffix]
    quads = tmp_path / f"x.nq{suffix}"
    quads.write_bytes(pack(LINE))
    folder = build_index(quads, tmp_path / ".index", "2026-01-01")
    assert size(folder) == 1
    assert [path.name for path in (tmp_path / ".index").iterdir()] == ["2026-01-01"]


def test_an_index_is_built_once(tmp_path: Path) -> None:
    """An index of the same file is kept, another file replaces it, and what else lies in its folder stays."""
    quads = tmp_path / "x.nq"
    quads.write_bytes(LINE)
    folder = build_index(quads, tmp_path, "1")
    (folder / "labels.sqlite").write_bytes(b"prepared by others")
    assert build_index(quads, tmp_path, "1") == folder
    assert (folder / "labels.sqlite").exists()
    quads.write_bytes(LINE + LINE.replace(b"/a>", b"/c>"))
    assert size(build_index(quads, tmp_path, "1")) == 2
    assert (folder / "labels.sqlite").exists()
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []
    drop_index(tmp_path, "1")
    assert not folder.exists()


def test_quads_that_cannot_be_read_leave_nothing(tmp_path: Path) -> None:
    """A wrong line is told with its file and number, a missing file by its name, and no folder appears."""
    quads = tmp_path / "x.nq"
    quads.write_bytes(LINE + b"nonsense\n")
    with pytest.raises(StoreError, match=r"x\.nq:2"):
        build_index(quads, tmp_path / ".index", "1")
    with pytest.raises(StoreError, match="cannot read"):
        build_index(tmp_path / "none.nq", tmp_path / ".index", "1")
    assert list((tmp_path / ".index").rglob("*.sst")) == []
    assert not (tmp_path / ".index" / "1" / DIRECTORY).exists()


def test_the_union_of_a_release_comes_from_its_dump(tmp_path: Path) -> None:
    """With the triples of all graphs beside the quads, the default graph holds each triple once, as without them."""
    twice = LINE + LINE.replace(b"/g>", b"/h>")
    answers = []
    for name, beside in (("alone", False), ("beside", True)):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "x.nq.gz").write_bytes(gzip.compress(twice))
        if beside:
            (folder / "x.nt.gz").write_bytes(gzip.compress(LINE.replace(b" <http://e/g>", b"")))
        store = ox.Store.read_only(str(build_index(folder / "x.nq.gz", folder, "1") / DIRECTORY))
        answers.append((len(store), len(list(store.query("SELECT * { ?s ?p ?o }")))))

    assert [(3, 1), (3, 1)] == answers
