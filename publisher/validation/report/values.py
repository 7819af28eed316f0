"""The report: findings in a fixed order, weighed by the gates of the manifest, rendered for people and machines.

It refuses to look for anything: whoever finds writes findings, and the report only orders, counts and shows them.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from publisher.errors import Finding, Severity, UsageError
from publisher.rdf.prefixes import Prefixes
from publisher.validation.report import forms, text
from publisher.validation.report.lines import SourceLines
from publisher.validation.shacl.report import shacl_report
from publisher.validation.shacl.shape import ShapeResult

FORMATS = ("text", "json", "ttl", "html", "sarif")
_RANK = {Severity.VIOLATION: 0, Severity.WARNING: 1, Severity.INFO: 2}


@dataclass(frozen=True, slots=True)
class Report:
    """What a validation found: findings, each once, by file, line and code; ``root`` is where their files are.

    ``shacl`` are the results of a validation by shapes alone: then SHACL decides what conforms (no result of any
    severity), and the Turtle form tells the results as SHACL does. ``prefixes`` are those of the files.
    """

    findings: tuple[Finding, ...] = ()
    root: Path | None = None
    shacl: tuple[ShapeResult, ...] | None = None
    prefixes: Prefixes | None = None

    @classmethod
    def of(
        cls,
        findings: Iterable[Finding],
        *,
        gates: Mapping[str, str] | None = None,
        root: Path | None = None,
        prefixes: Prefixes | None = None,
    ) -> "Report":
        """Make a report of findings in any order; ``gates`` gives a code another severity, or ``off``."""
        weighed = (_weigh(finding, gates or {}) for finding in findings)
        lines = SourceLines(root, prefixes)
        found = {lines.placed(each) for each in weighed if each is not None}
        return cls(tuple(sorted(found, key=_order)), root, prefixes=prefixes)

    @property
    def conforms(self) -> bool:
        """Tell whether no finding is a violation."""
        if self.shacl is not None:
            return not self.shacl
        return all(finding.severity is not Severity.VIOLATION for finding in self.findings)

    @property
    def counts(self) -> dict[str, int]:
        """Give how many findings there are of each severity, worst first, zeros included."""
        found = Counter(finding.severity for finding in self.findings)
        return {severity.value: found[severity] for severity in _RANK}

    @property
    def codes(self) -> dict[str, int]:
        """Give how many findings there are of each code, by name."""
        return dict(sorted(Counter(finding.code for finding in self.findings).items()))

    def render(self, form: str, *, colour: bool = False) -> str:
        """Write the report as ``text``, ``json``, ``ttl``, ``html`` or ``sarif``; raise UsageError for another form.

        Only text has colour, and only where it is asked for.
        """
        lines = SourceLines(self.root, self.prefixes)
        writers: dict[str, Callable[[], str]] = {
            "text": lambda: text.text(self.findings, self.counts, lines=lines, colour=colour),
            "json": lambda: json.dumps(self.as_json(), ensure_ascii=False, indent=2) + "\n",
            "ttl": self._turtle,
            "html": lambda: forms.html(self.findings, self.counts, lines=lines, conforms=self.conforms),
            "sarif": lambda: forms.sarif(self.findings, lines=lines),
        }
        if form not in writers:
            raise UsageError(f"there is no report format {form!r}", fix=f"choose one of {', '.join(FORMATS)}")
        return writers[form]()

    def _turtle(self) -> str:
        if self.shacl is not None:
            return shacl_report(self.shacl)
        return forms.turtle(self.findings, conforms=self.conforms)

    def as_json(self) -> dict[str, Any]:
        """Give the report as plain values for JSON."""
        return {
            "conforms": self.conforms,
            "counts": self.counts,
            "codes": self.codes,
            "findings": [_plain(finding) for finding in self.findings],
        }


def _weigh(finding: Finding, gates: Mapping[str, str]) -> Finding | None:
    gate = gates.get(finding.code)
    if gate == "off":
        return None
    return replace(finding, severity=Severity(gate)) if gate in {each.value for each in Severity} else finding


def _order(finding: Finding) -> tuple[Any, ...]:
    where = (finding.where.file, finding.where.line, finding.where.column) if finding.where else ("", 0, 0)
    rest = (finding.code, finding.focus or "", finding.path or "", finding.value or "", finding.message)
    return (*where, _RANK[finding.severity], *rest, finding.fix or "")


def _plain(finding: Finding) -> dict[str, Any]:
    where = finding.where
    plain = {
        "code": finding.code,
        "severity": finding.severity.value,
        "file": where.file if where else None,
        "line": where.line or None if where else None,
        "column": where.column or None if where else None,
        "focus": finding.focus,
        "path": finding.path,
        "value": finding.value,
        "message": finding.message,
        "fix": finding.fix,
    }
    return {name: value for name, value in plain.items() if value is not None}
