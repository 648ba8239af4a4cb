# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports of an audit, as pieces of text, so that a report of any size needs little memory.

They contain no time, so the same columns and rules always make the same text. Every report shows how the audit
ended, and which columns it left out.
"""

from __future__ import annotations

import json
import typing as t
from collections.abc import Callable, Iterable, Iterator, Mapping

from ..errors import InvalidInputError
from ..foreign_text import MAX_MARKDOWN, clean_text, code_span, fit_lines, table_cell
from ..text import escape_commands
from .audit_tally import Finding
from .audit_verdict import AuditVerdict
from .export import csv_row

SCHEMA = "datascan.gate/audit/1"
_HEAD = ("fully_qualified_name", "column_name", "table_name", "source", "note", "missing", "forbidden")
_NOTES = 1000  # bytes of a page in Markdown for headings and the sentences about what does not fit
_UNREADABLE = "has tags that cannot be read"


def audit_facts(verdict: AuditVerdict) -> dict[str, t.Any]:
    """What an audit found, apart from single columns, as JSON values."""
    tally, scope = verdict.tally, verdict.scope
    return {
        "complete": verdict.complete,
        "audited": tally.audited,
        "total_count": verdict.total_count,
        "failed_columns": tally.failed,
        "missing": dict(sorted(tally.missing.items())),
        "forbidden": dict(sorted(tally.forbidden.items())),
        "unreadable": tally.unreadable,
        "filter": scope.filter,
        "search_text": scope.search_text,
    }


def _markdown(verdict: AuditVerdict, findings: Iterable[Finding], mode: str) -> Iterator[str]:
    mark, title = ("\u2705", "Passed") if verdict.passed else ("\u274c", "Did not pass")
    head = f"## {mark} {title}\n\n{_markdown_counts(verdict)}\n"
    if verdict.scope.note:
        head += f"\n{code_span(verdict.scope.note)}\n"
    yield head
    left = MAX_MARKDOWN - _NOTES - len(head.encode())
    reasons = [f"- {code_span(reason)}" for reason in verdict.reasons]
    shown = fit_lines(reasons, left // 2)
    if shown:
        yield "\n### Reasons\n\n" + "".join(f"{line}\n" for line in shown)
    if len(shown) < len(reasons):
        yield f"\nReasons not listed here: {len(reasons) - len(shown)}.\n"
    rows = fit_lines([_row(finding) for finding in verdict.tally.examples], left // 2)
    if rows:
        yield f"\n### Columns\n\n| Column | Table | Source | Lacks | Carries | Note |\n|{' --- |' * 6}\n"
        yield from (f"{row}\n" for row in rows)
    if verdict.tally.failed > len(rows):
        yield f"\n{verdict.tally.failed - len(rows)} more are in the reports in CSV and JSON.\n"


def _markdown_counts(verdict: AuditVerdict) -> str:
    cluster, tally = verdict.scope.cluster, verdict.tally
    counts = f"{tally.audited - tally.failed} of {tally.audited} columns meet the rules."
    if cluster is None:
        return counts
    name = f"{code_span(cluster.name)} ({code_span(cluster.id)})" if cluster.name else code_span(cluster.id)
    return f"Cluster {name}: {counts}"


def _row(finding: Finding) -> str:
    facts = [finding.name, finding.table_name, finding.source]
    lists = [", ".join(finding.missing), ", ".join(finding.forbidden)]
    cells = [table_cell(text) for text in [*facts, *lists, _UNREADABLE if finding.unreadable else ""]]
    return f"| {' | '.join(cells)} |"


def _csv(verdict: AuditVerdict, findings: Iterable[Finding], mode: str) -> Iterator[str]:
    yield csv_row(_HEAD)
    for finding in findings:
        facts = (finding.fully_qualified_name, finding.column_name, finding.table_name, finding.source)
        note = _UNREADABLE if finding.unreadable else ""
        lists = ("; ".join(finding.missing), "; ".join(finding.forbidden))
        yield csv_row(cell or "" for cell in (*facts, note, *lists))
    # A file without a row for a column must not look like an audit that passed.
    for note in filter(None, [*verdict.other_reasons, verdict.scope.note]):
        yield csv_row(["", "", "", "", clean_text(note), "", ""])


def _json(verdict: AuditVerdict, findings: Iterable[Finding], mode: str) -> Iterator[str]:
    cluster = verdict.scope.cluster
    facts = {
        "schema": SCHEMA,
        "cluster": cluster and cluster.model_dump(mode="json"),
        "passed": verdict.passed,
        "mode": mode,
        "msg": clean_text(verdict.message()),
        "reasons": [clean_text(reason) for reason in verdict.reasons],
        **audit_facts(verdict),
    }
    facts["failed"] = facts.pop("failed_columns")
    yield escape_commands(json.dumps(facts, indent=2))[: -len("\n}")] + ',\n  "findings": ['
    before = "\n"
    for finding in findings:
        yield f"{before}    {escape_commands(json.dumps(finding.facts()))}"
        before = ",\n"
    yield ("]" if before == "\n" else "\n  ]") + "\n}\n"


_Renderer = Callable[[AuditVerdict, Iterable[Finding], str], Iterator[str]]
_RENDERERS: Mapping[str, _Renderer] = {"markdown": _markdown, "csv": _csv, "json": _json}
AUDIT_FORMATS: tuple[str, ...] = tuple(_RENDERERS)


def needs_all_findings(format_: str) -> bool:
    """Whether a report contains every finding, and not only the first `MAX_EXAMPLES`."""
    return format_ != "markdown"


def render_audit(format_: str, verdict: AuditVerdict, findings: Iterable[Finding], mode: str) -> Iterator[str]:
    """A report in one of `AUDIT_FORMATS`, in pieces; `findings` are all of them."""
    if format_ not in _RENDERERS:
        raise InvalidInputError(f"format must be one of {', '.join(AUDIT_FORMATS)}, not {format_!r}.")
    return _RENDERERS[format_](verdict, findings, mode)
