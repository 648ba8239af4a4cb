# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scans on a common time axis, in percent of its length."""

from __future__ import annotations

import math
import typing as t
from dataclasses import dataclass
from datetime import datetime, timezone

if t.TYPE_CHECKING:
    from collections.abc import Iterable

    from ...models import Scan

_MAX_TICKS = 6
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_STEPS = (
    *(1, 2, 5, 10, 15, 30),
    *(_MINUTE * count for count in (1, 2, 5, 10, 15, 30)),
    *(_HOUR * count for count in (1, 2, 3, 6, 12)),
    *(_DAY * count for count in (1, 2, 7, 14, 30, 90, 365)),
)


@dataclass(frozen=True)
class TimelineBar:
    """One scan, from its start to its end; without a width, the only time that is known."""

    x: float
    width: float | None
    open_end: bool = False  # the scan has not finished: the bar reaches the end of the axis


@dataclass(frozen=True)
class Tick:
    """A round time on the axis."""

    x: float
    label: str


class Timeline:
    """The axis, from the first to the last known time of the scans."""

    def __init__(self, scans: Iterable[Scan]) -> None:
        times = [time for scan in scans for time in (scan.started_at, scan.finished_at) if time is not None]
        self.known = bool(times)
        self.start = min(times, default=datetime.fromtimestamp(0, timezone.utc))
        self.end = max(times, default=self.start)
        self.seconds = (self.end - self.start).total_seconds()

    def x(self, time: datetime) -> float:
        """The position of a time."""
        return 100 * (time - self.start).total_seconds() / (self.seconds or 1)

    def bar_for(self, scan: Scan) -> TimelineBar | None:
        """The bar of a scan, or None for a scan without times."""
        start, end = scan.started_at, scan.finished_at
        if start is None and end is None:
            return None
        if start is not None and not scan.finished:
            return TimelineBar(self.x(start), 100 - self.x(start), open_end=True)
        if start is None or end is None:
            return TimelineBar(self.x(t.cast(datetime, start or end)), None)
        return TimelineBar(self.x(start), max(0.0, self.x(end) - self.x(start)))

    def ticks(self) -> list[Tick]:
        """A few round times."""
        step = next((step for step in _STEPS if self.seconds / step <= _MAX_TICKS), None)
        if step is None:
            step = _STEPS[-1] * math.ceil(self.seconds / _STEPS[-1] / _MAX_TICKS)
        first, last = math.ceil(self.start.timestamp() / step), math.floor(self.end.timestamp() / step)
        times = [datetime.fromtimestamp(count * step, timezone.utc) for count in range(first, last + 1)]
        return [Tick(self.x(time), _label(time, step)) for time in times]


def _label(time: datetime, step: int) -> str:
    if step >= 365 * _DAY:
        return f"{time.year}-{time.month:02}"
    if step >= _DAY or (time.hour, time.minute, time.second) == (0, 0, 0):
        return time.strftime("%m-%d")
    return time.strftime("%H:%M:%S" if step < _MINUTE else "%H:%M")
