# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A clock for waits that end when Terraform is interrupted."""

from __future__ import annotations

import threading

from ._core.clock import Clock
from ._core.errors import InterruptedWaitError


class WaitClock(Clock):
    """The machine's clock. An interruption counts from `arm` on: a start goes to its end, so that its scan is known."""

    def __init__(self, interrupted: threading.Event) -> None:
        """`interrupted` is set when Terraform is interrupted."""
        self._interrupted = interrupted
        self._is_armed = False

    def arm(self) -> None:
        """From now on there is nothing to lose."""
        self._is_armed = True

    def sleep(self, seconds: float) -> None:
        """Pause for this many seconds. Raises InterruptedWaitError where an interruption counts."""
        if not self._is_armed:
            super().sleep(seconds)
            return
        self._interrupted.wait(seconds)
        self.check_interrupted()

    def check_interrupted(self) -> None:
        """Raise InterruptedWaitError where an interruption counts."""
        if self._is_armed and self._interrupted.is_set():
            raise InterruptedWaitError("The wait was interrupted. Started scans continue to run.")


def arm(clock: Clock) -> None:
    """Let an interruption count from now on, where the clock of an operation can be interrupted."""
    if isinstance(clock, WaitClock):
        clock.arm()
