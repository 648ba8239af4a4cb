# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""(d) How late the end of a scan is noticed, and in how many requests, by the collection's own waiter.

The clock is simulated. For the first scans, the list has no earlier scans. For the others, it has
earlier scans of the same source.
"""

from __future__ import annotations

import random
import statistics
import typing as t
from collections.abc import Callable, Sequence

from ansible_collections.datascan.gate.plugins.module_utils._core.clock import Clock
from ansible_collections.datascan.gate.plugins.module_utils._core.models import Scan, ScanState
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.end_forecast import ASK_AFTER
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.expectation import (
    Expectation,
    ExpectedEnd,
    expect_length,
)
from ansible_collections.datascan.gate.plugins.module_utils._core.operations.polling import (
    PollState,
    WaitOptions,
    poll_scans,
)
from table import Row

LENGTHS = (5, 60, 600)
FIXED = 10.0  # seconds between polls, of what it is compared with
SCANS = 1000  # of about each length, because how late a poll comes depends on chance
EARLIER = 12  # scans of the source that are listed
# The lengths of a source's scans, by how much they vary.
VARIATIONS: dict[str, Callable[[random.Random, float], float]] = {
    "a tenth": lambda chance, length: length * chance.uniform(0.9, 1.1),
    "a third": lambda chance, length: length * chance.uniform(2 / 3, 4 / 3),
    "tenfold": lambda chance, length: length * 10 ** chance.uniform(-0.5, 0.5),
}


class Seen(t.NamedTuple):
    """A wait that has ended."""

    length: float
    late: float
    requests: int
    forecast: float | None = None  # the length that progress showed at the start; None where it showed none

    @property
    def in_time(self) -> bool:
        """Whether the end was seen not later than a tenth of the scan's length and a second."""
        return self.late <= self.length / 10 + 1

    @property
    def in_time_for_a_scan_that_repeats(self) -> bool:
        """Whether the end was seen not later than a fiftieth of the scan's length and a second."""
        return self.late <= self.length / 50 + 1


class SimulatedClock(Clock):
    """A sleep advances the clock, and takes no real time. Jitter comes from a seed."""

    def __init__(self, seed: int) -> None:
        self._now = 0.0
        self.random = random.Random(seed).random  # type: ignore[method-assign]

    def monotonic(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += seconds


class History:
    """The earlier scans of a source, read once by a wait that lasts long enough."""

    def __init__(self, clock: SimulatedClock, lengths: Sequence[float]) -> None:
        self.requests = 0
        self.expectation: Expectation | None = None
        self._clock = clock
        self._lengths = lengths

    def expect_end(self, state: PollState) -> ExpectedEnd | None:
        age = self._clock.monotonic()
        if not self.requests and age >= ASK_AFTER:
            self.requests = 1
            self.expectation = expect_length(self._lengths)
        return ExpectedEnd(self.expectation, age) if self.expectation else None


def wait(length: float, interval: float | None, seed: int, earlier: Sequence[float] | None = None) -> Seen:
    """Wait for a scan of this length; an interval of None is the collection's default."""
    clock = SimulatedClock(seed)
    history = History(clock, earlier or ())

    def poll(scan_ids: Sequence[str]) -> dict[str, Scan]:
        state = ScanState.COMPLETED if clock.monotonic() >= length else ScanState.RUNNING
        return {scan_id: Scan(id=scan_id, provider="glasswall", state=state) for scan_id in scan_ids}

    more = {} if earlier is None else {"expect_end": history.expect_end}
    state = poll_scans(poll, ["a"], WaitOptions(interval=interval, timeout=1e6), clock=clock, **more)
    expected = history.expectation
    forecast = expected.usual if expected and expected.is_close else None
    return Seen(length, state.elapsed - length, state.polls + history.requests, forecast)


def about(length: float) -> list[float]:
    """Lengths around this one, spread over an interval of the fixed poll or over its own length."""
    spread = min(length, FIXED)
    return [length + spread * (number / SCANS - 0.5) for number in range(SCANS)]


def waits(length: float, interval: float | None) -> list[Seen]:
    """Many waits for scans of about this length."""
    return [wait(one, interval, seed) for seed, one in enumerate(about(length))]


class Repeated(t.NamedTuple):
    """The same scans of one source in three ways."""

    expected: list[Seen]
    plain: list[Seen]
    fixed: list[Seen]


def repeated(length: float, variation: str, scans: int = SCANS) -> Repeated:
    """Waits for scans of sources of which EARLIER scans are listed, newest first."""
    chance = random.Random(f"{length} {variation}")
    draw = VARIATIONS[variation]
    lengths = [[draw(chance, length) for _scan in range(EARLIER + 1)] for _source in range(scans)]
    return Repeated(
        [wait(one, None, seed, earlier) for seed, (one, *earlier) in enumerate(lengths)],
        [wait(one, None, seed) for seed, (one, *_earlier) in enumerate(lengths)],
        [wait(one, FIXED, seed) for seed, (one, *_earlier) in enumerate(lengths)],
    )


def rows() -> list[Row]:
    """No real time passes."""
    made = []
    for length in LENGTHS:
        ours, fixed = waits(length, None), waits(length, FIXED)
        late = f"at most {length / 10 + 1:g} s"
        in_time = all(one.in_time for one in ours)
        made.append(Row(f"(d) a scan of {length} s: late by", _late(ours), _late(fixed), "", late, in_time))
        requests, others = mean_requests(ours), mean_requests(fixed)
        fewer = ("fewer", requests < others) if length >= 60 else ("", None)
        figures = (f"{requests:.3g}", f"{others:.3g}", f"{requests / others:.2g}")
        made.append(Row(f"(d) a scan of {length} s: requests", *figures, *fewer))
    for length in LENGTHS[1:]:
        for variation in VARIATIONS:
            made += _repeated_rows(length, variation)
    return made


def _repeated_rows(length: float, variation: str) -> list[Row]:
    """Compared with the same waits without an expectation, and with a fixed interval."""
    ours, plain, fixed = repeated(length, variation)
    what = f"(d) scans of about {length} s that vary by {variation}"
    repeats = variation == "a tenth"
    limit = f"at most a {'fiftieth' if repeats else 'tenth'} and 1 s"
    in_time = all(one.in_time_for_a_scan_that_repeats if repeats else one.in_time for one in ours)
    requests, others = mean_requests(ours), mean_requests(plain)
    # Where the list allows no expectation, the request that reads it is an additional one.
    fewer = ("at most as many", requests <= others) if variation != "tenfold" else ("", None)
    errors = [abs(one.forecast - one.length) / one.length for one in ours if one.forecast is not None]
    off_by = f", off by {statistics.mean(errors):.0%}, {max(errors):.0%} at most" if errors else ""
    target = ("off by at most 20%", max(errors) <= 0.2) if repeats else ("", None)
    return [
        Row(f"{what}: late by", _late(ours), f"{_late(plain)}; {_late(fixed)}", "", limit, in_time),
        Row(
            f"{what}: requests",
            f"{requests:.3g}",
            f"{others:.3g}; {mean_requests(fixed):.3g}",
            f"{requests / others:.2g}",
            *fewer,
        ),
        Row(f"{what}: progress showed a length for", f"{len(errors) / len(ours):.1%}{off_by}", "", "", *target),
    ]


def mean_late(seen: Sequence[Seen]) -> float:
    """Seconds."""
    return statistics.mean(one.late for one in seen)


def mean_requests(seen: Sequence[Seen]) -> float:
    return statistics.mean(one.requests for one in seen)


def _late(seen: Sequence[Seen]) -> str:
    return f"{mean_late(seen):.2g} s, {max(one.late for one in seen):.2g} s at most"
