# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""(d) How late the end of a scan is seen, and in how many looks: the collection's own waiter on a simulated clock."""

from __future__ import annotations

import random
import statistics
import typing as t
from collections.abc import Sequence

from ansible_collections.datascan.gate.plugins.module_utils._core.clock import Clock
from ansible_collections.datascan.gate.plugins.module_utils._core.models import Scan, ScanState
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.polling import WaitOptions, poll_scans
from table import Row

LENGTHS = (5, 60, 600)
FIXED = 10.0  # seconds between looks, of what it is compared with
SCANS = 1000  # of about each length, for how late a look comes is luck


class Seen(t.NamedTuple):
    """A wait that has ended."""

    length: float
    late: float
    looks: int

    @property
    def in_time(self) -> bool:
        """Not later than a tenth of the scan's length and a second."""
        return self.late <= self.length / 10 + 1


class SimulatedClock(Clock):
    """Sleeping moves it on, and takes no time. Jitter comes from a seed."""

    def __init__(self, seed: int) -> None:
        self._now = 0.0
        self.random = random.Random(seed).random  # type: ignore[method-assign]

    def monotonic(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += seconds


def wait(length: float, interval: float | None, seed: int) -> Seen:
    """Wait for a scan of this length; an interval of None is the collection's default."""
    clock = SimulatedClock(seed)

    def look(scan_ids: Sequence[str]) -> dict[str, Scan]:
        state = ScanState.COMPLETED if clock.monotonic() >= length else ScanState.RUNNING
        return {scan_id: Scan(id=scan_id, provider="glasswall", state=state) for scan_id in scan_ids}

    watched = poll_scans(look, ["a"], WaitOptions(interval=interval), clock=clock)
    return Seen(length, watched.elapsed - length, watched.polls)


def about(length: float) -> list[float]:
    """Lengths around this one, spread over an interval of the fixed poll or over its own length."""
    spread = min(length, FIXED)
    return [length + spread * (number / SCANS - 0.5) for number in range(SCANS)]


def waits(length: float, interval: float | None) -> list[Seen]:
    """Many waits for scans of about this length."""
    return [wait(one, interval, seed) for seed, one in enumerate(about(length))]


def rows() -> list[Row]:
    """Nobody waits for this."""
    made = []
    for length in LENGTHS:
        ours, fixed = waits(length, None), waits(length, FIXED)
        late = f"at most {length / 10 + 1:g} s"
        in_time = all(one.in_time for one in ours)
        made.append(Row(f"(d) a scan of {length} s: late by", _late(ours), _late(fixed), "", late, in_time))
        looks, others = _looks(ours), _looks(fixed)
        fewer = ("fewer", looks < others) if length >= 60 else ("", None)
        figures = (f"{looks:.3g}", f"{others:.3g}", f"{looks / others:.2g}")
        made.append(Row(f"(d) a scan of {length} s: requests", *figures, *fewer))
    return made


def _late(seen: Sequence[Seen]) -> str:
    late = [one.late for one in seen]
    return f"{statistics.mean(late):.2g} s, {max(late):.2g} s at most"


def _looks(seen: Sequence[Seen]) -> float:
    return statistics.mean(one.looks for one in seen)
