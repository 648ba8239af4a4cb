# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time as the verbs see it: one small thing that a test can replace, so that no test sleeps."""

from __future__ import annotations

import random
import time
from datetime import datetime, timezone

LONGEST = 10**9  # seconds, which are thirty years: what a user gives may be no longer, for dates end


class Clock:
    """The machine's own clock."""

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back; only differences mean anything."""
        return time.monotonic()

    def now(self) -> datetime:
        """The time of day, UTC."""
        return datetime.now(timezone.utc)

    def sleep(self, seconds: float) -> None:
        """Do nothing for so many seconds."""
        time.sleep(seconds)

    def random(self) -> float:
        """A number from 0 up to, but not including, 1: for jitter."""
        return random.random()
