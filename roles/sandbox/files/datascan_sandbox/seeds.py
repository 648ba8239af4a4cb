# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scans that a test creates in advance."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .lifecycle import Timeline


class Seed:
    """count, status, age, spacing and owner are the same for every vendor; other fields are the vendor's own."""

    def __init__(self, wish: dict[str, Any], status: str) -> None:
        self.fields = dict(wish)
        self.count = int(self.take("count", 1))
        self.status: str | None = self.take("status", status)
        """The vendor's status; with null, the scan runs as usual from its start."""
        self.age = float(self.take("age", 60))
        """Seconds since the first scan started."""
        self.spacing = float(self.take("spacing", 1))
        """Seconds by which each further scan started earlier."""
        self.owner = str(self.take("owner", "sandbox"))

    def take(self, name: str, default: Any) -> Any:
        return self.fields.pop(name, default)

    def starts(self, now: float) -> Iterator[float]:
        for number in range(self.count):
            yield now - self.age - self.spacing * number

    def timeline(self, usual: Timeline, active: tuple[str, ...]) -> Timeline:
        """A given status is final. A scan with an active status runs for ever."""
        if self.status is None:
            return usual
        if self.status in active:
            return Timeline((), self.status, ends=False)
        return Timeline(((active[-1], min(self.age, 30.0)),), self.status)
