# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Staying under a vendor's limit of requests, rather than running into it."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from ..clock import Clock


@dataclass(frozen=True)
class RateLimit:
    """How many requests a vendor takes a minute in the long run, and how many at once after a while without any."""

    per_minute: float
    burst: int = 1

    @property
    def step(self) -> float:
        """Seconds from one request to the next in the long run."""
        return 60.0 / self.per_minute


class RateLimiter:
    """Lets each request wait for its turn; several threads may ask for theirs."""

    def __init__(self, rate: RateLimit | None, clock: Clock) -> None:
        """Without a rate, every turn is now."""
        self._rate = rate
        self._clock = clock
        self._due = float("-inf")  # when the next request would leave if none ever hurried
        self._lock = threading.Lock()

    def acquire(self) -> None:
        """Sleep until the next request may leave."""
        if self._rate is None:
            return
        with self._lock:
            now = self._clock.monotonic()
            # Requests that were not sent may be made up for, but not more of them than fit into a burst.
            due = max(self._due, now - (self._rate.burst - 1) * self._rate.step)
            self._due = due + self._rate.step
        if due > now:
            self._clock.sleep(due - now)

    def penalize(self) -> None:
        """The vendor says that it is too fast: others, or a task before, have used up what was free for a burst."""
        if self._rate is None:
            return
        with self._lock:
            self._due = max(self._due, self._clock.monotonic() + self._rate.step)
