# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every operation is given: the provider, the clock, and where progress and warnings go."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from ..clock import Clock
from ..errors import DatascanError, InvalidInputError, InvalidResponseError, NoTimeLeftError
from ..models import PREDICTED_ID, Scan, predicted_scan
from ..providers.base import Provider
from ..providers.capabilities import require
from .polling import WaitOptions

P = t.TypeVar("P", bound=Provider)
_SHORTEST_LIMIT = 1.0  # seconds: with wait_timeout 0, a scan is read or started, and then not waited for


def _discard(line: str) -> None:
    """Used where a front end shows neither progress nor warnings."""


def unchanged(value: t.Any) -> t.Any:
    """Used where a front end knows no secrets."""
    return value


@dataclass(frozen=True)
class OperationContext:
    """The vendor to ask, and the circumstances."""

    provider: Provider
    clock: Clock
    check_mode: bool = False  # read, predict, and change nothing
    report_progress: Callable[[str], None] = _discard
    warn: Callable[[str], None] = _discard
    redact: Callable[[t.Any], t.Any] = unchanged  # masks the secrets of this task; the same object where there are none
    wants_progress: bool = True  # False where the user asked for none

    def require(self, capability: type[P]) -> P:
        """The provider with this capability. Raises UnsupportedError, with what to do instead."""
        return require(self.provider, capability)

    def time_limit(self, options: WaitOptions | None) -> AbstractContextManager[None]:
        """Inside the block, everything ends within the options' time-out. Without a wait there is no such limit."""
        if options is None or self.check_mode:
            return nullcontext()
        return self.provider.deadline(max(options.timeout, _SHORTEST_LIMIT))

    def has_time(self) -> bool:
        """Whether the time limit is not over."""
        return self.provider.allows_pause(0.0)

    def pause(self, seconds: float) -> None:
        """Sleep. Raises NoTimeLeftError, at once, where the time limit ends before the pause."""
        if not self.provider.allows_pause(seconds):
            raise NoTimeLeftError("No time is left before the deadline.")
        self.clock.sleep(seconds)

    def check_id(self, scan_id: str, option: str) -> str:
        """The id in the vendor's form. Raises InvalidInputError, which names the option, for text that is no id."""
        if self._is_predicted(scan_id):
            return scan_id
        try:
            return self.provider.check_id(scan_id)
        except InvalidInputError as error:
            raise error.with_message(f"{option}: {error.message}") from None

    def get(self, scan_id: str) -> Scan:
        """One scan."""
        if self._is_predicted(scan_id):
            return predicted_scan(self.provider.name)
        scan = self.provider.get(scan_id)
        if fault := self._identity_fault(scan_id, scan):
            raise fault
        return scan

    def get_many(self, scan_ids: Sequence[str]) -> dict[str, Scan | DatascanError]:
        """Many scans at once, in the order asked; an error takes the place of a scan that cannot be read."""
        real = [scan_id for scan_id in scan_ids if not self._is_predicted(scan_id)]
        answers = dict(self.provider.get_many(real)) if real else {}
        answers.update(
            {scan_id: self._identity_fault(scan_id, answer) or answer for scan_id, answer in answers.items()}
        )
        return {scan_id: answers[scan_id] if scan_id in answers else self.get(scan_id) for scan_id in scan_ids}

    def _identity_fault(self, scan_id: str, answer: Scan | DatascanError) -> InvalidResponseError | None:
        """The error in place of an answer about another scan, also where a provider does not look for it."""
        if isinstance(answer, DatascanError) or answer.id == scan_id:
            return None
        return InvalidResponseError(f"{self.provider.title} answered about scan {answer.id}, not about {scan_id}.")

    def _is_predicted(self, scan_id: str) -> bool:
        """Whether an earlier task predicted this scan in check mode: the vendor does not know it."""
        return self.check_mode and scan_id == PREDICTED_ID
