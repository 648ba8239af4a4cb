# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A clock whose sleeps do not wait: a test sees each sleep at once."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone


class FakeClock:
    """Starts at a fixed time. Sleeping moves it on, and is recorded."""

    def __init__(self) -> None:
        self.start = datetime(2026, 1, 1, tzinfo=timezone.utc)
        self.elapsed = 0.0
        self.sleeps: list[float] = []

    def monotonic(self) -> float:
        return self.elapsed

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.elapsed)

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.sleeps.append(seconds)
        self.elapsed += seconds

    def check_interrupted(self) -> None:
        """Do nothing: this clock is never interrupted."""

    def random(self) -> float:
        return 0.0
