# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports of an audit. They contain no time, so the same columns and rules always make the same text."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Callable, Mapping

from ..errors import InvalidInputError
from ..foreign_text import code_span, table_cell
from .audit import AuditResult, Finding
from .export import csv_row

SCHEMA = "datascan.gate/audit/1"
_MAX_ROWS = 500  # of the Markdown table: step summaries take a megabyte at most
_HEAD = ("fully_qualified_name", "column_name", "table_name", "source", "missing", "forbidden")


def _markdown(audit: AuditResult, cluster: Mapping[str, t.Any]) -> str:
    mark, title = ("\u2705", "Passed") if audit.passed else ("\u274c", "Did not pass")
    name = (
        f"{code_span(cluster.get('name'))} ({code_span(cluster.get('id'))})"
        if cluster.get("name")
        else code_span(cluster.get("id"))
    )
    kept = audit.audited - len(audit.findings)
    blocks = [f"## {mark} {title}", f"Cluster {name}: {kept} of {audit.audited} columns meet the rules."]
    if audit.reasons:
        blocks += ["### Reasons", "\n".join(f"- {code_span(reason)}" for reason in audit.reasons)]
    if audit.findings:
        rows = [_row(finding) for finding in audit.findings[:_MAX_ROWS]]
        head = ["| Column | Table | Source | Lacks | Carries |", "| --- | --- | --- | --- | --- |"]
        blocks += ["### Columns", "\n".join(head + rows)]
    if len(audit.findings) > _MAX_ROWS:
        blocks.append(f"{len(audit.findings) - _MAX_ROWS} more are in the reports in CSV and JSON.")
    return "\n\n".join(blocks) + "\n"


def _row(finding: Finding) -> str:
    facts = [finding.name, finding.column["table_name"], finding.column["source"]]
    cells = [table_cell(text) for text in [*facts, ", ".join(finding.missing), ", ".join(finding.forbidden)]]
    return f"| {' | '.join(cells)} |"


def _csv(audit: AuditResult, cluster: Mapping[str, t.Any]) -> str:
    rows = [
        [*finding.column.values(), "; ".join(finding.missing), "; ".join(finding.forbidden)]
        for finding in audit.findings
    ]
    return "".join(csv_row(cell or "" for cell in row) for row in [_HEAD, *rows])


def _json(audit: AuditResult, cluster: Mapping[str, t.Any]) -> str:
    return json.dumps({"schema": SCHEMA, "cluster": dict(cluster), **audit.facts(cluster, shown=None)}, indent=2) + "\n"


_RENDERERS: dict[str, Callable[[AuditResult, Mapping[str, t.Any]], str]] = {
    "markdown": _markdown,
    "csv": _csv,
    "json": _json,
}


def render(format_: str, audit: AuditResult, cluster: Mapping[str, t.Any]) -> str:
    """The audit of a cluster as one text."""
    if format_ not in _RENDERERS:
        raise InvalidInputError(f"format must be one of {', '.join(_RENDERERS)}, not {format_!r}.")
    return _RENDERERS[format_](audit, cluster)
