# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cancel scans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..errors import DatascanError, InvalidInputError, TooLateError, UnavailableError
from ..models import PREDICTED_ID, Scan, ScanState, summarise
from ..providers.capabilities import CancelsScans
from .cancellation import request_cancellation
from .context import OperationContext
from .polling import WaitOptions
from .results import ScanDiff, WaitStats, partial_result
from .wait import WaitResult, no_wait_stats, timeout_error, wait_stats, wait_until_finished

_QUOTED_ERRORS = 5  # in a message, besides the first; the others are counted


@dataclass(frozen=True)
class CancelRequest:
    """The request of scan_cancel."""

    scan_ids: Sequence[str]
    too_late: str = "fail"  # or ignore
    wait: WaitOptions | None = None


@dataclass(frozen=True)
class CancelResult:
    """The scans after cancelling, in the order asked, and the ids of those that could no longer be cancelled."""

    changed: bool = False
    scans: list[Scan] | None = None
    summary: dict[str, int] | None = None
    too_late: list[str] | None = None
    waited: WaitStats | None = None
    diff: ScanDiff = field(default_factory=ScanDiff)


def cancel_scans(context: OperationContext, request: CancelRequest) -> CancelResult:
    """Cancel the scans that have not finished; every scan is tried before the first error is raised.

    Raises TooLateError (unless too_late is ignore), NotFoundError, and with `wait` WaitTimeoutError.
    """
    context.require(CancelsScans)
    if not request.scan_ids:
        raise InvalidInputError("There are no scans to cancel: scan_ids is empty.")
    scan_ids = list(dict.fromkeys(context.check_id(scan_id, "scan_ids") for scan_id in request.scan_ids))
    cancelling = _Cancelling(context, request)
    with context.time_limit(request.wait):
        for scan_id in scan_ids:
            cancelling.cancel(scan_id)
        waited = cancelling.wait()
    result = cancelling.result(scan_ids, waited)
    if cancelling.errors:
        raise _combine(cancelling.errors).with_result(result)
    return result


def _combine(errors: Sequence[DatascanError]) -> DatascanError:
    """One error with the messages of all: the first after which a scan may be cancelled, or else the first."""
    main = next((error for error in errors if error.may_have_changed), errors[0])
    others = [error.message for error in errors if error is not main]
    more = [f"{len(others) - _QUOTED_ERRORS} more scans failed."] if len(others) > _QUOTED_ERRORS else []
    return main.with_message(" ".join([main.message, *others[:_QUOTED_ERRORS], *more]))


class _Cancelling:
    """The scans as they are now, those that were cancelled as they were before, and the errors."""

    def __init__(self, context: OperationContext, request: CancelRequest) -> None:
        self.errors: list[DatascanError] = []
        self._context = context
        self._request = request
        self._now: dict[str, Scan] = {}
        self._before: dict[str, Scan] = {}
        self._too_late: list[str] = []

    def cancel(self, scan_id: str) -> None:
        """Cancel one scan, unless it has finished."""
        try:
            self._now[scan_id] = before = self._context.get(scan_id)
            if not before.finished:
                self._now[scan_id] = _cancel(self._context, scan_id, before)
                self._before[scan_id] = before
        except TooLateError as error:
            self._too_late.append(scan_id)
            if self._request.too_late == "fail":
                self.errors.append(error)
        except DatascanError as error:
            self.errors.append(error)

    def wait(self) -> WaitStats | None:
        """Wait until the scans have ended, if `wait` is set."""
        options = self._request.wait
        if not options or not self._before or self._context.check_mode:
            return no_wait_stats(self._context, options)
        try:
            state = wait_until_finished(self._context, list(self._before), options, known=self._before, earlier=None)
        except DatascanError as error:
            known = partial_result(error, WaitResult)
            self._now.update({scan.id: scan for scan in known.scans or () if scan.id in self._now})
            self.errors.append(error)
            return known.waited
        self._now.update(state.seen)
        if state.timed_out:
            self.errors.append(timeout_error(self._context, state))
        return wait_stats(self._context, state)

    def result(self, scan_ids: Sequence[str], waited: WaitStats | None) -> CancelResult:
        scans = [self._now[scan_id] for scan_id in scan_ids if scan_id in self._now]
        diff = ScanDiff(list(self._before.values()), [self._now[scan_id] for scan_id in self._before])
        changed = bool(self._before) or any(error.may_have_changed for error in self.errors)
        return CancelResult(changed, scans, summarise(scans), self._too_late, waited, diff)


def _cancel(context: OperationContext, scan_id: str, scan: Scan) -> Scan:
    """The scan after it was cancelled, as the vendor shows it then."""
    provider = context.require(CancelsScans)
    if context.check_mode:
        if scan_id != PREDICTED_ID and not provider.is_cancellable(scan):
            raise TooLateError(f"Too late to cancel scan {scan}.")
        # The vendor's own status cannot be predicted.
        return scan.model_copy(update={"state": ScanState.CANCELLED, "vendor_status": None})
    if not context.has_time():
        raise UnavailableError(f"Scan {scan_id} was not cancelled, because no time is left before the deadline.")
    answer = request_cancellation(provider, scan_id, scan)
    try:
        return provider.get(scan_id)  # the answer may still show the old state
    except DatascanError:
        return answer  # the scan is cancelled even where it cannot be read again
