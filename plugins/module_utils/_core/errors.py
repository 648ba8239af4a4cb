# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The errors that a user can get.

Each error has a kind, which a rescue block can test, and carries the operation's result as far as it is known.
Errors are immutable: `with_result` and `with_message` return a new one.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Self


@dataclass(frozen=True)
class FailedRequest:
    """The request that failed, and the vendor's errors. Every field is None or empty if there was no request."""

    http_status: int | None = None
    method: str | None = None
    url: str | None = None
    vendor_errors: Sequence[Mapping[str, t.Any]] = ()


_NO_REQUEST = FailedRequest()


class DatascanError(Exception):
    """One clear sentence, the request that failed, and the result as far as it is known."""

    kind: t.ClassVar[str] = "error"
    is_transient: bool = False  # a wait continues after a transient error
    may_have_changed: bool = False  # the vendor may have carried out a request although it failed

    message: str
    request: FailedRequest
    result: t.Any  # the operation's result dataclass, as far as it is known, or None

    def __init__(
        self,
        message: str,
        *,
        request: FailedRequest = _NO_REQUEST,
        result: t.Any = None,
        is_transient: bool | None = None,
        may_have_changed: bool | None = None,
    ) -> None:
        """`is_transient` and `may_have_changed` override what is usual for the kind."""
        super().__init__(message)
        given = {"is_transient": is_transient, "may_have_changed": may_have_changed}
        vars(self).update({name: value for name, value in given.items() if value is not None})
        vars(self).update(message=message, request=request, result=result)

    def __setattr__(self, name: str, value: t.Any) -> None:
        """Refuse changes, except to what Python itself keeps on an exception."""
        if not name.startswith("__"):
            raise AttributeError(f"{type(self).__name__} is immutable: use with_result or with_message.")
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        """Refuse changes."""
        raise AttributeError(f"{type(self).__name__} is immutable: use with_result or with_message.")

    def __reduce__(self) -> tuple[t.Any, ...]:
        """Copies and pickles are made with the constructor."""
        return _restore, (type(self), self._arguments())

    @property
    def http_status(self) -> int | None:
        """The HTTP status of the failed request, or None."""
        return self.request.http_status

    def with_result(self, result: t.Any) -> Self:
        """The same error with this result."""
        return self._copy(self.message, result)

    def with_message(self, message: str) -> Self:
        """The same error with another message."""
        return self._copy(message, self.result)

    def facts(self) -> dict[str, t.Any]:
        """The `error` of a failed task."""
        return {"kind": self.kind, **asdict(self.request)}

    def _copy(self, message: str, result: t.Any) -> Self:
        return type(self)(**{**self._arguments(), "message": message, "result": result})

    def _arguments(self) -> dict[str, t.Any]:
        """The arguments of the constructor that make the same error."""
        return {
            "message": self.message,
            "request": self.request,
            "result": self.result,
            "is_transient": self.is_transient,
            "may_have_changed": self.may_have_changed,
        }


def _restore(kind: type[DatascanError], arguments: dict[str, t.Any]) -> DatascanError:
    return kind(**arguments)


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
    """HTTP 403: the token is valid, but does not allow this."""

    kind = "forbidden"


class NotFoundError(DatascanError):
    """HTTP 404: the scan or cluster does not exist, or this token does not show it."""

    kind = "not_found"


class AmbiguousError(DatascanError):
    """A lookup matches more than one cluster."""

    kind = "ambiguous"


class ConflictError(DatascanError):
    """Another scan already runs, and `if_active` does not allow that."""

    kind = "conflict"


class TooEarlyError(DatascanError):
    """The vendor accepts this request later, but not yet."""

    kind = "too_early"


class TooLateError(DatascanError):
    """The scan can no longer be cancelled."""

    kind = "too_late"


class RejectedError(DatascanError):
    """The vendor refused the request, and gave a reason."""

    kind = "rejected"


class UnavailableError(DatascanError):
    """The vendor did not answer, or answered with a transient error."""

    kind = "unavailable"
    is_transient = True


class NoTimeLeftError(UnavailableError):
    """A request was not sent, because its deadline had passed. The vendor did not fail."""


class InvalidResponseError(DatascanError):
    """The vendor's answer is not what its document describes: HTML, cut-off JSON, another shape."""

    kind = "unreadable"
    is_transient = True


class HtmlPageError(InvalidResponseError):
    """An HTML page came in place of JSON: a gateway's, or a web server's for a path that it does not have."""


class UntrustedCertificateError(DatascanError):
    """The vendor's certificate is not trusted, so nothing was sent."""

    kind = "untrusted_certificate"


class UnknownOutcomeError(DatascanError):
    """A request that changes something was sent, and its answer was lost: it may have been carried out."""

    kind = "lost_answer"
    may_have_changed = True


class ScanNotCompletedError(DatascanError):
    """The scan ended in another state than completed."""

    kind = "scan_not_completed"


class WaitTimeoutError(DatascanError):
    """`wait_timeout` ended before the scans did."""

    kind = "wait_timeout"


class InterruptedWaitError(DatascanError):
    """The program that waits was asked to stop; the scans run on."""

    kind = "interrupted"


class GateFailedError(DatascanError):
    """The gate's policy is not met."""

    kind = "gate_closed"


class EarlierFailureError(DatascanError):
    """A task before the gate failed; kind and request are those of that task."""

    def __init__(self, message: str, *, earlier_kind: str = DatascanError.kind, **more: t.Any) -> None:
        super().__init__(message, **more)
        vars(self).update(kind=earlier_kind)

    def _arguments(self) -> dict[str, t.Any]:
        return {**super()._arguments(), "earlier_kind": self.kind}


def error_messages(vendor_errors: Iterable[Mapping[str, t.Any]]) -> list[str]:
    """The sentences of a vendor's errors. An error may lack one."""
    return [str(error["message"]) for error in vendor_errors if error.get("message")]


def earlier_failure(message: str, facts: Mapping[str, t.Any]) -> EarlierFailureError:
    """The failure of an earlier task, from the `error` of its result. Fields of a wrong type are ignored."""
    kind, status, errors = facts.get("kind"), facts.get("http_status"), facts.get("vendor_errors")
    request = FailedRequest(
        http_status=status if isinstance(status, int) and not isinstance(status, bool) else None,
        method=_text_or_none(facts.get("method")),
        url=_text_or_none(facts.get("url")),
        vendor_errors=[item for item in errors if isinstance(item, Mapping)] if isinstance(errors, list) else (),
    )
    known = isinstance(kind, str) and kind in {each.kind for each in DatascanError.__subclasses__()}
    return EarlierFailureError(message, earlier_kind=str(kind) if known else DatascanError.kind, request=request)


def _text_or_none(value: t.Any) -> str | None:
    return value if isinstance(value, str) else None
