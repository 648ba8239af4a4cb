# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cancel scans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..errors import DatascanError, InvalidInputError, TooLateError, UnknownOutcomeError
from ..models import PREDICTED_ID, Scan, ScanState, summarise
from .context import Diff, OperationContext, WaitStats
from .polling import WaitOptions
from .wait import facts, no_wait, timed_out, wait_for


@dataclass(frozen=True)
class CancelRequest:
    """What scan_cancel is asked for."""

    scan_ids: Sequence[str]
    too_late: str = "fail"  # or ignore
    wait: WaitOptions | None = None


@dataclass(frozen=True)
class CancelResult:
    """The scans after the cancelling, in the order asked, and the ids for which it came too late."""

    changed: bool
    scans: list[Scan]
    summary: dict[str, int]
    too_late: list[str]
    waited: WaitStats | None = None
    diff: Diff = field(default_factory=Diff)


def cancel_scans(context: OperationContext, request: CancelRequest) -> CancelResult:
    """Cancel what has not finished; every scan is tried before the first error is raised.

    Raises TooLateError (unless too_late is ignore), NotFoundError, and with `wait` WaitTimeoutError.
    """
    provider = context.provider
    provider.require("cancel")
    if not request.scan_ids:
        raise InvalidInputError("There is no scan to cancel: scan_ids is empty.")
    scan_ids = list(dict.fromkeys(context.check_id(scan_id) for scan_id in request.scan_ids))
    now: dict[str, Scan] = {}
    cancelled: dict[str, Scan] = {}  # as they were before
    too_late: list[str] = []
    errors: list[DatascanError] = []
    for scan_id in scan_ids:
        try:
            now[scan_id] = before = context.get(scan_id)
            if not before.finished:
                now[scan_id] = _cancel(context, scan_id, before)
                cancelled[scan_id] = before
        except TooLateError as error:
            too_late.append(scan_id)
            if request.too_late == "fail":
                errors.append(error)
        except DatascanError as error:
            errors.append(error)
    changed = bool(cancelled)
    waited = no_wait(context, request.wait)
    if request.wait and cancelled and not context.check_mode:
        try:
            state = wait_for(context, list(cancelled), request.wait)
        except DatascanError as error:
            now.update({scan.id: scan for scan in error.known.pop("scans", []) if scan.id in now})
            errors.append(error)
        else:
            now.update(state.seen)
            waited = facts(context, state)
            if state.timed_out:
                errors.append(timed_out(state))
    scans = [now[scan_id] for scan_id in scan_ids if scan_id in now]
    if errors:
        raise errors[0].knowing(
            changed=changed,
            scans=scans,
            summary=summarise(scans),
            too_late=too_late,
            **(vars(waited) if waited else {}),
        )
    diff = Diff(list(cancelled.values()), [now[scan_id] for scan_id in cancelled])
    return CancelResult(changed, scans, summarise(scans), too_late, waited, diff)


def _cancel(context: OperationContext, scan_id: str, scan: Scan) -> Scan:
    """The scan after it was cancelled, as the vendor shows it then."""
    provider = context.provider
    if context.check_mode:
        if scan_id != PREDICTED_ID and not provider.is_cancellable(scan):
            raise TooLateError(f"Scan {scan} could no longer be cancelled.")
        # In which word the vendor will say so is not known.
        return scan.model_copy(update={"state": ScanState.CANCELLED, "vendor_status": None})
    try:
        answer = provider.cancel(scan_id)
    except UnknownOutcomeError:
        # Cancelling twice is harmless, so look, and ask again where it did not take.
        answer = provider.get(scan_id)
        if not answer.finished:
            answer = provider.cancel(scan_id)
    try:
        return provider.get(scan_id)  # the answer may still show the old state
    except DatascanError:
        return answer  # it is cancelled all the same
