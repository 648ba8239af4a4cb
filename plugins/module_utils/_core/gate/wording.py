# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The texts of a verdict. No code parses them: code uses the verdict itself."""

from __future__ import annotations

from collections.abc import Sequence

from ..models import Scan, ScanState, iso
from .policy import ADVISE
from .verdict import Reason, Rule, Verdict

NOT_JUDGED_IN_CHECK_MODE = "Check mode does not wait for scans, so there is no verdict."
_STATES = {
    ScanState.QUEUED: "had not started when the wait ended",
    ScanState.RUNNING: "was still running when the wait ended",
    ScanState.FAILED: "failed",
    ScanState.CANCELLED: "was cancelled",
    ScanState.STOPPED: "stopped, but the vendor does not confirm that it completed",
    ScanState.UNKNOWN: "is in an unknown state",
    ScanState.COMPLETED: "completed, which the policy does not accept",
}


def describe(reason: Reason) -> str:
    """A reason as text; for a reason of a scan, the text that follows the scan's name."""
    if reason.scan is not None and reason.rule is Rule.STATES:
        return _describe_state(reason.scan)
    if reason.rule is Rule.MAX_ISSUES:
        return _describe_issues(reason)
    if reason.rule in (Rule.MAX_AGE, Rule.FUTURE_END):
        return _describe_age(reason)
    if reason.rule is Rule.MISSING:
        return "is missing"
    if reason.rule is Rule.UNSEEN:
        return "could not be read during the wait"
    if reason.rule is Rule.INCOMPLETE:
        return "The list of scans is not complete."
    if reason.rule is Rule.NO_SCANS:
        return "There is no scan to judge."
    return str(reason.found)


def sentence(reason: Reason) -> str:
    """A reason as a whole sentence."""
    if reason.scan_id is None:
        return describe(reason)
    label = f"{reason.scan.name} ({reason.scan_id})" if reason.scan and reason.scan.name else reason.scan_id
    is_unknown = reason.scan is not None and reason.found is None
    return f"Scan {label}{':' if is_unknown else ''} {describe(reason)}."


def gate_sentence(verdict: Verdict, reasons: Sequence[Reason] | None = None) -> str:
    """The verdict as one message, with these reasons, by default all."""
    if verdict.passed:
        return f"Gate passed: {len(verdict.scans)} of {len(verdict.scans)} scans."
    named = " ".join(sentence(reason) for reason in (verdict.reasons if reasons is None else reasons))
    return f"Gate failed, but mode is advise: {named}" if verdict.mode == ADVISE else f"Gate failed: {named}"


def _describe_state(scan: Scan) -> str:
    status = scan.vendor_status
    vendor = f" ({scan.provider} says {status})" if status and status.lower() != scan.state.value else ""
    return _STATES[scan.state] + vendor + (f": {scan.error.rstrip('.')}" if scan.error else "")


def _describe_issues(reason: Reason) -> str:
    if reason.found is None:
        return "issues not counted, so max_issues cannot be checked"
    return f"has {reason.found} issues, and {reason.expected} are allowed"


def _describe_age(reason: Reason) -> str:
    if reason.found is None:
        return "end time not known, so max_age cannot be checked"
    if reason.rule is Rule.FUTURE_END:
        return f"finished at {iso(reason.found)}, which is in the future, so max_age cannot be checked"
    return f"finished at {iso(reason.found)}, which is more than {reason.expected} s ago"
