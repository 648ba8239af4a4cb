# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict as Markdown, for the step summaries of CI servers. All foreign text is in code spans.

A page has at most `MAX_MARKDOWN` bytes. What did not pass comes first, and what does not fit is counted.
"""

from __future__ import annotations

import typing as t

from ...foreign_text import MAX_MARKDOWN, NOT_KNOWN, clean_text, code_span, fit_lines, table_cell
from ...models import STATES
from .text import (
    ALLOWED,
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
    state_text,
    wait_sentence,
)

if t.TYPE_CHECKING:
    from collections.abc import Sequence

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


_NOTES = 1000  # bytes kept for the sentences about what does not fit


def render(verdict: Verdict) -> str:
    """The verdict as one page of Markdown."""
    head = [
        f"## {_MARKS[verdict.passed]} {headline(verdict)}",
        " ".join(filter(None, [counts_sentence(verdict), wait_sentence(verdict), consequence(verdict)])),
        *_summary_section(verdict),
    ]
    left = MAX_MARKDOWN - _NOTES - _size(head)
    reasons = _reasons_section(verdict, left // 2)
    left -= _size(reasons)
    missing = _missing_section(verdict, left // 2)
    left -= _size(missing)
    return "\n\n".join([*head, *reasons, *missing, *_scans_section(verdict, left)]) + "\n"


def _size(blocks: list[str]) -> int:
    """The bytes of blocks with an empty line after each."""
    return sum(len(block.encode("utf-8", "replace")) + 2 for block in blocks)


def _table(head: tuple[str, ...], rows: list[list[str]], right: tuple[str, ...] = ()) -> str:
    rule = ["---:" if name in right else "---" for name in head]
    return "\n".join(f"| {' | '.join(row)} |" for row in [list(head), rule, *rows])


def _summary_section(verdict: Verdict) -> list[str]:
    counts = {"Total": verdict.summary.get("total", 0)}
    counts |= {state.capitalize(): verdict.summary.get(state, 0) for state in STATES}
    head = tuple(counts)
    return [_table(head, [[str(count) for count in counts.values()]], right=head)]


def _scans_section(verdict: Verdict, limit: int) -> list[str]:
    """The table of scans, those that did not pass first."""
    if not verdict.scans:
        return []
    items = sorted(verdict.scans, key=lambda item: item.passed)
    rows = [f"| {' | '.join(_row(item))} |" for item in items]
    head = _table(_SCANS, [], right=("Duration", "Issues"))
    shown = fit_lines(rows, limit - len(head.encode()))
    section = ["### Scans", "\n".join([head, *shown])]
    return section + _left_out(items[len(shown) :], "not in this table")


def _left_out(items: Sequence[ScanVerdict], where: str) -> list[str]:
    """How many scans a list leaves out."""
    if not items:
        return []
    rejected = sum(not item.passed for item in items)
    return [f"Scans {where}: {len(items)} ({rejected} did not pass, {len(items) - rejected} passed)."]


def _row(item: ScanVerdict) -> list[str]:
    scan = item.scan
    word = other_vendor_status(scan)
    return [
        _MARKS[item.passed],
        _name(scan, table_cell),
        table_cell(scan.provider),
        f"{state_text(item)} ({table_cell(word)})" if word else state_text(item),
        format_time(scan.started_at),
        format_time(scan.finished_at),
        format_duration(duration(scan)),
        NOT_KNOWN if scan.issue_count is None else str(scan.issue_count),
        f"{table_cell(scan.source)} \u2192 {table_cell(scan.target)}" if scan.source or scan.target else NOT_KNOWN,
        table_cell(scan.owner),
    ]


def _name(scan: Scan, quote: t.Callable[[str | None], str]) -> str:
    return f"{quote(scan.name)} ({quote(scan.id)})" if clean_text(scan.name) else quote(scan.id)


def _reasons_section(verdict: Verdict, limit: int) -> list[str]:
    others = [f"- {code_span(reason)}" for reason in other_sentences(verdict)]
    rejected = [item for item in verdict.scans if not item.passed]
    blocks = [
        "\n".join([f"- {_name(item.scan, code_span)}", *(f"  - {code_span(text)}" for text in describe_reasons(item))])
        for item in rejected
    ]
    if not others and not blocks:
        return []
    shown = fit_lines([*others, *blocks], limit)
    section = ["### Reasons", "\n".join(shown)]
    if len(shown) < len(others):
        section.append(f"Reasons not listed here: {len(others) - len(shown)}.")
    return section + _left_out(rejected[max(0, len(shown) - len(others)) :], "not listed here")


def _missing_section(verdict: Verdict, limit: int) -> list[str]:
    missing = sorted(describe_missing(verdict).items(), key=lambda entry: entry[1] == ALLOWED)
    lines = [f"- {code_span(scan_id)}: {text}" for scan_id, text in missing]
    if not lines:
        return []
    shown = fit_lines(lines, limit)
    section = ["### Missing", "\n".join(shown)]
    if len(shown) < len(lines):
        section.append(f"Missing scans not listed here: {len(lines) - len(shown)}.")
    return section
