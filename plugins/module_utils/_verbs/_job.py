# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every verb is given, and what every verb gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from .._clock import Clock
from .._models import Scan
from .._provider import Provider


def _silent(line: str) -> None:
    """Nobody listens."""


@dataclass(frozen=True)
class Job:
    """The vendor to ask, and the circumstances."""

    provider: Provider
    clock: Clock
    check_mode: bool = False  # read, predict, and change nothing
    tell: Callable[[str], None] = _silent  # takes a line of progress
    warn: Callable[[str], None] = _silent


@dataclass(frozen=True)
class Waited:
    """How a wait went: its length in seconds, its looks, and the requests that the whole job took."""

    elapsed: float
    polls: int
    requests: int
    timed_out: bool = False


@dataclass(frozen=True)
class Diff:
    """The scans that changed, before and after."""

    before: list[Scan] = field(default_factory=list)
    after: list[Scan] = field(default_factory=list)
