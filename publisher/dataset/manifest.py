"""``dataset.toml`` read as a value: what a dataset is called, where its IRIs begin, which IRI plays which part.

A dataset of a few files states only ``[dataset]``; everything else has a default under its own vocabulary.
It refuses unknown keys, because a key that is spelled wrong would otherwise silently do nothing. It is long because
every section is checked by hand, next to the value that it fills.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from publisher.dataset.near import suggestion
from publisher.errors import DatasetUnreadable, Finding, Severity, Where
from publisher.rdf.names import PROV, RDF, SCHEMA, SKOS, STANDARD_PREFIXES
from publisher.rdf.prefixes import Prefixes, is_iri

FILE = "dataset.toml"
REQUIRED = ("name", "title", "base", "version", "licence")
GRAPHS = ("facts", "evidence", "mappings", "ontology", "imports", "inferred", "description", "examples")

# Roles whose default is a term of a standard; the others default to a term of the dataset's own vocabulary.
_STANDARD_ROLES = {
    "subject": RDF + "subject",
    "predicate": RDF + "predicate",
    "object": RDF + "object",
    "about": SCHEMA + "about",
    "cites": "http://purl.org/spar/cito/citesAsEvidence",
    "document": PROV + "wasDerivedFrom",
}
_OWN_ROLES = {
    "fact": "Fact",
    "certainty": "certainty",
    "negated": "negated",
    "evidence": "evidence",
    "evidence_class": "Evidence",
    "evidence_code": "evidenceCode",
    "cue": "cue",
    "section": "section",
    "sentence": "sentence",
    "original_subject": "subjectAsWritten",
    "original_object": "objectAsWritten",
    "entity": "Entity",
}
_OPTIONAL_ROLES = ("name", "product")  # the short name that pages show; what a thing, such as a gene, makes
ROLES = (*_STANDARD_ROLES, *_OWN_ROLES, *_OPTIONAL_ROLES)
_CERTAINTIES = ("asserted", "presupposed", "hedged", "hypothesised", "outlook", "recommended", "underdetermined")
_IDS = {"fact": "F%07d", "evidence": "E%07d", "entity": "X%07d"}
_PATHS = {
    "fact": "fact/",
    "evidence": "evidence/",
    "entity": "entity/",
    "document": "source/",
    "reference": "reference/",
}
_GATES = ("violation", "warning", "info", "off")
_KEYS: Mapping[str, tuple[str, ...] | None] = {
    "": (
        "dataset",
        "prefixes",
        "vocabulary",
        "graphs",
        "roles",
        "certainty",
        "ids",
        "paths",
        "rollup",
        "aliases",
        "gates",
    ),
    "dataset": (
        *("name", "title", "description", "base", "version", "licence", "language", "keywords", "creators"),
        *("publisher", "homepage", "examples", "previous"),
    ),
    "prefixes": None,
    "vocabulary": ("iri",),
    "graphs": GRAPHS,
    "roles": ROLES,
    "certainty": ("values", "bare", "cues"),
    "certainty.cues": None,
    "ids": tuple(_IDS),
    "paths": tuple(_PATHS),
    "rollup": ("property", "along"),
    "aliases": None,
    "gates": None,
}


@dataclass(frozen=True, slots=True)
class Agent:
    """A person or an organisation: a name, and an IRI where one is known."""

    name: str
    iri: str | None = None


@dataclass(frozen=True, slots=True)
class Certainty:
    """The closed list of certainties in order, those that allow a bare triple, and the words that tell them."""

    values: tuple[str, ...]
    bare: frozenset[str]
    cues: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Rollup:
    """A property that is materialised along others: ``property`` holds wherever a path of ``along`` leads."""

    property: str
    along: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What ``dataset.toml`` says, with every default filled in and every IRI in full.

    ``previous`` is the version before this one; ``examples`` are IRIs; ``ids`` are patterns as ``F%07d``;
    ``aliases`` maps a namespace to the others that the same things are known under;
    ``paths`` are relative to ``base``; ``gates`` maps a finding's code to a severity or to ``off``.
    """

    name: str
    title: str
    description: str
    base: str
    version: str
    licence: str
    language: str
    keywords: tuple[str, ...]
    creators: tuple[Agent, ...]
    publisher: Agent | None
    homepage: str | None
    examples: tuple[str, ...]
    previous: str | None
    prefixes: Prefixes
    vocabulary: str
    graphs: Mapping[str, str]
    roles: Mapping[str, str]
    certainty: Certainty
    ids: Mapping[str, str]
    paths: Mapping[str, str]
    rollup: Rollup | None
    aliases: Mapping[str, tuple[str, ...]]
    gates: Mapping[str, str] = field(default_factory=dict)

    def iri_of(self, kind: str, local: str) -> str:
        """Give the IRI of an own fact, evidence, entity, document or reference."""
        return f"{self.base}{self.paths[kind]}{local}"

    def gated(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """Give the findings with the severities that ``[gates]`` sets; those that are off are left out."""
        kept = []
        for finding in findings:
            gate = self.gates.get(finding.code)
            if gate == "off":
                continue
            kept.append(finding if gate is None else _with_severity(finding, Severity(gate)))
        return tuple(kept)


def read_manifest(root: Path) -> tuple[Manifest, tuple[Finding, ...]]:
    """Read ``dataset.toml`` of a dataset directory, with what is wrong in it.

    Raises DatasetUnreadable where the file is missing or is not TOML: nothing can be read without it.
    """
    path = root / FILE
    try:
        text = path.read_text(encoding="utf-8")
        given = tomllib.loads(text)
    except OSError as error:
        raise DatasetUnreadable(
            f"{root} is not a dataset: {error.strerror or error}",
            where=Where(str(path)),
            fix="name a directory with a dataset.toml, or make one with: exportin new DIRECTORY",
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DatasetUnreadable(
            f"dataset.toml is not valid TOML: {error}", where=_place_of_error(error), fix="mend the syntax there"
        ) from None
    reader = _Reader(text, given)
    return reader.manifest(), tuple(reader.findings)


def _with_severity(finding: Finding, severity: Severity) -> Finding:
    return Finding(
        finding.code,
        finding.message,
        finding.where,
        severity,
        finding.focus,
        finding.path,
        finding.value,
        finding.fix,
    )


def _place_of_error(error: Exception) -> Where:
    match = re.search(r"line (\d+), column (\d+)", str(error))
    return Where(FILE, int(match[1]), int(match[2])) if match else Where(FILE)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Checks the parsed TOML by hand, key by key; the text is kept to find the line of a key."""

    text: str
    given: Mapping[str, object]
    findings: list[Finding] = field(default_factory=list)

    def manifest(self) -> Manifest:
        for section in _KEYS:
            self._check_keys(section)
        for key in REQUIRED:
            if key not in self._table("dataset"):
                self._report(
                    "missing-key", "dataset", "", f"[dataset] has no {key}", fix=f"add {key} = “…” to [dataset]"
                )
        base = self._base()
        vocabulary = self._text("vocabulary", "iri") or f"{base}vocab"
        own = f"{vocabulary}#"
        prefixes = self._prefixes(own)
        roles = {name: own + local for name, local in _OWN_ROLES.items()} | _STANDARD_ROLES
        roles |= self._iris("roles", prefixes, ROLES)
        return Manifest(
            name=self._name(),
            title=self._text("dataset", "title") or "untitled",
            description=self._text("dataset", "description") or "",
            base=base,
            version=self._version(),
            licence=self._text("dataset", "licence") or "",
            language=self._text("dataset", "language") or "en",
            keywords=self._texts("dataset", "keywords"),
            creators=self._agents("creators"),
            publisher=self._agent("publisher", self._table("dataset").get("publisher")),
            homepage=self._text("dataset", "homepage"),
            examples=self._expanded("dataset", "examples", prefixes),
            previous=self._text("dataset", "previous"),
            prefixes=prefixes,
            vocabulary=vocabulary,
            graphs=MappingProxyType(
                {name: f"{base}graph/{name}" for name in GRAPHS} | self._iris("graphs", prefixes, GRAPHS)
            ),
            roles=MappingProxyType({name: roles[name] for name in ROLES if name in roles}),
            certainty=self._certainty(own, prefixes),
            ids=MappingProxyType(_IDS | self._patterns()),
            paths=MappingProxyType(_PATHS | self._strings("paths")),
            rollup=self._rollup(prefixes),
            aliases=MappingProxyType(self._aliases(prefixes)),
            gates=MappingProxyType(self._gates()),
        )

    # Sections -----------------------------------------------------------------------------------------------------

    def _base(self) -> str:
        base = self._text("dataset", "base")
        if base is None:
            return "https://example.org/unnamed/"
        if not (is_iri(base) and base.startswith(("http://", "https://")) and base.endswith("/")):
            self._report(
                *("wrong-value", "dataset", "base", "the base is an http or https IRI that ends in a slash"),
                value=base,
                fix="write base as https://…/",
            )
        return base

    def _name(self) -> str:
        name = self._text("dataset", "name") or "unnamed"
        if not re.fullmatch(r"[a-z0-9][a-z0-9.-]*", name):
            self._report(
                *("wrong-value", "dataset", "name", "the name is small letters, digits, dots and hyphens"),
                value=name,
                fix=f"write name as {re.sub(r'[^a-z0-9.-]+', '-', name.lower()).strip('-') or 'my-data'}",
            )
        return name

    def _version(self) -> str:
        version = self._text("dataset", "version") or "unversioned"
        if version != "unversioned" and not re.fullmatch(r"\d{4}-\d{2}-\d{2}(?:[.-][0-9A-Za-z]+)?", version):
            self._report(
                *("wrong-value", "dataset", "version", "the version is a date as 2026-01-31"),
                value=version,
                fix="write the date of the release as YYYY-MM-DD",
            )
        return version

    def _prefixes(self, own: str) -> Prefixes:
        table: dict[str, str] = {}
        for prefix, namespace in self._strings("prefixes").items():
            if not is_iri(namespace):
                self._report(
                    "wrong-value", "prefixes", prefix, "a prefix stands for the beginning of an IRI", value=namespace
                )
                continue
            table[prefix] = namespace
        if own not in table.values():
            table.setdefault("v", own)
        return Prefixes(table | {name: iri for name, iri in STANDARD_PREFIXES.items() if name not in table})

    def _certainty(self, own: str, prefixes: Prefixes) -> Certainty:
        table = self._table("certainty")
        values = self._expanded("certainty", "values", prefixes) or tuple(own + name for name in _CERTAINTIES)
        bare = self._expanded("certainty", "bare", prefixes) if "bare" in table else values[:2]
        cues: dict[str, frozenset[str]] = {}
        for word in self._table("certainty.cues"):
            allowed = self._expanded("certainty.cues", word, prefixes)
            for unlisted in (iri for iri in allowed if iri not in values and is_iri(iri) and "://" in iri):
                self._report(
                    "wrong-value", "certainty.cues", word, "a cue names a certainty of the list", value=unlisted
                )
            cues[word.casefold()] = frozenset(allowed)
        for unlisted in (iri for iri in bare if iri not in values):
            self._report("wrong-value", "certainty", "bare", "bare names certainties of the list", value=unlisted)
        return Certainty(values, frozenset(bare), MappingProxyType(cues))

    def _patterns(self) -> dict[str, str]:
        patterns = {}
        for kind, pattern in self._strings("ids").items():
            if re.fullmatch(r"[A-Za-z0-9_.-]*%0?\d*d", pattern):
                patterns[kind] = pattern
            else:
                self._report(
                    *("wrong-value", "ids", kind, "an id is letters and one number, written as X%07d"), value=pattern
                )
        return patterns

    def _rollup(self, prefixes: Prefixes) -> Rollup | None:
        if "rollup" not in self.given:
            return None
        found = self._iris("rollup", prefixes, ("property",))
        along = self._expanded("rollup", "along", prefixes)
        return Rollup(found.get("property", SKOS + "broaderTransitive"), along)

    def _aliases(self, prefixes: Prefixes) -> dict[str, tuple[str, ...]]:
        """Give namespace → the other namespaces under which the same things go."""
        found: dict[str, tuple[str, ...]] = {}
        for prefix in self._table("aliases"):
            if prefix not in prefixes:
                self._report(
                    *("wrong-value", "aliases", prefix, "an alias is given for a prefix of [prefixes]"),
                    value=prefix,
                    fix=suggestion(prefix, tuple(name for name, _ in prefixes), otherwise="declare the prefix"),
                )
                continue
            others = self._texts("aliases", prefix)
            for other in others:
                if not is_iri(other):
                    self._report("wrong-value", "aliases", prefix, "an alias is the beginning of an IRI", value=other)
            found[prefixes[prefix]] = tuple(other for other in others if is_iri(other))
        return found

    def _gates(self) -> dict[str, str]:
        gates = self._strings("gates")
        for code, gate in gates.items():
            if gate not in _GATES:
                self._report(
                    *("wrong-value", "gates", code, f"a gate is one of {', '.join(_GATES)}"),
                    value=gate,
                    fix=suggestion(gate, _GATES, otherwise="choose one of them"),
                )
        return {code: gate for code, gate in gates.items() if gate in _GATES}

    def _agents(self, key: str) -> tuple[Agent, ...]:
        given = self._table("dataset").get(key, [])
        if not isinstance(given, list):
            self._wrong_type("dataset", key, "a list of { name = “…” }", given)
            return ()
        return tuple(agent for agent in (self._agent(key, item) for item in given) if agent)

    def _agent(self, key: str, given: object) -> Agent | None:
        if given is None:
            return None
        if isinstance(given, dict) and isinstance(given.get("name"), str) and set(given) <= {"name", "iri"}:
            iri = given.get("iri")
            if iri is None or (isinstance(iri, str) and is_iri(iri)):
                return Agent(given["name"], iri)
        self._wrong_type("dataset", key, "{ name = “…”, iri = “https://…” } with iri optional", given)
        return None

    # Values -------------------------------------------------------------------------------------------------------

    def _table(self, section: str) -> Mapping[str, object]:
        table: object = self.given
        for part in section.split(".") if section else ():
            table = table.get(part, {}) if isinstance(table, dict) else {}
        return table if isinstance(table, dict) else {}

    def _check_keys(self, section: str) -> None:
        above, _, name = section.rpartition(".")
        given = self._table(above).get(name) if section else self.given
        if given is not None and not isinstance(given, dict):
            self._wrong_type(above, name, "a table", given)
        known = _KEYS[section]
        for key in self._table(section) if known is not None else ():
            if known is not None and key not in known:
                shown = f"[{section}] has no key {key}" if section else f"dataset.toml has no section {key}"
                self._report(
                    *("unknown-key", section, key, shown),
                    value=key,
                    fix=suggestion(key, known, otherwise=f"remove it, or use one of: {', '.join(known)}"),
                )

    def _text(self, section: str, key: str) -> str | None:
        value = self._table(section).get(key)
        if value is None or isinstance(value, str):
            return value
        # A date written without quotes is what most people type first, and it means the same.
        if key == "version" and type(value).__name__ == "date":
            return str(value)
        self._wrong_type(section, key, "a text in quotes", value)
        return None

    def _texts(self, section: str, key: str) -> tuple[str, ...]:
        value = self._table(section).get(key, [])
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        self._wrong_type(section, key, "a list of texts", value)
        return ()

    def _strings(self, section: str) -> dict[str, str]:
        found = {}
        for key, value in self._table(section).items():
            if isinstance(value, str):
                found[key] = value
            else:
                self._wrong_type(section, key, "a text in quotes", value)
        return found

    def _iris(self, section: str, prefixes: Prefixes, keys: Iterable[str]) -> dict[str, str]:
        found = {}
        for key in keys:
            text = self._text(section, key)
            if text is not None:
                found[key] = self._expand(section, key, text, prefixes)
        return found

    def _expanded(self, section: str, key: str, prefixes: Prefixes) -> tuple[str, ...]:
        return tuple(self._expand(section, key, text, prefixes) for text in self._texts(section, key))

    def _expand(self, section: str, key: str, text: str, prefixes: Prefixes) -> str:
        iri = prefixes.expand(text)
        if iri is None:
            self._report(
                *("unknown-prefix", section, key, f"{text} has no prefix of [prefixes] and is no IRI"),
                value=text,
                fix=suggestion(
                    text.partition(":")[0], (name for name, _ in prefixes), otherwise="declare its prefix in [prefixes]"
                ),
            )
            return text
        return iri

    # Findings -----------------------------------------------------------------------------------------------------

    def _wrong_type(self, section: str, key: str, wanted: str, value: object) -> None:
        place = f"[{section}] {key}" if section else key
        self._report(
            *("wrong-type", section, key, f"{place} wants {wanted}"), value=str(value), fix=f"write {key} as {wanted}"
        )

    def _report(
        self, code: str, section: str, key: str, message: str, *, value: str | None = None, fix: str | None = None
    ) -> None:
        self.findings.append(
            Finding(f"manifest.{code}", message, where=place_of(self.text, section, key), value=value, fix=fix)
        )


def place_of(text: str, section: str, key: str) -> Where:
    """Give where a key of a section stands in the text of a TOML file; the section's head where the key is missing.

    Dotted keys and quoted keys are found too; an inline table counts as its key.
    """
    current, head = "", Where(FILE, 1, 1)
    matches: Callable[[str], bool] = {key, f'"{key}"', f"'{key}'"}.__contains__
    for number, line in enumerate(text.splitlines(), start=1):
        opened = re.match(r"\s*\[\[?\s*([^\]]+?)\s*\]", line)
        if opened:
            current = opened[1].replace('"', "")
            if current == section:
                head = Where(FILE, number, 1)
            elif key and current == (f"{section}.{key}" if section else key):
                return Where(FILE, number, 1)
        assigned = re.match(r'\s*("[^"]*"|\'[^\']*\'|[\w.-]+)\s*=', line)
        if key and assigned and current == section and matches(assigned[1]):
            return Where(FILE, number, assigned.start(1) + 1)
    return head
