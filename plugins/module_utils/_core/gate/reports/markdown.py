# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict as Markdown, for the step summaries of CI servers.

All foreign text stands in code spans: the only place where Markdown, its dialects and their servers' own additions
(tables, HTML, links, mentions, references to issues) leave every character alone.
"""

from __future__ import annotations

import re
import typing as t

from ...models import STATES
from .text import (
    ALLOWED,
    MISSING,
    NOTHING,
    consequence,
    is_blocking,
    other_reasons,
    plain,
    reasons,
    seconds,
    span,
    tally,
    title,
    vendor_word,
    when,
)

if t.TYPE_CHECKING:
    from ...models import Judgement, Scan, Verdict

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
        f"## {_MARKS[verdict.passed]} {title(verdict)}",
        f"{tally(verdict)} {consequence(verdict)}",
        *_summary(verdict),
        *_scans(verdict),
        *_reasons(verdict),
        *_missing(verdict),
    ]
    return "\n\n".join(blocks) + "\n"


def code(value: str | None) -> str:
    """Foreign text as a code span, or a dash."""
    text = plain(value)
    if not text:
        return NOTHING
    # The fence is longer than any run of backticks inside.
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if longest else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def cell(value: str | None) -> str:
    """The same inside a table, where a pipe ends the cell even in a code span."""
    # Dialects differ on two backslashes before a pipe, so a backslash of the text keeps its distance.
    return code(value).replace("\\|", "\\ |").replace("|", "\\|")


def _table(head: tuple[str, ...], rows: list[list[str]], right: tuple[str, ...] = ()) -> str:
    rule = ["---:" if name in right else "---" for name in head]
    return "\n".join(f"| {' | '.join(row)} |" for row in [list(head), rule, *rows])


def _summary(verdict: Verdict) -> list[str]:
    counts = {"Total": verdict.summary.get("total", 0)}
    counts |= {state.capitalize(): verdict.summary.get(state, 0) for state in STATES}
    head = tuple(counts)
    return [_table(head, [[str(count) for count in counts.values()]], right=head)]


def _scans(verdict: Verdict) -> list[str]:
    if not verdict.judgements:
        return []
    rows = [_row(judgement) for judgement in verdict.judgements]
    return ["### Scans", _table(_SCANS, rows, right=("Duration", "Issues"))]


def _row(judgement: Judgement) -> list[str]:
    scan = judgement.scan
    word = vendor_word(scan)
    return [
        _MARKS[judgement.passed],
        _name(scan, cell),
        cell(scan.provider),
        f"{scan.state.value} ({cell(word)})" if word else scan.state.value,
        when(scan.started_at),
        when(scan.finished_at),
        span(seconds(scan)),
        NOTHING if scan.issue_count is None else str(scan.issue_count),
        f"{cell(scan.source)} \u2192 {cell(scan.target)}" if scan.source or scan.target else NOTHING,
        cell(scan.owner),
    ]


def _name(scan: Scan, quote: t.Callable[[str | None], str]) -> str:
    return f"{quote(scan.name)} ({quote(scan.id)})" if plain(scan.name) else quote(scan.id)


def _reasons(verdict: Verdict) -> list[str]:
    lines = [f"- {code(reason)}" for reason in other_reasons(verdict)]
    for judgement in verdict.judgements:
        if not judgement.passed:
            lines.append(f"- {_name(judgement.scan, code)}")
            lines += [f"  - {code(reason)}" for reason in reasons(judgement)]
    return ["### Reasons", "\n".join(lines)] if lines else []


def _missing(verdict: Verdict) -> list[str]:
    lines = [f"- {code(each)}: {MISSING if is_blocking(verdict, each) else ALLOWED}" for each in verdict.missing]
    return ["### Missing", "\n".join(lines)] if lines else []
