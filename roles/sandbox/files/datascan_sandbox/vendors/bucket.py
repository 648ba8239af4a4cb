# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A token bucket: the size of a burst of requests, and the rate at which it refills."""

from __future__ import annotations


class Bucket:
    """A bucket, which is full at first."""

    def __init__(self) -> None:
        self._level: float | None = None
        self._at = 0.0

    @property
    def left(self) -> int:
        """The number of requests allowed now."""
        return int(self._level or 0)

    def take(self, now: float, size: float, rate: float) -> bool:
        """Take a token. False if the bucket is empty."""
        level = size if self._level is None else min(size, self._level + (now - self._at) * rate)
        self._at = now
        if level < 1:
            self._level = level
            return False
        self._level = level - 1
        return True
