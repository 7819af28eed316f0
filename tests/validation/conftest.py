"""A copy of the lighthouses that a test may damage, then build and validate as a build does."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from publisher.dataset import Dataset, open_dataset
from publisher.errors import Finding
from publisher.mapping import Sources, run_mappings
from publisher.rdf import quads
from publisher.validation import Report, inferred, validate

# Quads by tables and mappings: many tests damage only what is added later, and mapping is most of their time.
MAPPED: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Workshop:
    """A dataset in a folder of its own; ``edit`` damages it, ``report`` validates it."""

    root: Path

    def edit(self, file: str, old: str, new: str) -> int:
        """Replace a text that stands once in a file and give the number of the line where it begins."""
        path = self.root / file
        text = path.read_bytes().decode()
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        path.write_bytes(text.replace(old, new).encode())
        return text[: text.index(old)].count("\n") + 1

    def built(self, extra: Sequence[str] = ()) -> tuple[Path, Dataset]:
        """Map the dataset and add its ontology, as a build does; ``extra`` are further N-Quads lines."""
        dataset = open_dataset(self.root)
        out = self.root / "all.nq"
        base, graphs = dataset.manifest.base, dataset.manifest.graphs
        documents = sorted((self.root / "mappings").glob("*.rml.ttl"))
        state = repr(dict(dataset.tables)) + "".join(path.read_text(encoding="utf-8") for path in documents)
        if state not in MAPPED:
            run_mappings(documents, Sources(tables=dataset.tables), out, base=base, memory_mb=256)
            MAPPED[state] = out.read_text(encoding="utf-8")
        out.write_text(MAPPED[state], encoding="utf-8", newline="\n")
        lines = [*extra]
        for path in sorted((self.root / "ontology").rglob("*.ttl")):
            lines.extend(quads.lines_of(quads.read(path), graphs["ontology"]))
        with out.open("a", encoding="utf-8") as stream:
            stream.writelines(f"{line}\n" for line in lines)
        lines = list(inferred(out, dataset))
        with out.open("a", encoding="utf-8") as stream:
            stream.writelines(f"{line}\n" for line in lines)
        return out, dataset

    def report(self, *, extra: Sequence[str] = (), texts: bool = True, reasoner: bool = False) -> Report:
        """Build and validate the dataset."""
        out, dataset = self.built(extra)
        return validate(
            out,
            dataset,
            documents=self.root / "documents" if texts else None,
            reasoner=reasoner,
            progress=lambda _words: None,
        )

    def finding(self, code: str, *, extra: Sequence[str] = (), reasoner: bool = False) -> Finding:
        """Give the one finding that has a code."""
        found = [each for each in self.report(extra=extra, reasoner=reasoner).findings if each.code == code]
        assert len(found) == 1, [str(each) for each in found]
        return found[0]


@pytest.fixture
def workshop(root: Path, tmp_path: Path) -> Workshop:
    """Give a copy of the lighthouses."""
    folder = tmp_path / "lighthouses"
    shutil.copytree(root / "tests/datasets/lighthouses", folder)
    return Workshop(folder)
