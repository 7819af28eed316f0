"""A new fact to fill in: fresh ids, a skeleton with a remark behind each line, and the passage where it is known."""

import re
from dataclasses import dataclass
from pathlib import Path

from publisher.dataset.ids import issue
from publisher.dataset.locate import Location, locate
from publisher.dataset.near import suggestion
from publisher.dataset.open import Dataset
from publisher.dataset.seeds.marked import Kind, Node, parse, read_text
from publisher.errors import DatasetUnreadable, UsageError, Where


@dataclass(frozen=True, slots=True)
class NewFact:
    """What was issued and written: the ids, the file and the line on which the skeleton begins."""

    fact: str
    evidence: str
    where: Where


def new_fact(
    dataset: Dataset, document: str, *, created: str, passage: Location | None = None, curator: str | None = None
) -> NewFact:
    """Append the skeleton of a fact to the document's file of facts and give what was issued.

    ``created`` is the date to note (YYYY-MM-DD); ``passage`` fills the passage. Raises UsageError for a document that
    is unknown and DatasetUnreadable where the file of facts cannot be parsed.
    """
    if document not in dataset.documents:
        raise UsageError(
            f"there is no document {document} in seeds/documents.yaml",
            fix=suggestion(document, dataset.documents, otherwise="add it there first"),
            code="document.unknown",
        )
    path = dataset.root / "seeds" / "facts" / f"{document}.yaml"
    file = path.relative_to(dataset.root).as_posix()
    text = read_text(path, file) if path.exists() else f"document: {document}\nfacts:\n"
    top, findings = parse(text, file)
    if findings:
        raise DatasetUnreadable(findings[0].message, where=findings[0].where, fix=findings[0].fix)
    fact, evidence = issue(dataset, ("fact", "evidence"))
    text = _open_list(text, top)
    skeleton = _skeleton(dataset, fact, evidence, created=created, passage=passage, curator=curator)
    path.parent.mkdir(parents=True, exist_ok=True)
    indent = _indent(top)
    path.write_text(text + "".join(f"{indent}{line}\n" for line in skeleton), encoding="utf-8")
    return NewFact(fact, evidence, Where(file, text.count("\n") + 1, 1))


def passage_of(dataset: Dataset, document: str, *, words: str | None, documents: Path | None) -> Location | None:
    """Give the passage of words in a document, or None where no words are given.

    Raises UsageError where the texts are not given, or the words stand nowhere or more than once.
    """
    if words is None:
        return None
    if documents is None:
        raise UsageError("words can be found only in the texts", fix="give their folder with --documents")
    found = locate(dataset, words, documents, document=document)
    if len(found) > 1:
        places = ", ".join(f"{each.start}-{each.end}" for each in found)
        raise UsageError(f"these words stand more than once, at {places}", fix="give more of the sentence")
    return found[0]


def _open_list(text: str, top: Node) -> str:
    """Give the text so that another item can follow: its last line ended, an empty list opened."""
    text = text if text.endswith("\n") or not text else f"{text}\n"
    if "facts" not in top.fields:
        return f"{text}facts:\n"
    return re.sub(r"(?m)^facts:[ \t]*\[[ \t]*\][ \t]*$", "facts:", text)


def _indent(top: Node) -> str:
    facts = top.fields.get("facts")
    items = facts.items if facts is not None and facts.kind is Kind.LIST else ()
    # A list item's value begins after its "- ".
    return " " * (items[0].column - 3) if items and items[0].column > len("- ") else ""


def _skeleton(
    dataset: Dataset, fact: str, evidence: str, *, created: str, passage: Location | None, curator: str | None
) -> list[str]:
    compress = dataset.manifest.prefixes.compress
    certainties = [compress(value) or value for value in dataset.manifest.certainty.values]
    class_ = compress(dataset.manifest.roles["fact"]) or dataset.manifest.roles["fact"]
    shown = passage.yaml if passage else "{start: , end: , sha256: }"
    found = f"{passage.section or '?'}, sentence {passage.sentence or '?'}" if passage else "exportin locate gives it"
    signed = f', curator: "{curator}"' if curator else ""
    return [
        f"- id: {fact}",
        f"  type: {class_}  # or one of its subclasses",
        "  subject:  # an id of seeds/entities.yaml",
        "  predicate:  # an object property of ontology/*.ttl",
        "  object:  # an id of seeds/entities.yaml",
        '  mentions: {subject: "", object: ""}  # the names as printed, at most eight words each',
        f"  certainty: {certainties[0]}  # {', '.join(certainties)}",
        "  negated: false  # true where the source says that it is not so",
        "  complete: true  # false where it is wrong without its qualifiers",
        "  evidence:",
        f"  - id: {evidence}",
        "    code:  # on what the statement rests",
        "    passages:",
        f"    - {shown}  # {found}",
        f'  curation: {{created: "{created}"{signed}, status: draft}}',
    ]
