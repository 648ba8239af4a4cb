# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on scans. It never asks the network: it judges what it is given."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..clock import LONGEST
from ..errors import InvalidInputError
from ..models import Judgement, Scan, ScanState, Verdict, iso, summarise

MODES = ("enforce", "advise")


@dataclass(frozen=True)
class Policy:
    """What has to hold for each scan; `max_age` is seconds since the scan finished."""

    states: frozenset[ScanState] = frozenset({ScanState.COMPLETED})
    max_issues: int | None = None
    allow_stopped: bool = False
    allow_missing: bool = False
    max_age: int | None = None


def given_policy(options: Mapping[str, t.Any]) -> Policy:
    """A policy from a user's options; an option that is left out keeps its default."""
    given = {name: value for name, value in options.items() if value is not None}
    for name in ("max_issues", "max_age"):
        if given.get(name, 0) < 0:
            raise InvalidInputError(f"policy.{name} must be 0 or more.")
    if given.get("max_age", 0) > LONGEST:
        raise InvalidInputError(f"policy.max_age must be at most {LONGEST} seconds.")
    if "states" in given:
        given["states"] = frozenset(ScanState(state) for state in given["states"])
    return Policy(**given)


def judge(scans: Sequence[Scan], missing: Sequence[str], policy: Policy, mode: str, now: datetime) -> Verdict:
    """Pass only what is known to be good; no scan at all is nothing good."""
    judgements = []
    for scan in scans:
        reasons = _reasons(scan, policy, now)
        judgements.append(Judgement(scan=scan, passed=not reasons, reasons=reasons))
    reasons = [f"{_label(item.scan)} {reason}." for item in judgements for reason in item.reasons]
    if not policy.allow_missing:
        reasons += [f"Scan {scan_id} is missing." for scan_id in missing]
        if not scans and not missing:
            reasons.append("There is no scan to judge.")
    return Verdict(
        passed=not reasons,
        mode=mode,
        reasons=reasons,
        summary=summarise(scans),
        judgements=judgements,
        missing=list(missing),
    )


def _label(scan: Scan) -> str:
    return f"Scan {scan.name} ({scan.id})" if scan.name else f"Scan {scan.id}"


def _reasons(scan: Scan, policy: Policy, now: datetime) -> list[str]:
    """Why a scan does not pass, as the rest of a sentence that begins with its name."""
    reasons = []
    states = policy.states | ({ScanState.STOPPED} if policy.allow_stopped else frozenset())
    if scan.state not in states:
        reasons.append(_state_reason(scan))
    if policy.max_issues is not None:
        if scan.issue_count is None:
            reasons.append("has no count of issues yet, so max_issues cannot be kept")
        elif scan.issue_count > policy.max_issues:
            reasons.append(f"has {scan.issue_count} issues, and {policy.max_issues} are allowed")
    if policy.max_age is not None:
        if scan.finished_at is None:
            reasons.append("has no time of finishing, so max_age cannot be kept")
        elif now - scan.finished_at > timedelta(seconds=policy.max_age):
            # Named by its time, not by its age: the same verdict has to read the same in every run.
            reasons.append(f"finished at {iso(scan.finished_at)}, which is more than {policy.max_age} s ago")
    return reasons


_STATE_REASONS = {
    ScanState.QUEUED: "had not started when the wait ended",
    ScanState.RUNNING: "was still running when the wait ended",
    ScanState.FAILED: "failed",
    ScanState.CANCELLED: "was cancelled",
    ScanState.STOPPED: "stopped, and nobody says that it completed",
    ScanState.UNKNOWN: "is in a state that nobody knows",
    ScanState.COMPLETED: "completed, which the policy does not accept",
}


def _state_reason(scan: Scan) -> str:
    vendor = scan.vendor_status
    word = f" ({scan.provider} says {vendor})" if vendor and vendor.lower() != scan.state.value else ""
    return _STATE_REASONS[scan.state] + word + (f": {scan.error.rstrip('.')}" if scan.error else "")
