# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a fault on the way to a vendor means: a sentence, a kind, and whether the request had left."""

from __future__ import annotations

import ssl
from datetime import timezone
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from .. import errors as _errors
from ..clock import Clock
from ..compat.requests import requests, urllib3

_TRANSIENT = frozenset({408, 429, 500, 502, 503, 504})
MEANING = {
    401: "the token is missing, wrong or expired: check api_token",
    403: "this token may not do that",
    404: "nothing is there for this token: check the id and api_url",
    408: "the server waited too long for the request",
    429: "too many requests",
}


class Fault(Exception):
    """An error and what the retries need to know about it."""

    def __init__(self, error: _errors.DatascanError, *, sent: bool, retry_after: float | None = None) -> None:
        super().__init__(error.message)
        self.error = error
        self.sent = sent
        self.retry_after = retry_after


def kind_of(status: int) -> type[_errors.DatascanError]:
    known = {401: _errors.UnauthorizedError, 403: _errors.ForbiddenError, 404: _errors.NotFoundError}
    if status in _TRANSIENT:
        return _errors.UnavailableError
    return known.get(status, _errors.RejectedError)


def retry_after(value: str | None, clock: Clock) -> float | None:
    """Seconds from a Retry-After header, which holds seconds or a date (RFC 9110, 10.2.3); None for nonsense."""
    if not value:
        return None
    if value.strip().isascii() and value.strip().isdigit():
        return float(value.strip()[:9])
    try:
        return (parsedate_to_datetime(value).astimezone(timezone.utc) - clock.now()).total_seconds()
    except (TypeError, ValueError, OverflowError):
        return None


def fault_of(exc: Exception, method: str, url: str, timeout: float) -> Fault:
    """What a failed connection means, in a sentence, and whether the request had left."""
    host = urlsplit(url).netloc
    request = _errors.FailedRequest(method=method, url=url)
    cause = _root(exc)
    if isinstance(exc, requests.exceptions.SSLError) and not isinstance(cause, ssl.SSLEOFError):
        why = "its certificate is not trusted" if "CERTIFICATE_VERIFY_FAILED" in str(exc) else "TLS failed"
        detail = str(getattr(cause, "verify_message", "") or cause)
        error = _errors.UntrustedCertificateError(
            f"No safe connection to {host}: {why} ({detail}). If it is your own authority's, set ca_path.",
            request=request,
        )
        return Fault(error, sent=False)
    if isinstance(exc, (requests.ConnectTimeout, requests.exceptions.ProxyError)) or isinstance(
        cause, (urllib3.exceptions.NewConnectionError, ConnectionRefusedError)
    ):
        error_text = (
            "the name is not known"
            if "resol" in type(cause).__name__.lower() or "resolve" in str(cause)
            else "nobody answers there"
        )
        if isinstance(exc, requests.exceptions.ProxyError):
            error_text = "the proxy did not connect"
        return Fault(
            _errors.UnavailableError(
                f"No connection to {host}: {error_text}. Check api_url and the network.", request=request
            ),
            sent=False,
        )
    if isinstance(exc, (requests.Timeout, urllib3.exceptions.TimeoutError)):
        message = f"{method} {url} did not answer within {timeout:g} seconds."
        return Fault(_errors.UnavailableError(message, request=request), sent=True)
    if isinstance(exc, OSError) and not isinstance(exc, (requests.RequestException, ConnectionError)):
        # requests raises a bare OSError for a certificate file that is not there.
        return Fault(
            _errors.InvalidInputError(f"ca_path, client_cert or client_key cannot be read: {exc}.", request=request),
            sent=False,
        )
    if isinstance(exc, (requests.exceptions.InvalidURL, requests.exceptions.InvalidHeader)):
        return Fault(
            _errors.InvalidInputError(
                f"{type(exc).__name__}: api_url or api_token holds a character that HTTP cannot carry."
            ),
            sent=False,
        )
    return Fault(
        _errors.UnavailableError(f"{method} {url} broke off before the answer was whole.", request=request), sent=True
    )


def _root(exc: BaseException) -> BaseException:
    """The first cause that requests and urllib3 have wrapped."""
    while True:
        inner = next((arg for arg in exc.args if isinstance(arg, BaseException)), None) or getattr(exc, "reason", None)
        if not isinstance(inner, BaseException):
            return exc
        exc = inner
