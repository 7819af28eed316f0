"""``dataset.toml`` read section by section into the manifest, every default filled in and every IRI in full."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from publisher.dataset.manifest.keys import (
    CERTAINTIES,
    FILE,
    GATES,
    GRAPHS,
    IDS,
    KEYS,
    OWN_ROLES,
    PATHS,
    REQUIRED,
    ROLES,
    STANDARD_ROLES,
)
from publisher.dataset.manifest.toml import Toml
from publisher.dataset.manifest.values import Agent, Certainty, Manifest, Rollup
from publisher.dataset.near import suggestion
from publisher.errors import DatasetUnreadable, Finding, Where
from publisher.rdf.names import SKOS, STANDARD_PREFIXES
from publisher.rdf.prefixes import Prefixes, is_iri


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
    toml = Toml(text, given)
    return _Reader(toml).manifest(), tuple(toml.findings)


def _place_of_error(error: Exception) -> Where:
    match = re.search(r"line (\d+), column (\d+)", str(error))
    return Where(FILE, int(match[1]), int(match[2])) if match else Where(FILE)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Checks each section next to the value that it fills."""

    toml: Toml

    def manifest(self) -> Manifest:
        for section in KEYS:
            self.toml.check_keys(section)
        for key in REQUIRED:
            if key not in self.toml.table("dataset"):
                self.toml.report(
                    "missing-key", "dataset", "", f"[dataset] has no {key}", fix=f"add {key} = “…” to [dataset]"
                )
        base = self._base()
        vocabulary = self.toml.text("vocabulary", "iri") or f"{base}vocab"
        own = f"{vocabulary}#"
        prefixes = self._prefixes(own)
        roles = {name: own + local for name, local in OWN_ROLES.items()} | STANDARD_ROLES
        roles |= self.toml.iris("roles", prefixes, ROLES)
        return Manifest(
            name=self._name(),
            title=self.toml.text("dataset", "title") or "untitled",
            description=self.toml.text("dataset", "description") or "",
            base=base,
            version=self._version(),
            licence=self.toml.text("dataset", "licence") or "",
            language=self.toml.text("dataset", "language") or "en",
            keywords=self.toml.texts("dataset", "keywords"),
            creators=self._agents("creators"),
            publisher=self._agent("publisher", self.toml.table("dataset").get("publisher")),
            homepage=self.toml.text("dataset", "homepage"),
            examples=self.toml.expanded("dataset", "examples", prefixes),
            previous=self.toml.text("dataset", "previous"),
            prefixes=prefixes,
            vocabulary=vocabulary,
            graphs=MappingProxyType(
                {name: f"{base}graph/{name}" for name in GRAPHS} | self.toml.iris("graphs", prefixes, GRAPHS)
            ),
            roles=MappingProxyType({name: roles[name] for name in ROLES if name in roles}),
            certainty=self._certainty(own, prefixes),
            ids=MappingProxyType(IDS | self._patterns()),
            paths=MappingProxyType(PATHS | self.toml.strings("paths")),
            rollup=self._rollup(prefixes),
            aliases=MappingProxyType(self._aliases(prefixes)),
            gates=MappingProxyType(self._gates()),
        )

    def _base(self) -> str:
        base = self.toml.text("dataset", "base")
        if base is None:
            return "https://example.org/unnamed/"
        if not (is_iri(base) and base.startswith(("http://", "https://")) and base.endswith("/")):
            self.toml.report(
                *("wrong-value", "dataset", "base", "the base is an http or https IRI that ends in a slash"),
                value=base,
                fix="write base as https://…/",
            )
        return base

    def _name(self) -> str:
        name = self.toml.text("dataset", "name") or "unnamed"
        if not re.fullmatch(r"[a-z0-9][a-z0-9.-]*", name):
            self.toml.report(
                *("wrong-value", "dataset", "name", "the name is small letters, digits, dots and hyphens"),
                value=name,
                fix=f"write name as {re.sub(r'[^a-z0-9.-]+', '-', name.lower()).strip('-') or 'my-data'}",
            )
        return name

    def _version(self) -> str:
        version = self.toml.text("dataset", "version") or "unversioned"
        if version != "unversioned" and not re.fullmatch(r"\d{4}-\d{2}-\d{2}(?:[.-][0-9A-Za-z]+)?", version):
            self.toml.report(
                *("wrong-value", "dataset", "version", "the version is a date as 2026-01-31"),
                value=version,
                fix="write the date of the release as YYYY-MM-DD",
            )
        return version

    def _prefixes(self, own: str) -> Prefixes:
        table: dict[str, str] = {}
        for prefix, namespace in self.toml.strings("prefixes").items():
            if not is_iri(namespace):
                self.toml.report(
                    "wrong-value", "prefixes", prefix, "a prefix stands for the beginning of an IRI", value=namespace
                )
                continue
            table[prefix] = namespace
        if own not in table.values():
            table.setdefault("v", own)
        return Prefixes(table | {name: iri for name, iri in STANDARD_PREFIXES.items() if name not in table})

    def _certainty(self, own: str, prefixes: Prefixes) -> Certainty:
        table = self.toml.table("certainty")
        values = self.toml.expanded("certainty", "values", prefixes) or tuple(own + name for name in CERTAINTIES)
        bare = self.toml.expanded("certainty", "bare", prefixes) if "bare" in table else values[:2]
        cues: dict[str, frozenset[str]] = {}
        for word in self.toml.table("certainty.cues"):
            allowed = self.toml.expanded("certainty.cues", word, prefixes)
            for unlisted in (iri for iri in allowed if iri not in values and is_iri(iri) and "://" in iri):
                self.toml.report(
                    "wrong-value", "certainty.cues", word, "a cue names a certainty of the list", value=unlisted
                )
            cues[word.casefold()] = frozenset(allowed)
        for unlisted in (iri for iri in bare if iri not in values):
            self.toml.report("wrong-value", "certainty", "bare", "bare names certainties of the list", value=unlisted)
        return Certainty(values, frozenset(bare), MappingProxyType(cues))

    def _patterns(self) -> dict[str, str]:
        patterns = {}
        for kind, pattern in self.toml.strings("ids").items():
            if re.fullmatch(r"[A-Za-z0-9_.-]*%0?\d*d", pattern):
                patterns[kind] = pattern
            else:
                self.toml.report(
                    *("wrong-value", "ids", kind, "an id is letters and one number, written as X%07d"), value=pattern
                )
        return patterns

    def _rollup(self, prefixes: Prefixes) -> Rollup | None:
        if "rollup" not in self.toml.given:
            return None
        found = self.toml.iris("rollup", prefixes, ("property",))
        along = self.toml.expanded("rollup", "along", prefixes)
        return Rollup(found.get("property", SKOS + "broaderTransitive"), along)

    def _aliases(self, prefixes: Prefixes) -> dict[str, tuple[str, ...]]:
        """Give namespace → the other namespaces under which the same things go."""
        found: dict[str, tuple[str, ...]] = {}
        for prefix in self.toml.table("aliases"):
            if prefix not in prefixes:
                self.toml.report(
                    *("wrong-value", "aliases", prefix, "an alias is given for a prefix of [prefixes]"),
                    value=prefix,
                    fix=suggestion(prefix, tuple(name for name, _ in prefixes), otherwise="declare the prefix"),
                )
                continue
            others = self.toml.texts("aliases", prefix)
            for other in others:
                if not is_iri(other):
                    self.toml.report(
                        "wrong-value", "aliases", prefix, "an alias is the beginning of an IRI", value=other
                    )
            found[prefixes[prefix]] = tuple(other for other in others if is_iri(other))
        return found

    def _gates(self) -> dict[str, str]:
        gates = self.toml.strings("gates")
        for code, gate in gates.items():
            if gate not in GATES:
                self.toml.report(
                    *("wrong-value", "gates", code, f"a gate is one of {', '.join(GATES)}"),
                    value=gate,
                    fix=suggestion(gate, GATES, otherwise="choose one of them"),
                )
        return {code: gate for code, gate in gates.items() if gate in GATES}

    def _agents(self, key: str) -> tuple[Agent, ...]:
        given = self.toml.table("dataset").get(key, [])
        if not isinstance(given, list):
            self.toml.wrong_type("dataset", key, "a list of { name = “…” }", given)
            return ()
        return tuple(agent for agent in (self._agent(key, item) for item in given) if agent)

    def _agent(self, key: str, given: object) -> Agent | None:
        if given is None:
            return None
        if isinstance(given, dict) and isinstance(given.get("name"), str) and set(given) <= {"name", "iri", "kind"}:
            iri, kind = given.get("iri"), given.get("kind")
            if (iri is None or (isinstance(iri, str) and is_iri(iri))) and kind in (None, "person", "organization"):
                return Agent(given["name"], iri, kind)
        wanted = "{ name = “…”, iri = “https://…”, kind = “person” or “organization” } with iri and kind optional"
        self.toml.wrong_type("dataset", key, wanted, given)
        return None
