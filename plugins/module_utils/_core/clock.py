# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time as operations see it: one small class that a test can replace, so that no test sleeps."""

from __future__ import annotations

import random
import threading
import time
from datetime import datetime, timezone

from .errors import InterruptedWaitError

LONGEST = 10**9  # seconds, about thirty years: the longest time that an option may give, because dates end


class Clock:
    """The machine's own clock."""

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back; only differences mean anything."""
        return time.monotonic()

    def now(self) -> datetime:
        """The time of day, UTC."""
        return datetime.now(timezone.utc)

    def sleep(self, seconds: float) -> None:
        """Pause for this many seconds."""
        time.sleep(seconds)

    def check_interrupted(self) -> None:
        """Called before every request. Raises where the program has to stop, which this clock never asks for."""

    def random(self) -> float:
        """A number from 0 up to, but not including, 1: for jitter."""
        return random.random()


class InterruptibleClock(Clock):
    """A clock that another thread can interrupt, for a program that has to stop while an operation runs."""

    def __init__(self) -> None:
        self._interrupted = threading.Event()

    def interrupt(self) -> None:
        """End the current and every later sleep, in all threads, with InterruptedWaitError. No request follows."""
        self._interrupted.set()

    def sleep(self, seconds: float) -> None:
        """Pause for this many seconds. Raises InterruptedWaitError once `interrupt` was called."""
        self._interrupted.wait(seconds)
        self.check_interrupted()

    def check_interrupted(self) -> None:
        """Raise InterruptedWaitError once `interrupt` was called."""
        if self._interrupted.is_set():
            raise InterruptedWaitError("The wait was interrupted. Started scans continue to run.")
