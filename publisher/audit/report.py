"""What came of an audit, for a person as a test runner tells it, and for programs: JSON, JUnit, SARIF 2.1.0."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

from publisher.audit.probe import Outcome, Result
from publisher.errors import UsageError

FORMATS = ("text", "json", "junit", "sarif")
_WORDS = {Outcome.PASSED: "ok", Outcome.FAILED: "FAILED", Outcome.SKIPPED: "skipped"}
_COLOURS = {Outcome.PASSED: "32", Outcome.FAILED: "31", Outcome.SKIPPED: "33"}

_URI = "%:/?#[]@!$&'()*+,;=~"


@dataclass(frozen=True, slots=True)
class Report:
    """The results of all probes of one site, in the order in which they ran."""

    site: str
    results: tuple[Result, ...]
    requests: int
    seconds: float

    @property
    def conforms(self) -> bool:
        """Tell whether no probe failed."""
        return all(result.outcome is not Outcome.FAILED for result in self.results)

    @property
    def counts(self) -> dict[str, int]:
        """Give how many probes passed, failed and were skipped, zeros included."""
        found = Counter(result.outcome for result in self.results)
        return {outcome.value: found[outcome] for outcome in Outcome}

    def render(self, form: str, *, colour: bool = False) -> str:
        """Write the report as ``text``, ``json``, ``junit`` or ``sarif``; raise UsageError for another form."""
        forms: dict[str, Callable[[], str]] = {
            "text": lambda: "\n".join(self._text(colour=colour)) + "\n",
            "json": lambda: json.dumps(self._plain(), ensure_ascii=False, indent=2) + "\n",
            "junit": lambda: "\n".join(self._junit()) + "\n",
            "sarif": lambda: json.dumps(self._sarif(), ensure_ascii=False, indent=2) + "\n",
        }
        if form not in forms:
            raise UsageError(f"there is no report format {form!r}", fix=f"choose one of {', '.join(FORMATS)}")
        return forms[form]()

    def _text(self, *, colour: bool) -> Iterator[str]:
        def painted(words: str, code: str) -> str:
            return f"\x1b[{code}m{words}\x1b[0m" if colour else words

        for group in dict.fromkeys(result.probe.group for result in self.results):
            yield painted(group, "1")
            own = [result for result in self.results if result.probe.group == group]
            for (outcome, _), alike in groupby(own, key=_together):
                first, *others = alike
                word = painted(f"{_WORDS[outcome]:7}", _COLOURS[outcome])
                name = f"{first.probe.name} and {len(others)} more" if others else first.probe.name
                yield f"  {word} {name:32} {_short(first.seen)}"
            yield ""
        for result in self._failed():
            yield f"{painted(f'error[{result.probe.name}]', '1;31')}: {result.probe.wanted} is wanted"
            yield f"  {painted('-->', '34')} {result.url}"
            yield f"   = found: {result.seen}"
            yield f"   = {painted('help', '32')}: {result.probe.fix}"
            yield ""
        told = ", ".join(f"{count} {name}" for name, count in self.counts.items() if count) or "no probes"
        yield f"{self.site}: {told}; {self.requests} requests in {self.seconds:.1f} s"

    def _failed(self) -> list[Result]:
        return [result for result in self.results if result.outcome is Outcome.FAILED]

    def _plain(self) -> dict[str, Any]:
        return {
            "site": self.site,
            "conforms": self.conforms,
            "counts": self.counts,
            "requests": self.requests,
            "seconds": round(self.seconds, 3),
            "probes": [
                {
                    "name": result.probe.name,
                    "outcome": result.outcome.value,
                    "url": result.url,
                    "seen": result.seen,
                    "wanted": result.probe.wanted,
                    "fix": result.probe.fix,
                    "seconds": round(result.seconds, 3),
                }
                for result in self.results
            ],
        }

    def _junit(self) -> Iterator[str]:
        counts = f'tests="{len(self.results)}" failures="{len(self._failed())}" skipped="{self.counts["skipped"]}"'
        yield '<?xml version="1.0" encoding="UTF-8"?>'
        yield f'<testsuites name="exportin audit" {counts} time="{self.seconds:.3f}">'
        for group in dict.fromkeys(result.probe.group for result in self.results):
            own = [result for result in self.results if result.probe.group == group]
            failures, skipped = (sum(x.outcome is y for x in own) for y in (Outcome.FAILED, Outcome.SKIPPED))
            time = sum(result.seconds for result in own)
            yield (
                f'  <testsuite name={quoteattr(group)} tests="{len(own)}" failures="{failures}" '
                f'skipped="{skipped}" errors="0" time="{time:.3f}">'
            )
            for result in own:
                yield from _case(result)
            yield "  </testsuite>"
        yield "</testsuites>"

    def _sarif(self) -> dict[str, Any]:
        rules = [
            {
                "id": result.probe.name,
                "shortDescription": {"text": result.probe.wanted},
                "help": {"text": result.probe.fix},
            }
            for result in self.results
        ]
        found = [
            {
                "ruleId": result.probe.name,
                "level": "error",
                "message": {"text": f"{result.seen}. Wanted: {result.probe.wanted}. Next: {result.probe.fix}."},
                "locations": [{"physicalLocation": {"artifactLocation": {"uri": quote(result.url, safe=_URI)}}}],
            }
            for result in self._failed()
        ]
        run = {"tool": {"driver": {"name": "exportin", "rules": rules}}, "results": found}
        return {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}


def _together(result: Result) -> tuple[Outcome, str]:
    """Give what results must share to be shown in one line: neighbours that were skipped for one reason."""
    return result.outcome, result.seen if result.outcome is Outcome.SKIPPED else result.probe.name


def _case(result: Result) -> Iterator[str]:
    name = f'name={quoteattr(result.probe.name)} classname="exportin.audit.{result.probe.group}"'
    start = f'    <testcase {name} time="{result.seconds:.3f}"'
    if result.outcome is Outcome.PASSED:
        yield f"{start}/>"
        return
    yield f"{start}>"
    if result.outcome is Outcome.SKIPPED:
        yield f"      <skipped message={quoteattr(result.seen)}/>"
    else:
        words = f"{result.url}: {result.seen}. Wanted: {result.probe.wanted}. Next: {result.probe.fix}."
        yield f"      <failure type={quoteattr(result.probe.name)} message={quoteattr(words)}/>"
    yield "    </testcase>"


def _short(text: str, width: int = 100) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
