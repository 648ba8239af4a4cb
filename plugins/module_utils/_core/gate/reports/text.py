# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Formatting and texts that all reports share."""

from __future__ import annotations

import typing as t

from ...foreign_text import NOT_KNOWN, clean_text
from ..verdict import Rule
from ..wording import describe, sentence

if t.TYPE_CHECKING:
    from datetime import datetime

    from ...models import Scan
    from ..verdict import ScanVerdict, Verdict

CANCELLED_AT_TIMEOUT = "cancelled by this pipeline, because the wait timed out"
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
    status = clean_text(scan.vendor_status)
    return "" if status.lower() == scan.state.value else status


def headline(verdict: Verdict) -> str:
    """The verdict in one to three words."""
    if verdict.error is not None:
        return "Could not judge"
    return "Passed" if verdict.passed else "Did not pass"


def counts_sentence(verdict: Verdict) -> str:
    """How many scans passed, and how many are missing."""
    total = len(verdict.scans)
    passed = sum(item.passed for item in verdict.scans)
    missing = f", {len(verdict.missing)} missing" if verdict.missing else ""
    return f"{passed} of {total} scan{'' if total == 1 else 's'} passed{missing}."


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
        texts.append(CANCELLED_AT_TIMEOUT)
    # The description of a state includes the vendor's error.
    if item.scan.error and not any(reason.rule is Rule.STATES for reason in item.reasons):
        texts.append(f"{item.scan.provider} says: {item.scan.error}")
    return [clean_text(text) for text in texts]


def wait_sentence(verdict: Verdict) -> str:
    """How the wait for the scans ended, if it timed out; otherwise an empty text."""
    if not verdict.timed_out and not verdict.cancelled:
        return ""
    count = len(verdict.cancelled)
    if not count:
        return "The wait timed out."
    return f"The wait timed out, and {count} scan{' was' if count == 1 else 's were'} cancelled."


def state_text(item: ScanVerdict) -> str:
    """The state of a scan, and whether a time-out is behind it."""
    return f"{item.scan.state.value} (wait timed out)" if item.cancelled_at_timeout else item.scan.state.value


def describe_missing(verdict: Verdict) -> dict[str, str]:
    """For each missing id, whether the policy allows it, as text."""
    blocking = verdict.blocking_ids
    return {scan_id: MISSING if scan_id in blocking else ALLOWED for scan_id in verdict.missing}


def other_sentences(verdict: Verdict) -> list[str]:
    """The reasons that belong neither to one of the scans nor to a missing one."""
    return [clean_text(sentence(reason)) for reason in verdict.other_reasons if reason.rule is not Rule.MISSING]
