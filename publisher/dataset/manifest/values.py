"""What ``dataset.toml`` says, as frozen values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from publisher.errors import Finding, Severity
from publisher.rdf.prefixes import Prefixes


@dataclass(frozen=True, slots=True)
class Agent:
    """A person or an organisation: a name, and, where they are stated, an IRI and which of the two (``kind``)."""

    name: str
    iri: str | None = None
    kind: str | None = None


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
            kept.append(finding if gate is None else replace(finding, severity=Severity(gate)))
        return tuple(kept)
