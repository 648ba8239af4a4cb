# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict as Markdown, for the step summaries of CI servers. All foreign text is in code spans."""

from __future__ import annotations

import typing as t

from ...foreign_text import NOT_KNOWN, clean_text, code_span, table_cell
from ...models import STATES
from .text import (
    consequence,
    counts_sentence,
    describe_missing,
    describe_reasons,
    duration,
    format_duration,
    format_time,
    headline,
    other_sentences,
    other_vendor_status,
)

if t.TYPE_CHECKING:
    from ...models import Scan
    from ..verdict import ScanVerdict, Verdict

_MARKS = {True: "\u2705", False: "\u274c"}
_SCANS = (
    "",
    "Scan",
    "Provider",
    "State",
    "Started (UTC)",
    "Finished (UTC)",
    "Duration",
    "Issues",
    "Source \u2192 target",
    "Owner",
)


def render(verdict: Verdict) -> str:
    """The verdict as one page of Markdown."""
    blocks = [
        f"## {_MARKS[verdict.passed]} {headline(verdict)}",
        f"{counts_sentence(verdict)} {consequence(verdict)}",
        *_summary_section(verdict),
        *_scans_section(verdict),
        *_reasons_section(verdict),
        *_missing_section(verdict),
    ]
    return "\n\n".join(blocks) + "\n"


def _table(head: tuple[str, ...], rows: list[list[str]], right: tuple[str, ...] = ()) -> str:
    rule = ["---:" if name in right else "---" for name in head]
    return "\n".join(f"| {' | '.join(row)} |" for row in [list(head), rule, *rows])


def _summary_section(verdict: Verdict) -> list[str]:
    counts = {"Total": verdict.summary.get("total", 0)}
    counts |= {state.capitalize(): verdict.summary.get(state, 0) for state in STATES}
    head = tuple(counts)
    return [_table(head, [[str(count) for count in counts.values()]], right=head)]


def _scans_section(verdict: Verdict) -> list[str]:
    if not verdict.scans:
        return []
    rows = [_row(item) for item in verdict.scans]
    return ["### Scans", _table(_SCANS, rows, right=("Duration", "Issues"))]


def _row(item: ScanVerdict) -> list[str]:
    scan = item.scan
    word = other_vendor_status(scan)
    return [
        _MARKS[item.passed],
        _name(scan, table_cell),
        table_cell(scan.provider),
        f"{scan.state.value} ({table_cell(word)})" if word else scan.state.value,
        format_time(scan.started_at),
        format_time(scan.finished_at),
        format_duration(duration(scan)),
        NOT_KNOWN if scan.issue_count is None else str(scan.issue_count),
        f"{table_cell(scan.source)} \u2192 {table_cell(scan.target)}" if scan.source or scan.target else NOT_KNOWN,
        table_cell(scan.owner),
    ]


def _name(scan: Scan, quote: t.Callable[[str | None], str]) -> str:
    return f"{quote(scan.name)} ({quote(scan.id)})" if clean_text(scan.name) else quote(scan.id)


def _reasons_section(verdict: Verdict) -> list[str]:
    lines = [f"- {code_span(reason)}" for reason in other_sentences(verdict)]
    for item in verdict.scans:
        if not item.passed:
            lines.append(f"- {_name(item.scan, code_span)}")
            lines += [f"  - {code_span(reason)}" for reason in describe_reasons(item)]
    return ["### Reasons", "\n".join(lines)] if lines else []


def _missing_section(verdict: Verdict) -> list[str]:
    lines = [f"- {code_span(scan_id)}: {text}" for scan_id, text in describe_missing(verdict).items()]
    return ["### Missing", "\n".join(lines)] if lines else []
