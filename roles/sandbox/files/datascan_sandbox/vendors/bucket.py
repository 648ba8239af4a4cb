# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A token bucket: how many requests may come at once, and how fast they come back."""

from __future__ import annotations


class Bucket:
    """Full at first."""

    def __init__(self) -> None:
        self._level: float | None = None
        self._at = 0.0

    @property
    def left(self) -> int:
        """How many may come at once now."""
        return int(self._level or 0)

    def take(self, now: float, size: float, rate: float) -> bool:
        """Take one, if there is one."""
        level = size if self._level is None else min(size, self._level + (now - self._at) * rate)
        self._at = now
        if level < 1:
            self._level = level
            return False
        self._level = level - 1
        return True
