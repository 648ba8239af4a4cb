# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeping below a vendor's limit of requests."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from ..clock import Clock


@dataclass(frozen=True)
class RateLimit:
    """A vendor's limit: requests per minute on average, and the size of a burst after a pause."""

    per_minute: float
    burst: int = 1

    @property
    def step(self) -> float:
        """Seconds from one request to the next in the long run."""
        return 60.0 / self.per_minute


class RateLimiter:
    """Delays requests to keep a rate limit. Several threads and several clients may share one limiter.

    Each caller brings its own clock, which interrupts that caller's sleep only. The monotonic time of all
    clocks that share a limiter must be the same.
    """

    def __init__(self, rate_limit: RateLimit | None) -> None:
        """Without a limit nothing is delayed."""
        self._rate_limit = rate_limit
        self._due = float("-inf")  # when the next request would leave if there were no bursts
        self._lock = threading.Lock()

    def acquire(self, clock: Clock, longest: float | None = None) -> bool:
        """Sleep until the next request may leave. False, at once, where this takes longer than `longest` seconds."""
        if self._rate_limit is None:
            return True
        with self._lock:
            now = clock.monotonic()
            # A burst makes up for requests that were not sent earlier, up to its size.
            due = max(self._due, now - (self._rate_limit.burst - 1) * self._rate_limit.step)
            if longest is not None and due - now > longest:
                return False
            self._due = due + self._rate_limit.step
        if due > now:
            clock.sleep(due - now)
        return True

    def penalize(self, clock: Clock) -> None:
        """Allow no burst after HTTP 429: another client, or an earlier task, has used it up."""
        if self._rate_limit is None:
            return
        with self._lock:
            self._due = max(self._due, clock.monotonic() + self._rate_limit.step)
