"""The text of the documents is its publishers': no committed file holds nine words of it in a row, but titles."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RUN = 9
_WORD = re.compile(r"\w+")
# Bibliographic data are kept: titles of works, names of authors, journals and where they stand in them.
_BIBLIOGRAPHY = "seeds/documents.yaml"


def _runs(text: str) -> set[str]:
    words = [word.casefold() for word in _WORD.findall(text)]
    return {" ".join(words[at : at + RUN]) for at in range(len(words) - RUN + 1)}


def test_no_committed_file_holds_nine_words_of_a_document(documents: Path) -> None:
    """Facts, identifiers, labels and short surface forms are ours to publish; sentences are not."""
    theirs = set().union(*(_runs(path.read_text(encoding="utf-8")) for path in documents.glob("*.txt")))
    bibliography = _runs((ROOT / _BIBLIOGRAPHY).read_text(encoding="utf-8"))
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    paths = (ROOT / name for name in names if name and name != _BIBLIOGRAPHY)
    found = {}
    for path in paths:
        if path.is_file() and path.stat().st_size < 2_000_000:
            held = _runs(path.read_bytes().decode("utf-8", errors="replace")) & theirs - bibliography
            if held:
                found[path.relative_to(ROOT).as_posix()] = sorted(held)[:3]

    assert {} == found


def test_the_bibliography_holds_titles_and_no_sentences(documents: Path) -> None:
    """What documents.yaml shares with the documents stands in its values of one line, never in a paragraph."""
    longest = max(len(_WORD.findall(line)) for line in (ROOT / _BIBLIOGRAPHY).read_text(encoding="utf-8").splitlines())

    assert documents.is_dir()
    assert longest < 80
