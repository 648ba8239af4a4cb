# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Polling scans until they have finished: requests, pauses and a deadline, independent of any vendor."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from ..clock import Clock
from ..errors import DatascanError, InterruptedWaitError, NoTimeLeftError
from ..models import Scan, ScanState
from ..options import check_seconds

if t.TYPE_CHECKING:
    from .expectation import ExpectedEnd

_SHARE = 0.1  # of the time waited so far: the end is noticed at most a tenth of the scan's length late
_MAX_INTERVAL = 30.0  # seconds
_JITTER = 0.1  # subtracted, never added: pipelines must not poll in step, and no poll comes late
_POLLS_IN_WINDOW = 20  # about, from the earliest to the latest expected end
_CLOSE_SHARE = 0.02  # of a scan's age: the most between two polls, and a floor, where earlier scans' lengths are close
MIN_INTERVAL = 0.1  # seconds: a shorter one would only load the vendor
_UNSUCCESSFUL = frozenset({ScanState.FAILED, ScanState.CANCELLED})

GetMany = Callable[[Sequence[str]], Mapping[str, "Scan | DatascanError"]]


@dataclass(frozen=True)
class WaitOptions:
    """How long to wait (seconds), how often to poll (seconds; None follows the scan's own length), and for what."""

    timeout: float = 3600.0
    interval: float | None = None
    until: str = "all"  # or "any"
    fail_fast: bool = False  # end with the first scan that failed or was cancelled

    def __post_init__(self) -> None:
        """Raise InvalidInputError for times that are not possible."""
        check_seconds("wait_timeout", self.timeout, zero=True)
        if self.interval is not None:
            check_seconds("wait_interval", self.interval, least=MIN_INTERVAL)


@dataclass
class PollState:
    """The scans of a wait as last seen, and the progress of the wait."""

    scan_ids: Sequence[str]
    seen: dict[str, Scan] = field(default_factory=dict)
    elapsed: float = 0.0  # seconds
    polls: int = 0
    timed_out: bool = False
    next_poll: float | None = None  # seconds until then; None at the end
    expected_end: ExpectedEnd | None = None  # of the wait, at the last poll
    last_error: DatascanError | None = None  # of the last poll for which there was time

    @property
    def scans(self) -> list[Scan]:
        """The scans seen so far, in the order asked."""
        return [self.seen[scan_id] for scan_id in self.scan_ids if scan_id in self.seen]

    @property
    def pending(self) -> list[str]:
        """The ids of scans that are not known to have finished."""
        return [scan_id for scan_id in self.scan_ids if scan_id not in self.seen or not self.seen[scan_id].finished]

    def is_over(self, options: WaitOptions) -> bool:
        """Whether the condition of the wait is met."""
        pending = self.pending
        if not pending or (options.until == "any" and len(pending) < len(self.scan_ids)):
            return True
        return options.fail_fast and any(scan.state in _UNSUCCESSFUL for scan in self.scans)


class LastPoll:
    """How long the last poll took: a vendor that takes long to answer is polled less often."""

    def __init__(self, clock: Clock, seconds_waited: Callable[[], float]) -> None:
        """`seconds_waited` is for how long requests waited so far, such as for a rate limit."""
        self.seconds = 0.0
        self.busy_seconds = 0.0  # without those in which a request waited
        self._clock = clock
        self._seconds_waited = seconds_waited

    @contextmanager
    def measured(self) -> Iterator[None]:
        """The block is a poll."""
        began, waited = self._clock.monotonic(), self._seconds_waited()
        try:
            yield
        finally:
            self.seconds = self._clock.monotonic() - began
            self.busy_seconds = max(0.0, self.seconds - (self._seconds_waited() - waited))

    def expected_seconds(self, has_failed: bool) -> float:
        """Seconds that the next poll is likely to take. The time-outs of a poll that failed do not count."""
        return 0.0 if has_failed else self.seconds

    def shortest_pause(self, has_failed: bool) -> float:
        """Seconds: at most half of the time is polls. The time-outs of a poll that failed make no pause longer than
        that of a long wait."""
        return min(self.busy_seconds, _MAX_INTERVAL) if has_failed else self.busy_seconds


def poll_scans(
    get_many: GetMany,
    scan_ids: Sequence[str],
    options: WaitOptions,
    *,
    clock: Clock,
    floor: float = 1.0,
    seen: Mapping[str, Scan] | None = None,
    before: float = 0.0,
    report_progress: Callable[[PollState], None] = lambda state: None,
    expect_end: Callable[[PollState], ExpectedEnd | None] = lambda state: None,
    seconds_waited: Callable[[], float] = lambda: 0.0,
) -> PollState:
    """Poll until the wait is over or its deadline is reached. One final poll follows the deadline.

    Transient errors are kept in `last_error` and retried at the next poll. Any other error ends the wait, and carries
    the PollState as its result. `seen` holds scans that were just read. `floor` is the vendor's shortest interval in
    seconds. `before` is seconds of `options.timeout` that have passed already. `expect_end` is called after
    each poll but the last, and the time that it takes is a part of the pause. `seconds_waited` is for how long requests
    waited so far: that makes no pause shorter.
    """
    state = PollState(list(scan_ids), dict(seen or {}), before)
    try:
        last_poll = LastPoll(clock, seconds_waited)
        _poll_until_over(state, get_many, options, clock, floor, report_progress, expect_end, last_poll)
    except InterruptedWaitError as error:
        raise error.with_result(state) from None
    return state


def _poll_until_over(
    state: PollState,
    get_many: GetMany,
    options: WaitOptions,
    clock: Clock,
    floor: float,
    report_progress: Callable[[PollState], None],
    expect_end: Callable[[PollState], ExpectedEnd | None],
    last_poll: LastPoll,
) -> None:
    before, began = state.elapsed, clock.monotonic()
    just_read = bool(state.seen) and all(scan_id in state.seen for scan_id in state.scan_ids)
    while True:
        state.elapsed = before + clock.monotonic() - began
        if not just_read:
            with last_poll.measured():
                _poll(state, get_many)
        just_read = False
        waited = clock.monotonic() - began
        state.elapsed = before + waited
        is_over = state.is_over(options)
        state.timed_out = not is_over and state.elapsed >= options.timeout
        goes_on = not is_over and not state.timed_out
        state.expected_end = expect_end(state) if goes_on else None
        spent = clock.monotonic() - began - waited
        interval = poll_interval(waited, options, floor, clock, state.expected_end)
        has_failed = state.last_error is not None
        if options.interval is None:
            # A poll of many scans takes seconds, and both polls count: a scan may end as soon as its page was read, and
            # the page on which the next poll shows that may be the last.
            spared = 0.0 if has_failed else 2 * last_poll.busy_seconds
            interval = max(floor, interval - spared, last_poll.shortest_pause(has_failed))
        # The final poll begins early enough to end in time.
        left = options.timeout - state.elapsed - last_poll.expected_seconds(has_failed)
        state.next_poll = max(0.0, min(left, interval) - spent) if goes_on else None
        report_progress(state)
        if state.next_poll is None:
            return
        clock.sleep(state.next_poll)


def _poll(state: PollState, get_many: GetMany) -> None:
    state.polls += 1
    faults: list[DatascanError] = []
    fatal: DatascanError | None = None
    for scan_id, answer in get_many(state.pending).items():
        if isinstance(answer, Scan):
            state.seen[scan_id] = answer
        elif answer.is_transient:
            faults.append(answer)
        else:
            fatal = fatal or answer
    state.last_error = failure_of_poll(faults, state.last_error)
    if fatal:
        raise fatal.with_result(state)


def failure_of_poll(faults: Sequence[DatascanError], earlier: DatascanError | None) -> DatascanError | None:
    """The vendor's failure in a poll, or that of the poll before where there was no time for a request."""
    failures = [fault for fault in faults if not isinstance(fault, NoTimeLeftError)]
    return failures[0] if failures else (earlier if faults else None)


def poll_interval(
    elapsed: float, options: WaitOptions, floor: float, clock: Clock, expected_end: ExpectedEnd | None = None
) -> float:
    """Seconds until the next poll: the interval that was set, or a share of the time waited so far.

    Where an end is expected, the pauses before it are a floor longer, and those around it shorter. So an end is noticed
    at most a tenth of the scan's length and a floor late whenever it comes, and sooner where it is expected.
    """
    if options.interval is not None:
        return options.interval
    jitter = 1 - _JITTER * clock.random()
    share = min(_MAX_INTERVAL, elapsed * _SHARE)
    if expected_end is None or expected_end.age >= expected_end.expectation.latest:
        return max(floor, share * jitter)
    until_window = expected_end.expectation.earliest - expected_end.age
    if until_window > 0:  # the first poll in the window is at its beginning
        return max(floor, min(until_window, min(_MAX_INTERVAL, elapsed * _SHARE + floor) * jitter))
    return max(floor, min(share, floor + _step_in_window(expected_end)) * jitter)


def _step_in_window(expected_end: ExpectedEnd) -> float:
    """Seconds by which a pause around the expected end is longer than the floor."""
    expectation = expected_end.expectation
    step = (expectation.latest - expectation.earliest) / _POLLS_IN_WINDOW
    return min(step, expected_end.age * _CLOSE_SHARE) if expectation.is_close else step
