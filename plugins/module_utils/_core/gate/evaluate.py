# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge scans, write the reports, and close the gate where the policy is not met."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..clock import Clock
from ..errors import GateFailedError
from ..files import FileChange, write_if_changed
from ..models import ACTIVE, Verdict, given_scan
from .reports.render import render
from .verdict import Policy, judge


@dataclass(frozen=True)
class GateRequest:
    """What scan_gate is asked for; `reports` are pairs of a format and a path."""

    scans: Sequence[Mapping[str, t.Any]]
    missing: Sequence[str] = ()
    policy: Policy = field(default_factory=Policy)
    mode: str = "enforce"  # or advise
    reports: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class GateResult:
    """The verdict, and the reports that were written."""

    changed: bool
    passed: bool
    reasons: list[str]
    summary: dict[str, int]
    msg: str
    reports: list[str] = field(default_factory=list)
    file_changes: list[FileChange] = field(default_factory=list)


def evaluate_gate(request: GateRequest, clock: Clock, check_mode: bool) -> GateResult:
    """Judge; raises GateFailedError in mode enforce, after the reports were written.

    In check mode no file is written, and a scan that has not finished closes no gate: nothing was waited for.
    """
    scans = [given_scan(value, f"scans[{number}]") for number, value in enumerate(request.scans)]
    verdict = judge(scans, request.missing, request.policy, request.mode, clock.now())
    changes = [
        write_if_changed(dest, render(format_, verdict), dry_run=check_mode) for format_, dest in request.reports
    ]
    result = GateResult(
        changed=any(change.changed for change in changes),
        passed=verdict.passed,
        reasons=verdict.reasons,
        summary=verdict.summary,
        msg=_sentence(verdict),
        reports=[dest for _format, dest in request.reports],
        file_changes=changes,
    )
    open_in_check_mode = check_mode and _only_unfinished(verdict, request.policy)
    if verdict.passed or request.mode == "advise" or open_in_check_mode:
        return result
    raise GateFailedError(result.msg, result=result)


def _only_unfinished(verdict: Verdict, policy: Policy) -> bool:
    """Whether all that keeps the gate closed is scans that have not finished."""
    closing = [judgement.scan for judgement in verdict.judgements if not judgement.passed]
    missing = verdict.missing and not policy.allow_missing
    return bool(closing) and not missing and all(scan.state in ACTIVE for scan in closing)


def _sentence(verdict: Verdict) -> str:
    if verdict.passed:
        count = len(verdict.judgements)
        return f"The gate is open: {count} of {count} scans pass."
    word = "closed" if verdict.mode == "enforce" else "open by advice only (mode: advise)"
    return f"The gate is {word}: {' '.join(verdict.reasons)}"
