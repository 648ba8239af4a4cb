# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of the scans that several pipelines started at the same moment goes on: all have to come to the same one.

It is the first by the vendor's own clock, then by id. Whoever started another one cancels that, and no more than that:
no scan is ever cancelled that may be somebody else's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from ..errors import DatascanError, UnknownOutcomeError
from ..models import ACTIVE, Scan, ScanState
from .context import OperationContext

_TICK = 1.0  # second: where times are whole seconds, one with a smaller id may still start until that second is over
_EPSILON = 1e-6  # seconds; less than that is a matter of rounding
_MAX_CLOCK_SKEW = timedelta(seconds=10)  # many times that second, for a vendor's clocks may differ
_ELECTION_WINDOW = timedelta(minutes=10)  # longer than a start may take with all its retries
_MOST_LOOKS = 10  # a list that shows another first each time is not worth more
_LATE = (1.0, 2.0, 4.0)  # seconds before each further look: a scan may show in the list a little late

Look = Callable[[], list[Scan]]


@dataclass(frozen=True)
class Election:
    """The scan that every pipeline goes on with (None where none runs), and what the last look saw."""

    first: Scan | None
    seen: list[Scan]
    cancelled: bool = False  # our own


def earliest_started(scans: Iterable[Scan]) -> Scan | None:
    """The first of those that were started together last. One from long before, stuck perhaps, is not among them."""
    first = None
    for scan in sorted(scans, key=_order, reverse=True):
        if first and _started(first) - _started(scan) > _ELECTION_WINDOW.total_seconds():
            break
        first = scan
    return first


def _order(scan: Scan) -> tuple[float, str]:
    return _started(scan), scan.id


def _started(scan: Scan) -> float:
    return scan.started_at.timestamp() if scan.started_at else 0.0


def elect(context: OperationContext, look: Look, seen: list[Scan] | None = None, ours: Scan | None = None) -> Election:
    """Look until it is sure which is the first. Where `ours`, just started, is not, it is cancelled at once.

    `seen` is a look that was had just now. A look that fails is raised, unless `ours` runs: that must not get lost.
    """
    election = _Election(context, ours)
    while True:
        looked_at = context.clock.monotonic()
        try:
            seen = look() if seen is None else seen
        except DatascanError as error:
            if ours is None:
                raise
            context.warn(
                f"Whether another pipeline started a scan of the same source and target at the same moment as "
                f"{(election.first or ours).id} could not be seen: {error.message}"
            )
            return election.agreed([])
        election.hold(seen)
        pause = election.pause(looked_at)
        if pause is None:
            return election.agreed(seen)
        context.clock.sleep(pause)
        seen = None


class _Election:
    """What is known of the scans that run, from look to look."""

    def __init__(self, context: OperationContext, ours: Scan | None) -> None:
        self.first = ours
        self._job = context
        self._ours = ours
        self._met: dict[str, float] = {}  # when each was first seen in the list
        self._withdrawn = False
        self._cancelled = False
        self._shown = ours is None
        self._looks = 0

    def hold(self, seen: list[Scan]) -> None:
        """Take in a look; step back where another one turns out to be the first."""
        ours = self._ours
        self._looks += 1
        for scan in seen:
            self._met.setdefault(scan.id, self._job.clock.monotonic())
        rivals = [scan for scan in seen if scan.state in ACTIVE and not (ours and scan.id == ours.id)]
        if ours and not self._withdrawn:
            shown = next((scan for scan in seen if scan.id == ours.id), None)
            self._shown = shown is not None
            self._ours = ours = shown or ours
            rivals.append(ours)
        first = earliest_started(rivals)
        if first is None and self.first and self._withdrawn:  # it has ended meanwhile
            first = {scan.id: scan for scan in seen}.get(self.first.id, self.first)
        self.first = first
        if ours and first and first.id != ours.id and not self._withdrawn:
            self._withdrawn = True
            self._cancelled = _cancel(self._job, ours, first)

    def pause(self, looked_at: float) -> float | None:
        """Seconds until the next look; None where no other could still turn out to be the first.

        What counts is when the last look began: since then, time may have gone by in cancelling.
        """
        if self.first is None or self.first.state not in ACTIVE or self._looks == _MOST_LOOKS:
            return None
        if not self._shown and not self._withdrawn:
            if self._looks > len(_LATE):
                self._job.warn(
                    f"The list does not show scan {self.first.id}, which was just started, so whether another pipeline "
                    "started one at the same moment could not be seen."
                )
                return None
            return _LATE[self._looks - 1]
        over = self._met[self.first.id] + _TICK
        if looked_at > over - _EPSILON or self._is_old(self.first):
            return None
        return max(0.0, over - self._job.clock.monotonic())

    def _is_old(self, scan: Scan) -> bool:
        """Whether none that is to come could be before it."""
        if scan.started_at is None:
            return False
        if scan.started_at.microsecond:  # times are fine enough: what is to come has a later one
            return True
        return self._ours is None and self._job.provider.server_now() - scan.started_at > _MAX_CLOCK_SKEW

    def agreed(self, seen: list[Scan]) -> Election:
        return Election(self.first, seen, self._cancelled)


def _cancel(context: OperationContext, ours: Scan, first: Scan) -> bool:
    """Whether ours is cancelled for sure; said either way."""
    words = f"Another pipeline started scan {first.id} of the same source and target before scan {ours.id} of this task"
    try:
        _ask_to_cancel(context, ours)
    except DatascanError as error:
        context.warn(f"{words}, which goes on as well, for it could not be cancelled: {error.message}")
        return False
    context.warn(f"{words}, which was cancelled.")
    return True


def _ask_to_cancel(context: OperationContext, ours: Scan) -> None:
    provider = context.provider
    try:
        provider.cancel(ours.id)
    except UnknownOutcomeError:
        # Cancelling twice is harmless, so look, and ask again where it did not take.
        if provider.get(ours.id).state is not ScanState.CANCELLED:
            provider.cancel(ours.id)
