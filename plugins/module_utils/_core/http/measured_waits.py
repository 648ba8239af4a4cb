# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long the requests of a client wait: for a rate limit, for a Retry-After, and before they are sent again."""

from __future__ import annotations

import threading
from datetime import datetime

from ..clock import Clock


class MeasuredWaits(Clock):
    """The clock of one client, which measures its sleeps. Several threads may use it."""

    def __init__(self, clock: Clock) -> None:
        self.seconds = 0.0  # in which at least one thread slept, without sleeps that go on
        self._clock = clock
        self._lock = threading.Lock()
        self._sleepers = 0
        self._began = 0.0

    def monotonic(self) -> float:
        """That of the other clock."""
        return self._clock.monotonic()

    def now(self) -> datetime:
        """That of the other clock."""
        return self._clock.now()

    def check_interrupted(self) -> None:
        """That of the other clock."""
        self._clock.check_interrupted()

    def random(self) -> float:
        """That of the other clock."""
        return self._clock.random()

    def sleep(self, seconds: float) -> None:
        """That of the other clock, which may raise InterruptedWaitError. Sleeps at the same time count once."""
        with self._lock:
            if not self._sleepers:
                self._began = self._clock.monotonic()
            self._sleepers += 1
        try:
            self._clock.sleep(seconds)
        finally:
            with self._lock:
                self._sleepers -= 1
                if not self._sleepers:
                    self.seconds += self._clock.monotonic() - self._began
