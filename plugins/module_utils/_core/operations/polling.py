# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for scans: looks, pauses and a deadline, nothing of any vendor. The clock is given, so no test sleeps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ..clock import Clock
from ..errors import DatascanError
from ..models import Scan, ScanState

_SHARE = 0.1  # of the time waited so far: so the end is noticed at most a tenth of the scan's length late
_LONGEST = 30.0  # seconds
_JITTER = 0.1  # taken off, never added: many pipelines should not look in step, nor any look late
_BAD = frozenset({ScanState.FAILED, ScanState.CANCELLED})

Look = Callable[[Sequence[str]], Mapping[str, "Scan | DatascanError"]]


@dataclass(frozen=True)
class WaitOptions:
    """How long to wait (seconds), how often to look (seconds; None lets the scan's own length decide), and for what."""

    timeout: float = 3600.0
    interval: float | None = None
    until: str = "all"  # or "any"
    fail_fast: bool = False  # end with the first scan that failed or was cancelled


@dataclass
class Watch:
    """The scans of a wait as last seen, and how it goes."""

    scan_ids: Sequence[str]
    seen: dict[str, Scan] = field(default_factory=dict)
    elapsed: float = 0.0
    polls: int = 0
    timed_out: bool = False
    next_look: float | None = None  # seconds until then; None at the end
    last_error: DatascanError | None = None  # of the last look, where it did not go well

    @property
    def scans(self) -> list[Scan]:
        """Those seen so far, in the order asked."""
        return [self.seen[scan_id] for scan_id in self.scan_ids if scan_id in self.seen]

    @property
    def pending(self) -> list[str]:
        """The ids not known to have finished."""
        return [scan_id for scan_id in self.scan_ids if scan_id not in self.seen or not self.seen[scan_id].finished]

    def is_over(self, wait_options: WaitOptions) -> bool:
        """Whether what was waited for has happened."""
        if not self.pending:
            return True
        if wait_options.fail_fast and any(scan.state in _BAD for scan in self.scans):
            return True
        return wait_options.until == "any" and len(self.pending) < len(self.scan_ids)


def watch(
    look: Look,
    scan_ids: Sequence[str],
    wait_options: WaitOptions,
    *,
    clock: Clock,
    floor: float = 1.0,
    seen: Mapping[str, Scan] | None = None,
    report_progress: Callable[[Watch], None] = lambda state: None,
) -> Watch:
    """Look until the wait is over or its time is up; the last sleep ends at the deadline, and one last look follows it.

    A fault that may pass is remembered and waited through; any other ends the wait, with all that was seen.
    `seen` holds scans that were looked at just now. `floor` is the shortest pause in seconds that the vendor likes.
    """
    state = Watch(list(scan_ids), dict(seen or {}))
    began = clock.monotonic()
    fresh = bool(state.seen) and all(scan_id in state.seen for scan_id in state.scan_ids)
    while True:
        state.elapsed = clock.monotonic() - began
        if not fresh:
            _look(state, look)
        fresh = False
        state.elapsed = clock.monotonic() - began
        left = wait_options.timeout - state.elapsed
        over = state.is_over(wait_options)
        state.timed_out = not over and left <= 0
        state.next_look = (
            None if over or state.timed_out else min(left, pause(state.elapsed, wait_options, floor, clock))
        )
        report_progress(state)
        if state.next_look is None:
            return state
        clock.sleep(state.next_look)


def _look(state: Watch, look: Look) -> None:
    state.polls += 1
    state.last_error = None
    fatal: DatascanError | None = None
    for scan_id, answer in look(state.pending).items():
        if isinstance(answer, Scan):
            state.seen[scan_id] = answer
        elif answer.transient:
            state.last_error = answer
        else:
            fatal = fatal or answer
    if fatal:
        raise fatal.knowing(scans=state.scans, polls=state.polls, elapsed=round(state.elapsed, 1))


def pause(elapsed: float, wait_options: WaitOptions, floor: float, clock: Clock) -> float:
    """Seconds until the next look: the interval that was set, or a share of the time waited so far."""
    if wait_options.interval is not None:
        return wait_options.interval
    return max(floor, min(_LONGEST, elapsed * _SHARE) * (1 - _JITTER * clock.random()))
