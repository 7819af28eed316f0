"""The canonical form of the curated YAML files, so that a difference in Git is a difference in what is said.

It refuses to touch a file that does not parse, and checks that what it writes says the same.
"""

from dataclasses import dataclass
from pathlib import Path

from publisher.dataset.seeds import documents, entities, evidence, facts, retired
from publisher.dataset.seeds.marked import Node, parse, read_text
from publisher.dataset.writing.emit import Emitter, Style, said
from publisher.dataset.writing.remarks import remarks_of
from publisher.errors import DatasetUnreadable, Finding, Where

_PEOPLE = frozenset({"label", "name", "title", "comment", "note", "cue", "was", "reason", "since", "file", "sha256"})
_STYLES = {
    "": Style(keys=("document", "documents", "references", "entities", "retired", "facts")),
    "documents": Style(keys=documents.DOCUMENT_KEYS, quoted=_PEOPLE, sort=True),
    "references": Style(keys=documents.REFERENCE_KEYS, quoted=_PEOPLE, sort=True),
    "entities": Style(keys=entities.KEYS, quoted=_PEOPLE, sort=True),
    "retired": Style(keys=retired.KEYS, quoted=_PEOPLE, sort=True),
    "facts": Style(keys=facts.KEYS, quoted=_PEOPLE, sort=True, spaced=True),
    "mentions": Style(keys=facts.MENTION_KEYS, flow=True, quoted=frozenset(facts.MENTION_KEYS)),
    "qualifiers": Style(alphabetical=True),
    "properties": Style(alphabetical=True),
    "evidence": Style(keys=evidence.KEYS, quoted=_PEOPLE),
    "passages": Style(keys=evidence.PASSAGE_KEYS, flow=True, quoted=_PEOPLE),
    "curation": Style(keys=facts.CURATION_KEYS, flow=True, quoted=frozenset({"created", "curator", "status", "flag"})),
}
_PART = Style(keys=facts.PART_KEYS, quoted=_PEOPLE)


@dataclass(frozen=True, slots=True)
class Formatted:
    """One file: as it is, and as it should be."""

    path: Path
    before: str
    after: str

    @property
    def changed(self) -> bool:
        """Tell whether the file is not in its canonical form."""
        return self.before != self.after


def format_text(text: str, file: str) -> str:
    """Give the canonical form of a YAML text; raise DatasetUnreadable where it does not parse."""
    top = _parsed(text, file)
    if not top.fields:
        return text
    styles = _STYLES | dict.fromkeys(_part_names(top), _PART)
    after = Emitter(styles, remarks_of(text, top)).text(top)
    _check_same(top, after, file)
    return after


def formatted(root: Path) -> tuple[Formatted, ...]:
    """Give every curated YAML file of a dataset with its canonical form."""
    found = []
    for path in sorted((root / "seeds").rglob("*.yaml")):
        file = path.relative_to(root).as_posix()
        text = read_text(path, file)
        found.append(Formatted(path, text, format_text(text, file)))
    return tuple(found)


def format_dataset(root: Path) -> tuple[Path, ...]:
    """Bring every curated YAML file into its canonical form and give those that changed."""
    changed = [file for file in formatted(root) if file.changed]
    for file in changed:
        file.path.write_text(file.after, encoding="utf-8", newline="")
    return tuple(file.path for file in changed)


def unformatted(root: Path) -> tuple[Finding, ...]:
    """Give a finding for every file that is not in its canonical form, at the first line that differs."""
    findings = []
    for file in formatted(root):
        if file.changed:
            before, after = file.before.splitlines(), file.after.splitlines()
            pairs = enumerate(zip(before, after, strict=False), start=1)
            line = next((number for number, (old, new) in pairs if old != new), min(len(before), len(after)) + 1)
            seen = before[line - 1] if line <= len(before) else None
            findings.append(
                Finding(
                    "format.changed",
                    "this file is not in its canonical form",
                    where=Where(file.path.relative_to(root).as_posix(), line, 1),
                    value=seen,
                    fix="run: exportin format",
                )
            )
    return tuple(findings)


def _parsed(text: str, file: str) -> Node:
    top, findings = parse(text, file)
    if findings:
        raise DatasetUnreadable(findings[0].message, where=findings[0].where, fix=findings[0].fix)
    return top


def _part_names(top: Node) -> set[str]:
    """Give the names of all parts of facts: each is a key that a table of the same style stands under."""
    facts_ = top.fields.get("facts")
    parts = [fact.fields["parts"] for fact in (facts_.items if facts_ else ()) if "parts" in fact.fields]
    return {name for part in parts for name in part.fields} - set(_STYLES)


def _check_same(top: Node, after: str, file: str) -> None:
    def ordered(name: str) -> bool:
        return name in _STYLES and _STYLES[name].sort

    if said(top, ordered) != said(_parsed(after, file), ordered):
        raise DatasetUnreadable(
            "this file cannot be formatted without changing what it says",
            where=Where(file),
            fix="look for values that run over several lines, and write them on one",
        )
