# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every verb is given, and what every verb gives back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ..clock import Clock
from ..errors import DatascanError
from ..models import PREDICTED_ID, Scan, predicted_scan
from ..providers.base import Provider


def _silent(line: str) -> None:
    """Nobody listens."""


@dataclass(frozen=True)
class OperationContext:
    """The vendor to ask, and the circumstances."""

    provider: Provider
    clock: Clock
    check_mode: bool = False  # read, predict, and change nothing
    report_progress: Callable[[str], None] = _silent  # takes a line of progress
    warn: Callable[[str], None] = _silent

    def check_id(self, scan_id: str) -> str:
        """The id as the vendor writes it; InvalidInputError for what cannot be one."""
        return scan_id if self._is_predicted(scan_id) else self.provider.check_id(scan_id)

    def get(self, scan_id: str) -> Scan:
        """One scan."""
        return predicted_scan(self.provider.name) if self._is_predicted(scan_id) else self.provider.get(scan_id)

    def get_many(self, scan_ids: Sequence[str]) -> dict[str, Scan | DatascanError]:
        """Many scans at once, in the order asked; where one cannot be had, its error stands in its place."""
        real = [scan_id for scan_id in scan_ids if not self._is_predicted(scan_id)]
        answers = dict(self.provider.get_many(real)) if real else {}
        return {scan_id: answers[scan_id] if scan_id in answers else self.get(scan_id) for scan_id in scan_ids}

    def _is_predicted(self, scan_id: str) -> bool:
        """Whether only check mode, in an earlier task, has seen this scan: nobody can be asked about it."""
        return self.check_mode and scan_id == PREDICTED_ID


@dataclass(frozen=True)
class WaitStats:
    """How a wait went: its length in seconds, its looks, and the requests that the whole context took."""

    elapsed: float
    polls: int
    requests: int
    timed_out: bool = False


@dataclass(frozen=True)
class Diff:
    """The scans that changed, before and after."""

    before: list[Scan] = field(default_factory=list)
    after: list[Scan] = field(default_factory=list)
