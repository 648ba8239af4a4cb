# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The deadline of an operation, and its effect on requests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..clock import Clock

# Seconds that requests may take after the deadline, all together: a wait ends with a poll at its deadline.
FINAL_POLL_TIMEOUT = 1.0


class Deadline:
    """Set by a `with` block. Without one, nothing is limited."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._at: float | None = None  # on the monotonic clock

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Set the deadline to this many seconds from now. Of nested deadlines the nearest one holds."""
        outer = self._at
        inner = self._clock.monotonic() + seconds
        self._at = inner if outer is None else min(outer, inner)
        try:
            yield
        finally:
            self._at = outer

    def time_left(self) -> float | None:
        """Seconds until the deadline, 0 after it; None without one."""
        return None if self._at is None else max(0.0, self._at - self._clock.monotonic())

    def time_for_requests(self) -> float | None:
        """Seconds until the last request has to end, 0 after that; None without a deadline."""
        return None if self._at is None else max(0.0, self._at + FINAL_POLL_TIMEOUT - self._clock.monotonic())

    def allows_pause(self, seconds: float) -> bool:
        """Whether a pause from now on ends in time."""
        return self._at is None or self._clock.monotonic() + seconds <= self._at
