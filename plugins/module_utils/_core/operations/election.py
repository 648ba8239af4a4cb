# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Choose one of the scans that several pipelines started at the same moment, so that all continue with the same one.

The earliest start by the vendor's own clock wins, then the smallest id. A pipeline cancels only its own scan, never one
that may be another pipeline's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from ..errors import DatascanError, InterruptedWaitError, UnavailableError, UnknownOutcomeError
from ..models import MAY_RUN, Scan, ScanState, start_time
from ..providers.capabilities import CancelsScans
from .at_most_once import LIST_LAG_DELAYS
from .context import OperationContext

_TIME_RESOLUTION = 1.0  # seconds; a scan with a smaller id may still start in the same whole second
_EPSILON = 1e-6  # seconds, for rounding
_MAX_CLOCK_SKEW = timedelta(seconds=10)  # many times the resolution: the clocks of a vendor's servers may differ
_ELECTION_WINDOW = timedelta(minutes=10)  # longer than a start takes with all its retries
_MAX_LISTS = 10  # in case the winner changes with each list

ListScans = Callable[[], list[Scan]]


@dataclass(frozen=True)
class ElectionResult:
    """The scan that every pipeline continues with (None where none runs), and the scans of the last list."""

    winner: Scan | None
    seen: list[Scan]
    is_cancelled: bool = False  # our own scan


def earliest_started(scans: Iterable[Scan]) -> Scan | None:
    """The earliest of the scans that were started together last; one from long before, perhaps stuck, is left out."""
    earliest = None
    for scan in sorted(scans, key=_start_order, reverse=True):
        if earliest and start_time(earliest) - start_time(scan) > _ELECTION_WINDOW.total_seconds():
            break
        earliest = scan
    return earliest


def _start_order(scan: Scan) -> tuple[float, str]:
    return start_time(scan), scan.id


def elect(
    context: OperationContext, list_scans: ListScans, seen: list[Scan] | None = None, ours: Scan | None = None
) -> ElectionResult:
    """List scans until the winner is certain, or no further list can help. Where `ours` loses, it is cancelled.

    `seen` is a list that was just read. If listing fails, the error is raised, unless this task has started
    `ours`: then a warning is shown, and `ours` is the result.
    """
    election = _Election(context, ours)
    while True:
        listed_at = context.clock.monotonic()
        try:
            seen = list_scans() if seen is None else seen
        except InterruptedWaitError:
            raise
        except DatascanError as error:
            if ours is None:
                raise
            _warn_unchecked(context, election.winner or ours, error)
            return election.result([])
        election.observe(seen)
        delay = election.delay(listed_at)
        if delay is None:
            return election.result(seen)
        try:
            context.pause(delay)
        except UnavailableError as error:  # the wait that follows has no time either, so its scan hardly matters
            if ours:
                _warn_unchecked(context, election.winner or ours, error)
            return election.result(seen)
        seen = None


def _warn_unchecked(context: OperationContext, scan: Scan, error: DatascanError) -> None:
    context.warn(
        "Cannot check whether another pipeline started a scan of the same source and target at the same moment as "
        f"{scan.id}: {error.message}"
    )


class _Election:
    """What is known of the scans that run, from list to list."""

    def __init__(self, context: OperationContext, ours: Scan | None) -> None:
        self.winner = ours
        self._context = context
        self._ours = ours
        self._first_seen: dict[str, float] = {}  # by id, on the monotonic clock
        self._has_withdrawn = False
        self._is_cancelled = False
        self._ours_is_listed = ours is None
        self._lists = 0

    def observe(self, seen: list[Scan]) -> None:
        """Take in a list; withdraw where another scan wins."""
        self._lists += 1
        for scan in seen:
            self._first_seen.setdefault(scan.id, self._context.clock.monotonic())
        winner = earliest_started(self._running(seen))
        if winner is None and self.winner and self._has_withdrawn:  # it has ended meanwhile
            winner = {scan.id: scan for scan in seen}.get(self.winner.id, self.winner)
        self.winner = winner
        ours = self._ours
        if ours and winner and winner.id != ours.id and not self._has_withdrawn:
            self._has_withdrawn = True
            self._is_cancelled = _withdraw(self._context, ours, winner)

    def _running(self, seen: list[Scan]) -> list[Scan]:
        """The active scans of others, and our own in any state until it is withdrawn; listed records come first."""
        ours = self._ours
        running = [scan for scan in seen if scan.state in MAY_RUN and not (ours and scan.id == ours.id)]
        if ours and not self._has_withdrawn:
            listed = next((scan for scan in seen if scan.id == ours.id), None)
            self._ours_is_listed = listed is not None
            self._ours = listed or ours
            running.append(self._ours)
        return running

    def delay(self, listed_at: float) -> float | None:
        """Seconds until the next list; None if the winner is certain or has ended, or further lists are given up.

        `listed_at` is when the last list was requested: time may have passed since then in cancelling.
        """
        if self.winner is None or self.winner.state not in MAY_RUN or self._lists == _MAX_LISTS:
            return None
        if not self._ours_is_listed and not self._has_withdrawn:
            if self._lists > len(LIST_LAG_DELAYS):
                self._context.warn(
                    "Cannot check whether another pipeline started a scan at the same moment: the list does not show "
                    f"scan {self.winner.id}, which was just started."
                )
                return None
            return LIST_LAG_DELAYS[self._lists - 1]
        certain_at = self._first_seen[self.winner.id] + _TIME_RESOLUTION
        if listed_at > certain_at - _EPSILON or self._is_certain(self.winner):
            return None
        return max(0.0, certain_at - self._context.clock.monotonic())

    def _is_certain(self, scan: Scan) -> bool:
        """Whether every scan that is listed later must have started later."""
        if scan.started_at is None:
            return False
        if scan.started_at.microsecond:  # start times have fractions of a second, so that two scans do not share one
            return True
        return self._ours is None and self._context.provider.server_now() - scan.started_at > _MAX_CLOCK_SKEW

    def result(self, seen: list[Scan]) -> ElectionResult:
        return ElectionResult(self.winner, seen, self._is_cancelled)


def _withdraw(context: OperationContext, ours: Scan, winner: Scan) -> bool:
    """Cancel ours, and warn. True only if it is certainly cancelled."""
    message = (
        f"Another pipeline started scan {winner.id} of the same source and target before scan {ours.id} of this task"
    )
    try:
        _cancel(context, ours)
    except DatascanError as error:
        context.warn(f"{message}. Scan {ours.id} could not be cancelled, and both may run: {error.message}")
        return False
    context.warn(f"{message}. Scan {ours.id} was cancelled.")
    return True


def _cancel(context: OperationContext, ours: Scan) -> None:
    provider = context.require(CancelsScans)
    try:
        provider.cancel(ours.id)
    except UnknownOutcomeError:
        # Cancelling twice does no harm, so read the scan, and ask again where it was not cancelled.
        if provider.get(ours.id).state is not ScanState.CANCELLED:
            provider.cancel(ours.id)
