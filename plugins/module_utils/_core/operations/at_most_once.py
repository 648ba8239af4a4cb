# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sending a request that makes a scan at most once, though its answer may be lost."""

from __future__ import annotations

from collections.abc import Callable

from ..errors import DatascanError, UnknownOutcomeError
from ..models import Scan
from .context import OperationContext

_SENDS = 3  # a request whose answer is lost again and again is given up
_LOOKS = (1.0, 2.0, 4.0)  # seconds before each look: a scan may show in the list a little late


def create_at_most_once(
    context: OperationContext, send: Callable[[], Scan], made: Callable[[], Scan | None] | None
) -> Scan:
    """Send; when the answer is lost, look for the scan that it may have made before sending again.

    `made` finds that scan, or says None; where the vendor cannot list scans there is no `made`, and the loss is final.
    """
    for attempt in range(1, _SENDS + 1):
        try:
            return send()
        except UnknownOutcomeError as lost:
            if made is None:
                raise UnknownOutcomeError(
                    f"{lost.message} {context.provider.title} cannot list its scans, so a scan may be running: "
                    "look at its console, and give that scan's id as previous_scan_id to go on with it."
                ).because(lost) from None
            found = _look_for(context, lost, made)
            if found:
                return found
            if attempt == _SENDS:
                raise UnknownOutcomeError(
                    f"{lost.message} It was sent {_SENDS} times, and no scan that it made shows in the list."
                ).because(lost) from None
    raise AssertionError("unreachable")


def _look_for(context: OperationContext, lost: UnknownOutcomeError, made: Callable[[], Scan | None]) -> Scan | None:
    """The scan that a lost request made. None only where the last look went well, for else nobody knows."""
    fault: DatascanError | None = None
    for pause in _LOOKS:
        context.clock.sleep(pause)
        try:
            found = made()
        except DatascanError as error:
            fault = error
            if not error.transient:
                break
        else:
            fault = None
            if found:
                return found
    if fault:
        raise UnknownOutcomeError(
            f"{lost.message} A scan may be running, for looking for it failed as well: {fault.message}"
        ).because(lost) from None
    return None
