# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Request the cancellation of one scan, also where the answer is lost."""

from __future__ import annotations

from ..errors import DatascanError, RejectedError, TooLateError, UnknownOutcomeError
from ..models import Scan, ScanState
from ..providers.capabilities import CancelsScans


def request_cancellation(provider: CancelsScans, scan_id: str, before: Scan | None) -> Scan:
    """The scan as the answer shows it, which may still be in its old state.

    After a lost answer the scan is read, and the request is repeated where the scan has not finished: cancelling twice
    does no harm. `before` is the scan as last seen. Raises TooLateError, RejectedError where the vendor refuses and it
    is not too late, and UnknownOutcomeError where the scan may have been cancelled.
    """
    try:
        return provider.cancel(scan_id)
    except TooLateError as late:
        if before is None or not provider.is_cancellable(before):
            raise
        raise _explain_refusal(provider, scan_id, late) from None
    except UnknownOutcomeError as lost:
        try:
            scan = provider.get(scan_id)
        except DatascanError as error:
            raise lost.with_message(f"{lost.message} Reading the scan failed, too: {error.message}") from None
        if scan.finished and scan.state is not ScanState.CANCELLED:
            raise TooLateError(f"Too late to cancel scan {scan}.") from None
        if scan.finished:
            return scan
        if not provider.allows_pause(0.0):
            raise
        return provider.cancel(scan_id)


def _explain_refusal(provider: CancelsScans, scan_id: str, late: TooLateError) -> DatascanError:
    """The error of a refused cancellation: `late`, unless the scan, read again, can still be cancelled."""
    try:
        now = provider.get(scan_id)
    except DatascanError:
        return late
    if not provider.is_cancellable(now):
        return late
    return RejectedError(
        f"{provider.title} refused with HTTP {late.http_status} to cancel scan {now}, which is not too late. Check "
        "whether a gateway or proxy before the API forbids the request, or run the task again.",
        request=late.request,
    )
