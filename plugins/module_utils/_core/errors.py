# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The errors a user can meet: each has a kind, for a rescue block, and carries all that is known by then."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Self


class DatascanError(Exception):
    """One clear sentence, where it happened, and what was known by then."""

    kind = "error"
    transient = False  # a wait goes on through an error that may pass

    def __init__(
        self,
        message: str,
        *,
        http_status: int | None = None,
        method: str | None = None,
        url: str | None = None,
        vendor_errors: Sequence[dict[str, t.Any]] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.http_status = http_status
        self.method = method
        self.url = url
        self.vendor_errors = list(vendor_errors)
        self.known: dict[str, t.Any] = {}

    def knowing(self, **known: t.Any) -> Self:
        """Add what is known at this point; what was said first, nearer to the fault, stays."""
        self.known = {**known, **self.known}
        return self

    def because(self, other: DatascanError) -> Self:
        """Take over where `other` happened and what the vendor said about it."""
        self.http_status = other.http_status
        self.method = other.method
        self.url = other.url
        self.vendor_errors = other.vendor_errors
        return self.knowing(**other.known)

    def facts(self) -> dict[str, t.Any]:
        """The `error` of a failed task."""
        return {
            "kind": self.kind,
            "http_status": self.http_status,
            "method": self.method,
            "url": self.url,
            "vendor_errors": self.vendor_errors,
        }


class InvalidInputError(DatascanError):
    """An option is wrong; nothing was sent."""

    kind = "invalid_input"


class UnsupportedError(DatascanError):
    """The vendor's API cannot do this; nothing was sent."""

    kind = "unsupported"


class UnauthorizedError(DatascanError):
    """HTTP 401: the token is missing, wrong or expired."""

    kind = "unauthorized"


class ForbiddenError(DatascanError):
    """HTTP 403: the token is good, but not for this."""

    kind = "forbidden"


class NotFoundError(DatascanError):
    """HTTP 404: no such thing, or not for this user to see."""

    kind = "not_found"


class AmbiguousError(DatascanError):
    """More than one thing is meant by what was said."""

    kind = "ambiguous"


class ConflictError(DatascanError):
    """Another scan already runs, and that is not wanted."""

    kind = "conflict"


class TooEarlyError(DatascanError):
    """The vendor would do it, but not yet."""

    kind = "too_early"


class TooLateError(DatascanError):
    """The scan is past the point where it can be cancelled."""

    kind = "too_late"


class RejectedError(DatascanError):
    """The vendor refuses the request, and says why."""

    kind = "rejected"


class UnavailableError(DatascanError):
    """The vendor did not answer, or with a fault that may pass."""

    kind = "unavailable"
    transient = True


class InvalidResponseError(DatascanError):
    """The vendor's answer is not what its document describes: HTML, cut-off JSON, another shape."""

    kind = "unreadable"
    transient = True


class UntrustedCertificateError(DatascanError):
    """The vendor's certificate is not trusted, so nothing was sent."""

    kind = "untrusted_certificate"


class UnknownOutcomeError(DatascanError):
    """A request that changes something was sent, and nobody knows whether it was carried out."""

    kind = "lost_answer"


class ScanNotCompletedError(DatascanError):
    """The scan ended in anything but completed."""

    kind = "scan_not_completed"


class WaitTimeoutError(DatascanError):
    """The time to wait ran out first."""

    kind = "wait_timeout"


class GateFailedError(DatascanError):
    """The gate's policy is not met."""

    kind = "gate_closed"
