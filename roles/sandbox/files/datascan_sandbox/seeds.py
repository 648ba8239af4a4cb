# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a test says when it wants scans that are there already."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .lifecycle import Timeline


class Seed:
    """count, status, age, spacing and owner are common to the vendors; what is left over is theirs."""

    def __init__(self, wish: dict[str, Any], status: str) -> None:
        self.fields = dict(wish)
        self.count = int(self.take("count", 1))
        self.status: str | None = self.take("status", status)
        """null lets the scan go its usual way from its start on."""
        self.age = float(self.take("age", 60))
        """How many seconds ago the first one started."""
        self.spacing = float(self.take("spacing", 1))
        """How many seconds earlier each further one did."""
        self.owner = str(self.take("owner", "sandbox"))

    def take(self, name: str, default: Any) -> Any:
        return self.fields.pop(name, default)

    def starts(self, now: float) -> Iterator[float]:
        for number in range(self.count):
            yield now - self.age - self.spacing * number

    def timeline(self, usual: Timeline, active: tuple[str, ...]) -> Timeline:
        """A status that is given is final, but for the active ones: such a scan runs for ever."""
        if self.status is None:
            return usual
        if self.status in active:
            return Timeline((), self.status, ends=False)
        return Timeline(((active[-1], min(self.age, 30.0)),), self.status)
