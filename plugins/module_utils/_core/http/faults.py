# Copyright: (c) 2026, datascan.gate maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an exception, a status or a body means: an error in a sentence, and whether the request had left."""

from __future__ import annotations

import ssl
import typing as t
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from ..compat.pydantic import reason
from ..compat.requests import requests, urllib3
from ..errors import (
    DatascanError,
    ForbiddenError,
    InvalidInputError,
    InvalidResponseError,
    NotFoundError,
    RejectedError,
    UnauthorizedError,
    UnavailableError,
    UntrustedCertificateError,
)
from .exchange import Exchange
from .request import Request
from .response import Response

_TRANSIENT = frozenset({408, 429, 500, 502, 503, 504})
_TOO_EARLY = 425  # transient for a read only: some vendors refuse writes with it
_ERRORS: Mapping[int, type[DatascanError]] = {
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    **dict.fromkeys(_TRANSIENT, UnavailableError),
}
_MEANINGS = {
    401: "the token is missing, wrong or expired: check api_token",
    403: "the token does not allow this",
    404: "not found, or not visible to this token",
    408: "the server timed out while it waited for the request",
    429: "too many requests",
}


class Fault(Exception):
    """An error, and what decides whether its request is sent again."""

    def __init__(self, error: DatascanError, *, sent: bool, retry_after: str | None = None) -> None:
        """`sent`: whether the request had left this machine; `retry_after`: that header of the response."""
        super().__init__(error.message)
        self.error = error
        self.sent = sent
        self.retry_after = retry_after


def redirect_fault(request: Request, status: int, location: str) -> Fault:
    """A redirect; none is followed, because it could carry the credential to another host."""
    try:
        host = urlsplit(location).netloc.rpartition("@")[2] or "another path"  # without credentials
    except ValueError:
        host = "another path"
    message = (
        f"{request} was redirected to {host}, and redirects are not followed, to keep the token from other hosts. "
        "Set api_url to the final address."
    )
    return Fault(RejectedError(message, request=request.failed(status)), sent=True)


def error_fault(
    request: Request,
    response: Response,
    vendor_errors: Sequence[Mapping[str, t.Any]],
    effective_status: int,
    retry_after: str | None,
) -> Fault:
    """An error of the vendor, under an HTTP status for errors or under 200."""
    status = response.status
    verb = f"failed with HTTP {status}" if status >= 400 else f"answered HTTP {status} with an error"
    reasons = "; ".join(str(error["message"]) for error in vendor_errors if error.get("message"))
    detail = f": {reasons}" if reasons else f" ({_MEANINGS.get(effective_status, 'no reason given')})."
    if effective_status == 404:
        detail = f"{detail.rstrip('.')}. Check the id and api_url."
    error = _ERRORS.get(effective_status, RejectedError)(
        f"{request} {verb}{detail}",
        request=request.failed(status, vendor_errors),
        is_transient=True if status == _TOO_EARLY and not request.is_write else None,
    )
    return Fault(error, sent=True, retry_after=retry_after)


def wrong_address_fault(request: Request, response: Response, vendor_errors: Sequence[Mapping[str, t.Any]]) -> Fault:
    """A 404 that is not the vendor's own: it is about the address, so it must not pass for a scan that is missing."""
    words = "; ".join(str(error["message"]) for error in vendor_errors if error.get("message"))
    what = f": {words.rstrip('.')}" if words else f", with {_describe_body(response)}"
    message = (
        f"{request} failed with HTTP 404{what}. This is not how the vendor answers for an id that it does not know: "
        "check api_url, with its version path, and any proxy or gateway before it."
    )
    return Fault(RejectedError(message, request=request.failed(response.status, vendor_errors)), sent=True)


def not_json_fault(request: Request, response: Response) -> Fault:
    """A body that is not JSON where JSON is documented."""
    message = f"{request} answered HTTP {response.status} with {_describe_body(response)}."
    return Fault(InvalidResponseError(message, request=request.failed(response.status)), sent=True)


def _describe_body(response: Response) -> str:
    if response.text.lstrip()[:1] == "<":
        return "an HTML page"
    if not response.text.strip():
        return "an empty body"
    return "JSON of another form" if response.is_json else "incomplete or invalid JSON"


def shape_fault(request: Request, response: Response, error: ValueError) -> Fault:
    """JSON that cannot be read as what is documented; the message does not quote its values."""
    message = f"{request} answered HTTP {response.status} with JSON that is not as documented ({reason(error)})."
    return Fault(InvalidResponseError(message, request=request.failed(response.status)), sent=True)


def too_large_fault(request: Request, status: int, limit: int) -> Fault:
    """A body above the limit, in bytes."""
    message = f"The answer to {request} is larger than {limit // 2**20} MiB, the limit."
    return Fault(InvalidResponseError(message, request=request.failed(status), is_transient=False), sent=True)


def deadline_fault(request: Request) -> Fault:
    """A request for which no time is left."""
    message = f"{request} was not sent, because no time is left for it before the deadline."
    return Fault(UnavailableError(message, request=request.failed()), sent=False)


def exchange_fault(exc: Exception, request: Request, exchange: Exchange) -> Fault:
    """What an exception of requests, urllib3 or the system means in this exchange."""
    if exchange.time_left() <= 0:  # whatever it was, the limit caused it
        return _timeout_fault(request, exchange)
    fault = _early_fault(exc, request, exchange)
    return Fault(fault.error, sent=fault.sent and not exchange.is_connecting)


def _timeout_fault(request: Request, exchange: Exchange) -> Fault:
    limit = round(exchange.limit, 1)
    within = f"within {limit:g} {'second' if limit == 1 else 'seconds'}"
    message = f"{request} did not answer {within}."
    if exchange.is_connecting:
        netloc = urlsplit(request.url).netloc
        message = f"Cannot connect to {netloc} {within}. Check api_url, the proxy if there is one, and the network."
    return Fault(UnavailableError(message, request=request.failed()), sent=not exchange.is_connecting)


def _early_fault(exc: Exception, request: Request, exchange: Exchange) -> Fault:
    """What an exception before the limit means."""
    cause = _root_cause(exc)
    if isinstance(exc, requests.exceptions.SSLError) and not isinstance(cause, ssl.SSLEOFError):
        return _certificate_fault(exc, cause, request)
    if isinstance(exc, (requests.ConnectTimeout, requests.exceptions.ProxyError)) or isinstance(
        cause, (urllib3.exceptions.NewConnectionError, ConnectionRefusedError)
    ):
        return _unreachable_fault(exc, cause, request)
    if isinstance(exc, (requests.Timeout, urllib3.exceptions.TimeoutError)):
        return _timeout_fault(request, exchange)
    if isinstance(exc, OSError) and not isinstance(exc, (requests.RequestException, ConnectionError)):
        # requests raises a bare OSError for a certificate file that does not exist.
        message = f"ca_path, client_cert or client_key cannot be read: {exc}."
        return Fault(InvalidInputError(message, request=request.failed()), sent=False)
    if isinstance(exc, (requests.exceptions.InvalidURL, requests.exceptions.InvalidHeader)):
        message = f"api_url or api_token contains a character that HTTP cannot carry ({type(exc).__name__})."
        return Fault(InvalidInputError(message), sent=False)
    message = f"The connection was closed before the answer to {request} was complete."
    return Fault(UnavailableError(message, request=request.failed()), sent=True)


def _certificate_fault(exc: Exception, cause: BaseException, request: Request) -> Fault:
    why = "its certificate is not trusted" if "CERTIFICATE_VERIFY_FAILED" in str(exc) else "TLS failed"
    detail = str(getattr(cause, "verify_message", "") or cause)
    message = (
        f"Cannot connect securely to {urlsplit(request.url).netloc}: {why} ({detail}). "
        "For a private certificate authority, set ca_path."
    )
    return Fault(UntrustedCertificateError(message, request=request.failed()), sent=False)


def _unreachable_fault(exc: Exception, cause: BaseException, request: Request) -> Fault:
    if isinstance(exc, requests.exceptions.ProxyError):
        why = "the proxy did not make the connection"
    elif "resol" in type(cause).__name__.lower() or "resolve" in str(cause):
        why = "the host name cannot be resolved"
    else:
        why = "the host does not answer"
    message = f"Cannot connect to {urlsplit(request.url).netloc}: {why}. Check api_url and the network."
    return Fault(UnavailableError(message, request=request.failed()), sent=False)


def _root_cause(exc: BaseException) -> BaseException:
    """The first cause, which requests and urllib3 wrap several times."""
    while True:
        inner = next((arg for arg in exc.args if isinstance(arg, BaseException)), None) or getattr(exc, "reason", None)
        if not isinstance(inner, BaseException):
            return exc
        exc = inner
