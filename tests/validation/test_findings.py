"""Each finding of a validation, with the file and the line that a curator has to open."""

import hashlib
import re
import shutil
from pathlib import Path

import pytest

from publisher import build
from publisher.errors import Severity, Where
from publisher.validation.reasoning import HermiT

BASE = "https://example.org/lights/"
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
P1, P2 = "seeds/facts/P1.yaml", "seeds/facts/P2.yaml"


def test_a_sound_dataset_has_no_findings(workshop):
    """The lighthouses as they are conform, with texts and with the reasoner."""
    assert workshop.report(reasoner=True).findings == ()


def test_a_broken_shape_names_the_line_of_the_value(workshop):
    """A value that a shape forbids is found at the line where it is curated, with the shape's own words."""
    line = workshop.edit(
        "seeds/entities.yaml",
        "    lv:standsIn: lx:LX0000003\n",
        "    lv:standsIn: lx:LX0000003\n    lv:designedBy: lx:LX0000006\n",
    )
    found = workshop.finding("shape.class")
    assert found.where is not None
    assert (found.where.file, found.where.line) == ("seeds/entities.yaml", line + 1)
    assert found.message == "A lighthouse is designed by a person."
    assert found.value == BASE + "thing/LX0000006"


def test_a_malformed_shape_names_its_file(workshop):
    """A shapes file that SHACL cannot read is a finding at that file, and the other files still count."""
    (workshop.root / "shapes/extra.ttl").write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> .\n<urn:s> a sh:PropertyShape ; sh:targetNode <urn:x> .\n"
    )
    found = workshop.finding("shape.malformed")
    assert found.where == Where("shapes/extra.ttl", 2, 1)
    assert "sh:path" in found.message


def test_shapes_that_are_not_turtle_name_the_line(workshop):
    """A syntax error in a shapes file is a finding with its line."""
    (workshop.root / "shapes/extra.ttl").write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> .\n\n<urn:s> a sh:Node Shape .\n"
    )
    found = workshop.finding("shape.malformed")
    assert found.where is not None
    assert (found.where.file, found.where.line) == ("shapes/extra.ttl", 3)


def test_a_shape_beyond_sparql_is_judged_by_pyshacl_and_said_so(workshop):
    """A SPARQL target goes to the reference validator, and the report says so."""
    (workshop.root / "shapes/extra.ttl").write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> .\n@prefix lv: <https://example.org/lights/vocab#> .\n"
        "<urn:x:all> a sh:NodeShape ; sh:target [ a sh:SPARQLTarget ; sh:select "
        '"SELECT ?this WHERE { ?this a <https://example.org/lights/vocab#Person> }" ] ;\n'
        "  sh:property [ sh:path lv:firstLit ; sh:minCount 1 ] .\n"
    )
    report = workshop.report()
    assert report.codes == {"shape.by-reference": 1, "shape.min-count": 1}
    assert [each.severity for each in report.findings if each.code == "shape.by-reference"] == [Severity.INFO]


@pytest.mark.parametrize(("role", "axiom"), [("subject", "domain"), ("object", "range")])
def test_the_wrong_kind_of_thing_names_the_fact(workshop, role, axiom):
    """A relation to none of the kinds that a union lists is found at the fact."""
    union = f"rdfs:{axiom} [ a owl:Class ; owl:unionOf ( lv:Person lv:Event ) ]"
    workshop.edit(
        "ontology/lights.ttl", "lv:replaces a owl:ObjectProperty ;", f"lv:replaces a owl:ObjectProperty ; {union} ;"
    )
    found = workshop.finding(f"relation.{role}-kind")
    assert found.where is not None
    assert found.where.file == P2
    assert f"  {role}:" in (workshop.root / P2).read_text().splitlines()[found.where.line - 1]
    assert "“person” or “event”" in found.message


def test_a_bare_triple_that_breaks_a_shape_names_its_fact(workshop):
    """A shape on a thing that a fact speaks of leads to the line of the fact."""
    line = workshop.edit(P1, "object: lx:LX0000005", "object: lx:LX0000006")
    assert workshop.report().codes == {"fact.wrong-object": 1}, "what reading has told is not told again"
    with (workshop.root / "dataset.toml").open("a") as stream:
        stream.write('\n[gates]\n"fact.wrong-object" = "off"\n')
    found = workshop.finding("shape.class")
    assert found.where is not None
    assert (found.where.file, found.where.line) == (P1, line)
    assert "(shapes/claim.ttl:" in (found.fix or "")


def test_an_iri_of_ours_without_type_or_label(workshop):
    """A node under the base that has neither type nor label is two findings."""
    extra = [f"<{BASE}thing/LX0000099> <{BASE}vocab#partOf> <{BASE}thing/LX0000001> ."]
    assert workshop.finding("iri.no-type", extra=extra).focus == BASE + "thing/LX0000099"
    assert workshop.finding("iri.no-label", extra=extra).focus == BASE + "thing/LX0000099"


def test_an_iri_that_is_used_and_not_described(workshop):
    """An IRI of ours that only stands as an object is found at the thing that names it."""
    extra = [f"<{BASE}thing/LX0000007> <{BASE}vocab#partOf> <{BASE}thing/LX0000098> ."]
    found = workshop.finding("iri.undescribed", extra=extra)
    assert found.value == BASE + "thing/LX0000098"
    assert found.where is not None
    assert found.where.file == "seeds/entities.yaml"


def test_a_namespace_without_a_prefix_is_a_warning(workshop):
    """A predicate of ours in a namespace that nobody declared is told once."""
    extra = [f'<{BASE}thing/LX0000007> <http://nowhere.example/{name}> "x" .' for name in ("one", "two")]
    found = workshop.finding("iri.no-prefix", extra=extra)
    assert found.severity is Severity.WARNING
    assert "http://nowhere.example/" in found.message


def test_two_iris_that_decode_alike(workshop):
    """Two IRIs that are one after percent-decoding cannot both be served."""
    names = ("thing/a%2Fb", "thing/a/b")
    extra = [
        line
        for name in names
        for line in (f"<{BASE}{name}> {TYPE} <{BASE}vocab#Thing> .", f'<{BASE}{name}> {LABEL} "a" .')
    ]
    assert workshop.finding("iri.decode-alike", extra=extra).value == BASE + "thing/a%2Fb"


def test_a_bare_triple_of_an_uncertain_fact(workshop):
    """A bare triple of a guess is a violation at the fact's certainty."""
    extra = [f"<{BASE}thing/LX0000007> <{BASE}vocab#damagedBy> <{BASE}thing/LX0000008> ."]
    found = workshop.finding("fact.bare-forbidden", extra=extra)
    assert found.where is not None
    assert found.where.file == P1
    assert "LC0000008" in (workshop.root / P1).read_text().splitlines()[found.where.line - 1 - 6]


def test_a_certain_fact_without_its_bare_triple(workshop):
    """A mapping that forgets the bare triples is found at each fact."""
    workshop.edit("mappings/facts.rml.ttl", 'rml:reference "direct_object"', 'rml:reference "curator"')
    codes = {each.code for each in workshop.report().findings}
    assert "fact.bare-missing" in codes


def test_a_bare_triple_that_no_fact_backs_is_a_warning(workshop):
    """A triple with a predicate of facts that nobody curated is told at its subject."""
    extra = [f"<{BASE}thing/LX0000002> <{BASE}vocab#visibleFrom> <{BASE}thing/LX0000010> ."]
    found = workshop.finding("fact.bare-orphan", extra=extra)
    assert found.severity is Severity.WARNING
    assert found.where is not None
    assert found.where.file == "seeds/entities.yaml"


def test_a_document_that_is_missing(workshop):
    """A text that is not in the folder is found at its entry."""
    (workshop.root / "documents/P2.txt").unlink()
    found = workshop.finding("passage.document-missing")
    assert found.where is not None
    assert (found.where.file, found.where.line) == ("seeds/documents.yaml", 10)


def test_a_document_that_changed(workshop):
    """Another text than the one that was curated is found by its SHA-256."""
    with (workshop.root / "documents/P2.txt").open("a") as stream:
        stream.write("\n")
    found = workshop.finding("passage.document-changed")
    assert found.value == hashlib.sha256((workshop.root / "documents/P2.txt").read_bytes()).hexdigest()


def test_a_passage_with_the_wrong_words(workshop):
    """A span whose offsets and checksum do not agree is found at its line, with the SHA-256 that the words have."""
    line = workshop.edit(P1, "{start: 81, end: 140,", "{start: 90, end: 144,")
    found = workshop.finding("passage.changed")
    assert found.where is not None
    assert (found.where.file, found.where.line) == (P1, line)
    text = (workshop.root / "documents/P1.txt").read_bytes().decode()
    assert found.fix is not None
    assert hashlib.sha256(text[90:144].encode()).hexdigest() in found.fix


@pytest.mark.parametrize("wrong", ["start: 82, end: 140", "start: 81, end: 139", "start: 101, end: 160"])
def test_a_passage_that_moved_says_where_its_words_are(workshop, wrong):
    """Where one end slipped, or the whole moved, the words with the checksum are found again."""
    workshop.edit(P1, "{start: 81, end: 140,", f"{{{wrong},")
    assert "stand at 81 to 140" in (workshop.finding("passage.changed").fix or "")


def test_a_passage_that_ends_after_its_text(workshop):
    """A span beyond the text is found, also where the declared length hides it."""
    workshop.edit("seeds/documents.yaml", "  length: 448\n", "  length: 999\n")
    line = workshop.edit(P1, "{start: 328, end: 384,", "{start: 328, end: 984,")
    found = workshop.finding("passage.outside-document")
    assert found.where is not None
    assert (found.where.file, found.where.line) == (P1, line)
    assert found.fix is not None
    assert "448 code points" in found.fix


def test_a_surface_form_that_is_not_in_the_passage(workshop):
    """A name that the passage does not have is found at the fact."""
    line = workshop.edit(P1, 'object: "Ada Lindqvist"', 'object: "Ada Lindquist"')
    found = workshop.finding("passage.mention-missing")
    assert found.where is not None
    assert (found.where.file, found.where.line) == (P1, line)
    assert found.value == "Ada Lindquist"


def test_a_cue_that_is_not_in_the_passage(workshop):
    """A cue that the passage does not have is found at its evidence."""
    workshop.edit(P2, 'cue: "Either"', 'cue: "either of"')
    found = workshop.finding("passage.cue-missing")
    assert found.where is not None
    assert found.where.file == P2


def test_a_cue_in_the_passage_that_asks_for_another_certainty(workshop):
    """A fact that is certain where its passage says may is a warning at the fact."""
    workshop.edit(P1, "  certainty: lv:guessed\n", "  certainty: lv:certain\n")
    workshop.edit(P1, '    cue: "may"\n', "")
    found = workshop.finding("passage.cue-certainty")
    assert found.severity is Severity.WARNING
    assert found.where is not None
    assert found.where.file == P1


def test_nine_words_of_a_document_are_not_published(workshop):
    """A comment that copies nine words of a document is found, and the finding does not repeat them."""
    copied = "The light does not mark the Tern Rocks. The fog bell"
    workshop.edit(P2, "The paper leaves open which of the two it was.", copied)
    found = workshop.finding("passage.text-published")
    assert found.where is not None
    assert found.where.file == P2
    assert copied not in f"{found.message}{found.value}{found.fix}"


@pytest.mark.java
def test_a_contradiction_names_the_axioms_and_their_lines(workshop):
    """A person who is a place contradicts a disjointness: fact and axiom are named, with file and line."""
    line = workshop.edit("seeds/entities.yaml", "  type: lv:Person", "  type: [lv:Person, lv:Place]")
    found = workshop.finding("reasoning.inconsistent", reasoner=True)
    axiom = next(
        number
        for number, text in enumerate((workshop.root / "ontology/lights.ttl").read_text().splitlines(), start=1)
        if text.startswith("lv:Place a owl:Class")
    )
    assert f"(ontology/lights.ttl:{axiom}:1)" in found.message
    assert found.message.count(";") == 2
    assert "lv:Place owl:disjointWith lv:Person" in found.message
    assert found.where is not None
    assert found.where.file == "ontology/lights.ttl" or found.where.line in {line, line - 2}


@pytest.mark.java
def test_a_class_that_can_have_no_member(workshop):
    """A class below two disjoint classes is found at its line."""
    with (workshop.root / "ontology/lights.ttl").open("a") as stream:
        stream.write('\nlv:Ghost a owl:Class ; rdfs:subClassOf lv:Person , lv:Place ; rdfs:label "ghost"@en .\n')
    found = workshop.finding("reasoning.empty-class", reasoner=True)
    assert found.focus == BASE + "vocab#Ghost"
    assert found.where is not None
    assert found.where.file == "ontology/lights.ttl"
    lines = (workshop.root / "ontology/lights.ttl").read_text().splitlines()
    assert lines[found.where.line - 1].startswith("lv:Ghost")
    disjoint = next(number for number, line in enumerate(lines, start=1) if line.startswith("lv:Place a owl:Class"))
    assert found.message.count(";") == 2, "three axioms, none of which could be left out"
    assert f"lv:Place owl:disjointWith lv:Person (ontology/lights.ttl:{disjoint}:1)" in found.message


@pytest.mark.java
def test_what_lies_below_an_empty_class_is_told_with_it(workshop):
    """Two classes below an empty one, and a circle with it, are not findings of their own."""
    with (workshop.root / "ontology/lights.ttl").open("a") as stream:
        stream.write('\nlv:Ghost a owl:Class ; rdfs:subClassOf lv:Person , lv:Place ; rdfs:label "ghost"@en .\n')
        for name in ("Wraith", "Spook"):
            stream.write(f'lv:{name} a owl:Class ; rdfs:subClassOf lv:Ghost ; rdfs:label "{name.lower()}"@en .\n')
    found = workshop.finding("reasoning.empty-class", reasoner=True)
    assert found.focus == BASE + "vocab#Ghost"
    assert "nor any of the 2 classes below it" in found.message


def test_a_machine_without_java_is_told(workshop, monkeypatch):
    """Where there is no Java the report says that nothing was reasoned."""
    monkeypatch.setenv("PATH", str(workshop.root))
    found = workshop.finding("reasoning.skipped", reasoner=True)
    assert found.severity is Severity.INFO


@pytest.mark.java
def test_a_search_that_may_ask_no_more_says_that_it_is_not_done(workshop, monkeypatch):
    """Where runs or time are used up, what is named holds the contradiction, and may hold more."""
    workshop.edit("seeds/entities.yaml", "  type: lv:Person", "  type: [lv:Person, lv:Place]")
    monkeypatch.setattr("publisher.validation.reasoning.consistency.Search.within", False)
    found = workshop.finding("reasoning.inconsistent", reasoner=True)
    assert found.message.startswith("among these statements are some that cannot all be true")
    assert len(found.message) < 2500


@pytest.mark.java
def test_a_reasoner_that_takes_too_long_is_told(workshop, monkeypatch):
    """Where the deadline passes the report says so, and the reasoner is ended."""
    java = shutil.which("java") or "java"
    monkeypatch.setattr(HermiT, "found", classmethod(lambda cls, **_: cls(java, 0.01)))
    assert "0.01 seconds" in workshop.finding("reasoning.failed", reasoner=True).message


def test_a_gate_changes_the_weight_of_a_finding(workshop):
    """The manifest may turn a warning into a violation, or a violation off."""
    with (workshop.root / "dataset.toml").open("a") as stream:
        stream.write('\n[gates]\n"iri.no-prefix" = "violation"\n"iri.undescribed" = "off"\n')
    extra = [
        f'<{BASE}thing/LX0000007> <http://nowhere.example/one> "x" .',
        f"<{BASE}thing/LX0000007> <{BASE}vocab#partOf> <{BASE}thing/LX0000098> .",
    ]
    report = workshop.report(extra=extra)
    assert report.codes == {"iri.no-prefix": 1}
    assert not report.conforms


def test_every_finding_is_in_the_reference(root):
    """The reference of findings names every code that this package gives."""
    told = (root / "docs/reference/findings.md").read_text(encoding="utf-8")
    folder = root / "publisher/validation"
    codes = {
        code
        for path in sorted(Path(folder).rglob("*.py"))
        for code in re.findall(
            r'"((?:passage|reasoning|iri|fact|relation|shape|alignment)\.[a-z-]+)"', path.read_text(encoding="utf-8")
        )
    }
    assert len(codes) > 15
    assert sorted(code for code in codes if f"`{code}`" not in told) == []


@pytest.mark.java
def test_classes_that_are_all_disjoint_are_named_at_their_line_in_a_build(workshop):
    """A build names the nodes of lists; the axiom is one all the same, and the conflict as small as can be."""
    with (workshop.root / "ontology/lights.ttl").open("a") as stream:
        stream.write("\n[] a owl:AllDisjointClasses ; owl:members ( lv:Event lv:Person lv:Retired ) .\n")
    (workshop.root / "seeds/entities.yaml").write_text(
        (workshop.root / "seeds/entities.yaml")
        .read_text()
        .replace("  type: lv:Person", "  type: [lv:Person, lv:Event]")
    )
    report = build.check(workshop.root, build.Options(reasoner=True), lambda _words: None).report
    found = next(each for each in report.findings if each.code == "reasoning.inconsistent")
    lines = (workshop.root / "ontology/lights.ttl").read_text().splitlines()
    line = next(number for number, text in enumerate(lines, start=1) if text.startswith("[] a owl:AllDisjoint"))
    assert f"owl:AllDisjointClasses of 3 names (ontology/lights.ttl:{line}:1)" in found.message
    assert found.message.count(";") == 2
