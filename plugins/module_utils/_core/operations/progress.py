# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Progress as lines: one when something changes, one a minute otherwise.

Where many scans change one after the other, a line waits for a few changes. The more lines there have been, the longer
it waits, but never longer than a minute.
"""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Callable

from ..models import Scan
from .polling import PollState

if t.TYPE_CHECKING:
    from .expectation import ExpectedEnd

_MAX_SILENCE = 60.0  # seconds between lines when nothing changes
_NAMED_CHANGES = 3  # in a line; the others are counted
_PROMPT_LINES = 5  # lines that report changes at once
_PRECISE = 10.0  # seconds below which a pause is shown with a decimal place
_PRECISE_MINUTES, _PRECISE_HOURS = 3, 3  # fewer of them are shown in the smaller unit
_DELAY_PER_LINE = 2.0  # seconds by which each later line waits longer for further changes


class ProgressReporter:
    """Turns the state of a wait into lines, and never floods a log."""

    def __init__(self, report_line: Callable[[str], None]) -> None:
        self._report_line = report_line
        self._reported: dict[str, Scan] = {}  # each scan as it was in the last line that named or counted it
        self._last: float | None = None  # seconds into the wait, of the last line
        self._last_error: float | None = None  # the same, of the last line with an error
        self._change_lines = 0
        self._has_expectation = False  # in a line before

    def __call__(self, state: PollState) -> None:
        """Report a line if one is due."""
        changed = [scan for scan in state.scans if self._has_changed(scan)]
        error = state.last_error.message if state.last_error else None
        is_due = _is_due(self._last, state.elapsed, self._delay() if changed else _MAX_SILENCE)
        error_is_due = error is not None and _is_due(self._last_error, state.elapsed)  # errors may come and go
        is_news = state.expected_end is not None and not self._has_expectation
        if not (is_due or error_is_due or is_news or state.next_poll is None):
            return
        named = [self._change(scan) for scan in changed[:_NAMED_CHANGES]]
        self._report_line(_line(state, named, len(changed) - len(named), error))
        self._reported.update((scan.id, scan) for scan in changed)
        self._change_lines += bool(changed)
        self._last = state.elapsed
        self._has_expectation |= state.expected_end is not None
        if error:
            self._last_error = state.elapsed

    def _has_changed(self, scan: Scan) -> bool:
        before = self._reported.get(scan.id)
        if before is None or before is scan:  # of many scans, most are the same object as before
            return before is None
        return (before.state, before.vendor_status) != (scan.state, scan.vendor_status) and before.status != scan.status

    def _change(self, scan: Scan) -> str:
        before = self._reported.get(scan.id)
        return f"{scan.label} is {scan.status}" + (f", was {before.status}" if before else "")

    def _delay(self) -> float:
        """Seconds from the last line to one that reports changes."""
        return min(_MAX_SILENCE, max(0.0, self._change_lines - _PROMPT_LINES) * _DELAY_PER_LINE)


def _line(state: PollState, changes: list[str], more: int, error: str | None) -> str:
    total = len(state.scan_ids)
    count = Counter(scan.state.value for scan in state.scans)
    states = ", ".join(f"{number} {name}" for name, number in sorted(count.items()))
    counts = f" ({states})" if states else ""
    parts = [f"[{format_clock(state.elapsed)}] {total - len(state.pending)} of {total} done{counts}"]
    parts += changes
    if more:
        parts.append(f"{more} more changed")
    if state.expected_end:
        parts += _expectation(state.expected_end, total)
    if error:
        error = error.rstrip(".")
        parts.append(f"the last poll failed, retrying: {error}" if state.next_poll is not None else error)
    if state.timed_out:
        parts.append("wait_timeout reached")
    if state.next_poll is not None:
        seconds = round(state.next_poll, 1) if state.next_poll < _PRECISE else round(state.next_poll)
        parts += [f"next poll in {seconds:g} s"] if seconds else []  # the final poll may follow at once
    return "; ".join(parts)


def _expectation(end: ExpectedEnd, scans: int) -> list[str]:
    """How long the scan usually takes and, where earlier scans took almost the same time, how long it still takes."""
    expectation = end.expectation
    if expectation.is_close:
        usual = format_length(expectation.usual)
        left = f"about {format_length(end.seconds_left)} left" if end.seconds_left >= 1 else "it takes longer this time"
    else:
        usual = f"{format_length(expectation.shortest)} to {format_length(expectation.longest)}"
        left = ""
    # Of several scans, the one that decides the end of the wait is not named.
    return [*([f"usually {usual}"] if scans == 1 else []), *([left] if left else [])]


def format_length(seconds: float) -> str:
    """About how long: seconds, minutes or hours, with two significant digits or whole minutes."""
    if seconds < _PRECISE_MINUTES * 60:
        return f"{float(f'{seconds:.2g}'):g} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < _PRECISE_HOURS * 60 else f"{float(f'{seconds / 3600:.2g}'):g} h"


def _is_due(last: float | None, now: float, delay: float = _MAX_SILENCE) -> bool:
    return last is None or now - last >= delay


def format_clock(seconds: float) -> str:
    """Seconds as H:MM:SS, without hours where there are none."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"
