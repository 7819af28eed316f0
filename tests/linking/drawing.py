"""Names drawn from outside sources, by a seed, for measuring matches: what each source calls which thing.

Nobody chose them: they are all names that HGNC, UniProt, MONDO, ChEBI, tables of drugs and a table of words met in
papers (FamPlex) give to the dataset's things; as many of things that the dataset has not, those first that are named
most alike; and misprints of the former made by chance. A name may belong to several things: then any of them is right.
"""

import csv
import gzip
import random
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

_BRACKETS = re.compile(r" \(((?:[^()]|\([^()]*\))*)\)")
_SYNONYM = re.compile(r'^synonym: "((?:[^"\\]|\\.)*)" EXACT', re.MULTILINE)
_LONG = 6
_MISPRINTS = 50
_ALIKE = 500
_APART = 150


@dataclass(frozen=True, slots=True)
class Name:
    """A name, the class asked for, the CURIEs of all things that bear it in the sources, and how it was drawn."""

    text: str
    kind: str
    bearers: frozenset[str]
    sort: str


def draw(folder: Path, ours: Callable[[str, str], str | None], *, seed: int) -> list[Name]:
    """Draw names of our things, of others named alike, of others by chance, and misprints of ours.

    ``ours`` gives the CURIE under which the dataset has a thing of a class, from any CURIE of it, or None.
    """
    chance = random.Random(seed)  # noqa: S311 - names, not secrets
    drawn: list[Name] = []
    for kind, told in {"gene": _genes, "protein": _proteins, "disease": _diseases, "small molecule": _drugs}.items():
        bearers: dict[str, set[str]] = {}
        held: dict[str, str | None] = {}
        for curie, text in told(folder):
            if curie not in held:
                held[curie] = ours(curie, kind)
            bearers.setdefault(text, set()).add(held[curie] or curie)
        known = {curie for curie in held.values() if curie}
        named = sorted(text for text, found in bearers.items() if found & known)
        folded = {text.casefold() for text in named}
        others = sorted(text for text, found in bearers.items() if not found & known and text.casefold() not in folded)
        near = _nearest(named, others)
        near = sorted(chance.sample(near, min(_ALIKE, len(near))))
        some = chance.sample(sorted(set(others) - set(near)), _APART)
        for sort, texts in {"name": named, "alike": near, "other": some}.items():
            drawn += [Name(text, kind, frozenset(bearers[text]), sort) for text in texts]
        long = [text for text in named if len(text) >= _LONG and not text.isdigit()]
        for text in chance.sample(long, min(_MISPRINTS, len(long))):
            wrong = _misprinted(text, chance)
            if wrong.casefold() not in folded and wrong not in bearers:
                drawn.append(Name(wrong, kind, frozenset(bearers[text]), "misprint"))
    return drawn


def _rows(path: Path, delimiter: str = "\t") -> Iterator[list[str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as text:
        yield from csv.reader(
            text, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if delimiter == "," else csv.QUOTE_NONE
        )


def _genes(folder: Path) -> Iterator[tuple[str, str]]:
    for row in _rows(folder / "hgnc.tsv.gz"):
        if row[0].startswith("HGNC:"):
            for cell in (row[1], row[2], row[7], row[8], row[9], row[10]):
                yield from ((row[0], text) for text in cell.strip('"').split("|") if text)
    yield from ((f"HGNC:{number}", text) for text, number in _grounded(folder, "HGNC"))


def _proteins(folder: Path) -> Iterator[tuple[str, str]]:
    for row in _rows(folder / "uniprot-human.tsv.gz"):
        accession, recommended, whole = row[0], row[4], row[5]
        if accession != "accession":
            found = [recommended, *_BRACKETS.findall(whole)]
            yield from ((f"uniprot:{accession}", text) for text in found if text and not text.startswith("EC "))
    yield from ((f"uniprot:{number}", text) for text, number in _grounded(folder, "UP"))


def _diseases(folder: Path) -> Iterator[tuple[str, str]]:
    text = gzip.decompress((folder / "mondo.obo.gz").read_bytes()).decode("utf-8")
    for stanza in text.split("\n[Term]\n")[1:]:
        identifier = stanza.partition("\n")[0].removeprefix("id: ")
        if "is_obsolete: true" in stanza or not identifier.startswith("MONDO:"):
            continue
        label = re.search(r"^name: (.*)$", stanza, re.MULTILINE)
        for name in (*((label[1],) if label else ()), *_SYNONYM.findall(stanza)):
            yield identifier, name.replace("\\", "")


def _drugs(folder: Path) -> Iterator[tuple[str, str]]:
    for row in _rows(folder / "chebi-names-2020.tsv.gz"):
        yield row[1], row[0]
    for row in _rows(folder / "drug-identifiers.tsv.gz"):
        if row[3].startswith(("DRUGBANK:", "CHEBI:", "CHEMBL.COMPOUND:")):
            yield row[3].replace("CHEMBL.COMPOUND:", "chembl:"), row[4]


def _grounded(folder: Path, space: str) -> Iterator[tuple[str, str]]:
    for row in _rows(folder / "famplex-grounding_map.csv.gz", ","):
        for at in range(1, len(row) - 1, 2):
            if row[at] == space:
                yield row[0], row[at + 1].removeprefix("HGNC:")


def _nearest(ours: Iterable[str], others: list[str]) -> list[str]:
    """Give the other names that are one of ours but for one letter, digit or word: whoever errs, errs here."""
    patterns: set[str] = set()
    for text in ours:
        folded = text.casefold()
        patterns |= {f"{folded[:at]}*{folded[at + 1 :]}" for at in range(len(folded))}
        words = folded.split()
        if len(words) > 1:
            patterns |= {" ".join([*words[:at], "**", *words[at + 1 :]]) for at in range(len(words))}
    return [text for text in others if patterns & set(_holed(text.casefold()))]


def _holed(folded: str) -> Iterator[str]:
    yield from (f"{folded[:at]}*{folded[at + 1 :]}" for at in range(len(folded)))
    words = folded.split()
    if len(words) > 1:
        yield from (" ".join([*words[:at], "**", *words[at + 1 :]]) for at in range(len(words)))


def _misprinted(text: str, chance: random.Random) -> str:
    at = chance.choice([place for place in range(1, len(text) - 1) if text[place].isalpha()] or [1])
    letter = chance.choice("abcdefghijklmnopqrstuvwxyz")
    return chance.choice((
        text[:at] + text[at + 1 :],
        text[:at] + text[at] + text[at:],
        text[:at] + letter + text[at + 1 :],
        text[:at] + text[at + 1] + text[at] + text[at + 2 :],
    ))  # fmt: skip
