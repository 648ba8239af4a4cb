# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all the pages say in the same words."""

from __future__ import annotations

import typing as t

from ...redaction import Redactor
from ...text import INVISIBLE

if t.TYPE_CHECKING:
    from datetime import datetime

    from ...models import Judgement, Scan, Verdict

NOTHING = "-"  # shown where a value is not known
MISSING = "asked for and not found"
ALLOWED = f"{MISSING}, which the policy allows"
_LONGEST = 1000  # a vendor may send a whole HTML page as its reason


def plain(value: str | None) -> str:
    """Foreign text as one visible line without secrets; every page passes a vendor's words through here."""
    text = Redactor().redact_text(value or "")
    # White space first: some of it is invisible too, and still parts two words.
    text = INVISIBLE.sub("", " ".join(text.split())).strip()
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "\u2026"


def when(value: datetime | None) -> str:
    """A time in UTC, to the second."""
    return NOTHING if value is None else value.isoformat(" ")[:19]


def seconds(scan: Scan) -> float | None:
    """How long the scan took; vendors' clocks may differ, but none took less than nothing."""
    if scan.started_at is None or scan.finished_at is None:
        return None
    return max(0.0, (scan.finished_at - scan.started_at).total_seconds())


def span(value: float | None) -> str:
    """A length of time as people read it."""
    if value is None:
        return NOTHING
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


def vendor_word(scan: Scan) -> str:
    """The vendor's own word, where it says anything else than the state."""
    word = plain(scan.vendor_status)
    return "" if word.lower() == scan.state.value else word


def title(verdict: Verdict) -> str:
    """The verdict in a word or three."""
    return "Passed" if verdict.passed else "Did not pass"


def tally(verdict: Verdict) -> str:
    """The verdict in numbers."""
    total = len(verdict.judgements)
    passed = sum(judgement.passed for judgement in verdict.judgements)
    missing = f", {len(verdict.missing)} missing" if verdict.missing else ""
    return f"{passed} of {total} scan{'' if total == 1 else 's'} passed{missing}."


def consequence(verdict: Verdict) -> str:
    """What the verdict means for the pipeline."""
    if verdict.passed:
        return "The pipeline may go on."
    if verdict.mode == "advise":
        return "The gate only advises, so the pipeline goes on all the same."
    return "The pipeline stops here."


def reasons(judgement: Judgement) -> list[str]:
    """Why one scan did not pass, with the vendor's own reason where none of them quotes it."""
    if judgement.passed:
        return []
    scan = judgement.scan
    said = list(judgement.reasons) or [f"is {scan.state.value}"]
    if scan.error and not any(scan.error.rstrip(".") in reason for reason in said):
        said.append(f"{scan.provider} says: {scan.error}")
    return [plain(reason) for reason in said]


def is_blocking(verdict: Verdict, scan_id: str) -> bool:
    """Whether a missing scan is one of the verdict's reasons; the policy may allow it."""
    return _missing(scan_id) in verdict.reasons


def other_reasons(verdict: Verdict) -> list[str]:
    """The verdict's reasons that belong neither to one of the scans nor to a missing one."""
    told = {_missing(scan_id) for scan_id in verdict.missing}
    for judgement in verdict.judgements:
        scan = judgement.scan
        label = f"{scan.name} ({scan.id})" if scan.name else scan.id
        told |= {f"Scan {label} {reason}." for reason in judgement.reasons}
    return [plain(reason) for reason in verdict.reasons if reason not in told]


def _missing(scan_id: str) -> str:
    return f"Scan {scan_id} is missing."
