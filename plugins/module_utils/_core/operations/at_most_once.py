# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Send a request that creates a scan at most once, although its answer may be lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from ..errors import (
    ConflictError,
    DatascanError,
    NoTimeLeftError,
    TooEarlyError,
    UnavailableError,
    UnknownOutcomeError,
)
from ..models import MAX_CLOCK_DIFFERENCE, Scan
from .context import OperationContext

_MAX_SENDS = 3  # a request whose answer is lost again and again is given up
LIST_LAG_DELAYS = (1.0, 2.0, 4.0)  # seconds before each search: a new scan may show in the list a little late


def create_at_most_once(
    context: OperationContext, create: Callable[[], Scan], find_created: Callable[[], Scan | None] | None
) -> Scan:
    """Send the request; after a lost answer, search for the scan that it may have created before sending it again.

    `find_created` returns that scan, or None where there is no such scan. It is None where the vendor cannot list
    scans: then a lost answer is final. Raises UnknownOutcomeError where a scan may have been created: also where the
    request was sent again and failed, because the list may show the first one's scan late.
    """
    if not context.has_time():
        raise UnavailableError("No scan was started, because no time is left before the deadline.")
    earlier: UnknownOutcomeError | None = None
    for attempt in range(1, _MAX_SENDS + 1):
        try:
            return create()
        except (ConflictError, TooEarlyError):  # they show whether a scan exists
            raise
        except UnknownOutcomeError as lost:
            earlier = lost
            if find_created is None:
                raise lost.with_message(
                    f"{lost.message} A scan may be running, and {context.provider.title} cannot list its scans: "
                    "check its console, and set previous_scan_id to the id of that scan."
                ) from None
            found = _search(context, lost, find_created)
            if found:
                return found
            if attempt == _MAX_SENDS or not context.has_time():
                times = "once" if attempt == 1 else f"{attempt} times"
                raise lost.with_message(
                    f"{lost.message} It was sent {times}, and the list shows no scan from it."
                ) from None
        except DatascanError as error:
            if earlier is None:
                raise
            raise earlier.with_message(
                f"{earlier.message} The list shows no scan from it, and sending it again failed: {error.message}"
            ) from None
    raise AssertionError("unreachable")


def check_ended_later(context: OperationContext, scan: Scan, sent_at: datetime) -> None:
    """Raise UnknownOutcomeError for an answer about a scan that had ended before the request was sent.

    It is not sent again, because the vendor took the request.
    """
    if scan.finished_at and scan.finished_at < sent_at - MAX_CLOCK_DIFFERENCE:
        raise unknown_scan(context, scan, "which ended before the request was sent")


def unknown_scan(context: OperationContext, scan: Scan, why: str) -> UnknownOutcomeError:
    """The error for an answer that names a scan which cannot be the new one."""
    title = context.provider.title
    return UnknownOutcomeError(
        f"{title} answered with scan {scan.id}, {why}, so the new scan is not known. It may be running: check the "
        f"console of {title}."
    )


def _search(
    context: OperationContext, lost: UnknownOutcomeError, find_created: Callable[[], Scan | None]
) -> Scan | None:
    """The scan that a lost request created. None only where the last search succeeded and found nothing."""
    last_error: DatascanError | None = None
    for delay in LIST_LAG_DELAYS:
        try:
            context.pause(delay)
            found = find_created()
        except DatascanError as error:
            # A search without time is a failure, but it does not hide why the one before failed.
            last_error = last_error if last_error and isinstance(error, NoTimeLeftError) else error
            if not error.is_transient:
                break
        else:
            last_error = None
            if found:
                return found
    if last_error:
        raise lost.with_message(
            f"{lost.message} A scan may be running, but the search for it failed: {last_error.message}"
        ) from None
    return None
