# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The texts of a verdict. No code parses them: code uses the verdict itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ..models import ScanState, iso
from .acceptance import EXPIRED, USED, Acceptance, AcceptanceUse
from .policy import ADVISE
from .verdict import Reason, Rule, Verdict

NOT_JUDGED_IN_CHECK_MODE = "Check mode does not wait for scans, so there is no verdict."
_MAX_NAMED = 3  # issues in a message
_MAX_NOTES = 3  # entries of policy.accepted in a message
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
    if reason.rule in _DESCRIPTIONS:
        return _DESCRIPTIONS[reason.rule](reason)
    return _TEXTS.get(reason.rule) or str(reason.found)


def sentence(reason: Reason) -> str:
    """A reason as a whole sentence."""
    if reason.scan_id is None:
        return describe(reason)
    named = reason.scan.label if reason.scan else reason.scan_id
    is_unknown = reason.scan is not None and reason.found is None
    return f"Scan {named}{':' if is_unknown else ''} {describe(reason)}."


def count_of(number: int, noun: str) -> str:
    """A number with its noun, such as `1 scan` and `2 scans`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def acceptance_subject(entry: Acceptance) -> str:
    """What an entry of `policy.accepted` names."""
    if entry.issue is None:
        return f"scan {entry.scan}"
    return f"issue {entry.issue} of {f'scan {entry.scan}' if entry.scan else 'every scan'}"


def acceptance_sentence(use: AcceptanceUse) -> str:
    """An entry of `policy.accepted` and what became of it."""
    entry, end = use.entry, iso(use.entry.until)
    about = f"{acceptance_subject(entry)} ({entry.reason.rstrip('.')})"
    if use.status == USED:
        return f"Accepted until {end}: {about}."
    if use.status == EXPIRED:
        return f"Not accepted since {end}: {about}."
    return f"Accepted, but not found or not needed: {about}."


def gate_sentence(verdict: Verdict, reasons: Sequence[Reason] | None = None) -> str:
    """The verdict as one message, with these reasons, by default all, and with what was accepted."""
    notes = _acceptance_notes(verdict)
    if verdict.passed:
        return " ".join([f"Gate passed: {len(verdict.scans)} of {count_of(len(verdict.scans), 'scan')}.", *notes])
    named = [sentence(reason) for reason in (verdict.reasons if reasons is None else reasons)]
    head = "Gate failed, but mode is advise:" if verdict.mode == ADVISE else "Gate failed:"
    return " ".join([head, *named, *notes])


def _acceptance_notes(verdict: Verdict) -> list[str]:
    """The first entries of `policy.accepted` as sentences. The result and the reports have all of them."""
    notes = [acceptance_sentence(use) for use in verdict.accepted]
    more = len(notes) - _MAX_NOTES
    return notes if more <= 0 else [*notes[:_MAX_NOTES], f"{more} more entries of policy.accepted are in the result."]


def _describe_state(reason: Reason) -> str:
    scan = reason.scan
    if scan is None:
        return str(reason.found)
    return _STATES[scan.state] + scan.status_note + (f": {scan.error.rstrip('.')}" if scan.error else "")


def _describe_issues(reason: Reason) -> str:
    if reason.found is None:
        return "issues not counted, so max_issues cannot be checked"
    accepted = (reason.scan.issue_count or 0) - reason.found if reason.scan else 0
    besides = f" besides {accepted} accepted" if accepted > 0 else ""
    allowed = f"{reason.expected} {'is' if reason.expected == 1 else 'are'} allowed"
    return f"has {count_of(reason.found, 'issue')}{besides}, and {allowed}{_name_issues(reason)}"


def _name_issues(reason: Reason) -> str:
    """The first issues that count, by name; if they are not known, the vendor's error."""
    if not reason.issues:
        error = reason.scan.error if reason.scan else None
        return f" (the vendor says: {error.rstrip('.')})" if error else ""
    more = reason.found - len(reason.issues[:_MAX_NAMED])
    return f": {', '.join(reason.issues[:_MAX_NAMED])}{f' and {more} more' if more > 0 else ''}"


def _describe_age(reason: Reason) -> str:
    if reason.found is None:
        return "end time not known, so max_age cannot be checked"
    if reason.rule is Rule.FUTURE_END:
        return f"finished at {iso(reason.found)}, which is in the future, so max_age cannot be checked"
    return f"finished at {iso(reason.found)}, which is more than {reason.expected} s ago"


def _describe_start(reason: Reason) -> str:
    if reason.found is None:
        return "start time not known, so newer_than cannot be checked"
    if reason.rule is Rule.FUTURE_START:
        return f"started at {iso(reason.found)}, which is in the future, so newer_than cannot be checked"
    return f"started at {iso(reason.found)}, and newer_than is {iso(reason.expected)}"


def _describe_number(reason: Reason) -> str:
    return f"The gate has {count_of(reason.found, 'scan')} to judge, and min_scans is {reason.expected}."


_DESCRIPTIONS: Mapping[Rule, Callable[[Reason], str]] = {
    Rule.STATES: _describe_state,
    Rule.MAX_ISSUES: _describe_issues,
    Rule.MAX_AGE: _describe_age,
    Rule.FUTURE_END: _describe_age,
    Rule.NEWER_THAN: _describe_start,
    Rule.FUTURE_START: _describe_start,
    Rule.MIN_SCANS: _describe_number,
}
_TEXTS = {
    Rule.MISSING: "is missing",
    Rule.UNSEEN: "could not be read during the wait",
    Rule.INCOMPLETE: "The list of scans is not complete.",
    Rule.NO_SCANS: "There is no scan to judge.",
}
