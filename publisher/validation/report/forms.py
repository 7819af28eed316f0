"""A report as SHACL validation report in Turtle, as a page, and as SARIF 2.1.0 for code hosts and editors."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import quote

from publisher.errors import Finding, Severity
from publisher.rdf import quads
from publisher.rdf.names import SH
from publisher.rdf.prefixes import is_iri
from publisher.validation.report.lines import SourceLines
from publisher.validation.shacl.report import report_of

_SEVERITIES = {Severity.VIOLATION: "sh:Violation", Severity.WARNING: "sh:Warning", Severity.INFO: "sh:Info"}
_LEVELS = {Severity.VIOLATION: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_OWN = "urn:exportin:finding:"
_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;"
    "border-bottom:1px solid #ccc}td{overflow-wrap:anywhere}code,pre{font-size:.9em}"
    "pre{white-space:pre-wrap;margin:.4rem 0 0}td:nth-child(4){min-width:24rem}"
    ".violation{color:#a40000}.warning{color:#7a4b00}.info{color:#004a7a}"
    "@media(prefers-color-scheme:dark){body{background:#111;color:#eee}.violation{color:#ff8a80}"
    ".warning{color:#ffd180}.info{color:#82b1ff}a{color:#82b1ff}}"
)


def turtle(findings: Sequence[Finding], *, conforms: bool) -> str:
    """Write a sh:ValidationReport with one result for each finding (SHACL section 3.6)."""
    return report_of((_result(finding) for finding in findings), conforms=conforms)


def _result(finding: Finding) -> Iterator[str]:
    yield "a sh:ValidationResult"
    focus = finding.focus or f"{_OWN}file:{quote(finding.where.file) if finding.where else 'dataset'}"
    yield f"sh:focusNode {_node(focus)}"
    if finding.path and is_iri(finding.path):
        yield f"sh:resultPath {quads.iri(finding.path)}"
    if finding.value is not None:
        yield f"sh:value {_node(finding.value)}"
    yield f"sh:resultSeverity {_SEVERITIES[finding.severity]}"
    yield f"sh:sourceConstraintComponent {quads.iri(component_of(finding.code))}"
    place = f"{finding.where}: " if finding.where else ""
    yield f"sh:resultMessage {quads.literal(place + _with_step(finding), language='en')}"


def _with_step(finding: Finding) -> str:
    return f"{finding.message.rstrip('.')}. Next: {finding.fix}." if finding.fix else finding.message


def _node(text: str) -> str:
    return quads.iri(text) if is_iri(text) and not text.startswith("_:") and " " not in text else quads.literal(text)


def component_of(code: str) -> str:
    """Give the constraint component of a finding's code: SHACL's own for SHACL's codes, else one of ours.

    >>> component_of("shape.min-count")
    'http://www.w3.org/ns/shacl#MinCountConstraintComponent'
    """
    name = code.removeprefix("shape.")
    if name == code or name in {"malformed", "by-reference", "constraint"}:
        return _OWN + code
    spelled = "".join(part.capitalize() for part in name.split("-")).replace("Sparql", "SPARQL")
    return f"{SH}{spelled}ConstraintComponent"


def code_of(component: str) -> str:
    """Give the code of a constraint component: SHACL's own in words, any other ``shape.constraint``.

    >>> code_of("http://www.w3.org/ns/shacl#MinCountConstraintComponent")
    'shape.min-count'
    """
    match = re.fullmatch(re.escape(SH) + r"(\w+)ConstraintComponent", component)
    if match is None:
        return "shape.constraint"
    return "shape." + re.sub(r"(?<=[a-z])(?=[A-Z])", "-", match[1]).lower()


def html(findings: Sequence[Finding], counts: Mapping[str, int], *, lines: SourceLines, conforms: bool) -> str:
    """Write the report as one page that needs nothing else, with the line of each finding and a mark in it."""
    verdict = "The data conforms." if conforms else "The data does not conform."
    told = ", ".join(f"{count} {name}" for name, count in counts.items())
    rows = "\n".join(_row(finding, lines) for finding in findings)
    table = (
        "<table><thead><tr><th>Severity</th><th>Code</th><th>Where</th><th>What</th><th>About</th></tr></thead>"
        f"<tbody>\n{rows}\n</tbody></table>"
        if findings
        else "<p>There are no findings.</p>"
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Validation report</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head>\n<body><main><h1>Validation report</h1>\n"
        f"<p><strong>{verdict}</strong> Findings: {told}.</p>\n{table}\n</main></body></html>\n"
    )


def _row(finding: Finding, lines: SourceLines) -> str:
    about = " · ".join(f"<code>{escape(text)}</code>" for text in (finding.focus, finding.path, finding.value) if text)
    step = f"<br><em>Next: {escape(finding.fix)}</em>" if finding.fix else ""
    level = finding.severity.value
    return (
        f'<tr><td class="{level}">{level}</td><td><code>{escape(finding.code)}</code></td>'
        f"<td><code>{escape(str(finding.where or ''))}</code></td>"
        f"<td>{escape(finding.message)}{step}{_marked(finding, lines)}</td><td>{about}</td></tr>"
    )


def _marked(finding: Finding, lines: SourceLines) -> str:
    source = lines.at(finding.where) if finding.where else None
    if source is None:
        return ""
    start, end = lines.span(finding)
    before, marked, after = source[:start].lstrip(), source[start:end], source[end:]
    return f"<pre>{escape(before)}<mark>{escape(marked)}</mark>{escape(after)}</pre>"


def sarif(findings: Sequence[Finding], *, lines: SourceLines) -> str:
    """Write SARIF 2.1.0 (OASIS), which code hosts show at the lines of a change."""
    rules = [_sarif_rule(code) for code in sorted({finding.code for finding in findings})]
    run = {
        "tool": {"driver": {"name": "exportin", "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": [_sarif_result(finding, lines) for finding in findings],
    }
    document = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _sarif_rule(code: str) -> dict[str, Any]:
    words = {"text": code.replace(".", ": ").replace("-", " ")}
    told = {"text": f"The reference of findings tells what {code} means, and how heavy it is."}
    return {"id": code, "shortDescription": words, "fullDescription": words, "help": told}


def _sarif_result(finding: Finding, lines: SourceLines) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "level": _LEVELS[finding.severity],
        "message": {"text": _with_step(finding)},
    }
    if finding.where:
        place: dict[str, Any] = {"artifactLocation": {"uri": quote(finding.where.file)}}
        if finding.where.line:
            place["region"] = {"startLine": finding.where.line}
            source = lines.at(finding.where)
            if source:
                start, end = lines.span(finding)
                place["region"] |= {"startColumn": start + 1, "endColumn": end + 1, "snippet": {"text": source}}
        result["locations"] = [{"physicalLocation": place}]
    if finding.focus:
        result.setdefault("locations", [{}])[0]["logicalLocations"] = [{"fullyQualifiedName": finding.focus}]
    return result
