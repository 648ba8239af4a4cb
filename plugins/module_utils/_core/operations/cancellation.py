# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Request the cancellation of one scan, also where the answer is lost."""

from __future__ import annotations

from ..errors import DatascanError, TooLateError, UnknownOutcomeError
from ..models import Scan, ScanState
from ..providers.capabilities import CancelsScans


def request_cancellation(provider: CancelsScans, scan_id: str) -> Scan:
    """The scan as the answer shows it, which may still be in its old state.

    After a lost answer the scan is read, and the request is repeated where the scan has not finished: cancelling twice
    does no harm. Raises TooLateError, and UnknownOutcomeError where the scan may have been cancelled.
    """
    try:
        return provider.cancel(scan_id)
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
