# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a request is sent again, and after which pause.

urllib3's retries are not used because they cannot read a body: an HTML page or cut-off JSON under HTTP 200 is a
transient fault as well.
"""

from __future__ import annotations

from datetime import timezone
from email.utils import parsedate_to_datetime

from ..clock import Clock
from ..errors import InvalidResponseError, UnauthorizedError, UnknownOutcomeError
from .faults import Fault
from .request import Request

_NOT_CARRIED_OUT = frozenset({429})  # a server that limits the rate has not started anything
_BACKOFF_START, _BACKOFF_CAP = 0.5, 30.0  # seconds
_MAX_DOUBLINGS = 10  # more than the cap needs; two to the power of 1024 is too large for a float
_RETRY_AFTER_MIN, _RETRY_AFTER_MAX = 1.0, 60.0  # seconds


class RetryPolicy:
    """Reads are sent again after a transient fault; writes only where they were certainly not carried out."""

    def __init__(self, retries: int, clock: Clock, *, trusts_retry_after: bool = True) -> None:
        """`retries` counts the attempts after the first."""
        self._retries = retries
        self._clock = clock
        self._trusts_retry_after = trusts_retry_after

    def pause_before_retry(self, request: Request, fault: Fault, retries_done: int) -> float | None:
        """Seconds until the request is sent again; None where it is not.

        Raises UnknownOutcomeError for a write that may have been carried out.
        """
        error = fault.error
        if request.is_write and _outcome_is_unknown(fault):
            raise UnknownOutcomeError(
                f"The answer to {request} was lost, but the request may have been carried out: {error.message}",
                request=error.request,
            ) from error
        if not error.is_transient or request.is_optional or retries_done >= self._retries:
            return None
        return self._pause(fault, retries_done)

    def _pause(self, fault: Fault, retries_done: int) -> float:
        retry_after = parse_retry_after(fault.retry_after, self._clock) if self._trusts_retry_after else None
        if retry_after is not None:
            return min(_RETRY_AFTER_MAX, max(_RETRY_AFTER_MIN, retry_after))
        ceiling = min(_BACKOFF_CAP, _BACKOFF_START * 2.0 ** min(retries_done, _MAX_DOUBLINGS))
        return ceiling * (0.5 + self._clock.random() / 2)


def _outcome_is_unknown(fault: Fault) -> bool:
    error = fault.error
    # A token that is refused starts nothing, under whichever status.
    if not fault.sent or error.http_status in _NOT_CARRIED_OUT or isinstance(error, UnauthorizedError):
        return False
    server_failed = error.http_status is not None and error.http_status >= 500
    return server_failed or error.is_transient or isinstance(error, InvalidResponseError)


def parse_retry_after(value: str | None, clock: Clock) -> float | None:
    """Seconds from a Retry-After header: a number or a date (RFC 9110, 10.2.3); None for anything else."""
    if not value:
        return None
    if value.strip().isascii() and value.strip().isdigit():
        return float(value.strip()[:9])
    try:
        return (parsedate_to_datetime(value).astimezone(timezone.utc) - clock.now()).total_seconds()
    except (TypeError, ValueError, OverflowError):
        return None
