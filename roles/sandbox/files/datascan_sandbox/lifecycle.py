# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The status of a scan over time."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Timeline:
    """The statuses that a scan passes through, each for some seconds, and its last status."""

    steps: tuple[tuple[str, float], ...]
    last: str
    ends: bool = True
    """Whether the last status is an end; a stuck scan has none."""

    @property
    def length(self) -> float:
        return sum(seconds for _word, seconds in self.steps)

    def word(self, elapsed: float) -> str:
        for word, seconds in self.steps:
            if elapsed < seconds:
                return word
            elapsed -= seconds
        return self.last

    def ended(self, elapsed: float) -> bool:
        return self.ends and elapsed >= self.length


def keyword(name: str) -> str:
    """The keyword that chooses what a scan does: the last part of a path or name, in lower case."""
    return name.rstrip("/").rpartition("/")[2].strip().lower()


@dataclass(frozen=True)
class Course:
    """The statuses of a vendor's scans: while they wait, while they work, and at the end."""

    waiting: tuple[str, float]
    working: tuple[str, float]
    done: str
    ends: dict[str, str] = field(default_factory=dict)
    """By keyword: the status at which such a scan ends."""
    stays: dict[str, str] = field(default_factory=dict)
    """By keyword: the status at which such a scan stays for ever."""

    def timeline(self, name: str, *, again: bool = False) -> Timeline:
        """The timeline of the scan with this name. `again` means that it is a rescan."""
        word = keyword(name)
        if word in ("queued", "listing"):
            return Timeline((), self.waiting[0], ends=False)
        if word == "stuck":
            return Timeline((self.waiting,), self.working[0], ends=False)
        if word in self.stays:
            return Timeline((self.waiting,), self.stays[word], ends=False)
        if word == "fast":
            return Timeline((), self.done)
        if word == "slow":
            return Timeline((self.waiting, (self.working[0], self.working[1] * 10)), self.done)
        if word == "error-once":
            word = "ok" if again else "error"
        return Timeline((self.waiting, self.working), self.ends.get(word, self.done))
