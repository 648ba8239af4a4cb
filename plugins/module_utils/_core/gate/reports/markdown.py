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
from .names import title
from .text import (
    ALLOWED,
    acceptance_lines,
    consequence,
    counts_sentence,
    describe_issues,
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
    middle: list[str] = []
    for section in (_reasons_section, _accepted_section, _missing_section, _issues_section):
        made = section(verdict, left // 2)
        left -= _size(made)
        middle += made
    return "\n\n".join([*head, *middle, *_scans_section(verdict, left)]) + "\n"


def _size(blocks: list[str]) -> int:
    """The bytes of blocks with an empty line after each."""
    return sum(len(block.encode("utf-8", "replace")) + 2 for block in blocks)


def _table(head: tuple[str, ...], rows: list[list[str]], right: tuple[str, ...] = ()) -> str:
    rule = ["---:" if name in right else "---" for name in head]
    return "\n".join(f"| {' | '.join(row)} |" for row in [list(head), rule, *rows])


def _summary_section(verdict: Verdict) -> list[str]:
    if not verdict.scans:
        return []
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
        f"{table_cell(scan.name)} ({table_cell(scan.id)})" if clean_text(scan.name) else table_cell(scan.id),
        table_cell(scan.provider),
        f"{state_text(item)} ({table_cell(word)})" if word else state_text(item),
        format_time(scan.started_at),
        format_time(scan.finished_at),
        format_duration(duration(scan)),
        NOT_KNOWN if scan.issue_count is None else str(scan.issue_count),
        f"{table_cell(scan.source)} \u2192 {table_cell(scan.target)}" if scan.source or scan.target else NOT_KNOWN,
        table_cell(scan.owner),
    ]


def _reasons_section(verdict: Verdict, limit: int) -> list[str]:
    others = [f"- {code_span(reason)}" for reason in other_sentences(verdict)]
    rejected = [item for item in verdict.scans if not item.passed]
    blocks = [_scan_block(item, describe_reasons(item)) for item in rejected]
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
    return _list_section("Missing", lines, limit, "Missing scans")


def _accepted_section(verdict: Verdict, limit: int) -> list[str]:
    lines = [f"- {code_span(line)}" for line in acceptance_lines(verdict)]
    return _list_section("Accepted", lines, limit, "Entries")


def _issues_section(verdict: Verdict, limit: int) -> list[str]:
    """The issues of each scan; scans that did not pass come first."""
    items = [item for item in sorted(verdict.scans, key=lambda item: item.passed) if item.scan.issues]
    blocks = [_scan_block(item, describe_issues(item)) for item in items]
    return _list_section("Issues", blocks, limit, "Scans with issues")


def _scan_block(item: ScanVerdict, texts: Sequence[str]) -> str:
    """A scan, and texts about it below."""
    name, scan_id = title(item.scan), clean_text(item.scan.id)
    named = code_span(name) if name == scan_id else f"{code_span(name)} ({code_span(scan_id)})"
    return "\n".join([f"- {named}", *(f"  - {code_span(text)}" for text in texts)])


def _list_section(head: str, blocks: Sequence[str], limit: int, left_out: str) -> list[str]:
    """A list under its head, and how many of `left_out` do not fit."""
    if not blocks:
        return []
    shown = fit_lines(blocks, limit)
    section = [f"### {head}", "\n".join(shown)]
    if len(shown) < len(blocks):
        section.append(f"{left_out} not listed here: {len(blocks) - len(shown)}.")
    return section
