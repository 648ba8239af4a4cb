# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long scans of one source and target usually take, and when a scan that runs is expected to end.

The median of the last few completed scans counts. Nothing is expected where there are too few of them, or where their
lengths differ too much. It is only an expectation: polling.py keeps its promise whatever the scan does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..models import Scan, ScanState, start_time

_LAST_FEW = 7  # scans: more would lag behind a source that grows
_FEWEST = 3  # scans whose lengths agree
_OUTLIER_SHARE = 4  # one in so many scans may be an outlier
_SCATTER = 2.0  # times: a length that differs more from the median is an outlier; the others differ no more
_CLOSE = 0.2  # of the median: where all lengths are this close, the time that is left can be told
_LONGEST = 90 * 86_400.0  # seconds: a longer scan has a start that is none, such as 1970 or 1900
_MARGIN = 0.9  # the next scan may be this much shorter or longer than any of the last few

Place = tuple[str, "str | None"]  # a source and a target


@dataclass(frozen=True)
class Expectation:
    """The lengths of the last few scans without outliers, in seconds. `usual` is the median."""

    usual: float
    shortest: float
    longest: float

    @property
    def is_close(self) -> bool:
        """Whether the next scan's length is likely known within a fifth."""
        return self.shortest >= self.usual * (1 - _CLOSE) and self.longest <= self.usual * (1 + _CLOSE)

    @property
    def earliest(self) -> float:
        """The age, in seconds, from which the end is expected."""
        return min(self.shortest, self.usual * _MARGIN) * _MARGIN

    @property
    def latest(self) -> float:
        """The age, in seconds, after which the end is overdue."""
        return max(self.longest, self.usual / _MARGIN) / _MARGIN


@dataclass(frozen=True)
class ExpectedEnd:
    """The expectation of a scan that runs, and the scan's age in seconds on the vendor's clock."""

    expectation: Expectation
    age: float

    @property
    def seconds_left(self) -> float:
        """Until the usual length; negative after it."""
        return self.expectation.usual - self.age


def expect_length(lengths: Sequence[float]) -> Expectation | None:
    """What the lengths of earlier scans, newest first, say about the next one; None where they say nothing."""
    last = list(lengths[:_LAST_FEW])
    if len(last) < _FEWEST:
        return None
    middle = _median(last)
    kept = [length for length in last if middle / _SCATTER <= length <= middle * _SCATTER]
    outliers = len(last) - len(kept)
    if len(kept) < _FEWEST or outliers * _OUTLIER_SHARE > len(last) or max(kept) > min(kept) * _SCATTER:
        return None
    expectation = Expectation(_median(kept), min(kept), max(kept))
    # Of lengths without any order, a few are alike by chance; an outlier stands out only where the others are close.
    return expectation if expectation.is_close or not outliers else None


def _median(numbers: Sequence[float]) -> float:
    """Without Python's `statistics`, which takes a wait some milliseconds to load."""
    ordered = sorted(numbers)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


class EarlierScans:
    """The completed scans that a vendor lists, by source and target."""

    def __init__(self, scans: Iterable[Scan] = ()) -> None:
        self._scans: dict[str, Scan] = {}
        self._expectations: dict[Place, Expectation | None] = {}
        self.add(scans)

    def add(self, scans: Iterable[Scan]) -> None:
        """Add scans, in any order. Those that have no length, or did not complete, say nothing."""
        self._scans.update((scan.id, scan) for scan in scans if _length(scan) is not None)
        by_place: dict[Place, list[float]] = {}
        for scan in sorted(self._scans.values(), key=start_time, reverse=True):
            place, length = place_of(scan), _length(scan)
            if place is not None and length is not None:
                by_place.setdefault(place, []).append(length)
        self._expectations = {place: expect_length(lengths) for place, lengths in by_place.items()}

    def expectation_of(self, place: Place | None) -> Expectation | None:
        """How long a scan of this source and target usually takes."""
        return None if place is None else self._expectations.get(place)


def place_of(scan: Scan) -> Place | None:
    """What a scan has in common with earlier ones. A vendor that shows no source may name the scan after it."""
    source = scan.source or scan.name
    return None if source is None else (source, scan.target)


def _length(scan: Scan) -> float | None:
    """Seconds from the start to the end of a scan that completed; None where they are not known or make no sense."""
    if scan.state is not ScanState.COMPLETED or scan.started_at is None or scan.finished_at is None:
        return None
    length = (scan.finished_at - scan.started_at).total_seconds()
    return length if 0 < length <= _LONGEST else None
