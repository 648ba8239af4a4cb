# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Formatting and texts that all reports share."""

from __future__ import annotations

import typing as t

from ...foreign_text import NOT_KNOWN, clean_text
from ...models import ScanState, iso
from ..verdict import Rule
from ..wording import acceptance_sentence, count_of, describe, sentence

if t.TYPE_CHECKING:
    from datetime import datetime

    from ...models import Issue, Scan
    from ..acceptance import Acceptance
    from ..verdict import ScanVerdict, Verdict

_MAX_ISSUES = 20  # of a scan that a report lists; JSON has all that are known
_CANCELLED_AT_TIMEOUT = "was cancelled by this pipeline, because the wait timed out"
MISSING = "asked for and not found"
ALLOWED = f"{MISSING}, which the policy allows"


def format_time(value: datetime | None) -> str:
    """A time in UTC, to the second."""
    return NOT_KNOWN if value is None else value.isoformat(" ")[:19]


def duration(scan: Scan) -> float | None:
    """The seconds that a scan took, or None. Never negative, although the clocks of a vendor's machines may differ."""
    if scan.started_at is None or scan.finished_at is None:
        return None
    return max(0.0, (scan.finished_at - scan.started_at).total_seconds())


def format_duration(value: float | None) -> str:
    """Seconds in the two largest units."""
    if value is None:
        return NOT_KNOWN
    if 0 < value < 1:
        return "<1s"
    minutes, secs = divmod(int(value), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days}d {hours:02}h"
    if hours:
        return f"{hours}h {minutes:02}m"
    return f"{minutes}m {secs:02}s" if minutes else f"{secs}s"


def other_vendor_status(scan: Scan) -> str:
    """The vendor's status where it differs from the state, or an empty text."""
    return clean_text(scan.other_status)


def headline(verdict: Verdict) -> str:
    """The verdict in one to three words."""
    if verdict.error is not None:
        return "Could not judge"
    return "Passed" if verdict.passed else "Did not pass"


def counts_sentence(verdict: Verdict) -> str:
    """How many scans passed, and how many are missing."""
    passed = sum(item.passed for item in verdict.scans)
    missing = f", {len(verdict.missing)} missing" if verdict.missing else ""
    if not verdict.scans:
        return f"No scan was judged{missing}."
    return f"{passed} of {count_of(len(verdict.scans), 'scan')} passed{missing}."


def consequence(verdict: Verdict) -> str:
    """What the verdict means for the pipeline."""
    if verdict.passed:
        return "The pipeline may continue."
    if verdict.lets_proceed:
        return "The mode is advise, so the pipeline continues."
    return "The pipeline stops."


def describe_reasons(item: ScanVerdict) -> list[str]:
    """Why one scan did not pass, and the vendor's error where no reason quotes it."""
    if item.passed:
        return []
    texts = [describe(reason) for reason in item.reasons]
    if item.cancelled_at_timeout:
        is_first = item.reasons[0].rule is Rule.STATES and item.scan.state is ScanState.CANCELLED
        texts = [_CANCELLED_AT_TIMEOUT, *texts[is_first:]]
    error = item.scan.error
    if error and not any(error.rstrip(".") in text for text in texts) and not _names_all_issues(error, item):
        texts.append(f"the vendor says: {error}")
    return [clean_text(text) for text in texts]


def _names_all_issues(error: str, item: ScanVerdict) -> bool:
    """Whether a vendor's error is but the names of the issues that a report lists anyway."""
    return bool(item.scan.issues) and all(issue.name in error for issue in item.scan.issues)


def describe_issue(issue: Issue, item: ScanVerdict) -> str:
    """An issue, where it is, and what accepts it."""
    facts = ", ".join(filter(None, [clean_text(issue.result), clean_text(issue.place)]))
    text = f"{clean_text(issue.name)} ({facts})" if facts else clean_text(issue.name)
    entry = item.acceptance_of(issue)
    return f"{text}, {_acceptance(entry)}" if entry else text


def describe_issues(item: ScanVerdict) -> list[str]:
    """The first issues of a scan, those that are not accepted before others, and how many more there are."""
    issues = sorted(item.scan.issues, key=lambda issue: item.acceptance_of(issue) is not None)
    total = max(item.scan.issue_count or 0, len(issues))
    shown = [describe_issue(issue, item) for issue in issues[:_MAX_ISSUES]]
    return [*shown, f"and {total - len(shown)} more"] if shown and total > len(shown) else shown


def _acceptance(entry: Acceptance) -> str:
    return f"accepted until {iso(entry.until)}: {clean_text(entry.reason)}"


def acceptance_lines(verdict: Verdict) -> list[str]:
    """The entries of `policy.accepted` and what became of each, a sentence each."""
    return [clean_text(acceptance_sentence(use)) for use in verdict.accepted]


def wait_sentence(verdict: Verdict) -> str:
    """How the wait for the scans ended, if it timed out; otherwise an empty text."""
    if not verdict.timed_out and not verdict.cancelled:
        return ""
    count = len(verdict.cancelled)
    if not count:
        return "The wait timed out."
    return f"The wait timed out, and {count_of(count, 'scan')} {'was' if count == 1 else 'were'} cancelled."


def state_text(item: ScanVerdict) -> str:
    """The state of a scan, whether a time-out is behind it, and whether the scan is accepted as a whole."""
    notes = ["wait timed out"] if item.cancelled_at_timeout else []
    notes += ["accepted"] if any(entry.issue is None for entry in item.accepted) else []
    return f"{item.scan.state.value} ({', '.join(notes)})" if notes else item.scan.state.value


def describe_missing(verdict: Verdict) -> dict[str, str]:
    """For each missing id, whether the policy allows it, as text."""
    blocking = verdict.blocking_ids
    return {scan_id: MISSING if scan_id in blocking else ALLOWED for scan_id in verdict.missing}


def other_sentences(verdict: Verdict) -> list[str]:
    """The reasons that belong neither to one of the scans nor to a missing one."""
    return [clean_text(sentence(reason)) for reason in verdict.other_reasons if reason.rule is not Rule.MISSING]
